"""图形检查的列表和认定；带精确坐标的导出（只有管理员）。"""

import logging

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from plots.actions.check_dismissal import dismiss, reopen
from plots.actions.permissions import NotAllowed
from plots.geometry.boundaries import unchecked
from plots.geometry.exporting import FORMATS
from plots.models import Patch
from plots.models.checks import GeometryCheck
from plots.pages.checks.shown import hide_others, refill
from plots.pages.patch_list.filters import PatchFilter
from plots.pages.patch_list.views import not_exported
from taiping.ground.permissions import permission_required
from taiping.ground.web import download, whole_number
from villages.accounts.landing import only_post
from villages.models import Village

PAGE = 50
access = logging.getLogger("taiping.access")


@require_safe
@permission_required("plots.view_checks")
def checks(request):
    visible = GeometryCheck.objects.visible_to(request.user)
    chosen = _chosen(request)
    found = (
        visible.exclude(dismissed_at=None) if chosen["shown"] == "dismissed" else visible.standing()
    )
    if chosen["kind"]:
        found = found.filter(kind=chosen["kind"])
    found = found.once(chosen["village"]).select_related(
        "patch__village", "patch__target", "other__village", "dismissed_by"
    )
    page = Paginator(
        found.order_by("patch__village__order", "patch__code", "kind", "pk"), PAGE
    ).get_page(request.GET.get("page"))
    hide_others(page.object_list, request.user)
    refill(page.object_list, request)
    villages = list(Village.objects.visible_to(request.user))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "plots/checks/checks.html",
        {
            "page": page,
            "chosen": chosen,
            "kinds": GeometryCheck.Kind.choices,
            "query": query.urlencode(),
            "villages": villages,
            "unchecked": unchecked(villages),
            "back": request.get_full_path(),
        },
    )


def _chosen(request):
    """地址里的条件；写错的当作没写。"""
    kind, village = request.GET.get("kind", ""), request.GET.get("village", "")
    return {
        "kind": kind if kind in GeometryCheck.Kind.values else "",
        "village": whole_number(village),
        "shown": "dismissed" if request.GET.get("shown") == "dismissed" else "",
    }


@only_post
@permission_required("plots.view_checks")
def check_dismiss(request, pk):
    """认定没有问题，或收回认定；回到来的那一页。"""
    check = get_object_or_404(GeometryCheck.objects.visible_to(request.user), pk=pk)
    try:
        if request.POST.get("do") == "reopen":
            reopen(check, by=request.user)
            messages.success(request, "已收回认定，重新列出。")
        else:
            dismiss(check, by=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, "已认定没有问题，不再列出；图形或面积变了会重新提醒。")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        return redirect("plots:patch", check.patch_id)
    return redirect(back)


@require_safe
@permission_required("plots.export_coordinates")
def geo_export(request, fmt):
    """筛出来的图斑连同精确坐标；只给管理员，谁在什么时候导出了多少都记下来。"""
    if fmt not in FORMATS:
        raise Http404
    filters = PatchFilter(
        request.GET, queryset=Patch.objects.visible_to(request.user), user=request.user
    )
    if filters.faults:
        return not_exported(request, filters)
    content, content_type, count = FORMATS[fmt](filters.qs)
    name = f"{filters.title}_{filters.day:%Y%m%d}.{fmt}"
    access.info("导出精确坐标 %s 用户=%s 图斑=%s", name, request.user.username, count)
    return download(content, name, content_type)
