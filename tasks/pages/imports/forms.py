"""上传方案文件的表单。"""

import re
from pathlib import PurePosixPath

from django import forms
from django.conf import settings

SUFFIXES = (".xlsx", ".xls", ".json")
UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]')


class PlanFileForm(forms.Form):
    file = forms.FileField(
        label="方案文件",
        help_text="导出的方案表（.xlsx，改好另存即可）、老的 .xls，或方案数据 .json。",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
        allow_empty_file=True,
        error_messages={"required": "还没有选文件。请选一个 .xlsx、.xls 或 .json 文件。"},
    )

    def clean_file(self):
        file, limit = self.cleaned_data["file"], settings.PLAN_FILE_MAX_BYTES
        file.name = safe_name(file.name)
        suffix = PurePosixPath(file.name).suffix.lower()
        if suffix not in SUFFIXES:
            raise forms.ValidationError(
                f"“{file.name}”不是方案文件。请选 .xlsx、.xls 或 .json 文件。"
            )
        if not file.size:
            raise forms.ValidationError(f"“{file.name}”是空文件（0 字节）。请检查文件是否传完整。")
        if file.size > limit:
            size, most = file.size / 1024 / 1024, limit / 1024 / 1024
            raise forms.ValidationError(
                f"“{file.name}”有 {size:.1f} MB，最多 {most:g} MB。请删去文件里的图片和用不到的表。"
            )
        return file


def safe_name(name):
    """上传的文件名只留最后一段，去掉控制字符和各系统不许用的字符，最长 100 个字。"""
    name = UNFIT.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])
    stem, dot, suffix = name.strip(" .").rpartition(".")
    return f"{stem[:92]}{dot}{suffix[:7]}" or "方案"
