"""村里的常态工作：眼下的方案里有哪几项，这一段记了几次、还差几次。给“我的任务”，一次查询。"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, DateField, OuterRef, Subquery, Sum, Value, When

from tasks.models import Duty, DutyEntry, Plan
from tasks.models.duty_periods import Every, Period, period_at
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
    duties = Duty.objects.filter(plan__in=running, who=Duty.Who.VILLAGE)
    duties = duties.annotate(since=_since(running.values(), today))
    entries = DutyEntry.objects.standing().filter(
        duty=OuterRef("pk"), on__gte=OuterRef("since"), on__lte=today
    )
    done = entries.order_by().values("duty").annotate(done=Sum("count")).values("done")
    columns = {f"done_{each.pk}": Subquery(done.filter(village=each)) for each in villages}
    found = []
    for duty in duties.annotate(**columns).order_by("-plan__starts_on", "order", "pk"):
        duty.plan = running[duty.plan_id]
        period = period_at(duty.every, today, duty.plan)
        done_by = tuple(getattr(duty, column) or 0 for column in columns)
        found.append(OwnDuty(duty, period, done_by))
    return found


def _since(plans, today):
    """这一段从哪天起，写在查询里。"""
    whens = [
        When(plan=plan, every=every, then=Value(period_at(every, today, plan).starts_on))
        for plan in plans
        for every in Every
    ]
    return Case(*whens, output_field=DateField())
