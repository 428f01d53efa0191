"""总览的问题清单按整改路径分：几个走哪条、几个缺材料，点开就是那几个。"""

import io
from datetime import date, datetime

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from plots.actions import documents
from plots.models import Patch
from taiping.progress.progress import plan_progress
from taiping.progress.routes import counts_by_route
from tasks.models import RemedyItem, RemedyRoute, Target
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def cases():
    """六个问题：两个设施农用地，两个一事一议，一个农转用，一个还没有定。"""
    target = make_steps_target(make_plan(), kind=Target.Kind.CASES)
    east = make_village("东村")
    for number, route in enumerate(
        ["facility", "facility", "council", "council", "conversion", None], 1
    ):
        make_patch(target, east, code=f"W-{number}", remedy_id=route)
    return target


def hand_in_all(patch, staff, on):
    """这块图斑的路径要的都交上（不要文件的路径）。"""
    for item in RemedyItem.objects.filter(route__code=patch.remedy_id):
        documents.hand_in(patch, item, by=staff, on=on, number="1" if item.needs_number else "")


def counted(target, on, basis="done"):
    rows = counts_by_route(plan_progress(target.plan, on, basis))[target.pk]
    return [(row.name, row.count, row.lacking) for row in rows]


def test_problems_are_divided_by_route_and_lacking_papers(cases):
    staff = make_user(role=Role.STAFF)
    on = date(2024, 9, 20)

    hand_in_all(Patch.objects.get(code="W-3"), staff, on)

    # 农转用还没有填要哪些材料，不算缺；还没有定的在最后
    assert counted(cases, on) == [
        ("农转用", 1, 0),
        ("设施农业用地备案", 2, 2),
        ("一事一议", 2, 1),
        ("还没有定", 1, 0),
    ]
    # 前一天还没有交；按录入日期看，那天连图斑都还没有录
    assert counted(cases, date(2024, 9, 19))[2] == ("一事一议", 2, 2)
    assert counted(cases, on, "recorded") == []


def test_a_past_day_is_told_with_the_routes_of_that_day(cases, client, settings):
    """10 月 8 日把 W-1 改走农转用、给 W-6 定下拆除复耕：7 日还是原来的，8 日起是新的，点开就是那几个。"""
    Patch.objects.update(created_at=noon(1))
    staff = make_user(role=Role.STAFF)
    settings.FIXED_TODAY = date(2024, 10, 8)
    choose("W-1", "conversion", by=staff)
    choose("W-6", "reclaim", by=staff)
    settings.FIXED_TODAY = date(2024, 10, 9)
    choose("W-1", "council", by=staff)
    settings.FIXED_TODAY = date(2024, 10, 20)

    before = [("农转用", 1), ("设施农业用地备案", 2), ("一事一议", 2), ("还没有定", 1)]
    between = [("农转用", 2), ("设施农业用地备案", 1), ("一事一议", 2), ("拆除复耕", 1)]
    after = [("农转用", 1), ("设施农业用地备案", 1), ("一事一议", 3), ("拆除复耕", 1)]
    for day, expected in ((7, before), (8, between), (9, after), (20, after)):
        for basis in ("done", "recorded"):
            found = counted(cases, date(2024, 10, day), basis)
            assert [(name, count) for name, count, _ in found] == expected

    client.force_login(make_user(role=Role.LEADER))
    for day, route, codes in (
        (7, "facility", ["W-1", "W-2"]),
        (7, ".", ["W-6"]),
        (8, "conversion", ["W-1", "W-5"]),
        (20, "council", ["W-1", "W-3", "W-4"]),
    ):
        page = client.get(f"/patches/?on=2024-10-{day:02}&state=all&route={route}")
        assert sorted(row.patch.code for row in page.context["rows"]) == codes


def test_the_papers_of_a_past_day_are_those_of_its_route(cases, client, settings):
    """W-3 到 8 日走一事一议、缺材料；改走农转用（没写要什么）以后不缺；过去那天还是缺。台账的文件写的也是那天的。"""
    Patch.objects.update(created_at=noon(1))
    settings.FIXED_TODAY = date(2024, 10, 8)
    choose("W-3", "conversion", by=make_user(role=Role.STAFF))
    settings.FIXED_TODAY = date(2024, 10, 20)
    client.force_login(make_user(role=Role.LEADER))

    papers, routes = {}, {}
    for day in (7, 8):
        asked = f"on=2024-10-{day:02}&state=all"
        page = client.get(f"/patches/?{asked}&papers=on")
        lacking = [row.patch.code for row in page.context["rows"]]
        file = client.get(f"/patches/export.xlsx?{asked}")
        told = told_of("W-3", load_workbook(io.BytesIO(file.content)).active)
        papers[day], routes[day] = ("W-3" in lacking, told["整改材料"]), told["整改路径"]

    assert papers == {7: (True, "0/5"), 8: (False, None)}
    assert routes == {7: "一事一议", 8: "农转用"}


def told_of(code, sheet):
    """台账里一块图斑的一行：{表头: 值}。"""
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    head = next(row for row in rows if "图斑编号" in row)
    line = next(row for row in rows if code in row)
    return dict(zip((str(name).replace("\n", "") for name in head), line, strict=True))


def noon(day):
    return timezone.make_aware(datetime(2024, 10, day, 12))


def choose(code, route, *, by):
    patch = Patch.objects.get(code=code)
    documents.choose_route(
        patch, RemedyRoute.objects.get(code=route), by=by, seen=patch.remedy_id or ""
    )


def test_it_is_two_queries_and_none_without_a_list_of_problems(cases, django_assert_num_queries):
    with_cases = plan_progress(cases.plan, date(2024, 9, 20))
    without = plan_progress(make_steps_target(make_plan(2025)).plan, date(2025, 9, 20))

    with django_assert_num_queries(2):  # 多的一次是路径的名称
        counts_by_route(with_cases)
    with django_assert_num_queries(0):
        counts_by_route(without)


def test_each_number_opens_just_those(cases, client):
    client.force_login(make_user(role=Role.LEADER))
    page = client.get("/?on=2024-10-20").content.decode()

    for query, count in (
        ("&amp;state=all&amp;route=facility", 2),
        ("&amp;state=all&amp;route=council", 2),
        ("&amp;state=all&amp;route=.", 1),
        ("&amp;state=all&amp;papers=on", 4),
    ):
        [address] = [
            link.split('"')[0]
            for link in page.split('href="')
            if link.startswith("/patches/") and link.split('"')[0].endswith(query)
        ]
        found = client.get(address.replace("&amp;", "&"))
        assert found.context["count"] == count
        assert found.context["filters"].problems == []


def test_nothing_is_said_where_no_route_is_chosen(client):
    target = make_steps_target(make_plan(), kind=Target.Kind.CASES)
    make_patch(target, make_village("东村"))
    client.force_login(make_user(role=Role.LEADER))

    assert "route=" not in client.get("/?on=2024-10-20").content.decode()
