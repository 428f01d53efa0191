"""待核实：该镇里办的一列、先办哪一块；退回的话怎么说。只读，不写。"""

import datetime

from django.db.models import F, Max, OuterRef, Q, QuerySet

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


def awaiting(user: User) -> PatchQuerySet:
    """等着核实的图斑，先报齐的在前；reported_at 是最后一次上报的录入时刻。不是镇里的人没有。"""
    if not user.is_town:
        return Patch.objects.none()
    standing = Q(records__kind=Kind.REPORT, records__withdrawn_at__isnull=True)
    return (
        Patch.objects.visible_to(user)
        .current()
        .filter(status=Status.AWAITING)
        .annotate(reported_at=Max("records__created_at", filter=standing))
        .order_by(F("reported_at").asc(nulls_last=True), "pk")
    )


def returns() -> QuerySet[RectificationRecord]:
    """图斑的退回记录，用在图斑的查询里：Exists(returns()) 是退回过的。"""
    kept = RectificationRecord.objects.standing()
    return kept.filter(patch=OuterRef("pk"), kind=Kind.RETURN).order_by()


def awaiting_count(user: User) -> int:
    """导航上“待核实”后面的数；不是镇里的人是 0。菜单和页面都要，一次请求里只数一次：记在这次请求的 user 上。"""
    if not user.is_town:
        return 0
    if not hasattr(user, "awaiting_count"):
        waiting = Patch.objects.visible_to(user).current().filter(status=Status.AWAITING)
        user.awaiting_count = waiting.count()
    return user.awaiting_count


def following(queue: PatchQuerySet, patch: Patch) -> Patch | None:
    """队列里 patch 后面的一块，没有是 None。patch 可以已经不在队列里，但要带着 reported_at。"""
    after = Q(reported_at__gt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__gt=patch.pk)
    return queue.exclude(pk=patch.pk).filter(after).first()


def preceding(queue: PatchQuerySet, patch: Patch) -> Patch | None:
    """队列里 patch 前面的一块，没有是 None。"""
    return queue.filter(_before(patch)).last()


def _before(patch):
    return Q(reported_at__lt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__lt=patch.pk)


def ahead(queue: PatchQuerySet, patch: Patch) -> int:
    """队列里排在 patch 前面的有几块。"""
    return queue.filter(_before(patch)).count()
