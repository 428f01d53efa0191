"""督办的数和清单：总览、村页、我的任务、图斑页、台账上看得到的是哪几张，点开就是那几张。"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plots.actions import orders
from plots.models import OrderReply
from tests.plots.pages.test_orders import LIST, signed_in, text_of
from tests.worlds.factories import make_order
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db
TODAY = date(2024, 9, 20)


@pytest.fixture(autouse=True)
def today(settings):
    settings.FIXED_TODAY = TODAY


@pytest.fixture
def mayor(client, town):
    client.force_login(town.mayor)
    return client


# 清单


@pytest.fixture
def three(town):
    """一张超期，一张没到期，一张 9月12日答复了。"""
    late = make_order(town.plan, town.east)
    coming = make_order(town.plan, town.west, answer_by=sep(23))
    answered = make_order(town.plan, town.west)
    reply = {"order": answered, "words": "种了", "by": town.huang, "on": sep(12)}
    OrderReply.objects.create(**reply)
    return late, coming, answered


def listed(client, query=""):
    return [each.number for each, _ in client.get(f"{LIST}{query}").context["rows"]]


def test_each_count_opens_the_orders_it_counted(mayor, town, three):
    assert listed(mayor) == [1, 2, 3]
    assert listed(mayor, "?state=overdue") == [1]
    assert listed(mayor, "?state=unanswered") == [2]
    assert listed(mayor, "?state=answered") == [3]
    assert listed(mayor, "?state=overdue&on=2024-09-11") == [1, 3]
    west = f"?state=unanswered&on=2024-09-05&village={town.west.pk}"
    assert listed(mayor, west) == [3, 2]  # 答复日期早的在前
    counts = {code: n for code, _, n in mayor.get(f"{LIST}?on=2024-09-11").context["states"]}
    assert counts == {"overdue": 2, "unanswered": 1, "answered": 0, "closed": 0}


def test_the_dashboard_and_the_village_page_count_and_link_the_same(mayor, town, three):
    for address, numbers in (
        ("/?on=2024-09-20", [1, 1, 1]),
        (f"/villages/{town.west.pk}/?on=2024-09-20", [0, 1, 1]),
    ):
        response = mayor.get(address)
        parts = response.context["orders"].parts
        assert [number for number, *_ in parts] == numbers
        for number, _, link, _ in parts:
            assert link.replace("&", "&amp;") in response.content.decode()
            assert len(listed(mayor, link.removeprefix(LIST))) == number


def test_a_town_without_orders_has_no_tile(mayor, town):
    assert "督办没办结" not in text_of(mayor.get("/"))


def test_as_many_queries_for_one_as_for_many(mayor, town):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert mayor.get(address).status_code == 200
        return len(captured)

    first = make_order(town.plan, town.east, patches=[town.patch])
    OrderReply.objects.create(order=first, on=sep(2), words="知道了", by=town.huang)
    addresses = (LIST, f"/orders/{first.pk}/")
    one = [queries(address) for address in addresses]
    for number in range(3):
        order = make_order(town.plan, town.east, words=f"第{number}件")
        OrderReply.objects.create(order=first, on=sep(3), words="办了", by=town.huang)
        order.patches.set([town.patch])
        first.patches.add(town.add_patch(town.target, town.east, f"P{number}"))
    assert [queries(address) for address in addresses] == one


# 我的任务、图斑页、台账


def test_the_village_sees_it_above_everything_with_the_days_left(town):
    make_order(town.plan, town.east, words="抓紧复耕", answer_by=sep(24), patches=[town.patch])
    secretary = signed_in(town.east_secretary)

    for address in ("/my/", f"/patches/{town.patch.pk}/"):
        page = text_of(secretary.get(address))
        assert "还有 4 天" in page
        assert page.index("抓紧复耕") < page.index("下一步")


def test_an_order_leaves_the_tasks_when_it_is_closed(town):
    order = make_order(town.plan, town.east, words="抓紧复耕", by=town.mayor)
    secretary = signed_in(town.east_secretary)
    assert "抓紧复耕" in text_of(secretary.get("/my/"))

    orders.close(order, by=town.mayor, seen=0, words="看过了")

    assert "抓紧复耕" not in text_of(secretary.get("/my/"))


def test_a_remark_on_a_patch_is_shown_until_the_village_reports(town, settings):
    settings.FIXED_TODAY = None
    town.do("remark", note="三天内说明原因")
    secretary = signed_in(town.east_secretary)
    addresses = ("/my/", f"/patches/{town.patch.pk}/")
    top = [text_of(secretary.get(a)).split("时间线")[0] for a in addresses]
    assert all("三天内说明原因" in page for page in top)
    assert "三天内说明原因" not in text_of(signed_in(town.west_secretary).get("/my/"))

    town.report(on=sep(21), step=town.replant)

    top = [text_of(secretary.get(a)).split("时间线")[0] for a in addresses]
    assert not any("三天内说明原因" in page for page in top)


def test_the_ledger_picks_patches_under_an_order_on_any_day(mayor, town):
    town.add_patch(town.target, town.east, "T2")
    order = make_order(town.plan, town.east, patches=[town.patch], by=town.mayor)

    def codes(query):
        return [row.patch.code for row in mayor.get(f"/patches/?{query}").context["rows"]]

    assert codes("ordered=on") == ["T1"]
    assert codes("ordered=on&on=2024-08-31") == []
    orders.close(order, by=town.mayor, seen=0, words="看过了")
    assert codes("ordered=on") == []
    assert codes("ordered=on&on=2024-09-19") == ["T1"]
    assert "有没办结的督办单" in text_of(mayor.get("/patches/?ordered=on"))


def test_a_carried_patch_keeps_its_order_in_the_old_plan_and_shows_it(mayor, town, settings):
    order = make_order(town.plan, town.east, words="抓紧复耕", patches=[town.patch])
    settings.FIXED_TODAY = None
    town.carry_away(sep(21))
    settings.FIXED_TODAY = date(2024, 9, 22)
    new = town.patch.carried_to.get()

    order.refresh_from_db()
    assert (order.plan, [p.pk for p in order.patches.all()]) == (town.plan, [town.patch.pk])
    assert new.target.plan != town.plan
    for user in (town.east_secretary, town.mayor):
        assert "抓紧复耕" in text_of(signed_in(user).get(f"/patches/{new.pk}/"))
    assert "抓紧复耕" in text_of(signed_in(town.east_secretary).get("/my/"))


def test_a_line_is_two_taps_from_an_order(mayor, town):
    """复耕复种已经逾期：总览、村页的那一行，图斑页，点一下就是填好了的表。"""
    about = f"target={town.target.code}&amp;milestone=replant"
    east = f"plan=2024&amp;village={town.east.pk}"
    links = {
        "/?on=2024-10-10": [
            f"/orders/new/?plan=2024&amp;{about}",
            f"/orders/new/?{east}&amp;{about}",
        ],
        f"/villages/{town.east.pk}/?on=2024-10-10": [f"/orders/new/?{east}&amp;{about}"],
        f"/patches/{town.patch.pk}/": [f"/orders/new/?plan=2024&amp;pk={town.patch.pk}"],
    }
    for address, wanted in links.items():
        page = mayor.get(address).content.decode()
        assert [link for link in wanted if f'href="{link}"' not in page] == []
    page = signed_in(town.east_secretary).get(f"/villages/{town.east.pk}/").content.decode()
    assert "/orders/new/" not in page
