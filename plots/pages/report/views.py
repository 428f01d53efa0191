"""上报一块图斑：村支部书记在手机上，镇工作人员在电脑上，同一张表。"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from plots.actions import messages as words
from plots.actions.transaction import ActionContext
from plots.ledger.village_tasks import Card
from plots.pages.file_fields import CheckedFiles
from plots.pages.report import sent
from plots.pages.report.entrance import closed, find
from plots.pages.report.facts import page_facts
from plots.pages.report.forms import ReportForm
from plots.pages.report.sent import act
from plots.pages.submission import submit_form
from taiping.ground.web import wants_json
from villages.accounts import drafts


def report_patch(request, pk):
    patch = find(request, pk)
    if request.method == "POST" and wants_json(request):
        return sent.submit(request, patch)
    if patch is None:
        raise Http404("没有这块图斑，或不在您负责的村。")
    if request.method == "POST":
        return _submit(request, patch)
    context = ActionContext(patch, request.user)
    if ended := closed(request.user, patch):
        return _too_late(request, context, ended)
    return _show(request, ReportForm(context=context))


def _submit(request, patch):
    """照片先查好、缩好，再锁住图斑；上报和举证材料一起存，有一样不成就都不存。"""
    files = CheckedFiles(request.FILES)

    def make_form(context):
        return ReportForm(request.POST, files, context=context)

    outcome = submit_form(request, patch, "report", make_form, act)
    if outcome.submitted:
        messages.success(request, words.reported(outcome.submitted))
        return _back(request, patch)
    context = outcome.context
    if ended := closed(request.user, context.patch) or outcome.refused:
        return _too_late(request, context, ended, outcome.changed)
    if outcome.changed:
        return _changed(request, outcome)
    return _show(request, outcome.form)


def _back(request, patch):
    return redirect("plots:my") if request.user.is_secretary else redirect("plots:patch", patch.pk)


def _too_late(request, context, ended, changed=()):
    """打开或交表的时候已经不能报了：说清是谁办的，交来的说明不丢。"""
    kept = request.POST.get("note", "").strip()
    if not kept:
        messages.warning(request, "；".join([*changed, ended]))
        return _back(request, context.patch)
    return render(
        request,
        "plots/report/report.html",
        {"patch": context.patch, "changed": changed, "closed": ended, "kept": kept},
    )


def _changed(request, outcome):
    """别人先动了这块图斑：把话说清，填的字留着，请他按现在的样子再交。"""
    anew = ("seen", "first", "step")
    typed = {name: value for name, value in request.POST.items() if name not in anew}
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
            "facts": page_facts(form),
            "lacking": form.lacking(),
            "more_cameras": form.more_cameras(),
            **more,
        },
    )
