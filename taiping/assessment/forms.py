"""人工评分、撤回的表单。"""

import uuid

from django import forms

from taiping.ground import dates
from taiping.ground.area import figure
from taiping.ground.form_fields import DayField
from tasks.models import Score, ScoreItem
from villages.models import Village


class ScoreForm(forms.ModelForm):
    """一个村的一项评几分。client_key 认出重复提交；seen 是打开时最后一次评分。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="打开时的评分", widget=forms.HiddenInput)

    class Meta:
        model = Score
        fields = ["points", "reason", "on"]
        field_classes = {"on": DayField}

    def __init__(self, *args, item: ScoreItem, village: Village, seen: int, **kwargs):
        self.item, self.village = item, village
        day = min(dates.today(), item.plan.ends_on)
        starting = {"client_key": uuid.uuid4(), "seen": seen, "on": day}
        super().__init__(*args, initial=starting, **kwargs)
        least, most = figure(item.least), figure(item.most)
        points = self.fields["points"]
        points.help_text = f"{least} 到 {most} 分，最多两位小数。"
        points.widget = forms.TextInput(attrs={"inputmode": "decimal"})
        too_long = f"“{item.name}”请填 {least} 到 {most} 分。"
        points.error_messages |= {
            "max_digits": too_long,
            "max_whole_digits": too_long,
            "invalid": f"得分请填数字，{least} 到 {most}，如 {most}。",
            "required": f"请填得分，{least} 到 {most}。",
            "max_decimal_places": "得分最多两位小数。",
        }
        self.fields[
            "on"
        ].help_text = f"这个分是哪天评的；年终评的写方案结束那天（{item.plan.ends_on}）。"

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > dates.today():
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        return on

    def _get_validation_exclusions(self):
        """哪一项、哪个村不在表里，也一起看：分值是那一项的。"""
        return super()._get_validation_exclusions() - {"item", "village"}

    def _post_clean(self):
        self.instance.item, self.instance.village = self.item, self.village
        super()._post_clean()

    def seeing(self, seen: int) -> None:
        """别人先评的已经说了：再交就当看过。"""
        self.data = self.data.copy()
        self.data["seen"] = seen


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="为什么撤回", max_length=200, help_text="如“评到别的村了”“重复评的”。"
    )
