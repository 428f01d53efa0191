"""按录入日期看过去：后来才更正了村或面积的图斑，那天系统里记的还是更正以前的。

更正的记录自己写在更正以前的村和面积上；那天以后的第一条更正，写着那天的村和面积。
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import BigIntegerField, F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from plots.models import Kind, RectificationRecord
from plots.models.deadlines import end_of_day
from plots.models.querysets import PatchQuerySet
from tasks.models.question import RECORDED


@dataclass(frozen=True)
class Before:
    """一块图斑更正以前：village_id、area_mu 是那时的村和面积（亩）；now_ 开头的是现在的。"""

    target_id: int
    now_village_id: int
    now_area_mu: Decimal
    village_id: int
    area_mu: Decimal
    is_brought: bool  # 那天已经从别的方案结转来的


def village_then(on: date) -> Coalesce:
    """on 那天（按录入）图斑在哪个村，写在图斑的查询里。"""
    return Coalesce(_amended_first(on, "village"), F("village"), output_field=BigIntegerField())


def area_then(on: date) -> Coalesce:
    """on 那天（按录入）图斑多大（亩），写在图斑的查询里。"""
    return Coalesce(_amended_first(on, "area_mu"), F("area_mu"))


def _amended_first(on, column):
    later = RectificationRecord.objects.filter(
        patch=OuterRef("pk"), kind=Kind.AMEND, created_at__gte=end_of_day(on)
    )
    return Subquery(later.order_by("pk").values(column)[:1])


def amended_later(patches: PatchQuerySet, on: date) -> dict[int, Before]:
    """patches 里在 on 那天以后（按录入）才更正的：{图斑主键: Before}。一次查询。"""
    rows = (
        patches.counting(on, RECORDED)
        .filter(records__kind=Kind.AMEND, records__created_at__gte=end_of_day(on))
        .order_by("records__pk")
        .values_list(
            "pk",
            "target_id",
            "village_id",
            "area_mu",
            "records__village",
            "records__area_mu",
            "carried_from__until_at",
        )
    )
    found = {}
    for pk, *columns, carried_at in rows:  # 更正过几次的，以最早一次以前的为准
        is_brought = carried_at is not None and carried_at < end_of_day(on)
        found.setdefault(pk, Before(*columns, is_brought))
    return found
