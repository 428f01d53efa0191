"""督办在别的页上：没办结的督办单，和写在图斑上、还没有回音的督办。只读，不写。"""

import datetime
from collections.abc import Iterable, Set

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
    """多半一份也没有：先问是什么样，有没办结的，再连着写给谁、谁写的一起取。"""
    states = orders.states(today)
    found = SupervisionOrder.objects.select_related("village", "group", "by")
    return found.taken(by_urgency(states, OPEN_STATES), states)


def unanswered_remarks(
    villages: Iterable[Village], open_ones: Set[int], most: int
) -> list[RectificationRecord]:
    """写在这些村的图斑上的督办，图斑还没了结（在 open_ones 里）、后来还没有上报的，最新的 most 条。

    没有时一次查询，有时三次。
    """
    own = [village.pk for village in villages]
    standing = RectificationRecord.objects.standing().order_by("pk")
    remarks = standing.filter(patch__village__in=own, kind=Kind.REMARK)
    asked = open_ones & set(remarks.order_by().values_list("patch", flat=True))
    if not asked:
        return []
    told, by_patch = standing.filter(patch__in=asked, kind__in=(Kind.REMARK, *ANSWERED_BY)), {}
    for row in told.values_list("patch", "pk", "kind", "withdrawn_at", named=True):
        by_patch.setdefault(row.patch, []).append(row)
    left = [row.pk for rows in by_patch.values() for row in remarks_left(rows)]
    newest = sorted(left, reverse=True)[:most]
    whole = RectificationRecord.objects.filter(pk__in=newest).order_by("-pk")
    return list(whole.select_related("patch", "by"))


def remarks_left(records: Iterable[RectificationRecord]) -> list[RectificationRecord]:
    """一块图斑的记录（按录入先后）里，还没有回音的督办，新的在前。"""
    left = []
    for record in records:
        if record.withdrawn_at is not None:
            continue
        if record.kind in ANSWERED_BY:
            left = []
        elif record.kind == Kind.REMARK:
            left.insert(0, record)
    return left
