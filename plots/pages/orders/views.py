"""督办：清单、签发、看一张和答复、办结、撤回。"""

from collections import Counter

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from plots.actions import NotAllowed
from plots.actions import orders as order_actions
from plots.models import OrderState, Patch, SupervisionOrder
from plots.models.orders import OPEN_STATES, URGENCY, by_urgency
from plots.pages.bulk.selection import Selection, place_of, selected
from plots.pages.file_fields import CheckedFiles
from plots.pages.orders.forms import AnswerForm, CloseForm, OrderForm
from plots.pages.orders.scope import scope_of
from taiping.ground import dates
from taiping.ground.permissions import permission_required, refusal
from taiping.ground.web import whole_number
from tasks.models.question import BASES
from tasks.pages.question import question_of
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts
from villages.models import Village

PAGE = 30
WITHDRAWN = "withdrawn"


def orders(request):
    """清单：哪一天、哪种口径、什么状态、哪个村；总览、村页、通报里的数点过来就是这些。"""
    question = question_of(request)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    visible = SupervisionOrder.objects.filter(plan=question.plan).visible_to(request.user)
    villages = list(Village.objects.visible_to(request.user))
    village = {v.pk: v for v in villages}.get(whole_number(request.GET.get("village")))
    found = visible.filter(village=village) if village else visible
    state = request.GET.get("state", "")
    states = found.states(question.on, question.basis)
    counts = Counter(states.values())
    page = Paginator(_listed(found, states, state), PAGE).get_page(request.GET.get("page"))
    listed = SupervisionOrder.objects.with_names().taken(page.object_list, states)
    return render(
        request,
        "plots/orders/orders.html",
        {
            "question": question,
            "bases": BASES.items(),
            "villages": villages,
            "village": village,
            "state": state,
            "states": [(s.value, s.label, counts[s]) for s in URGENCY],
            "open_count": sum(counts[s] for s in OPEN_STATES),
            "total": sum(counts.values()),
            "state_names": dict(OrderState.choices),
            "elsewhere": _elsewhere(request.user, question),
            "page": page,
            "rows": [(each, each.days_text(question.on)) for each in listed],
        },
    )


def _elsewhere(user, question):
    """别的方案里那天还没有办结的：[(方案, 几张)]；只有一份方案的不问。"""
    if len(question.plans) < 2:
        return []
    others = SupervisionOrder.objects.exclude(plan=question.plan).visible_to(user)
    still = others.filter(pk__in=others.open(question.on, question.basis)).order_by()
    counts = Counter(still.values_list("plan", flat=True))
    return [(plan, counts[plan.pk]) for plan in question.plans if plan.pk in counts]


def _listed(found, states, state):
    """这一种的主键，急的在前；撤回的只在专门看它们时列。"""
    if state == WITHDRAWN:
        withdrawn = found.filter(withdrawn_at__isnull=False).order_by("-number")
        return list(withdrawn.values_list("pk", flat=True))
    if state == "open":
        return by_urgency(states, OPEN_STATES)
    return by_urgency(states, [state] if state in OrderState.values else URGENCY)


@permission_required("plots.issue_order")
def order_new(request):
    """签发：从总览的一行、村页、图斑、台账勾选点过来，能填的都先填好，看一眼按一下。"""
    question = question_of(request)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    is_sent = "client_key" in request.POST
    chosen = Selection() if is_sent else selected(request.POST, request.user)
    if request.method == "POST" and not (is_sent or chosen.patches):
        problem = chosen.problem or "没有勾选图斑。请先勾选要督办的图斑。"
        messages.warning(request, problem)
        return redirect(place_of(request.POST)[1])
    scope = scope_of(request, question.plan, [patch.pk for patch in chosen.patches])
    form = OrderForm(request.POST if is_sent else None, scope=scope)
    if is_sent and form.is_valid():
        try:
            key = form.cleaned_data["client_key"]
            made = order_actions.issue(form.wanted, form.to_whom, by=request.user, client_key=key)
        except order_actions.Used as told:
            form.again(f"{told}您填的还在，确实要另发一张就再按一次。")
        except NotAllowed as refused:
            form.add_error("number" if "编号" in str(refused) else None, str(refused))
        else:
            return _issued(request, made)
    drafts.refill(request, form)
    given = {"form": form, "scope": scope, "question": question}
    return render(request, "plots/orders/new.html", given)


