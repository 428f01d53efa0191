"""一块图斑：它的情况、下一步、时间线，和能办的事。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from plots.actions import permissions
from plots.actions.transaction import ActionContext
from plots.evidence import listed
from plots.ledger.orders import orders_on, remarks_left
from plots.ledger.timeline import timeline
from plots.models import Evidence, Patch, RemedyDocument, Status
from plots.models.deadlines import days_left_text, due_next
from plots.models.querysets import NOT_PRESSED
from plots.pages.checks.shown import checks_of, told_of
from plots.pages.map.small import small_map, ways_to
from plots.pages.orders.forms import with_answers
from plots.pages.patch.offered_actions import OFFERED, answer, who_acts
from plots.pages.patch.that_day import that_day
from plots.pages.remedies.section import section_of
from plots.pages.submission import submit_form
from taiping.ground.web import came_from
from tasks.models import Milestone
from villages.accounts import drafts


def patch_detail(request, pk):
    patch = _patch(request, pk, "shape__batch")
    context = ActionContext(patch, request.user)
    may = permissions.allowed(request.user, patch)
    events, replaced = timeline(patch, context.records)
    shape = getattr(patch, "shape", None)  # 没有图形的就没有这一行
    place = shape or patch.spot
    checks = checks_of(patch, request) if shape else []
    family = _family(request.user, patch)
    evidence = listed(_evidence(patch), request.user, context.records)
    return render(
        request,
        "plots/patch/patch.html",
        {
            "patch": patch,
            "came_from": came_from(request, reverse("plots:patch_list")),
            "that_day": that_day(request, patch),
            "today": context.today,
            "orders": with_answers(orders_on(patch, request.user, context.today), request.user),
            "remarks": remarks_left(context.records),
            **_next_step(context),
            **family,
            "steps": context.state.steps,
            "is_deferred": patch.status == Status.DEFERRED,
            "may_report": "report" in may,
            "offered_actions": [offered for verb, offered in OFFERED.items() if verb in may],
            "evidence": evidence,
            "remedies": section_of(request.user, patch),
            "small_map": small_map(patch, place, evidence),
            "ways": ways_to(place) if place else [],
            "extra": list(patch.extra.items()),
            "events": events,
            "replaced": replaced,
            "shape": shape,
            "checks": checks,
            "checks_told": told_of(patch, checks) if shape else "",
        },
    )


def _next_step(context):
    """下一步：叫什么、谁办、哪天前、还差什么。"""
    patch, step = context.patch, context.patch.next_milestone
    if step is None:
        return {"step": None, "missing": []}
    due = due_next(patch)
    by_village = step.actor == Milestone.Actor.VILLAGE
    return {
        "step": step,
        "who": who_acts(patch, step),
        "due_on": due,
        "is_own_due": due == patch.due_on,
        "days_text": days_left_text(due, context.today),
        "is_late": patch.status not in NOT_PRESSED and due < context.today,
        "missing": context.missing_materials(step) if by_village else [],
    }


def _family(user, patch):
    """从哪一块拆出来、结转来的，拆成了哪几块、结转到哪一块；看得见的才有。"""
    visible = Patch.objects.visible_to(user)
    parent, children = None, []
    if patch.split_from_id:
        papers = RemedyDocument.objects.filter(patch=OuterRef("pk"), withdrawn_at=None).order_by()
        parent = visible.annotate(has_papers=Exists(papers)).filter(pk=patch.split_from_id).first()
    if patch.is_split:
        children = list(visible.filter(split_from=patch).order_by("code"))
    elsewhere = visible.select_related("target__plan")
    before, after = None, None
    if patch.carried_from_id:
        before = elsewhere.filter(pk=patch.carried_from_id).first()
    if patch.status == Status.CARRIED:
        after = elsewhere.filter(carried_from=patch).first()
    return {"parent": parent, "children": children, "carried_from": before, "carried_to": after}


def _evidence(patch):
    """这块图斑的材料；结转来的，连着以前各份方案里的。"""
    pks, before = [patch.pk], patch.carried_from_id
    while before:
        pks.append(before)
        before = Patch.objects.values_list("carried_from", flat=True).get(pk=before)
    return Evidence.objects.filter(patch__in=pks)


def patch_action(request, pk, action):
    found, offered = _patch(request, pk), OFFERED.get(action)
    if offered is None:
        raise Http404
    if refusal := permissions.by_role(action, request.user, found):
        raise PermissionDenied(refusal)
    if request.method == "POST":
        return _submit(request, found, offered)
    if late := permissions.by_status(action, request.user, found):
        messages.warning(request, late)
        return redirect("plots:patch", found.pk)
    return _show(request, offered, offered.form(context=ActionContext(found, request.user)))


def _submit(request, found, offered):
    def make_form(context):
        return offered.form(request.POST, context=context)

    def act(context, form):
        data = form.cleaned_data
        common = {"on": data["done_on"], "client_key": data["client_key"]}
        return offered.act.within(context, **common, **form.given())

    minds = offered.form.minds_news
    outcome = submit_form(request, found, offered.verb, make_form, act, minds_news=minds)
    if outcome.submitted:
        messages.success(request, answer(outcome.submitted))
        return redirect("plots:patch", found.pk)
    if outcome.changed:
        return _changed(request, offered, outcome)
    return _show(request, offered, outcome.answered_form(make_form))


def _changed(request, offered, outcome):
    """打开表单以后别人办了什么；说过一遍，再交就算看过了。填的字都留着。"""
    context = outcome.context
    typed = request.POST.copy()
    typed["seen"] = str(context.last_seen)
    late = permissions.by_status(offered.verb, request.user, context.patch)
    form = offered.form(typed, context=context)
    return _show(request, offered, form, changed=outcome.changed, late=late)


def _patch(request, pk, *more):
    related = ("target__plan", "village", "batch", "created_by", "remedy", *more)
    return get_object_or_404(Patch.objects.visible_to(request.user).select_related(*related), pk=pk)


def _show(request, offered, form, **more):
    drafts.refill(request, form)
    return render(
        request,
        "plots/patch/action.html",
        {
            "offered": offered,
            "form": form,
            "patch": form.context.patch,
            **more,
        },
    )
