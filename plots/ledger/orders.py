"""督办在别的页上：没办结的督办单，和写在图斑上、还没有回音的督办。只读，不写。"""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from plots.models import Kind, Patch, RectificationRecord, SupervisionOrder
from plots.models.orders import OPEN_STATES, by_urgency
from villages.models import User, Village

ANSWERED_BY = (Kind.REPORT, Kind.PASS, Kind.EXEMPT)  # 有了这些，写在图斑上的督办就有了回音


def standing_orders(villages: Iterable[Village], today: datetime.date) -> list[SupervisionOrder]:
    """发给这些村（都是看得见的）的、没办结的，超期的在前；带着 state，几份方案的都在。没有时一次查询，有时两次。"""
    own = [village.pk for village in villages]
    return _in_order(SupervisionOrder.objects.filter(village__in=own), today)


def orders_on(patch: Patch, user: User, today: datetime.date) -> list[SupervisionOrder]:
    """写着这块图斑的、没办结的；拆出来的、结转来的，原来那块上的也算。没有时一次查询，有时两次。"""
    same = [pk for pk in (patch.pk, patch.carried_from_id, patch.split_from_id) if pk]
    found = SupervisionOrder.objects.visible_to(user).filter(patches__in=same)
    return _in_order(found, today)


def _in_order(orders, today):
    """多半一份也没有：先问是什么样，有没办结的，再连着写给谁、说什么一起取。"""
    states = orders.states(today)
    return SupervisionOrder.objects.taken(by_urgency(states, OPEN_STATES), states)


def unanswered_remarks(user: User, village: Village | None, most: int) -> list[RectificationRecord]:
    """写在图斑上的督办，图斑还没了结、后来还没有上报的，最新的 most 条。没有时一次查询，有时两次。"""
    later = RectificationRecord.objects.standing().filter(
        patch=OuterRef("patch"), kind__in=ANSWERED_BY, pk__gt=OuterRef("pk")
    )
    found = RectificationRecord.objects.standing().filter(
        kind=Kind.REMARK, patch__in=Patch.objects.visible_to(user).open()
    )
    if village:
        found = found.filter(patch__village=village)
    found = found.exclude(Exists(later.order_by())).order_by("-pk")
    newest = list(found.values_list("pk", flat=True)[:most])
    if not newest:
        return []
    whole = RectificationRecord.objects.filter(pk__in=newest).order_by("-pk")
    return list(whole.select_related("patch__target__plan", "patch__village", "by"))


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
