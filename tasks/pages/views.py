"""方案的四个页面：目标与时限、工作组、任务分解、保有量监测。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.urls import reverse

from tasks.models import Membership, Milestone, Reading, Target
from tasks.pages.allocation_table import allocation_table
from tasks.pages.question import question_of
from tasks.pages.readings.forms import ReadingForm
from villages.accounts import drafts
from villages.models import Village


def shown(request, template, question, **context):
    context = {"plan": question.plan, "plans": question.plans, **context}
    return render(request, template, context)


def plan_detail(request):
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    steps = Prefetch("milestones", Milestone.objects.order_by("order"))
    targets = plan.targets.select_related("group").prefetch_related(steps).order_by("order")
    return shown(request, "tasks/plan/plan.html", question, targets=targets)


def groups(request):
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    people = Prefetch("memberships", Membership.objects.select_related("cadre").order_by("order"))
    found = (
        plan.groups.select_related("parent").prefetch_related(people, "targets").order_by("order")
    )
    groups = [(group, _by_position(group)) for group in found]
    return shown(request, "tasks/groups/groups.html", question, groups=groups)


def _by_position(group):
    """[(职位, 这个职位的人)]：没有人的职位不列。"""
    members = list(group.memberships.all())
    rows = []
    for position in Membership.Position:
        here = [member for member in members if member.position == position]
        if here:
            rows.append((position.label, here))
    return rows


def allocations(request):
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    villages = Village.objects.visible_to(request.user)
    return shown(
        request,
        "tasks/allocations/allocations.html",
        question,
        table=allocation_table(plan, villages, whole=not request.user.is_secretary),
    )


def readings(request):
    """各项任务的监测；镇工作人员在这里录入。"""
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    may_add = request.user.has_perm("tasks.add_reading")
    form = ReadingForm(request.POST or None, plan=plan) if may_add else None
    if request.method == "POST":
        if not may_add:
            raise PermissionDenied
        if form.is_valid():
            form.instance.by = request.user
            reading = form.save()
            messages.success(request, f"已录入：{reading}。总览里{reading.on}以后的数按它算。")
            return redirect(f"{reverse('tasks:readings')}?plan={plan.code}")
    if form:
        drafts.refill(request, form)
    targets = plan.targets.filter(measured_by=Target.MeasuredBy.READINGS).order_by("order")
    return shown(
        request,
        "tasks/readings/readings.html",
        question,
        form=form,
        targets=targets,
        readings=mark_corrected(_latest_readings(plan, request.user)),
    )


def _latest_readings(plan, user):
    """看得见的最近 500 次：村支部书记看全镇的和自己村的。"""
    found = Reading.objects.filter(target__plan=plan).select_related("target", "village", "by")
    if user.is_secretary:
        own = Village.objects.visible_to(user)
        found = found.filter(village__isnull=True) | found.filter(village__in=own)
    return list(found.order_by("target__order", "-on", "-created_at", "-pk")[:500])


def mark_corrected(readings):
    """同一任务、同一村、同一天有几次录入的，只有最后一次在用，其余标“已更正”。"""
    newest = set()
    for reading in readings:
        key = (reading.target_id, reading.village_id, reading.on)
        reading.is_corrected = key in newest
        newest.add(key)
    return readings
