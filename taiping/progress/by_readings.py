"""靠监测量的任务：当日最近的监测数；没有就是无数据，不当作 0。"""

from decimal import Decimal

from taiping.progress.facts import Facts, need_of, quota_of
from taiping.progress.figures import ZERO, MilestoneFigures, TargetFigures, VillageFigures
from taiping.progress.readings import Readings
from taiping.progress.states import Term, judge, judge_floor, overall
from tasks.models import Milestone, Target


def reading_target(target: Target, facts: Facts) -> TargetFigures:
    on, readings = facts.on, facts.readings[target.pk]
    quota, quota_count = quota_of(target, facts)
    value = readings.value(on)
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
        reading=readings.latest(on),
    )
    for milestone in facts.milestones[target.pk]:
        figures.milestones.append(reading_milestone(milestone, figures, readings))
    figures.state = overall(row.state for row in figures.milestones)
    return figures


def village_rows(target: Target, facts: Facts, readings: Readings) -> list[VillageFigures]:
    rows = []
    for village in facts.villages:
        amount = readings.village_value(village.pk, facts.on)
        share = facts.share(target, village)
        rows.append(VillageFigures(village, *share, reported=amount, confirmed=amount))
    return rows


def reading_milestone(
    milestone: Milestone, figures: TargetFigures, readings: Readings
) -> MilestoneFigures:
    target, on, value = figures.target, figures.on, figures.confirmed
    plan = target.plan
    due_on = milestone.due_on or plan.ends_on
    at_due = readings.value(min(due_on, on))
    on_time = timely(target, value, at_due)
    term = Term(milestone.starts_on, due_on, plan.starts_on, plan.warn_days)
    if target.is_floor:
        state = judge_floor(on, term, figures.quota, value=value, value_at_due=at_due)
    else:
        amounts = {"amount": value, "on_time": on_time or ZERO}
        state = judge(on, term, figures.need, count=0, on_time_count=0, **amounts)
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


def timely(target: Target, value: Decimal | None, at_due: Decimal | None) -> Decimal | None:
    """监测数里算按期的：截止那天已有的数，后来更正小了的以小的为准；没有监测数是 None。"""
    if value is None or (at_due is None and target.is_floor):
        return None
    return min(at_due or ZERO, value)
