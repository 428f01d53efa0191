"""方案的三个页面：目标任务、工作组、任务分解；监测在 readings/。"""

from django.db.models import Prefetch
from django.shortcuts import render

from tasks.models import Membership, Milestone
from tasks.models.nesting import nested
from tasks.pages.allocation_table import allocation_table
from tasks.pages.question import question_of
from villages.models import Village


def shown(request, template, question, **context):
    context = {"plan": question.plan, "plans": question.plans, **context}
    return render(request, template, context)


def plan_detail(request):
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    steps = Prefetch("milestones", Milestone.objects.order_by("order", "pk"))
    found = plan.targets.select_related("group", "parent").prefetch_related(steps)
    return shown(
        request,
        "tasks/plan/plan.html",
        question,
        targets=nested(found.order_by("order", "pk")),
        duties=plan.duties.select_related("group", "problem_target").order_by("order", "pk"),
        requirements=plan.requirements.order_by("order", "pk"),
        may_copy=request.user.has_perm("tasks.copy_target"),
    )


def groups(request):
    question = question_of(request)
    plan = question.plan
    if plan is None:
        return render(request, "tasks/no_plan.html")
    people = Prefetch(
        "memberships", Membership.objects.select_related("cadre").order_by("order", "pk")
    )
    found = (
        plan.groups.select_related("parent")
        .prefetch_related(people, "targets")
        .order_by("order", "pk")
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
