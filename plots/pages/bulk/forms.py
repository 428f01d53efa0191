"""成批办理：勾选的图斑一次上报、核实或退回；一块一块办，办不成的说明为什么。"""

import uuid

from django import forms
from django.db.models import Max

from plots import actions
from plots.actions import messages as words
from plots.actions.permissions import NotAllowed
from plots.actions.taking_back import take_back
from plots.actions.transaction import Changed, submit
from plots.models import RectificationRecord
from plots.pages.forms import ReasonsMixin, SubmissionForm, note_field
from taiping.ground import dates

BULK = {"report": "上报下一步", "confirm": "核实通过", "send_back": "退回"}


class BulkForm(ReasonsMixin, SubmissionForm):
    """verb 是 BULK 里的一种；提交标识只有一个，每块图斑由它派生出自己的；seen 是全库最后一条记录。"""

    note = note_field()
    field_order = ("client_key", "seen", "done_on", "reasons", "note")

    def __init__(self, *args, verb, **kwargs):
        self.verb, self.today = verb, dates.today()
        last = RectificationRecord.objects.aggregate(last=Max("pk"))["last"] or 0
        super().__init__(*args, today=self.today, seen=last, **kwargs)
        self.fields[
            "done_on"
        ].help_text = (
            "完成或核实的日期，勾选的图斑都用这一天；和这块图斑的先后对不上的会单独列出来。"
        )
        if verb != "send_back":
            del self.fields["reasons"]

    def asked_again(self):
        """选的变了，再问一次：填的还在，从现在的样子起重新看有没有变化。"""
        typed = {name: self.cleaned_data.get(name) for name in ("done_on", "reasons", "note")}
        return BulkForm(None, verb=self.verb, initial=typed)

    def clean_done_on(self):
        if self.cleaned_data["done_on"] > self.today:
            raise forms.ValidationError("这一天还没有到，请填今天或以前的日期。")
        return self.cleaned_data["done_on"]

    def clean(self):
        data = super().clean()
        if self.verb == "send_back":
            self.check_reasons(data)
        return data


def carry_out(form, patches, by):
    """一块一块办，各是各的事务：([办成的记录], [(图斑, 为什么没办成)])。"""
    data, done, refused = form.cleaned_data, [], []
    given = {"on": data["done_on"], "note": data["note"]}
    if form.verb == "send_back":
        given["reasons"] = data["reasons"]
    for patch in patches:
        key = uuid.uuid5(data["client_key"], f"{form.verb}:{patch.pk}")

        def act(context, key=key):
            return getattr(actions, form.verb).within(context, client_key=key, **given)

        try:
            done.append(submit(patch, act, by=by, client_key=key, seen=data["seen"]).record)
        except Changed as change:
            sentences = ["您勾选以后有了变化", *change.sentences, "请看清楚再办。"]
            refused.append((patch, "；".join(sentences)))
        except NotAllowed as refusal:
            refused.append((patch, str(refusal)))
    return done, refused


def is_answered(form, patches):
    """同一张表已经办过：再交一次只是把结果再说一遍。"""
    keys = keys_of(form.cleaned_data["client_key"], form.verb, patches)
    return RectificationRecord.objects.filter(client_key__in=list(keys)).exists()


def keys_of(client_key, verb, patches):
    """一次成批办理里每块图斑派生出来的提交标识：{标识: 图斑}。"""
    return {uuid.uuid5(client_key, f"{verb}:{patch.pk}"): patch for patch in patches}


def undo(client_key, verb, patches, by):
    """把一次成批办理的一块块撤回：([撤回的记录], [(图斑, 为什么撤不回)])。"""
    keys = keys_of(client_key, verb, patches)
    records = RectificationRecord.objects.filter(client_key__in=list(keys))
    taken, kept = [], []
    for record in records.select_related("patch").order_by("pk"):
        try:
            taken.append(take_back(record, by=by))
        except NotAllowed as refusal:
            kept.append((keys[record.client_key], str(refusal)))
    return taken, kept


def answer(verb, done):
    """办成的说成一句话。"""
    what = {"report": "已上报", "confirm": "已核实通过并销号", "send_back": "已退回"}[verb]
    area = words.amount(sum(record.area_mu for record in done))
    after = {
        "report": f"，{area}",
        "confirm": f"，{area}",
        "send_back": "，所在的村会在“我的任务”最前面看到",
    }[verb]
    return f"{what} {len(done)} 个图斑{after}。"
