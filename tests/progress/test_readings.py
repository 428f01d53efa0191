"""监测数在某日是多少：全镇的和各村的比日期，没有报齐的怎么说，撤回的从哪天起不算。数都是手算的。"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from tests.worlds.factories import make_allocation, make_milestone, make_reading, make_target
from tests.worlds.kept import again
from tests.worlds.town import Town, TwoVillages

pytestmark = pytest.mark.django_db


def day(month, number, year=2024):
    return date(year, month, number)


def at(month, number, year=2024):
    return datetime(year, month, number, 2, tzinfo=UTC)


class Floor(Town):
    """三个村、一条底线 100 亩，年底截止；一个数录入的时刻就是它那天的第二天。"""

    def __init__(self, **target):
        super().__init__()
        self.villages = [self.add_village(name) for name in ("东村", "西村", "南村")]
        self.east, self.west, self.south = self.villages
        self.add_staff()
        fields = {"kind": "FLOOR", "measured_by": "READINGS", "quota": Decimal(100)}
        self.target = make_target(self.plan, "retained", **{**fields, **target})
        self.step = make_milestone(self.target, due_on=day(12, 31))

    def read(self, month, number, value, village=None, **fields):
        fields = {"created_at": at(month, number + 1), **fields}
        value = Decimal(value)
        return make_reading(
            self.target, village=village, on=day(month, number), value=value, **fields
        )

    def read_all(self, month, number, *values):
        for village, value in zip(self.villages, values, strict=True):
            self.read(month, number, value, village)

    def seen(self, month, number, basis="done", **scope):
        return plan_progress(self.plan, day(month, number), basis, **scope).targets[0]


@pytest.fixture
def floor():
    return Floor()


@pytest.fixture
def road():
    return Floor(kind="WORKLOAD", unit="公里")


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_the_later_of_the_town_and_of_all_its_villages_counts(floor, basis):
    """6月各村，7月全镇，10月各村，11月全镇：谁晚听谁的。"""
    floor.read_all(6, 10, "30", "30", "42")
    floor.read(7, 10, "110")
    floor.read_all(10, 10, "31", "33", "43")
    floor.read(11, 10, "99")

    seen = [floor.seen(month, 20, basis).confirmed for month in (5, 6, 7, 10, 11)]

    assert seen == [None, 102, 110, 107, 99]


def test_villages_beat_the_town_only_when_every_one_is_later(floor):
    """7月全镇；10月两个村报了，南村还是6月的：三个村加起来比全镇的旧，等南村报了才用。"""
    floor.read_all(6, 10, "30", "30", "42")
    floor.read(7, 10, "110")
    floor.read(10, 10, "31", floor.east)
    floor.read(10, 12, "33", floor.west)
    floor.read(10, 15, "43", floor.south)

    before, after = floor.seen(10, 14), floor.seen(10, 15)

    assert (before.confirmed, before.partial_text()) == (110, "3 个村报了 2 个更晚的数")
    assert (after.confirmed, after.partial_text()) == (107, "")
    assert (after.reading.on, after.reading.source) == (day(10, 10), "3 个村合计")


def test_on_the_same_day_the_town_is_believed(floor):
    floor.read_all(6, 10, "30", "30", "42")
    floor.read(6, 10, "110")

    assert floor.seen(6, 30).confirmed == 110


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_some_villages_of_a_floor_are_no_data_before_and_after_the_deadline(floor, basis):
    """三个村报了两个，60 亩：不是低于底线 40 亩，是还不知道。"""
    floor.read(6, 10, "30", floor.east)
    floor.read(6, 12, "30", floor.west)

    seen = [plan_progress(floor.plan, on, basis).targets[0] for on in (day(6, 20), day(1, 2, 2025))]

    for figures in seen:
        assert (figures.confirmed, figures.margin) == (None, None)
        assert figures.state == figures.milestones[0].state == "NO_DATA"
        assert figures.partial_text() == "3 个村报了 2 个"
    assert [row.confirmed for row in seen[0].villages] == [30, 30, None]


def test_json_tells_how_many_villages_have_reported(floor):
    floor.read(6, 10, "30", floor.east)
    floor.read(6, 12, "30.5", floor.west)

    told = as_json(plan_progress(floor.plan, day(6, 20)))["targets"][0]

    assert told["reading"] == {
        "on": "2024-06-10",
        "value": "60.50",
        "is_town": False,
        "is_partial": True,
        "villages_reported": 2,
        "villages": 3,
    }
    assert (told["confirmed"], told["state"]) == (None, "NO_DATA")
    assert [row["confirmed"] for row in told["villages"]] == ["30.00", "30.50", None]


def test_some_villages_of_a_workload_count_as_far_as_they_go(road):
    road.read(6, 10, "60", road.east)
    early = road.seen(6, 20)
    road.read(7, 10, "45", road.west)
    enough = road.seen(7, 20)

    assert (early.confirmed, early.state, early.partial_text()) == (
        60,
        "ON_TRACK",
        "3 个村报了 1 个",
    )
    assert (enough.confirmed, enough.state) == (105, "DONE")


def test_a_village_alone_has_its_own_number(floor):
    floor.read(6, 10, "30", floor.east)
    floor.read(7, 10, "110")

    alone = floor.seen(8, 1, villages=[floor.east])
    two = floor.seen(8, 1, villages=[floor.east, floor.west])

    assert (alone.confirmed, alone.partial_text(), alone.reading.source) == (
        30,
        "",
        "年度国土变更调查",
    )
    assert (two.confirmed, two.state, two.partial_text()) == (None, "NO_DATA", "2 个村报了 1 个")


def test_a_withdrawn_number_never_was_but_the_days_that_knew_it_keep_it(floor):
    """6月录了 110，7月录错成 11，8月5日撤回：按完成日期从来没有过 11，按录入日期 7月11日到 8月4日知道的是 11。"""
    floor.read(6, 10, "110")
    wrong = floor.read(7, 10, "11")
    wrong.withdrawn_on, wrong.withdrawn_at = wrong.on, at(8, 5)
    wrong.withdrawn_by, wrong.withdrawal_reason = floor.huang, "少写了一位"
    wrong.save()
    days = [(6, 20), (7, 20), (8, 4), (8, 5), (9, 1)]

    done = [floor.seen(*on).confirmed for on in days]
    recorded = [floor.seen(*on, "recorded").confirmed for on in days]

    assert done == [110, 110, 110, 110, 110]
    assert recorded == [110, 11, 11, 110, 110]


# 没有定数的一步：截止 9-30，哪天的监测数、哪天看、状态
@pytest.mark.parametrize(
    ("read_on", "on", "state"),
    [
        (None, day(8, 1), "NO_DATA"),
        (None, day(10, 20), "NO_DATA"),
        (day(9, 30), day(9, 30), "DONE"),
        (day(9, 30), day(10, 20), "DONE"),
        (day(10, 10), day(10, 5), "NO_DATA"),
        (day(10, 10), day(10, 20), "DONE_LATE"),
    ],
)
@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_without_a_quota_any_reading_in_time_is_done(read_on, on, state, basis):
    town = Floor(kind="WORKLOAD", quota=None)
    town.step.due_on = day(9, 30)
    town.step.save()
    if read_on:
        make_reading(
            town.target, on=read_on, value=Decimal(3), created_at=at(read_on.month, read_on.day)
        )

    assert plan_progress(town.plan, on, basis).targets[0].state == state


def test_a_quarter_without_a_quota_needs_a_reading_of_that_quarter():
    """一季度、二季度各要一次监测；3 月有一次，二季度没有。"""
    town = Floor(kind="WORKLOAD", quota=None)
    town.step.due_on = day(3, 31)
    town.step.save()
    make_milestone(town.target, starts_on=day(4, 1), due_on=day(6, 30))
    town.read(3, 10, "5")

    def states(*on):
        return [row.state for row in town.seen(*on).milestones]

    assert states(3, 20) == ["DONE", "NOT_STARTED"]
    assert states(5, 20) == ["DONE", "NO_DATA"]
    town.read(6, 10, "6")
    assert states(6, 20) == ["DONE", "DONE"]


def test_a_floor_without_a_line_is_held_by_any_reading():
    town = Floor(quota=None)
    town.read(6, 10, "5")

    assert town.seen(7, 1).state == "ON_TRACK"
    assert town.seen(12, 31).state == "DONE"


def test_several_villages_have_a_quota_only_when_all_are_divided():
    """东村分到 60 亩，一点没做；西村没有分，做完了 79.79 亩：两个村合起来不能说完成。"""
    town = again(TwoVillages)
    make_allocation(town.target, town.east, quota=Decimal(60), quota_count=2)
    theirs = town.add_patch(town.target, town.west, "W1", "79.79")
    town.act("report", theirs, by=town.west_secretary, on=day(9, 5), step=town.evidence)
    town.act("confirm", theirs, by=town.huang, on=day(9, 7))
    both = [town.east, town.west]

    half = plan_progress(town.plan, day(9, 20), villages=both).targets[0]
    make_allocation(town.target, town.west, quota=Decimal(40))
    whole = plan_progress(town.plan, day(9, 20), villages=both).targets[0]

    assert (half.quota, half.quota_count) == (None, None)
    assert not half.state.is_done
    assert not half.is_elsewhere
    assert (whole.quota, whole.quota_count) == (100, None)


def test_json_of_a_target_without_patches_has_no_amounts_for_its_villages_either():
    town = again(TwoVillages)
    town.patch.delete()

    told = as_json(plan_progress(town.plan, day(9, 20)))["targets"][0]

    assert (told["reported"], told["confirmed"]) == (None, None)
    assert {(row["reported"], row["confirmed"]) for row in told["villages"]} == {(None, None)}
