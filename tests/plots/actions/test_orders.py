"""督办单：编号、发给谁、答复、办结、撤回的规矩；两个人同时办的只成一个。"""

import uuid
from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from plots.actions import NotAllowed, orders
from plots.actions.orders import News, Wanted
from plots.models import OrderReply, SupervisionOrder
from taiping.ground.permissions import refusal
from tasks.models.question import DONE, RECORDED
from tests.plots.actions.test_concurrency import refused, together
from tests.worlds.factories import make_group, make_order, make_plan, make_target, make_user
from tests.worlds.town import sep
from villages.models import Role

pytestmark = pytest.mark.django_db
TODAY = date(2024, 9, 20)


@pytest.fixture(autouse=True)
def today(settings):
    settings.FIXED_TODAY = TODAY


def moment(day):
    return timezone.make_aware(datetime(2024, 9, day, 12))


def wanted(town, **changes):
    given = {"words": "抓紧复耕", "issued_on": TODAY, "answer_by": sep(27), **changes}
    return Wanted(plan=town.plan, **given)


def issue(town, *to, by=None, key=None, **changes):
    return orders.issue(wanted(town, **changes), to, by=by or town.mayor, client_key=key)


# 签发


def test_numbers_go_on_within_a_plan_and_start_again_in_another(town):
    other = make_plan(2025, starts_on=date(2024, 9, 1))

    first, second = issue(town, town.east, town.west)
    (third,) = issue(town, make_group(town.plan, "专班"))
    elsewhere = Wanted(plan=other, words="抓紧", issued_on=TODAY, answer_by=TODAY)
    (own,) = orders.issue(elsewhere, [town.east], by=town.mayor)

    assert [each.number for each in (first, second, third, own)] == [1, 2, 3, 1]


def test_the_leader_gives_a_number_and_the_next_goes_on_from_it(town):
    (given,) = issue(town, town.east, number=40)
    (after,) = issue(town, town.east)

    assert (given.number, after.number) == (40, 41)


def test_a_number_in_use_is_refused_with_the_one_that_is_free(town):
    issue(town, town.east, number=7)

    with pytest.raises(NotAllowed) as refusal_of:
        issue(town, town.west, number=7)

    assert str(refusal_of.value) == "2024年度方案已经有第 7 号督办单，下一个没有用的是 8。"
    assert SupervisionOrder.objects.count() == 1


def test_one_order_each_takes_only_the_patches_of_its_village(town):
    other = town.add_patch(town.target, town.west, "X1")

    east, west = issue(town, town.east, town.west, patches=[town.patch, other])

    assert [p.code for p in east.patches.all()] == ["T1"]
    assert [p.code for p in west.patches.all()] == ["X1"]


def test_a_group_may_be_told_of_patches_in_any_village(town):
    other = town.add_patch(town.target, town.west, "X1")

    (order,) = issue(town, make_group(town.plan, "撂荒组"), patches=[town.patch, other])

    assert order.patches.count() == 2


def test_a_double_press_issues_once(town):
    key = uuid.uuid4()

    first = issue(town, town.east, town.west, key=key)
    again = issue(town, town.east, town.west, key=key)

    assert [each.pk for each in again] == [each.pk for each in first]
    assert SupervisionOrder.objects.count() == 2


@pytest.mark.parametrize("who", ["mayor", "huang", "admin"])
def test_leaders_staff_and_administrators_issue(town, who):
    (order,) = issue(town, town.east, by=getattr(town, who))
    assert order.by == getattr(town, who)


