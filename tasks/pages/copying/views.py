"""复制为另一批：后来又下发一批图斑、截止日期另算的，是同一份方案里另一项任务。"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from taiping.ground.permissions import permission_required
from tasks.models import Target
from tasks.pages.copying.actions import add_batch
from tasks.pages.copying.forms import CopyForm
from villages.accounts import drafts


@permission_required("tasks.copy_target")
def target_copy(request, pk):
    by_patches = Target.objects.filter(measured_by=Target.MeasuredBy.PATCHES)
    found = by_patches.select_related("plan").prefetch_related("milestones", "allocations")
    original = get_object_or_404(found, pk=pk)
    plan_page = f"{reverse('tasks:plan')}?plan={original.plan.code}"
    form = CopyForm(request.POST if request.method == "POST" else None, original=original)
    if form.is_bound and (target := add_batch(form)):
        _tell(request, form)
        return redirect(f"{plan_page}#{target.code}")
    drafts.refill(request, form)
    context = {"original": original, "form": form, "plan_page": plan_page}
    return render(request, "tasks/copying/copy.html", context)


def _tell(request, form):
    if form.twin:
        messages.info(request, f"“{form.twin.name}”已经复制好了，没有再复制一次。")
        return
    done = f"已由“{form.original.name}”复制出“{form.copy.target.name}”"
    messages.success(
        request, f"{done}。任务数和各村的分解还空着，原文照抄的是原来的：在后台或方案表里填、改。"
    )
