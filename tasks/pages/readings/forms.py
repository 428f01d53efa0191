"""方案页上的表单。"""

from django import forms

from taiping.ground.form_fields import DayField
from tasks.models import Reading, Target


class ReadingForm(forms.ModelForm):
    """录入一次监测：哪项任务、哪一天、多少、出处。"""

    class Meta:
        model = Reading
        fields = ["target", "village", "on", "value", "source"]
        field_classes = {"on": DayField}

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["target"].queryset = plan.targets.filter(measured_by=Target.MeasuredBy.READINGS)
        self.fields["target"].empty_label = "请选择"
        self.fields["village"].empty_label = "全镇"
        self.fields["on"].help_text = "这个数是哪一天的，不是今天录入的日期。"
        self.fields["value"].help_text = "按任务自己的单位填，如 32202 或 32202.35。"

    def clean_value(self):
        value = self.cleaned_data["value"]
        if value < 0:
            raise forms.ValidationError("数值不能是负数。")
        return value
