"""监测数在某日的值：全镇自己的数和各村的数比日期，晚的为准。"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from taiping.ground.area import from_millionths
from taiping.progress.tallies import Scope, a_day, listed
from tasks.models import Reading


class Read(NamedTuple):
    """一次监测；village_id 是 None 的是全镇的数。"""

    village_id: int | None
    on: date
    value: Decimal
    source: str
    is_demo: bool


@dataclass(frozen=True)
class Measured:
    """一项任务某日在用的监测：全镇自己的一次，或各村最近一次的合计（没有报齐的是报了的村的合计）。

    villages 是报了的村数，of 是一共几个村。在用的是全镇的，villages 只数报得比它晚的村。
    """

    rows: tuple[Read, ...]
    villages: int
    of: int

    @property
    def is_town(self) -> bool:
        return self.rows[0].village_id is None

    @property
    def is_partial(self) -> bool:
        """各村的数没有报齐，又没有全镇的数可用。"""
        return not self.is_town and self.villages < self.of

    @property
    def value(self) -> Decimal:
        return sum((row.value for row in self.rows), Decimal(0))

    @property
    def on(self) -> date:
        """哪天的数：几个村合计的，算到其中最早的一个。"""
        return min(row.on for row in self.rows)

    @property
    def source(self) -> str:
        return self.rows[0].source if len(self.rows) == 1 else f"{self.villages} 个村合计"

    def partial_text(self, gap: str = " ") -> str:
        """没有报齐时的话：“10 个村报了 2 个”；报齐了的、只有全镇的数的是空文字。公文里数字两边不空格（gap 是空的）。"""
        if self.villages in (0, self.of):
            return ""
        later = "更晚的数" if self.is_town else ""
        return f"{self.of}{gap}个村报了{gap}{self.villages}{gap}个{later}"

    @property
    def is_demo(self) -> bool:
        return any(row.is_demo for row in self.rows)


class Readings:
    """一项任务的全部监测：村（None 是全镇）→ 按日期排好的监测；同一天后录入的为准。

    villages 是要数的村的主键：它们都报了才算报齐，别的村报了的也加进去。
    """

    def __init__(self, villages: Sequence[int]):
        self.villages = villages
        self.series: dict[int | None, list[Read]] = defaultdict(list)

    def add(self, reading: Read) -> None:
        self.series[reading.village_id].append(reading)

    def last(self, village_id: int | None, on: date) -> Read | None:
        rows = self.series.get(village_id, [])
        place = bisect_right(rows, on, key=lambda row: row.on)
        return rows[place - 1] if place else None

    def village_value(self, village_id: int | None, on: date) -> Decimal | None:
        row = self.last(village_id, on)
        return row.value if row else None

    def days(self, until: date) -> list[date]:
        """到 until 那天为止，哪几天有监测，先后为序。"""
        return sorted({row.on for rows in self.series.values() for row in rows if row.on <= until})

    def measured(self, on: date) -> Measured | None:
        """某日在用的监测；一次都没有是 None。

        各村的数报齐了（每个村都有一次）才抵得上全镇的数，它的日期算各村最近一次里最早的那一天：有一个村还是
        全镇那次以前的数，合计就旧于全镇的。两边日期晚的为准，同一天的以全镇自己的为准。没有报齐的不顶替全镇的数；
        连全镇的数也没有，才把报了的村加起来，并标明没有报齐。
        """
        town, rows, silent = self.last(None, on), [], 0
        for village in dict.fromkeys([*self.villages, *self.series]):
            row = self.last(village, on) if village is not None else None
            if row:
                rows.append(row)
            elif village in self.asked:
                silent += 1
        whole = len(rows) + silent
        if town and (silent or not rows or min(row.on for row in rows) <= town.on):
            return Measured((town,), sum(row.on > town.on for row in rows), whole)
        return Measured(tuple(rows), len(rows), whole) if rows else None

    @cached_property
    def asked(self) -> frozenset[int]:
        return frozenset(self.villages)


def readings_by_target(
    scope: Scope, villages: Mapping[int, Sequence[int]], before: date | None
) -> tuple[dict[int, Readings], dict[int, Readings]]:
    """任务主键 → Readings，那天的和 before 那天的，一次查询；看部分村时只有这些村的，没有全镇的。

    villages 是 任务主键 → 要数的村。手写 SQL 的原因见 tallies。
    """

    def known(day):
        entered = f"r.created_at < %({day}_end)s" if scope.recorded else f'NOT r."on" > %({day})s'
        return f"({entered} AND {scope.standing('r', day)})"

    then, days = "FALSE", {}
    if before is not None:
        then, days = known("before"), {"before": before}
    now, earlier = ({pk: Readings(villages[pk]) for pk in scope.target_ids} for _ in range(2))
    rows = scope.rows(
        f"""
        SELECT r.target_id, {known("day")}, {then}, r.village_id, r."on", r.value, r.source, r.is_demo
        FROM {Reading._meta.db_table} r
        WHERE r.target_id IN ({listed(scope.target_ids)}) AND ({known("day")} OR {then}){scope.places("r")}
        ORDER BY r."on", r.created_at, r.id
        """,  # noqa: S608 拼进去的只有表名和整数主键
        **days,
    )
    for target, is_now, is_then, village, on, value, source, is_demo in rows:
        reading = Read(village, a_day(on), from_millionths(value), source, bool(is_demo))
        if is_now:
            now[target].add(reading)
        if is_then:
            earlier[target].add(reading)
    return now, earlier
