"""占比：向下取到 0.1%，所以写着 100% 就是真的完成了。"""

from decimal import ROUND_DOWN, Decimal

Number = Decimal | int | None
TENTH = Decimal("0.001")


def ratio(part: Number, whole: Number) -> Decimal | None:
    """part ÷ whole → 0.001 为最小单位、向下取的 Decimal；没有分母或分子是 None。"""
    if part is None or not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(TENTH, rounding=ROUND_DOWN)


def percent(rate: Decimal) -> str:
    """0.411 → “41.1%”，1 → “100%”；有一点但不到 0.1% 的由 percent_of 说。"""
    text = format(rate * 100, "f").rstrip("0").rstrip(".")
    return f"{text or 0}%"


def percent_of(part: Number, whole: Number) -> str:
    """占比的文字：“41.1%”“不到0.1%”；没有分母是空文字。"""
    rate = ratio(part, whole)
    if rate is None:
        return ""
    return "不到0.1%" if part and not rate else percent(rate)
