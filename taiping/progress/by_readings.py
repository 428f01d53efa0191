"""靠监测量的任务：当日在用的监测数；没有就是无数据，不当作 0。"""

from datetime import date
from decimal import Decimal

from taiping.progress.by_patches import term_of
from taiping.progress.facts import Facts, need_of, quota_of, step_need
from taiping.progress.figures import ZERO, MilestoneFigures, TargetFigures, VillageFigures
from taiping.progress.readings import Measured, Readings
from taiping.progress.states import (
    Judgement,
    MilestoneState,
    Need,
    Reached,
    Term,
    judge,
    judge_floor,
    not_started,
    overall,
    without_data,
)
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
    begins_on = target.plan.starts_on
    for milestone in facts.milestones[target.pk]:
        term = term_of(milestone, target, begins_on)
        figures.milestones.append(reading_milestone(milestone, figures, facts, term))
        begins_on = milestone.due_on or begins_on
    figures.judged = overall((row.milestone.name, row.judged) for row in figures.milestones)
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


def reading_milestone(
    milestone: Milestone, figures: TargetFigures, facts: Facts, term: Term
) -> MilestoneFigures:
    target, on, value = figures.target, figures.on, figures.confirmed
    readings, need = facts.readings[target.pk], step_need(milestone, facts, figures.need)
    at_due = readings.measured(min(term.due_on, on))
    on_time = timely(target, value, value_of(target, at_due))
    judged = judge_reading(term, need, figures, at_due, on_time)
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


def judge_reading(
    term: Term,
    need: Need,
    figures: TargetFigures,
    at_due: Measured | None,
    on_time: Decimal | None,
) -> Judgement:
    """at_due 是截止那天（没到截止是当天）在用的监测，on_time 是算按期的数。"""
    target, on, value = figures.target, figures.on, figures.confirmed
    nothing = figures.partial_text(gap="") or "还没有监测数"
    if target.is_floor:
        at_due = value_of(target, at_due)
        return judge_floor(on, term, need, value=value, value_at_due=at_due, nothing=nothing)
    if need.quota is None:
        return judge_without_quota(on, term, figures.reading, at_due, nothing)
    late_before = ""
    for row in figures.milestones:
        if row.state == MilestoneState.OVERDUE:
            late_before = late_before or row.milestone.name
    reached = Reached(value, on_time=on_time or ZERO)
    return judge(on, term, need, reached, late_before=late_before, nothing=nothing)


def judge_without_quota(
    on: date, term: Term, measured: Measured | None, at_due: Measured | None, nothing: str
) -> Judgement:
    """没有定数的一步：这一步的时段里有了监测数就是完成；时段以前的数是上一步的，不算。"""

    def is_within(found: Measured | None) -> bool:
        return found is not None and (term.starts_on is None or found.on >= term.starts_on)

    if is_within(at_due):
        return Judgement(MilestoneState.DONE, "已经有监测数")
    if is_within(measured):
        return Judgement(MilestoneState.DONE_LATE, "过了截止才有监测数")
    begins_on = term.starts_on or term.plan_starts_on
    return not_started(on, begins_on) if on < begins_on else without_data(on, term, nothing)


def timely(target: Target, value: Decimal | None, at_due: Decimal | None) -> Decimal | None:
    """监测数里算按期的：截止那天已有的数，后来更正小了的以小的为准；没有监测数是 None。"""
    if value is None or (at_due is None and target.is_floor):
        return None
    return min(at_due or ZERO, value)
