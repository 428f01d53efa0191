"""镇工作人员的早上：待核实几个、最早的、退回又报的、没导完的、图形检查、逾期找谁、监测旧了，一页看完。"""

from datetime import timedelta

import pytest
from django.utils import timezone

from plots.models import Batch, Patch
from plots.models.checks import GeometryCheck
from tests.worlds.factories import make_batch, make_reading, make_target, make_user
from tests.worlds.year import TODAY, in_days
from villages.models import Role

pytestmark = pytest.mark.django_db


def awaiting(year, days_ago=0, **fields):
    """一块几天前就报齐了的。"""
    patch = year.patch(**fields)
    at, on = timezone.now() - timedelta(days=days_ago), in_days(-days_ago)
    year.report(patch, on=on, at=at, step=patch.target.milestones.get(code="evidence"))
    patch.refresh_from_db()
    return patch


def morning(client, user):
    client.force_login(user)
    response = client.get("/today/")
    assert response.status_code == 200
    return response


def test_how_many_wait_since_when_and_which_came_back(client, year):
    awaiting(year, days_ago=9)
    again = awaiting(year)
    year.send_back(again)
    year.report(again, step=again.target.milestones.get(code="evidence"))

    response = morning(client, year.huang)

    found = response.context["waiting"]
    assert (found.count, found.again) == (2, 1)
    assert (found.oldest, found.again_oldest) == (in_days(-9), TODAY())
    assert "等了 9 天" in response.content.decode()
    queue = client.get("/review/?again=1")
    assert [card.patch for card in queue.context["cards"]] == [again]


def test_imports_left_in_the_middle_are_named_until_imported_or_old(client, year):
    target = year.target()
    left = make_batch(target, "没导完.xlsx", by=year.huang)
    make_batch(target, "又传了一遍.xlsx", by=year.huang)
    make_batch(target, "又传了一遍.xlsx", by=year.huang, applied_at=timezone.now())
    old = make_batch(target, "早就不要了.xlsx", by=year.huang)
    Batch.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=40))

    response = morning(client, year.huang)

    assert response.context["imports"] == [left]
    assert f'<a href="/patches/import/{left.pk}/">没导完.xlsx</a>' in response.content.decode()


def test_checks_are_counted_as_their_page_lists_them(client, year):
    one, two = year.patch(), year.patch()
    for patch, other in ((one, two), (two, one)):
        GeometryCheck.objects.create(patch=patch, other=other, kind="OVERLAP", sentence="重叠")
    GeometryCheck.objects.create(patch=one, kind="PARTS", sentence="分成几部分")

    response = morning(client, year.huang)

    listed = client.get("/patches/checks/").context["page"].paginator.count
    assert response.context["checks"] == listed == 2


def test_who_is_late_and_whom_to_call(client, year):
    year.east_secretary.phone = "13900000001"
    year.east_secretary.save(update_fields=["phone"])
    make_user(
        "bao", role=Role.STAFF, name="包村干部老赵", villages=[year.east], phone="13900000002"
    )
    make_user("zou", name="调走的", villages=[year.east], phone="13900000003", is_active=False)
    target = year.target(due=-3)
    for village in (year.west, year.east, year.east):
        year.patch(target=target, village=village)
    year.patch(village=year.west)  # 没到期

    response = morning(client, year.huang)

    rows = response.context["late"]
    assert [(row.village, row.count, row.days(TODAY())) for row in rows] == [
        (year.east, 2, 3),
        (year.west, 1, 3),
    ]
    assert [user.name for user in rows[0].people] == ["东村书记", "包村干部老赵"]
    page = response.content.decode()
    assert 'href="tel:13900000001"' in page
    assert page.count("没有登记电话") == 1  # 西村书记：没有的不编
    assert "13900000003" not in page
    link = f"/patches/?plan={year.plan.code}&amp;village={year.east.pk}&amp;overdue=on&amp;actor=VILLAGE"
    assert link in page
    assert client.get(link.replace("&amp;", "&")).context["count"] == 2


def test_the_oldest_deadline_of_a_village_is_told(client, year):
    """东村两块，一块拖了 3 天，一块 10 天；西村反弹的一块另定了截止，从那天算，拖了 2 天。"""
    late, later = year.target(due=-3), year.target(due=-10)
    year.patch(target=late, village=year.east)
    year.patch(target=later, village=year.east)
    relapsed = year.patch(target=later, village=year.west)
    Patch.objects.filter(pk=relapsed.pk).update(due_on=in_days(-2))

    rows = morning(client, year.huang).context["late"]

    assert [(row.village, row.count, row.days(TODAY())) for row in rows] == [
        (year.east, 2, 10),
        (year.west, 1, 2),
    ]


