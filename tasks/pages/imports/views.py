"""导入、导出方案的页面：上传 → 看会改什么 → 确认。只有管理员能导入。"""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from taiping.ground.form_fields import suffix_of
from taiping.ground.permissions import permission_required
from taiping.ground.tables import TableError
from taiping.ground.web import download
from tasks import workbook
from tasks.models import Plan, PlanFile
from tasks.pages.imports.forms import PlanFileForm
from tasks.pages.question import question_of
from tasks.workbook.files import examine_file, import_file, new_plan_file
from tasks.workbook.summary import headline


@permission_required("tasks.import_plan")
def plan_import(request):
    form = PlanFileForm(request.POST, request.FILES) if request.method == "POST" else PlanFileForm()
    if request.method == "POST" and form.is_valid():
        record = new_plan_file(form.cleaned_data["file"], request.user)
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
    content = content_of(record)
    if request.method == "POST" and not record.unreadable:
        return confirm(request, record, content)
    return show(request, record, content, request.GET.get("code", ""))


def confirm(request, record, content):
    code = request.POST.get("code", "").strip()
    ticked = {name: request.POST.get(name) == "on" for name in ("delete_missing", "retitles")}
    try:
        review = import_file(record, content, by=request.user, code=code, **ticked)
    except workbook.PlanFileError as error:
        refusal = "\n".join([str(error), *map(str, error.problems)])
        return show(request, record, content, code, refusal)
    summary = headline(review.diff, delete_missing=ticked["delete_missing"])
    messages.success(
        request, f"{review.plan}已按“{record.name}”导入：{summary}。下面是现在的方案。"
    )
    for effect in review.effects:
        messages.info(request, str(effect))
    return redirect(f"{reverse('tasks:plan')}?plan={review.plan.code}")


def show(request, record, content, code, refusal=""):
    """预览页；code 给了就当作这个代码的方案，refusal 是刚才为什么没有导入。"""
    record.is_table = suffix_of(record.name) != ".json"
    review = examine_file(record, content, code.strip())
    context = {"record": record, "review": review, "code": code, "refusal": refusal}
    status = 422 if refusal else 200
    return render(request, "tasks/imports/preview.html", context, status=status)


@require_safe
@permission_required("tasks.import_plan")
def plan_import_marked(request, pk):
    """上传的表加一列“错误”，改好再传。"""
    from taiping.ground.books import marked

    record = get_object_or_404(PlanFile, pk=pk)
    if suffix_of(record.name) == ".json":
        raise Http404
    content = content_of(record)
    problems = examine_file(record, content).document.problems
    try:
        with_errors = marked(content, problems)
    except TableError as error:
        raise Http404(str(error)) from None
    return download(with_errors, f"{record.name.rpartition('.')[0]}-错误标注.xlsx")


@require_safe
@permission_required("tasks.import_plan")
def plan_blank(request):
    """空白方案表：新的镇照着填。"""
    return download(workbook.blank_xlsx(), "空白方案表.xlsx")


@require_safe
@permission_required("tasks.export_plan")
def plan_export(request):
    question = question_of(request)
    plan = question.plan
    if plan is None or question.problems:
        raise Http404
    try:
        content = workbook.export_xlsx(plan)
    except TableError as error:
        messages.error(request, f"没有导出：{error}")
        return redirect(f"{reverse('tasks:plan')}?plan={plan.code}")
    return download(content, f"{plan.name}{plan.subject}方案-{question.today:%Y%m%d}.xlsx")


def content_of(record):
    try:
        with record.file.open("rb") as stream:
            return stream.read()
    except FileNotFoundError:
        raise Http404("这个文件已经不在了，请重新上传。") from None
