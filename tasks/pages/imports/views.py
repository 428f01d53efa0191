"""导入、导出方案的页面：上传 → 看会改什么 → 确认。只有管理员能导入。"""

from uuid import uuid4

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from taiping.ground.permissions import permission_required
from taiping.ground.tables import TableError
from taiping.ground.web import download
from tasks import workbook
from tasks.models import Plan, PlanFile
from tasks.models.question import Question
from tasks.pages.imports.forms import PlanFileForm
from tasks.workbook.summary import headline


@permission_required("tasks.import_plan")
def plan_import(request):
    form = PlanFileForm(request.POST, request.FILES) if request.method == "POST" else PlanFileForm()
    if request.method == "POST" and form.is_valid():
        uploaded = form.cleaned_data["file"]
        record = PlanFile(name=uploaded.name, by=request.user)
        suffix = uploaded.name.rpartition(".")[2].lower()
        record.file.save(f"{uuid4().hex}.{suffix}", uploaded, save=False)
        record.save()
        return redirect("tasks:plan_import_preview", pk=record.pk)
    files = PlanFile.objects.select_related("by")[:10]
    return render(
        request,
        "tasks/imports/upload.html",
        {"form": form, "files": files, "plans": Plan.objects.all()},
    )


@permission_required("tasks.import_plan")
def plan_import_preview(request, pk):
    record = get_object_or_404(PlanFile, pk=pk)
    content, refusal = content_of(record), ""
    if request.method == "POST" and not record.unreadable:
        delete_missing = request.POST.get("delete_missing") == "on"
        try:
            review = workbook.import_plan(
                content, record.name, by=request.user, delete_missing=delete_missing
            )
        except workbook.PlanFileError as error:
            refusal = "\n".join([str(error), *map(str, error.problems)])
        else:
            return imported(request, record, review, delete_missing)
    record.is_table = not record.name.lower().endswith(".json")
    context = {"record": record, "review": examined(record, content), "refusal": refusal}
    return render(request, "tasks/imports/preview.html", context, status=422 if refusal else 200)


def examined(record, content):
    """看一遍文件；读到限度还没读完的，记下来，以后打开不再读。"""
    if record.unreadable:
        return workbook.unreadable(record.unreadable)
    review = workbook.examine(content, record.name)
    if review.too_heavy:
        record.unreadable = review.too_heavy
        record.save(update_fields=["unreadable"])
    return review


def imported(request, record, review, delete_missing):
    record.applied_at = timezone.now()
    record.save(update_fields=["applied_at"])
    told = headline(review.diff, delete_missing=delete_missing)
    messages.success(
        request, f"{review.year}年度方案已按“{record.name}”导入：{told}。下面是现在的方案。"
    )
    return redirect(f"{reverse('tasks:plan')}?year={review.year}")


@require_safe
@permission_required("tasks.import_plan")
def plan_import_marked(request, pk):
    """上传的表加一列“错误”，改好再传。"""
    record = get_object_or_404(PlanFile, pk=pk)
    if record.name.lower().endswith(".json"):
        raise Http404
    content = content_of(record)
    problems = examined(record, content).document.problems
    try:
        marked = workbook.with_errors(content, problems)
    except TableError as error:
        raise Http404(str(error)) from None
    return download(marked, f"{record.name.rpartition('.')[0]}-错误标注.xlsx")


@require_safe
@permission_required("tasks.export_plan")
def plan_export(request):
    question = Question.from_params(request.GET)
    plan = question.plan
    if plan is None or question.problems:
        raise Http404
    try:
        content = workbook.export_xlsx(plan)
    except TableError as error:
        messages.error(request, f"没有导出：{error}")
        return redirect(f"{reverse('tasks:plan')}?year={plan.year}")
    return download(content, f"{plan.year}年耕地保护方案-{question.today:%Y%m%d}.xlsx")


def content_of(record):
    try:
        with record.file.open("rb") as stream:
            return stream.read()
    except FileNotFoundError:
        raise Http404("这个文件已经不在了，请重新上传。") from None
