"""进度曲线：每项任务从年初到那天，每天累计完成多少；靠监测的，每天在用的监测数是多少。

靠图斑的曲线只用一次查询：按节点、完成日、撤回日分组，在 Python 里逐日累加；靠监测的算进度时已经取来了。
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plots.models import Kind
from taiping.ground.area import MILLIONTH
from taiping.progress.by_day import day_sums
from taiping.progress.by_readings import values_by_day
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from taiping.progress.forecast import Forecast
from taiping.progress.tallies import Scope

ZERO = Decimal(0)
ONE = Decimal(1)
Changes = dict[int, dict[date, int]]  # 节点 → {日期: 那天的增减}：几个，或库里的整数


@dataclass
class Curve:
    """一个节点的累计曲线：days 递增，totals 是那天结束时的累计（亩，或个）。"""

    days: list[date] = field(default_factory=list)
    totals: list[Decimal] = field(default_factory=list)

    @classmethod
    def of(cls, changes: dict[date, int], until: date, size: Decimal) -> "Curve":
        """size 是 changes 的 1 有多大。"""
        curve, total = cls(), 0
        for day in sorted(changes):
            if day > until:
                break
            total += changes[day]
            curve.days.append(day)
            curve.totals.append(total * size)
        return curve

    def at(self, day: date) -> Decimal:
        place = bisect_right(self.days, day)
        return self.totals[place - 1] if place else ZERO


@dataclass
class BurnUp:
    """一项任务的曲线。unit 是“亩”或“个”：清单和没有亩数任务的按个画，goal 是要到的数。

    靠监测的 confirmed 是在用的监测数，unit 是任务自己的单位，没有 reported；方案没定数的 goal 是 None。
    """

    figures: TargetFigures
    unit: str
    goal: Decimal | None
    reported: Curve
    confirmed: Curve

    @property
    def forecast(self) -> Forecast | None:
        """还没完成的第一个节点的推算；都完成了是 None。"""
        pending = self.figures.next_milestone
        return pending.forecast if pending else None

    @property
    def by_patches(self) -> bool:
        return self.figures.target.by_patches

    @property
    def drawn(self) -> tuple[MilestoneFigures | None, MilestoneFigures | None]:
        """画着的两个节点：最后一次上报的、最后核实的。"""
        return self.figures.reporting, self.figures.last


def burn_ups(progress: Progress) -> list[BurnUp]:
    """有数可画的任务一项一条 BurnUp，按任务的顺序，和 progress 看的是同样的村、日期、口径。一次查询。"""
    curves = {curve.figures.target.pk: curve for curve in patch_curves(progress)}
    for figures in progress.targets:
        if not figures.target.by_patches and (values := values_by_day(figures)):
            days, totals = zip(*values, strict=True)
            curves[figures.target.pk] = BurnUp(
                figures,
                figures.target.unit,
                figures.need.quota,
                Curve(),
                Curve(list(days), list(totals)),
            )
    return [curves[row.target.pk] for row in progress.targets if row.target.pk in curves]


def patch_curves(progress: Progress) -> list[BurnUp]:
    drawn = [
        figures
        for figures in progress.targets
        if figures.target.by_patches and figures.milestones and figures.patch_count
    ]
    changes = daily_changes(drawn, progress.scope)
    curves = []
    for figures in drawn:
        unit, size = ("个", ONE) if figures.need.by_count else ("亩", MILLIONTH)
        reported, confirmed = (
            Curve.of(changes[row.milestone.pk], progress.on, size)
            for row in (figures.reporting, figures.last)
        )
        curves.append(BurnUp(figures, unit, figures.need.goal, reported, confirmed))
    return curves


def daily_changes(figures: list[TargetFigures], scope: Scope) -> Changes:
    """节点 → {日期: 那天的增减}。完成那天加，撤回那天减；按个画的，核查无问题在每个节点都加 1 个。

    只有要画的节点：上报和核实的两步。
    """
    drawn, by_count, exempted = set(), set(), {}
    for row in figures:
        ends = {row.reporting.milestone.pk, row.last.milestone.pk}
        drawn |= ends
        if row.need.by_count:
            by_count |= ends
            exempted |= {step.milestone.pk: ends for step in row.milestones}
    changes = defaultdict(lambda: defaultdict(int))
    for milestone, kind, began, ended, amount, count in day_sums(scope, drawn):
        if kind == Kind.EXEMPT:
            steps, value = exempted.get(milestone, ()), count
        else:
            steps, value = (milestone,), count if milestone in by_count else amount
        for step in steps:
            changes[step][began] += value
            if ended is not None:
                changes[step][ended] -= value
    return changes