def test_what_the_town_owes_is_a_line_of_its_own(client, year):
    target = year.target(due=-60)  # 镇级核实 15 天前截止
    patch = year.patch(target=target)
    year.report(patch, on=in_days(-70), step=target.milestones.get(code="evidence"))

    response = morning(client, year.huang)

    (row,) = response.context["late_elsewhere"]
    assert (row.actor, row.count, row.days(TODAY())) == ("TOWN", 1, 15)
    assert response.context["late"] == []
    assert "没有村里逾期的" in response.content.decode()


def test_readings_grown_old_are_named(client, year):
    fresh, old, never = (
        make_target(year.plan, code, kind="FLOOR", measured_by="READINGS", name=name)
        for code, name in (("a", "新的"), ("b", "旧的"), ("c", "没有录过的"))
    )
    make_reading(fresh, on=in_days(-30))
    make_reading(old, on=in_days(-31))
    make_reading(old, on=in_days(-1), withdrawn_on=in_days(-1), withdrawn_at=timezone.now(),
                 withdrawn_by=year.huang, withdrawal_reason="录错")  # fmt: skip

    rows = morning(client, year.huang).context["readings"]

    assert [(row.target, row.days) for row in rows] == [(old, 31), (never, None)]


def test_the_papers_of_the_week_are_one_click_away(client, year):
    year.patch()
    page = morning(client, year.huang).content.decode()

    for path in ("/weekly.xlsx", "/bulletin/download.docx", "/patches/export.xlsx"):
        address = f"{path}?plan={year.plan.code}"
        assert f'href="{address}' in page
        assert client.get(address)["Content-Disposition"].startswith("attachment")
    assert client.get(f"/confirmations/?plan={year.plan.code}").status_code == 200


def test_nothing_to_do_is_said_and_without_a_plan_it_opens(client):
    response = morning(client, make_user(role=Role.STAFF))

    page = response.content.decode()
    assert "都核实完了" in page
    assert "还没有年度方案" in page


def test_as_many_queries_for_one_as_for_many(client, year, django_assert_num_queries):
    def add():
        patch = awaiting(year)
        year.patch(due=-5)
        year.patch(due=-5, village=year.west)
        make_batch(patch.target, by=year.huang)
        GeometryCheck.objects.create(patch=patch, kind="PARTS", sentence="分成几部分")

    add()
    client.force_login(year.huang)
    client.get("/today/")
    with django_assert_num_queries(11):
        client.get("/today/")
    add()
    add()
    with django_assert_num_queries(11):
        client.get("/today/")


@pytest.mark.parametrize(
    ("role", "home", "status"),
    [
        (Role.STAFF, "/today/", 200),
        (Role.ADMIN, "/", 200),
        (Role.LEADER, "/", 403),
        (Role.SECRETARY, "/my/", 403),
    ],
)
def test_everyone_has_a_home_and_only_the_town_a_morning(client, year, role, home, status):
    client.force_login(make_user(role=role))

    assert client.get("/home/").url == home
    assert client.get("/today/").status_code == status
    page = client.get("/help/").content.decode()
    assert f'<a class="brand" href="{home}">' in page


def test_after_logging_in_everyone_is_at_home(client, year):
    year.huang.set_password("Taiping-2024-xyz")
    year.huang.save()

    form = {"username": "huang", "password": "Taiping-2024-xyz"}
    came_to_the_front_door = client.post("/accounts/login/?next=/", form)

    assert came_to_the_front_door.url == "/home/"


def test_staff_find_everything_of_the_week_in_the_menu(client, year):
    year.target()
    client.force_login(year.huang)
    menu = client.get("/help/").context["nav"]

    groups = {group: [item["label"] for item in items] for group, items in menu if group}
    assert groups == {
        "办理": ["待核实", "导入图斑", "添加图斑", "图形检查", "监测数", "常态工作"],
        "出表": ["图斑台账", "周报（Excel）", "通报", "村级确认表", "奖补", "考核", "会议大屏"],
    }
    for _, items in menu:
        for item in items:
            assert client.get(item["url"]).status_code == 200


def test_a_group_says_when_one_is_inside_it_and_counts_what_waits(client, year):
    awaiting(year)
    client.force_login(year.huang)

    page = client.get("/patches/checks/").content.decode()

    assert '<details class="menu is-here">' in page
    assert "（现在在图形检查）" in page
    assert '办理 <span class="count">1</span>' in page


def test_the_leader_has_the_papers_and_nothing_to_do(client, year):
    client.force_login(year.mayor)

    menu = client.get("/help/").context["nav"]

    assert [group for group, _ in menu if group] == ["出表"]
