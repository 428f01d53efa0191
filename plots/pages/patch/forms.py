"""镇工作人员和领导在图斑页上的表单：核实、退回、反弹、核查无问题、暂缓、恢复整改、督办、更正、拆分、移出台账。"""

from django import forms

from plots.actions.relapses import due_problem
from plots.actions.steps import steps_to_redo
from plots.pages.forms import PatchForm, ReasonsMixin, area_field, note_field
from taiping.ground.actors import said
from taiping.ground.area import plain, told_apart
from taiping.ground.form_fields import DayField, ListedChoiceField
from taiping.ground.words import more_or_less
from villages.models import Village


class ActionForm(PatchForm):
    """given() 是交给动作的参数。minds_news 为假：别人办了什么不碍事。"""

    minds_news = True
    date_label, date_hint = "日期", ""

    def __init__(self, *args, context, **kwargs):
        super().__init__(*args, context=context, initial=self.starting(context.patch), **kwargs)
        self.fields["done_on"].label = self.date_label
        self.fields["done_on"].help_text = self.date_hint

    def starting(self, patch):
        return {}

    def given(self):
        skipped = ("client_key", "seen", "done_on")
        return {name: value for name, value in self.cleaned_data.items() if name not in skipped}


class ConfirmForm(ActionForm):
    date_label = "核实日期"
    note = note_field()


class RedoForm(ActionForm):
    """从哪一步起重做：没有选的，由动作定。"""

    step = forms.ChoiceField(
        label="退回到哪一步重做",
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "这一步现在不能重做，请重新选。"},
    )

    def __init__(self, *args, context, **kwargs):
        self.steps = steps_to_redo(context)
        super().__init__(*args, context=context, **kwargs)
        step = self.fields["step"]
        step.choices = [(str(milestone.pk), milestone.name) for milestone in self.steps]
        if self.steps:
            step.initial = str(self.usual(self.steps).pk)
            step.help_text = "从这一步起的上报都撤回，撤回的在时间线上还看得到。"
        else:
            del self.fields["step"]

    def usual(self, steps):
        return steps[-1]

    def clean(self):
        data = super().clean()
        by_pk = {str(milestone.pk): milestone for milestone in self.steps}
        data["step"] = by_pk.get(data.get("step"))
        return data


class SendBackForm(ReasonsMixin, RedoForm):
    date_label = "退回日期"
    note = note_field(help_text=said("写清楚哪里不对、要补什么，{村}里照着办。"))
    field_order = ("client_key", "seen", "done_on", "step", "reasons", "note")

    def clean(self):
        data = super().clean()
        self.check_reasons(data)
        return data


class RelapseForm(RedoForm):
    date_label = "哪天发现反弹"
    date_hint = "从这天起不再算完成；以前的日子照旧，也不算退回。"
    due_on = DayField(
        label="重新整改的截止日期", error_messages={"required": "请填哪天以前要重新整改好。"}
    )
    note = note_field(
        "反弹的情况", required=True, help_text=said("如“巡查发现又撂荒了”，{村}里看得到。")
    )
    field_order = ("client_key", "seen", "done_on", "due_on", "step", "note")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "step" in self.fields:
            self.fields["step"].label = "从哪一步起重新整改"

    def usual(self, steps):
        return steps[0]

    def clean(self):
        data = super().clean()
        due_on, on = data.get("due_on"), data.get("done_on")
        step = data["step"] or next(iter(self.steps), None)
        if not (due_on and on and step):
            return data
        if problem := due_problem(step, due_on, on):
            self.add_error("due_on", problem)
        return data


class ExemptForm(ActionForm):
    date_label = "认定日期"
    note = note_field(
        "认定核查无问题的依据", required=True, help_text="如“影像显示为水田，现场核对无误”。"
    )


class DeferForm(ActionForm):
    date_label = "从哪天起暂缓"
    note = note_field(
        "暂不具备整改条件的原因", required=True, help_text="如“鱼塘还没有到期，11月底清塘后整治”。"
    )


class ResumeForm(ActionForm):
    date_label = "从哪天起恢复"
    note = note_field()


class RemarkForm(ActionForm):
    in_order = minds_news = False
    note = note_field(
        "督办的内容", required=True, help_text=said("{村}里和{镇}里都看得到，不改变图斑的状态。")
    )


