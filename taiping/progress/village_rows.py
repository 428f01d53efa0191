"""各村一行：排先后、点名最差的、哪些村不用列。总览、大屏、周报、提醒看的是同一份。"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from taiping.ground.words import GONE, days_words
from taiping.progress.figures import Owed, Progress, TargetFigures, VillageFigures, items
from taiping.progress.rates import percent_of
from taiping.progress.returns import Returns
from taiping.progress.village_rates import above_most
from taiping.progress.village_readings import (
    VillageReading,
    decimals_of,
    read_by_village,
    village_readings,
)
from tasks.models import Target
from tasks.models.allocations import share_words
from villages.models import Village


@dataclass
class VillageRow:
    village: Village
    ledger: str
    lot: str
    pairs: list[tuple[Target, VillageFigures]]  # (任务, VillageFigures)
    owed: Owed  # 逾期的卡在谁那里；排先后、说原因只看该村里办的
    returns: Returns
    readings: list[VillageReading] = field(default_factory=list)  # 靠监测的任务，一项一个
    worst: VillageFigures | None = None  # 该村里办的里面拖得最久的一步在哪项任务
    worst_target: Target | None = None
    worst_days: int = 0

    @property
    def has_part(self) -> bool:
        """这份方案有它的事：分到了任务，有图斑（结转走了的也算），报过数，或有过上报、退回。"""
        return (
            any(cell.is_allocated or cell.lot for _, cell in self.pairs)
            or bool(self.patch_count or self.carried_count)
            or any(cell.has_part for cell in self.readings)
            or bool(self.returns.reported or self.returns.returned)
        )

    @cached_property
    def overdue_readings(self) -> list[VillageReading]:
        """靠监测的里面，该村里做的步逾期的。"""
        return [cell for cell in self.readings if cell.is_overdue]

    @property
    def overdue_items(self) -> int:
        """逾期的几项：一项和它的“其中”算一项。"""
        return items(self.overdue_readings)

    @property
    def silent_items(self) -> int:
        return items(self.silent_readings)

    @cached_property
    def silent_readings(self) -> list[VillageReading]:
        """靠监测的里面，截止已过还没有报数的。"""
        return [cell for cell in self.readings if cell.is_silent]

    @property
    def weakest(self) -> Decimal | None:
        """靠监测的里面占分到的数最少的一成；底线任务不看占几成。"""
        shares = [
            cell.share
            for cell in self.readings
            if cell.share is not None and not cell.target.is_floor
        ]
        return min(shares, default=None)

    @property
    def worst_words(self) -> str:
        """“逾期20天”“截止已过20天，还没有监测数”：拖得最久的一步；没有是空。"""
        if not self.worst:
            return ""
        if self.worst.is_silent:
            return f"截止{days_words(-self.worst_days, past=GONE, gap='')}，还没有监测数"
        return days_words(-self.worst_days, gap="")

    @property
    def share(self) -> str:
        """核实占比：核实的个数占本村图斑个数，和通报排名用的一样；没有图斑是空。"""
        return percent_of(self.confirmed_count, self.patch_count)

    @cached_property
    def confirmed_count(self) -> int:
        return sum(cell.confirmed_count for _, cell in self.pairs)

    @cached_property
    def reported_count(self) -> int:
        return sum(cell.reported_count for _, cell in self.pairs)

    @cached_property
    def patch_count(self) -> int:
        return sum(cell.patch_count for _, cell in self.pairs)

    @cached_property
    def carried_count(self) -> int:
        return sum(cell.carried_count for _, cell in self.pairs)

    @property
    def cells(self) -> list[tuple[str, str, int, int, int, str]]:
        """每项任务一格：(任务, 地址, 核实、上报、图斑的个数, 分到的任务数)。"""
        return [
            (
                target.name,
                f"{self.ledger}&target={target.code}",
                cell.confirmed_count,
                cell.reported_count,
                cell.patch_count,
                share_text(cell, target),
            )
            for target, cell in self.pairs
        ]


def share_text(cell: VillageFigures, target: Target) -> str:
    """分到这个村的任务数，如“60 亩、3 个”；未分解是空。"""
    counts = cell.quota_count, cell.quota_count_most
    words = share_words(cell.quota, cell.quota_most, *counts, target.unit, target.decimals)
    return "，".join(filter(None, [words, above_most(cell, target.unit)]))


def village_rows(
    progress: Progress, ledger: str, returns: dict[int, Returns]
) -> tuple[list[TargetFigures], list[VillageRow]]:
    """(靠图斑量的任务, 各村一行)，最差的在前，没有数的在末了；排法见 badness。"""
    by_target = [figures for figures in progress.targets if figures.target.by_patches]
    read = read_by_village(progress)
    decimals, rows = [decimals_of(figures) for figures in read], []
    for place, village in enumerate(progress.villages):
        pairs = [(figures.target, figures.villages[place]) for figures in by_target]
        row = VillageRow(
            village,
            f"{ledger}&village={village.pk}",
            "、".join(sorted({cell.lot for _, cell in pairs if cell.lot})),
            pairs,
            Owed.total(cell.owed for _, cell in pairs),
            returns[village.pk],
            village_readings(read, place, decimals),
        )
        mark_worst(row, progress.on)
        rows.append(row)
    rows.sort(key=badness)
    return by_target, rows


def mark_worst(row: VillageRow, on: date) -> None:
    """该村里办的里面拖得最久的一步，图斑的、监测的都看。"""
    cells = [*row.pairs, *((reading.target, reading.row) for reading in row.readings)]
    late = [
        (cell.overdue_due_on, order) for order, (_, cell) in enumerate(cells) if cell.overdue_step
    ]
    if late:
        due_on, order = min(late)
        row.worst_target, row.worst = cells[order]
        row.worst_days = (on - due_on).days


def with_part(rows: list[VillageRow], all_by_patches: bool = False) -> tuple[list[VillageRow], int]:
    """(要列的村, 另外还有几个没有它的事的)：有靠监测的任务的方案，没有份的村不列成空行，只说一句几个。"""
    if all_by_patches:
        return rows, 0
    listed = [row for row in rows if row.has_part]
    return listed, len(rows) - len(listed)


def worst_villages(rows: list[VillageRow], most: int = 3) -> list[VillageRow]:
    """最差的几个村：有该村里办的逾期的，或有退回等着重报的；都没有就一个也不点名。"""
    return [row for row in rows if row.worst or row.returns.waiting][:most]


def badness(row: VillageRow) -> tuple:
    done, whole = row.confirmed_count, row.patch_count
    return (
        -row.owed.village,
        -row.overdue_items,
        -row.silent_items,
        -row.worst_days,
        not whole and row.weakest is None,
        Fraction(done, whole) if whole else 0,
        row.weakest or 0,
        -row.returns.waiting,
        -(row.returns.error_rate or 0),
        row.village.order,
    )
