"""手工添加一块图斑。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone

from plots.actions import messages as words
from plots.actions.adding import add, open_targets
from plots.actions.permissions import NotAllowed
from plots.pages.add.forms import AddForm
from taiping.ground.web import whole_number
from villages.accounts import drafts


def patch_add(request):
    today = timezone.localdate()
    targets = open_targets(request.user, today)
    if not targets:
        raise PermissionDenied("图斑由镇工作人员添加，请联系镇里。")
    if request.method != "POST":
        return _show(
            request,
            AddForm(targets=targets, user=request.user, today=today, initial=_from_link(request)),
        )
    form = AddForm(request.POST, targets=targets, user=request.user, today=today)
    if form.is_valid():
        data = form.cleaned_data
        try:
            patch, is_new = add(data["target"], data["village"], by=request.user, **form.facts())
        except NotAllowed as refusal:
            form.add_error("code", str(refusal))
        else:
            said = "已添加" if is_new else "刚才已经添加过"
            area = words.amount(patch.area_mu)
            messages.success(
                request,
                f"{said}图斑 {patch.code}，{patch.village}，{area}。{words.next_sentence(patch, today)}",
            )
            return redirect("plots:patch", patch.pk)
    return _show(request, form)


def _from_link(request):
    """地址里带来的任务和村，先替人选好。"""
    given = {name: request.GET[name] for name in ("target", "village") if request.GET.get(name)}
    if request.GET.get("plan") and "target" in given:
        given["target"] = f"{request.GET['plan']}:{given['target']}"
    if whole_number(given.get("village")) is None:
        given.pop("village", None)
    return given


def _show(request, form):
    drafts.refill(request, form)
    return render(request, "plots/add/add.html", {"form": form})
