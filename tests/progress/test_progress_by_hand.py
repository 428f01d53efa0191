"""进度的唯一算法，对着手算的数：三个村、十三块图斑、两种口径、十几天。"""

from decimal import Decimal

import pytest
from django.db import transaction

from plots.ledger.replay import all_differences
from taiping.progress.progress import plan_progress
from tests.worlds.hand_example import Example, day
from tests.worlds.hand_tables import MILESTONES, TARGETS, VILLAGES
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db
STATES = {
    "NS": "NOT_STARTED",
    "OT": "ON_TRACK",
    "AR": "AT_RISK",
    "OD": "OVERDUE",
    "D": "DONE",
    "DL": "DONE_LATE",
    "ND": "NO_DATA",
}


@pytest.fixture(scope="module")
def example(django_db_setup, django_db_blocker):
    """一年只走一遍：这个文件的测试都只看不改，最后一起撤销。"""
    with django_db_blocker.unblock(), transaction.atomic():
        yield again(Example)
        transaction.set_rollback(True)


def rows(table):
    """表里一行 → (日期, [各格])；# 后面是说明，没有日期的行是表头。"""
    for line in table.strip().splitlines():
        on, *cells = (cell.strip() for cell in line.split("#")[0].split("|"))
        if on[0].isdigit():
            yield on, cells


def cases(tables):
    return [
        pytest.param(code, basis, on, cells, id=f"{code}-{basis}-{on}")
        for (code, basis), table in tables.items()
        for on, cells in rows(table)
    ]


def pair(text):
    amount, count = text.split("/")
    return Decimal(amount), int(count)


def figures(example, code, basis, on, **scope):
    found = plan_progress(example.plan, day(on), basis, **scope)
    return next(row for row in found.targets if row.target.code == code)


def test_the_ledger_of_the_year_agrees_with_its_records(example):
    assert list(all_differences()) == []


@pytest.mark.parametrize(("code", "basis", "on", "cells"), cases(MILESTONES))
def test_every_milestone_on_every_day(example, code, basis, on, cells):
    found = figures(example, code, basis, on)

    assert len(found.milestones) == len(cells)
    for row, cell in zip(found.milestones, cells, strict=True):
        reached, on_time, overdue, state = cell.split()
        reached, _, exempt = reached.partition("-")
        (amount, count), (timely, timely_count) = pair(reached), pair(on_time)
        late_count = count - timely_count - int(exempt or 0)
        assert (row.reached, row.reached_count) == (amount, count), row.milestone.name
        assert (row.on_time, row.on_time_count) == (timely, timely_count), row.milestone.name
        assert (row.late, row.late_count) == (amount - timely, late_count), row.milestone.name
        assert (row.overdue_count, row.state) == (int(overdue), STATES[state]), row.milestone.name


@pytest.mark.parametrize(("code", "basis", "on", "cells"), cases(TARGETS))
def test_every_target_on_every_day(example, code, basis, on, cells):
    found = figures(example, code, basis, on)

    reported, confirmed, exempt, deferred, patches, overdue, state = cells[0].split()
    assert (found.reported, found.reported_count) == pair(reported)
    assert (found.confirmed, found.confirmed_count) == pair(confirmed)
    assert (found.exempt, found.exempt_count) == pair(exempt)
    assert (found.deferred_count, found.patch_count) == (int(deferred), int(patches))
    assert (found.overdue_count, found.state) == (int(overdue), STATES[state])


@pytest.mark.parametrize(("code", "basis", "on", "cells"), cases(VILLAGES))
def test_every_village_on_every_day(example, code, basis, on, cells):
    found = figures(example, code, basis, on)

    assert [row.village.name for row in found.villages] == ["东村", "西村", "南村"]
    for row, cell in zip(found.villages, cells, strict=True):
        patches, reported, confirmed, overdue = cell.split()
        assert row.patch_count == int(patches), row.village
        assert (row.reported, row.reported_count) == pair(reported), row.village
        assert (row.confirmed, row.confirmed_count) == pair(confirmed), row.village
        assert row.overdue_count == int(overdue), row.village


