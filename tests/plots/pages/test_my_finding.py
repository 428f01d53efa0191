"""我的任务多的时候：搜得到、按村看得到，翻页、换组都不丢；搜不到的说清楚，回得去。"""

from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.worlds.factories import make_user, make_village

pytestmark = pytest.mark.django_db


def codes(response):
    return [card.patch.code for card in response.context["cards"]]


def many(year, number=21, due=-1, village=None, **fields):
    target = year.target(due=due)
    for n in range(number):
        year.patch(target=target, village=village, code=f"N{n:02}", **fields)


def test_twenty_need_no_search_and_twenty_one_do(client, year):
    many(year, 20)
    client.force_login(year.east_secretary)
    assert 'type="search"' not in client.get("/my/").content.decode()

    year.patch(due=60, code="以后的")

    assert 'type="search"' in client.get("/my/").content.decode()


@pytest.mark.parametrize("words", ["wa 7", "王家湾", "张三"])
def test_a_search_finds_by_code_place_or_contractor_in_whatever_group(client, year, words):
    many(year)
    year.patch(due=60, code="WA-7", place="王家湾三社", contractor="张三合作社")
    year.patch(due=60, village=year.west, code="WA-77", place="王家湾", contractor="张三")
    client.force_login(year.east_secretary)

    response = client.get("/my/", {"q": words})

    assert codes(response) == ["WA-7"]
    assert f"含“{words}”的有 1 个。" in response.content.decode()


def test_a_search_is_kept_through_pages_and_groups_and_villages(client, year):
    both = make_user(villages=[year.east, year.west])
    many(year, 31, place="李家湾")
    many(year, 2, due=60, village=year.west, place="李家湾")
    client.force_login(both)

    response = client.get("/my/", {"q": "李家湾", "page": 2})

    page = unescape(response.content.decode())
    assert codes(response) == ["N30", "N00", "N01"]
    assert "?q=%E6%9D%8E%E5%AE%B6%E6%B9%BE&page=1" in page
    assert "?q=%E6%9D%8E%E5%AE%B6%E6%B9%BE&group=later" in page
    assert f"?q=%E6%9D%8E%E5%AE%B6%E6%B9%BE&village={year.west.pk}" in page
    west = client.get("/my/", {"q": "李家湾", "village": year.west.pk})
    assert codes(west) == ["N00", "N01"]
    assert f'<input type="hidden" name="village" value="{year.west.pk}">' in west.content.decode()


def test_a_search_without_result_says_so_and_leads_back(client, year):
    many(year)
    year.patch(village=year.west, code="西边的秘密")
    client.force_login(year.east_secretary)

    response = client.get("/my/", {"q": "西边", "group": "overdue"})

    page = response.content.decode()
    assert codes(response) == []
    assert "没有找到含“西边”的任务。" in page
    assert '<a href="?">看全部任务</a>' in page
    assert "/patches/?q=%E8%A5%BF%E8%BE%B9" in page


@pytest.mark.parametrize("odd", ["字" * 101, "\x00"])
def test_an_odd_search_is_said_and_the_list_stays(client, year, odd):
    many(year)
    client.force_login(year.east_secretary)

    response = client.get("/my/", {"q": odd})

    assert len(codes(response)) == 21
    assert 'class="error"' in response.content.decode()


def test_many_villages_are_picked_from_a_list(client, year):
    villages = [make_village(f"{n}社区") for n in range(9)]
    staff = make_user(villages=villages)
    patch = year.patch(due=-1, village=villages[4], code="五")
    year.patch(due=-1, village=villages[5], code="六")
    client.force_login(staff)

    page = client.get("/my/").content.decode()
    one = client.get("/my/", {"village": patch.village_id, "q": ""})

    assert 'aria-label="按村看"' not in page
    assert f'<option value="{patch.village_id}">4社区（1）</option>' in page
    assert codes(one) == ["五"]


def test_a_search_asks_once_more_than_the_list(client, year, django_assert_num_queries):
    many(year)
    client.force_login(year.east_secretary)
    client.get("/my/")
    with CaptureQueriesContext(connection) as plain:
        client.get("/my/")

    with django_assert_num_queries(len(plain) + 1):  # 哪些含这个字
        client.get("/my/", {"q": "N"})
