"""进度的数长什么样：一步、一个村、一项任务、整份方案在某日的数。只装数和由数直接推出的话，怎么算在 progress。"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product
from typing import NamedTuple

from plots.ledger.as_of import reporting_step
from taiping.ground.actors import actors
from taiping.ground.area import enough_decimals, figure, from_millionths, spread
from taiping.ground.words import days_words
from taiping.progress.forecast import Forecast
from taiping.progress.readings import Measured, Readings
from taiping.progress.relapses import Relapse
from taiping.progress.states import NOT_JUDGED, Judgement, MilestoneState, Need
from taiping.progress.tallies import Scope
from tasks.models import Milestone, Plan, Target
from villages.models import Village

ZERO = Decimal(0)


class Uses(NamedTuple):
    """这份方案有没有常态工作、督办单，反弹过没有：没有的不用再问。"""

    duties: bool
    orders: bool
    relapses: bool


class Tally(NamedTuple):
    """一个节点在一个村（或全部）到某日：完成了多少和几个，其中逾期的。

    多少是库里存的整数（百万分之一）：大镇有上万个，相加都用整数，要看的才换算。
    """

    millionths: int = 0
    count: int = 0
    late_millionths: int = 0
    late_count: int = 0

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        amount = count = late = late_count = 0
        for tally in tallies:
            amount += tally.millionths
            count += tally.count
            late += tally.late_millionths
            late_count += tally.late_count
        return cls(amount, count, late, late_count)

    @property
    def amount(self) -> Decimal:
        return from_millionths(self.millionths)

    @property
    def late(self) -> Decimal:
        return from_millionths(self.late_millionths)


@dataclass(slots=True)
class Owed:
    """逾期的图斑（个）卡在谁那里：下一步该村里办、镇里办、区里办的。"""

    village: int = 0
    town: int = 0
    district: int = 0

    def add(self, actor: str, number: int) -> None:
        name = OWED_BY[actor]
        setattr(self, name, getattr(self, name) + number)

    def copy(self) -> "Owed":
        return Owed(self.village, self.town, self.district)

    @classmethod
    def total(cls, rows: Iterable["Owed"]) -> "Owed":
        whole = cls()
        for row in rows:
            whole.village += row.village
            whole.town += row.town
            whole.district += row.district
        return whole

    @property
    def parts(self) -> list[tuple[str, str, int]]:
        """[(由谁做的代码, “村该办”, 个)]，没有的不列。"""
        pairs = [(actor, getattr(self, name)) for actor, name in OWED_BY.items()]
        return [(actor, actors.turn(actor), number) for actor, number in pairs if number]

    @property
    def by_others(self) -> list[tuple[str, str, int]]:
        """不该村里办的，[(代码, 说法, 个)]：“镇该办”“区该办”。"""
        return [part for part in self.parts if part[0] != "VILLAGE"]


OWED_BY = {"VILLAGE": "village", "TOWN": "town", "DISTRICT": "district"}


@dataclass
class MilestoneFigures:
    milestone: Milestone
    due_on: date  # 方案没定时是方案结束日期
    on: date
    need: Need
    reached: Decimal | None
    reached_count: int
    on_time: Decimal | None  # 没有监测数是 None，不是 0
    on_time_count: int
    late_count: int  # 核查无问题、以前又没做完这一步的，不算按期也不算逾期
    overdue_count: int = 0
    open_count: int = 0  # 没完成这一步、也没核减没暂缓的个数，不论到没到期
    planned_count: int = 0  # 其中跟着方案的截止算的，没有反弹另定的截止日期
    again_by: date | None = None  # 只差反弹了、正在重新整改的：它们的截止日期
    owed: Owed = field(default_factory=Owed)  # 逾期没完成这一步的，卡在谁那里
    overdue_in: list[tuple[Village, int]] = field(default_factory=list)  # 它们在哪些村，多的在前
    forecast: Forecast | None = None
    judged: Judgement = NOT_JUDGED

    @property
    def state(self) -> MilestoneState:
        return self.judged.state

    @property
    def reason(self) -> str:
        """为什么是这个状态，一小句。"""
        return self.judged.reason

    @property
    def is_silent(self) -> bool:
        """截止已过，还没有报数。"""
        return self.state == MilestoneState.NO_DATA and self.days_left < 0

    @property
    def lacking(self) -> str:
        """离要完成的数还差多少：“3个”“28亩”；够了是空。"""
        return self.need.lacking(self.reached, self.reached_count)

    @property
    def late(self) -> Decimal | None:
        return None if self.reached is None or self.on_time is None else self.reached - self.on_time

    @property
    def undated(self) -> bool:
        return self.milestone.due_on is None

    @property
    def judged_by(self) -> date:
        """按哪天判断：截止，只差反弹的是它们的截止日期。"""
        return self.again_by or self.due_on

    @property
    def days_left(self) -> int:
        """离截止的天数，过了是负数。"""
        return (self.judged_by - self.on).days

    @property
    def days_words(self) -> str:
        """“还有 11 天”“今天截止”“逾期 20 天”。"""
        return days_words(self.days_left)

    @property
    def days_over(self) -> int:
        return -self.days_left

    @property
    def on_time_rate(self) -> int | None:
        """按期率（按个）：按期完成 ÷ 按期和逾期完成；还没有完成的是 None。"""
        timed = self.on_time_count + self.late_count
        return self.on_time_count * 100 // timed if timed else None


@dataclass(slots=True)
class VillageFigures:
    village: Village
    lot: str = ""
    quota: Decimal | None = None  # 一段的是最少的
    quota_count: int | None = None
    quota_most: Decimal | None = None  # 写成一段的：最多的
    quota_count_most: int | None = None
    patch_count: int = 0
    patch_area: Decimal = ZERO
    reported: Decimal | None = ZERO
    confirmed: Decimal | None = ZERO
    reported_count: int = 0
    confirmed_count: int = 0
    exempt: Decimal = ZERO
    exempt_count: int = 0
    deferred_count: int = 0
    carried: Decimal = ZERO  # 已结转到别的方案、不再算的
    carried_count: int = 0
    overdue_count: int = 0
    owed: Owed = field(default_factory=Owed)  # 逾期的卡在谁那里
    overdue_step: Milestone | None = None  # 该村里办的里面拖得最久的一步
    overdue_due_on: date | None = None
    read_on: date | None = None  # 靠监测的：在用的是哪天的数
    is_silent: bool = False  # 靠监测的：overdue_step 截止已过，还没有报数

    @property
    def is_allocated(self) -> bool:
        return self.quota is not None or self.quota_count is not None


@dataclass
class TargetFigures:
    target: Target
    on: date
    quota: Decimal | None
    quota_count: int | None
    need: Need
    milestones: list[MilestoneFigures]
    villages: list[VillageFigures]
    reported: Decimal | None = ZERO
    confirmed: Decimal | None = ZERO
    reported_count: int = 0
    confirmed_count: int = 0
    exempt: Decimal = ZERO
    exempt_count: int = 0
    deferred_count: int = 0
    carried: Decimal = ZERO  # 已结转到别的方案、不再算的
    carried_count: int = 0
    brought: Decimal = ZERO  # 算数的里面从别的方案结转来的
    brought_count: int = 0
    patch_count: int = 0
    patch_area: Decimal = ZERO
    overdue_count: int = 0
    relapses: list[Relapse] = field(default_factory=list)  # 反弹了、正在重新整改的
    owed: Owed = field(default_factory=Owed)  # 逾期的卡在谁那里
    short_count: int = 0  # 清单里完成面积小于图斑面积的
    short_area: Decimal = ZERO
    judged: Judgement = NOT_JUDGED
    reading: Measured | None = None  # 靠监测的：当日在用的监测
    quota_most: Decimal | None = None  # 只看几个村、分到的是一段的：最多的
    quota_count_most: int | None = None
    parts_excess: Decimal = ZERO  # 靠监测的：各项“其中”的监测加起来比它多多少
    readings: Readings | None = None  # 靠监测的：全部监测，画曲线用

    @cached_property
    def decimals(self) -> int:
        """这项任务的数写几位小数：一般是任务定的；有哪个数差一点不够、看着却够了的，多写几位。"""
        amounts = [self.patch_area, self.reported, self.confirmed]
        goals = {self.quota, self.need.quota}
        for row in self.milestones:
            amounts += [row.reached, row.on_time]
            goals.add(row.need.quota)
        return enough_decimals(product(amounts, goals), self.target.decimals)

    @cached_property
    def lack(self) -> tuple[int, Decimal]:
        """现有图斑（不算核减的面积）比要完成的数少几个、多少；不少是 0。"""
        count, area = (self.need.quota_count or 0) - self.patch_count, ZERO
        if self.need.quota:
            area = self.need.quota - (self.patch_area - self.exempt)
        return max(count, 0), max(area, ZERO)

    @property
    def quota_text(self) -> str:
        """表里的任务数，不带单位：“60.00”“1–3”；没有是空。"""
        return spread(self.quota, self.quota_most, self.decimals, figure)

    @property
    def quota_count_text(self) -> str:
        return spread(self.quota_count, self.quota_count_most)

    @property
    def state(self) -> MilestoneState:
        return self.judged.state

    @property
    def reason(self) -> str:
        """为什么是这个状态，一小句。"""
        return self.judged.reason

    @property
    def margin(self) -> Decimal | None:
        """底线高出（负数是低于）多少。"""
        if not self.target.is_floor or self.confirmed is None or self.quota is None:
            return None
        return self.confirmed - self.quota

    def partial_text(self, gap: str = " ") -> str:
        """各村的监测没有报齐时的话，见 Measured；不是这样是空文字。"""
        return self.reading.partial_text(gap) if self.reading else ""

    @property
    def margin_abs(self) -> Decimal:
        return abs(self.margin)

    @cached_property
    def reporting(self) -> MilestoneFigures | None:
        """“上报”看的那一步：该村里做的最后一步（见 reporting_step）；方案里没有步骤是 None。"""
        step = reporting_step([row.milestone for row in self.milestones])
        return next((row for row in self.milestones if row.milestone is step), None)

    @property
    def last(self) -> MilestoneFigures | None:
        """“核实”看的那一步：最后一步；方案里没有步骤是 None。"""
        return self.milestones[-1] if self.milestones else None

    @property
    def is_empty(self) -> bool:
        """靠图斑量、还没有图斑：没有数，不是 0。"""
        return self.target.by_patches and not self.patch_count

    @property
    def no_patches(self) -> str:
        """一块图斑也没有时的话，各处说的都是它。"""
        return no_patches([self])

    @property
    def is_elsewhere(self) -> bool:
        """看几个村时，这项任务和它们无关：没有图斑，没有分解到这里，也没有这里的监测数。"""
        return (
            not self.patch_count
            and not any(row.is_allocated for row in self.villages)
            and not any(
                row.confirmed is not None for row in self.villages if not self.target.by_patches
            )
        )

    @property
    def silent(self) -> list[MilestoneFigures]:
        """截止已过、还没有报数的节点。"""
        return [row for row in self.milestones if row.is_silent]

    def open_count_by(self, day: date) -> int:
        """到 day 这天为止该完成、还没完成的图斑数：步骤按顺序走，看到期最晚的一步就够了；反弹的看自己的截止日期。"""
        due = [row.planned_count for row in self.milestones if row.due_on <= day]
        return max(due, default=0) + sum(relapse.is_due_by(day) for relapse in self.relapses)

    @property
    def relapsed_count(self) -> int:
        return len(self.relapses)

    @property
    def has_aside(self) -> bool:
        """有核减、暂缓、反弹、结转来的，或面积不够的，要在进度旁边说。"""
        return bool(
            self.exempt_count
            or self.deferred_count
            or self.relapses
            or self.brought_count
            or self.short_count
        )

    @property
    def next_milestone(self) -> MilestoneFigures | None:
        """还没完成的第一个节点；全完成是 None。"""
        return next((m for m in self.milestones if not m.state.is_done), None)


def no_patches(targets: Iterable[TargetFigures]) -> str:
    """几项任务一块图斑也没有时的话：村里可以自己添加的，不等下发。"""
    may_add = any(figures.target.villages_may_add for figures in targets)
    return "还没有图斑" if may_add else "还没有下发图斑"


def items(targets: Iterable[TargetFigures]) -> int:
    """几项任务：一项和它的各级“其中”算一项。"""
    return len({figures.target.root.pk for figures in targets})


def state_of(family: list[TargetFigures]) -> MilestoneState:
    """一项任务连同“其中”：有一个逾期、预警就是逾期、预警；做完了的，有一个是逾期完成就是逾期完成。"""
    states = [figures.state for figures in family]
    for worst in (MilestoneState.OVERDUE, MilestoneState.AT_RISK):
        if worst in states:
            return worst
    if states[0].is_done and MilestoneState.DONE_LATE in states:
        return MilestoneState.DONE_LATE
    return states[0]


@dataclass
class Progress:
    plan: Plan
    on: date
    basis: str
    targets: list[TargetFigures]
    scope: Scope
    filed: dict[tuple[int, str], int]  # (村, 类型) → 上报、退回过几次，撤回的也算
    uses: Uses
    villages: list[Village] = field(default_factory=list)
    steps: dict[int, dict[int, Tally]] = field(default_factory=dict)  # 节点 → 村 → 完成的

    @property
    def scoped(self) -> bool:
        return self.scope.is_part

    @cached_property
    def by_patches(self) -> bool:
        """有靠图斑量的任务。"""
        return any(figures.target.by_patches for figures in self.targets)

    @cached_property
    def all_by_patches(self) -> bool:
        """没有靠监测的任务。"""
        return all(figures.target.by_patches for figures in self.targets)

    @cached_property
    def overdue_count(self) -> int:
        return sum(target.overdue_count for target in self.targets)

    @cached_property
    def owed(self) -> Owed:
        return Owed.total(target.owed for target in self.targets)

    @cached_property
    def milestones(self) -> list[tuple[TargetFigures, MilestoneFigures]]:
        return [(target, milestone) for target in self.targets for milestone in target.milestones]

    @cached_property
    def has_subsidies(self) -> bool:
        """有填了标准的奖补：不用再问库就知道。"""
        return any(step.milestone.earns for _, step in self.milestones)

    @cached_property
    def families(self) -> list[list[TargetFigures]]:
        """一项任务和它的各级“其中”在一起：说“几项任务”的时候算一项。"""
        found: dict[int, list[TargetFigures]] = {}
        for figures in self.targets:
            found.setdefault(figures.target.root.pk, []).append(figures)
        return list(found.values())

    @cached_property
    def states(self) -> Counter[MilestoneState]:
        """状态 → 几项任务。"""
        return Counter(map(state_of, self.families))
