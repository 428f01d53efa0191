"""结转的表单：转到哪份方案，从哪天起，看到的是哪一份预览。"""

from django import forms

from taiping.ground import dates
from taiping.ground.form_fields import DayField


class CarryForm(forms.Form):
    token = forms.CharField(widget=forms.HiddenInput, max_length=16)
    on = DayField(
        label="从哪天起结转",
        help_text="从这天起老方案不再算它们，新方案开始算；以前的日子照旧。",
        error_messages={"required": "请填日期。"},
    )

    def __init__(self, *args, token, **kwargs):
        super().__init__(*args, initial={"token": token, "on": dates.today()}, **kwargs)
