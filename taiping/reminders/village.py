"""村支部书记的：退回的、逾期的、快到截止的、要答复的督办、没做够的常态工作。只算该村里办的。"""

from datetime import date

from plots.ledger.orders import standing_orders
from plots.ledger.village_duties import own_duties
from plots.ledger.village_tasks import OVERDUE, RETURNED, Tasks
from plots.models import OrderState, Patch
from taiping.ground.words import days_words
from taiping.reminders.lines import Line, address_of
from tasks.models import Milestone, Plan
from villages.models import User, Village

ACTOR = Milestone.Actor.VILLAGE


def lines(user: User, today: date) -> list[Line]:
    plans = Plan.objects.begun(today)
    villages = list(Village.objects.visible_to(user))
    tasks = Tasks(today, villages, plans)
    return [
        *_orders(villages, today),
        *_returned(tasks),
        *_overdue(tasks, today),
        *_coming(user, plans, today),
        *_duties(villages, plans, today),
    ]


def _orders(villages, today):
    """要答复的督办单；答复过、等着办结的不算。"""
    states = [order.state for order in standing_orders(villages, today)]
    late = states.count(OrderState.OVERDUE)
    if count := states.count(OrderState.UNANSWERED) + late:
        more = f"，其中 {late} 张超期" if late else ""
        yield Line(f"督办单 {count} 张要答复{more}", address_of("plots:my"), is_late=bool(late))


def _returned(tasks):
    if count := tasks.count(RETURNED):
        yield Line(
            f"退回 {count} 个，改好再报", address_of("plots:my", group=RETURNED), is_late=True
        )


def _overdue(tasks, today):
    late = tasks.of([OVERDUE])
    if late:
        oldest = min(task.order[1] for task in late)
        words = f"逾期 {len(late)} 个，最久的{days_words((oldest - today).days)}"
        yield Line(words, address_of("plots:my", group=OVERDUE), is_late=True)


def _coming(user, plans, today):
    """快到截止的：每份方案照自己的“提前几天预警”。"""
    for plan in plans:
        own = Patch.objects.visible_to(user).filter(target__plan=plan)
        coming = own.due_within(plan.warn_days, today).filter(next_milestone__actor=ACTOR)
        if count := coming.count():
            query = {"plan": plan.code, "due": plan.warn_days, "actor": ACTOR.value}
            named = f"（{plan.name}）" if len(plans) > 1 else ""
            words = f"{plan.warn_days} 天内到截止 {count} 个{named}"
            yield Line(words, address_of("plots:patch_list", **query))


def _duties(villages, plans, today):
    """没有做够的常态工作；方案没有要求几次的不说。"""
    lacking = [
        f"{each.duty.name}还差 {each.lacks} {each.duty.unit}"
        for each in own_duties(villages, plans, today)
        if each.lacks
    ]
    if lacking:
        yield Line(f"常态工作：{'，'.join(lacking)}", address_of("plots:my"))
