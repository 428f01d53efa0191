"""带照片和文件的表单：别的表单继承 EvidenceForm，就多出“拍照”和“从相册或文件里选”两格。

class ReportForm(EvidenceForm): ...
form.cleaned_data["evidence"]      查过的 Checked 列表，交给 plots.evidence.store
form.cleaned_data["photo_count"]   有几张照片，交给 actions.report
"""

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from plots import evidence
from plots.evidence.sniff import BY_SUFFIX
from plots.evidence.storing import Device
from plots.models import PendingEvidence
from taiping.ground.dates import FIRST_YEAR, LAST_YEAR

LONGEST_POSITION = 100  # 浏览器给的三个数不到五十个字
LONGEST_MOMENT = 40
LONGEST_ORIGINALS = 4000  # 每张一百五十个字
LARGEST = 1_000_000_000  # 字节；数据库里放得下
SHA256 = re.compile(r"[0-9a-f]{64}")
TOO_MANY = "照片和文件一共 {count} 个，一次最多 {most} 个，请少选几个。"
PICK_AGAIN = "浏览器不会留住选好的文件，改好后照片需要重新选择。"
ANY_FILE = ",".join(
    ["image/*", *(suffix for suffix, file_type in BY_SUFFIX.items() if not file_type.is_photo)]
)


class Uploads(list):
    """一格里选的文件；查、缩只做一次。"""

    @cached_property
    def checked(self):
        """(合格的 Checked 列表, 错误的句子)。"""
        return evidence.check_all(self)


class CheckedFiles:
    """request.FILES 里的文件，一格一格先查好、缩好（要几秒），再锁图斑；交给表单当 files。"""

    def __init__(self, files):
        self.uploads = {name: Uploads(filter(None, files.getlist(name))) for name in files}
        for uploads in self.uploads.values():
            _ = uploads.checked

    def getlist(self, name):
        return self.uploads.get(name, Uploads())

    def __bool__(self):
        return bool(self.uploads)


class KeptUploads(Uploads):
    """先传来的：收的时候已经查过。"""

    @cached_property
    def checked(self):
        return list(self), []


class KeptFiles(CheckedFiles):
    """表上没有文件，只有先传来的；交给表单当 files。"""

    def __init__(self, pending: Iterable[PendingEvidence]):
        self.uploads = {"files": KeptUploads(pending)}


class MultipleFileInput(forms.FileInput):
    """选几个文件的格子；capture="environment" 时手机按下去直接打开后面的相机，一次拍一张。"""

    def __init__(self, attrs=None, *, accept=ANY_FILE, capture=""):
        self.allow_multiple_selected = not capture
        super().__init__(
            {"accept": accept, **({"capture": capture} if capture else {}), **(attrs or {})}
        )

    def value_from_datadict(self, data, files, name):
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name, [])


class MultipleFileField(forms.FileField):
    """几个文件 → Checked 的列表；有不收的就列出全部，每句说一个文件。"""

    widget = MultipleFileInput

    def __init__(self, *, accept=ANY_FILE, capture="", **kwargs):
        kwargs.setdefault("widget", MultipleFileInput(accept=accept, capture=capture))
        kwargs.setdefault("error_messages", {"required": "还没有选照片或文件，请选好再交。"})
        super().__init__(**kwargs)

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, Uploads) else Uploads(filter(None, data or []))
        if not uploads:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return []
        good, errors = uploads.checked
        if errors:
            raise ValidationError([*errors, PICK_AGAIN])
        return good

    def has_changed(self, initial, data):
        return bool(data)


def device_position(text: str | None) -> Device | None:
    """浏览器给的位置：“纬度,经度,精度米” → (Decimal, Decimal, int)。只作参考：没有、写坏了都当没给，不拦上报。"""
    parts = str(text or "")[:LONGEST_POSITION].split(",")
    try:
        lat, lon = (Decimal(part).quantize(Decimal("0.000001")) for part in parts[:2])
        accuracy = min(round(float(parts[2])), 1_000_000)
        is_on_earth = abs(lat) <= 90 and abs(lon) <= 180
    except (ArithmeticError, ValueError, IndexError):
        return None
    return (lat, lon, accuracy) if is_on_earth and accuracy >= 0 else None


class DeviceField(forms.CharField):
    """藏着的一格：浏览器给的位置。"""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.HiddenInput, **kwargs)

    def clean(self, value):
        return device_position(value)


class OriginalsField(forms.CharField):
    """藏着的一格：在手机上缩小过的照片 → 原照片，JSON {"收到的 SHA-256": ["原照片的 SHA-256", 字节]}；读不出的当没有。"""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.HiddenInput, **kwargs)

    def clean(self, value):
        try:
            given = json.loads(str(value or "")[:LONGEST_ORIGINALS])
            pairs = {sent: (str(sha), int(size)) for sent, (sha, size) in given.items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            return {}
        return {
            sent: (sha, size)
            for sent, (sha, size) in pairs.items()
            if SHA256.fullmatch(sha) and 0 < size < LARGEST
        }


class PhoneClockField(forms.CharField):
    """藏着的一格：手机上按下“上报”的时刻，ISO 格式。手机的钟可以乱：读不出、不可信的当没有。"""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.HiddenInput, **kwargs)

    def clean(self, value):
        try:
            moment = parse_datetime(str(value or "")[:LONGEST_MOMENT])
        except ValueError:
            return None
        if moment is None or timezone.is_naive(moment):
            return None
        return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None


class EvidenceForm(forms.Form):
    """照片和文件两格，合起来不超过一次的上限。别处有错时也说一声：照片要重新选。"""

    camera = MultipleFileField(
        label="拍照", required=False, accept="image/*", capture="environment"
    )
    files = MultipleFileField(label="从相册或文件里选", required=False)

    def clean(self):
        data = super().clean()
        chosen = {one.sha256: one for name in ("camera", "files") for one in data.get(name) or []}
        data["evidence"] = list(chosen.values())
        data["photo_count"] = evidence.photo_count(data["evidence"])
        if self.errors.keys() & {"camera", "files"}:
            data["photo_count"] = self._sent()  # 已经在说这些文件的错了，不再说缺照片
        elif len(chosen) > settings.EVIDENCE_MAX_FILES:
            most = settings.EVIDENCE_MAX_FILES
            self.add_error("files", TOO_MANY.format(count=len(chosen), most=most))
        return data

    @property
    def must_pick_again(self):
        """交来了文件而表单没有通过时，页面上的那句提醒；文件自己的错里已经说过就不重复。"""
        said = any(PICK_AGAIN in self.errors.get(name, ()) for name in ("camera", "files"))
        return PICK_AGAIN if self.errors and self._sent() and not said else ""

    def _sent(self):
        if not self.files:
            return 0
        return sum(len(self.files.getlist(self.add_prefix(name))) for name in ("camera", "files"))


class ShrunkForm(EvidenceForm):
    """没有草稿的表（添加图斑、记常态工作）：照片在手机上缩小过的，原照片的校验值跟着走。"""

    originals = OriginalsField()

    def clean(self):
        data = super().clean()
        originals = data.get("originals", {})
        data["evidence"] = [
            replace(one, original=originals.get(one.sha256)) for one in data["evidence"]
        ]
        return data
