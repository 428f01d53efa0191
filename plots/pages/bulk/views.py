"""成批办理：先说清要动几块，确认了才办；办不成的一块一块说明。"""

from django.contrib import messages
from django.shortcuts import redirect, render

from plots.actions.foreseeing import refusals
from plots.actions.messages import identifier
from plots.pages.bulk.forms import BULK, BulkForm, answer, carry_out, is_answered, undo
from plots.pages.bulk.selection import MOST_CHARS, Selection, picked, place_of, selected, ticked
from taiping.ground.permissions import permission_required
from villages.accounts import drafts
from villages.accounts.landing import only_post


@permission_required("plots.act_in_bulk")
def patch_bulk(request):
    posted = request.POST or drafts.waiting(request, request.path)  # 登录超时前勾的、填的，接着办
    verb, (_, back) = posted.get("verb", ""), place_of(posted)
    if verb not in BULK:
        messages.warning(request, "请在台账里勾选图斑，再选要办什么。")
        return redirect(back)
    confirmed = "client_key" in request.POST
    form = BulkForm(request.POST if confirmed else None, verb=verb)
    is_valid = confirmed and form.is_valid()
    chosen = selected(posted, request.user)
    if is_valid and chosen.problem:
        shown = picked(ticked(posted), request.user)
        chosen = Selection(shown) if is_answered(form, shown) else chosen
    if not chosen.patches:
        messages.warning(request, chosen.problem or "没有勾选图斑。请先勾选要办理的图斑。")
        return redirect(back)
    if is_valid and chosen.problem:
        form = form.asked_again()
    elif is_valid:
        done, refused = carry_out(form, chosen.patches, request.user)
        if done:
            messages.success(request, answer(verb, done))
        given = {"done": done, "refused": refused, "key": form.cleaned_data["client_key"]}
        return _show(request, "plots/bulk/result.html", posted, chosen.patches, **given)
    drafts.refill(request, form)
    return _preview(request, posted, chosen, form)


def _preview(request, posted, chosen, form):
    """办以前：能办的几个、多少亩，不能的一块一块写明为什么。"""
    patches = chosen.patches
    cannot = refusals(form.verb, patches, request.user)
    ready = [patch for patch in patches if patch.pk not in cannot]
    given = {
        "form": form,
        "cannot": cannot,
        "ready": ready,
        "count": chosen.count,
        "problem": chosen.problem,
        "area": sum(patch.area_mu for patch in ready),
    }
    return _show(request, "plots/bulk/bulk.html", posted, patches, **given)


@only_post
@permission_required("plots.act_in_bulk")
def bulk_undo(request):
    """撤回刚才的一次成批办理：后来没有人办别的才撤得回，撤不回的一块块说明。"""
    posted = request.POST
    verb, key = posted.get("verb", ""), identifier(posted.get("key"))
    patches = picked(ticked(posted), request.user)
    if verb not in BULK or key is None or not patches:
        messages.warning(request, "没有找到要撤回的那一次成批办理。")
        return redirect(place_of(posted)[1])
    taken, kept = undo(key, verb, patches, request.user)
    if taken:
        messages.success(
            request, f"已撤回 {len(taken)} 个图斑的“{BULK[verb]}”，回到办理以前的样子。"
        )
    if not kept:
        return redirect(place_of(posted)[1])
    return _show(request, "plots/bulk/undone.html", posted, patches, done=taken, refused=kept)


def _show(request, template, posted, patches, **more):
    verb, (place, back) = posted["verb"], place_of(posted)
    return render(
        request,
        template,
        {
            "verb": verb,
            "name": BULK[verb],
            "patches": patches,
            "place": place,
            "came_from": posted.get("from", ""),
            "back": back,
            "query": posted.get("back", "")[:MOST_CHARS],
            **more,
        },
    )
