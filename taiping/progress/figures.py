"""进度的数长什么样：一步、一个村、一项任务、整份方案在某日的数。只装数和由数直接推出的话，怎么算在 progress。"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import product

from taiping.ground.area import enough_decimals
from taiping.ground.words import days_words
from taiping.progress.readings import Measured
from taiping.progress.states import MilestoneState, Need
from taiping.progress.tallies import Scope
from tasks.models import Milestone, Plan, Target
from villages.models import Village

ZERO = Decimal(0)


@dataclass(slots=True)
class Tally:
    """一个节点在一个村（或全部）到某日：完成的亩和个，其中逾期的。"""

    amount: Decimal = ZERO
    count: int = 0
    late: Decimal = ZERO
    late_count: int = 0

    @classmethod
    def total(cls, tallies: Iterable["Tally"]) -> "Tally":
        tallies = list(tallies)
        return cls(
            sum((row.amount for row in tallies), ZERO),
            sum(row.count for row in tallies),
            sum((row.late for row in tallies), ZERO),
            sum(row.late_count for row in tallies),
        )


@dataclass
class MilestoneFigures:
    milestone: Milestone
    due_on: date  # 方案没定时是方案结束日期
    on: date
    reached: Decimal | None
    reached_count: int
    on_time: Decimal | None  # 没有监测数是 None，不是 0
    on_time_count: int
    overdue_count: int
    open_count: int  # 没完成这一步、也没核减没暂缓的个数，不论到没到期
    state: MilestoneState

    @property
    def late(self) -> Decimal | None:
        return None if self.reached is None or self.on_time is None else self.reached - self.on_time

    @property
    def late_count(self) -> int:
        return self.reached_count - self.on_time_count

    @property
    def undated(self) -> bool:
        return self.milestone.due_on is None

    @property
    def days_left(self) -> int:
        """离截止的天数，过了是负数。"""
        return (self.due_on - self.on).days

    @property
    def days_words(self) -> str:
        """“还有 11 天”“今天截止”“已过 20 天”。"""
        return days_words(self.days_left)

    @property
    def days_over(self) -> int:
        return -self.days_left

    @property
    def on_time_rate(self) -> int | None:
        """按期率（按个）：按期完成 ÷ 已完成；还没有完成的是 None。"""
        return self.on_time_count * 100 // self.reached_count if self.reached_count else None


@dataclass(slots=True)
class VillageFigures:
    village: Village
    lot: str = ""
    quota: Decimal | None = None
    quota_count: int | None = None
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
    overdue_step: Milestone | None = None  # 拖得最久的一步
    overdue_due_on: date | None = None

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
    state: MilestoneState = MilestoneState.NO_DATA
    reading: Measured | None = None  # 靠监测的：当日在用的监测

    @cached_property
    def decimals(self) -> int:
        """这项任务的数写几位小数：一般是任务定的；有哪个数差一点不够、看着却够了的，多写几位。"""
        amounts = [self.patch_area, self.reported, self.confirmed]
        for row in self.milestones:
            amounts += [row.reached, row.on_time]
        pairs = product(amounts, [self.quota, self.need.quota])
        return enough_decimals(pairs, self.target.decimals)

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

    @property
    def reporting(self) -> MilestoneFigures | None:
        """“上报”看的那一步：最后一步的前一步；只有一步时就是它；方案里没有步骤是 None。"""
        return self.milestones[-2:][0] if self.milestones else None

    @property
    def last(self) -> MilestoneFigures | None:
        """“核实”看的那一步：最后一步；方案里没有步骤是 None。"""
        return self.milestones[-1] if self.milestones else None

    @property
    def is_empty(self) -> bool:
        """靠图斑量、还没有图斑：没有数，不是 0。"""
        return self.target.by_patches and not self.patch_count

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

    def open_count_by(self, day: date) -> int:
        """到 day 这天为止该完成、还没完成的图斑数：步骤按顺序走，看到期最晚的一步就够了。"""
        return max((row.open_count for row in self.milestones if row.due_on <= day), default=0)

    @property
    def next_milestone(self) -> MilestoneFigures | None:
        """还没完成的第一个节点；全完成是 None。"""
        return next((m for m in self.milestones if not m.state.is_done), None)


@dataclass
class Progress:
    plan: Plan
    on: date
    basis: str
    targets: list[TargetFigures]
    scope: Scope
    filed: dict[tuple[int, str], int]  # (村, 类型) → 上报、退回过几次，撤回的也算
    villages: list[Village] = field(default_factory=list)

    @property
    def scoped(self) -> bool:
        return self.scope.is_part

    @property
    def overdue_count(self) -> int:
        return sum(target.overdue_count for target in self.targets)

    @property
    def milestones(self) -> list[tuple[TargetFigures, MilestoneFigures]]:
        return [(target, milestone) for target in self.targets for milestone in target.milestones]

    def counted(self, *states: MilestoneState) -> list[TargetFigures]:
        return [target for target in self.targets if target.state in states]
