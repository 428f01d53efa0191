"""表单的格子。"""

from datetime import date

from django.core.exceptions import ValidationError
from django.forms import DateField, DateInput, ModelChoiceField
from django.forms.models import ModelChoiceIterator

from taiping.ground.dates import parse_day


class ListedOnce(ModelChoiceIterator):
    """选项只查一次：Django 的下拉框先看头一项、再画全部，各查一遍。每张表单各有一个，不会陈旧。"""

    listed = None

    def __iter__(self):
        if self.listed is None:
            self.listed = list(super().__iter__())
        return iter(self.listed)


class ListedChoiceField(ModelChoiceField):
    """从库里选一样，选项只查一次。"""

    iterator = ListedOnce

    @property
    def instances(self):
        """摆出来的每一样。"""
        return [value.instance for value, _ in self.widget.choices if value]


class DayField(DateField):
    """哪一天：写法、限度和说法跟地址里、命令行上的一样，见 taiping.ground.dates。"""

    widget = DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value):
        if value is None or isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except ValueError as refusal:
            raise ValidationError(str(refusal), code="invalid") from None
