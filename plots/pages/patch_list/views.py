"""台账：看、筛、排、导出。"""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import redirect, render

from plots.models import Patch
from plots.pages.bulk.forms import BULK
from plots.pages.bulk.selection import MOST_AT_ONCE
from plots.pages.patch.that_day import that_day_query
from plots.pages.patch_list.chips import GROUPS, condition_of, name_of, worded
from plots.pages.patch_list.filters import PatchFilter
from plots.pages.patch_list.rows import CountedPages, rows_of, with_papers
from taiping.ground.web import download
from tasks.pages.question import question_of

HEADS = {
    "code": "图斑编号",
    "village": "村",
    "target": "目标任务",
    "area": "面积（亩）",
    "status": "状态",
    "step": "下一步",
    "due": "截止日期",
    "place": "小地名",
}


def patch_list(request):
    filters = filters_of(request)
    found, (count, area) = filters.qs, filters.order.totals
    area += filters.ledger.more_mu(found) if filters.is_as_of else 0
    given = filters.conditions
    steps = filters.ledger.asked_steps(given.get("state"), given.get("milestone"))
    done = filters.ledger.amounts(found, steps) if filters.is_as_of and steps and count else None
    page = CountedPages(filters.order, count).get_page(request.GET.get("page"))
    return render(
        request,
        "plots/patch_list/patch_list.html",
        {
            "filters": filters,
            "form": filters.form,
            "page": page,
            "rows": with_papers(rows_of(page.object_list, filters), filters),
            "count": count,
            "area": area,
            "amounts": done,
            "chips": chips_of(filters),
            "heads": _heads(filters),
            "elsewhere": _elsewhere(request, filters) if not count else [],
            "query": query_of(filters, "page", "select"),
            "past_query": that_day_query(filters.question) if filters.is_as_of else "",
            "page_query": query_of(filters, "page"),
            "all_ticked": request.GET.get("select") in ("page", "all"),
            "everything": request.GET.get("select") == "all" and count <= MOST_AT_ONCE,
            "most_at_once": MOST_AT_ONCE,
            "may_add": _may_add(request.user, filters),
            "bulk": BULK if request.user.has_perm("plots.act_in_bulk") else None,
            "may_order": request.user.has_perm("plots.issue_order"),
        },
    )


def patch_export(request):
    """筛出来的图斑，一份 Excel：和列表同一个筛选、同一个范围。"""
    from plots.exporting.workbooks import ledger_workbook

    filters = filters_of(request)
    if filters.faults:
        return not_exported(request, filters)
    if not filters.scope.by_patches:  # 台账页说得清为什么，不给一张空表
        messages.warning(request, f"{filters.question.plan}没有图斑，没有可以导出的台账。")
        return redirect(f"{redirect('plots:patch_list').url}?{request.GET.urlencode()}")
    title = f"{filters.title}台账"
    ledger = filters.ledger if filters.is_as_of else None
    content = ledger_workbook(filters.sorted(filters.qs), title, ledger, condition_of(filters))
    return download(content, f"{title}{name_of(filters)}_{filters.day:%Y%m%d}.xlsx")


def not_exported(request, filters):
    """有条件用不上：不导出，不然出来的是别的图斑。说清是哪一条，条件都带回台账去改。"""
    asked = request.GET.urlencode()
    given = {"faults": filters.faults, "asked": f"?{asked}" if asked else ""}
    return render(request, "plots/patch_list/not_exported.html", given, status=400)


def _elsewhere(request, filters):
    """这份方案里没有查到的，别的方案里有几个：[(一句话, 地址)]。"""
    others = [plan for plan in filters.question.plans if plan != filters.question.plan]
    if "q" not in filters.conditions or not others:
        return []
    found = filters.by_words(
        Patch.objects.visible_to(request.user).current().filter(target__plan__in=others),
        "q",
        filters.conditions["q"],
    )
    rows = found.order_by().values_list("target__plan").annotate(Count("pk"))
    counts, links = dict(rows), []
    for plan in others:
        if plan.pk in counts:
            query = urlencode({"plan": plan.code, "q": filters.conditions["q"]})
            links.append((f"{plan.name}有 {counts[plan.pk]} 个", f"?{query}"))
    return links


def filters_of(request):
    return PatchFilter(
        request.GET,
        queryset=Patch.objects.visible_to(request.user),
        user=request.user,
        question=question_of(request),
    )


def query_of(filters, *without, **changes):
    """眼下的条件去掉几项、换几项，写成地址参数；空的不写。"""
    params = filters.data.copy()
    for name in (*without, *changes):
        params.pop(name, None)
    for name in [name for name, value in params.items() if not value]:
        params.pop(name)
    params.update(changes)
    return params.urlencode()


def chips_of(filters):
    """[(说法, 去掉这一条的参数)]。"""
    return [
        (text, query_of(filters, "page", "select", *GROUPS.get(name, (name,))))
        for name, text in worded(filters)
    ]


def _heads(filters):
    """[(列名, 键, 排这一列的参数, 现在的排法)]：再点一次倒过来。"""
    key, descending = filters.sort
    others, heads = query_of(filters, "page", "select", "sort"), []
    for name, text in HEADS.items():
        now = ("descending" if descending else "ascending") if name == key else ""
        wanted = f"-{name}" if now == "ascending" else name
        heads.append((text, name, f"{others}&sort={wanted}".lstrip("&"), now))
    return heads


def _may_add(user, filters):
    targets = {step.target for step in filters.milestones}
    return any(user.has_perm("plots.add_patch", target) for target in targets)
