"""按远近排：服务器只给图斑的中心，一页给够；平常的列表不带坐标，也不多问。"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.worlds.factories import make_shape
from tests.worlds.geo_files import square

pytestmark = pytest.mark.django_db
PLACE = re.compile(r'data-lat="([\d.]+)" data-lon="([\d.]+)"')


def page_of(client, query=""):
    return client.get(f"/my/{query}").content.decode()


def test_the_near_list_carries_the_middle_of_each_patch_and_the_plain_one_does_not(client, year):
    drawn, bare = year.patch(due=-1, code="有"), year.patch(due=-2, code="无")
    shape = make_shape(drawn, square())
    client.force_login(year.east_secretary)

    near, plain = page_of(client, "?sort=near"), page_of(client)

    middle = ((shape.min_lat + shape.max_lat) / 2, (shape.min_lon + shape.max_lon) / 2)
    assert PLACE.findall(near) == [tuple(f"{degrees:.5f}" for degrees in middle)]
    assert bare.code in near
    assert "data-lat" not in plain
    assert "data-away" not in plain


def test_it_is_offered_only_where_some_patch_has_a_place(client, year):
    patch = year.patch(due=-1)
    year.patch(due=-2)
    client.force_login(year.east_secretary)
    assert "按远近排" not in page_of(client)
    assert "nearest.js" not in page_of(client)

    make_shape(patch, square())

    page = page_of(client)
    assert "<span hidden data-near>" in page
    assert "nearest.js" in page


def test_two_hundred_come_on_one_page_and_more_are_told(client, year):
    target = year.target(due=-1)
    for n in range(201):
        year.patch(target=target, code=f"N{n:03}", place="李家湾" if n < 40 else "")
    client.force_login(year.east_secretary)

    first = client.get("/my/?sort=near")
    found = client.get("/my/?sort=near&q=李家湾")

    assert len(first.context["cards"]) == 200
    assert "一次排 200 个" in first.content.decode()
    assert len(found.context["cards"]) == 40
    assert '<input type="hidden" name="sort" value="near">' in found.content.decode()
    assert "一次排" not in found.content.decode()


def test_the_near_list_asks_no_more_than_the_plain_one(client, year, django_assert_num_queries):
    for n in range(3):
        make_shape(year.patch(due=-1, code=f"N{n}"), square())
    client.force_login(year.east_secretary)
    client.get("/my/")
    with CaptureQueriesContext(connection) as plain:
        client.get("/my/")

    with django_assert_num_queries(len(plain)):
        client.get("/my/?sort=near")
