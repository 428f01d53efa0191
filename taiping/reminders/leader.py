"""领导的：村里新逾期的、督办没有答复的；星期一另有三句说上周和这周。数照总览的。"""

from collections.abc import Iterator
from datetime import date, timedelta

from plots.models import OrderState, SupervisionOrder
from taiping.ground.actors import actors
from taiping.progress.comparison import compared
from taiping.progress.layout import due_soon
from taiping.progress.progress import progress_of_two_days
from taiping.progress.reading_counts import reading_counts
from taiping.progress.returns import returns_by_village
from taiping.progress.village_rows import village_rows, worst_villages
from taiping.reminders.lines import Line, address_of
from tasks.models import Plan
from tasks.models.question import DONE
from villages.models import User

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAY = 0


def lines(user: User, today: date) -> list[Line]:
    plan = Plan.objects.current(today)
    if plan is None:
        return []
    found = list(_newly_overdue(plan, today))
    for each in Plan.objects.begun(today):  # 去年的督办单没有办结，今年接着说
        found += _orders(each, today, "" if each == plan else f"（{each.name}）")
    if today.weekday() == MONDAY:
        found += _week(plan, today)
    return found


def _newly_overdue(plan: Plan, today: date) -> Iterator[Line]:
    """星期一从上星期五看起，周末逾期的也在里面。"""
    before = today - (3 * DAY if today.weekday() == MONDAY else DAY)
    now, then = progress_of_two_days(plan, today, before, DONE)
    *_, overdue = compared(then, now).lines
    if overdue.total > 0:
        since = "上星期五" if today.weekday() == MONDAY else "昨天"
        yield Line(
            f"该{actors.village}里办的逾期 {now.owed.village} 个，比{since}多 {overdue.total} 个",
            address_of("dashboard:dashboard", plan=plan.code, on=today, since=before),
            is_late=True,
        )


def _orders(plan, today, named):
    counts = SupervisionOrder.objects.filter(plan=plan).counted(today)
    late = counts.get(OrderState.OVERDUE, 0)
    if late:
        address = address_of("plots:orders", plan=plan.code, state=OrderState.OVERDUE)
        yield Line(f"督办单 {late} 张超期没有答复{named}", address, is_late=True)
    if unanswered := counts.get(OrderState.UNANSWERED, 0):
        address = address_of("plots:orders", plan=plan.code, state=OrderState.UNANSWERED)
        yield Line(f"督办单 {unanswered} 张还没有答复{named}", address)
    if waiting := counts.get(OrderState.ANSWERED, 0):
        address = address_of("plots:orders", plan=plan.code, state=OrderState.ANSWERED)
        yield Line(f"督办单 {waiting} 张答复了，等着看过办结{named}", address)


def _week(plan, today):
    now, then = progress_of_two_days(plan, today, today - WEEK, DONE)
    board = address_of("dashboard:dashboard", plan=plan.code, on=today, since="week")
    yield from _readings(now, board)
    if now.targets and not now.by_patches:
        return
    reported, confirmed, overdue = compared(then, now).lines
    yield Line(
        f"上周：上报 {reported.total:+d} 个，核实 {confirmed.total:+d} 个，"
        f"该{actors.village}里办的逾期 {overdue.total:+d} 个",
        board,
    )
    soon = address_of("plots:patch_list", plan=plan.code, due=WEEK.days)
    yield Line(f"这周 {WEEK.days} 天内到截止 {due_soon(now, WEEK.days)} 个", soon)
    _, rows = village_rows(now, "", returns_by_village(now))
    worst = [row for row in worst_villages(rows) if row.owed.village]
    if worst:
        named = "、".join(f"{row.village.name} {row.owed.village} 个" for row in worst)
        yield Line(f"逾期多的村：{named}", board)


def _readings(now, board):
    """监测的任务几项逾期、几项没报数、几项快到截止；没有逾期、没报数的，两样都有的方案不说。"""
    counts = reading_counts(now)
    is_late = bool(counts.overdue or counts.silent)
    told = [f"{number} 项{words}" for number, words, _ in counts.tiles[:3] if number]
    if told and (is_late or not now.by_patches):
        yield Line(f"监测的任务：{'；'.join(told)}", board, is_late=is_late)
