"""截止日期：一步到哪天为止、还有几天、算不算逾期和补录。全系统只在这里算。"""

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from taiping.ground.words import days_words
from tasks.models import Milestone

if TYPE_CHECKING:  # 图斑在这一层的上面写着，只为写明类型
    from plots.models import Patch

BACKFILL_DAYS = 7  # 录入比完成晚了超过这么多天，就标“补录”


def due_of(milestone: Milestone, own: datetime.date | None = None) -> datetime.date:
    """这一步的截止日期；方案没定截止日期的，按方案结束日期。要先 select_related target__plan。

    own 是图斑自己的截止日期（反弹以后另定的），比这一步的截止晚，就以它为准。
    """
    return later_of(milestone.due_on or milestone.target.plan.ends_on, own)


def later_of(due: datetime.date, own: datetime.date | None) -> datetime.date:
    """一步的截止 due 和图斑自己的 own 里，算数的一个：晚的。"""
    return max(due, own) if own else due


def due_next(patch: "Patch") -> datetime.date | None:
    """图斑下一步的截止日期；没有下一步（已销号等）是 None。"""
    step = patch.step
    return due_of(step, patch.due_on) if step else None


def days_left_text(due: datetime.date, today: datetime.date) -> str:
    """“还有 3 天”“今天截止”“逾期 5 天”。"""
    return days_words((due - today).days)


def local_date(moment: datetime.datetime) -> datetime.date:
    """一个时刻在本地（东八区）是哪一天。"""
    return timezone.localdate(moment)


def end_of_day(day: datetime.date) -> datetime.datetime:
    """这一天结束的时刻（次日零点，东八区）：录入时间早于它，就是“那天系统里已经有了”。"""
    next_day = day + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(next_day, datetime.time.min))
