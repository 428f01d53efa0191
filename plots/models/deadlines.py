"""时限：一步到哪天为止、还剩几天、算不算逾期和补录。全系统只在这里算。"""

import datetime

from django.utils import timezone

from taiping.ground.words import days_words
from tasks.models import Milestone

BACKFILL_DAYS = 7  # 录入比完成晚了超过这么多天，就标“补录”


def due_of(milestone: Milestone) -> datetime.date:
    """这一步的截止日期；方案没定时限的，按方案结束日期。要先 select_related target__plan。"""
    return milestone.due_on or milestone.target.plan.ends_on


def days_left(milestone: Milestone | None, today: datetime.date) -> int | None:
    """离截止还有几天：当天是 0，过了是负数；没有下一步（已销号等）是 None。"""
    return None if milestone is None else (due_of(milestone) - today).days


def days_left_text(milestone: Milestone | None, today: datetime.date) -> str:
    """“还剩 3 天”“今天截止”“逾期 5 天”；没有下一步是空文字。"""
    days = days_left(milestone, today)
    return "" if days is None else days_words(days, ahead="还剩", past="逾期")


def local_date(moment: datetime.datetime) -> datetime.date:
    """一个时刻在本地（东八区）是哪一天。"""
    return timezone.localdate(moment)


def end_of_day(day: datetime.date) -> datetime.datetime:
    """这一天结束的时刻（次日零点，东八区）：录入时间早于它，就是“那天系统里已经有了”。"""
    next_day = day + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(next_day, datetime.time.min))
