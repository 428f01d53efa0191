"""只问几步各村做了多少，不问状态、推算：和整份方案的数（progress）同一句查询，所以一样。"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from plots.models import Kind
from taiping.progress.facts import step_tallies
from taiping.progress.figures import Progress, Tally
from taiping.progress.tallies import Scope, exempt_and_deferred_sums
from tasks.models import Milestone, Plan
from villages.models import Village

NOTHING = Tally()


@dataclass
class WorkDone:
    """steps 是 节点 → 村 → 完成的，核查无问题的不在内；exempt 是 (任务, 村) → 核查无问题的个数。"""

    villages: list[Village]
    steps: dict[int, dict[int, Tally]]
    exempt: dict[tuple[int, int], int] = field(default_factory=dict)

    def at(self, milestone_id: int | None, village: Village) -> Tally:
        return self.steps.get(milestone_id, {}).get(village.pk, NOTHING)

    @classmethod
    def of(cls, progress: Progress) -> "WorkDone":
        """算好了整份方案的，不用再问。"""
        return cls(progress.villages, progress.steps)


def work_done(
    plan: Plan,
    targets: set[int],
    on: date,
    basis: str,
    villages: list[Village] | None = None,
) -> WorkDone:
    """这些任务的每一步在各村，两三次查询；villages 给出时只看这些村。"""
    is_part = villages is not None
    villages = list(villages if is_part else Village.objects.all())
    found = Milestone.objects.filter(target__in=targets).values_list("pk", "target")
    target_of = dict(found)
    village_ids = [village.pk for village in villages] if is_part else None
    scope = Scope(on, basis, list(targets), list(target_of), plan.ends_on, village_ids)
    exempt = defaultdict(int)
    for milestone, kind, village, count, _ in exempt_and_deferred_sums(scope):
        if kind == Kind.EXEMPT:
            exempt[target_of[milestone], village] += count
    return WorkDone(villages, step_tallies(scope, None)[0], exempt)
