"""撤回一条的那一页：写明为什么。按了两次的、别人先撤回的，说一声是谁撤回的，回到原处。"""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tasks.models.withdrawing import Withdrawable
from villages.accounts import drafts

REASON_LIMIT = Withdrawable._meta.get_field("withdrawal_reason").max_length


class WithdrawForm(forms.Form):
    """example 是格子下面的例子，如“少写了一位”。"""

    reason = forms.CharField(
        label="为什么撤回",
        max_length=REASON_LIMIT,
        error_messages={
            "required": "请写明为什么撤回。",
        },
    )

    def __init__(self, *args, example: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = f"如{example}。"


def withdrawal(
    request: HttpRequest,
    thing: Withdrawable,
    *,
    refused: str,
    act: Callable[[str], object],
    example: str,
    back: str,
    refusals: type[Exception] = PermissionDenied,
) -> HttpResponse | WithdrawForm:
    """撤回好了、早已撤回的回 back；没有交、填得不对的是那张表。

    refused 是现在不能撤回的那句话，给 403；act 收理由去撤回，撤不了的抛 refusals。
    """
    if thing.is_withdrawn:
        return _already(request, thing, back)
    if refused:
        raise PermissionDenied(refused)
    form = WithdrawForm(request.POST or None, example=example)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except refusals as late:
            thing.refresh_from_db()
            if thing.is_withdrawn:
                return _already(request, thing, back)
            form.add_error(None, str(late))
        else:
            messages.success(request, f"已撤回：{thing}。记录还留着，写着撤回的人和理由。")
            return redirect(back)
    drafts.refill(request, form)
    return form


def _already(request, thing, back):
    messages.warning(request, f"{thing}{thing.withdrawn_words}，没有再撤回。")
    return redirect(back)
