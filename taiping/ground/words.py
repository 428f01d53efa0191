"""天数和差数的说法：还有几天、过了几天，多几个、少几亩。全系统只在这里写。"""

from decimal import Decimal

from taiping.ground.area import plain


def days_words(days: int, *, ahead: str = "还有", past: str = "已过", gap: str = " ") -> str:
    """离截止还有几天（当天是 0，过了是负数）：“还有 11 天”“今天截止”“已过 20 天”。

    图斑各页说“还剩”“逾期”；公文里数字两边不空格（gap 是空的）。
    """
    if days == 0:
        return "今天截止"
    word = ahead if days > 0 else past
    return f"{word}{gap}{abs(days)}{gap}天"


def more_or_less(difference: Decimal | int, unit: str = "") -> str:
    """比该有的多还是少：“多 3.5 亩”“少 2 个”；不写单位的只说数。"""
    side = "多" if difference > 0 else "少"
    return f"{side} {plain(abs(difference))} {unit}".rstrip()
