"""每天提醒什么：每一条线的两边都看；没有事就没有；点开的那一页正是那几个。"""

from datetime import date, timedelta

import pytest

from plots.models import OrderReply
from taiping.reminders import leader
from taiping.reminders.day import notice_of
from tasks.models import Duty
from tests.worlds.factories import make_batch, make_order, make_plan
from tests.worlds.grain_town import GrainTown
from tests.worlds.kept import again
from tests.worlds.money import make_payment, make_subsidy
from tests.worlds.year import TODAY, in_days

pytestmark = pytest.mark.django_db


def told(user, day=None):
    return [line.words for line in notice_of(user, day or TODAY()).lines]


def opened(client, user, day=None):
    """每一句点开的那一页。"""
    client.force_login(user)
    pages = {}
    for line in notice_of(user, day or TODAY()).lines:
        pages[line.words] = client.get(line.address)
        assert pages[line.words].status_code == 200
    return pages


def monday(weeks=0):
    day = TODAY()
    return day - timedelta(days=day.weekday()) + timedelta(weeks=weeks)


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (8, []),
        (7, ["7 天内到截止 1 个"]),
        (0, ["7 天内到截止 1 个"]),
        (-1, ["逾期 1 个，最久的逾期 1 天"]),
        (-9, ["逾期 1 个，最久的逾期 9 天"]),
    ],
)
def test_secretary_hears_of_a_deadline_from_seven_days_before(year, left, words):
    year.patch(due=20)

    assert told(year.east_secretary, in_days(20 - left)) == words
    assert told(year.west_secretary, in_days(20 - left)) == []


def test_each_plan_warns_as_many_days_ahead_as_it_says(year):
    year.plan.warn_days = 3
    year.plan.save()
    year.patch(due=20)

    assert told(year.east_secretary, in_days(16)) == []
    assert told(year.east_secretary, in_days(17)) == ["3 天内到截止 1 个"]


def test_what_was_sent_back_comes_first_and_what_waits_for_the_town_not_at_all(year):
    returned, waiting = year.patch(due=30), year.patch(due=30, village=year.east)
    for patch in (returned, waiting):
        year.report(patch, step=patch.target.milestones.get(code="evidence"))
    year.send_back(returned)

    assert told(year.east_secretary) == ["退回 1 个，改好再报"]
    assert told(year.huang) == ["待核实 1 个"]


def test_every_sentence_opens_the_very_patches(client, year):
    late, soon = year.patch(due=-2), year.patch(due=3)
    year.patch(due=-2, village=year.west)

    pages = opened(client, year.east_secretary)

    cards = pages["逾期 1 个，最久的逾期 2 天"].context["cards"]
    assert [card.patch for card in cards] == [late]
    assert [row.pk for row in pages["7 天内到截止 1 个"].context["page"].object_list] == [soon.pk]


def test_staff_hear_of_the_oldest_waiting_and_of_files_left_in_the_middle(client, year):
    patch = year.patch(due=40)
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    for number in range(2):
        make_batch(patch.target, f"没导完{number}.xlsx", by=year.huang)

    assert told(year.huang, in_days(3)) == [
        "待核实 1 个，最早的等了 3 天",
        "传上来没导完的文件 2 份",
    ]
    assert len(opened(client, year.huang)) == 2
    assert told(year.mayor, monday() + timedelta(days=1)) == []


def test_leader_hears_of_what_became_late_since_yesterday_and_only_then(client, year):
    tuesday = monday(weeks=3) + timedelta(days=1)
    year.patch(due=(tuesday - TODAY()).days - 1)

    assert told(year.mayor, tuesday - timedelta(days=1))[0] != "该村里办的逾期 1 个，比昨天多 1 个"
    assert told(year.mayor, tuesday) == ["该村里办的逾期 1 个，比昨天多 1 个"]
    assert told(year.mayor, tuesday + timedelta(days=1)) == []
    assert opened(client, year.mayor, tuesday)


def test_monday_tells_the_leader_the_week_in_three_lines_and_the_weekend(year):
    day = monday(weeks=3)
    sunday = (day - TODAY()).days - 1
    late = year.patch(due=sunday - 1)
    year.patch(due=sunday + 6, village=year.west)
    done = year.patch(due=sunday + 30)
    year.report(done, on=TODAY())

    assert told(year.mayor, day) == [
        "该村里办的逾期 1 个，比上星期五多 1 个",
        "上周：上报 +0 个，核实 +0 个，该村里办的逾期 +1 个",
        "这周 7 天内到截止 1 个",
        f"逾期多的村：{late.village.name} 1 个",
    ]


