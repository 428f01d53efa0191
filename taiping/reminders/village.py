"""村支部书记的：退回的、逾期的、快到截止的、要答复的督办、没做够的常态工作。只算该村里办的。"""

from datetime import date

from plots.ledger.village_tasks import OVERDUE, RETURNED, Tasks
from plots.models import Patch
from taiping.ground.words import days_words
from taiping.reminders.lines import Line, address_of
from tasks.models import Milestone, Plan
from villages.models import User, Village

ACTOR = Milestone.Actor.VILLAGE


def lines(user: User, today: date) -> list[Line]:
    plans = Plan.objects.begun(today)
    villages = list(Village.objects.visible_to(user))
    tasks = Tasks(user, today, villages, plans)
    return [*_returned(tasks), *_overdue(tasks, today), *_coming(user, plans, today)]


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
