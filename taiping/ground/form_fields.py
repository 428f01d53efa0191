"""表单的格子。"""

import re
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.forms import ClearableFileInput, DateField, DateInput, FileField, ModelChoiceField
from django.forms.models import ModelChoiceIterator

from taiping.ground.dates import parse_day

MB = 1024 * 1024
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]')


class ListedOnce(ModelChoiceIterator):
    """选项只查一次：Django 的下拉框先看头一项、再画全部，各查一遍。每张表单各有一个，不会陈旧。"""

    listed = None

    def __iter__(self):
        if self.listed is None:
            self.listed = self.field.arranged(list(super().__iter__()))
        return iter(self.listed)


class ListedChoiceField(ModelChoiceField):
    """从库里选一样，选项只查一次。"""

    iterator = ListedOnce

    def arranged(self, choices: list) -> list:
        """摆出来的先后和写法；一般照查到的。"""
        return choices

    @property
    def instances(self) -> list[Model]:
        """摆出来的每一样。"""
        return [value.instance for value, _ in self.widget.choices if value]


class DayField(DateField):
    """哪一天：写法、限度和说法跟地址里、命令行上的一样，见 taiping.ground.dates。"""

    widget = DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        if value is None or isinstance(value, date):
            return value
        try:
            return parse_day(value)
        except ValueError as refusal:
            raise ValidationError(str(refusal), code="invalid") from None


class UploadField(FileField):
    """选一个文件上传：名字收拾过；后缀、是不是空的、有多大，不对的说清楚是什么、怎么办。

    limit 是设置里最多多少字节的那一项；wrong、shrink 接在文件名后面，说什么能传、怎么变小；
    known_wrong 是 {后缀: 一句话}，{} 处写文件名：常有人传错的。refuse 给了的，收不收不看后缀，看它说的那句话。
    """

    def __init__(self, *, suffixes, limit, shrink, wrong="", known_wrong=(), refuse=None, **kwargs):
        self.suffixes, self.limit, self.refuse = suffixes, limit, refuse
        self.wrong, self.shrink, self.known_wrong = wrong, shrink, dict(known_wrong)
        widget = ClearableFileInput(attrs={"accept": ",".join(suffixes)})
        super().__init__(allow_empty_file=True, widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> UploadedFile | None:
        file = super().clean(data, initial)
        if file:
            file.name = safe_name(file.name)
            if refusal := self._refusal(file):
                raise ValidationError(refusal)
        return file or None

    def _refusal(self, file):
        suffix, most = suffix_of(file.name), getattr(settings, self.limit)
        if suffix in self.known_wrong:
            return self.known_wrong[suffix].format(file.name)
        if self.refuse is None and suffix not in self.suffixes:
            return f"“{file.name}”{self.wrong}"
        if not file.size:
            return f"“{file.name}”是空文件（0 字节）。请检查文件是否传完整。"
        if self.refuse and (refusal := self.refuse(file)):
            return refusal
        if file.size > most:
            return f"“{file.name}”有 {file.size / MB:.1f} MB，最多 {most / MB:g} MB。{self.shrink}"
        return ""


def suffix_of(name: str) -> str:
    """文件名的后缀，小写，带点。"""
    return PurePosixPath(name).suffix.lower()


def safe_name(name: str) -> str:
    """上传的文件名只留最后一段，去掉控制字符和各系统不许用的字符，最长 100 个字。"""
    name = UNFIT.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])
    stem, dot, suffix = name.strip(" .").rpartition(".")
    return f"{stem[:92]}{dot}{suffix[:7]}" or "方案"
