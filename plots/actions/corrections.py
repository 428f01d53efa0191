"""更正和拆分：图斑本身写错了、画错了时用。历史跟着改对，原来怎么写的、谁在什么时候改的都留着。"""

from collections import Counter
from decimal import Decimal

from django.db import IntegrityError, transaction

from plots.actions.amended_figures import amended_figures
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import ActionContext, action, limited_text, parse_mu, required_text
from plots.geometry.checks import recheck
from plots.ledger.replay import STATEFUL, settle
from plots.models import Evidence, Kind, Patch, RectificationRecord
from taiping.ground.area import plain
from taiping.ground.words import more_or_less
from villages.models import Village

CARRIED = "更正后转记"
LABELS = {"area_mu": "面积（亩）", "village": "村", "code": "图斑编号"}


@action("amend")
def amend(
    context: ActionContext,
    *,
    reason: str,
    area_mu: Decimal | str | None = None,
    village: Village | None = None,
    code: str | None = None,
) -> RectificationRecord:
    """更正面积、村、编号中的几项。村或面积变了，带着旧值的记录换成带新值的转记，任何一天的数都随之改对。

    更正的记录自己写在更正以前的村和面积（亩）上：按录入日期看以前，那时的村和面积从它来。
    """
    context.check_date(in_order=False)
    patch, reason = context.patch, required_text(reason, "更正的理由")
    old = {"area_mu": patch.area_mu, "village": patch.village, "code": patch.code}
    new = {
        "area_mu": old["area_mu"] if area_mu is None else parse_mu(area_mu),
        "village": village or old["village"],
        "code": old["code"]
        if code is None
        else limited_text(required_text(code, "图斑编号"), "图斑编号", 60),
    }
    changed = [field for field in LABELS if new[field] != old[field]]
    if not changed:
        raise NotAllowed("填的和现在一样，没有要更正的内容。")
    if not new["area_mu"]:
        raise NotAllowed("面积要大于 0 亩。")
    for field in changed:
        setattr(patch, field, new[field])
    _save_unless_taken(patch, changed)
    if changed != ["code"]:
        _carry_over(context, old["area_mu"])
        context.recount()
        recheck([patch.pk])
    changes = [
        {"field": field, "label": LABELS[field], "old": _text(old[field]), "new": _text(new[field])}
        for field in changed
    ]
    before = {"village": old["village"], "area_mu": old["area_mu"]}
    return context.write(Kind.AMEND, note=reason, details={"changes": changes}, **before)


def _text(value):
    return plain(value) if isinstance(value, Decimal) else str(value)


def _taken(target, village, code):
    return NotAllowed(
        f"{village.name}的“{target.name}”里已经有图斑 {code}，请核对编号，或先更正那一块。"
    )


def _save_unless_taken(patch, fields):
    try:
        with transaction.atomic():
            patch.save(update_fields=fields)
    except IntegrityError:
        raise _taken(patch.target, patch.village, patch.code) from None


def _place(record):
    """原来的先后；随方案补的排在它随的那一条的位置，不算后来办的。"""
    return record.details.get("added_with_plan", {}).get("record", record.pk), record.pk


def _carry_over(context, old_area):
    """把还算过数的记录换成带新村、新面积的转记，按原来的先后，原记录从它自己的完成日起撤回；不再算的只撤回。"""
    patch = context.patch
    counted = [
        record
        for record in sorted(context.records, key=_place)
        if record.kind in STATEFUL
        and (record.withdrawn_on is None or record.withdrawn_on > record.done_on)
    ]
    amended = amended_figures(counted, context.milestones, old_area, patch.area_mu)
    for record in counted:
        withdrawn_on = record.withdrawn_on
        withdrawn_at, withdrawn_by = record.withdrawn_at, record.withdrawn_by
        # 先撤回旧的再记新的：一步只许有一条没有撤回的完成记录
        record.withdrawn_on = record.done_on
        record.withdrawn_at = record.withdrawn_at or context.at
        record.withdrawn_by = record.withdrawn_by or context.by
        record.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])
        if record.pk in amended.dropped:
            continue
        if record.pk in amended.answered:
            withdrawn_on = amended.answered[record.pk]
            withdrawn_at, withdrawn_by = context.at, context.by
        copy = RectificationRecord.objects.create(
            patch=patch,
            village=patch.village,
            milestone=amended.halted_at.get(record.pk, record.milestone),
            kind=record.kind,
            done_on=record.done_on,
            created_at=context.at,
            by=record.by,
            area_mu=amended.areas[record.pk],
            completes=record.pk in amended.completing,
            due_on=record.due_on,
            note="，".join(filter(None, [record.note, CARRIED])),
            reasons=record.reasons,
            external_ref=record.external_ref,
            is_demo=record.is_demo,
            details={"entered_at": record.created_at.isoformat(), **record.details},
            copy_of=record,
            withdrawn_on=withdrawn_on,
            withdrawn_at=withdrawn_at and context.at,
            withdrawn_by=withdrawn_by,
        )
        if record.is_added_with_plan:
            RectificationRecord.objects.filter(pk=copy.pk).update(copy_of=copy)
        context.records.append(copy)
        Evidence.objects.filter(record=record).update(record=copy)


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
        code = limited_text(required_text(child["code"], "每一块的编号"), "图斑编号", 60)
        facts.append({**child, "code": code, "area_mu": parse_mu(child["area_mu"])})
    times = Counter(child["code"] for child in facts)
    for code, count in times.items():
        if count > 1:
            raise NotAllowed(f"编号 {code} 填了不止一次，每一块要有自己的编号。")
    for child in facts:
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
    """原图斑反弹时另定的期限，拆出来的接着用。"""
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
