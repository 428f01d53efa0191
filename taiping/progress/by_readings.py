"""靠监测量的任务：当日在用的监测数；没有就是无数据，不当作 0。"""

from datetime import date
from decimal import Decimal

from taiping.progress.facts import Facts, need_of, quota_of
from taiping.progress.figures import ZERO, MilestoneFigures, TargetFigures, VillageFigures
from taiping.progress.readings import Measured, Readings
from taiping.progress.states import MilestoneState, Need, Term, judge, judge_floor, overall
from tasks.models import Milestone, Target


def reading_target(target: Target, facts: Facts) -> TargetFigures:
    on, readings = facts.on, facts.readings[target.pk]
    quota, quota_count = quota_of(target, facts)
    measured = readings.measured(on)
    value = value_of(target, measured)
    figures = TargetFigures(
        target,
        on,
        quota,
        quota_count,
        need_of(target, quota, quota_count),
        [],
        village_rows(target, facts, readings),
        reported=value,
        confirmed=value,
        reading=measured,
    )
    for milestone in facts.milestones[target.pk]:
        figures.milestones.append(reading_milestone(milestone, figures, readings))
    figures.state = overall(row.state for row in figures.milestones)
    return figures


def value_of(target: Target, measured: Measured | None) -> Decimal | None:
    """在用的数；各村没有报齐的，底线不算有数（差的村不是 0），工作量算报了的合计。"""
    if measured is None or (target.is_floor and measured.is_partial):
        return None
    return measured.value


def village_rows(target: Target, facts: Facts, readings: Readings) -> list[VillageFigures]:
    rows = []
    for village in facts.villages:
        amount = readings.village_value(village.pk, facts.on)
        share = facts.share(target, village)
        rows.append(VillageFigures(village, *share, reported=amount, confirmed=amount))
    return rows


def goal_of(milestone: Milestone, figures: TargetFigures) -> Need:
    """这一步要到的数。"""
    return figures.need


def reading_milestone(
    milestone: Milestone, figures: TargetFigures, readings: Readings
) -> MilestoneFigures:
    target, on, value = figures.target, figures.on, figures.confirmed
    plan = target.plan
    due_on = milestone.due_on or plan.ends_on
    at_due = readings.measured(min(due_on, on))
    on_time = timely(target, value, value_of(target, at_due))
    term = Term(milestone.starts_on, due_on, plan.starts_on, plan.warn_days)
    state = state_of(term, goal_of(milestone, figures), figures, at_due, on_time)
    return MilestoneFigures(
        milestone,
        due_on,
        on,
        reached=value,
        reached_count=0,
        on_time=on_time,
        on_time_count=0,
        overdue_count=0,
        open_count=0,
        state=state,
    )


def state_of(
    term: Term,
    need: Need,
    figures: TargetFigures,
    at_due: Measured | None,
    on_time: Decimal | None,
) -> MilestoneState:
    """at_due 是截止那天（没到截止是当天）在用的监测，on_time 是算按期的数。"""
    target, on, value = figures.target, figures.on, figures.confirmed
    if target.is_floor:
        value_at_due = value_of(target, at_due)
        return judge_floor(on, term, need.quota, value=value, value_at_due=value_at_due)
    if need.quota is None:
        return judge_without_quota(on, term, figures.reading, at_due)
    return judge(on, term, need, amount=value, count=0, on_time=on_time or ZERO, on_time_count=0)


def judge_without_quota(
    on: date, term: Term, measured: Measured | None, at_due: Measured | None
) -> MilestoneState:
    """没有定数的一步：这一步的时段里有了监测数就是完成；时段以前的数是上一步的，不算。"""

    def is_within(found: Measured | None) -> bool:
        return found is not None and (term.starts_on is None or found.on >= term.starts_on)

    if is_within(at_due):
        return MilestoneState.DONE
    if is_within(measured):
        return MilestoneState.DONE_LATE
    if on < (term.starts_on or term.plan_starts_on):
        return MilestoneState.NOT_STARTED
    return MilestoneState.NO_DATA


def timely(target: Target, value: Decimal | None, at_due: Decimal | None) -> Decimal | None:
    """监测数里算按期的：截止那天已有的数，后来更正小了的以小的为准；没有监测数是 None。"""
    if value is None or (at_due is None and target.is_floor):
        return None
    return min(at_due or ZERO, value)
