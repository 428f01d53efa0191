"""我的任务和待核实：该谁办、先办哪一块。只读，不写。"""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Case, Count, F, Max, OuterRef, Q, QuerySet, Value, When

from plots.ledger.replay import PatchStanding, Step, replay
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.choices import REPORTABLE
from plots.models.deadlines import days_left_text, due_next, due_of
from plots.models.querysets import PatchQuerySet, late_next, next_due_on
from taiping.ground.dates import date_beside
from tasks.models import Milestone
from villages.models import User, Village

SOON_DAYS = 7
RETURNED, OVERDUE, SOON, LATER = "returned", "overdue", "soon", "later"
GROUPS = {RETURNED: "退回", OVERDUE: "逾期", SOON: f"{SOON_DAYS}天内到期", LATER: "以后"}
PRESSING = (RETURNED, OVERDUE, SOON)


def due_text(milestone: Milestone, today: datetime.date, own: datetime.date | None = None) -> str:
    """“9月30日前”；不是今年的带年份；方案没定截止日期的照实说；own 是反弹另定的截止日期。"""
    due = due_of(milestone, own)
    day = date_beside(due, today)
    return f"{day}前" if milestone.due_on or due == own else f"方案没定截止日期，{day}前"


def tasks_of(user: User, today: datetime.date, words: str = "") -> PatchQuerySet:
    """轮到村里办的图斑，带 group（退回、逾期、7天内、以后），先急后缓；words 是要找的字，空的是全部。"""
    soon = today + datetime.timedelta(days=SOON_DAYS + 1)
    return (
        Patch.objects.visible_to(user)
        .current()
        .about(words)
        .filter(status__in=REPORTABLE, next_milestone__actor=Milestone.Actor.VILLAGE)
        .annotate(
            rank=Case(
                When(status=Status.RETURNED, then=Value(0)),
                When(late_next(today), then=Value(1)),
                When(late_next(soon), then=Value(2)),
                default=Value(3),
            ),
            due=next_due_on(),
        )
        .order_by("rank", "due", "village__order", "village__name", "code", "pk")
    )


@dataclass
class Counts:
    """各村各组有几块；village 空就是全部村。any_placed：有没有哪一块知道在地图上哪里。"""

    rows: list[tuple[int, str, int]] = field(default_factory=list)  # (村 pk, 组, 个)
    any_placed: bool = False

    def of(self, *groups: str, village: int | None = None) -> int:
        return sum(n for pk, group, n in self.rows if group in groups and village in (None, pk))

    def village(self, pk: int) -> int:
        return self.of(*GROUPS, village=pk)


def counts_of(user: User, today: datetime.date, words: str = "") -> Counts:
    """一次查询数清每个村每一组有几块；words 是要找的字。"""
    found = tasks_of(user, today, words).order_by()
    placed = Count("shape") + Count("found_lat")
    rows = list(found.values_list("village_id", "rank").annotate(Count("pk"), placed=placed))
    names = list(GROUPS)
    counted = [(village, names[rank], n) for village, rank, n, _ in rows]
    return Counts(counted, any(placed for *_, placed in rows))


def waiting_of(user: User, today: datetime.date, village: Village | None = None) -> list[str]:
    """不在村里手上的，每种一句话：“8 个待核实，其中 2 个镇里已经逾期”“3 个暂缓”。"""
    patches = Patch.objects.visible_to(user).open()
    if village:
        patches = patches.filter(village=village)
    rows = (
        patches.filter(
            Q(status=Status.DEFERRED) | ~Q(next_milestone__actor=Milestone.Actor.VILLAGE)
        )
        .order_by()
        .values_list("status", "next_milestone__actor", "next_milestone__name")
        .annotate(n=Count("pk"), late=Count("pk", filter=late_next(today)))
    )
    found, late = Counter(), Counter()
    for status, actor, step, n, overdue in rows:
        what = _waiting_for(status, actor, step)
        found[what] += n
        if status != Status.DEFERRED:
            late[what] += overdue
    return [
        f"{n} 个{what}{_late_words(late[what], what)}" for what, n in found.most_common() if what
    ]


def _late_words(number, what):
    """逾期不是村里的，说清楚是谁的。"""
    whose = "区里" if "区里" in what else "镇里"
    return f"，其中 {number} 个{whose}已经逾期" if number else ""


def _waiting_for(status, actor, step):
    if status == Status.DEFERRED:
        return "暂缓"
    if actor == Milestone.Actor.DISTRICT:
        return f"等区里{step}"
    if actor == Milestone.Actor.TOWN:
        return "待核实" if status == Status.AWAITING else f"等镇里{step}"
    return ""


