"""总览：任何一天都说真话；没有数就说没有数；查询次数固定。"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from plots import actions
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from taiping.progress.words import verdict
from tasks.models import Plan, Target
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_patch,
    make_plan,
    make_reading,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again, plan_2024
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    again(plan_2024)
    return Plan.objects.get(year=2024)


def floor(figures, code="retained"):
    return next(row for row in figures.targets if row.target.code == code)


def test_before_any_reading_a_floor_has_no_data(plan):
    row = floor(plan_progress(plan, date(2024, 10, 20)))

    assert row.state == MilestoneState.NO_DATA
    assert row.confirmed is None
    assert row.margin is None


def test_a_floor_uses_the_latest_reading_of_the_day(plan):
    target = Target.objects.get(code="retained")
    make_reading(target, on=date(2024, 3, 31), value=Decimal(32250))
    make_reading(target, on=date(2024, 9, 30), value=Decimal("32190.5"))

    in_june, in_october = (
        floor(plan_progress(plan, day)) for day in (date(2024, 6, 1), date(2024, 10, 20))
    )

    assert (in_june.confirmed, in_june.margin, in_june.state) == (
        32250,
        48,
        MilestoneState.ON_TRACK,
    )
    assert (in_october.confirmed, in_october.margin, in_october.state) == (
        Decimal("32190.5"),
        Decimal("-11.5"),
        MilestoneState.AT_RISK,
    )


def test_a_correction_of_the_same_day_wins_and_the_past_keeps_what_it_knew(plan):
    target = Target.objects.get(code="retained")
    make_reading(
        target,
        on=date(2024, 6, 30),
        value=Decimal(32100),
        created_at=datetime(2024, 7, 1, 2, tzinfo=UTC),
    )
    make_reading(
        target,
        on=date(2024, 6, 30),
        value=Decimal(32300),
        created_at=datetime(2024, 8, 1, 2, tzinfo=UTC),
    )

    now = floor(plan_progress(plan, date(2024, 7, 15)))
    known_then = floor(plan_progress(plan, date(2024, 7, 15), "recorded"))
    known_before = floor(plan_progress(plan, date(2024, 6, 30), "recorded"))

    assert now.confirmed == 32300
    assert known_then.confirmed == 32100
    assert known_before.confirmed is None


def test_villages_readings_add_up_when_the_town_has_none():
    plan = make_plan()
    target = make_target(plan, kind="FLOOR", measured_by="READINGS", quota=Decimal(100))
    make_milestone(target, due_on=date(2024, 12, 31))
    east, west = make_village("东村"), make_village("西村")
    make_reading(target, village=east, on=date(2024, 3, 1), value=Decimal(60))
    make_reading(target, village=west, on=date(2024, 5, 1), value=Decimal("45.5"))

    whole = plan_progress(plan, date(2024, 6, 1)).targets[0]
    only_east = plan_progress(plan, date(2024, 6, 1), villages=[east]).targets[0]

    assert whole.confirmed == Decimal("105.5")
    assert only_east.confirmed == 60


def test_a_workload_measured_by_readings_is_done_when_the_reading_reaches_it():
    plan = make_plan()
    road = make_target(plan, name="机耕道", unit="公里", measured_by="READINGS", quota=Decimal(12))
    make_milestone(road, due_on=date(2024, 9, 30))
    make_reading(road, on=date(2024, 9, 1), value=Decimal(8))
    make_reading(road, on=date(2024, 10, 10), value=Decimal("12.4"))

    states = [
        plan_progress(plan, day).targets[0].state
        for day in (date(2024, 8, 1), date(2024, 9, 10), date(2024, 10, 1), date(2024, 10, 11))
    ]

    assert states == [
        MilestoneState.NO_DATA,
        MilestoneState.AT_RISK,  # 时间过了 253/273，只有 8/12
        MilestoneState.OVERDUE,
        MilestoneState.DONE_LATE,
    ]


def test_patch_targets_without_patches_say_so(plan):
    row = floor(plan_progress(plan, date(2024, 10, 20)), "abandoned")

    assert row.state == MilestoneState.NO_DATA
    assert row.patch_count == 0
    assert [m.days_left for m in row.milestones] == [-20, 11, 26]


def test_undated_cases_are_judged_by_the_plans_end(plan):
    row = floor(plan_progress(plan, date(2024, 12, 30)), "illegal")

    assert all(m.undated for m in row.milestones)
    assert {m.due_on for m in row.milestones} == {date(2024, 12, 31)}


def test_the_verdict_speaks_from_the_figures(plan):
    assert verdict(plan_progress(plan, date(2024, 10, 20))) == (
        "截至2024年10月20日，8项任务都还没有数据；最紧的是自然撂荒地整治等4项，距举证上传截止还有11天。"
    )
    assert verdict(plan_progress(plan, date(2024, 9, 20))) == (
        "截至2024年9月20日，8项任务都还没有数据；最紧的是存量“非粮化”重点图斑，比对核实今天截止。"
    )


def test_an_empty_plan_has_a_sentence_too():
    plan = make_plan(2030)

    assert (
        verdict(plan_progress(plan, date(2030, 5, 1)))
        == "截至2030年5月1日，2030年度方案还没有目标任务。"
    )


def test_the_page_shows_every_target_deadline_and_village(plan, client):
    client.force_login(make_user(role=Role.LEADER))

    page = client.get("/?on=2024-10-20").content.decode()

    for words in (
        "耕地保有量",
        "32,202 亩",
        "违法占用耕地问题",
        "26 个",
        "99.30 亩",
        "9月20日",
        "12月31日",
        "没定截止日期",
        "团碾",
        "双福",
        "已过 30 天",
        "还有 11 天",
        "没有监测数",
    ):
        assert words in page


def test_a_day_after_the_plan_says_so(plan, client):
    client.force_login(make_user(role=Role.LEADER))

    after, within = (
        client.get(f"/?on={day}").content.decode() for day in ("2025-01-01", "2024-12-31")
    )

    assert "2024年度方案已于2024年12月31日结束" in after
    assert "已于2024年12月31日结束" not in within


def test_a_bad_date_is_answered_with_a_sentence(plan, client):
    client.force_login(make_user(role=Role.LEADER))

    response = client.get("/?on=2024-02-30")

    assert response.status_code == 200
    assert "“2024-02-30”这一天不存在，请写成 2024-10-20 这样" in response.content.decode()


def test_without_a_plan_the_page_says_what_to_do(client):
    client.force_login(make_user(role=Role.LEADER))

    assert "系统里还没有年度方案" in client.get("/").content.decode()


def test_next_years_plan_is_chosen_by_the_day(plan, client):
    make_plan(2025)
    client.force_login(make_user(role=Role.LEADER))

    assert client.get("/?on=2024-10-20").context["question"].plan.year == 2024
    assert client.get("/?on=2025-03-01").context["question"].plan.year == 2025
    assert client.get("/?on=2025-03-01&year=2024").context["question"].plan.year == 2024


def test_a_secretary_sees_only_their_village(plan, client):
    east, west = make_village("东村"), make_village("西村")
    client.force_login(make_user(role=Role.SECRETARY, villages=[east]))

    assert client.get(f"/villages/{east.pk}/").status_code == 200
    assert client.get(f"/villages/{west.pk}/").status_code == 404


@pytest.mark.parametrize("villages", [1, 3, 30])
def test_the_number_of_queries_does_not_grow(plan, villages, django_assert_num_queries):
    for _ in range(villages):
        make_reading(Target.objects.get(code="basic"), village=make_village())

    with django_assert_num_queries(14):
        plan_progress(plan, date(2024, 10, 20))


def test_a_village_row_shows_its_share_and_what_was_reported(client):
    """东村分到 60 亩：一块报完举证、等核实，一块没动。"""
    target = make_steps_target(make_plan())
    east = make_village("东村")
    make_allocation(target, east, quota=Decimal("60.5"))
    make_patch(target, east)
    actions.report(
        make_patch(target, east),
        by=make_user(villages=[east]),
        on=date(2024, 9, 5),
        step=target.milestones.get(code="evidence"),
    )
    client.force_login(make_user(role=Role.LEADER))

    row = client.get("/?on=2024-09-20").context["village_rows"][0]

    assert [cell[2:] for cell in row.cells] == [(0, 1, 2, "60.50 亩")]


def test_many_villages_are_cut_at_the_worst_and_the_rest_is_one_click_away(client):
    make_plan()
    for number in range(65):
        make_village(f"村{number}", order=number)
    client.force_login(make_user(role=Role.LEADER))

    first, whole = client.get("/?on=2024-09-20"), client.get("/?on=2024-09-20&villages=all")

    assert len(first.context["village_rows"]) == 60
    assert "看全部 65 个村" in first.content.decode()
    assert len(whole.context["village_rows"]) == 65
    assert "看全部" not in whole.content.decode()
