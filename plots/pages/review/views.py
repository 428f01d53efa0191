"""待核实：镇工作人员一块接一块地看，通过或退回，接着看下一块。"""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Exists, F
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from plots import actions, evidence
from plots.actions import messages as words
from plots.actions import permissions
from plots.actions.transaction import ActionContext
from plots.ledger import queues
from plots.ledger.timeline import timeline
from plots.models import Kind, Patch, Status
from plots.models.deadlines import days_left_text, due_next
from plots.pages.patch_list.rows import CountedPages
from plots.pages.review.forms import PASS, ReviewForm
from plots.pages.review.rows import rows_of
from plots.pages.submission import submit_form
from taiping.ground import dates
from taiping.ground.permissions import permission_required
from taiping.ground.web import whole_number
from tasks.models import Milestone, Plan, Target
from villages.accounts import drafts
from villages.models import Village

PAGE = 30


@permission_required("plots.review")
def review(request):
    found, chosen = _chosen(request)
    everything = queues.waiting(request.user)
    in_line = queues.in_line(found).values_list("pk", flat=True)
    total = queues.awaiting_count(request.user)
    count = found.count() if chosen else total
    page = CountedPages(in_line, count, PAGE).get_page(request.GET.get("page"))
    rows = rows_of(_in_full(page.object_list), request.user)
    return render(
        request,
        "plots/review/review.html",
        {
            "page": page,
            "cards": rows,
            "queue_query": urlencode(chosen),
            "all_ticked": request.GET.get("select") == "page",
            "chosen": chosen,
            "query": _query(chosen),
            "targets": Target.objects.filter(pk__in=everything.values("target")).select_related(
                "plan"
            ),
            "villages": Village.objects.filter(pk__in=everything.values("village")),
            "total": total,
            "newest": Plan.objects.current(dates.today()),
        },
    )


@permission_required("plots.review")
def review_patch(request, pk):
    patch = _patch(request, pk)
    queue, chosen = _queue(request)
    if request.method == "POST":
        return _submit(request, patch, queue, chosen)
    context = ActionContext(patch, request.user)
    if patch.status != Status.AWAITING or patch.is_split:
        return _move_on(request, patch, queue, chosen, _meanwhile(context), messages.WARNING)
    return _show(request, ReviewForm(context=context), queue, chosen)


def _submit(request, patch, queue, chosen):
    def make_form(context):
        return ReviewForm(request.POST, context=context)

    verb = "confirm" if request.POST.get("verdict") == PASS else "send_back"
    outcome = submit_form(request, patch, verb, make_form, _act)
    if outcome.submitted:
        return _move_on(request, patch, queue, chosen, _answer(outcome.submitted.record))
    now = outcome.context.patch
    now.reported_at = patch.reported_at
    if now.status != Status.AWAITING or now.is_split:
        sentence = _meanwhile(outcome.context, outcome.changed)
        return _move_on(request, patch, queue, chosen, sentence, messages.WARNING)
    if outcome.changed:
        typed = {"note": request.POST.get("note", "")}
        form = ReviewForm(context=outcome.context, initial=typed)
        return _show(request, form, queue, chosen, changed=outcome.changed)
    return _show(request, outcome.answered_form(make_form), queue, chosen)


def _act(context, form):
    data = form.cleaned_data
    common = {name: data[name] for name in ("client_key", "note")}
    if data["verdict"] == PASS:
        return actions.confirm.within(context, on=data["done_on"], **common)
    redo = {"step": data["milestone"], "reasons": data["reasons"]}
    return actions.send_back.within(context, on=data["done_on"], **redo, **common)


def _patch(request, pk):
    """带 reported_at 的图斑；已经不在队列里的也要，好接着往下看。"""
    patches = Patch.objects.visible_to(request.user).with_steps()
    patch = get_object_or_404(patches.select_related("batch", "remedy"), pk=pk)
    reports = patch.records.filter(kind=Kind.REPORT).order_by("-created_at")
    patch.reported_at = reports.values_list("created_at", flat=True).first() or dates.now()
    return patch


def _in_full(ids):
    """一页的图斑，照队列的先后，带着页面上要的。"""
    shown = queues.in_line(Patch.objects.filter(pk__in=list(ids)))
    return shown.with_steps().annotate(measured_mu=F("shape__measured_mu"))


def _queue(request):
    """(筛过、排好的队列, 怎么筛的)。"""
    found, chosen = _chosen(request)
    return queues.in_line(found), chosen


def _chosen(request):
    """按 ?target= 和 ?village= 筛过的，?again=1 只要退回以后又报的；填错的不理会。"""
    chosen = {
        name: n
        for name in ("target", "village")
        if (n := whole_number(request.GET.get(name))) is not None
    }
    found = queues.waiting(request.user).filter(**chosen)
    if request.GET.get("again") == "1":
        return found.filter(Exists(queues.returns())), {**chosen, "again": 1}
    return found, chosen


def _query(chosen):
    return f"?{urlencode(chosen)}" if chosen else ""


def _answer(record):
    """办成了什么，一句话。"""
    patch = record.patch
    if record.kind == Kind.PASS:
        area = words.amount(record.area_mu)
        return f"{patch.code} {record.milestone.name}通过，{area}，已销号。"
    return f"{patch.code} 已退回到“{record.milestone.name}”，{patch.village.name}会在“我的任务”最前面看到。"


def _meanwhile(context, changed=()):
    """已经不用核实了：现在是什么样，谁办的。"""
    patch = context.patch
    last = changed or words.latest(context.records, context.by)
    return "；".join([f"图斑 {patch.code} 现在是“{patch.status_text}”，不用核实了", *last]) + "。"


def _move_on(request, patch, queue, chosen, sentence, level=messages.SUCCESS):
    """说一句办成了什么，接着看队列里的下一块；没有了就回到列表。"""
    messages.add_message(request, level, sentence)
    after = queues.following(queue, patch)
    where = reverse("plots:review_patch", args=[after.pk]) if after else reverse("plots:review")
    return redirect(where + _query(chosen))


def _show(request, form, queue, chosen, **more):
    drafts.refill(request, form)
    context = form.context
    patch = context.patch
    step, place = patch.step, queues.place_of(queue, patch)
    files = evidence.listed(patch.evidence.all(), request.user, context.records)
    return render(
        request,
        "plots/review/review_patch.html",
        {
            "form": form,
            "patch": patch,
            "step": step,
            "query": _query(chosen),
            "after": place.after,
            "before": place.before,
            "by_district": step.actor == Milestone.Actor.DISTRICT,
            "due_text": queues.due_text(step, context.today, patch.due_on),
            "days_text": days_left_text(due_next(patch), context.today),
            "is_late": due_next(patch) < context.today,
            "events": reversed(timeline(patch, context.records)[0]),
            "own": permissions.by_status("confirm", request.user, patch),
            "evidence": [one for one in files if not one.record.is_withdrawn],
            "old_evidence": [one for one in files if one.record.is_withdrawn],
            "place": place.number,
            "queue_count": place.count,
            **more,
        },
    )