def test_towns_own_delay_is_not_the_villages(year):
    """镇级核实晚了，不是哪个村的。"""
    patch = year.patch(due=-50)
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    tuesday = monday(weeks=1) + timedelta(days=1)

    assert told(year.east_secretary) == []
    assert told(year.mayor, tuesday) == []


def test_order_is_heard_of_until_answered_by_the_village_and_then_by_who_closes_it(client, year):
    tuesday = monday(weeks=1) + timedelta(days=1)
    wednesday = tuesday + timedelta(days=1)
    order = make_order(year.plan, year.east, by=year.mayor, issued_on=TODAY(), answer_by=tuesday)

    assert told(year.east_secretary) == ["督办单 1 张要答复"]
    assert told(year.east_secretary, tuesday) == ["督办单 1 张要答复"]
    assert told(year.east_secretary, wednesday) == ["督办单 1 张要答复，其中 1 张超期"]
    assert told(year.west_secretary) == []
    assert told(year.mayor, tuesday) == ["督办单 1 张还没有答复"]
    assert told(year.mayor, wednesday) == ["督办单 1 张超期没有答复"]
    assert opened(client, year.east_secretary)
    assert opened(client, year.mayor, wednesday)

    OrderReply.objects.create(order=order, on=TODAY(), words="去看过了", by=year.east_secretary)

    assert told(year.east_secretary, wednesday) == []
    assert told(year.mayor, tuesday) == ["督办单 1 张答复了，等着看过办结"]
    assert opened(client, year.mayor, tuesday)


def test_last_years_orders_are_heard_of_by_the_leader_until_closed(client, year):
    """去年的督办单没有办结，今年的方案开始了：村里听得到，领导也听得到，点开是去年的那几张。"""
    old = make_plan(year.plan.year - 1)
    make_order(old, year.east, by=year.mayor, issued_on=TODAY(), answer_by=TODAY())
    tuesday = monday(weeks=1) + timedelta(days=1)

    words = f"督办单 1 张超期没有答复（{old.name}）"
    assert told(year.mayor, tuesday) == [words]
    assert told(year.east_secretary, tuesday) == ["督办单 1 张要答复，其中 1 张超期"]
    [line] = notice_of(year.mayor, tuesday).lines
    assert f"plan={old.code}" in line.address


def test_duty_with_a_number_is_heard_of_until_done(client, year):
    patrol = Duty.objects.create(
        plan=year.plan, code="patrol", name="巡查", who="VILLAGE", every="WEEK", required=2
    )
    Duty.objects.create(plan=year.plan, code="talk", name="宣传", who="VILLAGE", every="WEEK")

    assert told(year.east_secretary) == ["常态工作：巡查还差 2 次"]
    patrol.entries.create(village=year.east, on=TODAY(), count=1, by=year.east_secretary)
    assert told(year.east_secretary) == ["常态工作：巡查还差 1 次"]
    assert opened(client, year.east_secretary)
    patrol.entries.create(village=year.east, on=TODAY(), count=1, by=year.east_secretary)
    assert told(year.east_secretary) == []


def test_money_left_and_paid_too_much_are_for_the_staff(client, year):
    patch = year.patch(due=-60, area_mu="10")
    subsidy = make_subsidy(patch.target)
    assert told(year.huang) == []

    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    year.act("confirm", patch, by=year.huang, on=TODAY())
    assert told(year.huang) == ["奖补还有 1,000.00 元没有拨付"]
    make_payment(subsidy, year.east, "1200", on=TODAY(), by=year.huang)

    assert told(year.huang) == ["奖补多付了 200.00 元"]
    assert told(year.east_secretary) == []
    assert opened(client, year.huang)


def test_monday_of_a_plan_without_patches_speaks_of_its_tasks():
    """8月19日星期一：早稻收割逾期；产量 12 天以后才截止，不说。没有图斑，不说上报、核实 0 个。"""
    town = again(GrainTown)
    town.summer()

    (line,) = leader.lines(town.mayor, date(2024, 8, 19))

    assert (line.words, line.is_late) == ("监测的任务：1 项逾期", True)
