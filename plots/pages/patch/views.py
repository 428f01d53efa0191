"""一块图斑：它的情况、下一步、时间线，和能办的事。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from plots import actions
from plots.actions import messages as told
from plots.actions import permissions as permits
from plots.actions.permissions import NotAllowed
from plots.actions.transaction import Entry, lock
from plots.evidence import listed
from plots.ledger.timeline import timeline
from plots.models import Patch, PatchShape, Status
from plots.models.deadlines import days_left_text, due_of
from plots.models.querysets import NOT_PRESSED
from plots.pages.checks.shown import checks_of
from plots.pages.map.small import small_map
from plots.pages.patch.offered_actions import DEEDS, answer, who_acts
from villages.accounts import drafts


def patch(request, pk):
    found = _patch(request, pk)
    today = timezone.localdate()
    visible = Patch.objects.visible_to(request.user)
    may = permits.allowed(request.user, found)
    events, replaced = timeline(found)
    entry = Entry(found, request.user, None, None, None)
    shape = PatchShape.objects.filter(pk=found.pk).select_related("batch").first()
    evidence, step = listed(found.evidence, request.user), found.next_milestone
    return render(
        request,
        "plots/patch/patch.html",
        {
            "patch": found,
            "step": step,
            "steps": entry.state.steps,
            "who": step and who_acts(found, step),
            "due_on": step and due_of(step),
            "days_text": days_left_text(step, today),
            "is_late": bool(step) and found.status not in NOT_PRESSED and due_of(step) < today,
            "is_deferred": found.status == Status.DEFERRED,
            "missing": actions.missing_materials(found, step)
            if step and step.actor == "VILLAGE"
            else [],
            "may_report": "report" in may,
            "deeds": [deed for verb, deed in DEEDS.items() if verb in may],
            "parent": visible.filter(pk=found.split_from_id).first()
            if found.split_from_id
            else None,
            "children": list(visible.filter(split_from=found).order_by("code"))
            if found.is_split
            else [],
            "evidence": evidence,
            "small_map": small_map(found, shape, evidence),
            "extra": list(found.extra.items()),
            "events": events,
            "replaced": replaced,
            "shape": shape,
            "checks": checks_of(found, request) if shape else [],
        },
    )


def patch_action(request, pk, action):
    found, deed = _patch(request, pk), DEEDS.get(action)
    if deed is None:
        raise Http404
    if refusal := permits.by_role(action, request.user, found):
        raise PermissionDenied(refusal)
    if request.method == "POST":
        return _submit(request, found, deed)
    if late := permits.by_status(action, request.user, found):
        messages.warning(request, late)
        return redirect("plots:patch", found.pk)
    return _show(request, deed, deed.form(entry=Entry(found, request.user, None, None, None)))


@transaction.atomic
def _submit(request, found, deed):
    """锁住再看：交过的给第一次的答复，别人先动过的说清楚，都没有才办。"""
    found = lock(found)
    if first := told.first_answer(found, request.POST.get("client_key")):
        return _done(request, first)
    form = deed.form(request.POST, entry=Entry(found, request.user, None, None, None))
    if changed := _news(request, form, found):
        late = permits.by_status(deed.verb, request.user, found)
        return _show(request, deed, form, changed=changed, late=late)
    if form.is_valid():
        data = form.cleaned_data
        try:
            return _done(
                request,
                deed.act(
                    found,
                    by=request.user,
                    on=data["done_on"],
                    client_key=data["client_key"],
                    **form.given(),
                ),
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return _show(request, deed, form)


def _patch(request, pk):
    patches = Patch.objects.visible_to(request.user)
    related = ("target__plan", "village", "batch", "created_by", "next_milestone__target__plan")
    return get_object_or_404(patches.select_related(*related), pk=pk)


def _done(request, record):
    messages.success(request, answer(record, timezone.localdate()))
    return redirect("plots:patch", record.patch_id)


def _news(request, form, found):
    """打开表单以后别人办了什么；说过一遍，再交就算看过了。填的字都留着。"""
    text = request.POST.get("seen", "")
    if not form.minds_news or not (text.isdecimal() and len(text) < 16):
        return []
    changed = told.news(found, int(text), request.user)
    if changed:
        form.data = form.data.copy()
        form.data["seen"] = str(told.last_seen(found))
    return changed


def _show(request, deed, form, **more):
    drafts.refill(request, form)
    return render(
        request,
        "plots/patch/action.html",
        {
            "deed": deed,
            "form": form,
            "patch": form.entry.patch,
            **more,
        },
    )
