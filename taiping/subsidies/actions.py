"""录入到位资金、拨付，撤回录错的：只增不改。拨付在锁住的标准上办，别人先付的、会多付的先说清楚。"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from taiping.ground.dates import long_date, today
from taiping.ground.money import yuan
from taiping.ground.permissions import refusal
from taiping.subsidies.figures import VillageRow, row_of
from tasks.models import Plan, Subsidy, SubsidyPayment, SubsidyReceipt
from tasks.models.question import DONE
from villages.models import User, Village

USED_KEY = "这张表单已经用过了，填的是另一笔。请重新打开页面再填。"


class Refused(Exception):
    """现在不能录；说明是给人看的一句话。"""


class PaidSince(Exception):
    """打开表单以后，别人先给这个村拨付了：sentences 一笔一句，seen 是现在最后一笔的主键。"""

    def __init__(self, payments: list[SubsidyPayment]):
        sentences = [
            f"{payment.by or '别人'}刚录入：给{payment.village.name}拨付 {yuan(payment.amount)} 元，"
            f"{long_date(payment.on)}，凭证 {payment.voucher}，{payment.purpose}。"
            for payment in payments
        ]
        super().__init__("".join(sentences))
        self.sentences, self.seen = sentences, max(payment.pk for payment in payments)


class Doubtful(Exception):
    """会多付、或没有标准可核对的，要人说一声“核对过了”；token 认得就是这几个数。"""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.token = sha256(sentence.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Entered:
    """录好的一笔；is_again 是同一张表单又交了一次，用的是第一次的。"""

    money: SubsidyReceipt | SubsidyPayment
    is_again: bool = False


@transaction.atomic
def receive(
    plan: Plan, *, by: User, client_key: UUID, on: date, amount: Decimal, **words: Any
) -> Entered:
    """录一笔到位资金；同一张表单交两次只有一笔。"""
    _allow("subsidies.enter", by)
    Plan.objects.select_for_update().get(pk=plan.pk)
    if first := _first(SubsidyReceipt, client_key, plan=plan, on=on, amount=amount):
        return Entered(first, is_again=True)
    given = {"plan": plan, "on": on, "amount": amount, **words}
    return Entered(_saved(SubsidyReceipt(by=by, client_key=client_key, **given)))


@transaction.atomic
def pay(
    subsidy: Subsidy,
    village: Village,
    *,
    by: User,
    client_key: UUID,
    seen: int | None,
    sure: str = "",
    on: date,
    amount: Decimal,
    **words: Any,
) -> Entered:
    """给一个村拨付一笔。

    锁住这条标准再看：打开以后（seen 是那时全镇最后一笔）别人给这个村付过的抛 PaidSince；
    会多付的抛 Doubtful，sure 是它的 token 才付。
    """
    _allow("subsidies.enter", by)
    subsidy = Subsidy.objects.select_for_update().get(pk=subsidy.pk)
    if first := _first(SubsidyPayment, client_key, subsidy=subsidy, village=village, amount=amount):
        return Entered(first, is_again=True)
    if seen is not None and (news := _since(subsidy, village, seen, by)):
        raise PaidSince(news)
    row = row_of(subsidy, village, today(), DONE)
    if (doubt := doubt_of(subsidy, row, amount)) and doubt.token != sure:
        raise doubt
    given = {"subsidy": subsidy, "village": village, "on": on, "amount": amount, **words}
    is_demo = subsidy.is_demo
    return Entered(_saved(SubsidyPayment(by=by, client_key=client_key, is_demo=is_demo, **given)))


def doubt_of(subsidy: Subsidy, row: VillageRow, amount: Decimal) -> Doubtful | None:
    """这一笔要不要再问一遍；要付的比还没付的多，或没有标准可核对。"""
    name, paid = row.village.name, yuan(row.paid)
    if row.earned is None:
        return Doubtful(
            f"“{subsidy.name}”还没有填标准，算不出{name}该得多少；"
            f"已拨付 {paid} 元，这次 {yuan(amount)} 元。"
        )
    over = row.paid + amount - row.earned
    if over <= 0:
        return None
    return Doubtful(
        f"{name}应奖补 {yuan(row.earned)} 元，已拨付 {paid} 元；"
        f"这次付 {yuan(amount)} 元，就多付 {yuan(over)} 元。"
    )


@transaction.atomic
def withdraw(money: SubsidyReceipt | SubsidyPayment, *, by: User, reason: str) -> None:
    """撤回录错的一笔；撤不了的抛 PermissionDenied，说明是给人看的一句话。"""
    money = type(money).objects.select_for_update(of=("self",)).get(pk=money.pk)
    _allow("subsidies.withdraw", by, money)
    money.take_back(by, reason)


def last_payment() -> int:
    """现在最后一笔拨付的主键；还没有是 0。打开表单时记下，交的时候看有没有更新的。"""
    return SubsidyPayment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _since(subsidy, village, seen, by):
    """seen 以后别人给这个村付的；自己付的不用再说。"""
    found = SubsidyPayment.objects.standing().filter(subsidy=subsidy, village=village, pk__gt=seen)
    return list(found.exclude(by=by).select_related("by", "village").order_by("pk"))


def _first(model, client_key, **same):
    """同一张表单交过的那一笔；标识用在另一笔上的抛 Refused。"""
    first = model.objects.filter(client_key=client_key).first()
    if first and any(getattr(first, name) != value for name, value in same.items()):
        raise Refused(USED_KEY)
    return first


def _saved(money):
    try:
        with transaction.atomic():
            money.save(force_insert=True)
    except IntegrityError:  # 标识全库只许用一次：同时交到另一份方案、另一条标准上了
        raise Refused(USED_KEY) from None
    return money


def _allow(permission, user, thing=None):
    if sentence := refusal(permission, user, thing):
        raise PermissionDenied(sentence)
