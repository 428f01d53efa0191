"""靠监测量的任务：当日最近的监测数；没有就是无数据，不当作 0。"""

from decimal import Decimal

from taiping.progress.by_patches import term_of
from taiping.progress.facts import Facts, need_of, quota_of, step_need
from taiping.progress.figures import ZERO, MilestoneFigures, TargetFigures, VillageFigures
from taiping.progress.readings import Readings
from taiping.progress.states import Reached, Term, judge, judge_floor, overall
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
    begins_on = target.plan.starts_on
    for milestone in facts.milestones[target.pk]:
        term = term_of(milestone, target, begins_on)
        figures.milestones.append(reading_milestone(milestone, figures, facts, term))
        begins_on = milestone.due_on or begins_on
    figures.judged = overall((row.milestone.name, row.judged) for row in figures.milestones)
    return figures


def village_rows(target: Target, facts: Facts, readings: Readings) -> list[VillageFigures]:
    rows = []
    for village in facts.villages:
        amount = readings.village_value(village.pk, facts.on)
        share = facts.share(target, village)
        rows.append(VillageFigures(village, *share, reported=amount, confirmed=amount))
    return rows


def reading_milestone(
    milestone: Milestone, figures: TargetFigures, facts: Facts, term: Term
) -> MilestoneFigures:
    target, on, value = figures.target, figures.on, figures.confirmed
    readings, need = facts.readings[target.pk], step_need(milestone, facts, figures.need)
    at_due = readings.value(min(term.due_on, on))
    on_time = timely(target, value, at_due)
    if target.is_floor:
        judged = judge_floor(on, term, need, value=value, value_at_due=at_due)
    else:
        late_before = next(
            (row.milestone.name for row in figures.milestones if row.state == "OVERDUE"), ""
        )
        reached = Reached(value, on_time=on_time or ZERO)
        judged = judge(on, term, need, reached, late_before=late_before)
    return MilestoneFigures(
        milestone,
        term.due_on,
        on,
        need,
        reached=value,
        reached_count=0,
        on_time=on_time,
        on_time_count=0,
        late_count=0,
        judged=judged,
    )


def timely(target: Target, value: Decimal | None, at_due: Decimal | None) -> Decimal | None:
    """监测数里算按期的：截止那天已有的数，后来更正小了的以小的为准；没有监测数是 None。"""
    if value is None or (at_due is None and target.is_floor):
        return None
    return min(at_due or ZERO, value)
