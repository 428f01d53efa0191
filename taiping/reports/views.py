"""通报（预览和 Word）、周报（Excel）、村级确认表。做文件的模块到了函数里才导入，见 taiping.ground.books。"""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from taiping.ground.permissions import permission_required
from taiping.ground.web import DOCX, download
from taiping.progress.question import DashboardQuery
from taiping.reports.bulletin import bulletin_name, write_bulletin
from taiping.reports.bulletin.form import BulletinForm
from taiping.reports.bulletin.letter import Letter
from taiping.reports.confirmation import confirmation
from tasks.models.question import BASES
from tasks.pages.question import question_of
from villages.models import Village


def written(question, form):
    """按表单里的红头、文号、日期写一份通报；填得不对的那一项不用。"""
    form.is_valid()
    letter = Letter.of(question.plan, form.cleaned_data)
    return write_bulletin(
        question.plan, question.on, question.basis, before=question.before, letter=letter
    )


@require_safe
@permission_required("reports.read_bulletin")
def bulletin(request):
    """通报的预览：和 Word 是同一份内容；文号、单位在这里填。"""
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    form = BulletinForm(request.GET)
    return render(
        request,
        "reports/bulletin/bulletin.html",
        {
            "question": question,
            "bulletin": written(question, form),
            "form": form,
            "bases": BASES.items(),
        },
    )


@require_safe
@permission_required("reports.read_bulletin")
def bulletin_docx(request):
    """下载 Word。日期、年度或文号写得不对就回到预览页说明，不悄悄换成别的。"""
    from taiping.reports.bulletin.docx import to_docx
    from taiping.reports.bulletin.template import TemplateError

    question, form = question_of(request, DashboardQuery), BulletinForm(request.GET)
    if question.plan is None or question.problems or not form.is_valid():
        return redirect(f"{redirect('reports:bulletin').url}?{request.GET.urlencode()}")
    try:
        content = to_docx(written(question, form))
    except TemplateError as error:
        messages.error(request, f"没有写成 Word：{error}")
        return redirect(f"{redirect('reports:bulletin').url}?{request.GET.urlencode()}")
    return download(content, bulletin_name(question.plan, question.on, question.basis), DOCX)


@require_safe
@permission_required("reports.download_weekly")
def weekly(request):
    """下载周报。日期或年度写得不对就回到总览说明。"""
    from taiping.reports.weekly import weekly_name, weekly_workbook

    question = question_of(request, DashboardQuery)
    if question.plan is None or question.problems:
        return redirect(f"{redirect('dashboard:dashboard').url}?{request.GET.urlencode()}")
    content = weekly_workbook(question.plan, question.on, question.basis)
    return download(content, weekly_name(question.plan, question.on, question.basis))


@require_safe
def confirmations(request):
    """出哪个村的确认表；村支部书记只有自己的村。"""
    question = question_of(request, DashboardQuery)
    villages = Village.objects.visible_to(request.user)
    asked = question.query(since="", villages="") if question.plan else ""
    given = {"villages": villages, "asked": asked}
    return render(request, "reports/confirmation/villages.html", given)


@require_safe
def village_confirmation(request, pk):
    """村级确认表：本村的任务和图斑，打印出来签字盖章。别村的人看不到。"""
    place = get_object_or_404(Village.objects.visible_to(request.user), pk=pk)
    question = question_of(request, DashboardQuery)
    if question.plan is None:
        return render(request, "tasks/no_plan.html")
    return render(
        request,
        "reports/confirmation/confirmation.html",
        {
            "question": question,
            "village": place,
            "town": settings.TOWN_NAME,
            "bases": BASES.items(),
            "sheet": confirmation(question.plan, question.on, question.basis, place),
        },
    )
