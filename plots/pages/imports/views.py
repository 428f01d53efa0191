"""导入图斑的页面：上传 → 看会改什么 → 确认。镇工作人员和管理员用。"""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plots.exporting.workbooks import template_workbook
from plots.importing import Refused, apply_batch, job, preview
from plots.importing.error_workbook import marked_workbook
from plots.importing.layout import Names
from plots.importing.messages import counts_text, headline, quota_text
from plots.importing.progress import Progress
from plots.importing.vector_sheets import chosen_code
from plots.models import Batch
from plots.pages.imports.forms import (
    ImportForm,
    column_choices,
    remember,
    repeated_columns,
    told_layout,
)
from taiping.ground.permissions import permission_required
from taiping.ground.ranges import in_part
from taiping.ground.tables import TableError
from taiping.ground.web import download, whole_number
from tasks.models import Target
from villages.accounts import drafts

SHOWN, BATCHES = 200, 20
ABANDONED = timedelta(days=7)


@permission_required("plots.import_patches")
def patch_import(request):
    initial = {"target": request.GET.get("target")}
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        forget_abandoned()
        return redirect("plots:import_preview", pk=form.save(request.user).pk)
    drafts.refill(request, form)
    batches = (
        Batch.objects.exclude(applied_at=None)
        .select_related("target__plan", "by")
        .order_by("-applied_at")
    )
    batches = batches[:BATCHES]
    for batch in batches:
        batch.result = counts_text(batch.counts)
    context = {"form": form, "batches": batches, "targets": form.fields["target"].instances}
    return render(request, "plots/imports/upload.html", context)


def forget_abandoned():
    """传上来又没有导入的，留七天。"""
    old = Batch.objects.filter(
        applied_at=None,
        created_at__lt=timezone.now() - ABANDONED,
        patches=None,
    )
    for batch in old[:100]:
        batch.file.delete(save=False)
        batch.delete()


@permission_required("plots.import_patches")
def import_preview(request, pk):
    batch = find(pk)
    if batch.applied_at:
        return render(
            request,
            "plots/imports/done.html",
            {"batch": batch, "result": counts_text(batch.counts)},
        )
    if progress := Progress(batch).current():
        return render(request, "plots/imports/running.html", {"batch": batch, "progress": progress})
    if request.method != "POST":
        return show(request, batch)
    if request.POST.get("do") == "columns":
        return map_columns(request, batch)
    if request.POST.get("do") == "crs":
        return choose_crs(request, batch)
    return confirm(request, batch)


def show(request, batch, refusal=None):
    """预览页；refusal 是刚才为什么没有导入。"""
    asked = request.POST if request.method == "POST" else request.GET
    with_earlier = asked.get("earlier") == "on"
    review = preview(batch, by=request.user, with_earlier=with_earlier)
    is_cloud = batch.kind == Batch.Source.CLOUD
    context = {
        "batch": batch,
        "review": review,
        "lead": headline(review),
        "choices": column_choices(batch),
        "shown": SHOWN,
        "refusal": refusal,
        "failure": batch.counts.get("failure"),
        "failed": batch.counts.get("problems", []),
        "with_earlier": with_earlier,
        "can_mark": any(
            problem.row for problem in [*review.problems, *getattr(review, "refusals", [])]
        ),
    }
    if not is_cloud and not review.unreadable and review.found.file_count:
        context["quota_text"], context["quota_agrees"] = quota_text(review)
    template = "plots/imports/preview_cloud.html" if is_cloud else "plots/imports/preview.html"
    return render(request, template, context, status=422 if refusal else 200)


def map_columns(request, batch):
    review = preview(batch, by=request.user)
    told = told_layout(request.POST, review.layouts)
    if repeated := repeated_columns(told, review.layouts):
        return show(request, batch, refusal=Refused(" ".join(repeated)))
    if request.POST.get("remember") == "on":
        names = Names(cloud=batch.kind == Batch.Source.CLOUD)
        if added := remember(told, review.layouts, names):
            messages.success(request, f"记住了 {added} 个列名，以后的文件会自动认出。")
    batch.layout = told
    batch.save(update_fields=["layout"])
    return redirect("plots:import_preview", pk=batch.pk)


def choose_crs(request, batch):
    """预览页上选定的坐标系；空是照文件写的。"""
    try:
        batch.crs = chosen_code(request.POST.get("crs", ""))
    except TableError as error:
        return show(request, batch, refusal=Refused(str(error)))
    batch.save(update_fields=["crs"])
    return redirect("plots:import_preview", pk=batch.pk)


def confirm(request, batch):
    options = {}
    if batch.kind == Batch.Source.CLOUD:
        options = {
            name: request.POST.get(key) == "on"
            for name, key in (("with_earlier", "earlier"), ("skip_refused", "skip"))
        }
    rows = whole_number(request.POST.get("rows"), 8)
    if rows is not None and job.is_long(batch, rows):
        job.start(batch, by=request.user, **options)
        return redirect("plots:import_preview", pk=batch.pk)
    try:
        apply_batch(batch, by=request.user, **options)
    except Refused as refusal:
        batch.refresh_from_db()
        return (
            redirect("plots:import_preview", pk=batch.pk)
            if batch.applied_at
            else show(request, batch, refusal)
        )
    return redirect("plots:import_preview", pk=batch.pk)


@require_safe
@permission_required("plots.import_patches")
def import_errors(request, pk):
    """上传的内容加一列“错误”，改好再传。"""
    batch = find(pk)
    review = preview(batch, by=request.user, with_earlier=request.GET.get("earlier") == "on")
    if not review.layouts:
        raise Http404
    return download(marked_workbook(review), f"{batch.name.rpartition('.')[0]}-错误标注.xlsx")


@require_safe
@permission_required("plots.import_patches")
def import_template(request):
    targets = Target.objects.filter(measured_by=Target.MeasuredBy.PATCHES).select_related("plan")
    target = get_object_or_404(targets, pk=whole_number(request.GET.get("target"), 9))
    return download(template_workbook(target), f"{target.name}图斑导入表.xlsx")


@require_safe
@permission_required("plots.import_patches")
def import_file(request, pk):
    """留存的原文件，一个字节不变；只当附件给。"""
    batch = find(pk)
    try:
        stream = batch.file.open("rb")
    except (FileNotFoundError, ValueError):
        raise Http404("这个文件已经不在了。") from None
    response = download(stream, batch.name, "application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return in_part(request, response, f'"import-{batch.pk}-{response["Content-Length"]}"')


def find(pk):
    return get_object_or_404(Batch.objects.select_related("target__plan", "by"), pk=pk)
