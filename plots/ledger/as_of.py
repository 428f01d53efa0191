"""某一天的图斑：用那天有效的记录来挑，和总览的进度同一个口径，所以总览的数点开就是这些图斑。"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import and_

from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import In, LessThan

from plots.ledger.alike import Alike, alike, among
from plots.ledger.before_amendment import Before, amended_later, area_then, village_then
from plots.ledger.replay import STATEFUL, WORK, PatchStanding, replay
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.choices import ENDED
from plots.models.deadlines import end_of_day
from plots.models.querysets import PatchQuerySet, overdue_at
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
# 那天已经不再算的：由哪种记录了结
ENDINGS = {"split": Kind.SPLIT, "carried": Kind.CARRY, "removed": Kind.REMOVE}
COMPLETIONS = {
    "yes": "已完成",
    "no": "未完成",
    "on_time": "按期完成",
    "late": "逾期完成",
    "some": "已有上报面积",
}
# 看现状用得着的：算状态、哪天完成、为什么；谁、什么时候录的都不读
TOLD = (
    *("patch", "milestone", "kind", "done_on", "completes"),
    *("area_mu", "due_on", "note", "reasons", "details"),
)

EVERY = Q()  # 都要


@dataclass(frozen=True)
class Asked:
    """要看那天的现状的条件：问现状合不合。kept 只为少看几块：那天以后没有动过的，不合 kept 就一定不合。"""

    fits: Callable[[PatchStanding], bool]
    kept: Q = EVERY

    def __call__(self, told: PatchStanding) -> bool:
        return self.fits(told)


LEFT = Q(next_milestone__isnull=False)
Condition = Q | Asked  # 一个条件：写得进图斑的查询的是 Q
CONDITIONS = {
    "open": Asked(lambda told: told.is_left or told.status == Status.PENDING),
    "exempt": Asked(lambda told: told.has(Kind.EXEMPT), Q(status=Status.EXEMPT)),
    "deferred": Asked(lambda told: told.has(Kind.DEFER), Q(status=Status.DEFERRED)),
    "returned": Asked(
        lambda told: told.is_sent_back and not told.has(Kind.EXEMPT, Kind.DEFER),
        Q(status=Status.RETURNED),
    ),
    "relapsed": Asked(
        lambda told: (
            told.is_left and told.relapse is not None and not told.has(Kind.EXEMPT, Kind.DEFER)
        ),
        LEFT & Q(due_on__isnull=False),
    ),
}


def reporting_step(steps: Sequence[Milestone]) -> Milestone | None:
    """“上报”看的一步：该村里做的最后一步；没有村里做的看最后一步，没有步骤是 None。"""
    by_village = [step for step in steps if step.actor == Milestone.Actor.VILLAGE]
    return (by_village or [*steps] or [None])[-1]


def _reached(steps, yes):
    """这一步完成了（yes）或没有完成；任务里没有这一步的，两样都不是。"""

    def fits(told):
        has_step = any(step.milestone.pk in steps for step in told.steps)
        return has_step and yes == (told.has(Kind.EXEMPT) or told.has_done(steps))

    return Asked(fits)


class LedgerAt:
    """某天（on）按某种口径（basis）的各种条件；milestones 是方案里的时间节点，已按任务、顺序排好。

    many 是要看的有全镇那么多：那天以后没有动过的，照现在存着的，不看记录；只看一个村的，块块看记录更快。
    """

    def __init__(
        self, on: date, basis: str, milestones: Iterable[Milestone], *, many: bool = False
    ):
        self.on, self.basis, self.milestones = on, basis or DONE, list(milestones)
        self.many = many
        self.before: dict[int, Before] = {}
        self.villages: dict[int, Village] = {}
        self.steps = defaultdict(list)
        for milestone in self.milestones:
            self.steps[milestone.target_id].append(milestone)

    def pick(self, patches: PatchQuerySet, *conditions: Condition) -> PatchQuerySet:
        """patches（那天算数的）里合这几个条件的。"""
        return self.sorted_out(patches, *conditions)[0]

    def sorted_out(
        self, patches: PatchQuerySet, *conditions: Condition
    ) -> tuple[PatchQuerySet, list[Alike] | None]:
        """(合条件的图斑, 它们分成的一批批)：看现状的条件一起只算一遍，没有这样的条件就不分，是 None。"""
        patches = patches.filter(*(each for each in conditions if isinstance(each, Q)))
        asked = [each for each in conditions if not isinstance(each, Q)]
        if not asked:
            return patches, None
        kept = reduce(and_, (each.kept for each in asked))
        every = self.alike(patches, kept)
        found = [group for group in every if all(fits(group.standing) for fits in asked)]
        if self.many or len(found) < len(every):
            patches = (
                patches.filter(among(group.ids for group in found)) if found else patches.none()
            )
        return patches, found

    def alike(self, patches: PatchQuerySet, kept: Q = EVERY) -> list[Alike]:
        kept = kept if self.many else None
        return alike(patches, self.on, self.basis, self.steps, kept)

    def mine(self, *conditions: Q, **where) -> Exists:
        """图斑有这样一条那天有效的记录。"""
        rows = RectificationRecord.objects.effective(self.on, self.basis)
        return Exists(rows.filter(*conditions, patch=OuterRef("pk"), **where).order_by())

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
    def brought(self) -> Q:
        """那天已经从别的方案结转来的。"""
        if self.basis == DONE:
            return Q(carried_from__until_on__lte=self.on)
        return Q(carried_from__until_at__lt=end_of_day(self.on))

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

    def in_state(self, state: str, code: str = "") -> Condition:
        """STATES 里一种状态的条件；逾期时 code 限定是哪一步逾期。"""
        if state in ENDINGS:
            return Q(self.mine(kind=ENDINGS[state]))
        if state == "brought":
            return self.brought
        if state == "overdue":
            return self.unfinished(self.on, code)
        if state in ("reported", "confirmed"):
            steps = {step.pk for step in self.asked_steps(state, "")}
            return Asked(lambda told: told.has(Kind.EXEMPT) or told.has_done(steps))
        return CONDITIONS.get(state, Q())

    def in_any_state(self, states: Iterable[str]) -> Condition:
        """看现状的几种状态（逾期、已退回、暂缓……）里的一种。"""
        conditions = [self.in_state(state) for state in states]
        return Asked(lambda told: any(fits(told) for fits in conditions))

    def unfinished(self, before: date, code: str = "") -> Condition:
        """有一步截止早于 before 却没有完成，也没有核减、暂缓，反弹另定的截止日期也过了；code 限定是哪一步。"""

        def fits(told):
            late = (
                step.milestone
                for step in told.steps
                if not step.done and told.due_of(step.milestone) < before
            )
            asked = [step for step in late if code in ("", step.code)]
            return any(not told.waits_at(step) for step in asked) and not told.has(Kind.EXEMPT)

        return Asked(fits, LEFT)

    def stuck_with(self, actor: str) -> Condition:
        """没有了结、下一步由 actor（村、镇、区）做的。"""
        wanted = [step for step in self.milestones if step.actor == actor]
        return self._next_in(wanted)

    def _next_in(self, wanted):
        return Asked(lambda told: told.next_milestone in wanted, Q(next_milestone__in=wanted))

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

    def due_within(self, days: int) -> Condition:
        """下一步从那天起 days 天内（含当天）截止的，不含那天已经逾期的。"""
        coming = self.unfinished(self.on + timedelta(days=days + 1))
        late = self.unfinished(self.on)
        return Asked(lambda told: coming(told) and not late(told), LEFT)

    def in_status(self, status: str) -> Condition:
        """那天的状态是 Status 里的一种，就是 plots.ledger.replay 说的。"""
        for ending, kind in ENDINGS.items():
            if ENDED.get(kind) == status:
                return self.in_state(ending)
        return Asked(lambda told: told.status == status, Q(status=status))

    def next_is(self, target: str, code: str) -> Condition:
        """那天的下一步是 target（任务代码）的 code 这一步。"""
        wanted = [
            step for step in self.milestones if (step.target.code, step.code) == (target, code)
        ]
        return self._next_in(wanted)

    def rank(self, key: str, told: PatchStanding) -> str | int | date | None:
        """按那天的状态（status）、下一步（step）、下一步的截止日期（due）排，这样的图斑排在哪里；没有下一步的是空。"""
        step = told.next_milestone
        if key == "status":
            return told.status
        if step is None:
            return None
        return step.order if key == "step" else told.due_of(step)

    def at_step(self, code: str, completion: str) -> Condition:
        """code 这一步的完成情况（COMPLETIONS）；核查无问题的，每一步都算完成，是否按期只看认定以前做完的。"""
        steps = self.asked_steps("", code)
        if completion in ("yes", "no"):
            return _reached({step.pk for step in steps}, completion == "yes")
        if completion == "some":
            return Q(self.mine(kind__in=WORK, milestone__in=steps))
        if completion in ("on_time", "late"):
            late = overdue_at("milestone__")
            when = late if completion == "late" else ~late
            done = self.mine(when, kind__in=WORK, completes=True, milestone__in=steps)
            kept = self._kept_records(when).filter(patch=OuterRef("pk"), milestone__in=steps)
            return Q(done) | Q(Exists(kept.order_by()))
        return Q(target__in=[step.target_id for step in steps])

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
        rows = amended_later(patches.order_by(), self.on).values()
        return sum((row.area_mu - row.now_area_mu for row in rows), Decimal(0))

    def standings(
        self, patches: Iterable[Patch], known: list[Alike] | None = None
    ) -> dict[int, PatchStanding]:
        """{图斑主键: 那天的现状}：一次查询，不论几千块；known 是分好的一批批，有就不再查。

        里面的记录只够说现状；要面积、日期、理由的用 states。
        """
        wanted = {str(patch.pk) for patch in patches}
        if known is None:
            here = Patch.objects.filter(among(wanted))
            known = alike(here, self.on, self.basis, self.steps) if wanted else []
        found = {}
        for group in known:
            here = wanted.intersection(group.ids.split(","))
            found |= dict.fromkeys(map(int, here), group.standing)
        return found

    def states(self, patches: Iterable[Patch]) -> dict[int, PatchStanding]:
        """{图斑主键: 那天的现状}，带着记录：给一页图斑，固定几次查询。"""
        patches = list(patches)
        self.look_up(patches)
        records = defaultdict(list)
        rows = RectificationRecord.objects.effective(self.on, self.basis).only(*TOLD)
        for record in rows.filter(patch__in=[patch.pk for patch in patches], kind__in=STATEFUL):
            record.withdrawn_at = None  # 那天还有效，后来才撤回的也算数；只在内存里看，不存
            records[record.patch_id].append(record)
        found = {}
        for patch in patches:
            past = self.tell(copy(patch))
            past.until_on = None
            found[patch.pk] = replay(past, records[patch.pk], self.steps[patch.target_id])
        return found
