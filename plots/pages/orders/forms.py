"""签发、答复、办结、撤回督办单的表单。"""

import uuid
from datetime import timedelta

from django import forms
from django.conf import settings

from plots.actions.orders import LARGEST_NUMBER, WORDS_LIMIT, Wanted
from plots.models import SupervisionOrder
from plots.pages.file_fields import TOO_MANY, MultipleFileField
from taiping.ground import dates
from taiping.ground.form_fields import DayField
from tasks.models import WorkingGroup
from villages.models import User, Village

ANSWER_DAYS = 7  # 没改就是一星期内答复
EACH = "each"  # 选的图斑在几个村，各发一张
DATE_NEEDED = {"required": "请填日期。"}


def words_field(label, rows=4, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows})
    limits = {"max_length": f"最多 {WORDS_LIMIT} 个字，现在有 %(show_value)d 个。"}
    missing = {"required": f"请填{label}。"}
    return forms.CharField(
        label=label,
        max_length=WORDS_LIMIT,
        widget=widget,
        error_messages={**limits, **missing},
        **kwargs,
    )


class KeyedForm(forms.Form):
    """交一次记一次：client_key 认出按了两次的。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)

    def again(self, sentence: str) -> None:
        """交过的表单改了再交：说清楚，换一个提交标识，再按就是另一次。"""
        self.data = self.data.copy()
        self.data["client_key"] = str(uuid.uuid4())
        self.add_error(None, sentence)


class OrderForm(KeyedForm):
    """签发一张；scope 是 plots.pages.orders.scope.OrderScope：这份方案里能写给谁、能说什么、选了哪些图斑。"""

    to = forms.ChoiceField(
        label="发给",
        error_messages={
            "required": "请选发给哪个村或哪个工作组。",
            "invalid_choice": "没有这个村或工作组，请重新选。",
        },
    )
    about = forms.ChoiceField(
        label="督办哪一项",
        required=False,
        error_messages={"invalid_choice": "没有“%(value).30s”这一项，请重新选。"},
    )
    words = words_field("督办事项")
    answer_by = DayField(
        label="答复日期", help_text="到这一天为止要答复。", error_messages=DATE_NEEDED
    )
    issued_on = DayField(label="签发日期", error_messages=DATE_NEEDED)
    number = forms.IntegerField(
        label="编号",
        required=False,
        min_value=1,
        max_value=LARGEST_NUMBER,
        error_messages={
            "invalid": "编号请填整数，如 12。",
            "min_value": "编号从 1 起。",
            "max_value": f"编号最大是 {LARGEST_NUMBER}。",
        },
    )

    def __init__(self, *args, scope, **kwargs):
        self.scope, today = scope, dates.today()
        initial = {
            "client_key": uuid.uuid4(),
            "issued_on": today,
            "answer_by": today + timedelta(days=ANSWER_DAYS),
            "to": scope.to,
            "about": scope.about,
            "words": scope.words,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["to"].choices = scope.recipients
        self.fields["about"].choices = scope.abouts
        self.fields["number"].help_text = f"空着就是下一个：第 {scope.next_number} 号。"

    def clean(self):
        data = super().clean()
        issued, answer_by = data.get("issued_on"), data.get("answer_by")
        if issued and issued > dates.today():
            self.add_error("issued_on", "这一天还没有到，请填今天或以前的日期。")
        elif issued and (sentence := self.scope.plan.too_early(issued)):
            self.add_error("issued_on", sentence)
        elif issued and answer_by and answer_by < issued:
            self.add_error("answer_by", "答复日期早于签发日期，请填签发那天或以后的日期。")
        to = data.get("to", "")
        if to.startswith("v") and (other := self.scope.outside(to)):
            self.add_error("to", f"选的图斑里{other}。请改成“各发给图斑所在的村”。")
        return data

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        target, milestone = self.scope.thing(data["about"])
        return Wanted(
            plan=self.scope.plan,
            words=data["words"],
            issued_on=data["issued_on"],
            answer_by=data["answer_by"],
            number=data["number"],
            target=target,
            milestone=milestone,
            patches=self.scope.patches,
        )

    @property
    def to_whom(self) -> list[Village | WorkingGroup]:
        return self.scope.whom(self.cleaned_data["to"])


class AnswerForm(KeyedForm):
    """答复一次。"""

    words = words_field("答复", help_text="办到哪里、什么时候办完，有困难写明是什么。")
    files = MultipleFileField(
        label="照片和文件",
        required=False,
        help_text="可以一次选几张照片，也可以选 PDF、Word、Excel 文件。",
    )
    on = DayField(label="答复日期", error_messages=DATE_NEEDED)

    def __init__(self, *args, **kwargs):
        initial = {"client_key": uuid.uuid4(), "on": dates.today()}
        super().__init__(*args, initial=initial, **kwargs)

    def clean_files(self):
        files, most = self.cleaned_data["files"], settings.EVIDENCE_MAX_FILES
        if len(files) > most:
            raise forms.ValidationError(TOO_MANY.format(count=len(files), most=most))
        return files


def with_answers(orders: list[SupervisionOrder], user: User) -> list[SupervisionOrder]:
    """村支部书记的：每张带着答复的表 answer，就在我的任务、图斑页上写；交到督办单那一页，错了在那里改。"""
    for order in orders:
        order.answer = AnswerForm(auto_id=f"id_order{order.pk}_%s") if user.is_secretary else None
    return orders


class CloseForm(forms.Form):
    """办结；seen 是打开时最后一条答复，没有答复的要写意见。"""

    seen = forms.IntegerField(label="打开时的答复", widget=forms.HiddenInput)
    words = forms.CharField(
        label="办结意见",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "还没有答复就办结的，请写明为什么。",
        },
    )
    on = DayField(label="办结日期", error_messages=DATE_NEEDED)

    def __init__(self, *args, seen, **kwargs):
        super().__init__(*args, initial={"seen": seen, "on": dates.today()}, **kwargs)
        self.fields["words"].required = not seen
        if not seen:
            self.fields["words"].help_text = "这张督办单还没有答复，办结要写明为什么。"
