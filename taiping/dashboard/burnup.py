"""进度曲线：每项任务从年初到那天，每天累计完成多少；按近 14 天的速度推算什么时候能完成。

全部任务的曲线只用一次查询：按节点、完成日、撤回日分组，在 Python 里逐日累加。
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from plots.models import Kind, RectificationRecord

PACE_DAYS = 14
ZERO = Decimal(0)


@dataclass
class Curve:
    """一个节点的累计曲线：days 递增，totals 是那天结束时的累计（亩，或个）。"""

    days: list[date] = field(default_factory=list)
    totals: list[Decimal] = field(default_factory=list)

    @classmethod
    def of(cls, changes, until):
        curve, total = cls(), ZERO
        for day in sorted(changes):
            if day > until:
                break
            total += changes[day]
            curve.days.append(day)
            curve.totals.append(total)
        return curve

    def at(self, day):
        place = bisect_right(self.days, day)
        return self.totals[place - 1] if place else ZERO


@dataclass
class Forecast:
    """按近 14 天的速度推算：done_on 是哪天能完成，late_days 是比截止晚几天（0 或负是赶得上）。"""

    pace: Decimal
    done_on: date | None
    late_days: int


@dataclass
class BurnUp:
    """一项任务的曲线。unit 是“亩”或“个”：没有亩数任务的按个画。"""

    figures: object
    unit: str
    goal: Decimal | None
    reported: Curve
    confirmed: Curve
    forecast: Forecast | None


def burn_ups(progress, scope=None):
    """靠图斑量的每项任务一条 BurnUp；scope 是限定村的 Q。一次查询。"""
    changes = daily_changes(progress, scope or Q())
    curves = []
    for figures in progress.targets:
        if not figures.target.by_patches or not figures.milestones or not figures.patch_count:
            continue
        by_count = figures.need.quota is None
        steps = [row.milestone for row in figures.milestones]
        lines = {step.pk: Curve.of(changes[step.pk, by_count], progress.as_of) for step in steps}
        goal = Decimal(figures.need.quota_count or figures.patch_count) if by_count else figures.need.quota
        before = steps[-2] if len(steps) > 1 else steps[-1]
        pending = figures.next_milestone
        curves.append(BurnUp(
            figures, "个" if by_count else "亩", goal, lines[before.pk], lines[steps[-1].pk],
            forecast(lines[pending.milestone.pk], goal, progress.as_of, pending.due_on) if pending else None,
        ))
    return curves


def daily_changes(progress, scope):
    """(节点, 按个) → {日期: 那天的增减}。完成那天加，撤回那天减；核查无问题在每个节点都加 1 个。"""
    recorded = progress.basis == "recorded"
    start = TruncDate("created_at") if recorded else None
    end = TruncDate("withdrawn_at") if recorded else None
    rows = RectificationRecord.objects.filter(
        scope, milestone__target__plan=progress.plan, kind__in=(Kind.REPORT, Kind.PASS, Kind.EXEMPT)
    ).order_by()
    if recorded:
        rows = rows.annotate(start=start, end=end).values_list("milestone_id", "kind", "start", "end")
    else:
        rows = rows.values_list("milestone_id", "kind", "done_on", "withdrawn_on")
    rows = rows.annotate(amount=Sum("area_mu"), count=Count("pk", filter=Q(completes=True)), number=Count("pk"))
    steps_of = {
        row.milestone.pk: [other.milestone.pk for other in figures.milestones]
        for figures in progress.targets for row in figures.milestones
    }
    changes = defaultdict(lambda: defaultdict(Decimal))
    for milestone, kind, began, ended, amount, count, number in rows:
        if kind == Kind.EXEMPT:
            added = [((step, True), number) for step in steps_of[milestone]]
        else:
            added = [((milestone, False), amount or ZERO), ((milestone, True), count)]
        for key, value in added:
            changes[key][began] += value
            if ended is not None:
                changes[key][ended] -= value
    return changes


def forecast(curve, goal, as_of, due_on):
    """从近 14 天的增量推算；没有动就是推算不出（done_on 为 None）。"""
    if goal is None:
        return None
    now = curve.at(as_of)
    pace = (now - curve.at(as_of - timedelta(days=PACE_DAYS))) / PACE_DAYS
    if now >= goal:
        return None
    if pace <= 0:
        return Forecast(ZERO, None, 0)
    days = int(((goal - now) / pace).to_integral_value(ROUND_CEILING))
    if days > 3660:
        return Forecast(pace, None, 0)
    done_on = as_of + timedelta(days=days)
    return Forecast(pace, done_on, (done_on - due_on).days)
