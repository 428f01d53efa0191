"""一份方案某日的全部事实：固定几次查询取来，算的时候不再查库。"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from plots.ledger.before_amendment import amended_later
from plots.models import Kind, Patch
from taiping.progress.figures import ZERO, Tally
from taiping.progress.readings import Readings, readings_by_target
from taiping.progress.states import Need
from taiping.progress.tallies import (
    Scope,
    carried_sums,
    exempt_and_deferred_sums,
    patch_sums,
    step_sums,
)
from tasks.models import Allocation, Milestone, Plan, Target
from villages.models import Village


class Share(NamedTuple):
    """一项任务分解到一个村的数：quota 按任务的单位（亩），没分解的是 None。"""

    lot: str = ""
    quota: Decimal | None = None
    quota_count: int | None = None


class ExemptOrDeferred(NamedTuple):
    """一步、一个村、同一天认定核查无问题的（EXEMPT）或暂缓的（DEFER）：几个、多少亩。"""

    kind: str
    order: int  # 第几步
    village_id: int
    done_on: date
    count: int
    area_mu: Decimal


@dataclass
class Facts:
    plan: Plan
    scope: Scope
    villages: list[Village]
    targets: list[Target]  # 按顺序，target.plan 已放好
    milestones: dict[int, list[Milestone]]  # 任务 → 时间节点，按顺序
    shares: dict[tuple[int, int], Share]  # (任务, 村)
    patches: dict[tuple[int, int], tuple[int, Decimal]]  # (任务, 村) → 那天算数的图斑 (个, 亩)
    steps: dict[int, dict[int, Tally]]  # 节点 → 村 → 有效的上报和核实
    filed: dict[tuple[int, str], int]  # (村, 类型) → 办过几次，撤回的也算
    carried: dict[tuple[int, int], tuple[int, Decimal]]  # (任务, 村) → 已结转出去的 (个, 亩)
    brought: dict[int, tuple[int, Decimal]]  # 任务 → 算数的里面结转来的 (个, 亩)
    exempt_and_deferred: dict[int, list[ExemptOrDeferred]]  # 任务 →
    readings: dict[int, Readings]  # 任务 →

    @property
    def on(self) -> date:
        return self.scope.on

    def share(self, target: Target, village: Village) -> Share:
        return self.shares.get((target.pk, village.pk), Share())


def facts_of(plan: Plan, on: date, basis: str, villages: list[Village] | None = None) -> Facts:
    """查询次数固定，与村数、图斑数、目标数无关。villages 给出时只看这些村。"""
    is_part = villages is not None
    villages = list(villages if is_part else Village.objects.all())
    targets = list(plan.targets.select_related("group").order_by("order"))
    milestones = milestones_of(plan, targets)
    scope = Scope(
        on,
        basis,
        [target.pk for target in targets],
        [step.pk for steps in milestones.values() for step in steps],
        plan.ends_on,
        [village.pk for village in villages] if is_part else None,
    )
    shares = shares_of(scope)
    patches = patch_tallies(scope, plan, villages)
    steps, filed = step_tallies(scope)
    carried, brought = carried_tallies(scope)
    return Facts(
        plan,
        scope,
        villages,
        targets,
        milestones,
        shares,
        patches,
        steps,
        filed,
        carried,
        brought,
        exempt_and_deferred(scope, milestones),
        readings_by_target(scope, [village.pk for village in villages]),
    )


def milestones_of(plan: Plan, targets: list[Target]) -> dict[int, list[Milestone]]:
    by_target = {target.pk: target for target in targets}
    found = defaultdict(list)
    for target in targets:
        target.plan = plan
    for milestone in Milestone.objects.filter(target__in=list(by_target)).order_by("order"):
        milestone.target = by_target[milestone.target_id]
        found[milestone.target_id].append(milestone)
    return found


def shares_of(scope: Scope) -> dict[tuple[int, int], Share]:
    # 默认的排序要连两张表
    rows = Allocation.objects.filter(target__in=scope.target_ids).order_by()
    if scope.is_part:
        rows = rows.filter(village__in=scope.village_ids)
    columns = ("target_id", "village_id", "lot", "quota", "quota_count")
    return {
        (target, village): Share(*rest) for target, village, *rest in rows.values_list(*columns)
    }


def patch_tallies(
    scope: Scope, plan: Plan, villages: list[Village]
) -> dict[tuple[int, int], tuple[int, Decimal]]:
    """(任务, 村) → 那天算数的图斑的 (个, 亩)；按录入日期看，后来才更正的村和面积用更正以前的。"""
    tallies = defaultdict(lambda: (0, ZERO))
    for target, village, count, area in patch_sums(scope):
        tallies[target, village] = count, area
    if not scope.recorded:
        return tallies
    here = {village.pk for village in villages}

    def move(target, village, number, area):
        if village in here:
            count, total = tallies[target, village]
            tallies[target, village] = count + number, total + area

    for row in amended_later(Patch.objects.filter(target__plan=plan), scope.on).values():
        move(row.target_id, row.now_village_id, -1, -row.now_area_mu)
        move(row.target_id, row.village_id, 1, row.area_mu)
    return tallies


def carried_tallies(
    scope: Scope,
) -> tuple[dict[tuple[int, int], tuple[int, Decimal]], dict[int, tuple[int, Decimal]]]:
    """((任务, 村) → 已结转出去的 (个, 亩), 任务 → 算数的里面结转来的 (个, 亩))。"""
    carried, brought = {}, {}
    for came, target, village, count, area in carried_sums(scope):
        if came:
            before, total = brought.get(target, (0, ZERO))
            brought[target] = before + count, total + area
        else:
            carried[target, village] = count, area
    return carried, brought


def step_tallies(
    scope: Scope,
) -> tuple[dict[int, dict[int, Tally]], dict[tuple[int, str], int]]:
    """节点 → {村: Tally}，出自上报和核实通过的有效记录；(村, 类型) → 办过几次，撤回的也算。"""
    tallies, filed = defaultdict(dict), defaultdict(int)
    for milestone, village, kind, *sums, number in step_sums(scope):
        filed[village, kind] += number
        if kind != Kind.RETURN:
            before = tallies[milestone].get(village)
            tally = Tally(*sums)
            tallies[milestone][village] = Tally.total([before, tally]) if before else tally
    return tallies, filed


def exempt_and_deferred(
    scope: Scope, milestones: dict[int, list[Milestone]]
) -> dict[int, list[ExemptOrDeferred]]:
    steps = {step.pk: step for row in milestones.values() for step in row}
    found = defaultdict(list)
    for milestone, kind, *rest in exempt_and_deferred_sums(scope):
        step = steps[milestone]
        found[step.target_id].append(ExemptOrDeferred(kind, step.order, *rest))
    return found


def quota_of(target: Target, facts: Facts) -> tuple[Decimal | None, int | None]:
    """任务数 (亩，或任务自己的单位；个)：全镇看方案定的，只看几个村时看分解到这些村的；没有的是 None。

    几个村里有一个没分解的就没有：做的数是这几个村的，任务数也得是。
    """
    if not facts.scope.is_part:
        return target.quota, target.quota_count
    shares = [facts.share(target, village) for village in facts.villages]
    amounts = [share.quota for share in shares]
    counts = [share.quota_count for share in shares]
    return total_of_all(amounts), total_of_all(counts)


def total_of_all(numbers: list[Decimal | int | None]) -> Decimal | int | None:
    """合计；一个也没有、或有一个没有数的是 None。"""
    return sum(numbers) if numbers and None not in numbers else None


def need_of(
    target: Target,
    quota: Decimal | None,
    quota_count: int | None,
    patch_count: int = 0,
    exempt: Decimal = ZERO,
) -> Need:
    """要完成的数。有个数的清单，核减的面积（exempt，亩）从亩数里扣；单按亩的（608 亩以上）不扣。"""
    if quota is not None and target.quota_count is not None:
        quota = max(quota - exempt, ZERO)
    return Need(quota, quota_count, patch_count)