def _issued(request, made):
    for each in made:
        told = f"{each.to}会在“我的任务”最前面看到" if each.village_id else f"发给{each.to}"
        messages.success(request, f"{each}已签发，{told}，答复日期 {each.answer_by}。")
    if len(made) == 1:
        return redirect("plots:order", made[0].pk)
    return redirect(f"{reverse('plots:orders')}?plan={made[0].plan.code}&state=open")


def order(request, pk):
    """一张督办单：事项、答复、办结；能答复的在这里答复，打出来就是一张 A4 的督办单。"""
    found = _order(request, pk)
    form = AnswerForm()
    if request.method == "POST":
        form = AnswerForm(request.POST, CheckedFiles(request.FILES))
    refused = refusal("plots.answer_order", request.user, found)
    if request.method == "POST" and form.is_valid():
        try:
            order_actions.answer(found, by=request.user, **form.cleaned_data)
        except order_actions.Used as told:
            form.again(f"{told}您填的还在，确实要再答复一次就再按。")
        except NotAllowed as late:
            found, refused = _order(request, pk), str(late)
            form.add_error(None, refused)
        else:
            messages.success(request, "已答复，等签发的人看过办结。要补充可以再答复一次。")
            return redirect("plots:order", pk)
    drafts.refill(request, form)
    return _shown(request, found, form=form, may_answer=not refused)


def _shown(request, found, *, form, may_answer):
    visible = Patch.objects.visible_to(request.user)
    states = SupervisionOrder.objects.filter(pk=found.pk).states(dates.today())
    given = {
        "order": found,
        "town": settings.TOWN_NAME,
        "replies": list(found.replies.select_related("by").prefetch_related("files")),
        "patches": list(found.patches.filter(pk__in=visible.values("pk")).with_steps()),
        "form": form,
        "may_answer": may_answer,
        "may_close": not refusal("plots.close_order", request.user, found),
        "state": states.get(found.pk, OrderState.UNANSWERED),  # 撤回了的不看它
        "days_text": found.days_text(dates.today()),
    }
    return render(request, "plots/orders/order.html", given)


def order_close(request, pk):
    """办结：看过答复再按；打开以后又有答复的，先给人看。"""
    found = _order(request, pk)
    if refused := refusal("plots.close_order", request.user, found):
        if not (found.is_closed or found.is_withdrawn):
            raise PermissionDenied(refused)
        messages.warning(request, refused.replace("不用再答复", "不用再办"))
        return redirect("plots:order", pk)
    replies = list(found.replies.select_related("by").prefetch_related("files"))
    last, news = max((reply.pk for reply in replies), default=0), ""
    form = CloseForm(request.POST or None, seen=last)
    if request.method == "POST" and form.is_valid():
        try:
            order_actions.close(found, by=request.user, **form.cleaned_data)
        except order_actions.News as late:
            news, typed = str(late), request.POST.copy()
            typed["seen"] = str(last)
            form = CloseForm(typed, seen=last)
        except NotAllowed as late:
            form.add_error(None, str(late))
        else:
            messages.success(request, f"{found}已办结。")
            return redirect("plots:order", pk)
    drafts.refill(request, form)
    given = {"order": found, "form": form, "replies": replies, "news": news}
    return render(request, "plots/orders/close.html", given)


def order_withdraw(request, pk):
    """发错了的撤回，写明为什么。"""
    found = _order(request, pk)
    refused = refusal("plots.close_order", request.user, found)
    refused = refused.replace("不用再答复", "不能撤回").replace("办结由", "撤回由")
    if found.is_closed:
        messages.warning(request, refused)
        return redirect("plots:order", pk)
    done = withdrawal(
        request,
        found,
        refused=refused,
        act=lambda reason: order_actions.withdraw(found, by=request.user, reason=reason),
        example="“发错了村”“同一件事发了两张”",
        back=f"{reverse('plots:orders')}?plan={found.plan.code}",
        refusals=NotAllowed,
    )
    if isinstance(done, HttpResponse):
        return done
    return render(request, "plots/orders/withdraw.html", {"order": found, "form": done})


def _order(request, pk):
    visible = SupervisionOrder.objects.visible_to(request.user).with_names()
    return get_object_or_404(visible.select_related("closed_by", "withdrawn_by"), pk=pk)
