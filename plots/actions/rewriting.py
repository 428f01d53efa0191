"""更正以后的转记：带着旧的村、旧的面积的记录，换成带新的；原来的从它自己的完成日起撤回。"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from plots.actions.amended_figures import amended_figures
from plots.actions.messages import QUIET_KINDS
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import ActionContext, action
from plots.geometry.checks import recheck
from plots.ledger.replay import STATEFUL
from plots.models import Evidence, Kind, RectificationRecord
from villages.models import User

REWRITTEN = "更正后转记"


class Withdrawn(NamedTuple):
    """一条记录什么时候撤回的，没有撤回的都是 None。"""

    on: date | None = None
    at: datetime | None = None
    by: User | None = None


def rewrite_all(context: ActionContext, old_area: Decimal) -> list[list]:
    """还算过数的记录按图斑现在的村和面积转记，照原来的先后；不再算的只撤回。

    返回 [[原来的主键, 转记的主键或 None, 原来哪天撤回的或 None]]，更正撤回时照着放回去。
    """
    patch, exempted = context.patch, _exempted(context)
    in_order, gone = sorted(context.records, key=_place), _replaced(context)
    counted = [each for each in in_order if each.pk not in gone and _counts(each, exempted)]
    amended = amended_figures(counted, context.milestones, old_area, patch.area_mu)
    replaced = []
    for record in counted:
        before = _replace(context, record, exempted)
        was_withdrawn_on = before.on and before.on.isoformat()
        if record.pk in amended.dropped:
            replaced.append([record.pk, None, was_withdrawn_on])
            continue
        if record.pk in amended.answered:
            before = Withdrawn(amended.answered[record.pk], _just_after(context), context.by)
        copy = copy_record(
            context,
            record,
            record,
            before,
            milestone=amended.halted_at.get(record.pk, record.milestone),
            area_mu=amended.areas[record.pk],
            completes=record.pk in amended.completing,
        )
        replaced.append([record.pk, copy.pk, was_withdrawn_on])
    return replaced


def _exempted(context):
    """认定核查无问题的时刻：那时撤回的完成记录，是认定以前做完的。"""
    return {record.created_at for record in context.records if record.kind == Kind.EXEMPT}


def _counts(record, exempted):
    """还算过数的：有过一天有效；同一天报了又认定的，认定以前做完了，也要跟着走。"""
    if record.kind not in STATEFUL:
        return False
    if record.withdrawn_on is None or record.withdrawn_on > record.done_on:
        return True
    return record.completes and record.withdrawn_at in exempted


def _replaced(context):
    """早先的更正换下来的。"""
    found = {record.copy_of_id for record in context.records if record.copy_of_id != record.pk}
    for record in context.records:
        found |= {pk for pk, *_ in record.details.get("replaced", ())}
    return found


def _just_after(context):
    """转记的撤回时刻。认定核查无问题时撤回的，和认定的转记同一时刻；别的晚一点点，不会认作认定时撤回的。"""
    return context.at + timedelta(microseconds=1)


def _place(record):
    """原来的先后；随方案补的排在它随的那一条的位置，不算后来办的。"""
    return record.details.get("added_with_plan", {}).get("record", record.pk), record.pk


def _replace(context, record, exempted):
    """从它自己的完成日起撤回，哪天看都由转记代替；返回转记该怎么撤回。"""
    before = Withdrawn()
    if record.withdrawn_at is not None:
        moment = context.at if record.withdrawn_at in exempted else _just_after(context)
        before = Withdrawn(record.withdrawn_on, moment, record.withdrawn_by)
    record.withdrawn_on = record.done_on
    record.withdrawn_at = record.withdrawn_at or context.at
    record.withdrawn_by = record.withdrawn_by or context.by
    record.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])
    return before


def copy_record(
    context: ActionContext,
    replaced: RectificationRecord,
    like: RectificationRecord,
    withdrawn: Withdrawn = Withdrawn(),  # noqa: B008 不可变的
    *,
    word: str = REWRITTEN,
    **figures,
) -> RectificationRecord:
    """代替 replaced 的转记，内容照 like，说明里添上 word；先撤回了旧的才能记：一步只许有一条没有撤回的完成记录。"""
    copy = RectificationRecord.objects.create(
        patch=context.patch,
        village=context.patch.village,
        kind=like.kind,
        done_on=like.done_on,
        created_at=context.at,
        by=like.by,
        due_on=like.due_on,
        note="，".join(filter(None, [like.note, word])),
        reasons=like.reasons,
        external_ref=like.external_ref,
        made_at=like.made_at,
        is_demo=like.is_demo,
        details={"entered_at": like.created_at.isoformat(), **like.details},
        copy_of=replaced,
        withdrawn_on=withdrawn.on,
        withdrawn_at=withdrawn.at,
        withdrawn_by=withdrawn.by,
        **figures,
    )
    if like.is_added_with_plan:
        RectificationRecord.objects.filter(pk=copy.pk).update(copy_of=copy)
    context.records.append(copy)
    Evidence.objects.filter(record=replaced).update(record=copy)
    return copy


def last_amendment(context: ActionContext) -> RectificationRecord | None:
    """最后一件办的是更正、没有动编号的，就是它；别人后来又办了别的是 None。"""
    deeds = [record for record in context.records if record.kind not in QUIET_KINDS]
    last = max(deeds, key=lambda record: record.pk, default=None)
    if last is None or last.kind != Kind.AMEND:
        return None
    fields = {change["field"] for change in last.details["changes"]}
    return None if "code" in fields else last


@action("amend")
def take_amendment_back(context: ActionContext, *, reason: str) -> RectificationRecord:
    """撤回刚才的更正：村、面积和各条记录都是更正以前的样子，和没有更正过一样。后来又办了别的抛 NotAllowed。"""
    amendment = last_amendment(context)
    if amendment is None:
        raise NotAllowed("更正以后又办了别的，不能原样放回。")
    patch = context.patch
    before = {"village": patch.village, "area_mu": patch.area_mu}
    patch.village, patch.area_mu = amendment.village, amendment.area_mu
    patch.save(update_fields=["village", "area_mu"])
    by_pk = {record.pk: record for record in context.records}
    replaced, exempted = [], _exempted(context)
    for pk, copy, withdrawn_on in amendment.details.get("replaced", []):
        original, current = by_pk[pk], by_pk[copy or pk]
        _replace(context, current, exempted)
        withdrawn = Withdrawn()
        if withdrawn_on:
            day = date.fromisoformat(withdrawn_on)
            was_kept = original.withdrawn_at in exempted
            moment = context.at if was_kept else _just_after(context)
            withdrawn = Withdrawn(day, moment, original.withdrawn_by)
        again = copy_record(
            context,
            current,
            original,
            withdrawn,
            milestone=original.milestone,
            area_mu=original.area_mu,
            completes=original.completes,
        )
        replaced.append([current.pk, again.pk, withdrawn_on])
    context.recount()
    recheck([patch.pk])
    changes = [
        {**change, "old": change["new"], "new": change["old"]}
        for change in amendment.details["changes"]
    ]
    details = {"changes": changes, "replaced": replaced}
    return context.write(Kind.AMEND, note=reason, details=details, **before)
