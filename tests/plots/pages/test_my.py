"""我的任务：轮到谁办、先办哪一块、退回的话看得见；别村的看不见。"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plots import actions
from plots.ledger import queues as my
from plots.ledger.village_tasks import Tasks
from plots.models import Patch
from tasks.models import Milestone
from tests.worlds.factories import make_milestone, make_plan, make_target, make_user, make_village
from tests.worlds.year import TODAY, in_days
from villages.models import Role

pytestmark = pytest.mark.django_db


def codes(response):
    return [card.patch.code for card in response.context["cards"]]


def test_returned_comes_first_then_overdue_then_due_soon(client, year):
    year.patch(due=3, code="急")
    year.patch(due=40, code="缓")
    year.patch(due=-5, code="晚")
    back = year.patch(due=60, code="退")
    year.report(back)
    year.send_back(back)
    client.force_login(year.east_secretary)

    response = client.get("/my/")

    page = response.content.decode()
    assert codes(response) == ["退", "晚", "急"]
    assert "有 1 个退回、1 个逾期、1 个 7 天内到期。" in page
    assert "逾期 5 天" in page
    assert "退回到“复耕复种”：" in page
    assert "未见复耕复种；北边那角没种" in page
    assert "以后到期的 1 个" in page
    assert codes(client.get("/my/?group=later")) == ["缓"]


def test_last_day_of_the_week_is_due_soon_and_the_next_is_later(client, year):
    year.patch(due=7, code="第七天")
    year.patch(due=8, code="第八天")
    year.patch(due=0, code="今天")
    client.force_login(year.east_secretary)

    assert codes(client.get("/my/?group=soon")) == ["今天", "第七天"]
    assert codes(client.get("/my/?group=later")) == ["第八天"]


def test_nothing_pressing_shows_what_comes_later(client, year):
    year.patch(due=40, code="缓")
    client.force_login(year.east_secretary)

    response = client.get("/my/")

    assert codes(response) == ["缓"]
    assert "7 天内没有到期的，以后还有 1 个。" in response.content.decode()


def test_secretary_never_sees_another_village(client, year):
    year.patch(due=-1, code="东边的")
    hidden = year.patch(due=-1, village=year.west, code="西边的秘密")
    client.force_login(year.east_secretary)

    for query in ("", "?group=overdue", f"?village={year.west.pk}", "?group=later&page=2"):
        page = client.get(f"/my/{query}").content.decode()
        assert hidden.code not in page
        assert "西村" not in page
    assert "有 1 个逾期。" in client.get("/my/").content.decode()


def test_others_are_sent_to_the_dashboard(client, year):
    for user in (year.huang, year.mayor, make_user(role=Role.ADMIN)):
        client.force_login(user)
        response = client.get("/my/")
        assert (response.status_code, response.url) == (302, "/")


def test_steps_of_the_town_are_counted_but_are_not_work(client, year):
    awaiting = year.patch(code="等着")
    year.report(awaiting, step=awaiting.target.milestones.get(code="evidence"))
    verify = make_target(year.plan, name="重点图斑")
    make_milestone(verify, name="比对核实", due_on=in_days(-3), actor=Milestone.Actor.TOWN)
    make_milestone(verify, name="复耕复种", due_on=in_days(9))
    year.patch(target=verify, code="镇里先看")
    waits = year.patch(code="缓办")
    actions.defer(waits, by=year.huang, on=TODAY(), note="等水退")
    client.force_login(year.east_secretary)

    response = client.get("/my/")

    page = response.content.decode()
    assert codes(response) == []
    assert set(response.context["waiting"]) == {
        "1 个待核实",
        "1 个等镇里比对核实，其中 1 个镇里已经逾期",
        "1 个暂缓",
    }
    assert "1 个等镇里比对核实，其中 1 个镇里已经逾期" in page
    assert "眼下没有要村里办的图斑" in page


def test_part_done_says_what_is_left(client, year):
    patch = year.patch(due=2, area_mu=Decimal("10"))
    year.report(patch, area_mu="4")
    client.force_login(year.east_secretary)

    assert "已报 4.00 亩，还剩 6.00 亩" in client.get("/my/").content.decode()


def test_what_is_settled_while_the_page_is_made_is_not_shown(client, year, monkeypatch):
    """数过以后、列出来以前，别人正好认定了其中一块、改了另一块的村。"""
    settled, moved = year.patch(due=-5, code="认定了"), year.patch(due=-5, code="改了村")
    year.patch(due=-5, code="还在")
    client.force_login(year.east_secretary)
    patches = Tasks.patches

    def after_others_acted(tasks, *args, **kwargs):
        actions.exempt(settled, by=year.huang, note="现状就是耕地")
        Patch.objects.filter(pk=moved.pk).update(village=make_village("邻村"))
        return patches(tasks, *args, **kwargs)

    monkeypatch.setattr(Tasks, "patches", after_others_acted)

    response = client.get("/my/")

    assert response.status_code == 200
    assert codes(response) == ["还在"]


def test_two_villages_can_be_looked_at_one_by_one(client, year):
    both = make_user(villages=[year.east, year.west])
    year.patch(due=-1, code="东一")
    year.patch(due=-2, village=year.west, code="西一")
    client.force_login(both)

    everything = client.get("/my/")
    west = client.get(f"/my/?village={year.west.pk}")

    assert codes(everything) == ["西一", "东一"]
    assert codes(west) == ["西一"]
    assert "有 1 个逾期。" in west.content.decode()


def test_hundreds_come_thirty_at_a_time(client, year):
    target = year.target(due=-1)
    for number in range(31):
        year.patch(target=target, code=f"N{number:02}")
    client.force_login(year.east_secretary)

    first, second = client.get("/my/"), client.get("/my/?page=2")

    assert len(codes(first)) == 30
    assert codes(second) == ["N30"]
    assert "第 1 页，共 2 页" in first.content.decode()


def test_secretary_without_a_village_is_told_whom_to_ask(client):
    client.force_login(make_user())

    assert "还没有给您安排村" in client.get("/my/").content.decode()


def test_number_of_queries_does_not_grow(client, year, django_assert_num_queries):
    def returned(village):
        patch = year.patch(due=-1, village=village)
        year.report(patch, by=year.liu)
        year.send_back(patch)

    both = make_user(villages=[year.east])
    returned(year.east)
    client.force_login(both)
    client.get("/my/")
    with CaptureQueriesContext(connection) as one:
        client.get("/my/")
    third = make_village("南村")
    both.postings.create(village=year.west)
    both.postings.create(village=third)
    returned(year.west)
    returned(third)

    with django_assert_num_queries(len(one)):
        response = client.get("/my/")
    assert len(codes(response)) == 3


def test_a_patch_is_added_from_here_only_where_the_target_allows_it(client, year):
    target = year.target()
    client.force_login(year.east_secretary)
    assert "加一块图斑" not in client.get("/my/").content.decode()

    target.villages_may_add = True
    target.save(update_fields=["villages_may_add"])

    page = client.get(f"/my/?village={year.east.pk}").content.decode()
    assert f'href="/patches/add/?village={year.east.pk}">加一块图斑</a>' in page


def test_nobody_adds_to_a_plan_of_last_year_that_is_settled(client, year):
    old = make_plan(TODAY().year - 1)
    make_milestone(make_target(old, villages_may_add=True))
    client.force_login(year.east_secretary)
    assert "加一块图斑" not in client.get("/my/").content.decode()

    year.patch(target=old.targets.get())

    assert "加一块图斑" in client.get("/my/").content.decode()


def test_awaiting_count_is_for_the_town_only(year):
    patch = year.patch()
    year.report(patch, step=patch.target.milestones.get(code="evidence"))

    assert my.awaiting_count(year.huang) == 1
    assert my.awaiting_count(year.east_secretary) == 0
    assert my.awaiting_count(year.mayor) == 0


def test_the_own_village_with_its_money_and_marks_is_one_tap_away(client, year):
    client.force_login(year.east_secretary)

    page = client.get("/my/").content.decode()

    assert f'<a href="/villages/{year.east.pk}/">本村的进度、奖补和考核</a>' in page
    assert f"/villages/{year.west.pk}/" not in page
