"""整改的动作：上报、核实、退回、核查无问题、暂缓、恢复、督办、添加图斑。更正和拆分在 corrections。

每个动作 f(patch, *, by, on, at=None, client_key=None, ...) 是一个事务：锁、查、记、重算。
不能办时抛 NotAllowed，说明该怎么办。
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from plots.actions.corrections import amend, split
from plots.actions.permissions import NotAllowed, adding_refusal, step_by_role
from plots.actions.transaction import action, mu, needed, short
from plots.ledger.replay import WORK, is_check, settle
from plots.models import Evidence, Kind, Patch, Reason
from taiping.ground.area import plain

__all__ = [
    "NotAllowed",
    "add_patch",
    "amend",
    "confirm",
    "defer",
    "exempt",
    "missing_materials",
    "remark",
    "report",
    "resume",
    "send_back",
    "split",
]


@action("report")
def report(entry, *, step=None, area_mu=None, completes=None, note="", external_ref="", photos=0):
    """上报：从下一步报到 step（默认只报下一步），同一个完成日期。返回 step 那一步的记录。

    area_mu 是这次做了多少亩，空就是剩下的全部；不到剩下的就是部分完成，completes=True 表示就这么多、
    这一步算完成，以后的步骤也以此为限。photos 是随这次上报的照片张数。
    """
    entry.check_date()
    steps = _steps_up_to(entry, step)
    external_ref = short(external_ref, "上传编号", 100)
    area = None if area_mu is None else mu(area_mu)
    for milestone in steps:
        now = entry.state.step_of(milestone)
        amount = now.remaining_mu if area is None else area
        if milestone != steps[-1] and area is not None:
            if not completes and area < now.remaining_mu:
                raise NotAllowed(f"只做了一部分时请一步一步报：先报“{milestone.name}”。")
            amount = min(area, now.remaining_mu)
        if amount > now.remaining_mu:
            raise NotAllowed(
                f"“{milestone.name}”还剩 {plain(now.remaining_mu)} 亩，这次填了 {plain(amount)} 亩；"
                "请改成不超过剩下的面积，图斑面积有误请镇工作人员先更正。"
            )
        done = bool(completes) or amount == now.remaining_mu
        if not done and not amount:
            raise NotAllowed("请填这次完成的面积，要大于 0 亩。")
        if done and (missing := missing_materials(entry.patch, milestone, photos, external_ref)):
            raise NotAllowed(f"“{milestone.name}”{'，'.join(missing)}，补齐后再上报。")
        keeps_ref = milestone.needs_external_ref or milestone == steps[-1]
        record = entry.write(
            Kind.REPORT,
            milestone,
            keyed=milestone == steps[-1],
            area_mu=amount,
            completes=done,
            note=note.strip(),
            external_ref=external_ref if keeps_ref else "",
        )
    return record


def _steps_up_to(entry, step):
    """从下一步到 step 的时间节点；有一步轮不到这个人报就拒绝。"""
    first = entry.state.next_milestone
    step = step or first
    if step not in entry.milestones:
        raise NotAllowed(f"“{step.name}”不是“{entry.patch.target.name}”的步骤，请重新选择。")
    start, end = entry.milestones.index(first), entry.milestones.index(step)
    if end < start:
        raise NotAllowed(f"“{step.name}”已经完成，现在该报“{first.name}”。")
    steps = entry.milestones[start : end + 1]
    if is_check(step, entry.milestones):
        last = entry.milestones[end - 1]
        raise NotAllowed(f"“{step.name}”由镇里核实，不能一并上报，请报到“{last.name}”为止。")
    for milestone in steps:
        if sentence := step_by_role(entry.by, milestone):
            raise NotAllowed(sentence)
    return steps


def missing_materials(patch, milestone, photos=0, external_ref=""):
    """这一步要完成还缺什么，每样一句话；photos 是这次带的张数，这一步还有效的记录已带的也算。"""
    standing = patch.records.standing().filter(milestone=milestone, kind=Kind.REPORT)
    missing = []
    if milestone.min_photos > photos:
        kept = Evidence.objects.filter(record__in=standing, kind=Evidence.Type.PHOTO).count()
        if (lacking := milestone.min_photos - photos - kept) > 0:
            missing.append(f"还缺 {lacking} 张照片")
    has_ref = external_ref or not milestone.needs_external_ref
    if not has_ref and not standing.exclude(external_ref="").exists():
        missing.append("请填国土调查云上传编号")
    return missing


@action("confirm")
def confirm(entry, *, note=""):
    """核实通过：最后一步完成，图斑销号。面积是前面几步报下来的面积。"""
    entry.check_date()
    step = entry.state.next_step
    return entry.write(
        Kind.PASS, step.milestone, area_mu=step.remaining_mu, completes=True, note=note.strip()
    )


@action("send_back")
def send_back(entry, *, step=None, reasons=(), note=""):
    """退回到 step（默认是最近上报的那一步）：从这一步起的上报、核实（和核查无问题）从 on 这天起撤回。"""
    entry.check_date()
    state, note = entry.state, note.strip()
    reasons = _reasons(reasons, note)
    reported = [s.milestone for s in state.steps if s.parts and not _only_check(entry, s.milestone)]
    exempt = [record for record in state.standing if record.kind == Kind.EXEMPT]
    # 核查无问题时前面的上报已经撤回，重做要从第一步开始。
    choices = reported or (entry.milestones[:1] if exempt else [])
    if not choices:
        raise NotAllowed("这块图斑还没有上报过，没有可退回的步骤。")
    step = step or choices[-1]
    if step not in choices:
        names = "、".join(f"“{milestone.name}”" for milestone in choices)
        raise NotAllowed(f"不能退回到“{step.name}”，请选有上报记录、要重做的一步：{names}。")
    later = {milestone.pk for milestone in entry.milestones if milestone.order >= step.order}
    gone = [r for r in state.standing if r.kind in WORK and r.milestone_id in later] + exempt
    mine = [r for r in gone if r.kind == Kind.REPORT and r.by_id == entry.by.pk]
    if any(record.milestone_id == step.pk for record in mine):
        raise NotAllowed(f"“{step.name}”是您自己报的，请换一位镇工作人员退回。")
    entry.withdraw(gone)
    names = [milestone.name for milestone in entry.milestones if milestone.pk in later]
    return entry.write(
        Kind.RETURN, step, reasons=reasons, note=note, details={"step": step.name, "steps": names}
    )


def _only_check(entry, milestone):
    """多步任务里由镇认定的最后一步：退回要退到前面要重做的那一步。"""
    return len(entry.milestones) > 1 and is_check(milestone, entry.milestones)


def _reasons(reasons, note):
    texts = list(
        dict.fromkeys(text for text in (str(reason).strip() for reason in reasons) if text)
    )
    if not texts and not note:
        raise NotAllowed("请勾选退回理由，或写明退回的原因。")
    if not note and (open_ended := Reason.objects.filter(text__in=texts, needs_note=True).first()):
        raise NotAllowed(f"勾了“{open_ended.text}”，请在说明里写清楚。")
    return texts


@action("exempt")
def exempt(entry, *, note):
    """核查无问题：了结，从这天起 1 个算完成、面积核减；在办的上报和暂缓从这天起撤回。"""
    entry.check_date()
    note = needed(note, "认定核查无问题的依据")
    here, gone = entry.state.here, (*WORK, Kind.DEFER)
    entry.withdraw([record for record in entry.state.standing if record.kind in gone])
    return entry.write(Kind.EXEMPT, here, area_mu=entry.patch.area_mu, note=note)


@action("defer")
def defer(entry, *, note="", reasons=()):
    """暂缓：暂不具备整改条件，写明原因；图斑仍未了结，只是不再催办。"""
    entry.check_date()
    reasons = [text.strip() for text in reasons if text.strip()]
    note = note.strip() if reasons else needed(note, "暂不具备整改条件的原因")
    return entry.write(Kind.DEFER, reasons=reasons, note=note)


@action("resume")
def resume(entry, *, note=""):
    """恢复整改：暂缓从这天起撤回，回到暂缓以前的状态。"""
    entry.check_date()
    entry.withdraw([record for record in entry.state.standing if record.kind == Kind.DEFER])
    return entry.write(Kind.RESUME, note=note.strip())


@action("remark")
def remark(entry, *, note):
    """督办：留一句话在时间线上，不改变状态。"""
    entry.check_date(in_order=False)
    return entry.write(Kind.REMARK, note=needed(note, "督办的内容"))


def add_patch(target, village, *, code, area_mu, by, at=None, **facts):
    """手工添加一块图斑（facts：place、contractor 等字段）；返回图斑，下一步是任务的第一步。"""
    if sentence := adding_refusal(by, target, village):
        raise NotAllowed(sentence)
    code, area = short(needed(code, "图斑编号"), "图斑编号", 60), mu(area_mu)
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
                    created_at=at or timezone.now(),
                    **facts,
                )
        except IntegrityError:
            raise NotAllowed(
                f"{village.name}的“{target.name}”里已经有图斑 {code}，请换一个编号。"
            ) from None
        settle(patch)
    return patch
