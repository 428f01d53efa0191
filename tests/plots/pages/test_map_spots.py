"""没有图形、记了发现时位置的图斑：大地图上是一个点，图斑页上看得到、去得了；别村的看不见。"""

import json
from decimal import Decimal

import pytest

from plots.models import Patch
from plots.pages.map import geojson
from tests.plots.pages.test_map import DATA, Land, codes, one, read
from tests.worlds.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def land():
    """西村没有图形的那一块，记着发现时的位置。"""
    land = Land()
    Patch.objects.filter(pk=land.bare.pk).update(
        found_lat=Decimal("29.870000"), found_lon=Decimal("106.090000"), found_accuracy_m=15
    )
    return land


@pytest.fixture
def as_staff(client, land):
    client.force_login(land.staff)
    return client


def test_it_is_a_point_among_the_outlines(as_staff):
    told = read(as_staff, "zoom=17")

    assert codes(told) == ["DONG-1", "DONG-2", "XI-1", "XI-2"]
    assert one(told, "XI-2")["geometry"] == {"type": "Point", "coordinates": [106.09, 29.87]}
    assert told["words"] == "这个范围里有 4 个图斑。"


def test_it_comes_only_with_the_box_it_lies_in(as_staff):
    assert codes(read(as_staff, "bbox=106.085,29.865,106.095,29.875&zoom=15")) == ["XI-2"]
    assert codes(read(as_staff, "bbox=106.04,29.84,106.06,29.86&zoom=15")) == ["DONG-1", "DONG-2"]


def test_it_is_counted_in_its_circle(as_staff, monkeypatch):
    monkeypatch.setattr(geojson, "LIMIT", 3)

    told = read(as_staff, "zoom=10")

    assert sum(feature["properties"]["number"] for feature in told["features"]) == 4


def test_the_queries_are_as_many_as_before(land, as_staff, django_assert_num_queries):
    with django_assert_num_queries(8):
        read(as_staff, "zoom=15")


def test_the_map_page_reaches_it_and_says_what_the_point_is(as_staff):
    page = as_staff.get("/patches/map/?year=2024")

    html = page.content.decode()
    assert "3 个有图形，另 1 个按发现时的位置画成点。" in html
    assert page.context["box"] == "106.05000,29.85000,106.09000,29.87000"
    assert [row.patch.code for row in page.context["rows"]][-1] == "XI-2"
    only = as_staff.get("/patches/map/?year=2024&q=XI-2").content.decode()
    assert "都还没有图形，1 个按发现时的位置画成点。" in only
    assert "筛出的 1 个图斑都还没有图形" not in only


def test_another_village_does_not_see_it(client, land):
    client.force_login(make_user(villages=[land.east]))

    assert codes(read(client, "zoom=17")) == ["DONG-1", "DONG-2"]
    assert "106.09" not in client.get(f"{DATA}?bbox=105,29,107,30").getvalue().decode()


def test_the_patch_page_shows_the_point_and_the_way(land, as_staff):
    page = as_staff.get(f"/patches/{land.bare.pk}/")

    html = page.content.decode()
    shape = page.context["small_map"]["shape"]
    assert json.loads(json.dumps(shape)) == {"type": "Point", "coordinates": [106.09, 29.87]}
    assert "还没有图形，图上的点是发现时手机的位置，误差约 15 米。" in html
    assert "geo:29.870000,106.090000" in html
    assert 'id="checks"' not in html


def test_the_nearest_list_knows_where_it_is(client, land):
    land.target.milestones.update(due_on=None)
    client.force_login(make_user(villages=[land.west]))

    page = client.get("/my/?sort=near&group=overdue").content.decode()

    assert 'data-lat="29.87000" data-lon="106.09000"' in page
