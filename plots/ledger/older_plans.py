"""早开始的方案里还没有了结的图斑：看新方案的每一页都说一句，到一个也没有为止。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from plots.ledger.as_of import LedgerAt
from plots.models.querysets import NOT_PRESSED, PatchQuerySet, late_next
from taiping.ground import dates
from tasks.models import Milestone, Plan
from tasks.models.question import DONE


@dataclass(frozen=True)
class Unfinished:
    plan: Plan
    count: int
    overdue: int

    def __str__(self) -> str:
        late = f"，其中 {self.overdue} 个逾期" if self.overdue else ""
        return f"{self.plan}还有 {self.count} 个图斑没有了结{late}"


def unfinished(
    plans: Iterable[Plan], on: date, basis: str, patches: PatchQuerySet
) -> list[Unfinished]:
    """plans 里到 on 那天还没有了结的；patches 要先 visible_to。今天的一次查询，别的日子每份方案两次。"""
    plans = list(plans)
    if not plans:
        return []
    if on == dates.today() and basis == DONE:
        found = _today(plans, on, patches)
    else:
        found = {plan.pk: _on_that_day(plan, on, basis, patches) for plan in plans}
    rows = [Unfinished(plan, *found.get(plan.pk, (0, 0))) for plan in plans]
    return [row for row in rows if row.count]


def _today(plans, today, patches):
    late = ~Q(status__in=NOT_PRESSED) & late_next(today)
    rows = (
        patches.open()
        .filter(target__plan__in=plans)
        .order_by()
        .values("target__plan")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=late))
    )
    return {row["target__plan"]: (row["count"], row["overdue"]) for row in rows}


def _on_that_day(plan, on, basis, patches):
    steps = Milestone.objects.filter(target__plan=plan, target__measured_by="PATCHES")
    steps = steps.select_related("target__plan").order_by("target_id", "order")
    ledger = LedgerAt(on, basis, steps)
    open_now, late = ledger.in_state("open"), ledger.in_state("overdue")
    every = ledger.alike(patches.counting(on, basis).filter(target__plan=plan))
    count = sum(group.count for group in every if open_now(group.standing))
    return count, sum(group.count for group in every if late(group.standing))
