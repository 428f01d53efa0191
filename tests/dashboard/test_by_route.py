"""总览的问题清单按整改路径分：几个走哪条、几个缺材料，点开就是那几个。"""

from datetime import date

import pytest

from plots.actions import documents
from plots.models import Patch
from taiping.progress.progress import plan_progress
from taiping.progress.routes import counts_by_route
from tasks.models import RemedyItem, Target
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


def test_it_is_one_query_and_none_without_a_list_of_problems(cases, django_assert_num_queries):
    with_cases = plan_progress(cases.plan, date(2024, 9, 20))
    without = plan_progress(make_steps_target(make_plan(2025)).plan, date(2025, 9, 20))

    with django_assert_num_queries(1):
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
