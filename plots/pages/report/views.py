"""上报一块图斑：村支部书记在手机上，镇工作人员在电脑上，同一张表。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from plots import actions, evidence
from plots.actions import messages as words
from plots.actions import permissions
from plots.actions.transaction import ActionContext
from plots.ledger.queues import Card
from plots.models import Patch
from plots.pages.report.file_fields import CheckedFiles
from plots.pages.report.forms import FINAL, ReportForm
from plots.pages.submission import submit_form
from villages.accounts import drafts


def report_patch(request, pk):
    patch = get_object_or_404(Patch.objects.visible_to(request.user).with_steps(), pk=pk)
    if request.method == "POST":
        return _submit(request, patch)
    context = ActionContext(patch, request.user)
    if closed := _closed(request.user, patch):
        return _too_late(request, context, closed)
    return _show(request, ReportForm(context=context))


def _closed(user, patch):
    """时机不对（已报齐、已销号、暂缓……）给一句话；人不对就是不许进。"""
    late = permissions.by_status("report", user, patch)
    wrong = permissions.by_role("report", user, patch)
    if wrong and not (late and user.is_secretary):
        raise PermissionDenied(wrong)
    return late


def _submit(request, patch):
    """照片先查好、缩好，再锁住图斑；上报和举证材料一起存，有一样不成就都不存。"""
    files = CheckedFiles(request.FILES)

    def make_form(context):
        return ReportForm(request.POST, files, context=context)

    outcome = submit_form(request, patch, "report", make_form, _act)
    if outcome.submitted:
        messages.success(request, words.reported(outcome.submitted))
        return _back(request, patch)
    context = outcome.context
    if closed := _closed(request.user, context.patch) or outcome.refused:
        return _too_late(request, context, closed, outcome.changed)
    if outcome.changed:
        return _changed(request, outcome)
    return _show(request, outcome.form)


def _act(context, form):
    data = form.cleaned_data
    record = actions.report.within(
        context,
        on=data["done_on"],
        client_key=data["client_key"],
        step=data["milestone"],
        area_mu=data["area_mu"],
        completes=data["amount"] == FINAL,
        note=data["note"],
        external_ref=data.get("external_ref", ""),
        photos=data["photo_count"],
    )
    owner = record
    for part in context.together(record):
        if part.milestone.min_photos:
            owner = part
    for checked in data["evidence"]:
        evidence.store(owner, checked, context.by, device=data["device"])
    return record


def _back(request, patch):
    return redirect("plots:my") if request.user.is_secretary else redirect("plots:patch", patch.pk)


def _too_late(request, context, closed, changed=()):
    """打开或交表的时候已经不能报了：说清是谁办的，交来的说明不丢。"""
    kept = request.POST.get("note", "").strip()
    if not kept:
        messages.warning(request, "；".join([*changed, closed]))
        return _back(request, context.patch)
    return render(
        request,
        "plots/report/report.html",
        {"patch": context.patch, "changed": changed, "closed": closed, "kept": kept},
    )


def _changed(request, outcome):
    """别人先动了这块图斑：把话说清，填的字留着，请他按现在的样子再交。"""
    typed = {name: value for name, value in request.POST.items() if name not in ("seen", "step")}
    form = ReportForm(context=outcome.context, initial=typed)
    return _show(request, form, changed=outcome.changed, files_lost=bool(request.FILES))


def _show(request, form, **more):
    drafts.refill(request, form)
    context = form.context
    return render(
        request,
        "plots/report/report.html",
        {
            "form": form,
            "patch": context.patch,
            "card": Card(context.patch, context.state, context.today),
            "lacking": form.lacking(),
            "more_cameras": form.more_cameras(),
            **more,
        },
    )
