"""手工添加一块图斑：在办公室补一块，或在地里连位置、照片一起加。"""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render

from plots.actions import messages as words
from plots.actions.adding import add, open_targets
from plots.actions.permissions import NotAllowed
from plots.pages.add.forms import AddForm
from plots.pages.file_fields import CheckedFiles
from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.web import whole_number
from tasks.models import Plan
from villages.accounts import drafts


def patch_add(request):
    today = dates.today()
    targets = open_targets(request.user, Plan.objects.begun(today))
    if not targets:
        raise PermissionDenied(f"图斑由{actors.town}工作人员添加，请联系{actors.town}里。")
    given = {"targets": targets, "user": request.user, "today": today}
    if request.method != "POST":
        return _show(request, AddForm(**given, initial=_from_link(request)))
    form = AddForm(request.POST, CheckedFiles(request.FILES), **given)
    if form.is_valid():
        data = form.cleaned_data
        try:
            patch, is_new = add(
                data["target"],
                data["village"],
                by=request.user,
                photos=data["evidence"],
                **form.facts(),
            )
        except NotAllowed as refusal:
            form.add_error("code", str(refusal))
        else:
            messages.success(request, _said(patch, is_new, today))
            return redirect("plots:patch", patch.pk)
    return _show(request, form)


def _said(patch, is_new, today):
    """“已添加图斑 补-001，东村，3.25 亩，记下了位置，照片和文件 1 个。下一步：……”"""
    said = [f"{'已添加' if is_new else '刚才已经添加过'}图斑 {patch.code}", str(patch.village)]
    said.append(words.amount(patch.area_mu))
    if patch.spot:
        said.append("记下了位置")
    if kept := patch.evidence.count():
        said.append(f"照片和文件 {kept} 个")
    return f"{'，'.join(said)}。{words.next_sentence(patch, today)}"


def _from_link(request):
    """地址里带来的任务、村、履职记录，先替人选好。"""
    given = {
        name: request.GET[name] for name in ("target", "village", "entry") if request.GET.get(name)
    }
    if request.GET.get("plan") and "target" in given:
        given["target"] = f"{request.GET['plan']}:{given['target']}"
    if whole_number(given.get("village")) is None:
        given.pop("village", None)
    return given


def _show(request, form):
    drafts.refill(request, form)
    more = {
        "lacking": [],  # 照片不是非有不可
        "more_cameras": range(2, 3),  # 没有脚本的，拍照一次一张，给两格
        "px": settings.EVIDENCE_CLIENT_PX,
    }
    return render(request, "plots/add/add.html", {"form": form, **more})
