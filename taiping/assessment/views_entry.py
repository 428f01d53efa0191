"""人工评分：一个村的一项，或一项各村一起；撤回评错的。"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from taiping.assessment.actions import Refused, ScoredSince, give, last_scores, withdraw
from taiping.assessment.forms import ScoreForm, TableForm
from taiping.ground.area import figure
from taiping.ground.permissions import permission_required, refusal
from tasks.models import Score, ScoreItem
from tasks.pages.withdrawing import withdrawal
from villages.accounts import drafts
from villages.models import Village

SAME_FORM = "这张表单刚才已经交过，没有再评一次。"


@permission_required("assessment.score")
def score_add(request, village, item):
    """一个村的一项评几分，下面是以前评的。"""
    place = get_object_or_404(Village.objects.visible_to(request.user), pk=village)
    item = _item(item)
    given = {"item": item, "village": place, "seen": last_scores(item)}
    form, news = ScoreForm(request.POST or None, **given), []
    if request.method == "POST" and form.is_valid():
        news = _given(request, form)
        if news is None:
            return redirect(_village_page(item.plan, place))
    drafts.refill(request, form)
    before = Score.objects.visible_to(request.user).filter(item=item, village=place)
    context = {
        "item": item,
        "village": place,
        "form": form,
        "news": news,
        "before": before.select_related("by", "withdrawn_by"),
        "in_use": before.standing().newest_last().last(),
        "back": _village_page(item.plan, place),
    }
    return render(request, "assessment/score.html", context)


@permission_required("assessment.score")
def score_table(request, item):
    """一项，各村一起评。"""
    item = _item(item)
    villages = list(Village.objects.visible_to(request.user))
    given = {"item": item, "villages": villages, "seen": last_scores(item)}
    form, news = TableForm(request.POST or None, **given), []
    back = f"{reverse('assessment:sheet')}?plan={item.plan.code}"
    if request.method == "POST" and form.is_valid():
        news = _given(request, form)
        if news is None:
            return redirect(back)
    drafts.refill(request, form)
    in_use = Score.objects.standing().filter(item=item).newest_last().select_related("by")
    last = {score.village_id: score for score in in_use}
    rows = [(last.get(village.pk), village, *cells) for village, *cells in form.rows]
    context = {"item": item, "form": form, "news": news, "rows": rows, "back": back}
    return render(request, "assessment/table.html", context)


def _item(pk):
    item = get_object_or_404(ScoreItem.objects.select_related("plan", "section"), pk=pk)
    if not item.by_hand:
        raise PermissionDenied(f"“{item.name}”由系统算，不用人工评。")
    return item


def _given(request, form):
    """评成了的说一声，给出 None；没有评成的给出别人先评了什么，别的话已经写在表里。"""
    key, on = form.cleaned_data["client_key"], form.cleaned_data["on"]
    try:
        entered = give(form.item, form.marks, by=request.user, client_key=key, on=on)
    except ScoredSince as news:
        form.seeing(news.seen)
        return news.sentences
    except Refused as refused:
        form.add_error(None, str(refused))
        return []
    messages.success(request, SAME_FORM if entered.is_again else _told(entered.scores))
    return None


def _told(scores):
    """评了什么；有日期更晚的、还是用那个的，说一声。"""
    first, item = scores[0], scores[0].item
    told = f"已评“{item.name}”：{len(scores)} 个村。"
    if len(scores) == 1:
        told = f"已评：{first.village.name}“{item.name}”{figure(first.points)} 分。"
    same = Score.objects.standing().filter(item=item).select_related("village")
    in_use = {score.village_id: score for score in same.newest_last()}
    for score in scores:
        last = in_use[score.village_id]
        if last != score:
            told += (
                f"{last.village.name} {last.on} 评的 {figure(last.points)} 分日期更晚，"
                "看那天以后的还是用它。"
            )
    return told


@permission_required("assessment.view")
def score_withdraw(request, pk):
    """撤回评错的一个分，写明为什么。别村的人看不到。"""
    found = Score.objects.visible_to(request.user)
    score = get_object_or_404(found.select_related("item__plan", "village", "by"), pk=pk)
    back = _village_page(score.item.plan, score.village)
    done = withdrawal(
        request,
        score,
        refused=refusal("assessment.withdraw", request.user, score),
        act=lambda reason: withdraw(score, by=request.user, reason=reason),
        example="“评到别的村了”“重复评的”",
        back=back,
    )
    if isinstance(done, HttpResponse):
        return done
    same = Score.objects.standing().filter(item=score.item_id, village=score.village_id)
    context = {
        "score": score,
        "form": done,
        "back": back,
        "next": same.exclude(pk=score.pk).newest_last().last(),
    }
    return render(request, "assessment/withdraw.html", context)


def _village_page(plan, village):
    return f"{reverse('assessment:village', args=[village.pk])}?plan={plan.code}"
