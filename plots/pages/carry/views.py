"""把没了结的结转到另一份方案：选方案 → 看会怎么转 → 确认。管理员用。"""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from plots.actions.carry_preview import foresee, plans_to_carry_to
from plots.actions.carrying import carry_over
from plots.actions.permissions import NotAllowed
from plots.pages.carry.forms import CarryForm
from taiping.ground.permissions import permission_required
from tasks.pages.question import question_of

SHOWN = 200  # 一块块地列，最多列这么多


@permission_required("plots.carry_over")
def carry(request):
    source = question_of(request).plan
    if source is None:
        raise Http404
    choices = plans_to_carry_to(source)
    to = _chosen(request.GET.get("to"), choices)
    if to is None:
        return _show(request, source, choices)
    if request.method == "POST":
        return _confirm(request, source, to, choices)
    preview = foresee(source, to)
    return _show(request, source, choices, preview, CarryForm(token=preview.token))


def _chosen(code, choices):
    """地址里选的方案；只有一份可选的，就是它。"""
    if not code and len(choices) == 1:
        return choices[0]
    for plan in choices:
        if plan.code == code:
            return plan
    return None


def _confirm(request, source, to, choices):
    form = CarryForm(request.POST, token="")
    if form.is_valid():
        data = form.cleaned_data
        try:
            done = carry_over(source, to, by=request.user, on=data["on"], token=data["token"])
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{len(done.moves)} 个图斑已经从{source}结转到{to}。")
            query = urlencode({"plan": to.code, "state": "brought"})
            return redirect(f"{reverse('plots:patch_list')}?{query}")
    preview = foresee(source, to)
    form.data = form.data.copy()
    form.data["token"] = preview.token
    return _show(request, source, choices, preview, form, status=422)


def _show(request, source, choices, preview=None, form=None, status=200):
    context = {
        "source": source,
        "choices": choices,
        "preview": preview,
        "form": form,
        "shown": SHOWN,
    }
    return render(request, "plots/carry/carry.html", context, status=status)
