"""分到一个村的是一段（1–3 个）：到了最少的就是完成，率照最少的算，比最多的还多的指出来，照样算数。"""

import io
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from taiping.progress.village_rates import village_rate
from taiping.progress.village_rows import share_text
from taiping.reports.bulletin.measured import measured, tables
from taiping.reports.weekly import weekly_workbook
from tests.worlds.factories import make_record
from tests.worlds.range_town import RangeTown

pytestmark = pytest.mark.django_db
LATER = date(2024, 11, 10)


def village_page(client, town, village):
    client.force_login(town.admin)
    answer = client.get(reverse("dashboard:village", args=[village.pk]), {"on": "2024-11-10"})
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def test_the_least_is_enough_and_more_than_the_most_still_counts():
    town = RangeTown()
    town.built(town.east, 1)
    town.built(town.west, 5)

    east, west = (
        plan_progress(town.plan, LATER, villages=[village]).targets[0]
        for village in (town.east, town.west)
    )

    assert (east.quota, east.quota_most, east.state.value) == (Decimal(1), Decimal(3), "DONE")
    assert west.confirmed == Decimal(5)  # 没有截到 3
    words = [village_rate(each, each.villages[0], confirmed=True).words for each in (east, west)]
    assert words == ["1/1–3 个，100%", "5/1–3 个，500%"]


def test_the_village_page_shows_the_range_and_points_out_what_is_above(client):
    town = RangeTown()
    town.built(town.east, 2)
    town.built(town.west, 5)

    assert "1–3 个" in village_page(client, town, town.east)
    assert "比最多的" not in village_page(client, town, town.east)
    assert "比最多的 3 个多 2 个" in village_page(client, town, town.west)
    south = village_page(client, town, town.south)
    assert "1 个" in south and "1–3" not in south


def test_the_town_as_a_whole_has_its_own_fixed_total():
    town = RangeTown()
    town.built(town.east, 3)
    town.built(town.west, 1)
    town.built(town.south, 1)

    sites = plan_progress(town.plan, LATER).targets[0]

    assert (sites.quota, sites.quota_most, sites.confirmed) == (Decimal(5), None, Decimal(5))
    assert sites.state.value == "DONE"


def test_the_town_waits_for_every_village_until_all_have_reported():
    town = RangeTown()
    town.built(town.east, 3)
    town.built(town.west, 1)

    assert plan_progress(town.plan, LATER).targets[0].reading.is_partial


def test_json_gives_both_ends():
    town = RangeTown()

    told = as_json(plan_progress(town.plan, LATER))["targets"][0]["villages"]

    ends = [(row["name"], row["quota"], row["quota_most"]) for row in told]
    assert ends == [("东村", "1", "3"), ("西村", "1", "3"), ("南村", "1", None)]


def test_village_tables_on_the_board_and_in_the_weekly_write_the_range():
    town = RangeTown()
    town.add_terraces()
    for code in ("T1", "T2", "T3"):
        patch = town.add_patch(town.terraces, town.east, code, "3")
        make_record(patch, on=date(2024, 10, 1))

    terraces = plan_progress(town.plan, LATER).targets[1]
    assert share_text(terraces.villages[0], terraces.target) == (
        "5–8 亩、1–2 个，比最多的 8 亩多 1 亩"
    )
    book = openpyxl.load_workbook(io.BytesIO(weekly_workbook(town.plan, LATER)))
    row = [cell.value for cell in book["分村面积"][5]]
    assert row[1] == "东村"
    assert "5.00–8.00" in row


def test_a_village_within_its_range_is_not_asked_whether_it_mistyped(client):
    town = RangeTown()
    client.force_login(town.huang)
    given = {"target": town.sites.pk, "village": town.east.pk, "on": "2024-10-21", "source": "村报"}

    asked = client.post(reverse("tasks:readings"), {**given, "value": "4"}).text
    assert "东村填的是 4 个；任务数是 3 个，多 1 个。" in asked
    client.post(reverse("tasks:readings"), {**given, "value": "3"})

    assert [reading.value for reading in town.sites.readings.all()] == [Decimal(3)]


def test_a_village_that_may_do_none_is_still_waited_for():
    town = RangeTown()
    town.sites.allocations.filter(village=town.south).update(
        quota=Decimal(0), quota_most=Decimal(1)
    )
    town.built(town.east, 3)
    town.built(town.west, 2)

    reading = plan_progress(town.plan, LATER).targets[0].reading

    assert (reading.villages, reading.of) == (2, 3)


def test_tables_of_readings_write_the_range_and_what_is_above_it(client):
    town = RangeTown()
    for village, value in ((town.east, 1), (town.west, 5), (town.south, 1)):
        town.built(village, value)
    client.force_login(town.admin)

    page = client.get(reverse("dashboard:dashboard"), {"on": "2024-11-10"}).text
    assert page.count("/ 1–3") == 2
    assert page.count("比最多的 3 个多 2 个") == 1

    book = openpyxl.load_workbook(io.BytesIO(weekly_workbook(town.plan, LATER)))
    rows = {row[1]: row[2:5] for row in book["分村监测"].iter_rows(min_row=5, values_only=True)}
    assert rows["东村"] == ("1–3", 1, 1)
    total = [row for row in book["分村监测"].iter_rows(values_only=True) if row[0] == "合计"]
    assert total[0][2:5] == ("3–7", 7, None)  # 全镇的任务数是 5 个，不和两头比

    progress = plan_progress(town.plan, LATER)
    (table,) = tables(progress, measured(progress))
    assert [row[2] for row in table.rows] == ["1–3", "1–3", "1"]
    assert table.total[2:5] == ["3–7", "7", ""]


def test_the_confirmation_sheet_writes_the_range(client):
    town = RangeTown()
    town.add_terraces()
    town.add_patch(town.terraces, town.east, "T1", "6")
    client.force_login(town.admin)

    page = client.get(reverse("reports:village_confirmation", args=[town.east.pk])).text

    assert "5.00–8.00 亩" in page
    assert "1–2 个" in page
