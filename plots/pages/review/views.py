"""待核实：镇工作人员一块接一块地看，通过或退回，接着看下一块。"""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from plots import actions, evidence
from plots.actions import messages as told
from plots.actions import permissions as permits
from plots.actions.messages import number
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import Entry
from plots.ledger import queues as my
from plots.ledger.timeline import timeline
from plots.models import Kind, Patch, Status
from plots.models.deadlines import days_left_text, due_of
from plots.pages.review.forms import PASS, ReviewForm
from tasks.models import Milestone, Target
from villages.accounts import drafts
from villages.models import Village

PAGE = 30


def review(request):
    _town_only(request.user)
    queue, asked = _queue(request)
    everything = my.awaiting(request.user)
    page = Paginator(
        queue.select_related("target", "village", "next_milestone__target__plan"), PAGE
    ).get_page(request.GET.get("page"))
    return render(
        request,
        "plots/review/review.html",
        {
            "page": page,
            "cards": my.cards(page.object_list, timezone.localdate()),
            "asked": asked,
            "query": _query(asked),
            "targets": Target.objects.filter(patches__in=everything.values("pk")).distinct(),
            "villages": Village.objects.filter(patches__in=everything.values("pk")).distinct(),
            "total": my.awaiting_count(request.user),
        },
    )


def review_patch(request, pk):
    _town_only(request.user)
    patch = _patch(request, pk)
    queue, asked = _queue(request)
    if request.method == "POST" and (
        first := told.first_answer(patch, request.POST.get("client_key"))
    ):
        return _on(request, patch, queue, asked, _answer(first))
    if patch.status != Status.AWAITING or patch.is_split:
        return _on(request, patch, queue, asked, _meanwhile(request, patch), messages.WARNING)
    entry = Entry(patch, request.user, None, None, None)
    if request.method != "POST":
        return _show(request, ReviewForm(entry=entry, seen=told.last_seen(patch)), queue, asked)
    if changed := told.news(patch, number(request.POST.get("seen")), request.user):
        form = ReviewForm(
            entry=entry, seen=told.last_seen(patch), initial={"note": request.POST.get("note", "")}
        )
        return _show(request, form, queue, asked, changed=changed)
    form = ReviewForm(request.POST, entry=entry)
    if form.is_valid():
        try:
            return _on(request, patch, queue, asked, _answer(_save(form, request.user)))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return _show(request, form, queue, asked)


def _town_only(user):
    if not user.is_town:
        raise PermissionDenied("核实由镇工作人员办理。")


def _patch(request, pk):
    """带 reported_at 的图斑；已经不在队列里的也要，好接着往下看。"""
    patches = Patch.objects.visible_to(request.user).select_related(
        "target__plan", "village", "batch", "next_milestone__target__plan"
    )
    patch = get_object_or_404(patches, pk=pk)
    reports = patch.records.filter(kind=Kind.REPORT).order_by("-created_at")
    patch.reported_at = reports.values_list("created_at", flat=True).first() or timezone.now()
    return patch


def _queue(request):
    """按 ?target= 和 ?village= 筛过的队列；填错的不理会。"""
    asked = {
        name: n
        for name in ("target", "village")
        if (n := number(request.GET.get(name))) is not None
    }
    return my.awaiting(request.user).filter(**asked), asked


def _query(asked):
    return f"?{urlencode(asked)}" if asked else ""


def _save(form, user):
    data, patch = form.cleaned_data, form.entry.patch
    common = {
        "by": user,
        "on": data["done_on"],
        "client_key": data["client_key"],
        "note": data["note"],
    }
    if data["verdict"] == PASS:
        return actions.confirm(patch, **common)
    return actions.send_back(patch, step=data["milestone"], reasons=data["reasons"], **common)


def _answer(record):
    """办成了什么，一句话。"""
    patch = record.patch
    if record.kind == Kind.PASS:
        return f"{patch.code} {record.milestone.name}通过，{told.amount(record.area_mu)}，已销号。"
    return f"{patch.code} 已退回到“{record.milestone.name}”，{patch.village.name}会在“我的任务”最前面看到。"


def _meanwhile(request, patch):
    seen = number(request.POST.get("seen"))
    changed = told.news(patch, seen, request.user) if seen is not None else []
    last = changed or [told.deed(record, request.user) for record in _last(patch)]
    return "；".join([f"图斑 {patch.code} 现在是“{patch.status_text}”，不用核实了", *last]) + "。"


def _last(patch):
    return (
        patch.records.exclude(kind__in=told.QUIET)
        .select_related("by", "milestone")
        .order_by("-pk")[:1]
    )


def _on(request, patch, queue, asked, sentence, level=messages.SUCCESS):
    """说一句办成了什么，接着看队列里的下一块；没有了就回到列表。"""
    messages.add_message(request, level, sentence)
    after = my.following(queue, patch)
    where = reverse("plots:review_patch", args=[after.pk]) if after else reverse("plots:review")
    return redirect(where + _query(asked))


def _show(request, form, queue, asked, **more):
    drafts.refill(request, form)
    entry, patch = form.entry, form.entry.patch
    step, after = patch.next_milestone, my.following(queue, patch)
    files = evidence.listed(patch.evidence.all(), request.user)
    return render(
        request,
        "plots/review/review_patch.html",
        {
            "form": form,
            "patch": patch,
            "step": step,
            "query": _query(asked),
            "after": after,
            "by_district": step.actor == Milestone.Actor.DISTRICT,
            "due_text": my.due_text(step, entry.today),
            "days_text": days_left_text(step, entry.today),
            "is_late": due_of(step) < entry.today,
            "events": reversed(timeline(patch)[0]),
            "own": permits.by_status("confirm", request.user, patch),
            "evidence": [one for one in files if not one.record.is_withdrawn],
            "old_evidence": [one for one in files if one.record.is_withdrawn],
            "place": my.ahead(queue, patch) + 1,
            "queue_count": queue.count(),
            **more,
        },
    )
