"""页面上显示数和日期的写法，全站一致。"""

from datetime import date
from decimal import Decimal

from taiping.ground.area import figure, rounded, spoken
from taiping.ground.dates import date_beside, long_date, today


def amount(value: Decimal | None, decimals: int | str = 2) -> str:
    """表里的数量：1010 → 1010.00，32202 → 32,202.00；None → —。"""
    return "—" if value is None else figure(value, int(decimals))


def short(value: Decimal | None, decimals: int | str = 2) -> str:
    """句子里的数量，整的不带小数：1010 → 1010，99.3 → 99.30；None → —。"""
    return "—" if value is None else spoken(value, int(decimals))


def day(value: date | None) -> str:
    """日期：2024年9月5日，不补 0；None → 空。"""
    return "" if value is None else long_date(value)


def md(value: date | None, beside: date | None = None) -> str:
    """短的日期：和 beside（没有给的是今天）同一年的不写年，9月5日；不同年的写上，2023年9月5日。"""
    return "" if value is None else date_beside(value, beside or today())


def signed(value: Decimal | None, decimals: int | str = 2) -> str:
    """增减：+3.50、−2、0（减号用排印的“−”）。"""
    value = rounded(value or 0, int(decimals))
    text = figure(abs(value), int(decimals))
    if not value:
        return text
    return f"+{text}" if value > 0 else f"−{text}"
