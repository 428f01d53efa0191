"""常态工作做得怎么样：一项工作 × 一段（周、月、季度、全年），应做、已做、哪个村没有做、发现的问题处理得怎样。

任何一天、两种口径。履职记录按它自己的日子归到哪一段；发现的问题是由那次记录添加的图斑。
页面、总览、周报、通报、考核、提醒都来这里问。
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet

from plots.ledger.alike import among
from plots.ledger.as_of import CONDITIONS, LedgerAt
from plots.models import Patch, Status
from plots.models.querysets import counted
from taiping.ground.rates import percent_of, ratio
from tasks.models import Duty, DutyEntry, Milestone, Plan
from tasks.models.duty_periods import Period, period_at, periods_until
from tasks.models.question import DONE
from villages.models import Village


class Entered(NamedTuple):
    """一次履职记录；duty、village 是主键，village 是 None 的是镇里的。"""

    pk: int
    duty: int
    village: int | None
    on: date
    count: int
    problems: int


class Found(NamedTuple):
    """一个发现的问题（一块图斑）；on 是那次履职记录的日子。"""

    pk: int
    duty: int
    on: date
    found_on: date | None
    stopped_on: date | None
    is_open: bool = False

    @property
    def is_stopped_at_once(self) -> bool:
        return self.found_on is not None and self.stopped_on == self.found_on


@dataclass(frozen=True)
class DutyFigures:
    """一项工作在一段里的数；villages 是要做的村（镇里做的没有）。"""

    duty: Duty
    period: Period
    villages: Sequence[Village] = ()
    entered: tuple[Entered, ...] = ()
    problems: tuple[Found, ...] = ()

    @property
    def done(self) -> int:
        """该做的人做了几次：由村做的只算各村的，镇里的另说（by_town）。"""
        return sum(row.count for row in self.entered) - self.by_town

    @property
    def by_town(self) -> int:
        """由村做的工作里镇里记的：多半是改成由村做以前做的，哪个村的完成率也不算。由镇做的是 0。"""
        if not self.duty.by_villages:
            return 0
        return sum(row.count for row in self.entered if row.village is None)

    @property
    def asked(self) -> int | None:
        """应做几次；方案没有要求的是 None，不是 0。"""
        if self.duty.required is None:
            return None
        return self.duty.required * (len(self.villages) if self.duty.by_villages else 1)

    @property
    def rate(self) -> Decimal | None:
        """已做 ÷ 应做，向下取到 0.1%，做得多的超过 100%；没有要求的是 None。"""
        return ratio(self.done, self.asked)

    @property
    def rate_text(self) -> str:
        """“85%”“120%”；没有要求的是空的。"""
        return percent_of(self.done, self.asked)

    @property
    def done_by(self) -> dict[int | None, int]:
        """{村的主键: 做了几次}；None 是镇里的。"""
        found = defaultdict(int)
        for row in self.entered:
            found[row.village] += row.count
        return dict(found)

    @property
    def lacking(self) -> list[Village]:
        """这一段里一次也没有记的村；镇里做的不说村。"""
        if not self.duty.by_villages:
            return []
        done = self.done_by
        return [village for village in self.villages if village.pk not in done]

    @property
    def short(self) -> list[Village]:
        """没有做够的村；没有要求几次的没有。"""
        if not self.duty.by_villages or self.duty.required is None:
            return []
        done, least = self.done_by, self.duty.required
        return [village for village in self.villages if done.get(village.pk, 0) < least]

    @property
    def told(self) -> int:
        """履职记录里写的发现问题几处。"""
        return sum(row.problems for row in self.entered)

    @property
    def found(self) -> int:
        """已经添加成图斑的。"""
        return len(self.problems)

    @property
    def not_added(self) -> int:
        """写了发现、还没有添加成图斑的。"""
        return max(self.told - self.found, 0)

    @property
    def stopped_at_once(self) -> int:
        return sum(problem.is_stopped_at_once for problem in self.problems)

    @property
    def still_open(self) -> int:
        return sum(problem.is_open for problem in self.problems)

    @property
    def is_pressing(self) -> bool:
        """有要求几次的、发现了问题的，要先看。"""
        return bool(self.asked or self.told or self.found)

    def of_village(self, village: Village) -> "DutyFigures":
        """只看一个村的：应做、已做、够不够。发现的问题不分村，不在里面。"""
        own = tuple(row for row in self.entered if row.village == village.pk)
        return replace(self, villages=[village], entered=own, problems=())


@dataclass
class _Known:
    """一份方案的常态工作那天知道的。"""

    entered: dict[int, list[Entered]] = field(default_factory=lambda: defaultdict(list))
    problems: dict[int, list[Found]] = field(default_factory=lambda: defaultdict(list))

    def figures(self, duty: Duty, period: Period, villages: Sequence[Village]) -> DutyFigures:
        return DutyFigures(
            duty,
            period,
            villages if duty.by_villages else (),
            tuple(row for row in self.entered[duty.pk] if row.on in period),
            tuple(row for row in self.problems[duty.pk] if row.on in period),
        )


def duties_on(
    plan: Plan, on: date, basis: str = DONE, *, villages: Sequence[Village]
) -> list[DutyFigures]:
    """各项工作在 on 所在的一段，照方案的先后。没有常态工作的方案只查一次，有的最多五次。"""
    now = {duty: period_at(duty.every, on, plan) for duty in _duties(plan)}
    known = _known(_starts(now), on, basis, villages)
    return [known.figures(duty, period, villages) for duty, period in now.items()]


def duties_before(
    rows: Sequence[DutyFigures], on: date, basis: str = DONE, *, villages: Sequence[Village]
) -> list[DutyFigures]:
    """rows（duties_on 给的）里有要求、这一段还没有结束的，各自上一段的数；都没有上一段的不查。发现的问题不在里面。"""
    before = {}
    for row in rows:
        duty, starts_on = row.duty, row.period.starts_on
        if row.asked and row.period.ends_on > on and starts_on > duty.plan.starts_on:
            before[duty] = period_at(duty.every, starts_on - timedelta(days=1), duty.plan)
    known = _known(_starts(before), on, basis, villages, with_problems=False)
    return [known.figures(duty, period, villages) for duty, period in before.items()]


def duties_over(
    plan: Plan,
    on: date,
    basis: str = DONE,
    *,
    villages: Sequence[Village],
    duties: Iterable[Duty] | None = None,
) -> dict[Duty, list[DutyFigures]]:
    """各项工作（给了 duties 就只有那几项，不再去查）方案开始以来到 on 的每一段，新的在前。"""
    duties = _duties(plan) if duties is None else duties
    since = dict.fromkeys(duties, plan.starts_on)
    known = _known(since, on, basis, villages)
    return {
        duty: [known.figures(duty, each, villages) for each in periods_until(duty.every, on, plan)]
        for duty in since
    }


def _duties(plan):
    """方案的各项工作，plan 已放好。"""
    duties = list(Duty.objects.filter(plan=plan).order_by("order", "pk"))
    for duty in duties:
        duty.plan = plan
    return duties


def _starts(periods):
    return {duty: period.starts_on for duty, period in periods.items()}


def _known(since, on, basis, villages, with_problems=True):
    """since 是 {一项工作: 从哪天看起}；一样从那天看起的一起问。"""
    known = _Known()
    if not since:
        return known
    by_day = defaultdict(list)
    for duty, first in since.items():
        by_day[first].append(duty.pk)
    asked = [Q(duty__in=duties, on__gte=first) for first, duties in by_day.items()]
    entries = DutyEntry.objects.known(on, basis).filter(
        Q(*asked, _connector=Q.OR),
        Q(village__isnull=True) | Q(village__in=[village.pk for village in villages]),
        on__lte=on,
    )
    entered = [Entered(*row) for row in entries.order_by().values_list(*Entered._fields)]
    for row in entered:
        known.entered[row.duty].append(row)
    if entered and with_problems and any(duty.problem_target_id for duty in since):
        for problem in _problems(entered, on, basis):
            known.problems[problem.duty].append(problem)
    return known


def _problems(entered, on, basis):
    """这些记录发现的、那天知道的图斑；结转的不算还没了结。"""
    by_pk = {row.pk: row for row in entered}
    own = Patch.objects.filter(among(map(str, by_pk), "duty_entry"))
    rows = list(found_in(own, on, basis).order_by("pk").values_list(*COLUMNS))
    still_open = _open_ones(rows, on, basis)
    for pk, entry, *days, _ in rows:
        yield Found(pk, by_pk[entry].duty, by_pk[entry].on, *days, pk in still_open)


def found_in(patches: QuerySet[Patch], on: date, basis: str) -> QuerySet[Patch]:
    """那天算发现过的：移出、拆分的不算，结转的算。"""
    return patches.filter(counted(on, basis) | Q(status=Status.CARRIED))


COLUMNS = ("pk", "duty_entry", "found_on", "stopped_on", "target")


def _open_ones(rows, on, basis) -> set[int]:
    """COLUMNS 的几行里那天还没有了结的。"""
    if not rows:
        return set()
    steps = Milestone.objects.filter(target__in={target for *_, target in rows})
    there = Patch.objects.filter(among(str(pk) for pk, *_ in rows)).counting(on, basis)
    groups = LedgerAt(on, basis, steps.order_by("target_id", "order")).alike(there)
    left = [group.ids for group in groups if CONDITIONS["open"](group.standing)]
    return {int(pk) for ids in left for pk in ids.split(",")}
