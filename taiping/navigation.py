"""每页都要的几样东西：站名、固定的今天、这个人能去的页面、现在在哪一页、看的是哪一份方案。"""

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from plots.ledger.older_plans import unfinished
from plots.ledger.queues import awaiting_count
from plots.models import Patch
from taiping.dashboard.views_today import home_of
from taiping.ground.dates import fixed_day, today
from taiping.ground.display import day
from taiping.reminders.day import is_unread
from tasks.models.question import DONE
from villages.accounts.landing import HOME
from villages.models import User

# (放在哪一组, 说法, 网址的名字, 权限)：有哪项权限就看得见哪个入口，没有的不出现；组是空的直接放在菜单上。
DO, PAPERS = "办理", "出表"
ITEMS = [
    ("", "今天", "dashboard:today", "dashboard.view_today"),
    ("", "总览", "dashboard:dashboard", "dashboard.view_town"),
    ("", "我的任务", "plots:my", "plots.view_own_tasks"),
    ("", "图斑", "plots:patch_list", "plots.view_own_tasks"),
    ("", "督办", "plots:orders", "plots.view_orders"),
    (DO, "待核实", "plots:review", "plots.review"),
    (DO, "导入图斑", "plots:patch_import", "plots.import_patches"),
    (DO, "添加图斑", "plots:patch_add", "plots.import_patches"),
    (DO, "图形检查", "plots:checks", "plots.view_checks"),
    (DO, "监测数", "tasks:readings", "tasks.add_reading"),
    (DO, "常态工作", "plots:duties", "tasks.keep_duties"),
    (PAPERS, "图斑台账", "plots:patch_list", "plots.view_town_ledger"),
    (PAPERS, "周报（Excel）", "reports:weekly", "reports.download_weekly"),
    (PAPERS, "通报", "reports:bulletin", "reports.read_bulletin"),
    (PAPERS, "村级确认表", "reports:confirmations", "reports.read_bulletin"),
    (PAPERS, "常态工作", "plots:duties", "tasks.read_duties"),
    (PAPERS, "奖补", "subsidies:overview", "subsidies.publish"),
    (PAPERS, "考核", "assessment:sheet", "assessment.view_town"),
    (PAPERS, "会议大屏", "dashboard:screen", "dashboard.show_screen"),
    ("", "地图", "plots:patch_map", "plots.view_map"),
    ("", "方案", "tasks:plan", "tasks.view_plan"),
]
# 不看是哪一份、哪一天的，不带
OF_EVERY_PLAN = {"dashboard:today", "plots:my", "plots:review", "plots:patch_import"}


def navigation(request):
    named = {
        "site_name": settings.SYSTEM_TITLE,
        "site_short": settings.SYSTEM_SHORT,
        "home_url": HOME,
        "nav": [],
        "plan_links": [],
        "older_plans": [],
        "has_demo": False,
        "fixed_day": day(fixed_day()),
        "bell": None,
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or user.must_change_password:
        return named
    question = getattr(request, "question", None)
    if question is not None and len(question.plans) > 1:
        named["plan_links"] = plan_links(request, question)
        named["older_plans"] = [*older_plans(question, user), *to_carry(question, user)]
    context = question.context if question is not None and question.plan else {}
    named["home_url"] = home_of(user)
    named["bell"] = bell_of(user, today())
    named["nav"] = menu(nav_items(request, user, context))
    named["has_demo"] = User.objects.filter(is_demo=True, is_active=True).exists()
    return named


def bell_of(user, day):
    """铃铛：今天的看过没有、几件；算好的记在账号上，这里不查。"""
    unread = is_unread(user, day)
    count = user.reminder_count if unread and user.reminded_on == day else 0
    words = f"今天的提醒，{count} 件还没看" if count else "今天的提醒"
    return {"is_unread": unread, "count": count, "words": words}


def plan_links(request, question):
    """[(方案的名字, 这一页换成看它的地址, 是不是正在看的)]；看的是哪一天、哪种口径不变。"""
    links = []
    for plan in question.plans:
        query = urlencode({**question.context, "plan": plan.code})
        links.append((plan.name, f"{request.path}?{query}", plan == question.plan))
    return links


def older_plans(question, user):
    """[(一句话, 台账里是哪些)]：早开始的方案还没有了结的。"""
    patches = Patch.objects.visible_to(user)
    found = unfinished(question.older_plans, question.on, question.basis, patches)
    ledger, links = reverse("plots:patch_list"), []
    for row in found:
        query = urlencode({**question.context, "plan": row.plan.code, "state": "open"})
        links.append((str(row), f"{ledger}?{query}"))
    return links


def to_carry(question, user):
    """[(一句话, 结转的页面)]：看的是早的一份、还有没了结的，管理员可以结转到后来的。"""
    is_older = any(plan.starts_on > question.plan.starts_on for plan in question.plans)
    if not is_older or not user.has_perm("plots.carry_over"):
        return []
    found = unfinished([question.plan], question.today, DONE, Patch.objects.visible_to(user))
    address = f"{reverse('plots:carry')}?{urlencode({'plan': question.plan.code})}"
    return [(f"把没了结的 {row.count} 个图斑结转到别的方案", address) for row in found]


def nav_items(request, user, context):
    """context 是看的方案、日期、口径，去别的页也带着。"""
    items, query = [], f"?{urlencode(context)}" if context else ""
    for group, label, name, permission in ITEMS:
        if not user.has_perm(permission):
            continue
        path = reverse(name)
        count = awaiting_count(user) if name == "plots:review" else 0
        url = path if name in OF_EVERY_PLAN else path + query
        item = {"group": group, "label": label, "path": path, "url": url}
        items.append({**item, "current": False, "count": count})
    # 最长的前缀就是“我在哪里”：/patches/map/ 属于地图，不属于台账
    at = request.path
    here = [
        item
        for item in items
        if at == item["path"] or (item["path"] != "/" and at.startswith(item["path"]))
    ]
    if not here and at.startswith("/villages/"):
        # 村页从总览（村支部书记从“我的任务”）点进去
        here = [item for item in items if item["label"] in ("总览", "我的任务")]
    if here:
        max(here, key=lambda item: len(item["path"]))["current"] = True
    return items


def menu(items):
    """[(组, 各项)]，照 ITEMS 的先后；不分组的一项一组，组名是空的。"""
    groups = []
    for item in items:
        if item["group"] and groups and groups[-1][0] == item["group"]:
            groups[-1][1].append(item)
        else:
            groups.append((item["group"], [item]))
    return groups
