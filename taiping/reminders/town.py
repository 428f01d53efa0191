"""镇工作人员的：等着核实的、没导完的文件；数和“今天要办的”一样。"""

from datetime import date

from taiping.dashboard import today as morning
from taiping.reminders.lines import Line, address_of
from villages.models import User


def lines(user: User, today: date) -> list[Line]:
    return [*_awaiting(user, today), *_imports(today)]


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
