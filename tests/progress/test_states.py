"""一个节点在某天是什么状态：一张手写的表。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.progress.states import MilestoneState, Need, Term, judge, judge_floor, overall

DUE = date(2024, 9, 30)
OPEN_TERM = Term(None, DUE, date(2024, 1, 1), 7)
SEASON = Term(date(2024, 9, 1), date(2024, 11, 30), date(2024, 1, 1), 7)


def state(
    on,
    *,
    term=OPEN_TERM,
    need=None,
    amount=Decimal(0),
    count=0,
    on_time=Decimal(0),
    on_time_count=0,
):
    need = need or Need(Decimal(100), None, 10)
    return judge(
        on, term, need, amount=amount, count=count, on_time=on_time, on_time_count=on_time_count
    )


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2023, 12, 31), MilestoneState.NOT_STARTED),  # 方案还没开始
        (date(2024, 9, 22), MilestoneState.ON_TRACK),  # 还有 8 天
        (date(2024, 9, 23), MilestoneState.AT_RISK),  # 还有 7 天
        (date(2024, 9, 30), MilestoneState.AT_RISK),  # 今天截止
        (date(2024, 10, 1), MilestoneState.OVERDUE),
    ],
)
def test_nothing_done_grows_worse_day_by_day(on, expected):
    assert state(on) == expected


def test_done_by_the_deadline_stays_done_on_time():
    full = {"amount": Decimal(100), "on_time": Decimal(100)}

    assert state(date(2024, 9, 20), **full) == MilestoneState.DONE
    assert state(date(2024, 12, 1), **full) == MilestoneState.DONE


def test_done_after_the_deadline_is_late():
    assert (
        state(date(2024, 10, 5), amount=Decimal(120), on_time=Decimal(99))
        == MilestoneState.DONE_LATE
    )


def test_a_quota_in_mu_and_count_needs_both():
    both = Need(Decimal("99.3"), 24, 24)
    area_only = {
        "amount": Decimal("99.3"),
        "on_time": Decimal("99.3"),
        "count": 23,
        "on_time_count": 23,
    }
    all_done = area_only | {"count": 24, "on_time_count": 24}

    assert state(date(2024, 10, 1), need=both, **area_only) == MilestoneState.OVERDUE
    assert state(date(2024, 10, 1), need=both, **all_done) == MilestoneState.DONE


def test_without_any_quota_all_patches_must_be_done():
    direction = Need(None, None, 3)

    assert (
        state(date(2024, 10, 1), need=direction, count=2, on_time_count=2) == MilestoneState.OVERDUE
    )
    assert state(date(2024, 10, 1), need=direction, count=3, on_time_count=3) == MilestoneState.DONE


def test_no_patches_is_no_data_and_not_zero():
    assert (
        state(date(2024, 10, 1), need=Need(Decimal(100), None, 0), amount=None)
        == MilestoneState.NO_DATA
    )


@pytest.mark.parametrize(
    ("on", "done", "expected"),
    [
        (date(2024, 8, 31), 0, MilestoneState.NOT_STARTED),
        (
            date(2024, 9, 10),
            0,
            MilestoneState.ON_TRACK,
        ),  # 时间过了 9/90 = 10%，没有落后超过 10 个百分点
        (date(2024, 9, 11), 0, MilestoneState.AT_RISK),  # 10/90 = 11.1%
        (date(2024, 10, 16), 40, MilestoneState.ON_TRACK),  # 45/90 = 50%，落后正好 10 个百分点
        (date(2024, 10, 16), 39, MilestoneState.AT_RISK),
    ],
)
def test_falling_behind_the_season_is_a_warning(on, done, expected):
    assert state(on, term=SEASON, amount=Decimal(done), on_time=Decimal(done)) == expected


@pytest.mark.parametrize(
    ("on", "value", "at_due", "expected"),
    [
        (date(2024, 6, 1), None, None, MilestoneState.NO_DATA),
        (date(2024, 6, 1), 32300, None, MilestoneState.ON_TRACK),
        (date(2024, 6, 1), 32100, None, MilestoneState.AT_RISK),
        (date(2024, 12, 31), 32202, 32202, MilestoneState.DONE),
        (date(2025, 1, 5), 32300, 32300, MilestoneState.DONE),
        (date(2025, 1, 5), 32300, 32100, MilestoneState.DONE_LATE),
        (date(2025, 1, 5), 32100, 32100, MilestoneState.OVERDUE),
    ],
)
def test_a_floor_is_a_line_to_hold(on, value, at_due, expected):
    term = Term(None, date(2024, 12, 31), date(2024, 1, 1), 7)

    assert judge_floor(on, term, Decimal(32202), value=value, value_at_due=at_due) == expected


@pytest.mark.parametrize(
    ("steps", "whole"),
    [
        ([], MilestoneState.NO_DATA),
        (
            [MilestoneState.DONE, MilestoneState.OVERDUE, MilestoneState.AT_RISK],
            MilestoneState.OVERDUE,
        ),
        (
            [MilestoneState.DONE, MilestoneState.AT_RISK, MilestoneState.ON_TRACK],
            MilestoneState.AT_RISK,
        ),
        ([MilestoneState.DONE, MilestoneState.DONE_LATE], MilestoneState.DONE_LATE),
        ([MilestoneState.DONE, MilestoneState.DONE], MilestoneState.DONE),
        ([MilestoneState.NOT_STARTED, MilestoneState.NOT_STARTED], MilestoneState.NOT_STARTED),
        ([MilestoneState.NO_DATA, MilestoneState.NOT_STARTED], MilestoneState.NO_DATA),
        (
            [MilestoneState.DONE, MilestoneState.ON_TRACK, MilestoneState.NOT_STARTED],
            MilestoneState.ON_TRACK,
        ),
    ],
)
def test_the_target_is_as_bad_as_its_worst_step(steps, whole):
    assert overall(steps) == whole
