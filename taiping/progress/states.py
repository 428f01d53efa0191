"""一个时间节点在某日是什么状态、为什么：只看日期和数，不碰数据库。

状态和理由只由 judge、judge_floor、overall 给出：各页、周报、通报、JSON 用的都是同一句。
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db import models

from taiping.ground.area import enough_decimals
from taiping.ground.dates import date_beside
from taiping.ground.words import GONE, days_words, quantity_words
from taiping.progress.forecast import Forecast

BEHIND = Decimal("0.10")  # 完成占比落后于时间占比超过 10 个百分点就预警


class MilestoneState(models.TextChoices):
    NOT_STARTED = "NOT_STARTED", "未到时段"
    ON_TRACK = "ON_TRACK", "正常"
    AT_RISK = "AT_RISK", "预警"
    OVERDUE = "OVERDUE", "逾期"
    DONE = "DONE", "按期完成"
    DONE_LATE = "DONE_LATE", "逾期完成"
    NO_DATA = "NO_DATA", "无数据"

    @property
    def is_done(self) -> bool:
        return self in FINISHED

    @property
    def tag(self) -> str:
        """标签的颜色：样式表里 .tag- 后面的一截。"""
        return TAGS[self]


FINISHED = frozenset({MilestoneState.DONE, MilestoneState.DONE_LATE})
TAGS = {
    MilestoneState.NOT_STARTED: "none",
    MilestoneState.ON_TRACK: "info",
    MilestoneState.AT_RISK: "risk",
    MilestoneState.OVERDUE: "late",
    MilestoneState.DONE: "done",
    MilestoneState.DONE_LATE: "done-late",
    MilestoneState.NO_DATA: "none",
}


class Judgement(NamedTuple):
    """状态，和为什么的一小句：“逾期20天，还差4个”。"""

    state: MilestoneState
    reason: str


NOT_JUDGED = Judgement(MilestoneState.NO_DATA, "")


class Need(NamedTuple):
    """要完成的数。

    清单（is_list）看个：图斑都做完就是完成，少的面积另外列出；没有亩数任务的也看个，没有个数任务以现有图斑为准。
    别的看数量：亩，或任务自己的单位。
    """

    quota: Decimal | None = None
    quota_count: int | None = None
    patch_count: int = 0
    is_list: bool = False
    unit: str = "亩"
    decimals: int = 2

    @property
    def by_count(self) -> bool:
        return self.is_list or self.quota is None

    @property
    def goal(self) -> Decimal:
        """要到的数：看个的是个数，别的是数量。"""
        if not self.by_count:
            return self.quota
        return Decimal(self.patch_count if self.quota_count is None else self.quota_count)

    def measured(self, amount: Decimal | None, count: int) -> Decimal:
        """拿来和 goal 比的数。"""
        return Decimal(count) if self.by_count else amount or Decimal(0)

    def met_by(self, amount: Decimal | None, count: int) -> bool:
        if self.by_count and self.quota_count is None and not self.patch_count:
            return False  # 一块图斑也没有，谈不上都做完
        return self.measured(amount, count) >= self.goal and (self.by_count or amount is not None)

    def share(self, amount: Decimal | None, count: int) -> Decimal | None:
        """完成占比 0–1；没有可比的数是 None。"""
        if not self.goal:
            return None
        return min(self.measured(amount, count) / self.goal, Decimal(1))

    def lacking(self, amount: Decimal | None, count: int) -> str:
        """还差多少：“3个”“28亩”；够了是空文字。"""
        done = self.measured(amount, count)
        lack = self.goal - done
        if lack <= 0:
            return ""
        if self.by_count:
            return f"{lack}个"
        return quantity_words(lack, self.unit, enough_decimals([(done, self.goal)], self.decimals))


class Reached(NamedTuple):
    """做到的数：数量、个，其中不算逾期完成的。没有图斑、没有监测数，amount 是 None。"""

    amount: Decimal | None = None
    count: int = 0
    on_time: Decimal = Decimal(0)
    on_time_count: int = 0


class Term(NamedTuple):
    """一个节点的时段。

    due_on：方案没定截止的（undated），是方案结束日期。begins_on：从哪天起看进度跟不跟得上；方案写了开始日期的
    是它，没写的是上一步的截止，第一步是方案开始和第一块图斑下发里晚的一天。
    """

    starts_on: date | None
    due_on: date
    plan_starts_on: date
    warn_days: int
    begins_on: date | None = None
    undated: bool = False

    def elapsed(self, on: date) -> Decimal | None:
        """时间占比 0–1；没有时段（开始不早于截止）是 None。"""
        begins_on = self.starts_on or self.begins_on
        if begins_on is None or self.due_on <= begins_on:
            return None
        days = Decimal((on - begins_on).days) / (self.due_on - begins_on).days
        return max(Decimal(0), min(Decimal(1), days))

    def days_left(self, on: date) -> int:
        return (self.due_on - on).days

    def days_words(self, on: date) -> str:
        """“还有11天”“逾期20天”；方案没定截止日期的是“离方案结束还有11天”“方案结束已过6天”。"""
        if not self.undated:
            return days_words(self.days_left(on), gap="")
        if not self.days_left(on):
            return "方案今天结束"
        words = days_words(self.days_left(on), past=GONE, gap="")
        return f"方案结束{words}" if self.days_left(on) < 0 else f"离方案结束{words}"


def judge(
    on: date,
    term: Term,
    need: Need,
    reached: Reached,
    *,
    ahead: Forecast | None = None,
    late_before: str = "",
    aside: str = "",
    nothing: str = "还没有监测数",
) -> Judgement:
    """工作量或问题清单的一个节点。

    ahead 是推算，late_before 是前面逾期的那一步的名字（没有是空），nothing 是没有数时的说法；
    aside 是差的里面已经不归这里办的，接在差多少后面。
    """
    if need.met_by(reached.on_time, reached.on_time_count):
        return Judgement(MilestoneState.DONE, "截止前已经够数")
    if need.met_by(reached.amount, reached.count):
        if on > term.due_on:
            return Judgement(MilestoneState.DONE_LATE, "过了截止才够数")
        return Judgement(MilestoneState.DONE, "截止前已经够数")
    no_data = need.patch_count == 0 and reached.amount is None
    first = term.starts_on if no_data and term.starts_on else term.plan_starts_on
    if on < first:
        return not_started(on, term.starts_on or term.plan_starts_on)
    if no_data:
        return without_data(on, term, nothing)
    lacking = need.lacking(reached.amount, reached.count)
    if on > term.due_on:
        short = f"，还差{lacking}{aside}" if lacking else ""
        return Judgement(MilestoneState.OVERDUE, f"{term.days_words(on)}{short}")
    risk = risk_of(on, term, need, reached, ahead, late_before)
    if risk:
        return Judgement(MilestoneState.AT_RISK, risk)
    if term.starts_on and on < term.starts_on:
        return not_started(on, term.starts_on)
    in_time = "，按近14天进度赶得上" if ahead and ahead.done_on else ""
    return Judgement(MilestoneState.ON_TRACK, f"{term.days_words(on)}{in_time}")


def risk_of(
    on: date, term: Term, need: Need, reached: Reached, ahead: Forecast | None, late_before: str
) -> str:
    """预警的理由，没有是空：推算要晚；前面的步逾期；快到截止；落后于时间。还没到方案写的开始日期的，只看前两样。"""
    if ahead and ahead.is_late:
        if ahead.done_on is None:
            return "近14天进展太慢，推算不出哪天完成"
        day = date_beside(ahead.done_on, on)
        than = "比方案结束" if term.undated else ""
        return f"按近14天进度，{day}才完，{than}晚{ahead.late_days}天"
    if late_before:
        return f"前面的{late_before}已经逾期"
    if term.starts_on and on < term.starts_on:
        return ""
    if term.days_left(on) <= term.warn_days:
        lacking = need.lacking(reached.amount, reached.count)
        return f"{term.days_words(on)}{f'，还差{lacking}' if lacking else ''}"
    share, elapsed = need.share(reached.amount, reached.count), term.elapsed(on)
    if share is not None and elapsed is not None and elapsed - share > BEHIND:
        return f"时间过了{_percent(elapsed)}，完成{_percent(share)}"
    return ""


def judge_floor(
    on: date,
    term: Term,
    need: Need,
    *,
    value: Decimal | None,
    value_at_due: Decimal | None,
    nothing: str = "还没有监测数",
) -> Judgement:
    """底线的一个节点：守住的是线，不是完成的量；没有监测数就是无数据，没有定线的有数就是守住了。"""
    if value is None:
        return without_data(on, term, nothing)
    line = need.quota or Decimal(0)
    margin = quantity_words(abs(value - line), need.unit, need.decimals)
    if value < line:
        if on > term.due_on:
            return Judgement(MilestoneState.OVERDUE, f"低于底线{margin}，{term.days_words(on)}")
        return Judgement(MilestoneState.AT_RISK, f"低于底线{margin}")
    held = _held(need, value, margin)
    if on < term.due_on:
        return Judgement(MilestoneState.ON_TRACK, held)
    if value_at_due is not None and value_at_due >= line:
        return Judgement(MilestoneState.DONE, held)
    return Judgement(MilestoneState.DONE_LATE, f"截止那天还没有守住，现在{held}")


def _held(need, value, margin):
    if need.quota is None:
        return "方案未定底线数"
    return f"高出底线{margin}" if value > need.quota else "与底线持平"


def without_data(on: date, term: Term, nothing: str) -> Judgement:
    """没有数：截止过了也还是无数据，不当作 0，但要说截止已过。"""
    past = f"截止{days_words(term.days_left(on), past=GONE, gap='')}，" if on > term.due_on else ""
    return Judgement(MilestoneState.NO_DATA, f"{past}{nothing}")


def not_started(on, starts_on):
    return Judgement(MilestoneState.NOT_STARTED, f"{date_beside(starts_on, on)}开始")


def _percent(share):
    return f"{int(share * 100)}%"


def overall(steps: Iterable[tuple[str, Judgement]]) -> Judgement:
    """一项任务的状态，由 [(节点名字, 它的状态)] 得出：有逾期就是逾期，有预警就是预警，全完成才是完成。"""
    steps = list(steps)
    if not steps:
        return Judgement(MilestoneState.NO_DATA, "方案里还没有时间节点")
    state = _worst({judged.state for _, judged in steps})
    told = [(name, judged.reason) for name, judged in steps if judged.state == state]
    if not told:  # 有的步做完了，有的还没到时段：说还没做完的那一步
        told = [(name, judged.reason) for name, judged in steps if not judged.state.is_done]
    same = len({judged.reason for _, judged in steps}) == 1
    name, reason = told[0]
    return Judgement(state, reason if same else f"{name}：{reason}")


def _worst(states):
    for worst in (MilestoneState.OVERDUE, MilestoneState.AT_RISK):
        if worst in states:
            return worst
    if all(state.is_done for state in states):
        is_late = MilestoneState.DONE_LATE in states
        return MilestoneState.DONE_LATE if is_late else MilestoneState.DONE
    if states <= {MilestoneState.NO_DATA, MilestoneState.NOT_STARTED}:
        has_begun = MilestoneState.NO_DATA in states
        return MilestoneState.NO_DATA if has_begun else MilestoneState.NOT_STARTED
    return MilestoneState.ON_TRACK
