"""我的任务：村支部书记在手机上看轮到自己办的图斑。"""

from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from plots.actions.adding import open_targets
from plots.ledger import village_tasks as my
from plots.ledger.confirmed import confirmed_since
from plots.ledger.orders import standing_orders, unanswered_remarks
from plots.ledger.village_duties import own_duties
from plots.pages.my_tasks.forms import FindForm
from plots.pages.my_tasks.visits import last_visit
from plots.pages.orders.forms import with_answers
from plots.pages.report.facts import rules, tasks_facts
from taiping.ground import dates
from taiping.ground.web import answer
from tasks.models import Plan
from tasks.models.readings import entries_of
from villages.models import Village

PAGE = 30
KEPT = 100  # 手机里留这么多个
NEAR, NEAREST = "near", 200  # 按远近排：一页给这么多块，由手机自己排，位置不出手机
MANY_TASKS = 20  # 多过这么多块，翻着找不如搜
MOST_REMARKS = 10  # 写在图斑上的督办，最上面最多列这么多条
MANY_VILLAGES = 8  # 多过这么多村，一个个按钮占半屏，改成下拉


def my_tasks(request):
    if not request.user.has_perm("plots.view_own_tasks"):
        return redirect("/")
    today = dates.today()
    find = FindForm(request.GET)
    villages = list(Village.objects.visible_to(request.user))
    village = next((v for v in villages if str(v.pk) == request.GET.get("village")), None)
    here = village.pk if village else None
    plans = Plan.objects.begun(today)
    tasks = my.Tasks(today, villages, plans, find.words)
    groups = _shown(request.GET.get("group"), tasks, here, find.words)
    is_near = request.GET.get("sort") == NEAR
    pages = Paginator(tasks.of(groups, here), NEAREST if is_near else PAGE)
    page = pages.get_page(request.GET.get("page"))
    shown = [village] if village else villages
    return render(
        request,
        "plots/my_tasks/my_tasks.html",
        {
            "find": find,
            "may_find": bool(find.words or find.errors) or tasks.count(*my.GROUPS) > MANY_TASKS,
            "many_villages": len(villages) > MANY_VILLAGES,
            "villages": [(v, tasks.count(*my.GROUPS, village=v.pk)) for v in villages],
            "village": village,
            "page": page,
            "cards": tasks.cards(page.object_list, placed=is_near),
            "is_near": is_near,
            "any_placed": tasks.any_placed,
            "groups": my.GROUPS,
            "only": groups[0] if len(groups) == 1 else "",
            "chips": [
                (code, name, tasks.count(code, village=here)) for code, name in my.GROUPS.items()
            ],
            "total": tasks.count(*my.GROUPS, village=here),
            "lead": _lead(tasks, here, find.words),
            "later": 0 if my.LATER in groups else tasks.count(my.LATER, village=here),
            "waiting": tasks.waiting(here),
            "today": today,
            "orders": with_answers(standing_orders(shown, today), request.user),
            "remarks": unanswered_remarks(shown, tasks.open, MOST_REMARKS),
            "one_village": len(villages) == 1,
            "newest": plans[0] if plans else None,
            "confirmed": confirmed_since(villages, last_visit(request)),
            "may_add": bool(villages and open_targets(request.user, plans)),
            "readings": entries_of(shown, plans, today),
            "duties": own_duties(shown, plans, today),
            "shown_villages": shown,
        },
    )


@require_safe
def tasks(request):
    """手机里留一份的任务：没有网络时看、照着填表。只有要村里办的，急的在前，最多 KEPT 个。"""
    if not request.user.has_perm("plots.view_own_tasks"):
        return answer(403, words="这个账号没有要办的任务。")
    today = dates.today()
    tasks = my.Tasks(today, Village.objects.visible_to(request.user))
    urgent = tasks.patches(tasks.all[:KEPT])
    return answer(
        200,
        user=request.user.pk,
        name=str(request.user),
        at=timezone.now().isoformat(),
        rules=rules(),
        tasks=tasks_facts(urgent, request.user),
    )


def _shown(group, tasks, village, words):
    """没点名看哪一组时，先给急的；没有急的就给以后的。搜的时候急不急都要找到。"""
    if group in my.GROUPS:
        return [group]
    if words:
        return list(my.GROUPS)
    return list(my.PRESSING) if tasks.count(*my.PRESSING, village=village) else [my.LATER]


def _lead(tasks, village, words):
    if words:
        found = tasks.count(*my.GROUPS, village=village)
        return f"含“{words}”的有 {found} 个。" if found else ""
    found = [(my.RETURNED, "退回"), (my.OVERDUE, "逾期"), (my.SOON, f" {my.SOON_DAYS} 天内到期")]
    parts = [f"{n} 个{what}" for group, what in found if (n := tasks.count(group, village=village))]
    later = tasks.count(my.LATER, village=village)
    if parts:
        return f"有 {'、'.join(parts)}。"
    return f"{my.SOON_DAYS} 天内没有到期的，以后还有 {later} 个。" if later else ""
