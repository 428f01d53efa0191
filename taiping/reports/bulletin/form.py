"""通报下载以前要填的：红头、文号、成文日期、版记；网页和命令行同样检查。"""

import re

from django import forms

from taiping.ground import dates
from taiping.ground.form_fields import DayField

HEADS = {"red": "画出来", "blank": "留空（用红头纸）"}
YEAR = re.compile(r"[\[\(（［【〔](\d{4})[\]\)）］】〕]")
BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")


class WordsField(forms.CharField):
    """一行字：粘贴来的换行、制表符当空格，不在纸上另起一行。"""

    def to_python(self, value):
        return BREAKS.sub(" ", super().to_python(value))


def words_field(label, most, help_text):
    return WordsField(
        label=label,
        required=False,
        max_length=most,
        help_text=help_text,
        error_messages={"max_length": f"{label}最多 {most} 个字，请改短。"},
    )


class BulletinForm(forms.Form):
    number = words_field("发文字号", 40, "如“某府发〔2024〕12号”；空着就留出空位手填。")
    signed_on = DayField(
        label="成文日期",
        required=False,
        help_text="写在落款下面，不是数据截至的那天；空着就是今天。",
    )
    issuer = words_field("发文单位", 60, "写在标题上方和落款；空着就用方案的发文单位。")
    head = forms.ChoiceField(
        label="红头",
        required=False,
        choices=HEADS.items(),
        help_text="用印好的红头纸打印，选留空：地方一样大，只是不画。",
        error_messages={"invalid_choice": "红头没有“%(value).20s”这一项，请选画出来或留空。"},
    )
    mark = words_field("发文机关标志", 40, "红头上的字；空着就是发文单位加“文件”二字。")
    copies = words_field("抄送", 200, "版记里的抄送机关，几个用逗号隔开；空着就不写。")
    printer = words_field("印发机关", 60, "写在版记里；空着就用发文单位。")
    printed_on = DayField(
        label="印发日期", required=False, help_text="写在版记里；空着就是成文日期。"
    )

    def __init__(self, given=None, **kwargs):
        """没问过的，成文日期先写上今天。"""
        if given is not None and "signed_on" not in given:
            given = {**_plain(given), "signed_on": dates.today().isoformat()}
        super().__init__(given, **kwargs)

    def clean_number(self):
        """年份的括号统一成六角括号；没有年份的多半是没写全。"""
        number = YEAR.sub(r"〔\1〕", self.cleaned_data["number"])
        if number and "〔" not in number:
            raise forms.ValidationError(
                f"“{number}”里没有用六角括号括起来的年份，请写成“某府发〔2024〕12号”这样，或空着手填。"
            )
        return number


def _plain(given):
    return given.dict() if hasattr(given, "dict") else dict(given)
