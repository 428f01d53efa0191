"""靠图斑量的任务：每个村、每一步加出来，再判断状态。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from plots.models import Kind
from taiping.progress.facts import ExemptOrDeferred, Facts, need_of, quota_of
from taiping.progress.figures import (
    ZERO,
    MilestoneFigures,
    Tally,
    TargetFigures,
    VillageFigures,
)
from taiping.progress.states import Term, judge, overall
from tasks.models import Milestone, Target

NOTHING = Tally()
AREAS = ("patch_area", "reported", "confirmed", "exempt", "carried")
COUNTS = (
    "patch_count",
    "reported_count",
    "confirmed_count",
    "exempt_count",
    "deferred_count",
    "carried_count",
    "overdue_count",
)


class Line(NamedTuple):
    """一步：截止日期（方案没定的是方案结束日期），各村做了多少。"""

    milestone: Milestone
    due_on: date
    tallies: dict[int, Tally]


class SetAside:
    """一项任务里核查无问题的和暂缓的；暂缓写成 [(第几步, 个)]。"""

    def __init__(self, rows: Iterable[ExemptOrDeferred]):
        self.exempts: list[ExemptOrDeferred] = []
        self.deferred: list[tuple[int, int]] = []
        self.exempt_in: dict[int, tuple[int, Decimal]] = {}  # 村 → (个, 亩)
        self.deferred_in: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            if row.kind == Kind.EXEMPT:
                self.exempts.append(row)
                count, area = self.exempt_in.get(row.village_id, (0, ZERO))
                self.exempt_in[row.village_id] = count + row.count, area + row.area_mu
            else:
                self.deferred.append((row.order, row.count))
                self.deferred_in[row.village_id].append((row.order, row.count))


def patch_target(target: Target, facts: Facts) -> TargetFigures:
    lines = [
        Line(step, step.due_on or facts.plan.ends_on, facts.steps.get(step.pk, {}))
        for step in facts.milestones[target.pk]
    ]
    aside = SetAside(facts.exempt_and_deferred[target.pk])
    rows = village_rows(target, facts, lines, aside)
    totals = {name: sum((getattr(row, name) for row in rows), ZERO) for name in AREAS}
    totals |= {name: sum(getattr(row, name) for row in rows) for name in COUNTS}
    quota, quota_count = quota_of(target, facts)
    need = need_of(target, quota, quota_count, totals["patch_count"], totals["exempt"])
    figures = TargetFigures(target, facts.on, quota, quota_count, need, [], rows, **totals)
    figures.brought_count, figures.brought = facts.brought.get(target.pk, (0, ZERO))
    figures.milestones = [patch_milestone(line, figures, aside) for line in lines]
    figures.state = overall(row.state for row in figures.milestones)
    return figures


def village_rows(
    target: Target, facts: Facts, lines: list[Line], aside: SetAside
) -> list[VillageFigures]:
    past = [line for line in lines if line.due_on < facts.on]
    reported_by = lines[-2:][0].tallies if lines else {}  # “上报”看最后一步的前一步
    confirmed_by = lines[-1].tallies if lines else {}
    rows = []
    for village in facts.villages:
        key = village.pk
        count, area = facts.patches.get((target.pk, key), (0, ZERO))
        carried_count, carried = facts.carried.get((target.pk, key), (0, ZERO))
        exempt_count, exempt = aside.exempt_in.get(key, (0, ZERO))
        deferred = aside.deferred_in.get(key, ())
        reported, confirmed = reported_by.get(key, NOTHING), confirmed_by.get(key, NOTHING)
        row = VillageFigures(
            village,
            *facts.share(target, village),
            patch_count=count,
            patch_area=area,
            reported=reported.amount,
            confirmed=confirmed.amount,
            reported_count=reported.count + exempt_count,
            confirmed_count=confirmed.count + exempt_count,
            exempt=exempt,
            exempt_count=exempt_count,
            deferred_count=sum(number for _, number in deferred),
            carried=carried,
            carried_count=carried_count,
        )
        if count:
            mark_overdue(row, past, deferred)
        rows.append(row)
    return rows


def open_at(
    milestone: Milestone, patch_count: int, done_count: int, deferred: Sequence[tuple[int, int]]
) -> int:
    """没完成这一步、又没核减没暂缓的个数：暂缓在第几步，它以前的步就是完成了的。"""
    waiting = sum(count for order, count in deferred if order <= milestone.order) if deferred else 0
    return max(0, patch_count - done_count - waiting)


def mark_overdue(
    row: VillageFigures, past: list[Line], deferred: Sequence[tuple[int, int]]
) -> None:
    """past 是那天已过截止的步。步骤按顺序走、截止不倒退，所以到期最晚的一步没完成的个数，就是至少有一步逾期的个数。"""
    key, asked = row.village.pk, row.patch_count - row.exempt_count
    for milestone, due_on, tallies in past:
        number = open_at(milestone, asked, tallies.get(key, NOTHING).count, deferred)
        if not number:
            continue
        if row.overdue_due_on is None or due_on < row.overdue_due_on:
            row.overdue_step, row.overdue_due_on = milestone, due_on
        row.overdue_count = max(row.overdue_count, number)


def patch_milestone(line: Line, figures: TargetFigures, aside: SetAside) -> MilestoneFigures:
    """一步在全部的村：核减的个数在这里加上；截止以后才核减的算逾期。"""
    milestone, due_on, tallies = line
    plan, on, tally = figures.target.plan, figures.on, Tally.total(tallies.values())
    late_exempts = [row for row in aside.exempts if row.done_on > due_on]
    count = tally.count + sum(row.count for row in aside.exempts)
    late_count = tally.late_count + sum(row.count for row in late_exempts)
    waiting = open_at(milestone, figures.patch_count, count, aside.deferred)
    on_time, on_time_count = tally.amount - tally.late, count - late_count
    timely = on_time
    if figures.target.quota_count is not None:  # 截止以后才核减的面积：扣得掉任务数，算不得按期
        timely -= sum((row.area_mu for row in late_exempts), ZERO)
    state = judge(
        on,
        Term(milestone.starts_on, due_on, plan.starts_on, plan.warn_days),
        figures.need,
        amount=tally.amount if figures.patch_count else None,
        count=count,
        on_time=timely,
        on_time_count=on_time_count,
    )
    return MilestoneFigures(
        milestone,
        due_on,
        on,
        reached=tally.amount,
        reached_count=count,
        on_time=on_time,
        on_time_count=on_time_count,
        overdue_count=waiting if due_on < on else 0,
        open_count=waiting,
        state=state,
    )
