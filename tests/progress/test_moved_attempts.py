"""更正到别的村的图斑，上报、退回的次数跟着去；按录入日期看以前的日子，还在原来的村。"""

from datetime import timedelta

import pytest

from plots.models import Kind
from taiping.progress.progress import plan_progress
from tests.worlds.town import NOON, sep

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def filed(town, day=TODAY, basis="done", villages=None):
    """{村名: (上报, 退回)}，都是 0 的不列。"""
    found = plan_progress(town.plan, day, basis, villages).filed
    names = {town.east.pk: "东村", town.west.pk: "西村"}
    rows = {name: (found[pk, Kind.REPORT], found[pk, Kind.RETURN]) for pk, name in names.items()}
    return {name: row for name, row in rows.items() if any(row)}


@pytest.fixture
def sent_back(town):
    town.patch.created_at = NOON - timedelta(days=90)
    town.patch.save()
    town.at = NOON - timedelta(days=5)
    town.report(sep(5))
    town.do("send_back", on=sep(6), step=town.replant)
    town.report(sep(7), step=town.evidence)
    town.at = NOON
    return town


def test_attempts_follow_the_patch(sent_back):
    town = sent_back
    assert filed(town) == {"东村": (3, 1)}

    town.do("amend", village=town.west, area_mu=None)

    assert filed(town) == {"西村": (3, 1)}
    before = TODAY - timedelta(days=1)
    assert filed(town, before, "recorded") == {"东村": (3, 1)}
    assert filed(town, TODAY, "recorded") == {"西村": (3, 1)}


def test_there_and_back_again(sent_back):
    town = sent_back
    town.at = NOON - timedelta(days=2)
    town.do("amend", village=town.west, area_mu=None)
    town.at = NOON
    town.do("amend", village=town.east, area_mu=None)

    assert filed(town) == {"东村": (3, 1)}
    assert filed(town, TODAY - timedelta(days=1), "recorded") == {"西村": (3, 1)}
    assert filed(town, TODAY - timedelta(days=3), "recorded") == {"东村": (3, 1)}


def test_one_village_is_shown_only_its_own(sent_back):
    town = sent_back
    town.do("amend", village=town.west, area_mu=None)

    assert filed(town, villages=[town.east]) == {}
    assert filed(town, villages=[town.west]) == {"西村": (3, 1)}


def test_the_village_then_is_known_by_its_key_not_by_its_name(sent_back):
    town = sent_back
    town.do("amend", village=town.west, area_mu=None)
    town.east.name = "新东村"
    town.east.save()
    town.west.name = "东村"
    town.west.save()

    (figures,) = plan_progress(town.plan, TODAY - timedelta(days=1), "recorded").targets

    patches = {row.village.pk: row.patch_count for row in figures.villages}
    assert patches == {town.east.pk: 1, town.west.pk: 0}
