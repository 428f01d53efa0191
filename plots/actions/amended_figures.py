"""更正面积以后，各条记录算多少、算不算完成：只会少，不会多。

面积改小：原来报满的步骤跟着小。面积改大：报过的还是那么多，报满的头一步变成做了一部分，它后面的步骤都不再算；
多出来的没有人报过、核实过，要补报、再核实。
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from plots.actions.permissions import NotAllowed
from plots.ledger.replay import WORK
from plots.models import Kind, RectificationRecord
from taiping.ground.area import told_apart
from tasks.models import Milestone

ZERO = Decimal(0)


@dataclass
class Amended:
    """更正以后：areas 是各条记录的面积，completing 是算完成的，dropped 是不再算的。

    halted_at 是换了一步停着的暂缓；answered 是重报了、重报的又不再算的退回，和重报的那天。
    """

    areas: dict[int, Decimal]
    completing: set[int]
    dropped: set[int] = field(default_factory=set)
    halted_at: dict[int, Milestone] = field(default_factory=dict)
    answered: dict[int, date] = field(default_factory=dict)

    def total(self, parts: Iterable[RectificationRecord]) -> Decimal:
        return sum((self.areas[part.pk] for part in parts), ZERO)


@dataclass
class Round:
    """同一步的一轮：一起撤回（或都没有撤回）的上报或核实，按先后。old、new 是更正前、后这一轮最多能报多少亩。"""

    parts: list[RectificationRecord]
    old: Decimal = ZERO
    new: Decimal = ZERO

    @property
    def last(self) -> RectificationRecord:
        return self.parts[-1]

    @property
    def withdrawn_on(self) -> date | None:
        return self.last.withdrawn_on

    def completed_by(self, amended: Amended) -> date | None:
        """更正以后这一轮哪天算完成；没有完成是 None。"""
        days = [part.done_on for part in self.parts if part.pk in amended.completing]
        return max(days, default=None)

    def bears(self, later: "Round", amended: Amended) -> bool:
        """later 这一轮报的时候，这一轮是完成了的。"""
        done_on, ended = self.completed_by(amended), self.withdrawn_on
        if done_on is None or done_on > later.parts[0].done_on:
            return False
        return ended is None or (later.withdrawn_on is not None and ended >= later.withdrawn_on)


def amended_figures(
    counted: Sequence[RectificationRecord],
    milestones: Sequence[Milestone],
    old_area: Decimal,
    new_area: Decimal,
) -> Amended:
    """counted（算过数的记录，按先后）在图斑面积由 old_area 改成 new_area 以后的样子。

    没有退回的一步已经报得比新面积还多，抛 NotAllowed。
    """
    amended = Amended(
        {record.pk: record.area_mu for record in counted},
        {record.pk for record in counted if record.completes},
    )
    for record in counted:
        if record.kind == Kind.EXEMPT and record.area_mu == old_area:
            amended.areas[record.pk] = new_area
    rounds, before = _rounds(counted), None
    for milestone in milestones:
        kept = []
        for each in rounds[milestone.pk]:
            if _put_on(each, before, old_area, new_area, amended):
                _fit(each, amended)
                kept.append(each)
        before = [each for each in kept if not amended.dropped & {part.pk for part in each.parts}]
        _halt_here(counted, milestone, before, amended)
    _answer(counted, amended)
    return amended


def _rounds(counted):
    """{时间节点主键: [Round]}。"""
    found = defaultdict(lambda: defaultdict(list))
    for record in counted:
        if record.kind in WORK:
            found[record.milestone_id][record.withdrawn_on].append(record)
    rounds = defaultdict(list)
    for milestone, by_day in found.items():
        rounds[milestone] = [Round(parts) for parts in by_day.values()]
    return rounds


def _put_on(each, before, old_area, new_area, amended):
    """这一轮接在上一步的哪一轮后面，最多能报多少；上一步更正以后没有做完，这一轮就不再算，返回 False。"""
    each.old, each.new = old_area, new_area
    if before is None:
        return True
    for earlier in before:
        if earlier.bears(each, amended):
            each.old = min(earlier.old, sum((part.area_mu for part in earlier.parts), ZERO))
            each.new = min(earlier.new, amended.total(earlier.parts))
            return True
    _drop(each, amended)
    return False


def _drop(each, amended):
    for part in each.parts:
        amended.dropped.add(part.pk)
        amended.completing.discard(part.pk)


def _fit(each, amended):
    """这一轮在新的面积里：原来报满的跟着小，报满又变大了的就没有报满；说好只做这么多的照旧。"""
    last, total = each.last, amended.total(each.parts)
    was_full = last.completes and total == each.old
    if was_full and each.new > total:
        amended.completing.discard(last.pk)
        if last.kind == Kind.PASS:  # 核实的是整块，没有“核实了一部分”
            _drop(each, amended)
        return
    if was_full:
        amended.areas[last.pk] = each.new - (total - last.area_mu)
    if each.withdrawn_on is not None:
        _cap(amended.areas, each.parts, each.new)
    fitted = amended.total(each.parts)
    if fitted > each.new or amended.areas[last.pk] < 0:
        raise _reported_more(last, max(total - last.area_mu, fitted), each.new)
    if fitted == each.new:
        amended.completing.add(last.pk)


def _cap(areas, parts, left):
    """各条依次压到合起来不超过 left。"""
    for part in parts:
        areas[part.pk] = max(min(areas[part.pk], left), ZERO)
        left -= areas[part.pk]


def _halt_here(counted, milestone, rounds, amended):
    """暂缓总停在没做完的第一步：那时 milestone 更正以后没有做完的，停在这里。"""
    for record in counted:
        if record.kind != Kind.DEFER or record.pk in amended.halted_at:
            continue
        if not any(_lasted(each, record, amended) for each in rounds):
            amended.halted_at[record.pk] = milestone


def _lasted(each, deferral, amended):
    """暂缓的时候，这一轮是完成了的。"""
    done_on, ended = each.completed_by(amended), each.withdrawn_on
    is_done = done_on is not None and done_on <= deferral.done_on
    return is_done and (ended is None or ended > deferral.done_on)


def _answer(counted, amended):
    """退回以后重报了的，重报的虽然不再算，也不是还等着重报。"""
    waiting = []
    for record in counted:
        if record.kind == Kind.RETURN and record.withdrawn_on is None:
            waiting.append(record.pk)
        if record.kind in WORK:
            if record.pk in amended.dropped:
                amended.answered |= dict.fromkeys(waiting, record.done_on)
            waiting = []


def _reported_more(record, reported, new_area):
    before, after = told_apart(reported, new_area)
    return NotAllowed(
        f"“{record.milestone.name}”已上报 {before} 亩，比更正后的 {after} 亩还多，"
        "请先把这一步退回，再更正面积。"
    )
