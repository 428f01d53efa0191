"""通报下载以前要填的：发文字号、发文单位；网页和命令行同样检查。"""

from django import forms


class BulletinForm(forms.Form):
    number = forms.CharField(
        label="发文字号",
        required=False,
        max_length=40,
        help_text="如“太府发〔2024〕12号”；空着就留出空位手填。",
        error_messages={"max_length": "发文字号最多 40 个字，请改短。"},
    )
    issuer = forms.CharField(
        label="发文单位",
        required=False,
        max_length=60,
        help_text="写在标题上方和落款；空着就用方案的发文单位。",
        error_messages={"max_length": "发文单位最多 60 个字，请改短。"},
    )
