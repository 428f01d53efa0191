"""记常态工作的表单：一次的，各村一起的，撤回的。"""

import uuid

from django import forms

from plots.pages.duties.actions import problem, row_key
from plots.pages.file_fields import ShrunkForm
from taiping.ground.actors import actors
from taiping.ground.form_fields import DayField, ListedChoiceField
from tasks.models import Duty, DutyEntry
from villages.models import User, Village

LARGEST = 100_000  # 一次记的数多过这么多，多半是写错了


def number(label, *, least, **kwargs):
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=LARGEST,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": least}),
        error_messages={
            "required": f"请填{label}，如 1。",
            "invalid": f"{label}请填整数，如 1。",
            "min_value": f"{label}至少是 %(limit_value)s。",
            "max_value": f"{label}太大了，最多 %(limit_value)s，请核对。",
        },
        **kwargs,
    )


def words_field(**kwargs):
    return forms.CharField(
        label="做了什么",
        max_length=500,
        required=False,
        **kwargs,
    )


class DutyForm(forms.Form):
    """两种表都有的：交一次就记一次，哪一天。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    on = DayField(label="哪天", error_messages={"required": "请填哪天做的。"})

    def __init__(self, data=None, files=None, *, duty: Duty, today, initial=None):
        self.duty, self.today = duty, today
        starting = {"client_key": uuid.uuid4(), "on": today}
        super().__init__(data, files, initial={**starting, **(initial or {})})

    def clean_on(self):
        if sentence := problem(self.duty, self.cleaned_data["on"], self.today):
            raise forms.ValidationError(sentence)
        return self.cleaned_data["on"]


class EntryForm(DutyForm, ShrunkForm):
    """记一次，可以带照片和文件。只有一个村的不用选村；镇里做的可以写是在哪个村。"""

    village = ListedChoiceField(
        label="村",
        queryset=Village.objects.none(),
        empty_label="请选择",
        error_messages={
            "invalid_choice": "没有这个村，或不是您负责的村，请重新选。",
            "required": "请选村。",
        },
    )
    count = number("数量", least=1)
    words = words_field(widget=forms.Textarea(attrs={"rows": 3}))
    problems = number("发现问题（处）", least=0, required=False)

    field_order = [
        "client_key",
        "village",
        "count",
        "words",
        "on",
        "problems",
        "camera",
        "files",
        "originals",
    ]

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["count"].label = f"{self.duty.name}（{self.duty.unit}）"
        village = self.fields["village"]
        village.queryset = Village.objects.visible_to(user)
        if not self.duty.by_villages:
            village.required, village.empty_label = False, f"全{actors.town}"
        elif len(village.instances) == 1:
            self.initial["village"] = village.instances[0].pk
            village.widget = village.hidden_widget()
        self.fields["problems"].help_text = "没有就空着。"

    def entry(self) -> DutyEntry:
        data = self.cleaned_data
        return DutyEntry(
            duty=self.duty,
            village=data["village"],
            on=data["on"],
            count=data["count"],
            words=data["words"],
            problems=data["problems"] or 0,
            client_key=data["client_key"],
        )


class TableForm(DutyForm):
    """一项工作、一天，各村一起记；数量空着的村不记。"""

    def __init__(self, *args, villages, **kwargs):
        super().__init__(*args, **kwargs)
        self.villages = list(villages)
        for village in self.villages:
            self._add(village, "count", number("数量", least=1, required=False))
            self._add(village, "problems", number("发现问题", least=0, required=False))
            self._add(village, "words", words_field())

    def _add(self, village, name, field):
        field.label = f"{village.name}{field.label}"
        field.widget.attrs["aria-label"] = field.label
        self.fields[f"{name}{village.pk}"] = field

    @property
    def rows(self):
        """[(村, 数量, 发现问题, 做了什么)]，后三样是格子。"""
        return [
            (village, *(self[f"{name}{village.pk}"] for name in ("count", "problems", "words")))
            for village in self.villages
        ]

    @property
    def entries(self) -> list[DutyEntry]:
        data = self.cleaned_data
        return [
            DutyEntry(
                duty=self.duty,
                village=village,
                on=data["on"],
                count=data[f"count{village.pk}"],
                words=data[f"words{village.pk}"],
                problems=data[f"problems{village.pk}"] or 0,
                client_key=row_key(data["client_key"], village.pk),
            )
            for village in self.villages
            if data[f"count{village.pk}"]
        ]

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        for village in self.villages:
            said = data[f"problems{village.pk}"] or data[f"words{village.pk}"]
            if said and not data[f"count{village.pk}"]:
                words = f"{village.name}写了做了什么、发现了问题，却没有填数量。请填上。"
                self.add_error(f"count{village.pk}", words)
        if not self.errors and not self.entries:
            raise forms.ValidationError("一个村的数量也没有填。至少填一个村，没有做的村空着。")
        return data