class AmendForm(ActionForm):
    in_order = False
    date_label = "更正日期"
    code = forms.CharField(
        label="图斑编号", max_length=60, error_messages={"required": "请填图斑编号。"}
    )
    village = ListedChoiceField(
        label="村",
        queryset=Village.objects.all(),
        empty_label=None,
        error_messages={"invalid_choice": "没有这个村，请重新选。", "required": "请选村。"},
    )
    area_mu = area_field("面积（亩）")
    stopped_on = DayField(label="制止日期", required=False, help_text="还没有制止的空着。")
    stop_notice_no = forms.CharField(
        label="制止通知书文号",
        required=False,
        max_length=60,
    )
    reason = note_field(
        "更正的理由", required=True, help_text="原来怎么写的会留在时间线上；各处的数随之改对。"
    )

    def __init__(self, *args, context, **kwargs):
        super().__init__(*args, context=context, **kwargs)
        if context.patch.found_on is None:  # 不是做常态工作发现的，没有制止不制止
            del self.fields["stopped_on"], self.fields["stop_notice_no"]

    def starting(self, patch):
        names = ("code", "stopped_on", "stop_notice_no")
        kept = {name: getattr(patch, name) for name in names}
        return {**kept, "village": patch.village_id, "area_mu": plain(patch.area_mu)}

    def clean_area_mu(self):
        if self.cleaned_data["area_mu"] <= 0:
            raise forms.ValidationError("面积要大于 0 亩。")
        return self.cleaned_data["area_mu"]


class RemoveForm(ActionForm):
    date_label, date_hint = "从哪天起移出", "从这天起各处不再算这块图斑，以前的日子照旧。"
    note = note_field(
        "为什么移出台账", required=True, help_text="如“导错了任务”“和另一块是同一块地”。"
    )


class SplitForm(ActionForm):
    """最多 PARTS 块；空着的行不算。合计和原面积不一致时，勾了 differs 才拆。"""

    one_of = ("code1", "area1", "code2", "area2")  # 至少两块

    PARTS = 6
    date_label, date_hint = "从哪天起拆分", "从这天起由拆出来的图斑替代原图斑，整改从头开始。"
    reason = note_field("拆分的理由", required=True)
    differs = forms.BooleanField(label="合计和原面积不一致，也照样拆分", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for number in range(1, self.PARTS + 1):
            self.fields[f"code{number}"] = forms.CharField(
                label=f"第 {number} 块的编号", max_length=60, required=False
            )
            self.fields[f"area{number}"] = area_field(f"第 {number} 块的面积（亩）", required=False)

    @property
    def pairs(self):
        return [(n, self[f"code{n}"], self[f"area{n}"]) for n in range(1, self.PARTS + 1)]

    @property
    def plain_fields(self):
        names = [name for name in self.fields if not name.startswith(("code", "area"))]
        return [self[name] for name in names]

    def clean(self):
        data, self.children = super().clean(), []
        for number in range(1, self.PARTS + 1):
            code, area = data.get(f"code{number}", "").strip(), data.get(f"area{number}")
            if f"area{number}" in self.errors or f"code{number}" in self.errors:
                continue
            if code and area is None:
                self.add_error(f"area{number}", "请填这一块的面积。")
            elif area is not None and not code:
                self.add_error(f"code{number}", "请填这一块的编号。")
            elif code and area <= 0:
                self.add_error(f"area{number}", "面积要大于 0 亩。")
            elif code:
                self.children.append({"code": code, "area_mu": area})
        if len(self.children) < 2 and not self.errors:
            self.add_error("code2", "拆分至少要分成两块，请把每一块的编号和面积都填上。")
        total, whole = sum(child["area_mu"] for child in self.children), self.context.patch.area_mu
        if not self.errors and total != whole and not data["differs"]:
            after, before = told_apart(total, whole)
            self.add_error(
                "differs",
                f"拆分后合计 {after} 亩，比原面积 {before} 亩{more_or_less(total - whole, '亩')}。"
                "请改对面积；确实如此就勾选这一项。",
            )
        return data

    def given(self):
        return {"children": self.children, "reason": self.cleaned_data["reason"]}
