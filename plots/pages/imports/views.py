"""导入图斑的页面：上传 → 看会改什么 → 确认。镇工作人员和管理员用。"""

from pathlib import Path

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from plots.importing import Refused, apply_batch, job, keep, preview, refuse_mended_since
from plots.importing.batches import forget_abandoned, use_crs, use_hidden, use_layout
from plots.importing.mending import mending, offer_villages
from plots.importing.messages import counts_text, headline, quota_text
from plots.importing.moves import NEW
from plots.importing.progress import ImportJobStatus
from plots.importing.taking import REST_FOLLOW, take_back, take_mends
from plots.importing.undo import refusal, rehearse, undo
from plots.models import Batch, Mend, Patch
from plots.pages.imports.forms import ImportForm, chosen_layout, column_choices
from plots.pages.patch_list.rows import PAGE
from taiping.ground import dates
from taiping.ground.memory import give_back
from taiping.ground.permissions import permission_required
from taiping.ground.ranges import in_part
from taiping.ground.web import download, whole_number
from tasks.models import Target
from villages.accounts import drafts

MOST_ROWS, BATCHES = 200, 20
MOST_MENDED, MOST_REPEATS = 50, 20  # 一页摆出几行要改的、几组重复的（换村的也是）


@permission_required("plots.import_patches")
def patch_import(request):
    initial = {"target": request.GET.get("target")}
    today = dates.today()
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial, today=today)
    if request.method == "POST" and form.is_valid():
        forget_abandoned()
        return redirect("plots:import_preview", pk=form.save(request.user).pk)
    drafts.refill(request, form)
    context = {**_batches(), "form": form, "targets": form.fields["target"].instances}
    return render(request, "plots/imports/upload.html", context)


def _batches():
    """最近导入的（撤回了的也在），和传上来看过预览、没有导入的。"""
    every = Batch.objects.select_related("target__plan", "by", "withdrawn_by")
    batches = list(every.exclude(applied_at=None).order_by("-applied_at")[:BATCHES])
    for batch in batches:
        batch.result = counts_text(batch.counts)
    previews = every.filter(applied_at=None).order_by("-created_at")[:BATCHES]
    return {"batches": batches, "previews": previews}


@permission_required("plots.import_patches")
def import_preview(request, pk):
    batch = find(pk)
    if batch.applied_at:
        if request.POST.get("do") == "mend":
            messages.warning(request, f"这份文件已经由{batch.by}导入了，刚才填的没有用上。")
        return _done(request, batch)
    if progress := ImportJobStatus(batch).current():
        return render(request, "plots/imports/running.html", {"batch": batch, "progress": progress})
    act = ACTS.get(request.POST.get("do"))
    if act is None:
        return show(request, batch)
    try:
        act(request, batch)
    except Refused as refusal:
        batch.refresh_from_db()
        if not batch.applied_at:
            return show(request, batch, refusal)
    return redirect("plots:import_preview", pk=batch.pk)


def _done(request, batch):
    """批次的页面：导入了什么、新增的图斑在哪里，还能不能撤回。"""
    patches = Patch.objects.filter(batch=batch).select_related("target", "village")
    page = Paginator(patches.order_by("village__order", "code", "pk"), PAGE)
    context = {
        "batch": batch,
        "result": counts_text(batch.counts),
        "page": page.get_page(request.GET.get("page")),
        "may_not_undo": refusal(batch),
        **mends_of(batch),
    }
    return render(request, "plots/imports/done.html", context)


@permission_required("plots.import_patches")
def import_undo(request, pk):
    """撤回这次导入：先看会撤回什么，确认了才做。"""
    batch = find(pk)
    try:
        if request.method != "POST":
            context = {
                "batch": batch,
                "undone": rehearse(batch, by=request.user),
                "shown": MOST_ROWS,
            }
            return render(request, "plots/imports/undo.html", context)
        undone = undo(batch, by=request.user)
    except Refused as refused:
        messages.warning(request, str(refused))
        return redirect("plots:import_preview", pk=batch.pk)
    said = [f"新增的 {undone.removed} 个图斑已经删掉"] if undone.removed else []
    said += [f"改动的 {undone.back} 个已经放回原来的样子"] if undone.back else []
    said += [f"{len(undone.stuck)} 处没有动"] if undone.stuck else []
    messages.success(
        request, f"已撤回导入“{batch.name}”{''.join('，' + words for words in said)}。"
    )
    return redirect("plots:import_preview", pk=batch.pk)


def show(request, batch, refusal=None):
    """预览页；refusal 是刚才为什么没有导入。"""
    response, is_long = _preview_page(request, batch, refusal)
    if is_long:
        give_back()
    return response


