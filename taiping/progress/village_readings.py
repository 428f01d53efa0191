"""靠监测的任务在一个村：最近一次的数、分到的数、占几成，该村里做的步逾期了没有、有没有报数。

总览的各村表、周报的分村看的是同一份；单位不一样的从来不加在一起，一项任务一格。
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from taiping.ground.area import enough_decimals, figure, spread
from taiping.ground.words import GONE, days_words
from taiping.progress.figures import Progress, TargetFigures, VillageFigures
from taiping.progress.rates import percent_of
from taiping.progress.village_rates import above_most
from tasks.models import Milestone, Target
from villages.models import Village


@dataclass(frozen=True)
class VillageReading:
    """一个村在一项靠监测的任务上；decimals 是这项任务各村的数写几位小数，一列里一样。"""

    target: Target
    row: VillageFigures
    on: date
    decimals: int

    @property
    def has_part(self) -> bool:
        """分到了任务，或者有本村的监测数。"""
        return has_part(self.row)

    @property
    def value(self) -> Decimal | None:
        """最近一次的监测数；没有报过是 None，不是 0。"""
        return self.row.confirmed

    @property
    def quota(self) -> Decimal | None:
        return self.row.quota

    @property
    def unit(self) -> str:
        return self.target.unit

    @property
    def read_on(self) -> date | None:
        """哪天的数。"""
        return self.row.read_on

    @cached_property
    def share(self) -> Decimal | None:
        """占分到的数的几成，0 起，超额的过 1；没有数、没有分解的是 None。"""
        if self.value is None or not self.quota:
            return None
        return self.value / self.quota

    @property
    def rate(self) -> str:
        """“60.2%”，没有数、没有分解的是空。"""
        return "" if self.value is None else percent_of(self.value, self.quota or 0)

    @property
    def value_text(self) -> str:
        return figure(self.value, self.decimals)

    @property
    def quota_text(self) -> str:
        return spread(self.quota, self.row.quota_most, self.decimals, figure)

    @property
    def above(self) -> str:
        """分到的写成一段、比最多的还多：“比最多的 3 个多 2 个”；不是这样是空。"""
        return above_most(self.row, self.unit)

    @property
    def late_step(self) -> Milestone | None:
        """该村里做的、截止已过还不够的一步，拖得最久的；没有是 None。"""
        return self.row.overdue_step

    @property
    def days_late(self) -> int:
        return (self.on - self.row.overdue_due_on).days if self.late_step else 0

    @property
    def is_silent(self) -> bool:
        """截止已过，还没有报数：没有数，不当作 0，也不算逾期。"""
        return self.row.is_silent

    @property
    def is_overdue(self) -> bool:
        """报了数，过了截止还不够。"""
        return self.late_step is not None and not self.is_silent

    @property
    def late_words(self) -> str:
        """“逾期20天”“截止已过20天，还没有监测数”；不是这样是空。"""
        if not self.late_step:
            return ""
        if not self.is_silent:
            return days_words(-self.days_late, gap="")
        return f"截止{days_words(-self.days_late, past=GONE, gap='')}，还没有监测数"


def has_part(row: VillageFigures) -> bool:
    return row.is_allocated or row.confirmed is not None


def read_by_village(progress: Progress) -> list[TargetFigures]:
    """靠监测的任务里，有哪个村分到了任务、或有哪个村自己报数的；只看全镇一个数的不在内。"""
    return [
        figures
        for figures in progress.targets
        if not figures.target.by_patches and any(has_part(row) for row in figures.villages)
    ]


def total_quota(rows: Iterable[VillageFigures], decimals: int) -> str | Decimal | None:
    """分到各村的合计：都定了一个数的是数，有写成一段的是“3–7”；一个也没有分的是 None。"""
    shared = [row for row in rows if row.quota is not None]
    if not shared:
        return None
    least = sum(row.quota for row in shared)
    if all(row.quota_most is None for row in shared):
        return least
    most = sum(row.quota if row.quota_most is None else row.quota_most for row in shared)
    return spread(least, most, decimals, figure)


def decimals_of(figures: TargetFigures) -> int:
    """一项任务各村的数写几位小数：差一点不够的看得出差，一列里一样。"""
    pairs = [(row.confirmed, row.quota) for row in figures.villages]
    return max(figures.decimals, enough_decimals(pairs, figures.target.decimals))


def village_readings(
    figures: list[TargetFigures], place: int, decimals: list[int]
) -> list[VillageReading]:
    """第 place 个村在这些任务（read_by_village 的）上；decimals 是 decimals_of 一项项的。"""
    return [
        VillageReading(one.target, one.villages[place], one.on, places)
        for one, places in zip(figures, decimals, strict=True)
    ]


def late_by_village(progress: Progress) -> list[tuple[Village, list[VillageReading]]]:
    """[(村, 该村里做、过了截止的)]：逾期的、没有报数的；多的、拖得久的在前，没有的村不在里面。"""
    read, found = read_by_village(progress), []
    decimals = [decimals_of(figures) for figures in read]
    for place, village in enumerate(progress.villages):
        cells = village_readings(read, place, decimals)
        late = [cell for cell in cells if cell.late_step]
        if late:
            found.append((village, late))
    found.sort(key=lambda row: (-len(row[1]), -max(cell.days_late for cell in row[1])))
    return found
