"""日期：今天是哪天，人写来的怎么认、限度是哪几年、写给人看是什么样，各处一样。"""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from taiping.ground.texts import half_width

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_ECHOED = 20  # 提示里最多照写这么多个字
WRITTEN = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?(?:[ T]+00:00(?::00)?)?"
)
RUN_TOGETHER = re.compile(r"(\d{4})(\d{2})(\d{2})")


def today() -> date:
    """系统里的今天：页面、记录、截止日期都照它。会话、登录的锁、日志、审计照真的钟，不问这里。"""
    return fixed_day() or timezone.localdate()


def now() -> datetime:
    """系统里的现在，带时区。今天固定时是那一天的此刻：几点几分照真的钟，一天里谁先谁后不乱。"""
    moment, day = timezone.now(), fixed_day()
    if day is None:
        return moment
    local = timezone.localtime(moment)
    return local.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)


def fixed_day() -> date | None:
    """培训、演示时固定的今天：设置里写的，没写就是演示数据的那一天；平常是 None，照真的钟。"""
    return settings.FIXED_TODAY or settings.DEMO_DAY


def fixed_in(text: str, name: str) -> date | None:
    """设置里写的一天；name 说写在哪里。不是日期抛 ValueError，说明是给人看的一句话。"""
    try:
        return parse_day(text)
    except ValueError as refusal:
        raise ValueError(f"{name}：{refusal}不固定今天就去掉它。") from None


def fixed_in_file(path: Path) -> date | None:
    """文件里写的一天；没有这个文件是 None，写的不是日期抛 ValueError。"""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    return fixed_in(text, str(path))


def parse_day(text: str) -> date | None:
    """2024-10-20、2024/10/20、2024.10.20、2024年10月20日、20241020，全角也认 → date；空的是 None。

    不是日期、不在 2000 年到 2100 年之间的抛 ValueError，说明是给人看的一句话。
    """
    text = text.strip()
    if not text:
        return None
    plain = half_width(text)
    found = WRITTEN.fullmatch(plain) or RUN_TOGETHER.fullmatch(plain)
    if found is None:
        raise ValueError(f"“{text[:MOST_ECHOED]}”不是日期，请写成 2024-10-20 这样。")
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        raise ValueError(f"“{text[:MOST_ECHOED]}”这一天不存在，请写成 2024-10-20 这样。") from None
    return within_reach(day, text)


def within_reach(day: date, text: str = "") -> date:
    """太早太晚的多半是写错了；text 是原来的写法，没有就用 2024-10-20 这样的。"""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        shown = (text or day.isoformat())[:MOST_ECHOED]
        raise ValueError(f"“{shown}”太远了，请填 {FIRST_YEAR} 年到 {LAST_YEAR} 年之间的日期。")
    return day


def long_date(day: date) -> str:
    """“2024年9月5日”。"""
    return f"{day.year}年{short_date(day)}"


def short_date(day: date) -> str:
    """“9月5日”。"""
    return f"{day.month}月{day.day}日"


def date_beside(day: date, other: date) -> str:
    """和 other 同一年的不写年。"""
    return short_date(day) if day.year == other.year else long_date(day)
