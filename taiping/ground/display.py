"""页面上的数和日期怎么写，全站一致。"""

from taiping.ground.area import plain, rounded
from taiping.ground.dates import long_date, short_date


def amount(value, decimals=2):
    """数量按小数位显示，千位不分隔：1010 → 1010.00；None → —。"""
    return "—" if value is None else format(rounded(value, int(decimals)), "f")


def short(value):
    """数量去掉多余的 0：99.300000 → 99.3；None → —。"""
    return "—" if value is None else plain(value)


def day(value):
    """日期：2024年9月5日，不补 0；None → 空。"""
    return "" if value is None else long_date(value)


def md(value):
    """同一年里的日期：9月5日。"""
    return "" if value is None else short_date(value)


def signed(value, decimals=2):
    """增减：+3.50、−2、0（减号用排印的“−”）。"""
    value = rounded(value or 0, int(decimals))
    text = format(abs(value), "f")
    return text if not value else f"{'+' if value > 0 else '−'}{text}"
