"""上报的表单：一页手机屏，该填的才出现。"""

from django import forms

from plots.actions.steps import steps_to_report
from plots.ledger.queues import due_text
from plots.pages.file_fields import EvidenceForm, PhoneClockField
from plots.pages.forms import PatchForm, area_field, note_field
from taiping.ground.area import figure, plain
from taiping.ground.form_fields import DayField

WHOLE, PART, FINAL = "whole", "part", "final"
REF_LABEL, REF_HELP = "上传编号", "上传后得到的编号，抄在这里。"
FINAL_LABEL = "只能做这么多，按填的面积算完成"
ENOUGH_PHOTOS = 10_000  # 只想知道另一样缺不缺时，这一样当作足够


# 手机上没交以前先照这几句查一遍（plots.pages.report.facts）
DAY_NEEDED = "请填完成日期。"
AREA_NEEDED = "请填这次做了多少亩，要大于 0，如 3.50。"
AREA_TOO_LARGE = "还剩 {left} 亩，这次填了 {area} 亩，请改成不超过剩下的面积。"
WHOLE_OR_PART = (
    "填了 {area} 亩，上面选的却是全部 {left} 亩。"
    "只做了这么多请选“只完成一部分”，都做完了请把这一格清空。"
)
ONE_BY_ONE = "只做了一部分时请一步一步报：先报“{step}”。"


def _about(sentence, area, left):
    return sentence.format(area=plain(area), left=plain(left))


class ReportFields(EvidenceForm):
    """上报表上的几格；没有网络时手机上摆出来的也是它。"""

    client_key = forms.UUIDField(label="提交标识", widget=forms.HiddenInput)
    seen = forms.IntegerField(label="打开时的记录", widget=forms.HiddenInput)
    done_on = DayField(
        label="完成日期",
        help_text="做完的那天，不是填表的这天。",
        error_messages={"required": DAY_NEEDED},
    )
    first = forms.IntegerField(label="从哪一步报起", required=False, widget=forms.HiddenInput)
    step = forms.ChoiceField(label="做到哪一步", widget=forms.RadioSelect)
    amount = forms.ChoiceField(label="做了多少", widget=forms.RadioSelect)
    area_mu = area_field("这次做了多少亩", required=False)
    external_ref = forms.CharField(
        label=REF_LABEL,
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocapitalize": "off"}),
    )
    note = note_field()
    made_at = PhoneClockField()


