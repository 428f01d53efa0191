"""台账怎么排：整份排好的（导出、地图），和翻到的一页。

排在前面的几列只有不多的几种：先数清每种几块，就知道一页落在哪几种里，只排那几种，翻到多后面都一样快。
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from plots.ledger.alike import among
from plots.models import Patch
from plots.models.querysets import next_due_on
from plots.pages.patch_list.rows import totals

REST = ("target__order", "village__order", "code", "pk")
SORTS = {
    "code": "code",
    "village": "village__order",
    "target": "target__order",
    "area": "area_mu",
    "status": "status",
    "step": "next_milestone__order",
    "due": next_due_on(),
    "place": "place",
}
FEW = 1000  # 不多于这么多块的直接排，不分处、不先找主键：少一次查询
BY_DAY = ("status", "step", "due")  # 看过去一天时，照那天的排
# 台账的一行要的；别的列多半是空的，一页五十行也要一格格地读
SHOWN = (
    *("code", "area_mu", "place", "status", "due_on", "until_on", "is_demo"),
    *("target_id", "village_id", "remedy_id", "next_milestone_id"),
)
BY_PLACE = ("", "target", "village")  # 先排任务和村


@dataclass(frozen=True)
class Part:
    """排在一处的图斑：place 是排在哪里，where 是怎么挑出来，count 块、area_mu 亩。"""

    place: tuple
    where: Q
    count: int
    area_mu: Decimal

    def joined(self, other):
        """排在同一处的合在一起。"""
        count, area_mu = self.count + other.count, self.area_mu + other.area_mu
        return Part(self.place, self.where | other.where, count, area_mu)


class Order:
    """filters 筛出来的按 key 排，descending 是倒过来；空的总在最后。"""

    def __init__(self, filters, key, descending):
        self.filters, self.key, self.descending = filters, key, descending

    @property
    def is_then(self):
        """看过去一天，照那天的排。"""
        return self.filters.is_as_of and self.key in BY_DAY

    def sorted(self, patches):
        """整份排好。"""
        if not self.key:
            return patches.order_by(*REST)
        by = self._place_then() if self.is_then else SORTS[self.key]
        by = F(by) if isinstance(by, str) else by
        by = by.desc(nulls_last=True) if self.descending else by.asc(nulls_last=True)
        return patches.order_by(by, *REST)

    def __getitem__(self, wanted):
        """第几到第几块，带好任务、方案、村、下一步：先找出主键，再取这几行；一共没有几块的直接取。"""
        start, stop = wanted.start, wanted.stop
        chosen, before = self.filters.qs, 0
        if self.totals[0] <= FEW:
            return self.listed(self.sorted(chosen)[start:stop])
        if self.parts is not None:
            chosen, before = self._around(start, stop)
        ids = self.sorted(chosen).values_list("pk", flat=True)[start - before : stop - before]
        ids = list(ids)
        found = Patch.objects.only(*SHOWN).in_bulk(ids)
        return self.filters.scope.share(found[pk] for pk in ids if pk in found)

    def listed(self, patches):
        """排好的一段，只取列表要的几列，带好任务、村、下一步。"""
        return self.filters.scope.share(patches.only(*SHOWN))

    def _around(self, start, stop):
        """(start 到 stop 落在其中的几处, 它们前面有几块)。"""
        where, before, passed = Q(), 0, 0
        for part in self.parts:
            if passed >= stop:
                break
            passed += part.count
            if passed <= start:
                before = passed
            else:
                where |= part.where
        return self.filters.qs.filter(where), before

    @cached_property
    def totals(self):
        """(个, 亩)：一次查询，或数排在各处的。"""
        if self.parts is None:
            return totals(self.filters.qs)
        area = sum((part.area_mu for part in self.parts), Decimal(0))
        return sum(part.count for part in self.parts), area

    @cached_property
    def parts(self):
        """排在各处的，按先后；不分处的（按编号、面积等排，数据库自己排）是 None。"""
        if self.is_then:
            return self._in_order(self._parts_then())
        if self.key in BY_PLACE:
            return self._in_order(self._parts_by_place())
        return None

    def _in_order(self, parts):
        together = {}
        for part in parts:
            held = together.get(part.place)
            together[part.place] = held.joined(part) if held else part
        known = [part for part in together.values() if part.place[0] is not None]
        known.sort(key=lambda part: part.place[1:])
        known.sort(key=lambda part: part.place[0], reverse=self.descending)
        return known + [part for part in together.values() if part.place[0] is None]

    def _parts_by_place(self):
        targets, villages = self.filters.targets, self.filters.villages
        for target, village, count, area in _counted(self.filters.qs, "target", "village"):
            if target not in targets or village not in villages:
                continue  # 正好被人改到别处去了
            place = targets[target].order, villages[village].order
            where = Q(target=target, village=village)
            yield Part(place[::-1] if self.key == "village" else place, where, count, area)

    def _parts_then(self):
        for place, groups in self._groups().items():
            count = sum(group.count for group in groups)
            area = sum((group.area_mu for group in groups), Decimal(0))
            yield Part((place,), among(group.ids for group in groups), count, area)

    def _groups(self):
        """{排在哪里: 那天在那里的一批批}。"""
        found = defaultdict(list)
        for group in self.filters.groups:
            found[self.filters.ledger.rank(self.key, group.standing)].append(group)
        return found

    def _place_then(self):
        """按那天的状态、下一步、截止日期排：排在一处的写成一个数；没有下一步的是空。"""
        groups = self._groups()
        groups.pop(None, None)
        whens = [
            When(among(group.ids for group in groups[place]), then=number)
            for number, place in enumerate(sorted(groups))
        ]
        return Case(*whens, output_field=IntegerField()) if whens else Value(0)


def _counted(patches, *names):
    """照这几样分开数：[(…, 个, 亩)]。"""
    rows = patches.order_by().values_list(*names)
    return rows.annotate(count=Count("pk"), area=Sum("area_mu"))
