"""我的任务：村支部书记在手机上看轮到自己办的图斑。"""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plots.ledger import queues as my
from plots.pages.report.facts import rules, tasks_of
from taiping.ground.web import answer
from tasks.models import Plan
from tasks.models.readings import entries_of
from villages.models import Village

PAGE = 30
KEPT = 100  # 手机里留这么多个


def my_tasks(request):
    if not request.user.has_perm("plots.view_own_tasks"):
        return redirect("/")
    today = timezone.localdate()
    villages = list(Village.objects.visible_to(request.user))
    village = next((v for v in villages if str(v.pk) == request.GET.get("village")), None)
    here = village.pk if village else None
    counts = my.counts_of(request.user, today)
    groups = _shown(request.GET.get("group"), counts, here)
    names = list(my.GROUPS)
    patches = my.tasks_of(request.user, today).filter(
        rank__in=[names.index(group) for group in groups]
    )
    if village:
        patches = patches.filter(village=village)
    page = Paginator(patches.with_steps(), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "plots/my_tasks/my_tasks.html",
        {
            "villages": [(v, counts.village(v.pk)) for v in villages],
            "village": village,
            "page": page,
            "cards": my.cards(page.object_list, today),
            "groups": my.GROUPS,
            "only": groups[0] if len(groups) == 1 else "",
            "chips": [
                (code, name, counts.of(code, village=here)) for code, name in my.GROUPS.items()
            ],
            "total": counts.of(*my.GROUPS, village=here),
            "lead": _lead(counts, here),
            "later": 0 if my.LATER in groups else counts.of(my.LATER, village=here),
            "waiting": my.waiting_of(request.user, today, village),
            "one_village": len(villages) == 1,
            "newest": Plan.objects.current(today),
            "readings": entries_of([village] if village else villages, today),
        },
    )


@require_safe
def tasks(request):
    """手机里留一份的任务：没有网络时看、照着填表。只有要村里办的，急的在前，最多 KEPT 个。"""
    if not request.user.has_perm("plots.view_own_tasks"):
        return answer(403, words="这个账号没有要办的任务。")
    today = timezone.localdate()
    urgent = my.tasks_of(request.user, today).with_steps()[:KEPT]
    return answer(
        200,
        user=request.user.pk,
        name=str(request.user),
        at=timezone.now().isoformat(),
        rules=rules(),
        tasks=tasks_of(urgent, request.user),
    )


tasks.opens_by_get = False


def _shown(group, counts, village):
    """没点名看哪一组时，先给急的；没有急的就给以后的。"""
    if group in my.GROUPS:
        return [group]
    return list(my.PRESSING) if counts.of(*my.PRESSING, village=village) else [my.LATER]


def _lead(counts, village):
    found = [(my.RETURNED, "退回"), (my.OVERDUE, "逾期"), (my.SOON, f" {my.SOON_DAYS} 天内到期")]
    parts = [f"{n} 个{what}" for group, what in found if (n := counts.of(group, village=village))]
    later = counts.of(my.LATER, village=village)
    if parts:
        return f"有 {'、'.join(parts)}。"
    return f"{my.SOON_DAYS} 天内没有到期的，以后还有 {later} 个。" if later else ""
