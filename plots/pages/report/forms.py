"""上报的表单：一页手机屏，该填的才出现。"""

import uuid

from django import forms
from django.core.exceptions import ValidationError

from plots.actions import missing_materials
from plots.actions.permissions import NotAllowed, step_by_role
from plots.ledger.queues import due_text
from plots.ledger.replay import is_check
from plots.pages.report.file_fields import EvidenceForm
from taiping.ground.area import plain, rounded

WHOLE, PART, FINAL = "whole", "part", "final"
PLENTY = 10_000  # 只想知道另一样缺不缺时，这一样当作足够


def steps_open_to(entry):
    """这个人这一次能一起报的步骤：下一步，和紧接着的、不归镇里区里核实的几步。"""
    first = entry.state.next_milestone
    found = []
    for milestone in entry.milestones[entry.milestones.index(first) :]:
        if is_check(milestone, entry.milestones) or step_by_role(entry.by, milestone):
            break
        found.append(milestone)
    return found


class ReportForm(EvidenceForm):
    """entry 是 plots.actions.transaction.Entry：图斑、经办人和现状都从它来。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="打开时的记录", widget=forms.HiddenInput)
    step = forms.ChoiceField(label="做到哪一步", widget=forms.RadioSelect)
    done_on = forms.DateField(
        label="完成日期",
        help_text="做完的那天，不是填表的这天。",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "invalid": "日期看不明白，请填如 2024-09-05。",
            "required": "请填完成日期。",
        },
    )
    amount = forms.ChoiceField(label="做了多少", widget=forms.RadioSelect)
    area_mu = forms.DecimalField(
        label="这次做了多少亩",
        required=False,
        max_digits=15,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "invalid": "面积请填数字，如 3.50。",
            "max_decimal_places": "面积最多 6 位小数。",
            "max_digits": "面积的位数太多，请核对。",
            "max_whole_digits": "面积的位数太多，请核对。",
        },
    )
    external_ref = forms.CharField(
        label="国土调查云上传编号",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, entry, seen=0, initial=None, **kwargs):
        self.entry, self.steps, self.now = entry, steps_open_to(entry), entry.state.next_step
        first = self.steps[0]
        super().__init__(
            *args,
            initial={
                "client_key": uuid.uuid4(),
                "seen": seen,
                "done_on": entry.today,
                "step": str(first.pk),
                "amount": WHOLE,
                **(initial or {}),
            },
            **kwargs,
        )
        self.fields["step"].choices = self._step_choices()
        self.fields["amount"].choices = self._amount_choices()
        self._say_about_ref()
        if len(self.steps) == 1:
            del self.fields["step"]

    def _say_about_ref(self):
        """上传编号：没有哪一步要，就不出现；下一步不要、后面的才要，说清是哪一步。"""
        needing = [s for s in self.steps if missing_materials(self.entry.patch, s, PLENTY)]
        self.ref_is_for_later = self.steps[0] not in needing
        if not needing:
            del self.fields["external_ref"]
        elif self.ref_is_for_later:
            self.fields["external_ref"].help_text = f"报到“{needing[0].name}”时要填。"
        else:
            self.fields["external_ref"].help_text = "在国土调查云 APP 上传后得到的编号，抄在这里。"

    @property
    def buttons(self):
        """按钮上的话，每种“做到哪一步”一句：上报复耕复种；上报复耕复种、举证上传。"""
        names = [step.name for step in self.steps]
        return [f"上报{'、'.join(names[:n])}" for n in range(1, len(names) + 1)]

    def _step_choices(self):
        first, *later = self.steps
        told = [(str(first.pk), f"{first.name}（{due_text(first, self.entry.today)}）")]
        return told + [
            (str(step.pk), f"一起报到{step.name}（{due_text(step, self.entry.today)}）")
            for step in later
        ]

    def _amount_choices(self):
        left = f"{rounded(self.now.remaining_mu)} 亩"
        whole = f"剩下的 {left}也做完了" if self.now.parts else f"全部完成（{left}）"
        return [
            (WHOLE, whole),
            (PART, f"只完成一部分（还剩 {left}）"),
            (FINAL, "只能做这么多，按填的面积算完成"),
        ]

    def lacking(self):
        """[(是不是后面的步骤才要, “还缺 1 张照片”)]；都不缺是空的。"""
        found = [
            (step, missing_materials(self.entry.patch, step, external_ref="有"))
            for step in self.steps
        ]
        return [
            (
                step != self.steps[0],
                f"报“{step.name}”{words[0]}" if len(self.steps) > 1 else words[0],
            )
            for step, words in found
            if words
        ]

    def more_cameras(self):
        """拍照的格子一次拍一张：最多要几张就给几格，至多三格；这里是第一格以外的。"""
        return range(2, min(max(step.min_photos for step in self.steps), 3) + 1)

    def clean_done_on(self):
        self.entry.on = self.cleaned_data["done_on"]
        try:
            self.entry.check_date()
        except NotAllowed as refusal:
            raise ValidationError(str(refusal)) from None
        return self.entry.on

    def clean(self):
        data = super().clean()
        chosen = (
            data.get("step", str(self.steps[0].pk))
            if "step" in self.fields
            else str(self.steps[0].pk)
        )
        data["milestone"] = next((step for step in self.steps if str(step.pk) == chosen), None)
        if data.get("amount") in (PART, FINAL):
            self._check_area(data)
        else:
            data["area_mu"] = None
        if data["milestone"] and not self.errors.get("amount"):
            self._check_materials(data)
        return data

    def _check_area(self, data):
        if self.errors.get("area_mu"):
            return
        area, left = data.get("area_mu"), self.now.remaining_mu
        if area is None or area <= 0:
            self.add_error("area_mu", "请填这次做了多少亩，要大于 0，如 3.50。")
        elif area > left:
            self.add_error(
                "area_mu",
                f"还剩 {plain(left)} 亩，这次填了 {plain(area)} 亩，请改成不超过剩下的面积。",
            )
        elif (
            data["amount"] == PART
            and data["milestone"] not in (None, self.steps[0])
            and area < left
        ):
            self.add_error("step", f"只做了一部分时请一步一步报：先报“{self.steps[0].name}”。")

    def _check_materials(self, data):
        """要做完的每一步，照片和上传编号齐不齐；话写在各自的格子旁边。"""
        if data["amount"] == PART and (data.get("area_mu") or 0) < self.now.remaining_mu:
            return
        photos, patch = data.get("photo_count", 0), self.entry.patch
        for step in self.steps[: self.steps.index(data["milestone"]) + 1]:
            where = f"“{step.name}”" if len(self.steps) > 1 else ""
            for sentence in missing_materials(patch, step, photos, "有"):
                self.add_error("camera", f"{where}{sentence}。")
            for sentence in missing_materials(patch, step, PLENTY, data.get("external_ref")):
                self.add_error("external_ref", f"{where}{sentence}。")
