"""两个人同时给一个村拨付：先的成，后的看见先的；同一张表单同时到两次，只有一笔。"""

import uuid
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.test import Client

from taiping.subsidies.actions import PaidSince, last_payment, pay, receive
from tasks.models import SubsidyPayment, SubsidyReceipt
from tests.worlds import at_once
from tests.worlds.money import PaidTown, make_payment

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2024, 10, 8)


together = partial(at_once.together, refusals=PaidSince)


@pytest.fixture
def town():
    return PaidTown()


def paying(town, by, seen, key=None, amount="1000"):
    given = {"on": DAY, "voucher": f"记-{by.name}", "purpose": "复耕奖补"}
    key = key or uuid.uuid4()

    def call():
        return pay(
            town.subsidy,
            town.east,
            by=by,
            client_key=key,
            seen=seen,
            amount=Decimal(amount),
            **given,
        )

    return call


@pytest.mark.parametrize("attempt", range(3))
def test_the_second_clerk_is_shown_the_first(town, attempt):
    """各付 1000 元，应奖补 1234.50 元：没有这一道，就付了 2000 元。"""
    seen = last_payment()

    answers = together(paying(town, town.huang, seen), paying(town, town.liu, seen))

    (news,) = [answer for answer in answers if isinstance(answer, PaidSince)]
    payment = SubsidyPayment.objects.get()
    assert news.seen == payment.pk
    assert news.sentences == [
        f"{payment.by.name}刚录入：给东村拨付 1,000.00 元，2024年10月8日，"
        f"凭证 记-{payment.by.name}，复耕奖补。"
    ]


def test_one_form_arriving_twice_at_once_is_one_payment(town):
    call = paying(town, town.huang, last_payment(), key=uuid.uuid4())

    answers = together(call, call)

    assert SubsidyPayment.objects.count() == 1
    assert sorted(answer.is_again for answer in answers) == [False, True]


def test_one_receipt_arriving_twice_at_once_is_one_receipt(town):
    given = {"on": DAY, "amount": Decimal(5000), "document": "铜财农〔2024〕1号"}
    key = uuid.uuid4()

    def call():
        return receive(town.plan, by=town.huang, client_key=key, **given)

    together(call, call)

    assert SubsidyReceipt.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_two_clerks_take_the_same_payment_back(town, attempt):
    """两个页面都打开着：一个撤回，另一个听到是谁撤回的，不是 403。"""
    payment = make_payment(town.subsidy, town.east, "100", by=town.huang)
    path = f"/subsidies/payments/{payment.pk}/withdraw/"

    def taking_back(user):
        client = Client()
        client.force_login(user)
        return lambda: client.post(path, {"reason": f"{user.name}撤的"}).status_code

    codes = together(taking_back(town.huang), taking_back(town.liu))

    assert codes == [302, 302]
    assert SubsidyPayment.objects.get().withdrawal_reason in ("黄玲撤的", "刘泽撤的")
