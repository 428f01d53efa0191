"""进度：全系统唯一的算法。给一份方案、一个日期、一种口径，用固定次数的查询算出所有的数。

口径 basis：done 按完成日期（业务上那天做到了什么），recorded 按录入日期（系统那天知道什么）。
按期与否总是看完成日期和截止日期。什么都不存，随时对任何一天重算。
"""

from collections import defaultdict

from plots.ledger.before_amendment import amended_later
from plots.models import Kind, Patch
from taiping.progress.figures import (
    ZERO,
    MilestoneFigures,
    Progress,
    Tally,
    TargetFigures,
    VillageFigures,
)
from taiping.progress.readings import readings_by_target
from taiping.progress.states import Need, Term, judge, judge_floor, overall
from taiping.progress.tallies import Scope, mark_sums, patch_sums, step_sums
from tasks.models import Allocation, Milestone
from villages.models import Village


def plan_progress(plan, as_of, basis="done", villages=None):
    """方案在某日的全部数。villages 给出时只算这些村（任务数取分解到村的数），不给就是全镇。

    查询次数固定，与村数、图斑数、目标数无关。
    """
    scoped = villages is not None
    villages = list(villages if scoped else Village.objects.all())
    village_ids = [village.id for village in villages]
    targets = list(plan.targets.select_related("group").order_by("order"))
    milestones = defaultdict(list)
    for milestone in Milestone.objects.filter(
        target__in=[target.pk for target in targets]
    ).order_by("order"):
        milestones[milestone.target_id].append(milestone)
    scope = Scope(
        as_of,
        basis,
        [target.pk for target in targets],
        [step.pk for steps in milestones.values() for step in steps],
        plan.ends_on,
        village_ids if scoped else None,
    )
    shares = Allocation.objects.filter(
        target__in=scope.target_ids
    ).order_by()  # 默认的排序要连两张表
    if scoped:
        shares = shares.filter(village__in=village_ids)
    shares = shares.values_list(
        "target_id", "village_id", "lot", "quota", "quota_count", named=True
    )
    allocations = {(row.target_id, row.village_id): row for row in shares}
    patches = patch_tallies(scope, plan, villages)
    steps, filed = step_tallies(scope)
    marks = mark_rows(scope, milestones)
    readings = readings_by_target(scope)

    figures = []
    for target in targets:
        target.plan = plan
        for milestone in milestones[target.pk]:
            milestone.target = target
        make = patch_target if target.by_patches else reading_target
        figures.append(
            make(
                target,
                milestones[target.pk],
                villages,
                as_of,
                scoped,
                allocations=allocations,
                patches=patches,
                steps=steps,
                marks=marks[target.pk],
                readings=readings[target.pk],
            )
        )
    return Progress(plan, as_of, basis, figures, scope, filed, villages)


def patch_tallies(scope, plan, villages):
    """(任务, 村) → 那天算数的图斑的 (个, 亩)；按录入日期看，后来才更正的村和面积用更正以前的。"""
    tallies = defaultdict(lambda: (0, ZERO))
    tallies |= {
        (target, village): (count, area) for target, village, count, area in patch_sums(scope)
    }
    if scope.recorded:
        here = {village.pk for village in villages}
        for row in amended_later(Patch.objects.filter(target__plan=plan), scope.as_of).values():
            for village, number, area in (
                (row.now_village_id, -1, -row.now_area_mu),
                (row.village_id, 1, row.area_mu),
            ):
                if village in here:
                    count, total = tallies[row.target_id, village]
                    tallies[row.target_id, village] = count + number, total + area
    return tallies


def step_tallies(scope):
    """节点 → {村: Tally}，出自上报和核实通过的有效记录；(村, 类型) → 办过几次，撤回的也算。"""
    tallies, filed = defaultdict(dict), defaultdict(int)
    for milestone, village, kind, *sums, number in step_sums(scope):
        filed[village, kind] += number
        if kind != Kind.RETURN:
            before = tallies[milestone].get(village)
            tally = Tally(*sums)
            tallies[milestone][village] = Tally.total([before, tally]) if before else tally
    return tallies, filed


