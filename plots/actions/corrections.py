"""更正和拆分：图斑本身写错了、画错了时用。历史跟着改对，原来怎么写的、谁在什么时候改的都留着。"""

from collections import Counter
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from plots.actions.permissions import NotAllowed
from plots.actions.rewriting import rewrite_all
from plots.actions.transaction import ActionContext, action, given_code, parse_mu, required_text
from plots.geometry.checks import recheck
from plots.ledger.replay import settle
from plots.models import Kind, Patch, RectificationRecord
from plots.models.deadlines import local_date
from taiping.ground.area import plain
from taiping.ground.codes import code_key
from taiping.ground.dates import long_date
from taiping.ground.words import more_or_less
from tasks.models import Milestone
from villages.models import User, Village

LABELS = {
    "area_mu": "面积（亩）",
    "village": "村",
    "code": "图斑编号",
    "stopped_on": "制止日期",
    "stop_notice_no": "制止通知书文号",
}
COUNTED = {"area_mu", "village"}  # 改了这两样，记录也要跟着改


@action("amend")
def amend(
    context: ActionContext,
    *,
    reason: str,
    area_mu: Decimal | str | None = None,
    village: Village | None = None,
    code: str | None = None,
    **stopping: date | str | None,
) -> RectificationRecord:
    """更正面积、村、编号中的几项；stopping 是做常态工作发现的图斑的制止日期、通知书文号，没给的不动。

    村或面积变了，带着旧值的记录换成带新值的转记，任何一天的数都随之改对。

    更正的记录自己写在更正以前的村和面积（亩）上：按录入日期看以前，那时的村和面积从它来。
    """
    context.check_date(in_order=False)
    patch, reason = context.patch, required_text(reason, "更正的理由")
    old = {"area_mu": patch.area_mu, "village": patch.village, "code": patch.code}
    old |= {name: getattr(patch, name) for name in stopping}
    _check_stopping(patch, stopping.get("stopped_on"), context.today)
    new = {
        "area_mu": old["area_mu"] if area_mu is None else parse_mu(area_mu),
        "village": village or old["village"],
        "code": old["code"] if code in (None, old["code"]) else given_code(code),
        **stopping,
    }
    changed = [field for field in LABELS if field in new and new[field] != old[field]]
    if not changed:
        raise NotAllowed("填的和现在一样，没有要更正的内容。")
    if not new["area_mu"]:
        raise NotAllowed("面积要大于 0 亩。")
    for field in changed:
        setattr(patch, field, new[field])
    _save_unless_taken(patch, changed)
    replaced = []
    if COUNTED & set(changed):
        done_before = {step.milestone for step in context.state.steps if step.done}
        replaced = rewrite_all(context, old["area_mu"])
        context.recount()
        _refuse_without_materials(context, done_before)
        recheck([patch.pk])
    changes = [_change(field, old[field], new[field]) for field in changed]
    before = {"village": old["village"], "area_mu": old["area_mu"]}
    details = {"changes": changes, **({"replaced": replaced} if replaced else {})}
    return context.write(Kind.AMEND, note=reason, details=details, **before)


def _check_stopping(patch, stopped_on, today):
    if stopped_on and stopped_on > today:
        raise NotAllowed(f"制止日期 {long_date(stopped_on)} 还没有到，请填今天或以前的日期。")
    if stopped_on and (patch.found_on is None or stopped_on < patch.found_on):
        raise NotAllowed("制止日期不能早于发现日期，请核对；还没有制止的清空。")


def _refuse_without_materials(context, done_before):
    """面积改小，正好报满了的一步，照片、上传编号也要齐。"""
    for step in context.state.steps:
        if not step.done or step.milestone in done_before:
            continue
        if missing := context.missing_materials(step.milestone):
            raise NotAllowed(
                f"改小以后“{step.milestone.name}”就报满了，{'，'.join(missing)}；请补齐再更正。"
            )


