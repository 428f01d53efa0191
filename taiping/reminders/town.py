"""镇工作人员的：等着核实的、没导完的文件、没付的奖补、缺的整改材料；数和点开的那一页一样。"""

from datetime import date

from plots.models import Patch
from plots.models.documents import lacks_papers
from plots.models.route_changes import route_then
from taiping.dashboard import today as morning
from taiping.ground.money import yuan
from taiping.reminders.lines import Line, address_of
from taiping.subsidies.figures import account_of
from tasks.models import Plan
from tasks.models.question import DONE
from villages.models import User


def lines(user: User, today: date) -> list[Line]:
    found = [*_awaiting(user, today), *_imports(today)]
    plan = Plan.objects.current(today)
    if plan is not None:
        found += [*_money(plan, user, today), *_papers(plan, user, today)]
    return found


def _awaiting(user, today):
    queue = morning.waiting(user)
    if queue.count:
        days = (today - queue.oldest).days
        since = f"，最早的等了 {days} 天" if days else ""
        yield Line(f"待核实 {queue.count} 个{since}", address_of("plots:review"))


def _imports(today):
    left = morning.unfinished_imports(today)
    if left:
        shown = f"{morning.SHOWN_IMPORTS} 份以上" if len(left) > morning.SHOWN_IMPORTS else ""
        words = shown or f"{len(left)} 份"
        yield Line(f"传上来没导完的文件 {words}", address_of("dashboard:today"))


def _money(plan, user, today):
    if not plan.subsidies.exists():
        return
    account = account_of(plan, today, DONE, user)
    if account.left:
        words = f"奖补还有 {yuan(account.left)} 元没有拨付"
        yield Line(words, address_of("subsidies:overview", plan=plan.code))
    if account.over:
        words = f"奖补多付了 {yuan(account.over)} 元"
        yield Line(words, address_of("subsidies:overview", plan=plan.code), is_late=True)


def _papers(plan, user, today):
    """台账的“缺整改材料”是同样的几个。"""
    patches = Patch.objects.visible_to(user).filter(target__plan=plan).current()
    if count := patches.alias(route_then=route_then(today)).filter(lacks_papers(today)).count():
        yield Line(
            f"缺整改材料 {count} 个", address_of("plots:patch_list", plan=plan.code, papers="on")
        )
