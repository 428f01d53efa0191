"""监测数在某日的值：全镇有数用全镇的，没有就用各村最近一次之和；一次都没有是 None。"""

from bisect import bisect_right
from collections import defaultdict
from datetime import date
from decimal import Decimal

from taiping.progress.tallies import Scope, listed
from tasks.models import Reading


class Readings:
    """一项任务的全部监测：村（None 是全镇）→ 按日期排好的监测；同一天后录入的为准。"""

    def __init__(self):
        self.series: dict[int | None, list[Reading]] = defaultdict(list)

    def add(self, reading: Reading) -> None:
        self.series[reading.village_id].append(reading)

    def last(self, village_id: int | None, on: date) -> Reading | None:
        rows = self.series.get(village_id, [])
        place = bisect_right(rows, on, key=lambda row: row.on)
        return rows[place - 1] if place else None

    def village_value(self, village_id: int | None, on: date) -> Decimal | None:
        row = self.last(village_id, on)
        return row.value if row else None

    def latest(self, on: date) -> Reading | None:
        """当日在用的监测：全镇的最近一次；没有全镇的，是各村里最近的一次。"""
        town = self.last(None, on)
        rows = [town] if town else [self.last(village, on) for village in self.series]
        return max((row for row in rows if row), key=lambda row: row.on, default=None)

    def value(self, on: date) -> Decimal | None:
        town = self.last(None, on)
        if town:
            return town.value
        values = [self.village_value(village, on) for village in self.series]
        values = [value for value in values if value is not None]
        return sum(values) if values else None


def readings_by_target(scope: Scope) -> dict[int, Readings]:
    """任务主键 → Readings，一次查询；看部分村时只有这些村的，没有全镇的。手写 SQL 的原因见 tallies。"""
    known = "r.created_at < %(day_end)s" if scope.recorded else 'NOT r."on" > %(day)s'
    found = defaultdict(Readings)
    for reading in Reading.objects.raw(
        f"""
        SELECT r.* FROM {Reading._meta.db_table} r
        WHERE r.target_id IN ({listed(scope.target_ids)}) AND {known}{scope.places("r")}
        ORDER BY r."on", r.created_at, r.id
        """,  # noqa: S608 拼进去的只有表名和整数主键
        scope.params(),
    ):
        found[reading.target_id].add(reading)
    return found
