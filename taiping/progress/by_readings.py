"""靠监测量的任务：当日在用的监测数；没有就是无数据，不当作 0。"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from taiping.progress.by_patches import term_of
from taiping.progress.facts import Facts
from taiping.progress.figures import ZERO, MilestoneFigures, TargetFigures, VillageFigures
from taiping.progress.needs import need_of, quota_of, step_need
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
    figures = measured_figures(target, facts)
    figures.villages = village_rows(target, facts, facts.readings[target.pk])
    begins_on = target.plan.starts_on
    for milestone in facts.milestones[target.pk]:
        term = term_of(milestone, target, begins_on)
        figures.milestones.append(reading_milestone(milestone, figures, facts, term))
        begins_on = milestone.due_on or begins_on
    figures.judged = overall((row.milestone.name, row.judged) for row in figures.milestones)
    return figures


def measured_figures(target: Target, facts: Facts) -> TargetFigures:
    """在用的监测和要到的数；各步、各村还没有。"""
    quota, quota_count = quota_of(target, facts)
    measured = facts.readings[target.pk].measured(facts.on)
    value = value_of(target, measured)
    need = need_of(target, quota, quota_count)
    figures = TargetFigures(target, facts.on, quota, quota_count, need, [], [], value, value)
    figures.reading, figures.readings = measured, facts.readings[target.pk]
    return figures


def values_by_day(figures: TargetFigures) -> list[tuple[date, Decimal]]:
    """[(哪天起, 在用的监测数)]，到看的那天为止，数变了的才有；各村没有报齐的底线没有数。"""
    found = []
    for on in figures.readings.days(figures.on):
        value = value_of(figures.target, figures.readings.measured(on))
        if value is not None and (not found or found[-1][1] != value):
            found.append((on, value))
    return found


def value_of(target: Target, measured: Measured | None) -> Decimal | None:
    """在用的数；各村没有报齐的，底线不算有数（差的村不是 0），工作量算报了的合计。"""
    if measured is None or (target.is_floor and measured.is_partial):
        return None
    return measured.value


def village_rows(target: Target, facts: Facts, readings: Readings) -> list[VillageFigures]:
    past, rows = past_village_steps(target, facts), []
    found = [readings.last(village.pk, facts.on) for village in facts.villages]
    town_reads = readings.last(None, facts.on) and not any(found)  # 只录全镇的数，不是村里没报
    for village, last in zip(facts.villages, found, strict=True):
        amount = last.value if last else None
        share = facts.share(target, village)
        row = VillageFigures(village, *share, reported=amount, confirmed=amount)
        row.read_on = last.on if last else None
        if past and not town_reads and (row.is_allocated or last):
            mark_late(row, target, facts, past)
        rows.append(row)
    return rows


def past_village_steps(target: Target, facts: Facts) -> list[tuple[Milestone, Term]]:
    """截止已过、该村里做的各步，先截止的在前；只用来比的不用看。"""
    if facts.only_to_compare:
        return []
    begins_on, past = target.plan.starts_on, []
    for milestone in facts.milestones[target.pk]:
        term = term_of(milestone, target, begins_on)
        begins_on = milestone.due_on or begins_on
        if milestone.actor == Milestone.Actor.VILLAGE and term.due_on < facts.on:
            past.append((milestone, term))
    return sorted(past, key=lambda pair: pair[1].due_on)


def mark_late(
    row: VillageFigures, target: Target, facts: Facts, past: list[tuple[Milestone, Term]]
) -> None:
    """一个村拖得最久的一步：单看这个村、和它自己的页一样判断，是逾期的，或截止已过没有报数的。"""
    key = row.village.pk
    readings = Readings([key])
    readings.series[key] = facts.readings[target.pk].series.get(key, [])
    alone = replace(
        facts,
        scope=replace(facts.scope, village_ids=[key]),
        villages=[row.village],
        readings={target.pk: readings},
    )
    figures = measured_figures(target, alone)
    for milestone, term in past:
        step = reading_milestone(milestone, figures, alone, term)
        if step.state == MilestoneState.OVERDUE or step.is_silent:
            row.overdue_step, row.overdue_due_on = milestone, term.due_on
            row.is_silent = step.is_silent
            return


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
