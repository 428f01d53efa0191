"""成批办理：勾选的图斑一次上报、核实或退回；一块一块办，办不成的说明为什么。"""

import uuid

from django import forms
from django.db.models import Max
from django.utils import timezone

from plots import actions
from plots.actions import messages as told
from plots.actions.permissions import NotAllowed
from plots.models import Patch, Reason, RectificationRecord

BULK = {"report": "上报下一步", "confirm": "核实通过", "send_back": "退回"}
MOST = 500


class BulkForm(forms.Form):
    """verb 是 BULK 里的一种；提交标识只有一个，每块图斑由它派生出自己的。"""

    client_key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)  # 打开这张表时系统里最后一条记录
    done_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="完成或核实的日期，勾选的图斑都用这一天；和这块图斑的先后对不上的会单独列出来。",
        error_messages={"invalid": "日期看不明白，请填如 2024-09-05。", "required": "请填日期。"},
    )
    reasons = forms.MultipleChoiceField(
        label="退回理由",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "理由“%(value).30s”已经停用，请重新勾选。"},
    )
    note = forms.CharField(
        label="说明", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, verb, **kwargs):
        self.verb, self.today = verb, timezone.localdate()
        last = RectificationRecord.objects.aggregate(last=Max("pk"))["last"] or 0
        initial = {"client_key": uuid.uuid4(), "seen": last, "done_on": self.today}
        super().__init__(*args, initial=initial, **kwargs)
        if verb == "send_back":
            self.active = list(Reason.objects.filter(is_active=True))
            self.fields["reasons"].choices = [(reason.text, reason.text) for reason in self.active]
        else:
            del self.fields["reasons"]

    def clean_done_on(self):
        if self.cleaned_data["done_on"] > self.today:
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        return self.cleaned_data["done_on"]

    def clean(self):
        data = super().clean()
        ticked, note = data.get("reasons", []), data.get("note", "").strip()
        if self.verb == "send_back" and not {"reasons", "note"} & set(self.errors):
            if not ticked and not note:
                self.add_error("reasons", "请勾选退回理由，或在说明里写明原因。")
            elif not note and (
                wordy := [r.text for r in self.active if r.needs_note and r.text in ticked]
            ):
                self.add_error("note", f"勾了“{wordy[0]}”，请在这里写清楚。")
        return data


def picked(pks, user):
    """勾选的、看得见的图斑，按台账的顺序；地址里乱写的不理会。"""
    numbers = {int(pk) for pk in pks[:MOST] if pk.isdecimal() and len(pk) < 16}
    patches = Patch.objects.visible_to(user).filter(pk__in=numbers)
    related = patches.select_related("target__plan", "village", "next_milestone")
    return list(related.order_by("target__order", "village__order", "code", "pk"))


def carry_out(form, patches, by):
    """一块一块办，各是各的事务：([办成的记录], [(图斑, 为什么没办成)])。"""
    data, done, refused = form.cleaned_data, [], []
    given = {"reasons": data["reasons"]} if form.verb == "send_back" else {}
    for patch in patches:
        key = uuid.uuid5(data["client_key"], f"{form.verb}:{patch.pk}")
        if first := told.first_answer(patch, key):
            done.append(first)
        elif changed := told.news(patch, data["seen"], by):
            refused.append((patch, "；".join(["您勾选以后有了变化", *changed, "请看清楚再办。"])))
        else:
            try:
                act = getattr(actions, form.verb)
                done.append(
                    act(
                        patch, by=by, on=data["done_on"], note=data["note"], client_key=key, **given
                    )
                )
            except NotAllowed as refusal:
                refused.append((patch, str(refusal)))
    return done, refused


def answer(verb, done):
    """办成的说成一句话。"""
    what = {"report": "已上报", "confirm": "已核实通过并销号", "send_back": "已退回"}[verb]
    area = told.amount(sum(record.area_mu for record in done))
    after = {
        "report": f"，{area}",
        "confirm": f"，{area}",
        "send_back": "，所在的村会在“我的任务”最前面看到",
    }[verb]
    return f"{what} {len(done)} 个图斑{after}。"
