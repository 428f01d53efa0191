"""整改路径和材料的三页：定路径、交一样材料、撤回交错的。看在图斑页上。"""

import uuid

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from plots.actions import documents
from plots.actions.permissions import NotAllowed
from plots.evidence import saving
from plots.models import Patch, RemedyDocument
from plots.pages.file_fields import CheckedFiles
from plots.pages.remedies.forms import DocumentForm, RouteForm
from taiping.ground import dates
from taiping.ground.permissions import first_refusal
from tasks.models import RemedyItem
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts


def route(request, pk):
    """定走哪条路径。"""
    patch = _patch(request, pk, documents.CHOOSING)
    form = RouteForm(request.POST or None, patch=patch)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act():
            return documents.choose_route(patch, data["route"], by=request.user, seen=data["seen"])

        if done := _tried(form, act):
            said = f"整改路径是“{done.remedy}”" if done.remedy_id else "整改路径改成了还没有定"
            messages.success(request, f"{done.code} 的{said}。")
            return redirect(_section(done))
    return _show(request, "plots/remedies/route.html", form, patch=patch)


def hand_in(request, pk, item_pk):
    """交一样材料。"""
    patch = _patch(request, pk, documents.HANDING_IN)
    items = RemedyItem.objects.filter(route__code=patch.remedy_id, in_use=True)
    item = get_object_or_404(items.select_related("route"), pk=item_pk)
    found = RemedyDocument.objects.filter(patch=patch, item=item, withdrawn_at=None)
    former = found.with_file_mark().select_related("by").order_by("created_at", "pk").last()
    given = {"item": item, "former": former, "today": dates.today()}
    is_sent = request.method == "POST"
    sent = (request.POST, CheckedFiles(request.FILES)) if is_sent else ()
    form = DocumentForm(*sent, **given)
    if is_sent and form.is_valid():

        def act():
            with saving():
                return documents.hand_in(patch, item, by=request.user, **form.given())

        if _tried(form, act):
            messages.success(request, f"{patch.code} 的“{item.name}”已经记下。")
            return redirect(_section(patch))
    return _show(
        request,
        "plots/remedies/hand_in.html",
        form,
        patch=patch,
        item=item,
        former=former,
        lacking=[],
        more_cameras=range(2, 3),  # 没有脚本的，拍照一次一张，给两格
        px=settings.EVIDENCE_CLIENT_PX,
    )


def take_back(request, pk):
    """撤回交错的一份，写明为什么。"""
    found = RemedyDocument.objects.visible_to(request.user)
    document = get_object_or_404(found.select_related("patch", "item", "by"), pk=pk)
    back = _section(document.patch)
    done = withdrawal(
        request,
        document,
        refused=first_refusal(documents.TAKING_BACK, request.user, document),
        act=lambda reason: documents.take_back(document, by=request.user, reason=reason),
        example="“编号抄错了”“是别的图斑的”",
        back=back,
        refusals=NotAllowed,
    )
    if isinstance(done, HttpResponse):
        return done
    context = {"form": done, "document": document, "patch": document.patch, "back": back}
    return render(request, "plots/remedies/take_back.html", context)


def _patch(request, pk, conditions):
    patches = Patch.objects.visible_to(request.user).select_related("target", "village", "remedy")
    patch = get_object_or_404(patches, pk=pk)
    if refused := first_refusal(conditions, request.user, patch):
        raise PermissionDenied(refused)
    return patch


def _tried(form, act):
    """办成的结果；办不成的写在表上，别人先办了的再交一次就算看过。"""
    try:
        return act()
    except documents.Overtaken as news:
        form.data = form.data.copy()
        form.data["seen"] = news.latest
        form.data["client_key"] = str(uuid.uuid4())  # 再交是另一次
        form.add_error(None, f"{news}您填的还在，确实要换成您填的就再按一次。")
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
    return None


def _section(patch):
    return f"{reverse('plots:patch', args=[patch.pk])}#remedy"


def _show(request, template, form, *, patch, **more):
    drafts.refill(request, form)
    return render(
        request, template, {"form": form, "patch": patch, "back": _section(patch), **more}
    )