@dataclass
class Card:
    """一块图斑给人看的样子：状态、下一步、截止日期、退回的话。"""

    patch: Patch
    state: PatchStanding
    today: datetime.date

    @property
    def step(self) -> Milestone | None:
        return self.patch.step

    @property
    def group(self) -> str:
        return list(GROUPS)[self.patch.rank]

    @property
    def due_text(self) -> str:
        return due_text(self.step, self.today, self.patch.due_on)

    @property
    def days_text(self) -> str:
        return days_left_text(due_next(self.patch), self.today)

    @property
    def is_late(self) -> bool:
        return due_next(self.patch) < self.today

    @property
    def part(self) -> Step | None:
        """这一步已经报了一部分时的 Step，没有是 None。"""
        step = self.state.next_step
        return step if step and step.parts else None

    @property
    def returned(self) -> RectificationRecord | None:
        return last_return(self.state)

    @property
    def returned_text(self) -> str:
        return return_text(self.returned)


def last_return(state: PatchStanding) -> RectificationRecord | None:
    """图斑现在是“已退回”时，最近那条退回记录；不是就没有。"""
    if state.status != Status.RETURNED:
        return None
    returns = [record for record in state.standing if record.kind == Kind.RETURN]
    return returns[-1] if returns else None


def return_text(record: RectificationRecord) -> str:
    """退回的理由和说明，一句话。"""
    return "；".join(filter(None, ["、".join(record.reasons), record.note]))


def cards(patches: Iterable[Patch], today: datetime.date) -> list[Card]:
    """一页图斑 → 卡片；不论几块，记录和时间节点各查一次。patches 要带好 next_milestone__target__plan。"""
    patches = list(patches)
    records, steps = {}, {}
    for record in RectificationRecord.objects.filter(patch__in=patches).order_by("pk"):
        records.setdefault(record.patch_id, []).append(record)
    targets = {patch.target_id for patch in patches}
    for milestone in Milestone.objects.filter(target__in=targets).order_by("target_id", "order"):
        steps.setdefault(milestone.target_id, []).append(milestone)
    return [
        Card(patch, replay(patch, records.get(patch.pk, ()), steps.get(patch.target_id, [])), today)
        for patch in patches
    ]


def awaiting(user: User) -> PatchQuerySet:
    """等着核实的图斑，先报齐的在前；reported_at 是最后一次上报的录入时刻。不是镇里的人没有。"""
    if not user.is_town:
        return Patch.objects.none()
    standing = Q(records__kind=Kind.REPORT, records__withdrawn_at__isnull=True)
    return (
        Patch.objects.visible_to(user)
        .current()
        .filter(status=Status.AWAITING)
        .annotate(reported_at=Max("records__created_at", filter=standing))
        .order_by(F("reported_at").asc(nulls_last=True), "pk")
    )


def returns() -> QuerySet[RectificationRecord]:
    """图斑的退回记录，用在图斑的查询里：Exists(returns()) 是退回过的。"""
    kept = RectificationRecord.objects.standing()
    return kept.filter(patch=OuterRef("pk"), kind=Kind.RETURN).order_by()


def awaiting_count(user: User) -> int:
    """导航上“待核实”后面的数；不是镇里的人是 0。菜单和页面都要，一次请求里只数一次：记在这次请求的 user 上。"""
    if not user.is_town:
        return 0
    if not hasattr(user, "awaiting_count"):
        waiting = Patch.objects.visible_to(user).current().filter(status=Status.AWAITING)
        user.awaiting_count = waiting.count()
    return user.awaiting_count


def following(queue: PatchQuerySet, patch: Patch) -> Patch | None:
    """队列里 patch 后面的一块，没有是 None。patch 可以已经不在队列里，但要带着 reported_at。"""
    after = Q(reported_at__gt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__gt=patch.pk)
    return queue.exclude(pk=patch.pk).filter(after).first()


def preceding(queue: PatchQuerySet, patch: Patch) -> Patch | None:
    """队列里 patch 前面的一块，没有是 None。"""
    return queue.filter(_before(patch)).last()


def _before(patch):
    return Q(reported_at__lt=patch.reported_at) | Q(reported_at=patch.reported_at, pk__lt=patch.pk)


def ahead(queue: PatchQuerySet, patch: Patch) -> int:
    """队列里排在 patch 前面的有几块。"""
    return queue.filter(_before(patch)).count()
