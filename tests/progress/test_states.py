"""一个节点在某天是什么状态：一张手写的表。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.progress.forecast import Forecast
from taiping.progress.states import (
    Judgement,
    MilestoneState,
    Need,
    Reached,
    Term,
    judge,
    judge_floor,
    overall,
)

DUE = date(2024, 9, 30)
OPEN_TERM = Term(None, DUE, date(2024, 1, 1), 7)
SEASON = Term(date(2024, 9, 1), date(2024, 11, 30), date(2024, 1, 1), 7)


def judged(
    on,
    *,
    term=OPEN_TERM,
    need=None,
    amount=Decimal(0),
    count=0,
    on_time=Decimal(0),
    on_time_count=0,
    **around,
):
    need = need or Need(Decimal(100), None, 10)
    return judge(on, term, need, Reached(amount, count, on_time, on_time_count), **around)


def state(on, **given):
    return judged(on, **given).state


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


def test_a_list_is_complete_when_its_patches_are_whatever_the_area():
    listed = Need(Decimal("99.3"), 24, 24, is_list=True)
    area_only = {
        "amount": Decimal("99.3"),
        "on_time": Decimal("99.3"),
        "count": 23,
        "on_time_count": 23,
    }
    all_but_one_mu = {
        "amount": Decimal("98.3"),
        "on_time": Decimal("98.3"),
        "count": 24,
        "on_time_count": 24,
    }

    assert judged(date(2024, 10, 1), need=listed, **area_only) == (
        MilestoneState.OVERDUE,
        "逾期1天，还差1个",
    )
    assert state(date(2024, 10, 1), need=listed, **all_but_one_mu) == MilestoneState.DONE


def test_a_workload_in_mu_needs_its_mu_whatever_the_count():
    short = {"amount": Decimal("99.99"), "count": 10, "on_time": Decimal("99.99")}

    assert judged(date(2024, 10, 1), **short) == (MilestoneState.OVERDUE, "逾期1天，还差0.01亩")


@pytest.mark.parametrize(
    ("on", "around", "expected"),
    [
        # 推算要晚的，离截止再远也是预警
        (
            date(2024, 8, 1),
            {"ahead": Forecast(Decimal(1), date(2024, 10, 2), 2)},
            (MilestoneState.AT_RISK, "按近14天进度，10月2日才完，晚2天"),
        ),
        (
            date(2024, 8, 1),
            {"ahead": Forecast(Decimal("0.001"), None, 0)},
            (MilestoneState.AT_RISK, "近14天进展太慢，推算不出哪天完成"),
        ),
        (
            date(2024, 8, 1),
            {"ahead": Forecast(Decimal(3), date(2024, 9, 30), 0)},
            (MilestoneState.ON_TRACK, "还有60天，按近14天进度赶得上"),
        ),
        (date(2024, 8, 1), {"ahead": Forecast(Decimal(0), None, 0)}, ("ON_TRACK", "还有60天")),
        (
            date(2024, 8, 1),
            {"late_before": "比对核实"},
            (MilestoneState.AT_RISK, "前面的比对核实已经逾期"),
        ),
        (date(2024, 9, 30), {}, (MilestoneState.AT_RISK, "今天截止，还差100亩")),
    ],
)
def test_a_warning_says_which_of_the_four_it_is(on, around, expected):
    assert judged(on, **around) == expected


def test_before_its_season_only_a_late_forecast_or_an_earlier_delay_is_a_warning():
    before = date(2024, 8, 20)
    late = Forecast(Decimal(1), date(2024, 12, 20), 20)

    assert judged(before, term=SEASON) == (MilestoneState.NOT_STARTED, "9月1日开始")
    assert state(before, term=SEASON, ahead=late) == MilestoneState.AT_RISK
    assert state(before, term=SEASON, late_before="比对核实") == MilestoneState.AT_RISK


def test_without_a_start_the_season_begins_where_the_step_before_it_ends():
    evidence = Term(None, date(2024, 10, 31), date(2024, 1, 1), 7, begins_on=date(2024, 9, 30))

    assert state(date(2024, 10, 3), term=evidence) == MilestoneState.ON_TRACK  # 3/31＝9.7%
    assert judged(date(2024, 10, 4), term=evidence) == (
        MilestoneState.AT_RISK,
        "时间过了12%，完成0%",
    )


def test_a_step_without_a_deadline_is_measured_to_the_end_of_the_plan():
    open_ended = Term(None, date(2024, 12, 31), date(2024, 1, 1), 7, undated=True)

    assert judged(date(2024, 12, 1), term=open_ended).reason == "离方案结束还有30天"
    assert judged(date(2025, 1, 6), term=open_ended).reason == "方案结束已过6天，还差100亩"


def test_without_any_quota_all_patches_must_be_done():
    direction = Need(None, None, 3)

    assert (
        state(date(2024, 10, 1), need=direction, count=2, on_time_count=2) == MilestoneState.OVERDUE
    )
    assert state(date(2024, 10, 1), need=direction, count=3, on_time_count=3) == MilestoneState.DONE


def test_no_patches_is_no_data_and_not_zero_and_a_deadline_passed_in_silence_is_said():
    empty = {"need": Need(Decimal(100), None, 0), "amount": None}

    assert judged(date(2024, 9, 30), **empty) == (MilestoneState.NO_DATA, "还没有监测数")
    assert judged(date(2024, 10, 1), **empty) == (
        MilestoneState.NO_DATA,
        "截止已过1天，还没有监测数",
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

    found = judge_floor(on, term, Need(Decimal(32202)), value=value, value_at_due=at_due)

    assert found.state == expected
    assert found.reason


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
    found = overall((f"第{n}步", Judgement(step, f"理由{n}")) for n, step in enumerate(steps))

    assert found.state == whole


def test_the_target_says_why_by_its_worst_step():
    steps = [
        ("复耕复种", Judgement(MilestoneState.OVERDUE, "逾期20天，还差4个")),
        ("举证上传", Judgement(MilestoneState.AT_RISK, "前面的复耕复种已经逾期")),
    ]

    assert overall(steps) == (MilestoneState.OVERDUE, "复耕复种：逾期20天，还差4个")
    assert overall([("年底保有", Judgement(MilestoneState.AT_RISK, "低于底线2亩"))]).reason == (
        "低于底线2亩"
    )
