"""总览、村页、帮助。"""

from dataclasses import replace

from django.shortcuts import get_object_or_404, redirect, render

from taiping.dashboard.charts import chart, drawn_and_folded
from taiping.dashboard.empty_words import (
    curve_words,
    elsewhere_words,
    no_curves,
    no_villages,
    part_words,
)
from taiping.dashboard.helping import GUIDES, guide_for
from taiping.dashboard.orders import orders_counted
from taiping.ground import dates
from taiping.ground.moments import one_moment
from taiping.ground.permissions import permission_required
from taiping.progress.burnup import burn_ups
from taiping.progress.comparison import compared
from taiping.progress.duties import duties_of
from taiping.progress.grid import deadline_grid
from taiping.progress.layout import (
    attention,
    attention_lines,
    due_soon,
    group_rows,
    target_rows,
    without_patches,
)
from taiping.progress.progress import plan_progress, progress_of_two_days
from taiping.progress.question import DashboardQuery
from taiping.progress.reading_counts import reading_counts
from taiping.progress.returns import returns_by_village
from taiping.progress.routes import counts_by_route
from taiping.progress.village_rows import village_rows, with_part, worst_villages
from taiping.progress.words import verdict
from taiping.subsidies.figures import summary_of
from tasks.models import Plan
from tasks.models.question import BASES
from tasks.pages.question import question_of
from villages.models import User, Village

SHOWN_VILLAGES = 60  # 一页最多列这么多个村，最差的在前；再多的点开看


def dashboard(request):
    """总览：任何一天、两种口径、任何年度。村支部书记打开首页就到“我的任务”。"""
    if not request.user.has_perm("dashboard.view_town"):
        return redirect("plots:my")
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    ledger = question.ledger
    with one_moment():  # 一页上的数出自同一时刻，别人正在上报也不会前后对不上
        figures, earlier = progress_of_two_days(
            question.plan, question.on, question.before, question.basis
        )
        returns, curves = returns_by_village(figures), burn_ups(figures)
        duties = duties_of(figures)
        money = summary_of(figures)
        routes = counts_by_route(figures)
        orders = orders_counted(question, figures)
    columns, grid = deadline_grid(figures, ledger)
    by_target, villages = village_rows(figures, ledger, returns)
    listed, left_out = with_part(villages, figures.all_by_patches)
    shown = listed if question.villages else listed[:SHOWN_VILLAGES]
    return render(
        request,
        "dashboard/dashboard.html",
        {
            "question": question,
            "query": question.query(),
            "ledger": ledger,
            "bases": BASES.items(),
            "progress": figures,
            "verdict": verdict(figures),
            "soon_7": due_soon(figures, 7),
            "soon_15": due_soon(figures, 15),
            "counts": reading_counts(figures),
            "returns": returns[None],
            "money": money,
            "orders": orders,
            "attention": attention_lines(figures),
            "worst_villages": worst_villages(villages),
            "empty_targets": without_patches(figures),
            "rows": target_rows(figures, ledger),
            "columns": columns,
            "grid": grid,
            "is_divided": any(cell.is_allocated for row in shown for _, cell in row.pairs),
            "more_villages": len(listed) if len(shown) < len(listed) else 0,
            "left_out": left_out,
            "part_words": part_words(figures),
            "no_villages": no_villages(figures),
            "no_curves": no_curves(figures),
            "curve_words": curve_words(figures, curves),
            "village_targets": by_target,
            "village_readings": shown[0].readings if shown else [],
            "village_rows": shown,
            "groups": group_rows(figures),
            "routes": routes,
            **drawn_and_folded([chart(curve, question.plan, question.on) for curve in curves]),
            "moved": compared(earlier, figures),
            "duties": duties,
        },
    )


@permission_required("dashboard.show_screen")
def screen(request):
    """会议室大屏：字大、深色，每分钟自己刷新；数和总览是同一份。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    with one_moment():
        figures = plan_progress(question.plan, question.on, question.basis)
        returns = returns_by_village(figures)
    _, villages = village_rows(figures, question.ledger, returns)
    return render(
        request,
        "dashboard/screen.html",
        {
            "question": question,
            "query": question.query(),
            "progress": figures,
            "verdict": verdict(figures),
            "rows": target_rows(figures, question.ledger),
            "attention": attention(figures),
            "empty_targets": without_patches(figures),
            "villages": [row for row in villages if row.worst],
            "counts": reading_counts(figures),
            "returns": returns[None],
            "soon_7": due_soon(figures, 7),
            "soon_15": due_soon(figures, 15),
        },
    )


def village_detail(request, pk):
    """一个村：它的任务数、截止日期和图斑。别村的人看不到。"""
    place = get_object_or_404(Village.objects.visible_to(request.user), pk=pk)
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    with one_moment():
        figures, earlier = progress_of_two_days(
            question.plan, question.on, question.before, question.basis, villages=[place]
        )
        returns = returns_by_village(figures)
        orders = orders_counted(question, figures, place)
    ledger = f"{question.ledger}&village={place.pk}"
    _, (row,) = village_rows(figures, question.ledger, returns)
    elsewhere = [
        target for target in figures.targets if not target.target.by_patches and target.is_elsewhere
    ]
    own = replace(
        figures, targets=[target for target in figures.targets if target not in elsewhere]
    )
    columns, grid = deadline_grid(own, ledger)
    return render(
        request,
        "dashboard/village.html",
        {
            "question": question,
            "ledger": ledger,
            "village": place,
            "row": row,
            "orders": orders,
            "progress": figures,
            "rows": target_rows(own, ledger),
            "columns": columns,
            "grid": grid,
            "attention": attention_lines(own),
            "empty_targets": without_patches(own),
            "elsewhere": elsewhere_words(elsewhere),
            "moved": compared(earlier, figures),
            "counts": reading_counts(own),
            "soon_7": due_soon(own, 7),
            "soon_15": due_soon(own, 15),
            "bases": BASES.items(),
            "people": User.objects.filter(postings__village=place, is_active=True).only(
                "name", "username"
            ),
        },
    )


def help_page(request):
    plan = Plan.objects.current(dates.today())
    guide = guide_for(request.user, request.GET.get("role"))
    context = {
        "warn_days": plan.warn_days if plan else 7,
        "guide": guide,
        "others": [other for other in GUIDES.values() if other != guide],
    }
    return render(request, "dashboard/help.html", context)
