"""上次看过以后镇里核实通过了什么：说一遍，刷新还在；没有通过的、别村的、撤掉的不说。"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots import actions
from tests.worlds.year import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(year):
    """东村书记的手机，两小时前看过一次我的任务。"""
    client = Client()
    client.force_login(year.east_secretary)
    seen(year.east_secretary, hours=2)
    return client


def seen(user, **ago):
    user.tasks_seen_at = timezone.now() - timedelta(**ago)
    user.save(update_fields=["tasks_seen_at"])


def reported(year, code, **fields):
    patch = year.patch(code=code, **fields)
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    return patch


def closed(year, code, **fields):
    patch = reported(year, code, **fields)
    actions.confirm(patch, by=year.huang, on=TODAY())
    return patch


def news(client):
    """页面上的消息，一句一句的，不带标签。"""
    return [
        (row.words, [patch.place or patch.code for patch in row.named], row.count)
        for row in client.get("/my/").context["confirmed"]
    ]


def later(client, **passed):
    """过了一阵：眼下这一次看，是那么久以前开始的。"""
    session = client.session
    visit = session["tasks_visit"]
    session["tasks_visit"] = {**visit, "at": (timezone.now() - timedelta(**passed)).isoformat()}
    session.save()


def test_what_was_confirmed_since_is_told_by_place_with_links(phone, year):
    patch = closed(year, "T1", place="王家湾")
    spared = year.patch(code="T2")
    actions.exempt(spared, by=year.huang, on=TODAY(), note="影像为水田")
    reported(year, "T3")

    page = phone.get("/my/").content.decode()

    assert "上次看过以后，镇里核实通过了 1 个：" in page
    assert f'<a href="/patches/{patch.pk}/">王家湾</a>' in page
    assert "镇里认定核查无问题 1 个：" in page
    assert f'<a href="/patches/{spared.pk}/">T2</a>' in page
    assert "T3" not in page.split("task-group")[0]


def test_a_reload_keeps_the_news_and_the_next_visit_does_not(phone, year):
    closed(year, "T1")
    first, again = news(phone), news(phone)
    closed(year, "T2")
    during = news(phone)
    later(phone, minutes=29)
    still = news(phone)
    later(phone, minutes=31)
    seen(year.east_secretary, seconds=0)

    assert first == again == [("镇里核实通过了", ["T1"], 1)]
    assert during == still == [("镇里核实通过了", ["T1", "T2"], 2)]
    assert news(phone) == []


def test_what_came_after_the_visit_began_is_not_lost(phone, year):
    news(phone)
    closed(year, "T1")
    later(phone, minutes=31)

    assert news(phone) == [("镇里核实通过了", ["T1"], 1)]


def test_the_first_visit_ever_says_nothing_and_is_remembered(client, year):
    closed(year, "T1")
    client.force_login(year.east_secretary)
    before = timezone.now()

    assert news(client) == []
    year.east_secretary.refresh_from_db()
    assert year.east_secretary.tasks_seen_at >= before


def test_another_village_and_what_was_sent_back_are_not_told(phone, year):
    target = year.target()
    back = closed(year, "退", target=target)
    year.send_back(back, step=target.milestones.get(code="replant"))
    west = year.patch(village=year.west, code="西")
    actions.exempt(west, by=year.huang, on=TODAY(), note="影像为水田")

    assert news(phone) == []


def test_a_correction_of_an_old_confirmation_is_no_news(phone, year):
    patch = closed(year, "T1", area_mu=10)
    patch.records.update(created_at=timezone.now() - timedelta(hours=3))
    actions.amend(patch, by=year.huang, area_mu="9", reason="图纸有误")

    assert news(phone) == []


def test_many_are_counted_and_the_ledger_has_them_all(phone, year):
    for n in range(12):
        closed(year, f"T{n:02}")

    page = phone.get("/my/").content.decode()

    assert ">T04</a>" in page
    assert ">T05</a>" not in page
    assert '<a href="/patches/?status=CLOSED">等 12 个</a>' in page


def test_one_visit_writes_once_and_much_news_asks_no_more_than_none(phone, year):
    phone.get("/my/")
    year.east_secretary.refresh_from_db()
    written = year.east_secretary.tasks_seen_at
    with CaptureQueriesContext(connection) as quiet:
        phone.get("/my/")
    for n in range(7):
        closed(year, f"T{n}")

    with CaptureQueriesContext(connection) as told:
        assert len(phone.get("/my/").context["confirmed"]) == 1

    year.east_secretary.refresh_from_db()
    assert year.east_secretary.tasks_seen_at == written
    assert not any("tasks_seen_at" in q["sql"] and "UPDATE" in q["sql"] for q in told)
    assert len(told) <= len(quiet)