def test_a_secretary_does_not_issue(town):
    with pytest.raises(NotAllowed, match="督办由领导或镇工作人员写"):
        issue(town, town.east, by=town.east_secretary)
    assert SupervisionOrder.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"issued_on": sep(21)},
            "签发日期 2024年9月21日 还没有到（今天是 2024年9月20日），请填今天或以前。",
        ),
        (
            {"issued_on": date(2023, 12, 31)},
            "签发日期 2023年12月31日比2024年度方案开始的2024年1月1日早，请核对年份，或换一份方案。",
        ),
        (
            {"answer_by": sep(19)},
            "答复日期 2024年9月19日 早于签发的 2024年9月20日，请填签发那天或以后的日期。",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(town, changes, sentence):
    with pytest.raises(NotAllowed) as refusal_of:
        issue(town, town.east, **changes)
    assert str(refusal_of.value) == sentence


def test_what_is_supervised_is_of_the_same_plan(town):
    elsewhere = make_target(make_plan(2025), "other", name="别的任务")

    with pytest.raises(NotAllowed, match="目标任务要是这份方案里的"):
        issue(town, town.east, target=elsewhere)
    with pytest.raises(NotAllowed, match="时间节点要是这项任务的"):
        issue(town, town.east, milestone=town.replant)


@pytest.mark.parametrize("to", [{}, {"village": "east", "group": "group"}])
def test_an_order_is_to_exactly_one(town, to):
    town.group = make_group(town.plan, "专班")
    fields = {name: getattr(town, which) for name, which in to.items()}
    order = SupervisionOrder(
        plan=town.plan, number=1, words="x", issued_on=TODAY, answer_by=TODAY, by=town.mayor
    )
    for name, value in fields.items():
        setattr(order, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        order.save()
    with pytest.raises(ValidationError, match="督办单写给一个村或一个工作组，只选一个"):
        order.full_clean()


# 答复、办结、撤回


def test_the_village_answers_and_the_issuer_closes(town):
    order = make_order(town.plan, town.east, by=town.mayor)

    reply = orders.answer(order, words="已经翻耕", by=town.east_secretary)
    orders.close(order, by=town.mayor, seen=reply.pk, words="同意")

    order.refresh_from_db()
    assert (reply.on, order.closed_on, order.closed_by) == (TODAY, TODAY, town.mayor)
    assert order.closing_words == "同意"


def test_a_double_press_answers_once(town):
    order, key = make_order(town.plan, town.east), uuid.uuid4()

    first = orders.answer(order, words="已经翻耕", by=town.east_secretary, client_key=key)
    again = orders.answer(order, words="已经翻耕", by=town.east_secretary, client_key=key)

    assert (first.pk, OrderReply.objects.count()) == (again.pk, 1)


def test_one_form_does_not_answer_two_orders(town):
    one, two = make_order(town.plan, town.east), make_order(town.plan, town.east)
    key = uuid.uuid4()
    orders.answer(one, words="已经翻耕", by=town.east_secretary, client_key=key)

    with pytest.raises(NotAllowed, match="已经答复过另一张督办单"):
        orders.answer(two, words="已经翻耕", by=town.east_secretary, client_key=key)
    assert two.replies.count() == 0


def test_a_closed_order_takes_no_answer_and_says_who_closed_it(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    orders.close(order, by=town.mayor, seen=0, words="已在现场看过")

    with pytest.raises(NotAllowed) as refusal_of:
        orders.answer(order, words="已经翻耕", by=town.east_secretary)

    assert str(refusal_of.value) == "督办单第 1 号已经由镇长 9月20日办结，不用再答复。"
    assert order.replies.count() == 0


def test_who_closes_after_a_new_answer_is_shown_it_first(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    reply = orders.answer(order, words="还差两亩", by=town.east_secretary)

    with pytest.raises(News, match="您打开以后，东村书记又答复了，请看过再办结。"):
        orders.close(order, by=town.mayor, seen=0, words="办结")
    order.refresh_from_db()
    assert not order.is_closed

    orders.close(order, by=town.mayor, seen=reply.pk)
    order.refresh_from_db()
    assert order.is_closed


def test_closing_without_an_answer_says_why(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    with pytest.raises(NotAllowed, match="还没有答复就办结的，请写明为什么"):
        orders.close(order, by=town.mayor, seen=0, words="  ")


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (
            date(2024, 8, 31),
            "答复日期 2024年8月31日 早于签发的 2024年9月1日，请填那天或以后的日期。",
        ),
        (sep(21), "答复日期 2024年9月21日 还没有到（今天是 2024年9月20日），请填今天或以前。"),
    ],
)
def test_an_answer_is_between_issue_and_today(town, on, sentence):
    order = make_order(town.plan, town.east)
    with pytest.raises(NotAllowed) as refusal_of:
        orders.answer(order, words="已经翻耕", by=town.east_secretary, on=on)
    assert str(refusal_of.value) == sentence


def test_an_order_is_not_closed_before_its_last_answer(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    reply = orders.answer(order, words="已经翻耕", by=town.east_secretary, on=sep(8))
    with pytest.raises(NotAllowed, match="早于最后一次答复的 2024年9月8日"):
        orders.close(order, by=town.mayor, seen=reply.pk, on=sep(7))


PEOPLE = {
    "东村书记": ("east_secretary", True, False),
    "西村书记": ("west_secretary", False, False),
    "镇工作人员，签发人": ("huang", True, True),
    "别的镇工作人员": ("liu", True, False),
    "领导": ("mayor", False, True),
    "管理员": ("admin", True, True),
}


@pytest.mark.parametrize(("who", "answers", "closes"), PEOPLE.values(), ids=PEOPLE)
def test_who_answers_and_who_closes(town, who, answers, closes):
    order, user = make_order(town.plan, town.east, by=town.huang), getattr(town, who)

    may = [not refusal(f"plots.{verb}_order", user, order) for verb in ("answer", "close")]

    assert may == [answers, closes]


def test_staff_answer_for_a_group_and_secretaries_do_not(town):
    order = make_order(town.plan, make_group(town.plan, "专班"))

    orders.answer(order, words="组里已经开会", by=town.huang)

    assert refusal("plots.answer_order", town.east_secretary, order).startswith("这张督办单是发给")
    assert list(SupervisionOrder.objects.visible_to(town.east_secretary)) == []


def test_a_withdrawn_order_was_never_there_but_was_known_before(town, settings):
    order = make_order(town.plan, town.east, by=town.mayor, created_at=moment(1))
    orders.withdraw(order, by=town.mayor, reason="发错了村")

    known = SupervisionOrder.objects.states
    assert [list(known(sep(day), DONE)) for day in (1, 10, 20)] == [[], [], []]
    own = [order.pk]
    assert [list(known(sep(day), RECORDED)) for day in (1, 19, 20)] == [own, own, []]
    with pytest.raises(NotAllowed, match=r"撤回（发错了村），不用再答复。"):
        orders.answer(order, words="已经翻耕", by=town.east_secretary)


def test_a_closed_order_is_not_withdrawn(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    orders.close(order, by=town.mayor, seen=0, words="已看过")
    with pytest.raises(NotAllowed, match="办结，不能撤回。"):
        orders.withdraw(order, by=town.mayor, reason="发错了村")


# 两个人同时


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_orders_at_once_get_two_numbers(town, attempt):
    answers = together(
        lambda: issue(town, town.east), lambda: issue(town, town.west, by=town.huang)
    )
    assert refused(answers) == []
    assert sorted(SupervisionOrder.objects.values_list("number", flat=True)) == [1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_closing_while_answering_leaves_one_and_tells_the_other(town, attempt):
    order = make_order(town.plan, town.east, by=town.mayor)

    answers = together(
        lambda: orders.answer(order, words="翻耕了", by=town.east_secretary),
        lambda: orders.close(order, by=town.mayor, seen=0, words="不用办了"),
    )

    order.refresh_from_db()
    (late,) = refused(answers)
    if order.is_closed:
        assert order.replies.count() == 0
        assert str(late) == "督办单第 1 号已经由镇长 9月20日办结，不用再答复。"
    else:
        assert order.replies.count() == 1
        assert "东村书记又答复了" in str(late)


@pytest.mark.django_db(transaction=True)
def test_two_close_at_once_and_one_is_told(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    other = make_user(role=Role.LEADER, name="副镇长")

    answers = together(
        lambda: orders.close(order, by=town.mayor, seen=0, words="已看过"),
        lambda: orders.close(order, by=other, seen=0, words="已看过"),
    )

    (late,) = refused(answers)
    order.refresh_from_db()
    assert str(late) == f"督办单第 1 号已经由{order.closed_by} 9月20日办结，不用再办。"
