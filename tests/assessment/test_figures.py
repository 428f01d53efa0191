"""各村的得分：照规则手算的一年；不适用、没有数、未评各是什么样；任何一天、两种口径。"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from taiping.assessment.figures import sheet_of
from tasks.models import ScoreItem
from tests.worlds.factories import make_allocation, make_plan, make_reading, make_target
from tests.worlds.kept import again
from tests.worlds.scored import ScoredTown, make_item, make_score
from tests.worlds.town import sep
from villages.models import Village

pytestmark = pytest.mark.django_db
DAY = date(2024, 10, 20)


@pytest.fixture
def town():
    return again(ScoredTown)


def sheet(town, on=DAY, basis="done"):
    return sheet_of(town.plan, on, basis)


def row(town, village, **given):
    (found,) = [each for each in sheet(town, **given).rows if each.village == village]
    return found


def cell(town, village, item, **given):
    (found,) = [each for each in row(town, village, **given).cells if each.item == item]
    return found


def texts(town, village, **given):
    return [each.text for each in row(town, village, **given).cells]


def test_the_year_by_hand(town):
    assert texts(town, town.east) == ["18.75", "0.00", "7.00", "10.00", "未评", ""]
    assert texts(town, town.west) == ["16.67", "0.00", "10.00", "9.00", "未评", ""]
    assert texts(town, town.south) == ["不适用"] * 4 + ["未评", ""]
    assert cell(town, town.east, town.rate).why == "上报 3/4 个，75%"
    assert cell(town, town.west, town.whole).why == "核实 1/3 个，33.3%"
    assert cell(town, town.east, town.overdue).why == "村该办的逾期 1 个，扣 3.00 分"
    assert cell(town, town.west, town.returned).why == "退回 1 次，扣 1.00 分"


def test_total_is_the_sum_of_the_shown_cells_and_says_what_it_lacks(town):
    east, west, south = sheet(town).rows

    assert (east.total, west.total, south.total) == (Decimal("35.75"), Decimal("35.67"), None)
    assert (east.rank, west.rank, south.rank) == (1, 2, None)
    assert west.gaps == ["人工 1 项未评"]
    assert south.gaps == ["人工 1 项未评", "不适用 80.00 分不算"]
    assert sheet(town).unscored == 1


def test_equal_totals_share_the_rank_and_the_next_is_skipped(town):
    for village, points in ((town.east, "15"), (town.west, "15.08"), (town.south, "20")):
        make_score(town.lead, village, points)

    rows = sheet(town).rows

    assert [each.total for each in rows] == [Decimal("50.75"), Decimal("50.75"), Decimal(20)]
    assert [each.rank for each in rows] == [1, 1, 3]


def test_the_town_that_has_not_checked_costs_the_village_nothing(town):
    """报了没人核实的，截止过了是镇该办的逾期：村里按上报给分，也不扣逾期。"""
    later = date(2024, 12, 20)
    before = cell(town, town.west, town.rate, on=later)
    overdue = cell(town, town.west, town.overdue, on=later)

    assert before.text == "16.67"
    assert overdue.why == "村该办的逾期 1 个，扣 3.00 分"  # 退回的 W3；报了没核实的 W2 不算


def test_full_marks_only_when_every_one_is_done(town):
    for code in ("W2", "W3"):
        if code == "W3":
            town.act("report", code, by=town.west_secretary, on=sep(20), step=town.evidence)
        town.act("confirm", code, by=town.liu, on=sep(25))

    assert cell(town, town.west, town.whole).text == "35.00"
    assert cell(town, town.west, town.whole, on=sep(24)).text == "0.00"
    assert cell(town, town.west, town.rate).text == "25.00"


def test_an_allocation_without_patches_is_blank_and_without_either_is_not_applicable(town):
    make_allocation(town.target, town.south, quota=Decimal(20))

    told = cell(town, town.south, town.rate)

    assert (told.text, told.why) == ("", "还没有下发图斑")
    assert row(town, town.south).gaps == ["人工 1 项未评", "4 项还没有数"]
    assert row(town, town.south).total is None


def test_an_allocated_area_is_the_goal_and_more_than_it_needs_a_higher_ceiling(town):
    make_allocation(town.target, town.west, quota=Decimal(10))
    more = make_item(
        town.plan,
        "more",
        "超额",
        10,
        rule="PROPORTIONAL",
        target=town.target,
        ceiling=Decimal(15),
    )

    assert cell(town, town.west, town.rate).text == "25.00"  # 报了 20 亩，任务 10 亩
    assert (cell(town, town.west, more).text, cell(town, town.west, more).why) == (
        "15.00",
        "上报 20.00/10.00 亩，200%",
    )


def test_a_target_measured_by_readings_is_scored_by_the_villages_own(town):
    floor = make_target(town.plan, "retained", kind="FLOOR", measured_by="READINGS", order=900)
    item = make_item(town.plan, "floor", "守住底线", 10, rule="PROPORTIONAL", target=floor)
    make_allocation(floor, town.east, quota=Decimal(3200))
    make_allocation(floor, town.west, quota=Decimal(3200))
    make_reading(floor, village=town.east, value=Decimal(3100), on=date(2024, 9, 1))

    assert [cell(town, village, item).text for village in Village.objects.all()] == [
        "9.69",
        "",
        "不适用",
    ]
    assert cell(town, town.west, item).why == "还没有监测数"
    assert cell(town, town.east, item).why == "监测 3100.00/3200.00 亩，96.8%"


def test_only_whole_steps_of_a_penalty_count_and_never_below_the_least(town):
    every_two = make_item(
        town.plan, "two", "每两个", 10, rule="PENALTY", counted="OVERDUE", each=2, off=Decimal(4)
    )
    harsh = make_item(
        town.plan,
        "harsh",
        "倒扣",
        0,
        rule="PENALTY",
        counted="OVERDUE",
        each=1,
        off=Decimal(9),
        floor=Decimal(-5),
        outside=True,
    )

    assert cell(town, town.east, every_two).text == "10.00"
    assert cell(town, town.east, harsh).text == "-5.00"
    assert cell(town, town.west, harsh).text == "0.00"


def test_a_hand_score_stands_until_a_newer_one_and_a_past_day_shows_the_older(town):
    make_score(town.lead, town.east, "12", on=date(2024, 9, 1), reason="年中")
    make_score(town.lead, town.east, "18", on=date(2024, 10, 1), reason="年末")

    assert (cell(town, town.east, town.lead).text, cell(town, town.east, town.lead).why) == (
        "18.00",
        "年末",
    )
    assert cell(town, town.east, town.lead, on=date(2024, 9, 30)).text == "12.00"
    assert cell(town, town.east, town.lead, on=date(2024, 8, 31)).text == "未评"


def test_by_entry_date_a_withdrawn_score_stood_until_it_was_withdrawn(town):
    moment = timezone.make_aware(datetime(2024, 10, 12, 9))
    score = make_score(town.lead, town.east, "12", on=date(2024, 10, 8), created_at=moment)
    score.take_back(town.huang, "评错村了")
    score.withdrawn_at = timezone.make_aware(datetime(2024, 10, 15, 9))
    score.save()

    def text(on, basis):
        return cell(town, town.east, town.lead, on=on, basis=basis).text

    assert text(DAY, "done") == text(date(2024, 10, 9), "done") == "未评"
    assert text(date(2024, 10, 11), "recorded") == "未评"
    assert text(date(2024, 10, 14), "recorded") == "12.00"
    assert text(date(2024, 10, 15), "recorded") == "未评"


def test_full_marks_lowered_later_are_not_exceeded_and_it_is_said(town):
    make_score(town.lead, town.east, "18")
    ScoreItem.objects.filter(code="lead").update(full=Decimal(15))

    told = cell(town, town.east, town.lead)

    assert (told.text, told.why) == ("15.00", "有专人管（评的是 18.00 分，超出现在的分值）")


def test_marks_that_do_not_add_up_are_told_not_refused(town):
    assert sheet(town).doubts == []
    ScoreItem.objects.filter(code="lead").update(full=Decimal("15.5"))
    ScoreItem.objects.filter(code="rate").update(full=Decimal(30))
    make_item(town.plan, "empty", "空的大项", 5, rule="SECTION")

    assert sheet(town).doubts == [
        "“任务完成”满分 60.00，下面几项合计 65.00，多 5.00。",
        "大项“空的大项”下面还没有考核项，评不出分。",
        "百分以内的满分合计 100.50，不是 100，多 0.50。",
    ]


def test_demo_items_disappear_when_the_town_has_its_own(town):
    plan = make_plan(2025)
    make_item(plan, "demo-lead", "演示·组织领导", 100, is_demo=True)
    assert [item.name for item in sheet_of(plan, DAY).items] == ["演示·组织领导"]

    make_item(plan, "lead", "组织领导", 100)

    assert [item.name for item in sheet_of(plan, DAY).items] == ["组织领导"]


def test_queries_do_not_grow_with_villages_and_scores(town, django_assert_num_queries):
    with django_assert_num_queries(16):
        sheet(town)
    for village in Village.objects.all():
        make_score(town.lead, village, "10", by=town.huang)
    for number in range(5):
        town.add_village(f"新村{number}")

    with django_assert_num_queries(16):
        sheet(town)


def test_a_plan_without_items_asks_once(django_assert_num_queries):
    plan = make_plan(2031)

    with django_assert_num_queries(1):
        assert sheet_of(plan, DAY).rows == []


def test_a_table_scored_only_by_hand_does_not_work_out_progress(django_assert_num_queries):
    plan = make_plan(2031)
    make_item(plan, "lead", "组织领导", 100)

    with django_assert_num_queries(3):
        assert sheet_of(plan, DAY).full == 100


def test_the_plans_dates_must_hold_the_days_of_its_scores(town):
    make_score(town.lead, town.east, "18", on=date(2024, 11, 20))
    town.plan.ends_on = date(2024, 11, 16)

    with pytest.raises(ValidationError, match=r"2024年11月20日|2024-11-20"):
        town.plan.clean()
