"""亩的换算与显示。面积一律是 Decimal，单位亩，存 6 位小数，显示时只舍入一次。"""

from decimal import ROUND_HALF_UP, Decimal

from django.db import models

MU_PER_SQM = Decimal("0.0015")  # 1 亩 = 2000/3 m²（国务院关于在我国统一实行法定计量单位的命令）
MU_PER_HECTARE = Decimal(15)


def mu_from_sqm(sqm: Decimal | str) -> Decimal:
    """平方米换算成亩：Decimal 或能转成 Decimal 的文字 → Decimal，不舍入。"""
    return Decimal(sqm) * MU_PER_SQM


def rounded(amount: Decimal | int | str | None, decimals: int = 2) -> Decimal | None:
    """四舍五入到给定的小数位；None 仍是 None（没有数不等于 0）。"""
    if amount is None:
        return None
    return Decimal(amount).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def plain(amount: Decimal | int | str | None) -> str:
    """去掉多余的 0 又不用科学计数法的文字：Decimal("1010.000000") → "1010"；None → ""。"""
    if amount is None:
        return ""
    text = format(Decimal(amount), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class MuField(models.DecimalField):
    """以亩（或目标任务自己的单位）计的数量：9 位整数、6 位小数；两种数据库都存得准（SQLite 只有 15 位有效数字）。"""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_digits", 15)
        kwargs.setdefault("decimal_places", 6)
        super().__init__(*args, **kwargs)
