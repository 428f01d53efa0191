"""手工添加一块图斑的表单。"""

from dataclasses import replace
from functools import cached_property

from django import forms

from plots.actions.adding import asked_of, lookalikes, next_code, repeated
from plots.models import Remedy
from plots.pages.file_fields import DeviceField, EvidenceForm, OriginalsField
from plots.pages.patch.forms import area_field
from taiping.ground.dates import long_date
from taiping.ground.form_fields import DayField
from villages.models import Village

ALWAYS = ("code", "since_on", "contractor")  # 折在“更多”里，哪项任务都有
SOMETIMES = ("land_before", "land_after", "remedy")  # 也在“更多”里，这项任务用得着才有
APART = (
    "target",
    "village",
    "is_other",
    "camera",
    "files",
    "device",
    "originals",
    "evidence",
    "photo_count",
)


def text(label, limit, help_text=""):
    return forms.CharField(
        label=label,
        max_length=limit,
        required=False,
        help_text=help_text,
        error_messages={
            "max_length": f"{label}最多 %(limit_value)d 个字，现在有 %(show_value)d 个。"
        },
    )


class AddForm(EvidenceForm):
    """targets 是这个人能加的任务；similar 是看着像的图斑，有就要勾选确认。

    先选任务（chosen），再只问它要的；没有问的填了也照收，不当没看见。
    """

    target = forms.ChoiceField(
        label="目标任务",
        error_messages={
            "invalid_choice": "不能往这项任务里添加图斑，请重新选。",
            "required": "请选任务。",
        },
    )
    village = forms.ModelChoiceField(
        label="村",
        queryset=Village.objects.none(),
        empty_label="请选择",
        error_messages={
            "invalid_choice": "没有这个村，或不是您负责的村，请重新选。",
            "required": "请选村。",
        },
    )
    area_mu = area_field("面积（亩）")
    device = DeviceField()
    originals = OriginalsField()
    place = text("小地名", 100, "写到社、院子，方便找到地块。")
    code = text("图斑编号", 60, "留空就用这个村的下一个空号，如 补-001。")
    since_on = DayField(
        label="哪天发现",
        required=False,
        help_text="图斑从这天起算，上报的日期不早于这天；留空就是今天。",
    )
    contractor = text("承包人（项目主体）", 100)
    land_before, land_after = text("变化前地类", 50), text("变化后地类", 50)
    remedy = forms.ChoiceField(
        label="整改方式", required=False, choices=[("", "不填"), *Remedy.choices]
    )
    is_other = forms.BooleanField(label="确实是另一个图斑", required=False)

    field_order = ["target", "village", "area_mu", "place", "device", "camera", "files"]

    def __init__(self, data=None, files=None, *, targets, user, today, initial=None):
        super().__init__(data, files, initial=initial)
        self.today = today
        self.initial.setdefault("since_on", today)
        self.user, self.similar = user, []
        self.targets, self.one_village = {}, None
        self.names = dict(self._choices(targets))
        self.fields["target"].choices = [("", "请选择"), *self.names.items()]
        villages = Village.objects.visible_to(user)
        self.fields["village"].queryset = villages
        if len(targets) == 1:
            self.initial.setdefault("target", next(iter(self.targets)))
        if user.is_secretary and len(mine := list(villages[:2])) == 1:
            self.one_village = mine[0]
            self.initial.setdefault("village", mine[0].pk)
        target = self.targets.get(self.initial.get("target"))
        village = (
            villages.filter(pk=self.initial["village"]).first()
            if self.initial.get("village")
            else None
        )
        if target and village:
            self.initial["code"] = next_code(target, village)

    def _choices(self, targets):
        """几份方案同时进行时，先说清楚是哪一份的任务。"""
        is_one_plan = len({target.plan_id for target in targets}) == 1
        for target in targets:
            key = target.code if is_one_plan else f"{target.plan.code}:{target.code}"
            name = target.name if is_one_plan else f"{target.plan.name} · {target.name}"
            self.targets[key] = target
            yield key, name

    @property
    def chosen(self):
        """选好的是哪项任务，名字；还没有选、选错了是空的。"""
        return self.names.get(self["target"].value(), "")

    @cached_property
    def asked(self):
        """这项任务还问哪几样。"""
        return asked_of(self.targets[self["target"].value()]) if self.chosen else set(SOMETIMES)

    @property
    def more(self):
        """折在“更多”里的格子；这项任务不问、可已经填了的，也给人看着。"""
        used = [name for name in SOMETIMES if name in self.asked or self[name].value()]
        return [self[name] for name in (*ALWAYS, *used)]

    def clean_target(self):
        return self.targets[self.cleaned_data["target"]]

    def clean_since_on(self):
        on = self.cleaned_data["since_on"]
        if on and on > self.today:
            raise forms.ValidationError(f"{long_date(on)} 还没有到，请填今天或以前的日期。")
        return on

    def clean_area_mu(self):
        if self.cleaned_data["area_mu"] <= 0:
            raise forms.ValidationError("面积要大于 0 亩。")
        return self.cleaned_data["area_mu"]

    def clean(self):
        data = super().clean()
        originals = data.get("originals", {})
        data["evidence"] = [
            replace(one, original=originals.get(one.sha256)) for one in data["evidence"]
        ]
        if self.errors:
            return data
        if repeated(data["target"], data["village"], by=self.user, **self.facts()):
            return data
        names = ("code", "area_mu", "place", "contractor")
        self.similar = lookalikes(
            data["target"], data["village"], **{name: data[name] for name in names}
        )
        if self.similar and not data["is_other"]:
            self.add_error(
                "is_other",
                "同村同一任务里有看着一样的图斑，列在上面。不是同一块就勾选这一项再添加。",
            )
        return data

    def facts(self):
        """图斑自己的各项；浏览器给的位置是发现时的位置，0,0 是没有取到。"""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in APART}
        position = self.cleaned_data.get("device")
        if position and any(position[:2]):
            names = ("found_lat", "found_lon", "found_accuracy_m")
            facts |= dict(zip(names, position, strict=True))
        return facts
