"""台账的条件有哪几样：选一项、勾一下、填一天、填几天；写错的说什么。"""

import django_filters
from django import forms

from taiping.ground.form_fields import DayField


def choice(label, method, empty="全部", **kwargs):
    return django_filters.ChoiceFilter(
        label=label,
        method=method,
        empty_label=empty,
        choices=list(kwargs.pop("choices", ())),
        error_messages={"invalid_choice": "没有“%(value).30s”这一项，请重新选。"},
        **kwargs,
    )


class TickFilter(django_filters.BooleanFilter):
    field_class = forms.BooleanField


class DayFilter(django_filters.DateFilter):
    field_class = DayField


class DaysFilter(django_filters.NumberFilter):
    field_class = forms.IntegerField
