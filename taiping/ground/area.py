"""亩的换算、存法和显示。面积一律是 Decimal，单位亩，最多 6 位小数，显示时只舍入一次。"""

from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.db.models.expressions import Combinable, register_combinable_fields

from taiping.ground.exact import ExactField, to_whole

MU_PER_SQM = Decimal("0.0015")  # 1 亩 = 2000/3 m²（国务院关于在我国统一实行法定计量单位的命令）
MU_PER_HECTARE = Decimal(15)
PLACES, DIGITS = 6, 15  # 6 位小数、9 位整数
MILLIONTH = Decimal(1).scaleb(-PLACES)
NOTHING = 0 * MILLIONTH
GROUPED_DIGITS = 4
GROUPED_FROM = 10**GROUPED_DIGITS  # 五位以上的数千位分隔，四位的年份、亩数不分


def mu_from_sqm(sqm: Decimal | str) -> Decimal:
    """平方米换算成亩：Decimal 或能转成 Decimal 的文字 → Decimal，不舍入。"""
    return Decimal(sqm) * MU_PER_SQM


def sqm_from_mu(mu: Decimal) -> float:
    """亩 → m²，只用来估大小。"""
    return float(mu) * 2000 / 3


def rounded(amount: Decimal | int | str | None, decimals: int = 2) -> Decimal | None:
    """四舍五入到给定的小数位；None 仍是 None（没有数不等于 0）。"""
    if amount is None:
        return None
    return Decimal(amount).quantize(_unit(decimals), ROUND_HALF_UP)


@lru_cache
def _unit(decimals: int) -> Decimal:
    """小数的最后一位是多大：2 → 0.01。"""
    return Decimal(1).scaleb(-decimals)


def plain(amount: Decimal | int | str | None) -> str:
    """去掉多余的 0 又不用科学计数法的文字：Decimal("1010.000000") → "1010"；None → ""。"""
    if amount is None:
        return ""
    text = format(Decimal(amount), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def figure(amount: Decimal | int | str | None, decimals: int = 2) -> str:
    """表里、格子里的数：小数位定好，一万起千位分隔：1010.00、32,202.00；None → ""。"""
    if amount is None:
        return ""
    shown = rounded(amount, decimals)
    while decimals >= 2 and not shown and amount:  # 有一点就不写成 0.00
        decimals += 1
        shown = rounded(amount, decimals)
    return _grouped(shown)


def spoken(amount: Decimal | int | str | None, decimals: int = 2) -> str:
    """句子里的数：整的不带小数，不整的小数位定好：608、99.30、32,202；None → ""。"""
    if amount is None:
        return ""
    shown = rounded(amount, decimals)
    whole = int(shown)
    return _grouped(Decimal(whole) if shown == whole else shown)


def _grouped(shown: Decimal) -> str:
    return format(shown, ",f" if shown.adjusted() >= GROUPED_DIGITS else "f")


def spread(
    least: Decimal | int | None,
    most: Decimal | int | None,
    decimals: int = 2,
    write: Callable[..., str] = spoken,
) -> str:
    """任务数：定了一个数的写一个，写成一段的（1–3）写两头；write 是 spoken 或 figure。None → ""。"""
    words = write(least, decimals)
    return words if most is None else f"{words}–{write(most, decimals)}"


def told_apart(*amounts: Decimal) -> list[str]:
    """一句话里比大小的几个数：两位小数显示成一样的，都多写几位，直到看得出差。"""
    decimals = 2
    different = len(set(amounts))
    while len({rounded(amount, decimals) for amount in amounts}) < different:
        decimals += 1
    return [figure(amount, decimals) for amount in amounts]


def enough_decimals(pairs: Iterable[tuple[Decimal | None, Decimal | None]], decimals: int) -> int:
    """挨着的数写几位小数：[(做了的, 要到的)] 里差着却显示成一样的，就多写一位，直到看得出差。没有的是 None。"""
    close = [  # 差 1 以上的，一位小数不写也看得出
        (amount, goal)
        for amount, goal in pairs
        if amount is not None and goal is not None and amount < goal < amount + 1
    ]
    while any(rounded(amount, decimals) == rounded(goal, decimals) for amount, goal in close):
        decimals += 1
    return decimals


def to_millionths(amount: Decimal) -> int:
    """数量 → 库里存的整数（百万分之一）；小数或整数的位数太多的抛 ValidationError。"""
    return to_whole(amount, PLACES, DIGITS)


def from_millionths(count: Decimal | int | None) -> Decimal:
    """库里的整数，或它们的合计（没有行的是 None，算 0）→ 数量；分毫不差。"""
    return count * MILLIONTH if count else NOTHING


class MuField(ExactField):
    """以亩（或目标任务自己的单位）计的数量：库里是整的百万分之一。"""

    description = "数量"
    places, digits = PLACES, DIGITS


for sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(MuField, sign, MuField, MuField)
