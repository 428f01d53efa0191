"""几页共用的表单：交一次就记一次的表、退回的理由、面积和说明的格子。"""

import uuid

from django import forms

from plots.actions.permissions import NotAllowed
from plots.actions.steps import reasons_problem
from plots.models import Reason
from taiping.ground.form_fields import DayField
from tasks.models import RemedyRoute

AREA_NOT_NUMBER = "面积请填数字，如 3.50。"


def area_field(label, **kwargs):
    return forms.DecimalField(
        label=label,
        max_digits=15,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={
            "invalid": AREA_NOT_NUMBER,
            "required": "请填面积，如 3.50。",
            "max_decimal_places": "面积最多 6 位小数。",
            "max_digits": "面积的位数太多，请核对。",
            "max_whole_digits": "面积的位数太多，请核对。",
        },
        **kwargs,
    )


def note_field(label="说明", *, required=False, help_text=""):
    return forms.CharField(
        label=label,
        required=required,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
        error_messages={"required": f"请填{label}。"},
    )


class RouteField(forms.ModelChoiceField):
    """整改路径：启用的里面选一条，存的是代码。"""

    def __init__(self, **kwargs):
        super().__init__(
            label="整改路径",
            queryset=RemedyRoute.objects.offered(),
            to_field_name="code",
            error_messages={
                "invalid_choice": "没有这条整改路径，或已经停用，请重新选。",
                "required": "请选整改路径。",
            },
            **kwargs,
        )


class SubmissionForm(forms.Form):
    """交一次就记一次：client_key 认出重复提交，seen 是打开时最后一条记录，done_on 是办理的那天。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="打开时的记录", widget=forms.HiddenInput)
    done_on = DayField(label="日期", error_messages={"required": "请填日期。"})

    def __init__(self, *args, today, seen=0, initial=None, **kwargs):
        starting = {"client_key": uuid.uuid4(), "seen": seen, "done_on": today}
        super().__init__(*args, initial={**starting, **(initial or {})}, **kwargs)


class PatchForm(SubmissionForm):
    """一块图斑上的一张表；context 是 plots.actions.transaction.ActionContext。

    in_order：日期不能早于上一次办理。
    """

    in_order = True

    def __init__(self, *args, context, **kwargs):
        self.context = context
        super().__init__(*args, today=context.today, seen=context.last_seen, **kwargs)

    def clean_done_on(self):
        on = self.cleaned_data["done_on"]
        try:
            self.context.check_date(on, in_order=self.in_order)
        except NotAllowed as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return on


class ReasonsMixin(forms.Form):
    """退回的理由：勾一条，或在 note 里写；哪些勾了还要写，由理由自己说。"""

    reasons = forms.MultipleChoiceField(
        label="退回理由",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "理由“%(value).30s”已经停用，请重新勾选。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.active_reasons = list(Reason.objects.filter(is_active=True))
        choices = [(reason.text, reason.text) for reason in self.active_reasons]
        self.fields["reasons"].choices = choices

    def check_reasons(self, data):
        if self.errors.keys() & {"reasons", "note"}:
            return
        needing_note = [reason.text for reason in self.active_reasons if reason.needs_note]
        note = data.get("note", "").strip()
        if problem := reasons_problem(data.get("reasons", []), note, needing_note):
            self.add_error(*problem)