def mark_rows(scope, milestones):
    """任务 → [(类型, 节点顺序, 村, 日期, 个, 亩)]：核查无问题和暂缓的有效记录。"""
    steps = {step.pk: step for row in milestones.values() for step in row}
    marks = defaultdict(list)
    for milestone, kind, village, done_on, count, area in mark_sums(scope):
        step = steps[milestone]
        marks[step.target_id].append((kind, step.order, village, done_on, count, area))
    return marks


def needed(target, scoped, allocations, villages, patch_count, exempt):
    """要完成的数。有个数的清单，核减的面积从亩数里扣；单按亩的（608 亩以上）不扣。"""
    if scoped:
        shares = [
            allocations[target.pk, v.pk] for v in villages if (target.pk, v.pk) in allocations
        ]
        amounts = [share.quota for share in shares if share.quota is not None]
        counts = [share.quota_count for share in shares if share.quota_count is not None]
        quota, quota_count = sum(amounts) if amounts else None, sum(counts) if counts else None
    else:
        quota, quota_count = target.quota, target.quota_count
    held = quota
    if quota is not None and target.quota_count is not None:
        held = max(quota - exempt, ZERO)
    return quota, quota_count, Need(held, quota_count, patch_count)


def patch_target(
    target, milestones, villages, as_of, scoped, *, allocations, patches, steps, marks, readings
):
    """靠图斑量的任务：每个村、每一步加出来，再判断状态。"""
    plan = target.plan
    lines = [(step, step.due_on or plan.ends_on, steps.get(step.pk, {})) for step in milestones]
    past = [line for line in lines if line[1] < as_of]
    exempts = [mark for mark in marks if mark[0] == Kind.EXEMPT]
    defers = [(order, count) for kind, order, _, _, count, _ in marks if kind == Kind.DEFER]
    exempt_of, deferred_of = defaultdict(lambda: (0, ZERO)), defaultdict(list)
    for kind, order, village, _, number, mu in marks:
        if kind == Kind.EXEMPT:
            exempt_of[village] = exempt_of[village][0] + number, exempt_of[village][1] + mu
        else:
            deferred_of[village].append((order, number))
    reported_by, confirmed_by = (
        ({}, {}) if not lines else (lines[max(len(lines) - 2, 0)][2], lines[-1][2])
    )
    nothing, by_village = Tally(), []
    for village in villages:
        key = village.id
        count, area = patches.get((target.pk, key), (0, ZERO))
        share = allocations.get((target.pk, key))
        exempt_count, exempt = exempt_of.get(key, (0, ZERO))
        deferred = deferred_of.get(key, ())
        reported, confirmed = reported_by.get(key, nothing), confirmed_by.get(key, nothing)
        row = VillageFigures(
            village,
            lot=share.lot if share else "",
            quota=share.quota if share else None,
            quota_count=share.quota_count if share else None,
            patch_count=count,
            patch_area=area,
            reported=reported.amount,
            confirmed=confirmed.amount,
            reported_count=reported.count + exempt_count,
            confirmed_count=confirmed.count + exempt_count,
            exempt=exempt,
            exempt_count=exempt_count,
            deferred_count=sum(number for _, number in deferred),
        )
        if count:
            mark_overdue(row, past, deferred)
        by_village.append(row)

    patch_count = sum(row.patch_count for row in by_village)
    exempt = sum((row.exempt for row in by_village), ZERO)
    quota, quota_count, need = needed(target, scoped, allocations, villages, patch_count, exempt)
    figures = TargetFigures(
        target,
        as_of,
        quota,
        quota_count,
        need,
        [],
        by_village,
        patch_count=patch_count,
        exempt=exempt,
        patch_area=sum((row.patch_area for row in by_village), ZERO),
        reported=sum((row.reported for row in by_village), ZERO),
        confirmed=sum((row.confirmed for row in by_village), ZERO),
        reported_count=sum(row.reported_count for row in by_village),
        confirmed_count=sum(row.confirmed_count for row in by_village),
        exempt_count=sum(row.exempt_count for row in by_village),
        deferred_count=sum(row.deferred_count for row in by_village),
        overdue_count=sum(row.overdue_count for row in by_village),
    )
    for milestone, due_on, tallies in lines:
        total = Tally.total(tallies.values())
        figures.milestones.append(
            patch_milestone(milestone, due_on, figures, total, exempts, defers)
        )
    figures.state = overall(m.state for m in figures.milestones)
    return figures


