"""考核的几页：全镇的得分表，一个村的得分。村支部书记打开就是自己村的。"""

from django.conf import settings
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from taiping.assessment.figures import sheet_of
from taiping.ground.moments import one_moment
from taiping.ground.permissions import permission_required
from taiping.ground.web import download
from taiping.progress.question import DashboardQuery
from tasks.models.question import BASES
from tasks.pages.question import question_of
from villages.models import Village


@require_safe
@permission_required("assessment.view")
def sheet(request):
    """全镇的得分表；村支部书记只有自己村的一份。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    if request.user.has_perm("assessment.view_town"):
        return render(request, "assessment/sheet.html", _context(request, question))
    own = list(Village.objects.visible_to(request.user))
    return render(request, "assessment/village.html", _context(request, question, own))


@require_safe
@permission_required("assessment.view")
def village(request, pk):
    """一个村的得分，一项一行，写着怎么来的。别村的人看不到。"""
    place = get_object_or_404(Village.objects.visible_to(request.user), pk=pk)
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    return render(request, "assessment/village.html", _context(request, question, [place]))


def _context(request, question, villages=None):
    """villages 给出时只有这些村的。"""
    with one_moment():
        table = sheet_of(question.plan, question.on, question.basis)
    return {
        "question": question,
        "query": question.query(since="", villages=""),
        "bases": BASES.items(),
        "town": settings.TOWN_NAME,
        "sheet": table,
        "rows": table.rows if villages is None else table.only(villages),
        "may_score": request.user.has_perm("assessment.score"),
    }


@require_safe
@permission_required("assessment.view_town")
def sheet_xlsx(request):
    """下载得分表。日期写得不对就回到页面说明。"""
    from taiping.assessment.book import book_name, sheet_workbook

    question = question_of(request, DashboardQuery)
    if question.plan is None or question.problems:
        return redirect(f"{redirect('assessment:sheet').url}?{request.GET.urlencode()}")
    with one_moment():
        table = sheet_of(question.plan, question.on, question.basis)
    return download(sheet_workbook(question, table), book_name(question))
