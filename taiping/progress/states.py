"""一个时间节点在某日是什么状态：只看日期和数，不碰数据库。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models

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
        return self in (MilestoneState.DONE, MilestoneState.DONE_LATE)

    @property
    def tag(self) -> str:
        """标签的颜色：样式表里 .tag- 后面的一截。"""
        return TAGS[self]


TAGS = {
    MilestoneState.NOT_STARTED: "none",
    MilestoneState.ON_TRACK: "info",
    MilestoneState.AT_RISK: "risk",
    MilestoneState.OVERDUE: "late",
    MilestoneState.DONE: "done",
    MilestoneState.DONE_LATE: "done",
    MilestoneState.NO_DATA: "none",
}


@dataclass(frozen=True)
class Need:
    """要完成的数：亩（或任务自己的单位）、个，两样都有就两样都要到。都没有时以现有图斑全部完成为准。"""

    quota: Decimal | None = None
    quota_count: int | None = None
    patch_count: int = 0

    def met_by(self, amount: Decimal | None, count: int) -> bool:
        if self.quota is None and self.quota_count is None:
            return self.patch_count > 0 and count >= self.patch_count
        enough = self.quota is None or (amount is not None and amount >= self.quota)
        return enough and (self.quota_count is None or count >= self.quota_count)

    def share(self, amount: Decimal | None, count: int) -> Decimal | None:
        """完成占比 0–1，取亩和个里落后的一个；没有可比的数是 None。"""
        shares = []
        if self.quota:
            shares.append((amount or Decimal(0)) / self.quota)
        if self.quota_count:
            shares.append(Decimal(count) / self.quota_count)
        if not shares and self.patch_count:
            shares.append(Decimal(count) / self.patch_count)
        return min(*shares, Decimal(1)) if shares else None


@dataclass(frozen=True)
class Term:
    """一个节点的时段；方案没定截止的，按方案结束日期判断。"""

    starts_on: date | None
    due_on: date
    plan_starts_on: date
    warn_days: int

    def elapsed(self, on: date) -> Decimal | None:
        """时间占比 0–1；方案没写开始日期就没有时段，是 None。"""
        if self.starts_on is None or self.due_on <= self.starts_on:
            return None
        days = Decimal((on - self.starts_on).days) / (self.due_on - self.starts_on).days
        return max(Decimal(0), min(Decimal(1), days))


def judge(
    on: date,
    term: Term,
    need: Need,
    *,
    amount: Decimal | None,
    count: int,
    on_time: Decimal,
    on_time_count: int,
) -> MilestoneState:
    """工作量或问题清单的一个节点：数够了看是否按期，不够看离截止多远。"""
    if need.met_by(on_time, on_time_count):
        return MilestoneState.DONE
    if need.met_by(amount, count):
        return MilestoneState.DONE_LATE if on > term.due_on else MilestoneState.DONE
    if on < (term.starts_on or term.plan_starts_on):
        return MilestoneState.NOT_STARTED
    if need.patch_count == 0 and amount is None:
        return MilestoneState.NO_DATA
    if on > term.due_on:
        return MilestoneState.OVERDUE
    if (term.due_on - on).days <= term.warn_days:
        return MilestoneState.AT_RISK
    share, elapsed = need.share(amount, count), term.elapsed(on)
    if share is not None and elapsed is not None and elapsed - share > BEHIND:
        return MilestoneState.AT_RISK
    return MilestoneState.ON_TRACK


def judge_floor(
    on: date,
    term: Term,
    quota: Decimal | None,
    *,
    value: Decimal | None,
    value_at_due: Decimal | None,
) -> MilestoneState:
    """底线的一个节点：守住的是线，不是完成的量；没有监测数就是无数据。"""
    if value is None:
        return MilestoneState.NO_DATA
    quota = quota or Decimal(0)  # 没有定线的，有数就是守住了
    if value < quota:
        return MilestoneState.OVERDUE if on > term.due_on else MilestoneState.AT_RISK
    if on < term.due_on:
        return MilestoneState.ON_TRACK
    return (
        MilestoneState.DONE
        if value_at_due is not None and value_at_due >= quota
        else MilestoneState.DONE_LATE
    )


def overall(states: Iterable[MilestoneState]) -> MilestoneState:
    """一项任务的状态：有逾期就是逾期，有预警就是预警，全完成才是完成。"""
    states = list(states)
    if not states:
        return MilestoneState.NO_DATA
    for worst in (MilestoneState.OVERDUE, MilestoneState.AT_RISK):
        if worst in states:
            return worst
    if all(state.is_done for state in states):
        return (
            MilestoneState.DONE_LATE if MilestoneState.DONE_LATE in states else MilestoneState.DONE
        )
    if set(states) <= {MilestoneState.NO_DATA, MilestoneState.NOT_STARTED}:
        return (
            MilestoneState.NO_DATA
            if MilestoneState.NO_DATA in states
            else MilestoneState.NOT_STARTED
        )
    return MilestoneState.ON_TRACK