def area_amendment(
    patch: Patch, new: Decimal, milestone: Milestone, *, by: User, at: datetime, reason: str
) -> RectificationRecord:
    """还没有办过事的图斑，面积改成 new（亩）的更正记录，还没有存：成批改的用它，图斑自己由那边改。"""
    return RectificationRecord(
        patch=patch,
        village_id=patch.village_id,
        milestone=milestone,
        kind=Kind.AMEND,
        done_on=local_date(at),
        created_at=at,
        by=by,
        area_mu=patch.area_mu,
        note=reason,
        is_demo=patch.is_demo,
        details={"changes": [_change("area_mu", patch.area_mu, new)]},
    )


def _change(field, old, new):
    return {"field": field, "label": LABELS[field], "old": _text(old), "new": _text(new)}


def _text(value):
    if value in (None, ""):
        return "没有写"
    return plain(value) if isinstance(value, Decimal) else str(value)


def _taken(target, village, code):
    return NotAllowed(
        f"{village.name}的“{target.name}”里已经有图斑 {code}，请核对编号，或先更正那一块。"
    )


def _save_unless_taken(patch, fields):
    try:
        with transaction.atomic():
            patch.save(update_fields=[*fields, *(["code_key"] if "code" in fields else [])])
    except IntegrityError:
        raise _taken(patch.target, patch.village, patch.code) from None


@action("split")
def split(context: ActionContext, *, children: list[dict], reason: str) -> RectificationRecord:
    """拆分：children 是 [{"code", "area_mu", 其他字段…}]，从 on 这天起由它们替代原图斑，整改从头开始。

    返回拆分记录；合计与原面积不一致照样拆，差多少写在记录里。
    """
    context.check_date()
    parent, reason = context.patch, required_text(reason, "拆分的理由")
    again = context.state.relapse
    if len(children) < 2:
        raise NotAllowed("拆分至少要分成两块，请把每一块的编号和面积都填上。")
    facts = _checked_children(children)
    difference = sum(child["area_mu"] for child in facts) - parent.area_mu
    gap = f"拆分后合计比原面积{more_or_less(difference, '亩')}" if difference else ""
    record = context.write(
        Kind.SPLIT,
        note="；".join(filter(None, [reason, gap])),
        details={
            "children": [{"code": c["code"], "area_mu": plain(c["area_mu"])} for c in facts],
            "difference": plain(difference) if difference else "0",
        },
    )
    context.end()
    for child in facts:
        _add_child(context, child, again)
    recheck([parent.pk])
    return record


def _checked_children(children):
    """每一块都有自己的编号和大于 0 的面积；不合规矩就拒绝。"""
    facts = []
    for child in children:
        code = given_code(child["code"], "每一块的编号")
        facts.append({**child, "code": code, "area_mu": parse_mu(child["area_mu"])})
    times = Counter(code_key(child["code"]) for child in facts)
    for child in facts:
        if times[code_key(child["code"])] > 1:
            raise NotAllowed(f"编号 {child['code']} 填了不止一次，每一块要有自己的编号。")
        if not child["area_mu"]:
            raise NotAllowed(f"{child['code']} 的面积要大于 0 亩。")
    return facts


def _add_child(context, facts, again):
    parent = context.patch
    inherited = (
        "target",
        "village",
        "place",
        "contractor",
        "land_before",
        "land_after",
        "remedy",
        "extra",
        "found_lat",
        "found_lon",
        "found_accuracy_m",
        "found_on",
        "stopped_on",
        "stop_notice_no",
        "duty_entry",
        "batch",
        "is_demo",
    )
    fields = {name: getattr(parent, name) for name in inherited}
    try:
        with transaction.atomic():
            child = Patch.objects.create(
                **{**fields, **facts},
                split_from=parent,
                since_on=context.on,
                created_at=context.at,
                created_by=context.by,
            )
    except IntegrityError:
        raise _taken(parent.target, parent.village, facts["code"]) from None
    if again:
        _relapse_too(context, child, again)
    settle(child)


def _relapse_too(context, child, again):
    """原图斑反弹时另定的截止日期，拆出来的接着用。"""
    first = context.milestones[0]
    RectificationRecord.objects.create(
        patch=child,
        village=child.village,
        milestone=first,
        kind=Kind.RELAPSE,
        done_on=context.on,
        created_at=context.at,
        by=again.by,
        note=again.note,
        due_on=again.due_on,
        is_demo=child.is_demo,
        copy_of=again,
        details={"step": first.name, "entered_at": again.entered_at.isoformat()},
    )
