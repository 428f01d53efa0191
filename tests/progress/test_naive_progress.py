"""手算的一年、演示的一年，进度的每个数和另算一遍的一样；状态和推算的话从不打架。"""

from datetime import date, timedelta

import pytest
from django.db import transaction

from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from taiping.progress.words import forecast_sentences
from tests.worlds.hand_example import Example
from tests.worlds.kept import again, demo_2024
from tests.worlds.replay.agree import BASES, agree
from tests.worlds.replay.town import ReplayTown

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2024, 1, 1), date(2025, 1, 31)


def never_contradicts(figures, where):
    """没有“正常”“未到时段”旁边写着要晚；推算要晚的不是预警就是逾期；每个没做完的都说得出为什么。"""
    for row in figures.milestones:
        if row.state in (MilestoneState.ON_TRACK, MilestoneState.NOT_STARTED):
            assert not (row.forecast and row.forecast.is_late), where
        if row.forecast and row.forecast.is_late and not row.state.is_done:
            assert row.state in (MilestoneState.AT_RISK, MilestoneState.OVERDUE), where
        assert row.reason, where
    if figures.state == MilestoneState.ON_TRACK:
        for sentence in forecast_sentences(figures):
            assert "晚" not in sentence, where
            assert "太慢" not in sentence, where
    assert figures.reason, where


def test_the_year_worked_out_by_hand_agrees_on_every_day():
    town = ReplayTown(again(Example).plan)

    for number in range((LAST - FIRST).days):
        on = FIRST + timedelta(days=number)
        for basis in BASES:
            if on.month >= 8 or number % 20 == 0:
                agree(town, on, basis)


@pytest.fixture(scope="module")
def demo_plan(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield again(demo_2024)
        transaction.set_rollback(True)


def test_the_demo_year_agrees_week_by_week(demo_plan):
    town = ReplayTown(demo_plan)

    for number in range(200, (LAST - FIRST).days, 9):
        for basis in BASES:
            agree(town, FIRST + timedelta(days=number), basis)


def test_no_day_of_the_demo_year_says_fine_beside_a_forecast_that_is_late(demo_plan):
    for number in range((LAST - FIRST).days):
        on = FIRST + timedelta(days=number)
        for basis in BASES:
            for figures in plan_progress(demo_plan, on, basis).targets:
                never_contradicts(figures, (figures.target.code, on, basis))
