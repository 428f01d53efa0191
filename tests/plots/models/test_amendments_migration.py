"""早先的更正只在明细里写着村名和面积：更新以后写在记录自己的村和面积上，村后来改了名也找得到。"""

from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.apps import apps

from plots.models import Kind, RectificationRecord
from taiping.progress.progress import plan_progress
from tests.worlds.town import NOON, sep

pytestmark = pytest.mark.django_db
migration = import_module("plots.migrations.0018_amendments_keep_what_was_before")


def as_it_was(town):
    """早先写下的样子：更正的记录写在更正以后的村上，面积是 0。"""
    amendments = town.patch.records.filter(kind=Kind.AMEND)
    for amendment in amendments:
        change = next(
            (row for row in amendment.details["changes"] if row["field"] == "village"), None
        )
        village = town.west if change and change["new"] == "西村" else town.east
        RectificationRecord.objects.filter(pk=amendment.pk).update(village=village, area_mu=0)
    return amendments.order_by("pk")


@pytest.fixture
def amended(town):
    town.patch.created_at = NOON - timedelta(days=90)
    town.patch.save()
    town.at = NOON - timedelta(days=8)
    town.report(sep(5))
    town.at = NOON - timedelta(days=4)
    town.do("amend", village=town.west, area_mu="12")
    town.at = NOON - timedelta(days=2)
    town.do("amend", village=town.east, area_mu=None)
    return town


def test_the_village_and_area_before_are_written(amended):
    rows = as_it_was(amended)

    migration.write_before(apps, None)

    assert [(row.village, row.area_mu) for row in rows.all()] == [
        (amended.east, Decimal(10)),
        (amended.west, Decimal(12)),
    ]
    migration.take_back(apps, None)
    assert [(row.village, row.area_mu) for row in rows.all()] == [
        (amended.west, 0),
        (amended.east, 0),
    ]


def test_a_village_renamed_since_is_found_by_what_was_replaced(amended):
    rows = as_it_was(amended)
    amended.east.name = "新东村"
    amended.east.save()

    migration.write_before(apps, None)

    assert [row.village for row in rows.all()] == [amended.east, amended.west]
    day = (NOON - timedelta(days=6)).date()
    (figures,) = plan_progress(amended.plan, day, "recorded").targets
    assert {row.village.name: row.patch_count for row in figures.villages} == {
        "新东村": 1,
        "西村": 0,
    }
    assert figures.patch_area == 10


def test_a_copied_follower_is_no_report_of_anybody(town):
    """更正时转记的补记，当作转记自自己。"""
    town.report(sep(5))
    (report,) = town.patch.records.all()
    details = {"added_with_plan": {"record": report.pk, "step": "举证上传"}}
    copy = RectificationRecord.objects.create(
        patch=town.patch,
        village=town.east,
        milestone=town.evidence,
        kind=Kind.REPORT,
        done_on=sep(6),
        by=town.huang,
        copy_of=report,
        details=details,
    )

    migration.follow_themselves(apps, None)

    copy.refresh_from_db()
    report.refresh_from_db()
    assert (copy.copy_of_id, report.copy_of_id) == (copy.pk, None)
