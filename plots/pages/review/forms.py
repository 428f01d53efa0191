"""核实的表单：一张表两个按钮，通过或退回。"""

from django import forms

from plots.actions.steps import steps_to_redo
from plots.pages.forms import PatchForm, ReasonsMixin, note_field

PASS, RETURN = "pass", "return"


class ReviewForm(ReasonsMixin, PatchForm):
    """verdict 是按了哪个按钮。"""

    verdict = forms.ChoiceField(
        label="核实结果",
        choices=[(PASS, "核实通过"), (RETURN, "退回")],
        widget=forms.HiddenInput,
        error_messages={
            "required": "请按“核实通过”或“退回”。",
            "invalid_choice": "请按“核实通过”或“退回”。",
        },
    )
    step = forms.ChoiceField(label="退回到哪一步重做", required=False, widget=forms.RadioSelect)
    note = note_field()
    field_order = ("client_key", "seen", "verdict", "done_on", "reasons", "step", "note")

    def __init__(self, *args, context, initial=None, **kwargs):
        self.steps = steps_to_redo(context)
        last = str(self.steps[-1].pk) if self.steps else ""
        super().__init__(
            *args, context=context, initial={"step": last, **(initial or {})}, **kwargs
        )
        self.fields["step"].choices = [(str(step.pk), step.name) for step in self.steps]

    def clean(self):
        data = super().clean()
        if data.get("verdict") == PASS and data.get("reasons"):
            self.add_error(
                "reasons", "勾了退回理由，又按了“核实通过”。要通过请去掉勾选，要退回请按“退回”。"
            )
        if data.get("verdict") == RETURN:
            self.check_reasons(data)
            by_pk = {str(step.pk): step for step in self.steps}
            data["milestone"] = by_pk.get(data.get("step"))
        return data
