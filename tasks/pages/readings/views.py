"""监测数：看、录一次、各村一起录、撤回。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from taiping.ground.actors import actors
from taiping.ground.area import plain
from taiping.ground.permissions import NO_ROLE, refusal
from taiping.ground.web import whole_number
from tasks.models import Reading
from tasks.models.nesting import nested
from tasks.pages.question import question_of
from tasks.pages.readings.actions import enter, withdraw
from tasks.pages.readings.forms import (
    ReadingForm,
    TableForm,
    measured_targets,
    open_targets,
)
from tasks.pages.readings.pasted import read_pasted
from tasks.pages.readings.standing import standing_of
from tasks.pages.views import shown
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts
from villages.models import Village

PAGE = 30
MOST_PASTED = 20_000  # 粘贴的最多这么多个字


def readings(request):
    """各项任务的监测；能录的人在这里录一次。"""
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    form = _reading_form(request, plan)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(NO_ROLE)
        if form.is_valid():
            return _entered(request, plan, form.cleaned_data)
    if form:
        drafts.refill(request, form)
    listed = _listed(request, plan, form)
    return shown(request, "tasks/readings/readings.html", question, form=form, **listed)


def _listed(request, plan, form):
    """页上列的：录到哪里、筛选、一页监测。表单里已经取来的任务和村接着用。"""
    user = request.user
    is_all = form and user.is_town  # 能录的就是全部
    targets = form.fields["target"].instances if is_all else nested(measured_targets(plan))
    villages = form.fields["village"].instances if form else Village.objects.visible_to(user)
    villages = list(villages)
    found, chosen = _chosen(request, plan, targets, villages)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return {
        "targets": targets,
        "villages": villages,
        "page": page,
        "rows": [(row, not refusal("tasks.withdraw_reading", user, row)) for row in page],
        "standing": standing_of(targets, villages, user),
        **chosen,
    }


def _reading_form(request, plan):
    """一项也不能录的是 None；地址里带来的任务和村，先替人选好。"""
    form = ReadingForm(request.POST or None, plan=plan, user=request.user)
    targets = form.fields["target"].instances
    for target in targets:
        if target.code == request.GET.get("target"):
            form.initial["target"] = target.pk
    if village := whole_number(request.GET.get("village")):
        form.initial["village"] = village
    return form if targets else None


def _entered(request, plan, data):
    values = {data["village"]: data["value"]}
    given = {"on": data["on"], "source": data["source"], "by": request.user}
    found = enter(data["target"], values, **given)
    if found:
        messages.success(request, f"已录入：{found[0]}。总览里{data['on']}以后的数按它算。")
    else:
        messages.info(request, "这一天已经录过一样的数，没有再录一次。")
    return redirect(f"{reverse('tasks:readings')}?plan={plan.code}")


def _chosen(request, plan, targets, villages):
    """(看得见的监测, 按哪项任务、哪个村看)；地址里没有的任务和村不理会。"""
    found = Reading.objects.filter(target__plan=plan).visible_to(request.user)
    codes = {target.code: target for target in targets}
    keys = {village.pk: village for village in villages}
    target = codes.get(request.GET.get("target"))
    village = keys.get(whole_number(request.GET.get("village")))
    if target:
        found = found.filter(target=target)
    if village:
        found = found.filter(village=village)
    found = found.with_turns().select_related("target", "village", "by", "withdrawn_by")
    order = ("target__order", "target_id", "-on", "-created_at", "-pk")
    return found.order_by(*order), {"target": target, "village": village}


def readings_table(request):
    """一项任务，各村一起录；可以从表格里粘贴，先填进表里看过再录。"""
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    targets = nested(open_targets(plan, request.user))
    if not targets:
        raise PermissionDenied(
            f"监测数由{actors.town}工作人员录入；这份方案没有让{actors.village}里录的监测。"
        )
    target = _target_of(request, targets)
    target.plan = plan
    villages = list(Village.objects.visible_to(request.user))
    form, problems, text = _table_form(request, target, villages)
    if form.is_bound and form.is_valid():
        return _entered_together(request, plan, target, form)
    drafts.refill(request, form)
    last = {row.village_id: row for row in target.readings.latest()}
    return shown(
        request,
        "tasks/readings/table.html",
        question,
        form=form,
        target=target,
        targets=targets,
        rows=[(village, last.get(village.pk), item) for village, item in form.rows],
        problems=problems,
        pasted=text,
    )


def _target_of(request, targets):
    codes = {target.code: target for target in targets}
    return codes.get(request.GET.get("target"), targets[0])


def _table_form(request, target, villages):
    """(表单, 粘贴的问题, 粘贴的文字)：粘贴的没有问题，就填进还没有交的表里。"""
    given = {"target": target, "villages": villages}
    if request.method != "POST":
        return TableForm(**given), [], drafts.waiting(request, request.path).get("pasted", "")
    if "pasted" not in request.POST:
        return TableForm(request.POST, **given), [], ""
    text = request.POST["pasted"][:MOST_PASTED]
    values, problems = read_pasted(text, villages)
    if problems:
        return TableForm(**given), problems, text
    messages.info(
        request, f"粘贴的 {len(values)} 个村已经填进表里，还没有录入。填上日期和来源，核对后再录。"
    )
    initial = {f"village{village.pk}": plain(value) for village, value in values.items()}
    return TableForm(initial=initial, **given), [], ""


def _entered_together(request, plan, target, form):
    data = form.cleaned_data
    found = enter(target, form.values, on=data["on"], source=data["source"], by=request.user)
    same = len(form.values) - len(found)
    kept = f"，{same} 个村已经录过一样的数，没有再录" if same else ""
    messages.success(request, f"{target.name} {data['on']}：录入 {len(found)} 个村{kept}。")
    return redirect(f"{reverse('tasks:readings')}?plan={plan.code}&target={target.code}")


def reading_withdraw(request, pk):
    """撤回录错的一次，写明为什么。"""
    found = Reading.objects.visible_to(request.user).select_related("target__plan", "village", "by")
    reading = get_object_or_404(found, pk=pk)
    back = f"{reverse('tasks:readings')}?plan={reading.target.plan.code}"
    done = withdrawal(
        request,
        reading,
        refused=refusal("tasks.withdraw_reading", request.user, reading),
        act=lambda reason: withdraw(reading, by=request.user, reason=reason),
        example="“少写了一位”“录到别的村了”",
        back=back,
    )
    if isinstance(done, HttpResponse):
        return done
    same = Reading.objects.filter(target=reading.target, village=reading.village)
    context = {
        "reading": reading,
        "form": done,
        "back": back,
        "in_use": same.latest().get(),
        "next": same.exclude(pk=reading.pk).latest().first(),
    }
    return render(request, "tasks/readings/withdraw.html", context)
