"""督办单哪一天、哪种口径是什么样：未答复、超期、已答复待办结、已办结。"""

import pytest

from plots.models import OrderReply, SupervisionOrder
from tasks.models.question import DONE, RECORDED
from tests.plots.actions.test_orders import moment
from tests.worlds.factories import make_order
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db


def states(days, basis=DONE):
    found = []
    for day in days:
        known = SupervisionOrder.objects.states(sep(day), basis)
        found += [state.label for state in known.values()] or [None]
    return found


@pytest.fixture
def told(town):
    """9月2日签发（当天录入），10日前答复，12日答复（14日才录入），15日办结（16日录入）。"""
    order = make_order(town.plan, town.east, issued_on=sep(2), created_at=moment(2))
    OrderReply.objects.create(
        order=order, on=sep(12), words="翻耕了", by=town.huang, created_at=moment(14)
    )
    closing = {"closed_on": sep(15), "closed_at": moment(16), "closed_by": town.mayor}
    SupervisionOrder.objects.filter(pk=order.pk).update(**closing)
    return order


def test_the_state_on_every_day_by_what_was_done(told):
    assert states([1, 2, 10, 11, 12, 14, 15]) == [
        None,
        "未答复",
        "未答复",
        "超期",
        "已答复待办结",
        "已答复待办结",
        "已办结",
    ]


def test_the_state_on_every_day_by_what_was_recorded(told):
    assert states([1, 2, 10, 11, 13, 14, 15, 16], RECORDED) == [
        None,
        "未答复",
        "未答复",
        "超期",
        "超期",
        "已答复待办结",
        "已答复待办结",
        "已办结",
    ]


def test_the_count_of_each_state_is_one_query(town, told, django_assert_num_queries):
    make_order(town.plan, town.west)
    make_order(town.plan, town.west, answer_by=sep(30))
    make_order(
        town.plan,
        town.east,
        withdrawn_on=sep(1),
        withdrawn_at=moment(3),
        withdrawn_by=town.mayor,
        withdrawal_reason="发错了",
    )

    with django_assert_num_queries(1):
        counts = SupervisionOrder.objects.counted(sep(13))

    assert counts == {"answered": 1, "overdue": 1, "unanswered": 1}


def test_the_first_answer_counts_however_many_follow(town, told):
    """一次答复一行取出来：早的那次已经有了，后来的还没有，也是答复了的；每张只数一次。"""
    later = {"order": told, "words": "又补种了", "by": town.huang, "on": sep(14)}
    OrderReply.objects.create(**later, created_at=moment(15))

    assert states([11, 12, 13, 15]) == ["超期", "已答复待办结", "已答复待办结", "已办结"]
    assert states([13, 14], RECORDED) == ["超期", "已答复待办结"]
    assert SupervisionOrder.objects.counted(sep(14)) == {"answered": 1}


def test_the_open_ones_come_with_the_urgent_first(town, told):
    coming = make_order(town.plan, town.west, answer_by=sep(30))
    later = make_order(town.plan, town.west, answer_by=sep(11))
    late = make_order(town.plan, town.west)

    opened = SupervisionOrder.objects.open
    assert opened(sep(13)) == [late.pk, later.pk, coming.pk, told.pk]
    assert opened(sep(15)) == [late.pk, later.pk, coming.pk]
