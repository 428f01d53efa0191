"""每页都要的几样东西：站名、这个人能去的页面、现在在哪一页。"""

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from plots.ledger.queues import awaiting_count
from villages.models import User

# 有哪项权限就看得见哪个入口；没有的页面不出现。
ITEMS = [
    ("总览", "dashboard:dashboard", "dashboard.view_town"),
    ("我的任务", "plots:my", "plots.view_own_tasks"),
    ("图斑台账", "plots:patch_list", "plots.view_town_ledger"),
    ("图斑", "plots:patch_list", "plots.view_own_tasks"),
    ("地图", "plots:patch_map", "plots.view_map"),
    ("待核实", "plots:review", "plots.review"),
    ("方案", "tasks:plan", "tasks.view_plan"),
    ("通报", "reports:bulletin", "reports.read_bulletin"),
]


def navigation(request):
    named = {
        "site_name": settings.SITE_NAME,
        "site_short": f"{settings.TOWN_NAME}耕地保护",
        "nav_items": [],
        "has_demo": False,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change_password:
        return named
    named["nav_items"] = nav_items(request, user)
    named["has_demo"] = User.objects.filter(is_demo=True, is_active=True).exists()
    return named


def nav_items(request, user):
    items = []
    for label, name, permission in ITEMS:
        if not user.has_perm(permission):
            continue
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        count = awaiting_count(user) if name == "plots:review" else 0
        items.append({"label": label, "url": url, "current": False, "count": count})
    # 最长的前缀就是“我在哪里”：/patches/map/ 属于地图，不属于台账
    at = request.path
    here = [
        item
        for item in items
        if at == item["url"] or (item["url"] != "/" and at.startswith(item["url"]))
    ]
    if not here and at.startswith("/villages/"):
        here = items[:1]  # 村页从总览（村支部书记从“我的任务”）点进去
    if here:
        max(here, key=lambda item: len(item["url"]))["current"] = True
    return items
