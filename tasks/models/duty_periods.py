"""常态工作多久一次：某一天在哪一周、哪个月、哪个季度；不定期的，一份方案从头到尾是一段。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

from taiping.ground.words import numeral
from tasks.models.plans import Plan


class Every(models.TextChoices):
    WEEK = "WEEK", "每周"
    MONTH = "MONTH", "每月"
    QUARTER = "QUARTER", "每季度"
    NONE = "NONE", "不定期"


NOW = {Every.WEEK: "本周", Every.MONTH: "本月", Every.QUARTER: "本季度", Every.NONE: "全年"}
BEFORE = {Every.WEEK: "上周", Every.MONTH: "上月", Every.QUARTER: "上季度", Every.NONE: "全年"}


@dataclass(frozen=True)
class Period:
    """一段：starts_on 到 ends_on（都含）。方案开头、结尾的一段可能短一些。"""

    every: str
    starts_on: date
    ends_on: date

    @property
    def name(self) -> str:
        """“10月14日至20日”“10月”“第四季度”“全年”。"""
        first, last = self.starts_on, self.ends_on
        if self.every == Every.NONE:
            return NOW[Every.NONE]
        if self.every == Every.QUARTER:
            return f"第{numeral((first.month + 2) // 3)}季度"
        if self.every == Every.MONTH:
            return f"{first.month}月"
        until = f"{last.day}日" if first.month == last.month else f"{last.month}月{last.day}日"
        return f"{first.month}月{first.day}日至{until}"

    @property
    def now_name(self) -> str:
        """看的那天所在的一段：“本周（10月14日至20日）”“全年”。"""
        if self.every == Every.NONE:
            return self.name
        return f"{NOW[Every(self.every)]}（{self.name}）"

    @property
    def before_name(self) -> str:
        """看的那天的前一段：“上周（10月7日至13日）”。"""
        return f"{BEFORE[Every(self.every)]}（{self.name}）"

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on


def period_at(every: str, on: date, plan: Plan) -> Period:
    """on 所在的一段，不出方案的起止日期；方案开始以前看第一段，结束以后看最后一段。"""
    on = min(max(on, plan.starts_on), plan.ends_on)
    first, last = _whole(every, on, plan)
    return Period(every, max(first, plan.starts_on), min(last, plan.ends_on))


def _whole(every, on, plan):
    if every == Every.NONE:
        return plan.starts_on, plan.ends_on
    if every == Every.WEEK:
        first = on - timedelta(days=on.weekday())
        return first, first + timedelta(days=6)
    months = 3 if every == Every.QUARTER else 1
    month = on.month - (on.month - 1) % months
    first = on.replace(month=month, day=1)
    following = (first + timedelta(days=31 * months)).replace(day=1)
    return first, following - timedelta(days=1)


def periods_until(every: str, on: date, plan: Plan) -> Iterator[Period]:
    """方案开始以来到 on 的各段，新的在前。"""
    period = period_at(every, on, plan)
    yield period
    while period.starts_on > plan.starts_on:
        period = period_at(every, period.starts_on - timedelta(days=1), plan)
        yield period