def _preview_page(request, batch, refusal):
    """(预览页, 是不是长文件)。"""
    params = request.POST if request.method == "POST" else request.GET
    with_earlier = params.get("earlier") == "on"
    review = preview(batch, by=request.user, with_earlier=with_earlier)
    keep(review)
    context = shown(batch, review) | {"refusal": refusal, "with_earlier": with_earlier}
    context |= to_mend(request, review)
    is_cloud = batch.kind == Batch.Source.CLOUD
    template = "plots/imports/preview_cloud.html" if is_cloud else "plots/imports/preview.html"
    response = render(request, template, context, status=422 if refusal else 200)
    return response, review.file_count > job.LONG


def shown(batch, review):
    """预览页要说的。"""
    context = {
        "batch": batch,
        "review": review,
        "lead": headline(review),
        "choices": column_choices(batch),
        "shown": MOST_ROWS,
        "failure": batch.counts.get("failure"),
        "failed": batch.counts.get("problems", []),
        "can_mark": any(problem.row for problem in review.to_fix),
    }
    if review.file_count:
        context["quota_text"], context["quota_agrees"] = quota_text(review)
    return context


def to_mend(request, review):
    """能在页面上改的：有错的行、重复的各组、已经改过的。"""
    found = mends_of(review.batch)
    if not review.problems:
        return found
    made = mending(review)
    rows = made.rows[:MOST_MENDED]
    offer_villages(rows, review.lookups.villages)
    given = request.POST if request.POST.get("do") == "mend" else drafts.take(request, request.path)
    for row in rows:
        for cell in row.cells:
            cell.typed = given.get(f"c-{cell.key}")
    shown_ones = {
        "wrong_rows": rows,
        "repeats": made.repeats[:MOST_REPEATS],
        "moves": made.moves[:MOST_REPEATS],
        "rest_follow": REST_FOLLOW,
        "rest_new": NEW,
    }
    return found | shown_ones | {"mending": made, "given": given}


def mends_of(batch):
    mends = Mend.objects.filter(batch=batch).select_related("by")
    return {"mends": mends[:MOST_ROWS], "mend_count": mends.count()}


def mend(request, batch):
    """收下改了的几格，回到预览再查一遍。"""
    taken = take_mends(preview(batch, by=request.user), request.POST, by=request.user)
    if taken.count:
        messages.success(request, f"改了 {taken.count} 处，又查了一遍。")
    for sentence in taken.told:
        messages.warning(request, sentence)
    if not taken.count and not taken.told:
        messages.info(request, "没有改动。请改了再点“改好再查”。")


def unmend(request, batch):
    pk = whole_number(request.POST.get("mend"))
    if pk is not None:
        take_back(batch, pk)


def choose_columns(request, batch):
    layouts = preview(batch, by=request.user).layouts
    remember = request.POST.get("remember") == "on"
    added = use_layout(batch, chosen_layout(request.POST, layouts), layouts, remember=remember)
    if added:
        messages.success(request, f"记住了 {added} 个列名，以后的文件会自动认出。")


def choose_crs(request, batch):
    use_crs(batch, request.POST.get("crs", ""))


def choose_hidden(request, batch):
    sheets = preview(batch, by=request.user).sheets
    use_hidden(batch, sheets, request.POST.get("hidden") == "on")


def confirm(request, batch):
    if seen := request.POST.get("seen"):
        refuse_mended_since(batch, seen)
    options = {"sure": request.POST.get("sure", "")}
    if batch.kind == Batch.Source.CLOUD:
        options = {
            name: request.POST.get(key) == "on"
            for name, key in (("with_earlier", "earlier"), ("skip_refused", "skip"))
        }
    rows = whole_number(request.POST.get("rows"), 8)
    if rows is not None and job.is_long(batch, rows):
        job.start(batch, by=request.user, **options)
    else:
        apply_batch(batch, by=request.user, **options)


ACTS = {
    "apply": confirm,
    "columns": choose_columns,
    "crs": choose_crs,
    "hidden": choose_hidden,
    "mend": mend,
    "unmend": unmend,
}


@require_safe
@permission_required("plots.import_patches")
def import_errors(request, pk):
    """上传的内容加一列“错误”，改好再传。"""
    from plots.importing.error_workbook import marked_workbook

    batch = find(pk)
    review = preview(batch, by=request.user, with_earlier=request.GET.get("earlier") == "on")
    if not review.layouts:
        raise Http404
    return download(marked_workbook(review), f"{Path(batch.name).stem}-错误标注.xlsx")


@require_safe
@permission_required("plots.import_patches")
def import_template(request):
    from plots.exporting.workbooks import template_workbook

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
    return get_object_or_404(
        Batch.objects.select_related("target__plan", "by", "withdrawn_by"), pk=pk
    )
