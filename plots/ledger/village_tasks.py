"""我的任务：轮到村里办的图斑，先急后缓；不在村里手上的等着谁。只读，不写。"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from plots.ledger.queues import due_text, last_return, return_text
from plots.ledger.replay import STATEFUL, PatchStanding, Step, read_steps, replay
from plots.models import Patch, RectificationRecord, Status
from plots.models.choices import REPORTABLE
from plots.models.deadlines import days_left_text, due_next, due_of
from taiping.ground.actors import actors
from tasks.models import Milestone, Plan, Target
from villages.models import Village

SOON_DAYS = 7
RETURNED, OVERDUE, SOON, LATER = "returned", "overdue", "soon", "later"
GROUPS = {RETURNED: "退回", OVERDUE: "逾期", SOON: f"{SOON_DAYS}天内到期", LATER: "以后"}
PRESSING = (RETURNED, OVERDUE, SOON)
URGENCY = list(GROUPS)


def group_of(status: str, due: datetime.date, today: datetime.date) -> str:
    """村里的一块图斑算哪一组。"""
    if status == Status.RETURNED:
        return RETURNED
    days = (due - today).days
    if days < 0:
        return OVERDUE
    return SOON if days <= SOON_DAYS else LATER


@dataclass
class Card:
    """一块图斑给人看的样子：状态、下一步、截止日期、退回的话。"""

    patch: Patch
    state: PatchStanding
    today: datetime.date

    @property
    def step(self) -> Milestone | None:
        return self.patch.step

    @cached_property
    def group(self) -> str:
        return group_of(self.patch.status, due_next(self.patch), self.today)

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


class Row(NamedTuple):
    """还没有了结的一块，只有排先后、数个数要的几列。"""

    pk: int
    village: int
    target: int
    status: str
    next_milestone: int | None
    due_on: datetime.date | None
    code: str
    shape: int | None
    found_lat: Decimal | None


class Task(NamedTuple):
    """轮到村里办的一块；order 是先急后缓的先后。"""

    order: tuple
    row: Row
    group: str


class Tasks:
    """一个人（村支部书记）的任务。没有了结的只查一次，窄窄的几列；数、排、分组都在内存里。

    villages 是他看得见的村；plans 是页面已经查过的方案（Plan.objects.begun）；
    words 是要找的字（见 PatchQuerySet.about），空的是全部。
    """

    def __init__(
        self,
        today: datetime.date,
        villages: Sequence[Village],
        plans: Sequence[Plan] = (),
        words: str = "",
    ):
        self.today = today
        self.villages = {village.pk: village for village in villages}
        open_ones = Patch.objects.filter(village__in=self.villages).open().order_by()
        self.rows = [Row(*row) for row in open_ones.values_list(*Row._fields)]
        self._read_steps(plans)
        self.all = self._by_urgency(self._found(open_ones, words))
        self.counts = Counter((task.row.village, task.group) for task in self.all)

    def _read_steps(self, plans):
        """这些图斑的任务和时间节点；plans 里带着的任务不再查。"""
        known = {target.pk: target for plan in plans for target in plan.targets.all()}
        wanted = {row.target for row in self.rows}
        if missing := wanted - known.keys():
            known |= Target.objects.select_related("plan").in_bulk(missing)
        targets = [known[pk] for pk in wanted & known.keys()]
        read_steps(targets)
        self.steps = {step.pk: step for target in targets for step in target.steps}

    def _found(self, open_ones, words):
        """轮到村里、要找的那些。"""
        wanted = set(open_ones.about(words).values_list("pk", flat=True)) if words else None
        for row in self.rows:
            is_own = self._is_own(row.status, row.next_milestone, row.village)
            if is_own and (wanted is None or row.pk in wanted):
                yield row

    def _is_own(self, status, step, village):
        """轮到自己的村办。两次查询中间，方案、包村、图斑都可能正好被人改了：对不上的就不是。"""
        is_known = village in self.villages and step in self.steps
        by_village = is_known and self.steps[step].actor == Milestone.Actor.VILLAGE
        return by_village and status in REPORTABLE

    def _by_urgency(self, rows):
        tasks = []
        for row in rows:
            due = due_of(self.steps[row.next_milestone], row.due_on)
            group, village = group_of(row.status, due, self.today), self.villages[row.village]
            order = URGENCY.index(group), due, village.order, village.name, row.code, row.pk
            tasks.append(Task(order, row, group))
        return sorted(tasks)

    def count(self, *groups: str, village: int | None = None) -> int:
        """这几组有几块；village（主键）空就是全部村。"""
        return sum(
            number
            for (place, group), number in self.counts.items()
            if group in groups and village in (None, place)
        )

    def of(self, groups: Sequence[str], village: int | None = None) -> list[Task]:
        """这几组的，先急后缓；village（主键）空就是全部村。"""
        return [
            task
            for task in self.all
            if task.group in groups and village in (None, task.row.village)
        ]

    @property
    def any_placed(self) -> bool:
        """有没有哪一块知道在地图上哪里。"""
        return any(task.row.shape or task.row.found_lat is not None for task in self.all)

    def patches(self, tasks: Sequence[Task], *, placed: bool = False) -> list[Patch]:
        """照 tasks 的先后取出图斑，一次查询，任务、村、下一步都带好；placed 时带着中心 lat、lon。

        数过以后正好被人办了的，不再列。
        """
        found = Patch.objects.filter(pk__in=[task.row.pk for task in tasks]).order_by()
        by_pk = {patch.pk: patch for patch in (found.placed() if placed else found)}
        patches = []
        for patch in filter(None, (by_pk.get(task.row.pk) for task in tasks)):
            if self._is_own(patch.status, patch.next_milestone_id, patch.village_id):
                patch.next_milestone = self.steps[patch.next_milestone_id]
                patch.target = patch.next_milestone.target
                patch.village = self.villages[patch.village_id]
                patches.append(patch)
        return patches

    def cards(self, tasks: Sequence[Task], *, placed: bool = False) -> list[Card]:
        """一页图斑 → 卡片；不论几块，图斑和记录各查一次。"""
        patches, records = self.patches(tasks, placed=placed), defaultdict(list)
        standing = RectificationRecord.objects.standing().order_by("pk")
        for record in standing.filter(patch__in=patches, kind__in=STATEFUL):
            records[record.patch_id].append(record)
        found = []
        for patch in patches:
            state = replay(patch, records[patch.pk], patch.target.steps)
            found.append(Card(patch, state, self.today))
        return found

    @cached_property
    def open(self) -> set[int]:
        """还没有了结的，主键。"""
        return {row.pk for row in self.rows}

    def waiting(self, village: int | None = None) -> list[str]:
        """不在村里手上的，每种一句话：“8 个待核实，其中 2 个镇里已经逾期”“3 个暂缓”。"""
        found, late = Counter(), Counter()
        for row in self.rows:
            if village not in (None, row.village):
                continue
            step = self.steps.get(row.next_milestone)
            if not (what := _waiting_for(row.status, step)):
                continue
            found[what] += 1
            if row.status != Status.DEFERRED and due_of(step, row.due_on) < self.today:
                late[what] += 1
        return [f"{n} 个{what}{_late_words(late[what], what)}" for what, n in found.most_common()]


def _late_words(number, what):
    """逾期不是村里的，说清楚是谁的。"""
    whose = f"{actors.district}里" if f"{actors.district}里" in what else f"{actors.town}里"
    return f"，其中 {number} 个{whose}已经逾期" if number else ""


def _waiting_for(status, step):
    """等着什么；轮到村里的、没有下一步的是空。"""
    if status == Status.DEFERRED:
        return "暂缓"
    if step is None or step.actor == Milestone.Actor.VILLAGE:
        return ""
    if step.actor == Milestone.Actor.DISTRICT:
        return f"等{actors.district}里{step.name}"
    return "待核实" if status == Status.AWAITING else f"等{actors.town}里{step.name}"
