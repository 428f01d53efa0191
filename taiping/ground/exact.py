"""存得准的数：程序里是 Decimal，库里是整的最小单位（亩的百万分之一、分），合计是整数相加，哪种数据库都准。

SQLite 没有小数，存成小数的会按浮点数相加：刚好够的合计会差一点，按期完成的就成了逾期，钱就对不上账。
"""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator
from django.db import models


def to_whole(amount: Decimal, places: int, digits: int) -> int:
    """数 → 库里存的整数；小数（最多 places 位）或整数的位数太多的抛 ValidationError。"""
    shifted = amount.scaleb(places)
    count = int(shifted)
    if count != shifted or abs(count) >= 10**digits:
        raise ValidationError(
            f"“{amount}”存不下：最多 {places} 位小数、{digits - places} 位整数。", code="invalid"
        )
    return count


def from_whole(count: Decimal | int | None, places: int) -> Decimal:
    """库里的整数，或它们的合计（没有行的是 None，算 0）→ 数；分毫不差。"""
    return Decimal(count or 0).scaleb(-places)


class ExactField(models.Field):
    """digits 是一共几位，places 是其中的小数。

    不从 DecimalField 来：两列小数在 F() 里相加得的是库里的数，差许多倍；数量加减数量还是数量，各自在下面登记。
    和常数加减的，常数写成 Value(常数, 这种字段())。
    """

    places = digits = 0
    empty_strings_allowed = False
    default_error_messages = models.DecimalField.default_error_messages

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    @cached_property
    def validators(self) -> list:
        return [*super().validators, DecimalValidator(self.digits, self.places)]

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        try:
            amount = Decimal(str(value))
        except ArithmeticError:
            amount = None
        if amount is None or not amount.is_finite():
            raise ValidationError(
                self.error_messages["invalid"], code="invalid", params={"value": value}
            )
        return amount

    def to_whole(self, amount: Decimal) -> int:
        """数 → 库里存的整数；存不下的抛 ValidationError。"""
        return to_whole(amount, self.places, self.digits)

    def from_db_value(self, value, expression, connection):
        return None if value is None else from_whole(value, self.places)

    def get_prep_value(self, value):
        return self.to_python(super().get_prep_value(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else self.to_whole(value)

    def formfield(self, **kwargs):
        given = {"max_digits": self.digits, "decimal_places": self.places}
        return super().formfield(**{"form_class": forms.DecimalField, **given, **kwargs})
