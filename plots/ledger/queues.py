"""待核实：该镇里办的一列、先办哪一块；退回的话怎么说。只读，不写。"""

import datetime
from dataclasses import dataclass

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery

from plots.ledger.replay import PatchStanding
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.deadlines import due_of
from plots.models.querysets import PatchQuerySet
from taiping.ground.dates import date_beside
from tasks.models import Milestone
from villages.models import User


def due_text(milestone: Milestone, today: datetime.date, own: datetime.date | None = None) -> str:
    """“9月30日前”；不是今年的带年份；方案没定截止日期的照实说；own 是反弹另定的截止日期。"""
    due = due_of(milestone, own)
    day = date_beside(due, today)
    return f"{day}前" if milestone.due_on or due == own else f"方案没定截止日期，{day}前"


def last_return(state: PatchStanding) -> RectificationRecord | None:
    """图斑现在是“已退回”时，最近那条退回记录；不是就没有。"""
    if state.status != Status.RETURNED:
        return None
    returns = [record for record in state.standing if record.kind == Kind.RETURN]
    return returns[-1] if returns else None


def return_text(record: RectificationRecord) -> str:
    """退回的理由和说明，一句话。"""
    return "；".join(filter(None, ["、".join(record.reasons), record.note]))


def waiting(user: User) -> PatchQuerySet:
    """等着核实的图斑，没有排先后：只数、只挑任务和村时用。不是镇里的人没有。"""
    if not user.is_town:
        return Patch.objects.none()
    return Patch.objects.visible_to(user).filter(status=Status.AWAITING, until_on__isnull=True)


def in_line(patches: PatchQuerySet) -> PatchQuerySet:
    """等着核实的排好，先报齐的在前；reported_at 是最后一次上报的录入时刻。"""
    reports = RectificationRecord.objects.standing().filter(patch=OuterRef("pk"), kind=Kind.REPORT)
    last = reports.order_by().values("patch").annotate(last=Max("created_at")).values("last")
    in_order = F("reported_at").asc(nulls_last=True)
    return patches.annotate(reported_at=Subquery(last)).order_by(in_order, "pk")


def awaiting(user: User) -> PatchQuerySet:
    """等着核实的图斑，排好的。"""
    return in_line(waiting(user))


def returns() -> QuerySet[RectificationRecord]:
    """图斑的退回记录，用在图斑的查询里：Exists(returns()) 是退回过的。"""
    kept = RectificationRecord.objects.standing()
    return kept.filter(patch=OuterRef("pk"), kind=Kind.RETURN).order_by()


def awaiting_count(user: User) -> int:
    """导航上“待核实”后面的数；不是镇里的人是 0。菜单和页面都要，一次请求里只数一次：记在这次请求的 user 上。"""
    if not hasattr(user, "awaiting_count"):
        user.awaiting_count = waiting(user).count()
    return user.awaiting_count


def following(queue: PatchQuerySet, patch: Patch) -> Patch | None:
    """队列里 patch 后面的一块，没有是 None。patch 可以已经不在队列里，但要带着 reported_at。"""
    after = Q(reported_at__gt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__gt=patch.pk)
    return queue.exclude(pk=patch.pk).filter(after).first()


@dataclass(frozen=True)
class Place:
    """一块图斑排在队列的哪里：前后各是哪一块（主键），它是第几个，队列里一共几个。"""

    before: int | None
    after: int | None
    number: int
    count: int


def place_of(queue: PatchQuerySet, patch: Patch) -> Place:
    """patch 在排好的队列里的位置，一次查询；不在里面（筛的是别的村）的，看它该排在哪里。"""
    rows = list(queue.values_list("pk", flat=True))
    if patch.pk in rows:
        at = rows.index(patch.pk)
        before, after = rows[:at], rows[at + 1 :]
    else:
        at = queue.filter(_before(patch)).count()
        before, after = rows[:at], rows[at:]
    return Place(before[-1] if before else None, after[0] if after else None, at + 1, len(rows))


def _before(patch):
    return Q(reported_at__lt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__lt=patch.pk)
