"""人工评分、撤回的表单。"""

import uuid

from django import forms

from taiping.assessment.actions import Mark
from taiping.ground import dates
from taiping.ground.area import figure
from taiping.ground.form_fields import DayField
from taiping.ground.points import PointsField
from tasks.models import Score, ScoreItem
from villages.models import Village

REASON = Score._meta.get_field("reason")


def points_field(item: ScoreItem, label: str, **given) -> forms.DecimalField:
    """一格分数：写错的、超出分值的说同样的话。"""
    least, most = figure(item.least), figure(item.most)
    out = f"“{item.name}”请填 {least} 到 {most} 分。"
    field = forms.DecimalField(
        label=label,
        min_value=item.least,
        max_value=item.most,
        max_digits=PointsField.digits,
        decimal_places=PointsField.places,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "aria-label": label}),
        error_messages={
            "required": f"请填得分，{least} 到 {most}。",
            "invalid": f"得分请填数字，{least} 到 {most}，如 {most}。",
            "max_decimal_places": "得分最多两位小数。",
            **dict.fromkeys(["min_value", "max_value", "max_digits", "max_whole_digits"], out),
        },
        **given,
    )
    return field


class ScoringForm(forms.Form):
    """评分的底子：client_key 认出重复提交，on 是哪天评的；seen 是打开时各村最后一次评分。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    on = DayField(label="评分日期")

    def __init__(self, *args, item: ScoreItem, seen: dict[int, int], **kwargs):
        self.item, self.now_seen = item, seen
        day = min(dates.today(), item.plan.ends_on)
        super().__init__(*args, initial={"client_key": uuid.uuid4(), "on": day}, **kwargs)
        self.fields[
            "on"
        ].help_text = f"这个分是哪天评的；年终评的写方案结束那天（{item.plan.ends_on}）。"

    def add_seen(self, village: Village) -> None:
        name, now = f"seen{village.pk}", self.now_seen.get(village.pk, 0)
        self.fields[name] = forms.IntegerField(
            label="打开时的评分", initial=now, widget=forms.HiddenInput
        )

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > dates.today():
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        if sentence := self.item.plan.outside(on):
            raise forms.ValidationError(sentence)
        return on

    def mark(self, village: Village, points, reason: str) -> Mark:
        return Mark(village, points, reason, self.cleaned_data[f"seen{village.pk}"])

    def seeing(self, seen: dict[int, int]) -> None:
        """别人先评的已经说了：再交就当看过。"""
        self.data = self.data.copy()
        for village, score in seen.items():
            self.data[f"seen{village}"] = score


class ScoreForm(ScoringForm):
    """一个村的一项评几分。"""

    reason = forms.CharField(label="理由", max_length=REASON.max_length, help_text=REASON.help_text)
    field_order = ["points", "reason", "on"]

    def __init__(self, *args, village: Village, **kwargs):
        super().__init__(*args, **kwargs)
        self.village = village
        item = self.item
        told = f"{figure(item.least)} 到 {figure(item.most)} 分，最多两位小数。"
        self.fields["points"] = points_field(item, "得分", help_text=told)
        self.add_seen(village)
        self.order_fields(self.field_order)

    @property
    def marks(self) -> list[Mark]:
        data = self.cleaned_data
        return [self.mark(self.village, data["points"], data["reason"])]


class TableForm(ScoringForm):
    """一项，各村一起评；空着的村不评。理由各村一样的写一次，另有理由的写在那一行。"""

    reason = forms.CharField(
        label="各村一样的理由",
        max_length=REASON.max_length,
        required=False,
        help_text="另有理由的写在那个村的一行里。",
    )
    field_order = ["on", "reason"]
    one_of = ("reason",)

    def __init__(self, *args, villages: list[Village], **kwargs):
        super().__init__(*args, **kwargs)
        self.villages = villages
        for village in villages:
            pk, name = village.pk, village.name
            self.fields[f"points{pk}"] = points_field(self.item, f"{name}得分", required=False)
            self.fields[f"reason{pk}"] = forms.CharField(
                label=f"{name}理由",
                max_length=REASON.max_length,
                required=False,
                widget=forms.TextInput(attrs={"aria-label": f"{name}理由"}),
            )
            self.add_seen(village)

    @property
    def shown(self):
        """表格以外的格子。"""
        return [item for item in self if item.name in ("client_key", "on", "reason")]

    @property
    def rows(self):
        """[(村, 分数的格子, 理由的格子, 打开时的评分)]。"""
        return [
            (village, *(self[f"{name}{village.pk}"] for name in ("points", "reason", "seen")))
            for village in self.villages
        ]

    @property
    def marks(self) -> list[Mark]:
        found = []
        for village in self.villages:
            points = self.cleaned_data.get(f"points{village.pk}")
            if points is not None:
                found.append(self.mark(village, points, self._reason(village)))
        return found

    def _reason(self, village):
        own = self.cleaned_data.get(f"reason{village.pk}")
        return own or self.cleaned_data.get("reason", "")

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not self.marks:
            raise forms.ValidationError("一个村的分也没有填。至少填一个村，还不评的村空着。")
        for mark in self.marks:
            if not mark.reason:
                sentence = f"{mark.village.name}没有写理由：写在这一行，或写各村一样的理由。"
                self.add_error(f"reason{mark.village.pk}", sentence)
        return data
