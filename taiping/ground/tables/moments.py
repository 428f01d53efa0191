"""时刻的写法：表格、国土调查云、别的系统导出来的，各写各的。"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from taiping.ground.dates import within_reach
from taiping.ground.tables.cells import as_date, as_text
from taiping.ground.texts import half_width

DAY_ZERO = datetime(1899, 12, 30)
S = r"\s{0,3}"
WRITTEN = re.compile(
    rf"(\d{{4}}){S}[-/.年]{S}(\d{{1,2}}){S}[-/.月]{S}(\d{{1,2}}){S}日?[T\s,，]{{0,3}}"
    rf"(?:\(?(?:星期|周|礼拜)[一二三四五六日天]\)?{S})?"
    rf"(上午|下午|中午|早上|凌晨|晚上|[AP]M)?{S}"
    rf"(\d{{1,2}}){S}[:时点]{S}(?:(\d{{1,2}}){S}分?{S}(?::?{S}(\d{{1,2}})(?:[.,](\d{{1,9}}))?{S}秒?)?)?"
    rf"{S}([AP]M)?{S}(Z|[+-]\d{{2}}:?\d{{2}})?",
    re.IGNORECASE,
)
RUN_TOGETHER = re.compile(
    r"(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?(?:\.\d{1,9})?(Z)?", re.I
)
NUMBER = re.compile(r"\d{5,13}(?:\.\d{1,12})?")
AFTERNOON = ("下午", "晚上", "PM")
MOST_ECHOED = 40


def as_moment(value: Any) -> datetime | None:
    """时刻的各种写法，表格里的序号、1970 年以来的秒和毫秒 → datetime（没写时区就没有时区）或 None。"""
    text = half_width(as_text(value)).strip()
    if not text:
        return None
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, date):
        moment = datetime.combine(value, datetime.min.time())
    else:
        try:
            moment = _written(text)
        except (ValueError, OverflowError):
            moment = None
    if moment is None:
        echoed = as_text(value)[:MOST_ECHOED]
        raise ValueError(f"“{echoed}”不是时间，请填如 2024-09-30 15:04:05，或留空。")
    within_reach(moment.date())
    return moment


def _written(text):
    if found := WRITTEN.fullmatch(text):
        return _from_parts(found)
    if found := RUN_TOGETHER.fullmatch(text):
        *parts, zone = found.groups()
        return datetime(*(int(part or 0) for part in parts), tzinfo=UTC if zone else None)
    if NUMBER.fullmatch(text):
        return _from_number(text)
    return datetime.combine(as_date(text), datetime.min.time())


def _from_parts(found):
    year, month, day, early, hour, minute, second, fraction, late, zone = found.groups()
    hour, half = int(hour), (early or late or "").upper()
    if half in AFTERNOON and hour < 12:
        hour += 12
    elif half in ("上午", "凌晨", "AM") and hour == 12:
        hour = 0
    days, hour = divmod(hour, 24) if hour == 24 else (0, hour)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    moment = datetime(
        int(year), int(month), int(day), hour, int(minute or 0), int(second or 0), micro
    )
    return (moment + timedelta(days=days)).replace(tzinfo=_zone(zone))


def _zone(text):
    if not text:
        return None
    if text.upper() == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))


def _from_number(text):
    """表格软件里的序号，或 1970 年以来的秒、毫秒；别的是 None。"""
    number = float(text)
    if 20000 <= number < 80000:
        return (DAY_ZERO + timedelta(seconds=round(number * 86400))).replace(microsecond=0)
    if len(text.split(".")[0]) == 13:
        number /= 1000
    elif len(text.split(".")[0]) != 10:
        return datetime.combine(as_date(text), datetime.min.time())
    return datetime.fromtimestamp(number, UTC)
