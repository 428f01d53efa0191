"""整改的动作：上报、核实、退回、核查无问题、暂缓、恢复、督办、添加图斑。更正和拆分在 corrections。

每个动作 f(patch, *, by, on, at=None, client_key=None, ...) 是一个事务：锁、查、记、重算。
不能办时抛 NotAllowed，说明该怎么办。
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from plots.actions.permissions import NotAllowed, adding_refusal, step_by_role
from plots.actions.transaction import (
    ActionContext,
    action,
    given_code,
    limited_text,
    parse_mu,
    required_text,
)
from plots.ledger.replay import WORK, is_check, settle
from plots.models import Kind, Patch, Reason, RectificationRecord
from plots.models.deadlines import local_date
from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.area import plain
from taiping.ground.dates import long_date
from tasks.models import Milestone, Target
from villages.models import User, Village


@action("report")
def report(
    context: ActionContext,
    *,
    step: Milestone | None = None,
    area_mu: Decimal | str | None = None,
    completes: bool = False,
    note: str = "",
    external_ref: str = "",
    photos: int = 0,
    made_at: datetime | None = None,
) -> RectificationRecord:
    """上报：从下一步报到 step（默认只报下一步），同一个完成日期。返回 step 那一步的记录。

    area_mu 是这次做了多少亩，空就是剩下的全部；不到剩下的就是部分完成，completes=True 表示就这么多、
    这一步算完成，以后的步骤也以此为限。photos 是随这次上报的照片张数；made_at 是手机上填好的时刻，没有信号时晚些才传到。
    """
    context.check_date()
    steps = _steps_up_to(context, step)
    external_ref = limited_text(external_ref, context.upload_label, 100)
    area = None if area_mu is None else parse_mu(area_mu)
    for milestone in steps:
        is_last = milestone == steps[-1]
        left = context.state.step_of(milestone).remaining_mu
        if area is not None and area < left and not is_last and not completes:
            raise NotAllowed(f"只做了一部分时请一步一步报：先报“{milestone.name}”。")
        amount = _amount_of(milestone, area, left, is_last)
        done = completes or amount == left
        if not done and not amount:
            raise NotAllowed("请填这次完成的面积，要大于 0 亩。")
        if done and (sentence := lacking(context, milestone, photos, external_ref)):
            raise NotAllowed(sentence)
        keeps_ref = milestone.needs_external_ref or is_last
        record = context.write(
            Kind.REPORT,
            milestone,
            keyed=is_last,
            area_mu=amount,
            completes=done,
            note=note.strip(),
            external_ref=external_ref if keeps_ref else "",
            made_at=made_at,
        )
    return record


def lacking(
    context: ActionContext, milestone: Milestone, photos: int = 0, external_ref: str = ""
) -> str:
    """这一步要完成还缺材料的那句话；不缺是空文字。"""
    missing = context.missing_materials(milestone, photos, external_ref)
    return f"“{milestone.name}”{'，'.join(missing)}，补齐后再上报。" if missing else ""


def _amount_of(milestone, area, left, is_last):
    """这一步这次报多少亩：没填的是剩下的全部；一并报的前几步最多报到剩下的，最后一步填多了就拒绝。"""
    if area is None:
        return left
    if not is_last:
        return min(area, left)
    if area > left:
        raise NotAllowed(
            f"“{milestone.name}”还剩 {plain(left)} 亩，这次填了 {plain(area)} 亩；"
            f"请改成不超过剩下的面积，图斑面积有误请{actors.town}工作人员先更正。"
        )
    return area


def _steps_up_to(context, step):
    """从下一步到 step 的时间节点，已经完成的跳过；有一步轮不到这个人报就拒绝。"""
    first = context.state.next_milestone
    step = step or first
    if step not in context.milestones:
        raise NotAllowed(f"“{step.name}”不是“{context.patch.target.name}”的步骤，请重新选择。")
    start, end = context.milestones.index(first), context.milestones.index(step)
    if end < start or _is_done(context, step):
        raise NotAllowed(f"“{step.name}”已经完成，现在该报“{first.name}”。")
    steps = [step for step in context.milestones[start : end + 1] if not _is_done(context, step)]
    if is_check(step, context.milestones):
        last = context.milestones[end - 1]
        raise NotAllowed(
            f"“{step.name}”由{actors.town}里核实，不能一并上报，请报到“{last.name}”为止。"
        )
    for milestone in steps:
        if sentence := step_by_role(context.by, milestone):
            raise NotAllowed(sentence)
    return steps


def _is_done(context, milestone):
    return context.state.step_of(milestone).done


@action("confirm")
def confirm(context: ActionContext, *, note: str = "") -> RectificationRecord:
    """核实通过：最后一步完成，图斑销号。面积是前面几步报下来的面积。"""
    context.check_date()
    step = context.state.next_step
    return context.write(
        Kind.PASS, step.milestone, area_mu=step.remaining_mu, completes=True, note=note.strip()
    )


@action("send_back")
def send_back(
    context: ActionContext,
    *,
    step: Milestone | None = None,
    reasons: Iterable[str] = (),
    note: str = "",
) -> RectificationRecord:
    """退回到 step（默认是最近上报的那一步）：从这一步起的上报、核实（和核查无问题）从 on 这天起撤回。"""
    context.check_date()
    state, note = context.state, note.strip()
    reasons = _stated_reasons(reasons, note)
    if sentence := not_returnable(context, step):
        raise NotAllowed(sentence)
    step = step or _to_redo_or_begin(context)[-1]
    later = {milestone.pk for milestone in context.milestones if milestone.order >= step.order}
    gone = [r for r in state.standing if r.kind in WORK and r.milestone_id in later]
    context.withdraw(gone + _exemptions(context))
    names = [milestone.name for milestone in context.milestones if milestone.pk in later]
    return context.write(
        Kind.RETURN, step, reasons=reasons, note=note, details={"step": step.name, "steps": names}
    )


def not_returnable(context: ActionContext, step: Milestone | None = None) -> str:
    """不能退回到 step（默认是最近上报的那一步）的那句话；能是空文字。"""
    choices = _to_redo_or_begin(context)
    if not choices:
        return "这块图斑还没有上报过，没有可退回的步骤。"
    step = step or choices[-1]
    if step not in choices:
        names = "、".join(f"“{milestone.name}”" for milestone in choices)
        return f"不能退回到“{step.name}”，请选有上报记录、要重做的一步：{names}。"
    for record in context.state.standing:
        is_mine = record.by_id == context.by.pk and not record.is_added_with_plan
        if record.kind == Kind.REPORT and record.milestone_id == step.pk and is_mine:
            return f"“{step.name}”是您自己报的，请换一位{actors.town}工作人员退回。"
    return ""


def _exemptions(context):
    return [record for record in context.state.standing if record.kind == Kind.EXEMPT]


def _to_redo_or_begin(context):
    """可以退回到的步骤；核查无问题时前面的上报已经撤回，重做要从第一步开始。"""
    begin = context.milestones[:1] if _exemptions(context) else []
    return steps_to_redo(context) or begin


def steps_to_redo(context: ActionContext) -> list[Milestone]:
    """可以退回到的步骤，按先后：有上报、要重做的。多步任务里由镇认定的最后一步不在内：退回要退到它前面。"""
    steps = context.state.steps
    if len(steps) > 1 and is_check(steps[-1].milestone, context.milestones):
        steps = steps[:-1]
    return [step.milestone for step in steps if step.parts]


def steps_to_report(context: ActionContext) -> list[Milestone]:
    """这个人这一次能一起报的步骤：下一步，和紧接着的、不归镇里区里核实的几步；已经完成的跳过。"""
    first = context.milestones.index(context.state.next_milestone)
    found = []
    for milestone in context.milestones[first:]:
        if is_check(milestone, context.milestones) or step_by_role(context.by, milestone):
            break
        if not _is_done(context, milestone):
            found.append(milestone)
    return found


def reasons_problem(
    reasons: Sequence[str], note: str, needing_note: Collection[str]
) -> tuple[str, str] | None:
    """退回的理由：勾一条，或自己写。不对时是 (哪一格, 一句话)，对是 None。needing_note 是勾了还要写说明的。"""
    if not reasons and not note:
        return "reasons", "请勾选退回理由，或在说明里写明原因。"
    for text in reasons:
        if text in needing_note and not note:
            return "note", f"勾了“{text}”，请在说明里写清楚。"
    return None


def _stated_reasons(reasons, note):
    """去掉空的、重复的理由；不合规矩就拒绝。"""
    texts = [str(reason).strip() for reason in reasons]
    texts = list(dict.fromkeys(filter(None, texts)))
    needing_note = ()
    if texts and not note:
        wordy = Reason.objects.filter(text__in=texts, needs_note=True)
        needing_note = set(wordy.values_list("text", flat=True))
    if problem := reasons_problem(texts, note, needing_note):
        raise NotAllowed(problem[1])
    return texts


@action("exempt")
def exempt(context: ActionContext, *, note: str) -> RectificationRecord:
    """核查无问题：了结，从这天起 1 个算完成、面积核减；在办的上报和暂缓从这天起撤回。"""
    context.check_date()
    note = required_text(note, "认定核查无问题的依据")
    here, gone = context.state.here, (*WORK, Kind.DEFER)
    context.withdraw([record for record in context.state.standing if record.kind in gone])
    return context.write(Kind.EXEMPT, here, area_mu=context.patch.area_mu, note=note)


@action("defer")
def defer(
    context: ActionContext, *, note: str = "", reasons: Iterable[str] = ()
) -> RectificationRecord:
    """暂缓：暂不具备整改条件，写明原因；图斑仍未了结，只是不再催办。"""
    context.check_date()
    reasons = [text.strip() for text in reasons if text.strip()]
    note = note.strip() if reasons else required_text(note, "暂不具备整改条件的原因")
    return context.write(Kind.DEFER, reasons=reasons, note=note)


@action("resume")
def resume(context: ActionContext, *, note: str = "") -> RectificationRecord:
    """恢复整改：暂缓从这天起撤回，回到暂缓以前的状态。"""
    context.check_date()
    context.withdraw([record for record in context.state.standing if record.kind == Kind.DEFER])
    return context.write(Kind.RESUME, note=note.strip())


@action("remark")
def remark(context: ActionContext, *, note: str) -> RectificationRecord:
    """督办：留一句话在时间线上，不改变状态。"""
    context.check_date(in_order=False)
    return context.write(Kind.REMARK, note=required_text(note, "督办的内容"))


def add_patch(
    target: Target,
    village: Village,
    *,
    code: str,
    area_mu: Decimal | str,
    by: User,
    at: datetime | None = None,
    since_on: date | None = None,
    **facts,
) -> Patch:
    """手工添加一块图斑（facts：place、contractor 等字段）；返回图斑，下一步是任务的第一步。

    since_on 是哪天发现的，从这天起算；空就是录入那天。
    """
    at = at or dates.now()
    since_on = since_on or local_date(at)
    if since_on > local_date(at):
        raise NotAllowed(f"发现的日期 {long_date(since_on)} 还没有到，请填今天或以前的日期。")
    if sentence := adding_refusal(by, target, village):
        raise NotAllowed(sentence)
    code, area = given_code(code), parse_mu(area_mu)
    if not area:
        raise NotAllowed("面积要大于 0 亩。")
    with transaction.atomic():
        try:
            with transaction.atomic():
                patch = Patch.objects.create(
                    target=target,
                    village=village,
                    code=code,
                    area_mu=area,
                    created_by=by,
                    created_at=at,
                    since_on=since_on,
                    **facts,
                )
        except IntegrityError:
            raise NotAllowed(
                f"{village.name}的“{target.name}”里已经有图斑 {code}，请换一个编号。"
            ) from None
        settle(patch)
    return patch
