"""手工添加一块图斑的表单。"""

from functools import cached_property

from django import forms

from plots.actions.adding import asked_of, lookalikes, next_code, repeated
from plots.pages.file_fields import DeviceField, ShrunkForm
from plots.pages.forms import RouteField, area_field
from taiping.ground.dates import long_date
from taiping.ground.form_fields import DayField
from taiping.ground.web import whole_number
from tasks.models import DutyEntry
from tasks.models.nesting import nested
from villages.models import Village

ALWAYS = ("code", "since_on", "contractor")  # 折在“更多”里，哪项任务都有
SOMETIMES = ("land_before", "land_after", "remedy")  # 也在“更多”里，这项任务用得着才有
FROM_DUTY = ("stopped_on", "stop_notice_no")  # 从履职记录点“发现问题”来的才问
APART = (
    "entry",
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


class AddForm(ShrunkForm):
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
    place = text("小地名", 100, "写到社、院子，方便找到地块。")
    code = text("图斑编号", 60, "留空就用这个村的下一个空号，如 补-001。")
    since_on = DayField(
        label="哪天发现",
        required=False,
        help_text="图斑从这天起算，上报的日期不早于这天；留空就是今天。",
    )
    contractor = text("承包人（项目主体）", 100)
    land_before, land_after = text("变化前地类", 50), text("变化后地类", 50)
    remedy = RouteField(required=False, empty_label="不填")
    entry = forms.ModelChoiceField(
        label="履职记录",
        queryset=DutyEntry.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": "这次履职记录已经撤回，或不是您的村的，请重新打开。"},
    )
    stopped_on = DayField(
        label="哪天制止",
        required=False,
        help_text="发现时当场制止的就是那一天；还没有制止的清空。",
    )
    stop_notice_no = text("制止通知书文号", 60, "没有发通知书的空着。")
    is_other = forms.BooleanField(label="确实是另一个图斑", required=False)

    field_order = ["target", "village", "area_mu", "place", "device", "camera", "files"]

    def __init__(self, data=None, files=None, *, targets, user, today, initial=None):
        super().__init__(data, files, initial=initial)
        self.today = today
        self.initial.setdefault("since_on", today)
        self.user, self.similar = user, []
        self.targets, self.one_village = {}, None
        self.names = dict(self._choices(targets))
        self.found_at = self._found_at()
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

    def _found_at(self):
        """从哪一次履职记录点来的；不是的是 None。带着它的任务、村和日子。"""
        entries = DutyEntry.objects.visible_to(self.user).standing()
        entries = entries.select_related("duty__plan", "duty__problem_target")
        self.fields["entry"].queryset = entries.filter(duty__problem_target__isnull=False)
        key = whole_number(str(self["entry"].value() or ""))
        entry = key and self.fields["entry"].queryset.filter(pk=key).first()
        if not entry:
            return None
        starting = {"since_on": entry.on, "stopped_on": entry.on, "village": entry.village_id}
        starting["target"] = self._key_of(entry.duty.problem_target)
        self.initial |= {name: value for name, value in starting.items() if value}
        return entry

    def _key_of(self, target):
        return next((key for key, row in self.targets.items() if row == target), "")

    def _choices(self, targets):
        """几份方案同时进行时，先说清楚是哪一份的任务。"""
        is_one_plan = len({target.plan_id for target in targets}) == 1
        for target in nested(targets):
            key = target.code if is_one_plan else f"{target.plan.code}:{target.code}"
            name = target.listed_name
            name = name if is_one_plan else f"{target.plan.name} · {name}"
            self.targets[key] = target
            yield key, name

    @property
    def chosen(self):
        """选好的是哪项任务，名字；还没有选、选错了是空的。"""
        return self.names.get(self["target"].value(), "").strip()

    @cached_property
    def asked(self):
        """这项任务还问哪几样。"""
        return asked_of(self.targets[self["target"].value()]) if self.chosen else set(SOMETIMES)

    @property
    def more(self):
        """折在“更多”里的格子；这项任务不问、可已经填了的，也给人看着。"""
        used = [name for name in SOMETIMES if name in self.asked or self[name].value()]
        always = [name for name in ALWAYS if name not in {item.name for item in self.on_site}]
        return [self[name] for name in (*always, *used)]

    @property
    def on_site(self):
        """巡查发现的先问：哪天发现，哪天制止，通知书文号。"""
        return [self[name] for name in ("since_on", *FROM_DUTY)] if self.found_at else []

    def clean_target(self):
        return self.targets[self.cleaned_data["target"]]

    def clean_since_on(self):
        on = self.cleaned_data["since_on"]
        if on and on > self.today:
            raise forms.ValidationError(f"{long_date(on)} 还没有到，请填今天或以前的日期。")
        return on

    def _check_entry(self, data):
        """履职记录的问题归到哪项任务、在哪个村，是那次记录定的。"""
        entry = data.get("entry")
        if entry is None:
            return
        if data.get("target") and data["target"] != entry.duty.problem_target:
            name = entry.duty.problem_target.name
            self.add_error("target", f"“{entry.duty.name}”发现的问题归到“{name}”，请选它。")
        if entry.village_id and data.get("village") and data["village"].pk != entry.village_id:
            self.add_error("village", f"这次记录是{entry.village}的，请选{entry.village}。")
        found_on = data.get("since_on") or self.today
        if data.get("stopped_on") and data["stopped_on"] < found_on:
            self.add_error("stopped_on", "制止日期不能早于发现那天，请核对；还没有制止的清空。")

    def clean_stopped_on(self):
        on = self.cleaned_data["stopped_on"]
        if on and on > self.today:
            raise forms.ValidationError(f"{long_date(on)} 还没有到，请填今天或以前的日期。")
        return on

    def clean_area_mu(self):
        if self.cleaned_data["area_mu"] <= 0:
            raise forms.ValidationError("面积要大于 0 亩。")
        return self.cleaned_data["area_mu"]

    def clean(self):
        data = super().clean()
        self._check_entry(data)
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
        if entry := self.cleaned_data.get("entry"):
            found_on = facts["since_on"] or self.today
            facts |= {"duty_entry": entry, "found_on": found_on, "is_demo": entry.is_demo}
        else:
            facts = {name: value for name, value in facts.items() if name not in FROM_DUTY}
        position = self.cleaned_data.get("device")
        if position and any(position[:2]):
            names = ("found_lat", "found_lon", "found_accuracy_m")
            facts |= dict(zip(names, position, strict=True))
        return facts
