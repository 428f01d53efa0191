"""常态工作：做得怎么样、一次次的记录、记一次、各村一起记、撤回。"""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from plots.actions.permissions import adding_refusal
from plots.ledger.duties import duties_on, duties_over
from plots.models import Attachment
from plots.pages.duties.actions import enter, enter_all, withdraw
from plots.pages.duties.forms import EntryForm, TableForm
from plots.pages.duties.listing import Listing
from plots.pages.file_fields import CheckedFiles
from taiping.ground import dates
from taiping.ground.moments import one_moment
from taiping.ground.permissions import refusal
from tasks.models import Duty, DutyEntry
from tasks.models.question import BASES
from tasks.pages.question import question_of
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts
from villages.models import Village

PAGE = 15


def duties(request):
    """各项工作这一段做得怎么样；点了哪一项，是它各段的数和一次次的记录。"""
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    villages = list(Village.objects.visible_to(request.user))
    asked = (plan, question.on, question.basis)
    with one_moment():
        figures = duties_on(*asked, villages=villages)
        if request.user.is_secretary:
            figures = [row for row in figures if row.duty.by_villages]
        chosen = next((row for row in figures if row.duty.code == request.GET.get("duty")), None)
        over = duties_over(*asked, villages=villages, duties=[chosen.duty]) if chosen else {}
        listing = Listing(request, question, figures, villages)
        page = Paginator(listing.entries, PAGE).get_page(request.GET.get("page"))
        rows = listing.rows(page)
    context = {
        "question": question,
        "bases": BASES.items(),
        "figures": figures,
        "chosen": chosen,
        "history": over.get(chosen.duty, []) if chosen else [],
        "villages": villages,
        "listing": listing,
        "page": page,
        "rows": rows,
        "may_enter": {row.duty.pk for row in figures if may_enter(request.user, row.duty)},
    }
    return render(request, "plots/duties/duties.html", context)


def may_enter(user, duty):
    """这项工作这个人能不能记（还不说是哪个村）。"""
    return user.is_town or (user.is_secretary and duty.by_villages)


def duty_enter(request, pk):
    """记一次：书记记自己村的，镇工作人员记哪个村的都行。"""
    duty = _duty(request, pk)
    given = {"duty": duty, "user": request.user, "today": dates.today()}
    if request.method != "POST":
        form = EntryForm(**given, initial={"village": request.GET.get("village")})
        return _entering(request, form)
    form = EntryForm(request.POST, CheckedFiles(request.FILES), **given)
    if not form.is_valid():
        return _entering(request, form)
    entry, is_new = enter(form.entry(), by=request.user, photos=form.cleaned_data["evidence"])
    said = "已记下" if is_new else "刚才已经记过，没有再记一次"
    messages.success(request, f"{said}：{entry}。")
    if "problem" in request.POST and _may_add_problem(request.user, entry):
        return redirect(f"{reverse('plots:patch_add')}?entry={entry.pk}")
    return redirect("plots:duty_entry", entry.pk)


def _duty(request, pk):
    duty = get_object_or_404(Duty.objects.select_related("plan", "problem_target"), pk=pk)
    if not may_enter(request.user, duty):
        raise PermissionDenied(refusal("tasks.enter_duty", request.user, DutyEntry(duty=duty)))
    return duty


def _entering(request, form):
    drafts.refill(request, form)
    target = form.duty.problem_target
    may_add = target is not None and not adding_refusal(request.user, target)
    context = {
        "form": form,
        "duty": form.duty,
        "may_add": may_add,
        "lacking": [],  # 照片不是非有不可
        "more_cameras": range(2, 3),
        "px": settings.EVIDENCE_CLIENT_PX,
    }
    return render(request, "plots/duties/enter.html", context)


def duty_table(request, pk):
    """镇工作人员一张表记各村的。"""
    duty = _duty(request, pk)
    if not request.user.is_town or not duty.by_villages:
        return redirect("plots:duty_enter", duty.pk)
    today, villages = dates.today(), list(Village.objects.visible_to(request.user))
    form = TableForm(request.POST or None, duty=duty, today=today, villages=villages)
    if request.method == "POST" and form.is_valid():
        kept = enter_all(duty, form.entries, by=request.user)
        new = sum(is_new for _, is_new in kept)
        same = f"，{len(kept) - new} 个村刚才已经记过，没有再记" if new < len(kept) else ""
        messages.success(request, f"{duty.name} {form.cleaned_data['on']}：记下 {new} 个村{same}。")
        return redirect(f"{reverse('plots:duties')}?{_of(duty)}")
    drafts.refill(request, form)
    (now,) = [
        row for row in duties_on(duty.plan, today, villages=villages) if row.duty.pk == duty.pk
    ]
    context = {"form": form, "duty": duty, "now": now}
    return render(request, "plots/duties/table.html", context)


def _of(duty):
    return urlencode({"plan": duty.plan.code, "duty": duty.code})


def duty_entry(request, pk):
    """一次记录：做了什么，发现的问题添加成了哪些图斑。"""
    entry = _entry(request, pk)
    context = {
        "entry": entry,
        "patches": entry.patches.visible_to(request.user).order_by("pk"),
        "files": Attachment.objects.visible_to(request.user).filter(duty_entry_file__entry=entry),
        "may_add": _may_add_problem(request.user, entry),
        "may_withdraw": not refusal("tasks.withdraw_duty_entry", request.user, entry),
        "back": f"{reverse('plots:duties')}?{_of(entry.duty)}",
    }
    return render(request, "plots/duties/entry.html", context)


def _entry(request, pk):
    found = DutyEntry.objects.visible_to(request.user).select_related(
        "duty__plan", "duty__problem_target", "village", "by", "withdrawn_by"
    )
    return get_object_or_404(found, pk=pk)


def _may_add_problem(user, entry):
    target = entry.duty.problem_target
    if target is None or entry.is_withdrawn:
        return False
    return not adding_refusal(user, target, entry.village)


def duty_withdraw(request, pk):
    """撤回录错的一次，写明为什么。"""
    entry = _entry(request, pk)
    done = withdrawal(
        request,
        entry,
        refused=refusal("tasks.withdraw_duty_entry", request.user, entry),
        act=lambda reason: withdraw(entry, by=request.user, reason=reason),
        example="“多写了一次”“记到别的村了”",
        back=reverse("plots:duty_entry", args=[entry.pk]),
    )
    if isinstance(done, HttpResponse):
        return done
    return render(request, "plots/duties/withdraw.html", {"entry": entry, "form": done})
