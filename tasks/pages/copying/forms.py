"""复制为另一批的表单：新的代码、名称，每一步的日期。"""

import re

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import fields_for_model

from taiping.ground.dates import long_date
from taiping.ground.form_fields import DayField
from taiping.ground.words import numeral
from tasks.models import Milestone, Target
from tasks.models.copying import TargetCopy

CODE_OF_A_BATCH = re.compile(r"_\d{1,2}\Z")
NAME_OF_A_BATCH = re.compile(r"（第[一二三四五六七八九十]{1,3}批）\Z")
NUMERALS_END = 99
DAYS = ("starts_on", "due_on")
NO_QUOTA = {"quota": None, "quota_count": None}  # 一批有一批的数，不沿用
NO_MOST = {"quota_most": None, "quota_count_most": None}
NO_DAYS = dict.fromkeys(DAYS)


def another_batch(original: Target) -> TargetCopy:
    """original 的另一批：任务数、分解、日期空着，别的一样，排在它后面。"""
    return TargetCopy.of(
        original,
        of_step=lambda step: NO_QUOTA | NO_DAYS,
        of_share=lambda share: NO_QUOTA | NO_MOST,
        order=original.order + 1,
        **NO_QUOTA,
    )


def suggested(original: Target) -> dict[str, str]:
    """代码和名称：后面加上第几批，代码已经有了的往后数。从第二批复制的是第三批，不是第二批的第二批。"""
    code, name = original.code, original.name
    if CODE_OF_A_BATCH.search(code) and NAME_OF_A_BATCH.search(name):
        code, name = CODE_OF_A_BATCH.sub("", code), NAME_OF_A_BATCH.sub("", name)
    taken = set(original.plan.targets.values_list("code", flat=True))
    number = 2
    while _ending(code, f"_{number}", "code") in taken:
        number += 1
    words = numeral(number) if number <= NUMERALS_END else number
    return {
        "code": _ending(code, f"_{number}", "code"),
        "name": _ending(name, f"（第{words}批）", "name"),
    }


def _ending(text, ending, field):
    """后面加上 ending；那一格放不下的，短的是前面。"""
    room = Target._meta.get_field(field).max_length - len(ending)
    return f"{text[:room]}{ending}"


class CopyForm(forms.Form):
    """copy 是照填的复制出来的，还没有存；twin 是早先照一样的填法复制好的那一份。"""

    twin = None

    def __init__(self, *args, original, **kwargs):
        super().__init__(*args, **kwargs)
        self.original, self.copy = original, another_batch(original)
        self.fields |= fields_for_model(Target, ["code", "name"])
        self.fields["code"].error_messages["invalid"] = (
            "只能用英文字母、数字、下划线和短横，如 abandoned_2。"
        )
        self.initial |= suggested(original)
        self.rows = []  # [(原来的一步, 开始日期的格子, 截止日期的格子)]
        self.places = {(None, name): name for name in ("code", "name")}  # (步骤的先后, 哪一格)
        for step in original.milestones.all():
            names = [self._add_day(step, field) for field in DAYS]
            self.rows.append((step, *(self[name] for name in names)))
            self.places[step.order, NON_FIELD_ERRORS] = names[-1]

    def _add_day(self, step, field):
        name, was = f"{field}_{step.pk}", getattr(step, field)
        label = f"{step.name} · {Milestone._meta.get_field(field).verbose_name}"
        self.fields[name] = DayField(
            label=label,
            required=was is not None,
            help_text=f"原来是 {long_date(was)}" if was else "原来没有定，选填",
            error_messages={"required": "请填这一批的日期，不沿用原来的。"},
        )
        self.fields[name].widget.attrs["aria-label"] = label
        self.places[step.order, field] = name
        return name

    @property
    def heading(self):
        """步骤的表以外的格子。"""
        return [self["code"], self["name"]]

    def clean(self):
        data = super().clean()
        target = self.copy.target
        target.code, target.name = data.get("code", ""), data.get("name", "")
        for step in self.copy.steps:
            for field in DAYS:
                setattr(step, field, data.get(self.places[step.order, field]))
        self._look_for_a_twin()
        # 代码不重复在上面看过了；顺序在存的时候才排
        for problem in self.copy.problems(told={"code", "order", *self.errors}):
            order = problem.step and problem.step.order
            self.add_error(self.places.get((order, problem.field)), problem.sentence)
        return data

    def _look_for_a_twin(self):
        """代码已经有了的：就是照这样复制出来的，是按了两次；不是的请换一个。"""
        code = self.copy.target.code
        found = Target.objects.filter(plan=self.original.plan_id, code=code).first()
        if found is None:
            return
        if found != self.original and self.copy.is_same_as(found):
            self.twin = found
        else:
            self.add_error("code", f"“{found.name}”的代码就是 {code}，请换一个。")
