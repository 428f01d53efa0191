"""成批办理：先说清要动几块，确认了才办；办不成的一块一块说明。"""

from django.contrib import messages
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from plots.actions.messages import identifier
from plots.pages.bulk.forms import BULK, BulkForm, answer, carry_out, picked, undo
from taiping.ground.permissions import permission_required
from villages.accounts import drafts
from villages.accounts.landing import only_post


@permission_required("plots.act_in_bulk")
def patch_bulk(request):
    posted = request.POST or drafts.waiting(request, request.path)  # 登录超时前勾的、填的，接着办
    verb, back = posted.get("verb", ""), _back(posted)
    if verb not in BULK:
        messages.warning(request, "请在台账里勾选图斑，再选要办什么。")
        return redirect(back)
    patches = picked(posted.getlist("pk"), request.user)
    if not patches:
        messages.warning(request, "没有勾选图斑。请先勾选要办理的图斑。")
        return redirect(back)
    confirmed = "client_key" in request.POST
    form = BulkForm(request.POST if confirmed else None, verb=verb)
    if confirmed and form.is_valid():
        done, refused = carry_out(form, patches, request.user)
        if done:
            messages.success(request, answer(verb, done))
        given = {"done": done, "refused": refused, "key": form.cleaned_data["client_key"]}
        return _show(request, "plots/bulk/result.html", posted, patches, **given)
    drafts.refill(request, form)
    return _show(request, "plots/bulk/bulk.html", posted, patches, form=form)


@only_post
@permission_required("plots.act_in_bulk")
def bulk_undo(request):
    """撤回刚才的一次成批办理：后来没有人办别的才撤得回，撤不回的一块块说明。"""
    posted = request.POST
    verb, key = posted.get("verb", ""), identifier(posted.get("key"))
    patches = picked(posted.getlist("pk"), request.user)
    if verb not in BULK or key is None or not patches:
        messages.warning(request, "没有找到要撤回的那一次成批办理。")
        return redirect(_back(posted))
    taken, kept = undo(key, verb, patches, request.user)
    if taken:
        messages.success(
            request, f"已撤回 {len(taken)} 个图斑的“{BULK[verb]}”，回到办理以前的样子。"
        )
    if not kept:
        return redirect(_back(posted))
    return _show(request, "plots/bulk/undone.html", posted, patches, done=taken, refused=kept)


def _back(posted):
    """回到原来的台账；只认参数，不认地址，免得被带到别处去。"""
    query = QueryDict(posted.get("back", "")[:2000]).urlencode()
    return reverse("plots:patch_list") + (f"?{query}" if query else "")


def _show(request, template, posted, patches, **more):
    verb = posted["verb"]
    return render(
        request,
        template,
        {
            "verb": verb,
            "name": BULK[verb],
            "patches": patches,
            "back": _back(posted),
            "query": posted.get("back", "")[:2000],
            "area": sum(patch.area_mu for patch in patches),
            **more,
        },
    )
