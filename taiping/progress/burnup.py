"""进度曲线：每项任务从年初到那天，每天累计完成多少；按近 14 天的速度推算什么时候能完成。

全部任务的曲线只用一次查询：按节点、完成日、撤回日分组，在 Python 里逐日累加。
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from plots.models import Kind
from taiping.progress.figures import MilestoneFigures, Progress, TargetFigures
from taiping.progress.tallies import Scope, day_sums

PACE_DAYS = 14
ZERO = Decimal(0)
Changes = dict[tuple[int, bool], dict[date, Decimal]]  # (节点, 按个) → {日期: 那天的增减}


@dataclass
class Curve:
    """一个节点的累计曲线：days 递增，totals 是那天结束时的累计（亩，或个）。"""

    days: list[date] = field(default_factory=list)
    totals: list[Decimal] = field(default_factory=list)

    @classmethod
    def of(cls, changes: dict[date, Decimal], until: date) -> "Curve":
        curve, total = cls(), ZERO
        for day in sorted(changes):
            if day > until:
                break
            total += changes[day]
            curve.days.append(day)
            curve.totals.append(total)
        return curve

    def at(self, day: date) -> Decimal:
        place = bisect_right(self.days, day)
        return self.totals[place - 1] if place else ZERO


@dataclass
class Forecast:
    """按近 14 天的速度（每天 pace 个 unit）推算：done_on 是哪天能完成，late_days 是比截止晚几天（0 或负是赶得上）。"""

    pace: Decimal
    done_on: date | None
    late_days: int
    unit: str = "亩"


@dataclass
class BurnUp:
    """一项任务的曲线。unit 是“亩”或“个”：没有亩数任务的按个画。forecast 推算的是还没完成的第一个节点。"""

    figures: TargetFigures
    unit: str
    goal: Decimal | None
    reported: Curve
    confirmed: Curve
    forecast: Forecast | None

    @property
    def drawn(self) -> tuple[MilestoneFigures | None, MilestoneFigures | None]:
        """画着的两个节点：最后一次上报的、最后核实的。"""
        return self.figures.reporting, self.figures.last


def burn_ups(progress: Progress) -> list[BurnUp]:
    """靠图斑量的每项任务一条 BurnUp，和 progress 看的是同样的村、日期、口径。一次查询。"""
    drawn = [
        figures
        for figures in progress.targets
        if figures.target.by_patches and figures.milestones and figures.patch_count
    ]
    changes = daily_changes(drawn, progress.scope)
    curves = []
    for figures in drawn:
        unit, goal = goals(figures)[0]
        reported, confirmed = (
            Curve.of(changes[row.milestone.pk, unit == "个"], progress.on)
            for row in (figures.reporting, figures.last)
        )
        curves.append(
            BurnUp(figures, unit, goal, reported, confirmed, slowest(figures, changes, progress.on))
        )
    return curves


def goals(figures: TargetFigures) -> list[tuple[str, Decimal]]:
    """要到的数 [(单位, 数)]：有亩数的亩在前；亩和个都有就两样；都没有是现有图斑的个数。"""
    found = [("亩", figures.need.quota), ("个", figures.need.quota_count)]
    return [(unit, Decimal(goal)) for unit, goal in found if goal is not None] or [
        ("个", Decimal(figures.patch_count))
    ]


def within_reach(figures: TargetFigures) -> list[tuple[str, Decimal]]:
    """照现有图斑最多做得到的数 [(单位, 数)]：图斑不够任务数的，做完图斑为止。"""
    most = {"亩": figures.patch_area - figures.exempt, "个": Decimal(figures.patch_count)}
    return [(unit, min(goal, most[unit])) for unit, goal in goals(figures)]


def slowest(figures: TargetFigures, changes: Changes, on: date) -> Forecast | None:
    """还没完成的第一个节点的推算；亩和个两样都要到的，以慢的为准。都到了是 None。"""
    pending = figures.next_milestone
    if pending is None:
        return None
    ahead = []
    for unit, goal in within_reach(figures):
        now = pending.reached if unit == "亩" else Decimal(pending.reached_count)
        days = changes[pending.milestone.pk, unit == "个"]
        gained = sum((days[day] for day in days if pace_start(on) < day <= on), ZERO)
        ahead.append(forecast(now, gained, goal, on, pending.due_on, unit))
    return max(filter(None, ahead), key=lambda row: row.done_on or date.max, default=None)


def pace_start(on: date) -> date:
    return on - timedelta(days=PACE_DAYS)


def daily_changes(figures: list[TargetFigures], scope: Scope) -> Changes:
    """(节点, 按个) → {日期: 那天的增减}。完成那天加，撤回那天减；核查无问题在每个节点都加 1 个。

    要画的节点有全部的日子；只用来推算的，只有近 14 天的。
    """
    drawn, pending, steps_of = set(), set(), {}
    for row in figures:
        drawn |= {row.reporting.milestone.pk, row.last.milestone.pk}
        pending |= {row.next_milestone.milestone.pk} if row.next_milestone else set()
        steps_of |= {
            step.milestone.pk: [other.milestone.pk for other in row.milestones]
            for step in row.milestones
        }
    changes = defaultdict(lambda: defaultdict(Decimal))
    for milestone, kind, began, ended, amount, count in day_sums(
        scope, drawn, pending - drawn, pace_start(scope.on)
    ):
        if kind == Kind.EXEMPT:
            added = [((step, True), count) for step in steps_of.get(milestone, ())]
        else:
            added = [((milestone, False), amount), ((milestone, True), count)]
        for key, value in added:
            changes[key][began] += value
            if ended is not None:
                changes[key][ended] -= value
    return changes


def forecast(
    now: Decimal, gained: Decimal, goal: Decimal, on: date, due_on: date, unit: str = "亩"
) -> Forecast | None:
    """已有 now、近 14 天增加 gained，照这样哪天到 goal；已经到了是 None；没有动、或要十年以上的，推算不出（done_on 为 None）。"""
    if now >= goal:
        return None
    if gained <= 0:
        return Forecast(ZERO, None, 0, unit)
    pace = gained / PACE_DAYS
    # 先乘后除：除出来的速度是舍入过的，正好整除的天数会多出一天。
    days = int(((goal - now) * PACE_DAYS / gained).to_integral_value(ROUND_CEILING))
    if days > 3660:
        return Forecast(pace, None, 0, unit)
    done_on = on + timedelta(days=days)
    return Forecast(pace, done_on, (done_on - due_on).days, unit)
