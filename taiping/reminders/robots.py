"""群里的机器人（企业微信、钉钉、飞书）：只说几个数和一个链接，不点名、不写编号，群里的人多半不该看见。"""

import hashlib
from datetime import date

from plots.ledger.queues import awaiting_count
from plots.models import OrderState, Patch, SupervisionOrder
from taiping.ground.actors import actors
from tasks.models import Milestone, Plan
from villages.models import Role, User

NOT_INSTALLED = "没有装 apprise，见运行手册“提醒”"


class NotSent(Exception):
    """没有送成，给人看的一句。"""


def robot_name(address: str) -> str:
    """认得出是哪一个、又不漏出密钥：“wecombot-1a2b3c4d”。"""
    kind = address.partition("://")[0]
    return f"{kind[:30]}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"


def words(today: date) -> str:
    """群里的一条；没有事是空的。数和镇里的人在页面上看到的一样。"""
    plan = Plan.objects.current(today)
    watcher = User.objects.filter(is_active=True).exclude(role=Role.SECRETARY).first()
    if plan is None or watcher is None:
        return ""
    late = Patch.objects.visible_to(watcher).filter(target__plan=plan).overdue(today)
    by_village = late.filter(next_milestone__actor=Milestone.Actor.VILLAGE).count()
    counts = [
        (f"该{actors.village}里办的逾期", by_village),
        (f"该{actors.town}里、{actors.district}里办的逾期", late.count() - by_village),
        ("待核实", awaiting_count(watcher)),
        ("超期没有答复的督办单", _late_orders(plan, today)),
    ]
    said = "，".join(f"{name} {count} 个" for name, count in counts if count)
    return f"{said}。" if said else ""


def _late_orders(plan, today):
    counts = SupervisionOrder.objects.filter(plan=plan).counted(today)
    return counts.get(OrderState.OVERDUE, 0)


def tell(address: str, title: str, body: str) -> None:
    """用 apprise 送一条；没送成抛 NotSent，话里没有地址和密钥。"""
    try:
        import apprise
    except ImportError:
        raise NotSent(NOT_INSTALLED) from None
    robot = apprise.Apprise()
    if not robot.add(address):
        raise NotSent("REMIND_ROBOTS 里的这个地址认不得，写法见运行手册“提醒”")
    if not robot.notify(title=title, body=body):
        raise NotSent("机器人没有收下，请看看密钥和网络")
