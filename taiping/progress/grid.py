"""时间节点：任务 × 截止日期的格子，一步一行。只排，不算。"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from taiping.ground.dates import date_beside
from taiping.ground.words import GONE, days_words
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from taiping.progress.states import MilestoneState

HUES = {MilestoneState.OVERDUE: "text-late", MilestoneState.AT_RISK: "text-risk"}


@dataclass
class Column:
    due_on: date | None  # None：方案没定截止日期
    on: date
    ends_on: date
    step: str = ""  # 这一天截止的都是同一步时，它的名字
    is_folded: bool = False  # 这一天截止的都还没有数：收窄

    @cached_property
    def is_past(self) -> bool:
        return self.due_on is not None and self.due_on < self.on

    @property
    def days(self) -> str:
        """离这一天：“还有 11 天”“已过 20 天”。"""
        return days_words((self.due_on - self.on).days, past=GONE)

    @cached_property
    def label(self) -> str:
        return date_beside(self.due_on, self.on) if self.due_on else "没定截止日期"

    @property
    def judged_by(self) -> str:
        """没定截止日期的按哪天算。"""
        return "" if self.due_on else f"按{date_beside(self.ends_on, self.on)}算"


class StepCell(NamedTuple):
    """一格里的一步；at 是这一步的图斑在台账里的地址。"""

    name: str
    tag: str
    state: str
    at: str
    count: int
    of: int | None
    lacking: str
    way: str
    days: str
    hue: str
    overdue: int
    reason: str


def step_cell(figures: TargetFigures, row: MilestoneFigures, ledger: str) -> StepCell:
    need, with_patches, state = row.need, figures.patch_count, row.state
    of = (need.quota_count or with_patches) if with_patches else None
    is_full = bool(of) and row.reached_count >= of
    return StepCell(
        row.milestone.name,
        state.tag,
        state.label,
        f"{ledger}&milestone={row.milestone.code}",
        row.reached_count,
        of,
        row.lacking if is_short(figures, row, is_full) else "",
        days_way(row),
        "" if state.is_done or figures.is_empty else days_of(row.days_left),
        HUES.get(state, "quiet"),
        row.overdue_count,
        row.reason,
    )


def is_short(figures: TargetFigures, row: MilestoneFigures, is_full: bool) -> bool:
    """格子里要写差多少：个数够了面积不够的；靠监测的没有个数可写，有了数就写。"""
    if row.state.is_done:
        return False
    if figures.target.by_patches:
        return is_full
    return not figures.target.is_floor and row.reached is not None


def days_of(days: int) -> str:
    return f"{abs(days)}天" if days else "今天截止"


def days_way(row: MilestoneFigures) -> str:
    """天数前面的话；窄的格子里不写。"""
    if row.days_left < 0:
        return "逾期" if row.overdue_count or row.state == MilestoneState.OVERDUE else GONE
    return "还有" if row.days_left else ""


def deadline_grid(progress: Progress, ledger: str) -> tuple[list[Column], list[tuple]]:
    """(各列, 各行)：每列一个日期，没定截止日期的排在最后；行是 (任务, [(列, [格子里的步])])。"""
    columns = columns_of(progress)
    rows = []
    for figures in progress.targets:
        address = f"{ledger}&target={figures.target.code}"
        cells = {column.due_on: [] for column in columns}
        for row in figures.milestones:
            cells[row.milestone.due_on].append(step_cell(figures, row, address))
        rows.append(
            (figures.target.listed_name, [(column, cells[column.due_on]) for column in columns])
        )
    return columns, rows


def columns_of(progress: Progress) -> list[Column]:
    due = {}
    for figures, row in progress.milestones:
        due.setdefault(row.milestone.due_on, []).append((figures, row))
    columns = []
    for day in sorted(due, key=lambda day: (day is None, day or date.max)):
        names = {row.milestone.name for _, row in due[day]}
        columns.append(
            Column(
                day,
                progress.on,
                progress.plan.ends_on,
                step=names.pop() if len(names) == 1 else "",
                is_folded=all(figures.is_empty for figures, _ in due[day]),
            )
        )
    return columns
