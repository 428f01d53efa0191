"""我的任务上面找图斑的一格。"""

from django import forms


class FindForm(forms.Form):
    """要找的字；写错了（太长、有空字符）就说一句，列表照没有搜的列。"""

    q = forms.CharField(
        label="找图斑：编号、小地名、承包人",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "enterkeyhint": "search"}),
        error_messages={"max_length": "最多 %(limit_value)d 个字。"},
    )

    @property
    def words(self) -> str:
        return self.cleaned_data.get("q", "") if self.is_valid() else ""
