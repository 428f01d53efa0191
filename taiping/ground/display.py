"""页面上显示数和日期的写法，全站一致。"""

from datetime import date
from decimal import Decimal

from taiping.ground.area import plain, rounded
from taiping.ground.dates import long_date, short_date


def amount(value: Decimal | None, decimals: int | str = 2) -> str:
    """数量按小数位显示，千位不分隔：1010 → 1010.00；None → —。"""
    return "—" if value is None else format(rounded(value, int(decimals)), "f")


def short(value: Decimal | None) -> str:
    """数量去掉多余的 0：99.300000 → 99.3；None → —。"""
    return "—" if value is None else plain(value)


def day(value: date | None) -> str:
    """日期：2024年9月5日，不补 0；None → 空。"""
    return "" if value is None else long_date(value)


def md(value: date | None) -> str:
    """同一年里的日期：9月5日。"""
    return "" if value is None else short_date(value)


def signed(value: Decimal | None, decimals: int | str = 2) -> str:
    """增减：+3.50、−2、0（减号用排印的“−”）。"""
    value = rounded(value or 0, int(decimals))
    text = format(abs(value), "f")
    if not value:
        return text
    return f"+{text}" if value > 0 else f"−{text}"
