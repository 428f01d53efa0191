"""核实的表单：一张表两个按钮，通过或退回。"""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from plots.actions.permissions import NotAllowed
from plots.ledger.replay import is_check
from plots.models import Reason

PASS, RETURN = "pass", "return"


def steps_to_redo(entry):
    """可以退回到的步骤：有上报、要重做的，按先后。"""
    milestones = entry.milestones
    return [
        step.milestone
        for step in entry.state.steps
        if step.parts and not (len(milestones) > 1 and is_check(step.milestone, milestones))
    ]


class ReviewForm(forms.Form):
    """entry 是 plots.actions.transaction.Entry；verdict 是按了哪个按钮。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="打开时的记录", widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label="核实结果",
        choices=[(PASS, "核实通过"), (RETURN, "退回")],
        widget=forms.HiddenInput,
        error_messages={
            "required": "请按“核实通过”或“退回”。",
            "invalid_choice": "请按“核实通过”或“退回”。",
        },
    )
    done_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "日期看不明白，请填如 2024-09-05。", "required": "请填日期。"},
    )
    reasons = forms.MultipleChoiceField(
        label="退回理由",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "理由“%(value).30s”已经停用，请重新勾选。"},
    )
    step = forms.ChoiceField(label="退回到哪一步重做", required=False, widget=forms.RadioSelect)
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, entry, seen=0, initial=None, **kwargs):
        self.entry, self.steps = entry, steps_to_redo(entry)
        last = str(self.steps[-1].pk) if self.steps else ""
        super().__init__(
            *args,
            initial={
                "client_key": uuid.uuid4(),
                "seen": seen,
                "done_on": entry.today,
                "step": last,
                **(initial or {}),
            },
            **kwargs,
        )
        self.active = list(Reason.objects.filter(is_active=True))
        self.fields["reasons"].choices = [(reason.text, reason.text) for reason in self.active]
        self.fields["step"].choices = [(str(step.pk), step.name) for step in self.steps]

    def clean_done_on(self):
        self.entry.on = self.cleaned_data["done_on"]
        try:
            self.entry.check_date()
        except NotAllowed as refusal:
            raise ValidationError(str(refusal)) from None
        return self.entry.on

    def clean(self):
        data = super().clean()
        ticked, note = data.get("reasons", []), data.get("note", "").strip()
        if data.get("verdict") == PASS and ticked:
            self.add_error(
                "reasons", "勾了退回理由，又按了“核实通过”。要通过请去掉勾选，要退回请按“退回”。"
            )
        if data.get("verdict") == RETURN:
            open_ended = [r.text for r in self.active if r.needs_note and r.text in ticked]
            if not ticked and not note and not self.errors.get("reasons"):
                self.add_error("reasons", "请勾选退回理由，或在说明里写明原因。")
            elif open_ended and not note:
                self.add_error("note", f"勾了“{open_ended[0]}”，请在这里写清楚。")
            data["milestone"] = next((s for s in self.steps if str(s.pk) == data.get("step")), None)
        return data
