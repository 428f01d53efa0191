"""靠图斑量的任务：每个村、每一步加出来，再判断状态。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from plots.ledger.as_of import reporting_step
from plots.models import Kind
from taiping.progress.facts import (
    UNSHARED,
    ExemptOrDeferred,
    Facts,
    Kept,
    Short,
)
from taiping.progress.figures import (
    ZERO,
    MilestoneFigures,
    Owed,
    Tally,
    TargetFigures,
    VillageFigures,
)
from taiping.progress.forecast import Forecast, forecast
from taiping.progress.needs import need_of, quota_of, step_need
from taiping.progress.relapses import Relapse
from taiping.progress.states import (
    Judgement,
    MilestoneState,
    Reached,
    Term,
    judge,
    overall,
)
from tasks.models import Milestone, Target
from villages.models import Village

NOTHING, NONE_KEPT = Tally(), Kept()
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
SUMMED, STARTS = (*AREAS, *COUNTS), (ZERO,) * len(AREAS) + (0,) * len(COUNTS)
summed_of = attrgetter(*SUMMED)


class Line(NamedTuple):
    """一步：截止日期（方案没定的是方案结束日期），各村做了多少。"""

    milestone: Milestone
    due_on: date
    tallies: dict[int, Tally]


class SetAside:
    """一项任务里核查无问题的、暂缓的和反弹的；暂缓写成 [(第几步, 个)]。

    反弹的截止日期是自己的：先和暂缓的一样不算在里面，再一块块地加。
    """

    def __init__(self, rows: Iterable[ExemptOrDeferred], relapses: list[Relapse]):
        self.relapses = relapses
        self.exempt_count = 0
        self.deferred: list[tuple[int, int]] = []
        self.exempt_in: dict[int, tuple[int, Decimal]] = {}  # 村 → (个, 亩)
        self.deferred_in: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            if row.kind == Kind.EXEMPT:
                self.exempt_count += row.count
                count, area = self.exempt_in.get(row.village_id, (0, ZERO))
                self.exempt_in[row.village_id] = count + row.count, area + row.area_mu
            else:
                self.deferred.append((row.order, row.count))
                self.deferred_in[row.village_id].append((row.order, row.count))

    def relapses_in(self, village_id: int) -> list[Relapse]:
        if not self.relapses:
            return []
        return [relapse for relapse in self.relapses if relapse.village_id == village_id]


def patch_target(target: Target, facts: Facts) -> TargetFigures:
    lines = [
        Line(step, step.due_on or facts.plan.ends_on, facts.steps.get(step.pk, {}))
        for step in facts.milestones[target.pk]
    ]
    relapses = facts.relapses.get(target.pk, [])
    aside = SetAside(facts.exempt_and_deferred[target.pk], relapses)
    rows = village_rows(target, facts, lines, aside)
    totals = totals_of(rows)
    quota, quota_count = quota_of(target, facts)
    need = need_of(target, quota, quota_count, totals["patch_count"], totals["exempt"])
    short = facts.short.get(target.pk, Short())
    figures = TargetFigures(
        target,
        facts.on,
        quota,
        quota_count,
        need,
        [],
        rows,
        relapses=relapses,
        owed=Owed.total(row.owed for row in rows),
        short_count=short.count,
        short_area=short.area_mu,
        **totals,
    )
    figures.brought_count, figures.brought = facts.brought.get(target.pk, (0, ZERO))
    figures.milestones = [patch_milestone(line, figures, facts, aside) for line in lines]
    if facts.only_to_compare:
        return figures
    share_out(figures)
    judge_steps(figures, facts)
    return figures


def totals_of(rows: list[VillageFigures]) -> dict[str, Decimal | int]:
    """各村的合计，一列一列地加；没有村的都是 0。"""
    columns = zip(STARTS, *map(summed_of, rows), strict=True)
    return dict(zip(SUMMED, map(sum, columns), strict=True))


def village_rows(
    target: Target, facts: Facts, lines: list[Line], aside: SetAside
) -> list[VillageFigures]:
    begun = until_last_past(lines, facts.on)
    reporting = reporting_step([line.milestone for line in lines])
    reported_by = confirmed_by = {}
    for line in lines:
        if line.milestone is reporting:
            reported_by = line.tallies
        confirmed_by = line.tallies
    rows = []
    of, none = target.pk, (0, ZERO)
    patches, carried_out, shares = facts.patches, facts.carried, facts.shares
    exempt_in, deferred_in = aside.exempt_in, aside.deferred_in
    for village in facts.villages:
        key = village.pk
        both = of, key
        count, area = patches.get(both, none)
        carried_count, carried = carried_out.get(both, none)
        exempt_count, exempt = exempt_in.get(key, none)
        deferred = deferred_in.get(key, ())
        reported, confirmed = reported_by.get(key, NOTHING), confirmed_by.get(key, NOTHING)
        row = VillageFigures(
            village,
            *shares.get(both, UNSHARED),
            patch_count=count,
            patch_area=area,
            reported=reported.amount,
            confirmed=confirmed.amount,
            reported_count=reported.count + exempt_count,
            confirmed_count=confirmed.count + exempt_count,
            exempt=exempt,
            exempt_count=exempt_count,
            deferred_count=sum(number for _, number in deferred) if deferred else 0,
            carried=carried,
            carried_count=carried_count,
        )
        rows.append(row)
        if not count:
            continue
        relapses = aside.relapses_in(key)
        if relapses:
            deferred = [*deferred, *unplanned(relapses)]
        mark_overdue(row, count - exempt_count, begun, key, deferred)
        if relapses:
            mark_relapsed(row, relapses, facts.on)
    return rows


def open_at(milestone: Milestone, left: int, deferred: Sequence[tuple[int, int]]) -> int:
    """没完成这一步（left）、又没暂缓的个数：暂缓在第几步，它以前的步就是完成了的。"""
    if deferred:
        left -= sum([count for order, count in deferred if order <= milestone.order])
    return left if left > 0 else 0


def unplanned(relapses: Iterable[Relapse]) -> list[tuple[int, int]]:
    """反弹的写成和暂缓一样的 [(第几步, 个)]：从没做完的第一步起不跟着方案的截止算。"""
    return [(relapse.pending.order, 1) for relapse in relapses]


def until_last_past(lines: list[Line], on: date) -> list[tuple[Line, bool]]:
    """到那天已过截止的最后一步为止的各步：没做完这些的图斑都算逾期。[(一步, 是不是村里做的、截止已过)]。"""
    past = [place for place, line in enumerate(lines) if line.due_on < on]
    begun = lines[: past[-1] + 1] if past else []
    by_village = Milestone.Actor.VILLAGE
    return [(line, line.milestone.actor == by_village and line.due_on < on) for line in begun]


def mark_overdue(
    row: VillageFigures,
    asked: int,
    begun: list[tuple[Line, bool]],
    key: int,
    deferred: Sequence[tuple[int, int]],
) -> None:
    """步骤按顺序走：没完成这一步的比没完成上一步的多出来的，就是正卡在这一步的；卡在谁的步，就是谁该办。

    asked 是要做的个数，key 是村的主键。
    """
    before = 0
    for (milestone, due_on, tallies), is_late_there in begun:
        tally = tallies.get(key)
        number = asked - tally.count if tally else asked
        if deferred:
            number = open_at(milestone, number, deferred)
        if number <= before:
            continue
        row.owed.add(milestone.actor, number - before)
        before = number
        if is_late_there and (row.overdue_due_on is None or due_on < row.overdue_due_on):
            row.overdue_step, row.overdue_due_on = milestone, due_on
    row.overdue_count = before


def mark_relapsed(row: VillageFigures, relapses: Iterable[Relapse], on: date) -> None:
    """反弹的过了自己的截止日期，加进村里逾期的。"""
    for relapse in relapses:
        if not relapse.is_late(on):
            continue
        pending = relapse.pending
        row.owed.add(pending.actor, 1)
        row.overdue_count += 1
        due_on = relapse.due_of(pending)
        if pending.actor != Milestone.Actor.VILLAGE or due_on >= on:
            continue
        if row.overdue_due_on is None or due_on < row.overdue_due_on:
            row.overdue_step, row.overdue_due_on = pending, due_on


def share_out(figures: TargetFigures) -> None:
    """每一步逾期没完成的，分给正卡着的那一步由谁做；和 mark_overdue 一样，看的是全部的村。"""
    owed, before = Owed(), 0
    for row in figures.milestones:
        if row.planned_count > before:
            owed.add(row.milestone.actor, row.planned_count - before)
            before = row.planned_count
        if row.planned_count and row.due_on < row.on:
            row.owed = owed.copy()
        for relapse in figures.relapses:
            if relapse.is_late_at(row.milestone, row.on):
                row.owed.add(relapse.pending.actor, 1)


def patch_milestone(
    line: Line, figures: TargetFigures, facts: Facts, aside: SetAside
) -> MilestoneFigures:
    """一步在全部的村：核减的个数在这里加上；核减的从不算逾期，以前做完了这一步的照原来的日期。"""
    milestone, due_on, tallies = line
    tally, kept = Tally.total(tallies.values()), facts.kept.get(milestone.pk, NONE_KEPT)
    count, reached = tally.count + aside.exempt_count, tally.amount
    waiting = open_at(milestone, figures.patch_count - count, aside.deferred)
    again = [relapse for relapse in aside.relapses if milestone in relapse.missing]
    late_again = len([relapse for relapse in again if relapse.is_late_at(milestone, facts.on)])
    planned = waiting - len(again)
    need = step_need(milestone, facts, figures.need, figures.patch_count, figures.exempt)
    row = MilestoneFigures(
        milestone,
        due_on,
        facts.on,
        need,
        reached=reached,
        reached_count=count,
        on_time=reached - tally.late,
        on_time_count=tally.count - tally.late_count + kept.count - kept.late_count,
        late_count=tally.late_count + kept.late_count,
        overdue_count=late_again + (planned if due_on < facts.on else 0),
        open_count=waiting,
        planned_count=planned,
    )
    if facts.only_to_compare:
        return row
    if row.overdue_count:
        row.overdue_in = where_overdue(line, figures, facts, aside)
    row.again_by = again_by(row, again)
    row.forecast = forecast_of(row, figures, need.measured(*facts.gained[milestone.pk]))
    return row


def where_overdue(
    line: Line, figures: TargetFigures, facts: Facts, aside: SetAside
) -> list[tuple[Village, int]]:
    """逾期没完成这一步的在哪些村 [(村, 个)]，多的在前；算法和全部的村一样，加起来就是 overdue_count。"""
    milestone, due_on, tallies = line
    found, is_past = [], due_on < facts.on
    for row in figures.villages:
        if not row.overdue_count:
            continue
        key, number = row.village.pk, 0
        if is_past:
            left = row.patch_count - row.exempt_count - tallies.get(key, NOTHING).count
            number = open_at(milestone, left, aside.deferred_in.get(key, ()))
        for relapse in aside.relapses_in(key):
            number += relapse.is_late_at(milestone, facts.on)
            number -= is_past and milestone in relapse.missing
        if number > 0:
            found.append((row.village, number))
    return sorted(found, key=lambda pair: -pair[1])


def again_by(row: MilestoneFigures, relapses: list[Relapse]) -> date | None:
    """截止过了，只差还没到期的反弹：它们做完就够数的，是它们里最晚的截止日期；不是这样是 None。"""
    if row.due_on >= row.on or row.need.met_by(row.reached, row.reached_count):
        return None
    coming = [each for each in relapses if not each.is_late_at(row.milestone, row.on)]
    missing = sum((each.missing[row.milestone] for each in coming), ZERO)
    if not row.need.met_by(row.reached + missing, row.reached_count + len(coming)):
        return None
    return max((each.due_of(row.milestone) for each in coming), default=None)


def again_term(term: Term, row: MilestoneFigures, relapses: list[Relapse]) -> Term:
    """只差反弹的：从反弹那天算到它们的截止日期。"""
    begins_on = min(each.on for each in relapses if row.milestone in each.missing)
    return term._replace(starts_on=None, begins_on=begins_on, due_on=row.again_by, undated=False)


def forecast_of(row: MilestoneFigures, figures: TargetFigures, gained: Decimal) -> Forecast | None:
    """按近 14 天增加的（gained）推算；图斑不够任务数的，推算到做完现有图斑为止。够了的、没有图斑的是 None。"""
    need = row.need
    if not figures.patch_count or need.met_by(row.reached, row.reached_count):
        return None
    most = Decimal(figures.patch_count) if need.by_count else figures.patch_area - figures.exempt
    now, unit = need.measured(row.reached, row.reached_count), "个" if need.by_count else need.unit
    return forecast(now, gained, min(need.goal, most), row.on, row.judged_by, unit)


def judge_steps(figures: TargetFigures, facts: Facts) -> None:
    """依次判断各步：前面有没有逾期的、上一步哪天截止，后面的步要用。"""
    plan, late_before = facts.plan, ""
    begins_on = max(plan.starts_on, facts.begun_on.get(figures.target.pk, plan.starts_on))
    for row in figures.milestones:
        term = term_of(row.milestone, figures.target, begins_on)
        if row.again_by:
            term = again_term(term, row, figures.relapses)
        row.judged = judge_step(row, term, late_before, figures)
        if row.state == MilestoneState.OVERDUE:
            late_before = late_before or row.milestone.name
        begins_on = row.milestone.due_on or begins_on
    figures.judged = overall((row.milestone.name, row.judged) for row in figures.milestones)


def term_of(milestone: Milestone, target: Target, begins_on: date | None = None) -> Term:
    plan = target.plan
    return Term(
        milestone.starts_on,
        milestone.due_on or plan.ends_on,
        plan.starts_on,
        plan.warn_days,
        begins_on,
        undated=milestone.due_on is None,
    )


def judge_step(
    row: MilestoneFigures, term: Term, late_before: str, figures: TargetFigures
) -> Judgement:
    """核减的算做到了，也不算逾期；清单的面积不看；结转走了的没有做到，也不再归这里办，说清楚。"""
    carried = figures.carried_count
    reached = Reached(
        row.reached if figures.patch_count else None,
        row.reached_count,
        row.on_time,
        row.reached_count - row.late_count,
    )
    return judge(
        row.on,
        term,
        row.need,
        reached,
        ahead=row.forecast,
        late_before=late_before,
        aside=f"，另有{carried}个已结转" if carried else "",
        nothing=figures.no_patches,
    )
