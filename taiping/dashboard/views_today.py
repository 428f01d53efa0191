"""各人的首页；镇工作人员的“今天要办的”。"""

from django.shortcuts import redirect, render
from django.urls import reverse

from taiping.dashboard import today as morning
from taiping.ground.permissions import permission_required
from taiping.progress.question import DashboardQuery
from tasks.pages.question import question_of
from villages.models import Role, User

HOMES = {Role.STAFF: "dashboard:today", Role.SECRETARY: "plots:my"}


def home_of(user: User) -> str:
    """这个人打开系统先看的一页：村支部书记是我的任务，镇工作人员是今天要办的，别人是总览。"""
    return reverse(HOMES.get(user.role, "dashboard:dashboard"))


def home(request):
    return redirect(home_of(request.user))


@permission_required("dashboard.view_today")
def today(request):
    """待核实、没导完的、图形检查、逾期找谁、监测旧了，各一块；这一周的几份文件点一下就出。"""
    question = question_of(request, DashboardQuery)
    day, plan = question.today, question.plan
    imports = morning.unfinished_imports(day)
    rows = morning.overdue(request.user, plan, day)
    targets = morning.targets_of(plan, day)
    return render(
        request,
        "dashboard/today.html",
        {
            "day": day,
            "plan": plan,
            "asked": question.query(on=day, since="", villages="") if plan else "",
            "waiting": morning.waiting(request.user),
            "imports": imports[: morning.SHOWN_IMPORTS],
            "more_imports": len(imports) > morning.SHOWN_IMPORTS,
            "checks": morning.checks_to_see(request.user),
            "late": [row for row in rows if row.village],
            "late_elsewhere": [row for row in rows if not row.village],
            "readings": morning.old_readings(plan, targets, day),
            "late_readings": morning.late_readings(plan, targets, day),
            "by_patches": not targets or any(target.by_patches for target in targets),
            "recent_days": morning.RECENT_DAYS,
            "old_days": morning.OLD_DAYS,
        },
    )