def open_at(milestone, patch_count, done_count, deferred):
    """没完成这一步、又没核减没暂缓的个数：暂缓在第几步，它以前的步就是完成了的。"""
    waiting = sum(count for order, count in deferred if order <= milestone.order) if deferred else 0
    return max(0, patch_count - done_count - waiting)


def mark_overdue(row, past, deferred):
    """past 是那天已过截止的步。步骤按顺序走、截止不倒退，所以到期最晚的一步没完成的个数，就是至少有一步逾期的个数。"""
    key, asked = row.village.id, row.patch_count - row.exempt_count
    for milestone, due_on, tallies in past:
        tally = tallies.get(key)
        number = open_at(milestone, asked, tally.count if tally else 0, deferred)
        if not number:
            continue
        if row.overdue_due_on is None or due_on < row.overdue_due_on:
            row.overdue_step, row.overdue_due_on = milestone, due_on
        row.overdue_count = max(row.overdue_count, number)


def patch_milestone(milestone, due_on, figures, tally, exempts, defers):
    """一步在全部的村：tally 是上报和核实的合计，核减的个数在这里加上；截止以后才核减的算逾期。"""
    plan, as_of = figures.target.plan, figures.as_of
    exempt_count = sum(count for *_, count, _ in exempts)
    late_exempts = [(count, area) for *_, done_on, count, area in exempts if done_on > due_on]
    count, late_count = (
        tally.count + exempt_count,
        tally.late_count + sum(number for number, _ in late_exempts),
    )
    waiting = open_at(milestone, figures.patch_count, count, defers)
    on_time, on_time_count = tally.amount - tally.late, count - late_count
    timely = on_time
    if figures.target.quota_count is not None:  # 截止以后才核减的面积：扣得掉任务数，算不得按期
        timely -= sum((area for _, area in late_exempts), ZERO)
    state = judge(
        as_of,
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
        as_of,
        tally.amount,
        count,
        on_time,
        on_time_count,
        waiting if due_on < as_of else 0,
        waiting,
        state,
    )


def reading_target(
    target, milestones, villages, as_of, scoped, *, allocations, patches, steps, marks, readings
):
    """靠监测量的任务：当日最近的监测数；没有就是无数据，不当作 0。"""
    plan = target.plan
    quota, quota_count, need = needed(target, scoped, allocations, villages, 0, ZERO)
    value = readings.value(as_of)
    rows = []
    for village in villages:
        share = allocations.get((target.pk, village.id))
        amount = readings.village_value(village.id, as_of)
        rows.append(
            VillageFigures(
                village,
                lot=share.lot if share else "",
                quota=share.quota if share else None,
                quota_count=share.quota_count if share else None,
                reported=amount,
                confirmed=amount,
            )
        )
    figures = TargetFigures(
        target,
        as_of,
        quota,
        quota_count,
        need,
        [],
        rows,
        reported=value,
        confirmed=value,
        reading=readings.latest(as_of),
    )
    for milestone in milestones:
        due_on = milestone.due_on or plan.ends_on
        at_due = readings.value(min(due_on, as_of))
        on_time = timely(target, value, at_due)
        term = Term(milestone.starts_on, due_on, plan.starts_on, plan.warn_days)
        if target.is_floor:
            state = judge_floor(as_of, term, quota, value=value, value_at_due=at_due)
        else:
            state = judge(
                as_of, term, need, amount=value, count=0, on_time=on_time or ZERO, on_time_count=0
            )
        figures.milestones.append(
            MilestoneFigures(milestone, due_on, as_of, value, 0, on_time, 0, 0, 0, state)
        )
    figures.state = overall(m.state for m in figures.milestones)
    return figures


def timely(target, value, at_due):
    """监测数里算按期的：截止那天已有的数，后来更正小了的以小的为准；没有监测数是 None。"""
    if value is None or (at_due is None and target.is_floor):
        return None
    return min(at_due or ZERO, value)