@pytest.mark.parametrize(("code", "basis", "on", "cells"), cases(VILLAGES))
def test_a_village_alone_has_the_same_figures_as_in_the_town(example, code, basis, on, cells):
    for village, cell in zip((example.east, example.west, example.south), cells, strict=True):
        found = figures(example, code, basis, on, villages=[village])

        patches, reported, confirmed, overdue = cell.split()
        assert [row.village for row in found.villages] == [village]
        assert (found.patch_count, found.overdue_count) == (int(patches), int(overdue))
        assert (found.reported, found.reported_count) == pair(reported)
        assert (found.confirmed, found.confirmed_count) == pair(confirmed)


# 一个村自己看：任务数取分到村的。任务、村、日期、任务数、各节点状态。
@pytest.mark.parametrize(
    ("code", "village", "on", "quota", "states"),
    [
        (
            "non_grain",
            "east",
            "10-1",
            ("18.5", 2),
            "D OD AR AR",
        ),  # 比对 18.5 亩 2 个按期；N2 复耕没做，后面的步预警
        ("non_grain", "east", "12-2", ("18.5", 2), "D DL DL DL"),
        ("non_grain", "west", "9-15", ("6.2", None), "AR OT OT OT"),
        (
            "non_grain",
            "west",
            "12-2",
            ("6.2", None),
            "D D D D",
        ),  # 清单：唯一的一块核减了，从不算逾期
        (
            "non_grain",
            "south",
            "10-1",
            (None, None),
            "DL D OT OT",
        ),  # 没有分解：自己的图斑都完成就是完成
        ("non_grain", "south", "11-15", (None, None), "DL D D D"),
        (
            "abandoned",
            "east",
            "12-2",
            ("20", None),
            "OD OD OD",
        ),  # 图斑都做完了，只有 19.5 亩，差 0.5
        ("abandoned", "west", "12-2", ("16", None), "DL DL DL"),  # 16.5 亩，4-2 的 2.5 晚
        ("abandoned", "south", "12-2", (None, None), "OD OD OD"),  # A5 没有做完
        ("illegal", "west", "2025-1-3", (None, None), "D D"),
    ],
)
def test_a_village_is_judged_by_its_own_share(example, code, village, on, quota, states):
    found = figures(example, code, "done", on, villages=[getattr(example, village)])

    amount, count = quota
    assert (found.quota, found.quota_count) == (amount and Decimal(amount), count)
    assert [row.state for row in found.milestones] == [STATES[state] for state in states.split()]


def test_exempt_area_is_taken_off_a_fixed_list_only(example):
    fixed, open_ended = (
        figures(example, "non_grain", "done", "12-2"),
        figures(example, "abandoned", "done", "12-2"),
    )

    assert (fixed.quota, fixed.need.quota) == (Decimal("29.7"), Decimal("23.5"))
    assert (open_ended.quota, open_ended.need.quota) == (Decimal(36), Decimal(36))


def test_the_step_that_is_longest_overdue_is_named(example):
    south = figures(example, "abandoned", "done", "12-2").villages[2]
    west = figures(example, "abandoned", "done", "11-8").villages[1]
    east = figures(example, "non_grain", "done", "12-2").villages[0]

    assert (south.overdue_step.name, south.overdue_due_on) == ("复耕复种", day("9-30"))
    assert (west.overdue_step.name, west.overdue_due_on) == ("举证上传", day("10-31"))
    assert (east.overdue_step, east.overdue_due_on) == (None, None)


def test_the_whole_town_counts_a_patch_overdue_once(example):
    # 12 月 2 日：A5 三步都逾期，算一块；11 月 8 日：N2 两步、A5 两步、A4-2 一步，共三块。
    assert [
        plan_progress(example.plan, day(on)).overdue_count for on in ("12-2", "11-8", "9-30")
    ] == [
        1,
        3,
        0,
    ]
