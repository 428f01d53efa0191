"""录入监测、撤回监测的表单。"""

from hashlib import sha256

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.form_fields import DayField, ListedChoiceField
from tasks.models import Allocation, Plan, Reading, Target
from tasks.pages.readings.doubts import questions
from tasks.pages.readings.pasted import value_field
from tasks.pages.target_choice import TargetChoiceField
from villages.models import User, Village

ON_HELP = "这个数是哪一天的，不是今天录入的日期。"


def measured_targets(plan: Plan) -> QuerySet[Target]:
    """靠监测量的任务；divided 是有没有分解到村。"""
    shares = Allocation.objects.filter(target=OuterRef("pk"), quota__gt=0)
    found = plan.targets.filter(measured_by=Target.MeasuredBy.READINGS)
    return found.annotate(divided=Exists(shares)).order_by("order", "pk")


def open_targets(plan: Plan, user: User) -> QuerySet[Target]:
    """这个人能录的任务：镇里全部靠监测量的；村里只有让村里录的。"""
    targets = measured_targets(plan)
    if user.is_town:
        return targets
    return targets.filter(villages_may_enter=True) if user.is_secretary else targets.none()


class AskingForm(forms.Form):
    """差得多的数要勾选一次才收；勾的是那几个数，再改了数就再问。"""

    sure = forms.Field(label="请再看一眼", required=False, widget=forms.CheckboxSelectMultiple)

    doubts = ()

    def ask(self, target, on, values):
        self.doubts = questions(target, on, values)
        if not self.doubts:
            return
        told = sha256(f"{target.pk} {on} {self.doubts}".encode()).hexdigest()[:16]
        self.fields["sure"].widget.choices = [(told, "核对过了，就按填的录入")]
        if self.cleaned_data.get("sure") != [told]:
            for sentence in self.doubts:
                self.add_error("sure", sentence)

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > dates.today():
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        if sentence := self.plan.outside(on):
            raise forms.ValidationError(sentence)
        return on

    @property
    def shown(self):
        """要画出来的格子：没有要问的，不画勾选。"""
        return [item for item in self if item.name != "sure" or self.doubts]


class ReadingForm(AskingForm, forms.ModelForm):
    """录入一次监测：哪项任务、哪一天、多少、出处。村里只能录自己村的。"""

    class Meta:
        model = Reading
        fields = ["target", "village", "on", "value", "source"]
        field_classes = {
            "target": TargetChoiceField,
            "village": ListedChoiceField,
            "on": DayField,
        }

    field_order = ["target", "village", "on", "value", "source", "sure"]

    def __init__(self, *args, plan, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan = plan
        target, village = self.fields["target"], self.fields["village"]
        target.queryset, target.empty_label = open_targets(plan, user), "请选择"
        target.label_from_instance = lambda row: f"{row.listed_name}（{row.unit}）"
        village.queryset = Village.objects.visible_to(user)
        village.empty_label = f"全{actors.town}"
        if user.is_secretary:
            village.required, village.empty_label, village.help_text = True, "请选择", ""
        self._choose_the_only_one("target")
        if user.is_secretary:
            self._choose_the_only_one("village")
        self.fields["on"].help_text = ON_HELP
        self.fields["value"].help_text = "按任务自己的单位填，如 32202 或 32202.35。"

    def _choose_the_only_one(self, name):
        found = self.fields[name].instances
        if len(found) == 1:
            self.initial.setdefault(name, found[0].pk)

    def clean_value(self):
        value = self.cleaned_data["value"]
        if value < 0:
            raise forms.ValidationError("数值不能是负数。")
        return value

    def clean(self):
        data = super().clean()
        if not self.errors:
            self.ask(data["target"], data["on"], {data["village"]: data["value"]})
        return data


class TableForm(AskingForm):
    """一项任务、一天，各村一起录；空着的村不录。"""

    on = DayField(label="监测日期", help_text=ON_HELP)
    source = forms.CharField(
        label="来源", max_length=100, help_text=Reading._meta.get_field("source").help_text
    )

    def __init__(self, *args, target, villages, **kwargs):
        super().__init__(*args, **kwargs)
        self.target, self.plan = target, target.plan
        self.villages = {f"village{village.pk}": village for village in villages}
        for name, village in self.villages.items():
            attrs = {"aria-label": f"{village.name}（{target.unit}）"}
            widget = forms.NumberInput(attrs=attrs)
            self.fields[name] = value_field(label=village.name, required=False, widget=widget)

    @property
    def rows(self):
        """[(村, 格子)]。"""
        return [(village, self[name]) for name, village in self.villages.items()]

    @property
    def shown(self):
        return [item for item in super().shown if item.name not in self.villages]

    @property
    def values(self):
        given = {village: self.cleaned_data.get(name) for name, village in self.villages.items()}
        return {village: value for village, value in given.items() if value is not None}

    def clean(self):
        data = super().clean()
        if self.errors:
            return data
        if not self.values:
            raise forms.ValidationError("一个村的数也没有填。至少填一个村，没有数的村空着。")
        self.ask(self.target, data["on"], self.values)
        return data
