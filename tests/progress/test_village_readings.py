"""一个村的监测数、占分到的几成，逾期了还是没报数；没有份的村不列。数都是手算的，见 grain_town。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.progress.progress import plan_progress
from taiping.progress.returns import returns_by_village
from taiping.progress.village_readings import read_by_village
from taiping.progress.village_rows import village_rows, with_part, worst_villages
from tests.worlds.grain_town import GrainTown, day
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    found = again(GrainTown)
    found.summer()
    return found


def rows_on(town, on, basis="done"):
    figures = plan_progress(town.plan, on, basis)
    return village_rows(figures, "", returns_by_village(figures))[1]


def test_a_village_has_its_reading_and_the_share_of_its_own_quota(town):
    """东村早稻 540/600 亩，9 成；产量 70.2496/70.25 吨差一点，看得出差；西村一次没报。"""
    rows = {row.village.name: row for row in rows_on(town, day(8, 20))}

    early, output = rows["东村"].readings
    assert (early.value_text, early.quota_text, early.unit) == ("540.00", "600.00", "亩")
    assert (early.share, early.rate, early.read_on) == (Decimal("0.9"), "90%", day(8, 10))
    assert (output.value_text, output.quota_text, output.rate) == ("70.2496", "70.2500", "99.9%")
    silent = rows["西村"].readings[0]
    assert (silent.value, silent.rate, silent.quota_text) == (None, "", "400.00")


def test_only_targets_that_villages_have_part_in_stand_in_the_table(town):
    """机耕道只有全镇一个数，不在各村表里；有一个村报了，就在。"""
    codes = [row.target.code for row in read_by_village(plan_progress(town.plan, day(8, 20)))]
    assert codes == ["early", "output"]

    town.read(town.road, day(8, 2), "1", town.north)
    codes = [row.target.code for row in read_by_village(plan_progress(town.plan, day(8, 20)))]
    assert codes == ["early", "output", "road"]


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_a_village_is_late_or_silent_as_on_its_own_page(town, basis):
    """东村报了 540，收割过了 20 天还差 60；西村移栽过了 102 天一次没报；南村的测产是镇里做的。"""
    town.plan.targets.get(code="early").readings.update(created_at="2024-08-11T00:00Z")
    town.plan.targets.get(code="output").readings.update(created_at="2024-08-16T00:00Z")

    rows = rows_on(town, day(8, 20), basis)

    assert [row.village.name for row in rows] == ["东村", "西村", "南村", "北村"]
    east, west, south, _ = rows
    assert (east.worst_target.name, east.worst.overdue_step.name) == ("早稻", "收割")
    assert east.worst_words == east.readings[0].late_words == "逾期20天"
    assert (west.worst.overdue_step.name, west.worst_words) == (
        "移栽",
        "截止已过102天，还没有监测数",
    )
    assert (len(west.overdue_readings), len(west.silent_readings)) == (0, 1)
    assert south.worst is None
    assert worst_villages(rows) == [east, west]
    for row in (east, west):
        own = plan_progress(town.plan, day(8, 20), basis, [row.village]).targets[0]
        steps = {step.milestone.code: step for step in own.milestones}
        seen = steps[row.worst.overdue_step.code]
        assert seen.days_over == row.worst_days
        assert seen.is_silent == row.worst.is_silent


def test_villages_without_a_part_are_left_out_and_counted(town):
    listed, left_out = with_part(rows_on(town, day(8, 20)))

    assert [row.village.name for row in listed] == ["东村", "西村", "南村"]
    assert left_out == 1


def test_where_only_the_town_reads_no_village_is_said_to_be_silent(town):
    """产量改成村里做，各村分了数，镇里只录全镇的：不说各村没报；有一个村报过了，别的才是没报。"""
    town.output.milestones.update(actor="VILLAGE")
    town.output.readings.all().delete()
    town.read(town.output, day(8, 15), "100")
    rows = {row.village.name: row for row in rows_on(town, date(2024, 9, 20))}
    assert rows["南村"].worst is None

    town.read(town.output, day(9, 1), "70.25", town.east)
    rows = {row.village.name: row for row in rows_on(town, date(2024, 9, 20))}
    assert rows["南村"].worst_words == "截止已过20天，还没有监测数"


def test_a_small_share_comes_before_a_large_one_and_no_part_last(town):
    """都没有逾期的时候（5月1日以前），占几成少的在前，没有份的在末了。"""
    town.read(town.early, day(4, 1), "300", town.east)
    town.read(town.early, day(4, 1), "100", town.west)

    names = [row.village.name for row in rows_on(town, day(5, 1))]

    assert names == ["西村", "东村", "南村", "北村"]


def test_a_target_divided_among_some_villages_asks_only_them(town):
    """早稻的 1000 亩分给东、西两个村：两个村报齐了就是报齐了，不等南村、北村。"""
    before = plan_progress(town.plan, day(8, 20)).targets[0]
    assert before.partial_text() == "2 个村报了 1 个"

    town.read(town.early, day(8, 12), "400", town.west)

    after = plan_progress(town.plan, day(8, 20)).targets[0]
    assert (after.confirmed, after.partial_text()) == (940, "")
    assert (after.reading.source, after.reading.on) == ("2 个村合计", day(8, 10))


def test_a_village_without_a_share_that_reports_is_added(town):
    town.read(town.early, day(8, 12), "5", town.north)

    seen = plan_progress(town.plan, day(8, 20)).targets[0]

    assert (seen.confirmed, seen.partial_text()) == (545, "3 个村报了 2 个")


def test_a_target_not_wholly_divided_asks_every_village(town):
    """只分了 600 亩给东村，还有 400 亩没分：四个村都要报。"""
    town.early.allocations.filter(village=town.west).delete()

    assert plan_progress(town.plan, day(8, 20)).targets[0].partial_text() == "4 个村报了 1 个"
