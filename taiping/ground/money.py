"""元：存成整的分，一分不差；显示两位小数，三位一撇：1,234.56。钱和亩不相加。"""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models.expressions import Combinable, register_combinable_fields

from taiping.ground.exact import ExactField

CENT = Decimal("0.01")
NO_YUAN = Decimal("0.00")


class YuanField(ExactField):
    """以元计的钱：最多 2 位小数、12 位整数。"""

    description = "元"
    places, digits = 2, 14


for sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(YuanField, sign, YuanField, YuanField)


def to_the_cent(amount: Decimal) -> Decimal:
    """四舍五入到分。"""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def yuan(amount: Decimal | None) -> str:
    """表里、句子里的钱，不带单位：1234.5 → 1,234.50；None → —。"""
    return "—" if amount is None else format(to_the_cent(amount), ",.2f")
