"""总览页的排法：把进度的数排成条、格子和行。只排，不算。"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from taiping.progress.comparison import Moved
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from taiping.progress.rates import done_rate, percent
from taiping.progress.states import MilestoneState
from taiping.progress.village_rates import above_most
from taiping.progress.words import lacking_sentence, outlook, parts_text, quota_with_brought
from tasks.models import Target, WorkingGroup


@dataclass
class Bar:
    """一条进度：宽度都是 0–100，线是任务数的位置。"""

    confirmed: str
    reported: str
    line: str | None

    @classmethod
    def of(
        cls,
        confirmed: Decimal | int | None,
        reported: Decimal | int | None,
        quota: Decimal | int | None,
    ) -> "Bar":
        top = Decimal(max(confirmed or 0, reported or 0, quota or 0))
        if not top:
            return cls("0", "0", None)

        def width(value):
            return f"{max(Decimal(value or 0), Decimal(0)) * 100 / top:.1f}"

        return cls(
            width(confirmed),
            width((reported or 0) - (confirmed or 0)),
            width(quota) if quota else None,
        )


@dataclass
class TargetRow:
    figures: TargetFigures
    ledger: str  # 这项任务那天的图斑：台账的地址，后面再接 &state=…
    mu: Bar | None
    count: Bar | None

    @property
    def shows_mu(self) -> bool:
        """有亩数任务的、或者两样都没定的，显示亩；只按个数的清单不显示。"""
        plan = self.figures.target  # 看方案定的数，不看分没分解到村：同一项任务各页一样
        return plan.quota is not None or plan.quota_count is None

    @cached_property
    def lacking(self) -> str:
        """图斑不够任务数的一句话；够的、没有图斑的是空。"""
        return lacking_sentence(self.figures) if self.figures.patch_count else ""

    @cached_property
    def outlook(self) -> str:
        """到不到得了任务数，一句话。"""
        return outlook(self.figures)

    @cached_property
    def rates(self) -> list[tuple[str, str]]:
        """[(“上报”, “57.7%”), …]：占要完成的数；没有数、底线任务是空的。"""
        figures = self.figures
        if figures.confirmed is None or figures.is_empty or figures.target.is_floor:
            return []
        need = figures.need
        confirmed = done_rate(need, figures.confirmed, figures.confirmed_count)
        if confirmed is None:
            return []
        if not figures.target.by_patches:
            return [("完成", percent(confirmed))]
        reported = done_rate(need, figures.reported, figures.reported_count)
        return [("上报", percent(reported)), ("核实", percent(confirmed))]

    @property
    def rates_text(self) -> str:
        """“上报 57.7% · 核实 44.3%”。"""
        return " · ".join([f"{words} {rate}" for words, rate in self.rates])

    def moved_rates(self, change: Moved | None) -> list[tuple[str, str, int]]:
        """[(“上报”, “57.7%”, 比早些时候多的个)]；不比、靠监测的是 0。"""
        counts = {}
        if change:
            counts = {"上报": change.reported_count, "核实": change.confirmed_count}
        return [(words, rate, counts.get(words, 0)) for words, rate in self.rates]

    @property
    def bars(self) -> list[tuple[Bar, str]]:
        """[(一条进度, 给读屏的人听的名字)]：按亩的、按个的，没有的不给。"""
        pairs = ((self.mu, self.target.unit), (self.count, "个"))
        return [(bar, f"{self.target.name}，按{unit}") for bar, unit in pairs if bar]

    @property
    def with_brought(self) -> str:
        """任务数连着结转来的和不连各是多少；没有结转来的、没有个数任务的是空。"""
        return quota_with_brought(self.figures)

    @property
    def doubts(self) -> list[str]:
        """要核对的：“其中”加起来多过它的，做的比分到的最多还多的。"""
        figures = self.figures
        return list(filter(None, [parts_text(figures), above_most(figures, self.target.unit)]))

    @property
    def target(self) -> Target:
        return self.figures.target


def target_rows(progress: Progress, ledger: str) -> list[TargetRow]:
    rows = []
    for figures in progress.targets:
        address = f"{ledger}&target={figures.target.code}"
        if figures.target.is_floor:
            rows.append(TargetRow(figures, address, None, None))
            continue
        mu = count = None
        if figures.quota is not None:
            mu = Bar.of(
                figures.confirmed, figures.reported, figures.need.quota
            )  # 清单核减了的，线跟着退
        if figures.quota_count is not None or (figures.quota is None and figures.patch_count):
            count = Bar.of(
                figures.confirmed_count,
                figures.reported_count,
                figures.quota_count or figures.patch_count,
            )
        rows.append(TargetRow(figures, address, mu, count))
    return rows


def attention(progress: Progress, within: int = 15) -> list[tuple[TargetFigures, MilestoneFigures]]:
    """该盯的节点：逾期的在前（拖得久的先），随后是 within 天内到期还没完成的。

    数够了、还有图斑没做完的也列；还没有下发图斑的任务不在这里催（见 without_patches）；
    只看一个村时，没有图斑也没有分解任务的不列。
    """
    rows = [
        (target, milestone)
        for target, milestone in progress.milestones
        if (milestone.open_count or not milestone.state.is_done)
        and milestone.days_left <= within
        and not target.is_empty
        and not (progress.scoped and target.is_elsewhere)
    ]
    return sorted(rows, key=lambda row: row[1].judged_by)  # 同一天的照任务、步骤的先后


class Attention(NamedTuple):
    """该盯的节点：shown 是先看的几步，一步一行；rest 是另外的。"""

    shown: list[tuple[TargetFigures, MilestoneFigures]]
    rest: list[tuple[TargetFigures, MilestoneFigures]]

    @property
    def late_count(self) -> int:
        return sum(step.days_left < 0 for _, step in [*self.shown, *self.rest])


def attention_lines(progress: Progress, most: int = 8) -> Attention:
    """attention 的前 most 步，和另外的。"""
    rows = attention(progress)
    return Attention(rows[:most], rows[most:])


def without_patches(progress: Progress) -> list[TargetFigures]:
    """还没有下发图斑的任务：只说一句，不催；截止已过的节点由 silent 给出。"""
    return [
        figures
        for figures in progress.targets
        if figures.is_empty and not (progress.scoped and figures.is_elsewhere)
    ]


def due_soon(progress: Progress, days: int) -> int:
    """下一步在 days 天内（含当天）截止的图斑数，不含已逾期、核减、暂缓的。"""
    until = progress.on + timedelta(days=days)
    return sum(
        figures.open_count_by(until) - figures.overdue_count
        for figures in progress.targets
        if figures.target.by_patches
    )


@dataclass
class GroupRow:
    group: WorkingGroup | None
    targets: list[TargetFigures]

    @property
    def overdue_count(self) -> int:
        return sum(figures.overdue_count for figures in self.targets)

    @property
    def late(self) -> list[TargetFigures]:
        """逾期的任务。"""
        return [figures for figures in self.targets if figures.state == MilestoneState.OVERDUE]


def group_rows(progress: Progress) -> list[GroupRow]:
    """各工作组负责的任务和状态；没有负责任务的组不列，没有责任组的任务列在最后。"""
    rows = {}
    for figures in progress.targets:
        group = figures.target.group
        rows.setdefault(group.pk if group else None, GroupRow(group, [])).targets.append(figures)
    return sorted(
        rows.values(), key=lambda row: (row.group is None, row.group.order if row.group else 0)
    )
