"""反弹了、正在重新整改的图斑：截止日期是自己的，不跟着任务的截止算逾期。"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plots.ledger.before_amendment import Before
from taiping.progress.tallies import Scope, relapse_rows
from tasks.models import Milestone


@dataclass
class Relapse:
    """一块图斑：on 是哪天反弹的，due_on 是另定的截止日期，missing 是没做完的步骤各还差多少亩，按步骤先后。"""

    village_id: int
    on: date
    due_on: date
    ends_on: date  # 方案结束
    missing: dict[Milestone, Decimal] = field(default_factory=dict)

    @property
    def pending(self) -> Milestone:
        return next(iter(self.missing))

    def due_of(self, milestone: Milestone) -> date:
        return max(milestone.due_on or self.ends_on, self.due_on)

    def is_due_by(self, day: date) -> bool:
        """到 day 这天为止有该做完、还没做完的一步。"""
        return any(self.due_of(milestone) <= day for milestone in self.missing)

    def is_late_at(self, milestone: Milestone, on: date) -> bool:
        return milestone in self.missing and self.due_of(milestone) < on

    def is_late(self, on: date) -> bool:
        return any(self.due_of(milestone) < on for milestone in self.missing)


def relapses_by_target(
    scope: Scope, milestones: Mapping[int, Iterable[Milestone]], amended: Mapping[int, Before]
) -> dict[int, list[Relapse]]:
    """任务 → [Relapse]；核减、暂缓的不在内。按录入日期看，面积用更正以前的（amended）。"""
    steps = {step.pk: step for row in milestones.values() for step in row}
    found, by_patch = defaultdict(list), {}
    for patch, village, on, due_on, milestone, area, done in relapse_rows(scope):
        step = steps[milestone]
        if patch not in by_patch:
            by_patch[patch] = Relapse(village, on, due_on, scope.ends_on)
            found[step.target_id].append(by_patch[patch])
        whole = amended[patch].area_mu if patch in amended else area
        by_patch[patch].missing[step] = max(whole - done, Decimal(0))
    return found
