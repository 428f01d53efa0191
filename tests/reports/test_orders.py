"""通报和周报里的督办：那天没办结的几张、发给谁、逾期几天；没有写过的一个字也不多。"""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from plots.actions import orders
from plots.models import OrderReply
from taiping.progress.snapshot import snapshot
from taiping.reports.bulletin.problems import named, problems
from taiping.reports.weekly import weekly_workbook
from tests.worlds.factories import make_group, make_order
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db
TODAY = date(2024, 9, 20)


@pytest.fixture
def told(town, settings):
    """9月20日：东村超期，西村 9月12日答复了，组里 9月20日办结。"""
    settings.FIXED_TODAY = TODAY
    make_order(town.plan, town.east, words="抓紧复耕", target=town.target)
    answered = make_order(town.plan, town.west)
    said = {"order": answered, "words": "已经种上", "by": town.huang, "on": sep(12)}
    OrderReply.objects.create(**said)
    closed = make_order(town.plan, make_group(town.plan, "撂荒组"), by=town.mayor)
    orders.close(closed, by=town.mayor, seen=0, words="看过了")
    return town


def problems_text(plan, on, basis="done"):
    with snapshot(plan, on, basis) as shot:
        return "".join(f"{block.lead}{block.text}" for block in problems(shot, named(shot)))


def test_the_bulletin_says_which_are_not_closed(told):
    text = problems_text(told.plan, TODAY)

    assert "督办没有办结。没有办结的督办单2张：超期1张（东村第1号，逾期10天）；" in text
    assert "已答复待办结1张（西村第2号）。" in text
    before = problems_text(told.plan, sep(11))
    assert (
        "没有办结的督办单3张：超期3张（东村第1号，逾期1天、西村第2号，逾期1天、撂荒组第3号"
        in before
    )


def test_by_what_was_recorded_nothing_was_known_before_it_was_entered(told):
    assert "督办" not in problems_text(told.plan, date(2024, 9, 11), "recorded")


def test_a_town_without_orders_has_no_word_of_them(town, settings):
    settings.FIXED_TODAY = TODAY

    assert "督办" not in problems_text(town.plan, TODAY)
    book = load_workbook(BytesIO(weekly_workbook(town.plan, TODAY)))
    assert "督办" not in book.sheetnames


def test_the_weekly_lists_each_order_with_its_last_answer(told):
    sheet = load_workbook(BytesIO(weekly_workbook(told.plan, TODAY)))["督办"]

    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    found = {row[0]: row for row in rows if isinstance(row[0], int)}
    assert [found[n][1] for n in (1, 2, 3)] == ["东村", "西村", "撂荒组"]
    assert [found[n][6] for n in (1, 2, 3)] == ["超期", "已答复待办结", "已办结"]
    assert (found[1][3], found[1][7], found[2][8]) == ("抓紧复耕", 10, "已经种上")
    assert found[3][9].date() == TODAY


def test_the_orders_take_two_queries_however_many(told, django_assert_num_queries):
    for _ in range(3):
        make_order(told.plan, told.east)
    with snapshot(told.plan, TODAY) as shot, django_assert_num_queries(2):
        assert len(shot.orders) == 6
