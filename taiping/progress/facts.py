"""一份方案某日的全部事实：固定几次查询取来，算的时候不再查库。"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from plots.ledger.before_amendment import Before, amended_later
from plots.models import Kind, Patch
from taiping.ground.rows import all_of, columns, fetched, made
from taiping.progress.figures import ZERO, Tally, Uses
from taiping.progress.forecast import pace_start
from taiping.progress.readings import Readings, readings_by_target
from taiping.progress.relapses import Relapse, relapses_by_target
from taiping.progress.tallies import (
    GROUP,
    MILESTONE,
    SUBSIDY,
    TARGET,
    Scope,
    carried_sums,
    exempt_and_deferred_sums,
    kept_steps,
    listed,
    moved_filings,
    patch_sums,
    recent_sums,
    share_rows,
    short_patches,
    step_sums,
    used,
)
from tasks.models import Milestone, Plan, Target, WorkingGroup
from tasks.models.nesting import nested
from villages.models import Village


class Share(NamedTuple):
    """一项任务分解到一个村的数：quota 按任务的单位（亩），没分解的是 None；一段的是最少的，most 是最多的。"""

    lot: str = ""
    quota: Decimal | None = None
    quota_count: int | None = None
    quota_most: Decimal | None = None
    quota_count_most: int | None = None


UNSHARED = Share()


class ExemptOrDeferred(NamedTuple):
    """一步、一个村认定核查无问题的（EXEMPT）或暂缓的（DEFER）：几个、多少亩。"""

    kind: str
    order: int  # 第几步
    village_id: int
    count: int
    area_mu: Decimal


class Kept(NamedTuple):
    """一步上，核查无问题的图斑以前已经完成了的：几个，其中逾期完成的几个。"""

    count: int = 0
    late_count: int = 0


class Short(NamedTuple):
    """做完了、完成面积却小于图斑面积的：几个，共少多少亩。"""

    count: int = 0
    area_mu: Decimal = ZERO


@dataclass
class Facts:
    plan: Plan
    uses: Uses
    scope: Scope
    villages: list[Village]
    targets: list[Target]  # 按顺序，target.plan 已放好
    milestones: dict[int, list[Milestone]]  # 任务 → 时间节点，按顺序
    shares: dict[tuple[int, int], Share]  # (任务, 村)
    patches: dict[tuple[int, int], tuple[int, Decimal]]  # (任务, 村) → 那天算数的图斑 (个, 亩)
    patches_before: dict[tuple[int, int], tuple[int, Decimal]]  # 同上，拿来比的那天的
    begun_on: dict[int, date]  # 任务 → 第一块图斑从哪天算起，没有写的不在里面
    steps: dict[int, dict[int, Tally]]  # 节点 → 村 → 有效的上报和核实
    steps_before: dict[int, dict[int, Tally]]  # 同上，拿来比的那天的；不分逾期没有
    filed: dict[tuple[int, str], int]  # (村, 类型) → 办过几次，撤回的也算
    relapses: dict[int, list[Relapse]]  # 任务 → 反弹了、正在重新整改的
    carried: dict[tuple[int, int], tuple[int, Decimal]]  # (任务, 村) → 已结转出去的 (个, 亩)
    brought: dict[int, tuple[int, Decimal]]  # 任务 → 算数的里面结转来的 (个, 亩)
    exempt_and_deferred: dict[int, list[ExemptOrDeferred]]  # 任务 →
    kept: dict[int, Kept]  # 节点 →
    gained: dict[int, tuple[Decimal, int]]  # 节点 → 近 14 天增加的 (亩, 个)
    short: dict[int, Short]  # 任务（只有清单）→
    readings: dict[int, Readings]  # 任务 →
    readings_before: dict[int, Readings]  # 同上，拿来比的那天的
    only_to_compare: bool = False  # 只用来和另一天比：状态、推算不用算

    @property
    def on(self) -> date:
        return self.scope.on

    def share(self, target: Target, village: Village) -> Share:
        return self.shares.get((target.pk, village.pk), UNSHARED)


def facts_of(
    plan: Plan,
    on: date,
    basis: str,
    villages: list[Village] | None = None,
    before: date | None = None,
) -> Facts:
    """查询次数固定，与村数、图斑数、目标数无关。villages 给出时只看这些村；before 是拿来比的早些时候的一天。"""
    is_part = villages is not None
    villages = list(villages) if is_part else all_of(Village)
    targets = targets_of(plan)
    milestones = milestones_of(targets)
    scope = Scope(
        on,
        basis,
        [target.pk for target in targets],
        [step.pk for steps in milestones.values() for step in steps],
        plan.ends_on,
        [village.pk for village in villages] if is_part else None,
    )
    uses, amended = Uses(*used(plan.pk, scope)), {}
    if scope.recorded:
        amended = amended_later(Patch.objects.filter(target__plan=plan), scope.on)
    patches, patches_before, begun_on = patch_tallies(scope, before)
    move_back(patches, scope, amended)
    steps, steps_before, filed = step_tallies(scope, before)
    follow_patches(filed, scope, amended)
    carried, brought = carried_tallies(scope, amended)
    shares = shares_of(scope)
    return Facts(
        plan,
        uses,
        scope,
        villages,
        targets,
        milestones,
        shares,
        patches,
        patches_before,
        begun_on,
        steps,
        steps_before,
        filed,
        relapses_by_target(scope, milestones, amended) if uses.relapses else {},
        carried,
        brought,
        exempt_and_deferred(scope, milestones),
        kept_tallies(scope),
        gains(scope, milestones),
        short_tallies(scope, targets, milestones, amended),
        *readings_by_target(scope, asked_villages(scope, targets, shares, villages), before),
    )


def facts_to_compare(known: Facts, on: date) -> Facts:
    """known 那天以前的 on 那天（取 known 时说好的 before），只用来和那天比（见 comparison）。

    哪天都一样的（村、任务、节点、任务分解）照用；比不着的不问：办过几次、结转、按期、近 14 天、面积的短少。
    """
    scope = replace(known.scope, on=on)
    amended = {}
    if scope.recorded:
        amended = amended_later(Patch.objects.filter(target__plan=known.plan), on)
    move_back(known.patches_before, scope, amended)
    return replace(
        known,
        scope=scope,
        patches=known.patches_before,
        begun_on={},
        steps=known.steps_before,
        filed={},
        relapses=relapses_by_target(scope, known.milestones, amended)
        if known.uses.relapses
        else {},
        carried={},
        brought={},
        exempt_and_deferred=exempt_and_deferred(scope, known.milestones),
        kept={},
        gained=defaultdict(lambda: (ZERO, 0)),
        short={},
        readings=known.readings_before,
        only_to_compare=True,
    )


def targets_of(plan: Plan) -> list[Target]:
    """按顺序，“其中”紧跟在上级后面，plan、group 已放好。手写 SQL 的原因见 tallies。"""
    targets, width = [], len(Target._meta.concrete_fields)
    for row in fetched(
        f"""
        SELECT {columns(Target, "t")}, {columns(WorkingGroup, "g")}
        FROM {TARGET} t LEFT JOIN {GROUP} g ON g.id = t.group_id
        WHERE t.plan_id = %(plan)s ORDER BY t."order", t.id
        """,  # noqa: S608 拼进去的只有表名、列名
        {"plan": plan.pk},
    ):
        target = made(Target, row[:width])
        target.plan = plan
        if target.group_id is not None:
            target.group = made(WorkingGroup, row[width:])
        targets.append(target)
    return nested(targets)


def milestones_of(targets: list[Target]) -> dict[int, list[Milestone]]:
    """任务 → 时间节点；带着 earns：做到这一步有没有填了标准的奖补，没有的方案页面上就不用再问。"""
    by_target = {target.pk: target for target in targets}
    found = defaultdict(list)
    for *row, earns in fetched(
        f"""
        SELECT {columns(Milestone, "m")}, EXISTS (
            SELECT 1 FROM {SUBSIDY} s WHERE s.milestone_id = m.id AND s.rate IS NOT NULL
        )
        FROM {MILESTONE} m WHERE m.target_id IN ({listed(by_target)}) ORDER BY m."order"
        """  # noqa: S608 拼进去的只有表名、列名和整数主键
    ):
        milestone = made(Milestone, row)
        milestone.target, milestone.earns = by_target[milestone.target_id], bool(earns)
        found[milestone.target_id].append(milestone)
    return found


def shares_of(scope: Scope) -> dict[tuple[int, int], Share]:
    return {(target, village): Share(*share) for target, village, *share in share_rows(scope)}


def asked_villages(
    scope: Scope,
    targets: list[Target],
    shares: dict[tuple[int, int], Share],
    villages: list[Village],
) -> dict[int, list[int]]:
    """任务 → 要报数的村：任务数全部分解到了几个村，是这几个村；没有分解、没有分解完的，是每个村。"""
    found, divided = {}, defaultdict(dict)
    for (target, village), share in shares.items():
        if share.quota or share.quota_most:
            divided[target][village] = share.quota_most or share.quota
    for target in targets:
        theirs = divided[target.pk]
        is_whole = not scope.is_part and theirs and sum(theirs.values()) >= (target.quota or ZERO)
        found[target.pk] = list(theirs) if is_whole else [village.pk for village in villages]
    return found


def patch_tallies(
    scope: Scope, before: date | None
) -> tuple[
    dict[tuple[int, int], tuple[int, Decimal]],
    dict[tuple[int, int], tuple[int, Decimal]],
    dict[int, date],
]:
    """(任务, 村) → 算数的图斑的 (个, 亩)，那天的和 before 那天的；任务 → 第一块图斑从哪天算起。"""
    tallies, earlier = defaultdict(lambda: (0, ZERO)), defaultdict(lambda: (0, ZERO))
    first_days = defaultdict(list)

    def add(known, key, count, area):
        if count:
            number, total = known[key]
            known[key] = number + count, total + area

    for target, village, count, area, first, *then in patch_sums(scope, before):
        add(tallies, (target, village), count, area)
        add(earlier, (target, village), *then)
        if count:
            first_days[target].append(first)
    begun_on = {target: min(days) for target, days in first_days.items() if None not in days}
    return tallies, earlier, begun_on


def move_back(
    tallies: dict[tuple[int, int], tuple[int, Decimal]], scope: Scope, amended: dict[int, Before]
) -> None:
    """按录入日期看，后来才更正的村和面积（amended）用更正以前的。"""

    def move(target, village, number, area):
        if scope.has(village):
            count, total = tallies[target, village]
            tallies[target, village] = count + number, total + area

    for row in amended.values():
        move(row.target_id, row.now_village_id, -1, -row.now_area_mu)
        move(row.target_id, row.village_id, 1, row.area_mu)


def carried_tallies(
    scope: Scope, amended: dict[int, Before]
) -> tuple[dict[tuple[int, int], tuple[int, Decimal]], dict[int, tuple[int, Decimal]]]:
    """((任务, 村) → 已结转出去的 (个, 亩), 任务 → 算数的里面结转来的 (个, 亩))。

    按录入日期看，结转来的后来才更正的（amended）用更正以前的。
    """
    carried, brought = {}, defaultdict(lambda: (0, ZERO))

    def bring(target, number, area):
        count, total = brought[target]
        brought[target] = count + number, total + area

    for came, target, village, count, area in carried_sums(scope):
        if came:
            bring(target, count, area)
        else:
            carried[target, village] = count, area
    for row in amended.values():
        if row.is_brought and scope.has(row.now_village_id):
            bring(row.target_id, -1, -row.now_area_mu)
        if row.is_brought and scope.has(row.village_id):
            bring(row.target_id, 1, row.area_mu)
    return carried, brought


def step_tallies(
    scope: Scope, before: date | None
) -> tuple[dict[int, dict[int, Tally]], dict[int, dict[int, Tally]], dict[tuple[int, str], int]]:
    """节点 → {村: Tally}，出自上报和核实通过的有效记录，那天的和 before 那天的；(村, 类型) → 办过几次，撤回的也算。"""
    now, earlier, filed = defaultdict(dict), defaultdict(dict), defaultdict(int)
    for milestone, village, kind, number, *then, amount, count, late, late_count in step_sums(
        scope, before
    ):
        filed[village, kind] += number
        if kind != Kind.RETURN:
            add_tally(now[milestone], village, Tally(amount, count, late, late_count))
            add_tally(earlier[milestone], village, Tally(*then))
    return now, earlier, filed


def add_tally(tallies: dict[int, Tally], village: int, tally: Tally) -> None:
    known = tallies.get(village)
    tallies[village] = Tally.total([known, tally]) if known else tally


def follow_patches(
    filed: dict[tuple[int, str], int], scope: Scope, amended: dict[int, Before]
) -> None:
    """图斑更正到了别的村，办过的次数跟着去；按录入日期看，跟到那天的村。"""
    for patch, village, now_village, kind, _ in moved_filings(scope):
        there = amended[patch].village_id if patch in amended else now_village
        if village is not None and scope.has(village):
            filed[village, kind] -= 1
        if scope.has(there):
            filed[there, kind] += 1


def exempt_and_deferred(
    scope: Scope, milestones: dict[int, list[Milestone]]
) -> dict[int, list[ExemptOrDeferred]]:
    steps = {step.pk: step for row in milestones.values() for step in row}
    found = defaultdict(list)
    for milestone, kind, *rest in exempt_and_deferred_sums(scope):
        step = steps[milestone]
        found[step.target_id].append(ExemptOrDeferred(kind, step.order, *rest))
    return found


def gains(scope: Scope, milestones: dict[int, list[Milestone]]) -> dict[int, tuple[Decimal, int]]:
    """节点 → 近 14 天增加的 (亩, 个)；核查无问题的，任务的每一步都加 1 个。"""
    others = {step.pk: steps for steps in milestones.values() for step in steps}
    found = defaultdict(lambda: (ZERO, 0))
    for milestone, kind, amount, count in recent_sums(scope, pace_start(scope.on)):
        steps = [milestone]
        if kind == Kind.EXEMPT:
            steps, amount = [step.pk for step in others[milestone]], ZERO
        for step in steps:
            whole, number = found[step]
            found[step] = whole + amount, number + count
    return found


def kept_tallies(scope: Scope) -> dict[int, Kept]:
    """节点 → Kept。同一块图斑同一步只算一次，以后做的为准。"""
    late = {(patch, milestone): is_late for patch, milestone, is_late in kept_steps(scope)}
    found = defaultdict(Kept)
    for (_, milestone), is_late in late.items():
        count, late_count = found[milestone]
        found[milestone] = Kept(count + 1, late_count + is_late)
    return found


def short_tallies(
    scope: Scope,
    targets: list[Target],
    milestones: dict[int, list[Milestone]],
    amended: dict[int, Before],
) -> dict[int, Short]:
    """任务 → Short，只数清单：看最后一步。按录入日期看，图斑面积用更正以前的。"""
    last = []
    for target in targets:
        if target.is_list and milestones[target.pk]:
            last.append(milestones[target.pk][-1].pk)
    found = defaultdict(Short)
    for patch, target, area, done in short_patches(scope, last, amended):
        lack = (amended[patch].area_mu if patch in amended else area) - done
        if lack > 0:
            count, total = found[target]
            found[target] = Short(count + 1, total + lack)
    return found
