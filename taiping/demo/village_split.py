"""一次监测分到各村：照分解到村的数分，加起来一分不差，各村一次比一次多。只算，不写库。"""

from collections.abc import Sequence
from decimal import Decimal

from taiping.demo.area_split import apportion
from taiping.demo.reading_series import Point
from tasks.models import Target
from villages.models import Village

SLOW = Decimal("0.7")  # 没到数的时候，排在最前的村做得慢


class VillageSplit:
    """一项任务的各村；is_whole 是全镇的村都在，不用另录全镇的数。"""

    def __init__(self, target: Target, villages: Sequence[Village]):
        quotas = {row.village_id: row.quota for row in target.allocations.all()}
        self.villages = [village for village in villages if village.pk in quotas]
        if target.villages_may_enter and not target.is_floor:
            self.villages = self.villages or list(villages)
        known = [quota for quota in quotas.values() if quota]
        usual = sum(known) / len(known) if known else Decimal(1)
        self.weights = [quotas.get(village.pk) or usual for village in self.villages]
        self.is_whole = bool(villages) and len(self.villages) == len(villages)
        self.decimals = target.decimals
        self.before = [Decimal(0)] * len(self.villages)

    def values(self, point: Point) -> list[tuple[Village | None, Decimal]]:
        """这一次 [(村, 数)]；全镇的村没有都在的，最后一条是全镇的（None）。"""
        if not self.villages:
            return [(None, point.value)]
        places = max(self.decimals, -point.value.as_tuple().exponent)
        unit = Decimal(1).scaleb(-places)
        weights = list(self.weights)
        if not point.is_even and len(weights) > 2:
            weights[0] *= SLOW
        parts = apportion(int(point.value / unit), weights)
        now = [part * unit for part in parts]
        self.before = list(map(max, self.before, now))
        told = list(zip(self.villages, self.before, strict=True))
        return told if self.is_whole else [*told, (None, sum(self.before))]
