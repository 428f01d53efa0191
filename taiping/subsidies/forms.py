"""录入到位资金、拨付，撤回的表单。"""

import uuid
from datetime import timedelta

from django import forms

from taiping.ground import dates
from taiping.ground.form_fields import DayField, ListedChoiceField
from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt
from villages.models import User, Village


def yuan_field():
    """钱的格子：认得三位一撇、全角的数字，说错了有话。"""
    return YuanInput(
        label="金额（元）",
        max_digits=14,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="如 1200 或 1,200.50。",
        error_messages={
            "invalid": "金额请填数字，如 1200.50。",
            "required": "请填金额，如 1200.50。",
            "max_decimal_places": "金额最多 2 位小数，最小是分。",
            "max_digits": "金额的位数太多，请核对单位是不是元。",
            "max_whole_digits": "金额的位数太多，请核对单位是不是元。",
        },
    )


class YuanInput(forms.DecimalField):
    def to_python(self, value):
        if isinstance(value, str):
            value = value.replace(",", "").replace("，", "").strip().removesuffix("元").strip()
        return super().to_python(value)

    def clean(self, value):
        amount = super().clean(value)
        if amount is not None and amount <= 0:
            raise forms.ValidationError("金额要大于 0 元；付错了的，用“撤回”。")
        return amount


class MoneyForm(forms.ModelForm):
    """交一次就记一笔：client_key 认出重复提交。ahead 是这笔钱能比方案早多少。"""

    ahead = timedelta(0)

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    amount = yuan_field()

    def __init__(self, *args, plan, initial=None, **kwargs):
        self.plan = plan
        starting = {"client_key": uuid.uuid4(), "on": dates.today()}
        super().__init__(*args, initial={**starting, **(initial or {})}, **kwargs)

    def clean_on(self):
        on = self.cleaned_data["on"]
        if on > dates.today():
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        if sentence := self.plan.too_early(on, ahead=self.ahead):
            raise forms.ValidationError(sentence)
        return on


class ReceiptForm(MoneyForm):
    ahead = timedelta(days=365)  # 资金常在头一年就提前下达

    class Meta:
        model = SubsidyReceipt
        fields = ["on", "amount", "document", "note"]
        field_classes = {"on": DayField}
        labels = {"on": "哪天到的"}


class PaymentForm(MoneyForm):
    """seen 是打开时最后一笔拨付；sure 是会多付时的勾选。"""

    seen = forms.IntegerField(label="打开时的拨付", widget=forms.HiddenInput)
    sure = forms.Field(label="请再看一眼", required=False, widget=forms.CheckboxSelectMultiple)

    doubt = None

    class Meta:
        model = SubsidyPayment
        fields = ["subsidy", "village", "on", "amount", "voucher", "purpose", "area_mu"]
        field_classes = {
            "on": DayField,
            "subsidy": ListedChoiceField,
            "village": ListedChoiceField,
        }
        labels = {"on": "哪天付的"}

    def __init__(self, *args, plan, user: User, **kwargs):
        super().__init__(*args, plan=plan, **kwargs)
        subsidy, village = self.fields["subsidy"], self.fields["village"]
        subsidy.queryset = (
            Subsidy.objects.filter(plan=plan).select_related("plan").order_by("order", "pk")
        )
        village.queryset = Village.objects.visible_to(user)
        subsidy.empty_label = village.empty_label = "请选择"
        self.fields["area_mu"].help_text = "这笔钱付的是多少亩；不按面积付的空着。"
        if len(subsidy.instances) == 1:
            self.initial.setdefault("subsidy", subsidy.instances[0].pk)

    def ask(self, doubt) -> None:
        """会多付的：画出勾选，照填的再交一次。"""
        self.doubt = doubt
        self.fields["sure"].widget.choices = [(doubt.token, "核对过了，就按填的拨付")]
        self.add_error("sure", str(doubt))

    @property
    def answered(self) -> str:
        ticked = self.cleaned_data.get("sure")
        return ticked[0] if ticked else ""

    @property
    def shown(self):
        """要画出来的格子：没有要问的，不画勾选。"""
        return [item for item in self if item.name != "sure" or self.doubt]

    def seeing(self, seen: int) -> None:
        """别人先付的已经说了：再交就当看过。"""
        self.data = self.data.copy()
        self.data["seen"] = seen
