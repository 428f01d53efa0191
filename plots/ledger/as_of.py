"""某一天的图斑：用那天有效的记录来挑，和总览的进度同一个口径，所以总览的数点开就是这些图斑。"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.db.models.lookups import Exact, In, LessThan

from plots.ledger.before_amendment import Before, amended_later, area_then, village_then
from plots.ledger.replay import DEEDS, STATEFUL, WORK, PatchStanding, is_check, replay
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.deadlines import end_of_day
from plots.models.querysets import PatchQuerySet, due_on, overdue_at
from taiping.ground.area import MuField
from tasks.models import Milestone
from tasks.models.question import DONE
from villages.models import Village

STATES = {
    "all": "全部",
    "reported": "已上报",
    "confirmed": "已核实",
    "open": "没有了结",
    "exempt": "核查无问题",
    "deferred": "暂缓",
    "overdue": "逾期",
    "returned": "已退回",
    "relapsed": "反弹，重新整改中",
    "split": "已拆分的原图斑",
    "carried": "已结转到别的方案",
    "removed": "已移出台账",
    "brought": "从别的方案结转来的",
}
ACTORS = {"VILLAGE": "村该办", "TOWN": "镇该办", "DISTRICT": "区该办"}
# 那天已经不再算的：由哪种记录了结
ENDINGS = {"split": Kind.SPLIT, "carried": Kind.CARRY, "removed": Kind.REMOVE}
COMPLETIONS = {
    "yes": "已完成",
    "no": "未完成",
    "on_time": "按期完成",
    "late": "逾期完成",
    "some": "已有上报面积",
}
DUE = due_on()
# 随方案补的记录是后写的，却不是谁后来办的
IS_ADDED_WITH_PLAN = Q(copy_of__isnull=False, copy_of=F("pk"))


def reporting_step(steps: Sequence[Milestone]) -> Milestone | None:
    """“上报”看的一步：该村里做的最后一步；没有村里做的看最后一步，没有步骤是 None。"""
    by_village = [step for step in steps if step.actor == Milestone.Actor.VILLAGE]
    return (by_village or [*steps] or [None])[-1]


class LedgerAt:
    """某天（on）按某种口径（basis）的各种条件；milestones 是方案里的时间节点，已按任务、顺序排好。"""

    def __init__(self, on: date, basis: str, milestones: Iterable[Milestone]):
        self.on, self.basis, self.milestones = on, basis or DONE, list(milestones)
        self.before: dict[int, Before] = {}
        self.villages: dict[int, Village] = {}
        self.steps = defaultdict(list)
        for milestone in self.milestones:
            self.steps[milestone.target_id].append(milestone)

    def records(self, patch: OuterRef, *conditions: Q, **where) -> Exists:
        rows = RectificationRecord.objects.effective(self.on, self.basis)
        return Exists(rows.filter(*conditions, patch=patch, **where).order_by())

    def mine(self, **where) -> Exists:
        return self.records(OuterRef("pk"), **where)

    def step(self, condition: Q, **which) -> Exists:
        """图斑的任务里有这样一步；condition 里的 OuterRef("pk") 是时间节点，图斑要再外一层。"""
        steps = (
            Milestone.objects.filter(target=OuterRef("target"), **which)
            .annotate(due=DUE)
            .order_by()
        )
        return Exists(steps.filter(condition))

    def of_step(self, *conditions: Q, **where) -> Exists:
        return self.records(OuterRef(OuterRef("pk")), *conditions, **where)

    def completed(self, *conditions: Q) -> Exists:
        return self.of_step(*conditions, kind__in=WORK, completes=True, milestone=OuterRef("pk"))

    def kept(self, *conditions: Q) -> Exists:
        """核查无问题的图斑，认定以前就完成了这一步。"""
        rows = self._kept_records(*conditions).filter(
            patch=OuterRef(OuterRef("pk")), milestone=OuterRef("pk")
        )
        return Exists(rows.order_by())

    def kept_days(self, patches: Iterable[Patch]) -> dict[int, dict[int, date]]:
        """{图斑主键: {时间节点主键: 哪天完成}}：核查无问题的图斑，认定以前就完成了的步骤。"""
        found = defaultdict(dict)
        rows = self._kept_records().filter(patch__in=[patch.pk for patch in patches])
        for patch, milestone, done_on in rows.order_by("pk").values_list(
            "patch", "milestone", "done_on"
        ):
            found[patch][milestone] = done_on
        return found

    def _kept_records(self, *conditions):
        """完成的记录是认定时撤回的（见 tallies 的 kept_steps）。"""
        exempts = RectificationRecord.objects.effective(self.on, self.basis).filter(
            Q(done_on=OuterRef("withdrawn_on")) | Q(withdrawn_on=F("done_on")),
            patch=OuterRef("patch"),
            kind=Kind.EXEMPT,
            created_at=OuterRef("withdrawn_at"),
        )
        return RectificationRecord.objects.filter(
            *conditions, Exists(exempts.order_by()), kind__in=WORK, completes=True
        )

    @property
    def exempt(self) -> Exists:
        return self.mine(kind=Kind.EXEMPT)

    @property
    def brought(self) -> Q:
        """那天已经从别的方案结转来的。"""
        if self.basis == DONE:
            return Q(carried_from__until_on__lte=self.on)
        return Q(carried_from__until_at__lt=end_of_day(self.on))

    @property
    def deferred(self) -> Exists:
        return self.mine(kind=Kind.DEFER)

    @property
    def last_steps(self) -> list[Milestone]:
        """每项任务的最后一步：“核实”看的。"""
        return [steps[-1] for steps in self.steps.values()]

    def asked_steps(self, state: str, code: str) -> list[Milestone]:
        """state、code 问到的时间节点：合计这些步骤的面积时用；没有问到具体的步骤是空。"""
        if code:
            return [milestone for milestone in self.milestones if milestone.code == code]
        if state == "reported":
            return [reporting_step(steps) for steps in self.steps.values()]
        return self.last_steps if state == "confirmed" else []

    def in_state(self, state: str, code: str = "") -> Q:
        """STATES 里一种状态的条件；逾期时 code 限定是哪一步逾期。"""
        if state in ("reported", "confirmed"):
            steps = [step.pk for step in self.asked_steps(state, "")]
            return Q(self.mine(kind__in=WORK, completes=True, milestone__in=steps)) | Q(self.exempt)
        if state == "overdue":
            return self.unfinished(self.on, code)
        if state == "returned":
            return self.returned()
        if state == "open":
            return (self.left | ~Q(target__in=list(self.steps))) & ~Q(self.exempt)
        if state in ENDINGS:
            return Q(self.mine(kind=ENDINGS[state]))
        if state == "brought":
            return self.brought
        if state == "relapsed":
            again = Q(self.mine(kind=Kind.RELAPSE)) & self.left
            return again & ~Q(self.exempt) & ~Q(self.deferred)
        return {"exempt": Q(self.exempt), "deferred": Q(self.deferred)}.get(state, Q())

    @property
    def left(self) -> Q:
        """有一步还没有完成。"""
        return Q(self.step(~Q(self.completed())))

    def unfinished(self, before: date, code: str = "") -> Q:
        """有一步截止早于 before 却没有完成，也没有核减、暂缓，反弹另定的截止日期也过了；code 限定是哪一步。"""
        waiting = self.of_step(kind=Kind.DEFER, milestone__order__lte=OuterRef("order"))
        which = {"code": code} if code else {}
        late = self.step(Q(due__lt=before) & ~Q(self.completed()) & ~Q(waiting), **which)
        postponed = self.mine(kind=Kind.RELAPSE, due_on__gte=before)
        return Q(late) & ~Q(self.exempt) & ~Q(postponed)

    def stuck_with(self, actor: str) -> Q:
        """没有了结、下一步由 actor（村、镇、区）做的。"""
        left = Milestone.objects.filter(~Q(self.completed()), target=OuterRef("target"))
        first = Subquery(left.order_by("order").values("actor")[:1])
        return Q(Exact(first, Value(actor))) & ~Q(self.exempt)

    def is_short(self) -> Q:
        """最后一步完成了，完成的面积却小于图斑面积的。"""
        last = [step.pk for step in self.last_steps]
        rows = RectificationRecord.objects.effective(self.on, self.basis).filter(
            patch=OuterRef("pk"), kind__in=WORK, milestone__in=last
        )
        done = rows.order_by().values("patch").annotate(total=Sum("area_mu")).values("total")
        closed = self.mine(kind__in=WORK, completes=True, milestone__in=last)
        return Q(closed) & Q(LessThan(Subquery(done), self.area))

    @property
    def area(self) -> F | Coalesce:
        """那天系统里记的图斑面积（亩）。"""
        return F("area_mu") if self.basis == DONE else area_then(self.on)

    def due_within(self, days: int) -> Q:
        """下一步从那天起 days 天内（含当天）截止的，不含那天已经逾期的。"""
        coming = self.unfinished(self.on + timedelta(days=days + 1))
        return coming & ~self.unfinished(self.on)

    def returned(self) -> Q:
        """最近一次办的是退回，还没有重新上报，也没有暂缓、核减。"""
        later = self.records(
            OuterRef("patch"), ~IS_ADDED_WITH_PLAN, kind__in=DEEDS, pk__gt=OuterRef("pk")
        )
        back = RectificationRecord.objects.effective(self.on, self.basis).filter(
            ~later, patch=OuterRef("pk"), kind=Kind.RETURN
        )
        return Q(Exists(back.order_by())) & ~Q(self.exempt) & ~Q(self.deferred)

    def in_status(self, status: str) -> Q:
        """那天的状态是 Status 里的一种；规则和 plots.ledger.replay 的 replay 一样，那里是一块块地看，这里是挑。"""
        checks = [
            steps[-1].pk
            for steps in self.steps.values()
            if len(steps) > 1 and is_check(steps[-1], steps)
        ]
        left, exempt, deferred, returned = (
            self.left,
            Q(self.exempt),
            Q(self.deferred),
            self.returned(),
        )
        others_left, begun = (
            Q(self.step(~Q(self.completed()) & ~Q(pk__in=checks))),
            Q(self.records(OuterRef("pk"), ~IS_ADDED_WITH_PLAN, kind__in=WORK)),
        )
        plain = left & ~exempt & ~deferred & ~returned
        return {
            Status.EXEMPT: exempt,
            Status.CLOSED: ~left & ~exempt & Q(target__in=list(self.steps)),
            Status.DEFERRED: deferred & left & ~exempt,
            Status.RETURNED: returned & left,
            Status.AWAITING: plain & ~others_left,
            Status.UNDERWAY: plain & others_left & begun,
            Status.PENDING: (plain & others_left & ~begun) | ~Q(target__in=list(self.steps)),
            Status.CARRIED: self.in_state("carried"),
            Status.REMOVED: self.in_state("removed"),
        }[Status(status)]

    def next_is(self, target: str, code: str) -> Q:
        """那天的下一步是 target（代码）的 code 这一步：它没完成，前面的都完成了，也没有核减。"""
        steps = [step for step in self.milestones if step.target.code == target]
        at = next(place for place, step in enumerate(steps) if step.code == code)
        found = Q(target__code=target) & ~Q(self._finished(steps[at])) & ~Q(self.exempt)
        for step in steps[:at]:
            found &= Q(self._finished(step))
        return found

    def sorting(self, key: str) -> Case | None:
        """按那天的状态（status）、下一步（step）、下一步的截止日期（due）排；别的不随日子变，是 None。没有下一步的是空。"""
        if key == "status":
            return Case(
                *(When(self.in_status(status), then=Value(status.value)) for status in Status)
            )
        if key not in ("step", "due"):
            return None
        left = Milestone.objects.filter(~Q(self.completed()), target=OuterRef("target")).order_by(
            "order"
        )
        first = Subquery(left.annotate(due=DUE).values("order" if key == "step" else "due")[:1])
        if key == "due":
            again = RectificationRecord.objects.effective(self.on, self.basis)
            own = again.filter(patch=OuterRef("pk"), kind=Kind.RELAPSE).values("due_on")[:1]
            first = Coalesce(Greatest(first, Subquery(own)), first)
        return Case(When(Q(self.exempt), then=None), default=first)

    def _finished(self, step):
        return self.mine(kind__in=WORK, completes=True, milestone=step.pk)

    def at_step(self, code: str, completion: str) -> Q:
        """code 这一步的完成情况（COMPLETIONS）；核查无问题的，每一步都算完成，是否按期只看认定以前做完的。"""
        exempt, mine = self.of_step(kind=Kind.EXEMPT), Q(self.step(Q(), code=code))
        if completion == "some":
            return Q(self.step(Q(self.of_step(kind__in=WORK, milestone=OuterRef("pk"))), code=code))
        if completion in ("on_time", "late"):
            late = overdue_at("milestone__")
            when = late if completion == "late" else ~late
            either = Q(self.completed(when)) | Q(self.kept(when))
            return Q(self.step(either, code=code))
        if completion in ("yes", "no"):
            reached = Q(self.step(Q(self.completed()) | Q(exempt), code=code))
            return reached if completion == "yes" else mine & ~reached
        return mine

    def amounts(
        self, patches: PatchQuerySet, steps: Iterable[Milestone]
    ) -> tuple[Decimal, Decimal]:
        """这些图斑在这些步骤上那天有效的面积（亩）：(合计, 其中按期)。"""
        found = (
            RectificationRecord.objects.effective(self.on, self.basis)
            .filter(
                kind__in=WORK,
                milestone__in=[step.pk for step in steps],
                patch__in=patches.order_by().values("pk"),
            )
            .aggregate(
                area=Sum("area_mu"),
                on_time=Sum("area_mu", filter=~overdue_at("milestone__")),
            )
        )
        return found["area"] or Decimal(0), found["on_time"] or Decimal(0)

    def in_villages(self, villages: Iterable[Village]) -> Q:
        """那天在这些村的图斑。"""
        ids = [village.pk for village in villages]
        if self.basis == DONE:
            return Q(village__in=ids)
        return Q(In(village_then(self.on), ids))

    def look_up(self, patches: Iterable[Patch]) -> None:
        """查好这些图斑那天的村和面积，tell 照着说；按完成日期看，更正一直算数，不用查。"""
        if self.basis == DONE:
            return
        here = Patch.objects.filter(pk__in=[patch.pk for patch in patches])
        self.before = amended_later(here, self.on)
        moved = {
            row.village_id for row in self.before.values() if row.village_id != row.now_village_id
        }
        self.villages = Village.objects.in_bulk(moved) if moved else {}

    def tell(self, patch: Patch) -> Patch:
        """手上的图斑（look_up 查过的）改成那天的村和面积；只给人看，不存。"""
        if before := self.before.get(patch.pk):
            patch.area_mu = before.area_mu
            if before.village_id in self.villages:
                patch.village = self.villages[before.village_id]
        return patch

    def more_mu(self, patches: PatchQuerySet) -> Decimal:
        """这些图斑那天的面积（亩）比现在的合计多（负数是少）多少。"""
        if self.basis == DONE:
            return Decimal(0)
        more = Sum(self.area - F("area_mu"), output_field=MuField())
        return patches.order_by().aggregate(more=more)["more"] or Decimal(0)

    def states(self, patches: Iterable[Patch]) -> dict[int, PatchStanding]:
        """{图斑主键: 那天的现状}：给一页图斑，固定几次查询。"""
        patches = list(patches)
        self.look_up(patches)
        records = defaultdict(list)
        rows = RectificationRecord.objects.effective(self.on, self.basis)
        for record in rows.filter(patch__in=[patch.pk for patch in patches], kind__in=STATEFUL):
            record.withdrawn_at = None  # 那天还有效，后来才撤回的也算数；只在内存里看，不存
            records[record.patch_id].append(record)
        found = {}
        for patch in patches:
            past = self.tell(copy(patch))
            past.until_on = None
            found[patch.pk] = replay(past, records[patch.pk], self.steps[patch.target_id])
        return found
