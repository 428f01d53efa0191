"""上报一块图斑：村支部书记在手机上，镇工作人员在电脑上，同一张表。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from plots import actions, evidence
from plots.actions import messages as told
from plots.actions import permissions as permits
from plots.actions.messages import number
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import Entry, lock
from plots.ledger.queues import Card
from plots.models import Patch
from plots.pages.report.forms import FINAL, ReportForm
from villages.accounts import drafts


def report(request, pk):
    patch = _patch(request, pk)
    if request.method == "POST" and (
        first := told.first_answer(patch, request.POST.get("client_key"))
    ):
        return _done(request, first)
    if closed := _closed(request.user, patch):
        return _too_late(request, patch, closed)
    entry = Entry(patch, request.user, None, None, None)
    if request.method != "POST":
        return _show(request, ReportForm(entry=entry, seen=told.last_seen(patch)))
    if told.news(patch, number(request.POST.get("seen")), request.user):
        return _changed(request, pk)
    form = ReportForm(request.POST, request.FILES, entry=entry)
    if form.is_valid():
        try:
            return _done(request, _save(form, request.user))
        except Changed:
            return _changed(request, pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return _show(request, form)


class Changed(Exception):
    """打开表单以后，别人先动了这块图斑。"""


def _patch(request, pk):
    patches = Patch.objects.visible_to(request.user)
    return get_object_or_404(
        patches.select_related("target__plan", "village", "next_milestone__target__plan"), pk=pk
    )


def _closed(user, patch):
    """时机不对（已报齐、已销号、暂缓……）给一句话；人不对就是不许进。"""
    late = permits.by_status("report", user, patch)
    wrong = permits.by_role("report", user, patch)
    if wrong and not (late and user.is_secretary):
        raise PermissionDenied(wrong)
    return late


def _save(form, user):
    """上报和举证材料一起存，有一样不成就都不存。照片在锁住图斑以前已经查过、缩好。"""
    data = form.cleaned_data
    with evidence.saving():
        patch = lock(form.entry.patch)
        if first := told.first_answer(patch, data["client_key"]):
            return first
        if told.news(patch, data["seen"], user):
            raise Changed
        record = actions.report(
            patch,
            by=user,
            on=data["done_on"],
            client_key=data["client_key"],
            step=data["milestone"],
            area_mu=data["area_mu"],
            completes=data["amount"] == FINAL,
            note=data["note"],
            external_ref=data.get("external_ref", ""),
            photos=data["photo_count"],
        )
        owner = told.together(record).filter(milestone__min_photos__gt=0).last() or record
        for checked in data["evidence"]:
            evidence.store(owner, checked, user, device=data["device"])
    return record


def _done(request, record):
    messages.success(request, told.reported(record, timezone.localdate()))
    return _back(request, record.patch)


def _back(request, patch):
    return redirect("plots:my") if request.user.is_secretary else redirect("plots:patch", patch.pk)


def _too_late(request, patch, closed):
    """打开或交表的时候已经不能报了：说清是谁办的，交来的说明不丢。"""
    seen = number(request.POST.get("seen"))
    changed = told.news(patch, seen, request.user) if seen is not None else []
    kept = request.POST.get("note", "").strip()
    if not kept:
        messages.warning(request, "；".join([*changed, closed]))
        return _back(request, patch)
    return render(
        request,
        "plots/report/report.html",
        {"patch": patch, "changed": changed, "closed": closed, "kept": kept},
    )


def _changed(request, pk):
    """别人先动了这块图斑：把话说清，填的字留着，请他按现在的样子再交。"""
    patch = _patch(request, pk)
    if closed := _closed(request.user, patch):
        return _too_late(request, patch, closed)
    typed = {name: value for name, value in request.POST.items() if name not in ("seen", "step")}
    entry = Entry(patch, request.user, None, None, None)
    form = ReportForm(entry=entry, seen=told.last_seen(patch), initial=typed)
    changed = told.news(patch, number(request.POST.get("seen")), request.user)
    return _show(request, form, changed=changed, files_lost=bool(request.FILES))


def _show(request, form, **more):
    drafts.refill(request, form)
    entry = form.entry
    return render(
        request,
        "plots/report/report.html",
        {
            "form": form,
            "patch": entry.patch,
            "card": Card(entry.patch, entry.state, entry.today),
            "lacking": form.lacking(),
            "more_cameras": form.more_cameras(),
            **more,
        },
    )
