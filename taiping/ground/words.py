"""天数、差数、远近、序数的说法：还有几天、过了几天，多几个、少几亩，多远，第几。全系统只在这里写。"""

from decimal import Decimal

from taiping.ground.area import enough_decimals, plain, rounded, spoken

GONE = "已过"  # 只说一个日子过去了，不说谁逾期
TEN_KILOMETRES = 10_000
NUMERALS = "一二三四五六七八九十"


def numeral(number: int) -> str:
    """1 → 一，12 → 十二，21 → 二十一（到九十九）。"""
    tens, ones = divmod(number, 10)
    text = (NUMERALS[tens - 1] if tens > 1 else "") + ("十" if tens else "")
    return text + (NUMERALS[ones - 1] if ones else "")


def days_words(days: int, *, past: str = "逾期", gap: str = " ") -> str:
    """离截止还有几天（当天是 0，过了是负数）：“还有 11 天”“今天截止”“逾期 20 天”。

    只说一个日子、不说谁逾期的，past 是 GONE；公文里数字两边不空格（gap 是空的）。
    """
    if days == 0:
        return "今天截止"
    word = "还有" if days > 0 else past
    return f"{word}{gap}{abs(days)}{gap}天"


def metres_words(metres: int) -> str:
    """多远：“1076 米”；十公里以上的说公里，“8105 公里”。"""
    return f"{metres} 米" if metres < TEN_KILOMETRES else f"{round(metres / 1000)} 公里"


def more_or_less(difference: Decimal | int, unit: str = "") -> str:
    """比该有的多还是少：“多 3.5 亩”“少 2 个”；不写单位的只说数。"""
    side, gap = "多" if difference > 0 else "少", abs(Decimal(difference))
    return f"{side} {spoken(gap, enough_decimals([(Decimal(0), gap)], 2))} {unit}".rstrip()


def quantity_words(value: Decimal | int, unit: str, decimals: int) -> str:
    """数量带单位，整的不带小数：608亩、99.30亩；不是 0 又舍成了 0 的是“不到0.01亩”。"""
    shown = rounded(value, decimals)
    if value and not shown:
        return f"不到{plain(Decimal(1).scaleb(-decimals))}{unit}"
    return f"{spoken(value, decimals)}{unit}"
