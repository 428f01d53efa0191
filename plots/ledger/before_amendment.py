"""按录入日期看过去：后来才更正了村或面积的图斑，那天系统里记的还是更正以前的。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from plots.models import Kind
from plots.models.deadlines import end_of_day
from plots.models.querysets import PatchQuerySet
from tasks.models.question import RECORDED
from villages.models import Village


@dataclass(frozen=True)
class Before:
    """一块图斑更正以前：village、area_mu 是那时的村和面积（亩）；now_ 开头的是现在的。"""

    target_id: int
    now_village_id: int
    now_area_mu: Decimal
    village: Village | None  # 村没有改，或那时的村名已经找不到（后来改了名），是 None
    area_mu: Decimal

    @property
    def village_id(self) -> int:
        return self.village.pk if self.village else self.now_village_id


def amended_later(patches: PatchQuerySet, on: date) -> dict[int, Before]:
    """patches 里在 on 那天以后（按录入）才更正村或面积的：{图斑主键: Before}。一次查询，有改了村的再查一次村。"""
    rows = (
        patches.counting(on, RECORDED)
        .filter(records__kind=Kind.AMEND, records__created_at__gte=end_of_day(on))
        .order_by("records__pk")
        .values_list("pk", "target_id", "village_id", "area_mu", "records__details")
    )
    now, before = {}, {}
    for pk, target, village, area, details in rows:
        now[pk] = target, village, area
        for change in details["changes"]:  # 更正过几次的，以最早一次以前的为准
            before.setdefault(pk, {}).setdefault(change["field"], change["old"])
    names = {old["village"] for old in before.values() if "village" in old}
    villages = (
        {village.name: village for village in Village.objects.filter(name__in=names)}
        if names
        else {}
    )
    found = {}
    for pk, (target, village, area) in now.items():
        old = before[pk]
        found[pk] = Before(
            target,
            village,
            area,
            villages.get(old.get("village")),
            Decimal(old.get("area_mu", area)),
        )
    return found