class ReportForm(ReportFields, PatchForm):
    """做到哪一步、哪天、多少亩、凭什么。"""

    def __init__(self, *args, context, initial=None, **kwargs):
        self.steps = steps_to_report(context)
        self.now = context.state.next_step
        first = self.steps[0].pk
        starting = {"first": first, "step": str(first), "amount": WHOLE}
        super().__init__(*args, context=context, initial={**starting, **(initial or {})}, **kwargs)
        self.labels = self._step_labels()
        self.fields["step"].choices = [
            (str(step.pk), label) for step, label in zip(self.steps, self.labels, strict=True)
        ]
        self.fields["amount"].choices = self._amount_choices()
        self._say_about_ref()
        if len(self.steps) == 1:
            del self.fields["step"]

    def _say_about_ref(self):
        """上传编号：没有哪一步要，就不出现；下一步不要、后面的才要，说清是哪一步。ref_help 是空的就是没有这一格。"""
        self.ref_help = ""
        needing = [s for s in self.steps if self.context.missing_materials(s, ENOUGH_PHOTOS)]
        self.ref_is_for_later = self.steps[0] not in needing
        if not needing:
            del self.fields["external_ref"]
            return
        self.ref_help = REF_HELP
        if self.ref_is_for_later:
            self.ref_help = f"报到“{needing[0].name}”时要填。"
        self.fields["external_ref"].label = self.context.upload_label
        self.fields["external_ref"].help_text = self.ref_help

    @property
    def buttons(self):
        """按钮上的话，每种“做到哪一步”一句：上报复耕复种；上报复耕复种、举证上传。"""
        names = [step.name for step in self.steps]
        return [f"上报{'、'.join(names[:n])}" for n in range(1, len(names) + 1)]

    def _step_labels(self):
        first, *later = self.steps
        together = [f"一起报到{step.name}（{self._due_text(step)}）" for step in later]
        return [f"{first.name}（{self._due_text(first)}）", *together]

    def _due_text(self, step):
        return due_text(step, self.context.today, self.context.patch.due_on)

    def _amount_choices(self):
        left = f"{figure(self.now.remaining_mu)} 亩"
        whole = f"剩下的 {left}也做完了" if self.now.parts else f"全部完成（{left}）"
        return [
            (WHOLE, whole),
            (PART, f"只完成一部分（还剩 {left}）"),
            (FINAL, FINAL_LABEL),
        ]

    def lacking(self):
        """[(是不是后面的步骤才要, “还缺 1 张照片”)]；都不缺是空的。"""
        found = []
        for step in self.steps:
            for sentence in self.context.missing_materials(step, external_ref="有")[:1]:
                named = f"报“{step.name}”{sentence}" if len(self.steps) > 1 else sentence
                found.append((step != self.steps[0], named))
        return found

    def more_cameras(self):
        """拍照的格子一次拍一张：最多要几张就给几格，至多三格；这里是第一格以外的。"""
        return range(2, min(max(step.min_photos for step in self.steps), 3) + 1)

    def clean(self):
        data = super().clean()
        self._check_first(data)
        chosen = data.get("step") if "step" in self.fields else str(self.steps[0].pk)
        by_pk = {str(step.pk): step for step in self.steps}
        data["milestone"] = by_pk.get(chosen)
        if data.get("amount") in (PART, FINAL):
            self._check_area(data)
        else:
            self._check_whole(data)
        if data["milestone"] and not self.errors.get("amount"):
            self._check_materials(data)
        return data

    def _check_first(self, data):
        """打开以后方案在前面添了一步的，不能没看见就一起报了。"""
        first = self.steps[0]
        if data.get("first") not in (None, first.pk):
            self.data = self.data.copy()
            self.data[self.add_prefix("first")] = first.pk  # 看过这句话，再交就是知道了
            self.add_error(
                None, f"您打开以后方案变了，现在该报“{first.name}”。请看清楚下面做到哪一步，再交。"
            )

    def _check_whole(self, data):
        """选了全部完成，又填了别的面积的：不知道哪一个对，问清楚，不替人拿主意。"""
        area, left = data.get("area_mu"), self.now.remaining_mu
        if data.get("amount") == WHOLE and area not in (None, left):
            self.add_error("area_mu", _about(WHOLE_OR_PART, area, left))
        data["area_mu"] = None

    def _check_area(self, data):
        if self.errors.get("area_mu"):
            return
        area, left = data.get("area_mu"), self.now.remaining_mu
        if area is None or area <= 0:
            self.add_error("area_mu", AREA_NEEDED)
        elif area > left:
            self.add_error("area_mu", _about(AREA_TOO_LARGE, area, left))
        elif (
            data["amount"] == PART
            and data["milestone"] not in (None, self.steps[0])
            and area < left
        ):
            self.add_error("step", ONE_BY_ONE.format(step=self.steps[0].name))

    def _check_materials(self, data):
        """要做完的每一步，照片和上传编号齐不齐；话写在各自的格子旁边。"""
        if data["amount"] == PART and (data.get("area_mu") or 0) < self.now.remaining_mu:
            return
        photos = data.get("photo_count", 0)
        last = self.steps.index(data["milestone"])
        for step in self.steps[: last + 1]:
            where = f"“{step.name}”" if len(self.steps) > 1 else ""
            for sentence in self.context.missing_materials(step, photos, "有"):
                self.add_error("camera", f"{where}{sentence}。")
            ref = data.get("external_ref")
            for sentence in self.context.missing_materials(step, ENOUGH_PHOTOS, ref):
                self.add_error("external_ref", f"{where}{sentence}。")
