"""表单的格子。"""

from django.forms import ModelChoiceField
from django.forms.models import ModelChoiceIterator


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
