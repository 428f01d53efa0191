"""整改路径和材料的表单：定路径、交一样材料、撤回。"""

import uuid
from dataclasses import replace

from django import forms

from plots.models import RemedyDocument
from plots.pages.file_fields import EvidenceForm, OriginalsField
from plots.pages.forms import RouteField
from taiping.ground.form_fields import DayField


class RouteForm(forms.Form):
    """seen 是打开时的路径。停用了的路径，正走着的图斑还列着它。"""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    route = RouteField(required=False, empty_label="还没有定")

    def __init__(self, *args, patch, **kwargs):
        given = {"route": patch.remedy_id, "seen": patch.remedy_id or ""}
        super().__init__(*args, initial=given, **kwargs)
        if patch.remedy_id and not patch.remedy.in_use:
            routes = self.fields["route"]
            now = type(patch.remedy).objects.filter(pk=patch.remedy.pk)
            routes.queryset = routes.queryset | now


class DocumentForm(EvidenceForm):
    """交一样材料：要什么就问什么。former 是眼下的一份，改一样时别的不用再填。"""

    client_key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(
        label="编号或数",
        max_length=60,
        required=False,
    )
    on = DayField(label="日期", error_messages={"required": "请填日期。"})
    words = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
    )

    originals = OriginalsField()

    field_order = ("client_key", "seen", "number", "on", "words", "camera", "files")

    def __init__(self, *args, item, former: RemedyDocument | None, today, **kwargs):
        starting = {"client_key": uuid.uuid4(), "seen": former.pk if former else 0}
        if former:
            starting |= {"number": former.number, "on": former.on, "words": former.words}
        elif not item.needs_date:
            starting["on"] = today
        super().__init__(*args, initial=starting, **kwargs)
        if item.needs_number:
            self.fields["number"].label = f"{item.name}（编号或数）"
        else:
            del self.fields["number"]
        self.fields["on"].label = item.name if item.needs_date else "哪天交来的"
        if item.needs_date and not item.name.endswith("日期"):
            self.fields["on"].label = f"{item.name}（日期）"

    @property
    def plain_fields(self):
        """照片和文件以外的。"""
        apart = ("camera", "files", "originals")
        return [item for item in self if item.name not in apart]

    def given(self):
        """交给动作的：没有问的不在内；缩小过的照片记着原照片。"""
        data = self.cleaned_data
        names = ("client_key", "seen", "number", "on", "words")
        files = [
            replace(one, original=data["originals"].get(one.sha256)) for one in data["evidence"]
        ]
        return {name: data[name] for name in names if name in data} | {"files": files}
