"""村里的常态工作：眼下的方案里有哪几项，这一段记了几次、还差几次。给“我的任务”，一次查询。"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, FilteredRelation, Q

from tasks.models import Duty, Plan
from tasks.models.duty_periods import Period, period_at
from villages.models import Village


@dataclass
class OwnDuty:
    """一项工作，这些村（多半就一个）在今天所在的一段；done_by 一村一个数，client_key 给页面上的那张表。"""

    duty: Duty
    period: Period
    done_by: tuple[int, ...]
    client_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def done(self) -> int:
        return sum(self.done_by)

    @property
    def lacks(self) -> int:
        """还差几次；没有要求的是 0。几个村各差的相加：一个村多做的不抵别的村。"""
        return sum(max((self.duty.required or 0) - done, 0) for done in self.done_by)

    @property
    def words(self) -> str:
        """“本周（10月14日至20日）记了 1 次，还差 1 次”。"""
        said = f"{self.period.now_name}记了 {self.done} {self.duty.unit}"
        if self.duty.required is None:
            return said
        lacks = f"还差 {self.lacks} {self.duty.unit}" if self.lacks else "做够了"
        return f"{said}，{lacks}"


def own_duties(villages: Sequence[Village], plans: Sequence[Plan], today: date) -> list[OwnDuty]:
    """这些村要做的；plans 是 Plan.objects.begun 给的，里面没有村里做的就不查。"""
    running = {
        plan.pk: plan
        for plan in plans
        if plan.village_duties and plan.starts_on <= today <= plan.ends_on
    }
    if not running or not villages:
        return []
    now, done = {}, Counter()
    for duty in _with_entries(running, villages, today):
        duty.plan = running[duty.plan_id]
        period = now.setdefault(duty, period_at(duty.every, today, duty.plan))
        if duty.done_on and duty.done_on in period:
            done[duty, duty.done_by] += duty.done_count
    newest_first = sorted(now.items(), key=lambda each: [*running].index(each[0].plan_id))
    return [
        OwnDuty(duty, period, tuple(done[duty, each.pk] for each in villages))
        for duty, period in newest_first
    ]


def _with_entries(plans, villages, today):
    """这些方案里由村做的工作，方案里的先后；这些村今天以前记过几次，就出来几遍，没有记的出来一遍。"""
    theirs = Q(
        entries__withdrawn_at__isnull=True,
        entries__village__in=[each.pk for each in villages],
        entries__on__lte=today,
    )
    duties = Duty.objects.filter(plan__in=list(plans), who=Duty.Who.VILLAGE)
    return (
        duties.alias(done=FilteredRelation("entries", condition=theirs))
        .annotate(done_on=F("done__on"), done_by=F("done__village"), done_count=F("done__count"))
        .order_by("order", "pk")
    )
