"""督办在别的页上：没办结的督办单，和写在图斑上、还没有回音的督办。只读，不写。"""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from plots.models import Kind, OrderState, Patch, RectificationRecord, SupervisionOrder
from plots.models.orders import OPEN_STATES
from villages.models import User, Village

ANSWERED_BY = (Kind.REPORT, Kind.PASS, Kind.EXEMPT)  # 有了这些，写在图斑上的督办就有了回音
URGENCY = list(OPEN_STATES)


def standing_orders(
    user: User, today: datetime.date, village: Village | None = None
) -> list[SupervisionOrder]:
    """这个人看得见、发给村的、没办结的，超期的在前；带着 state，一次查询，几份方案的都在。"""
    found = SupervisionOrder.objects.visible_to(user).filter(village__isnull=False)
    return _in_order(found.filter(village=village) if village else found, today)


def orders_on(patch: Patch, user: User, today: datetime.date) -> list[SupervisionOrder]:
    """写着这块图斑的、没办结的；结转来的，原来那块上的也算。一次查询。"""
    same = [pk for pk in (patch.pk, patch.carried_from_id) if pk]
    found = SupervisionOrder.objects.visible_to(user).filter(patches__in=same)
    return _in_order(found.distinct(), today)


def _in_order(orders, today):
    found = orders.open(today).with_state(today).with_names()
    return sorted(
        found, key=lambda row: (URGENCY.index(OrderState(row.state)), row.answer_by, row.pk)
    )


def unanswered_remarks(user: User, village: Village | None = None) -> QuerySet[RectificationRecord]:
    """写在图斑上的督办，图斑还没了结、后来还没有上报的，新的在前。"""
    later = RectificationRecord.objects.standing().filter(
        patch=OuterRef("patch"), kind__in=ANSWERED_BY, pk__gt=OuterRef("pk")
    )
    found = RectificationRecord.objects.standing().filter(
        kind=Kind.REMARK, patch__in=Patch.objects.visible_to(user).open()
    )
    if village:
        found = found.filter(patch__village=village)
    found = found.exclude(Exists(later.order_by()))
    return found.select_related("patch__target__plan", "patch__village", "by").order_by("-pk")


def remarks_left(records: Iterable[RectificationRecord]) -> list[RectificationRecord]:
    """一块图斑的记录里，还没有回音的督办，新的在前。"""
    left = []
    for record in records:
        if record.withdrawn_at is not None:
            continue
        if record.kind in ANSWERED_BY:
            left = []
        elif record.kind == Kind.REMARK:
            left.insert(0, record)
    return left
