"""总览、村页、帮助。"""

from django.db.models import Q
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from taiping.dashboard.asked import asked
from taiping.dashboard.burnup import burn_ups
from taiping.dashboard.charts import chart
from taiping.dashboard.layout import attention, compared, deadline_grid, group_rows, target_rows, village_rows
from taiping.dashboard.progress import BASES, progress
from taiping.dashboard.words import verdict
from tasks.models import Plan
from villages.models import Village


def dashboard(request):
    """总览：任何一天、两种口径、任何年度。村支部书记只看到自己的村。"""
    question = asked(request)
    if question.plan is None:
        return render(request, "dashboard/no_plan.html")
    mine = Village.objects.visible_to(request.user) if request.user.is_secretary else None
    figures = progress(question.plan, question.on, question.basis, villages=mine)
    columns, grid = deadline_grid(figures)
    by_target, villages = village_rows(figures)
    watched = attention(figures)
    scope = Q(village__in=figures.villages) if figures.scoped else None
    curves = [chart(curve, question.plan, question.on) for curve in burn_ups(figures, scope)]
    moved = None
    if question.since:
        before = progress(question.plan, question.since, question.basis, villages=mine)
        moved = compared(before, figures)
    return render(request, "dashboard/dashboard.html", {
        "asked": question, "progress": figures, "verdict": verdict(figures), "rows": target_rows(figures),
        "columns": columns, "grid": grid, "village_targets": by_target, "village_rows": villages,
        "attention": watched, "charts": curves, "moved": moved, "groups": group_rows(figures),
        "bases": BASES.items(), "plans": Plan.objects.order_by("-year"),
        "overdue": [m for _, m in watched if m.days_left < 0],
        "soon_7": [m for _, m in watched if 0 <= m.days_left <= 7],
        "soon_15": [m for _, m in watched if 0 <= m.days_left <= 15],
    })


def village(request, pk):
    """一个村：它的任务数、时限和图斑。别村的人看不到。"""
    place = get_object_or_404(Village.objects.visible_to(request.user), pk=pk)
    question = asked(request)
    if question.plan is None:
        return render(request, "dashboard/no_plan.html")
    figures = progress(question.plan, question.on, question.basis, villages=[place])
    return render(request, "dashboard/village.html", {
        "asked": question, "village": place, "progress": figures, "rows": target_rows(figures),
        "attention": attention(figures), "bases": BASES.items(), "plans": Plan.objects.order_by("-year"),
        "postings": place.postings.select_related("user").filter(user__is_active=True),
    })


def help_page(request):
    plan = Plan.objects.current(timezone.localdate())
    return render(request, "dashboard/help.html", {"warn_days": plan.warn_days if plan else 7})
