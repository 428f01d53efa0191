"""演示奖补：一条写明是演示的标准，一笔到位资金，付给头两个得了奖补的村。标准是编的，名称、依据都这样写，清的时候一起清。"""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from taiping.demo.table import table
from taiping.ground.money import to_the_cent
from taiping.progress.work_done import work_done
from taiping.subsidies.figures import rows_of
from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt, Target
from tasks.models.question import DONE
from villages.models import Role, User


def load(now: datetime) -> int:
    """有这项任务的方案各一条；返回标准、到位、拨付一共几条。"""
    wanted, made = table()["subsidies"], 0
    for target in Target.objects.filter(code=wanted["target"]).select_related("plan"):
        step = target.milestones.last()
        if step is None or not target.by_patches:
            continue
        subsidy = Subsidy.objects.create(
            plan=target.plan,
            code=wanted["code"],
            name=wanted["name"],
            target=target,
            milestone=step,
            per=Subsidy.Per.MU,
            rate=Decimal(wanted["rate"]),
            basis=wanted["basis"],
            order=99,
            is_demo=True,
        )
        made += 1 + _move_money(subsidy, now, wanted)
    return made


def _move_money(subsidy, now, wanted):
    """到位一笔，头一个村付清，第二个村付一半。"""
    on, clerk = timezone.localdate(now), User.objects.filter(is_demo=True, role=Role.STAFF).first()
    given = {"on": on, "by": clerk, "created_at": now, "is_demo": True}
    if not subsidy.plan.starts_on <= on <= subsidy.plan.ends_on:
        return 0
    work = work_done(subsidy.plan, {subsidy.target_id}, on, DONE)
    earning = [row for row in rows_of(subsidy, work) if row.earned]
    SubsidyReceipt.objects.create(
        plan=subsidy.plan, amount=Decimal(wanted["received"]), document=wanted["document"], **given
    )
    for number, (row, share) in enumerate(zip(earning, wanted["shares"], strict=False), start=1):
        SubsidyPayment.objects.create(
            subsidy=subsidy,
            village=row.village,
            amount=to_the_cent(row.earned * Decimal(share)),
            voucher=f"演示-{number:03d}",
            purpose=wanted["purpose"],
            **given,
        )
    return 1 + SubsidyPayment.objects.filter(subsidy=subsidy).count()


def clear() -> dict[str, int]:
    """演示标准上人手录的拨付也是演示的，一起清。"""
    payments = SubsidyPayment.objects.filter(subsidy__is_demo=True).delete()[0]
    receipts = SubsidyReceipt.objects.filter(is_demo=True).delete()[0]
    standards = Subsidy.objects.filter(is_demo=True).delete()[0]
    return {"奖补": payments + receipts + standards}
