"""图形检查的页面、图斑页上的图形、村界的导入、带坐标的导出：谁看得见，谁能办。"""

import json
import logging
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pyogrio
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from plots.geometry.checks import recheck
from plots.models import GeometryCheck
from taiping.ground.geometry.shapes import load
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_shape,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import gpkg, shapefile, square, with_hole
from villages.models import Role, VillageBoundary

pytestmark = pytest.mark.django_db
CHECKS = "/patches/checks/"
BORDERS = "/patches/boundaries/"
MOMENT = datetime(2024, 9, 1, 9, tzinfo=UTC)


@pytest.fixture
def target(db):
    return make_steps_target(make_plan())


@pytest.fixture
def east(db):
    return make_village("东村")


@pytest.fixture
def west(db):
    return make_village("西村")


@pytest.fixture
def pair(target, east, west):
    """东村的甲和西村的乙叠在一起，东村的丙面积不符。"""
    patches = []
    for code, village, at, mu in (("甲", east, 0, 15), ("乙", west, 80, 15), ("丙", east, 500, 10)):
        patches.append(make_patch(target, village, code=code, area_mu=Decimal(mu)))
        make_shape(patches[-1], square(at))
    recheck()
    return patches


def as_(client, role=Role.STAFF, **fields):
    user = make_user(role=role, **fields)
    client.force_login(user)
    return user


def page_of(client, url, status=200):
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_list_says_each_pair_once_and_filters(client, pair, east, west):
    as_(client)

    page = page_of(client, CHECKS)
    assert "还没有认定的 2 处" in page
    assert page.count("和另一块图斑重叠 2000 平方米") == 1
    assert "还没有认定的 1 处" in page_of(client, f"{CHECKS}?kind=AREA")
    of_west = page_of(client, f"{CHECKS}?village={west.pk}")

    assert "还没有认定的 1 处" in of_west and ">乙<" in of_west
    assert "没有符合这些条件的" in page_of(client, f"{CHECKS}?shown=dismissed")
    assert "还没有认定的 2 处" in page_of(client, f"{CHECKS}?kind=x&village=abc&shown=x")


def test_list_takes_the_same_queries_for_one_and_for_many(
    client, target, east, django_assert_num_queries
):
    as_(client)
    counts = []
    for at in range(3):
        make_shape(make_patch(target, east, area_mu=Decimal(10)), square(at * 300))
        recheck()
        with django_assert_num_queries(counts[0]) if counts else _counting(counts):
            client.get(CHECKS)

    assert GeometryCheck.objects.count() == 3


class _counting:
    def __init__(self, counts):
        self.counts = counts

    def __enter__(self):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        self.context = CaptureQueriesContext(connection)
        self.context.__enter__()

    def __exit__(self, *error):
        self.context.__exit__(*error)
        self.counts.append(len(self.context))


def test_dismissed_with_a_reason_and_taken_back(client, pair):
    huang = as_(client, name="黄玲")
    check = pair[0].checks.get()
    url = reverse("plots:check_dismiss", args=[check.pk])

    refused = client.post(url, {"reason": " ", "back": CHECKS}, follow=True).content.decode()
    assert "请写明为什么没有问题" in refused
    assert GeometryCheck.objects.standing().count() == 3
    client.post(url, {"reason": "两家共用的田坎", "back": CHECKS})

    assert list(pair[1].checks.values_list("dismissed_by", "dismissed_reason")) == [
        (huang.pk, "两家共用的田坎")
    ]
    page = page_of(client, f"{CHECKS}?shown=dismissed")
    assert "黄玲" in page and "两家共用的田坎" in page
    client.post(url, {"do": "reopen", "back": "https://example.com/"})
    assert GeometryCheck.objects.standing().count() == 3


@pytest.mark.parametrize("role", [Role.LEADER, Role.SECRETARY])
def test_only_the_town_sees_the_list_and_dismisses(client, pair, east, role):
    as_(client, role, villages=[east])
    check = pair[0].checks.get()

    assert client.get(CHECKS).status_code == 403
    assert (
        client.post(reverse("plots:check_dismiss", args=[check.pk]), {"reason": "看过"}).status_code
        == 403
    )
    assert GeometryCheck.objects.standing().count() == 3


def test_dismissal_is_a_post(client, pair):
    as_(client)

    assert (
        client.get(reverse("plots:check_dismiss", args=[pair[0].checks.get().pk])).status_code
        == 405
    )


def test_patch_page_shows_the_checks_and_names_the_other_only_to_those_who_may_see_it(
    client, pair, east
):
    url = reverse("plots:patch", args=[pair[0].pk])
    as_(client)
    staff_page = page_of(client, url)
    assert "和另一块图斑重叠 2000 平方米，占本图斑的 20%。" in staff_page
    assert f'href="/patches/{pair[1].pk}/">乙</a>（西村）' in staff_page
    assert "认定没有问题" in staff_page

    as_(client, Role.SECRETARY, villages=[east])
    page = page_of(client, url)

    assert "和另一块图斑重叠 2000 平方米" in page
    assert "西村" not in page and ">乙<" not in page
    assert "认定没有问题" not in page


def test_patch_without_a_shape_says_nothing_about_shapes(client, target, east):
    as_(client)

    page = page_of(client, reverse("plots:patch", args=[make_patch(target, east).pk]))

    assert 'id="checks"' not in page


def border_file(**more):
    return gpkg([square(0, 0, 300), square(300, 0, 300)], {"XZQMC": ["东村", "西村"]}, **more)


def send(client, content, name="村界.gpkg", **fields):
    return client.post(
        BORDERS, {"file": SimpleUploadedFile(name, content), **fields}, follow=True
    ).content.decode()


def test_administrator_imports_boundaries_and_the_checks_are_done_again(client, pair, east, west):
    as_(client, Role.ADMIN, name="管理")

    page = send(client, border_file())

    assert "导入了 2 个村的村界" in page
    assert "村界.gpkg" in page
    # 乙在 x 80–180，写的是西村（300–600）
    assert pair[1].checks.get(kind="VILLAGE").figures == {
        "sqm": "10000",
        "percent": "100",
        "in": "东村",
    }
    client.post(BORDERS, {"do": "remove", "village": west.pk})
    assert list(VillageBoundary.objects.values_list("village__name", flat=True)) == ["东村"]
    assert not pair[1].checks.filter(kind="VILLAGE").exists()


def test_boundaries_again_are_replaced_and_strangers_are_said(client, east, west):
    as_(client, Role.ADMIN)
    make_boundary(east, square(0, 0, 100))
    shapes = [square(0, 0, 200), square(200, 0, 100), square(5000)]

    page = send(client, gpkg(shapes, {"村名": ["东村", "东村", "外镇的村"], "id": [1, 2, 3]}))

    assert "东村由 2 个图形合成" in page
    assert "有 1 个图形不是本镇的村，没有用：外镇的村" in page
    assert load(VillageBoundary.objects.get().wkb).geom_type == "Polygon"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (gpkg([square()], {"名": ["哪里"]}), "a.gpkg", "没有一列写着本镇的村名"),
        (
            shapefile([square()], ["村名"], [["东村"]], prj=False),
            "a.zip",
            "文件没有写坐标系。看数值像“CGCS2000 3 度带 35 带",
        ),
        (shapefile([square()], ["村名"], [["东村"]], crs="EPSG:2359"), "a.zip", "西安80"),
        (gpkg([None], {"村名": ["东村"]}), "a.gpkg", "东村：没有图形"),
        (b"x", "a.docx", "不是矢量数据"),
        (b"", "a.zip", "空文件"),
        (b"PK", "a.zip", "打不开"),
    ],
)
def test_boundaries_that_cannot_be_used_are_refused_in_words(client, east, content, name, words):
    as_(client, Role.ADMIN)

    page = send(client, content, name)

    assert words in page
    assert VillageBoundary.objects.count() == 0


def test_boundary_system_can_be_chosen(client, east):
    as_(client, Role.ADMIN)

    send(client, shapefile([square()], ["村名"], [["东村"]], prj=False), "a.zip", crs="4523")

    assert VillageBoundary.objects.get().source_crs == "EPSG:4523"


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.SECRETARY])
def test_only_the_administrator_touches_boundaries_and_exact_coordinates(client, pair, east, role):
    as_(client, role, villages=[east])
    make_boundary(east, square())

    assert client.get(BORDERS).status_code == 403
    assert client.post(BORDERS, {"do": "remove", "village": east.pk}).status_code == 403
    assert client.get("/patches/geo.gpkg").status_code == 403
    assert client.get("/patches/geo.geojson").status_code == 403
    assert VillageBoundary.objects.count() == 1


def test_export_gives_what_the_filter_gives_with_exact_coordinates_and_is_logged(
    client, pair, east, tmp_path, caplog
):
    admin = as_(client, Role.ADMIN)
    make_shape(pair[2], with_hole())
    make_patch(pair[0].target, east, code="没有图形")

    with caplog.at_level(logging.INFO, logger="taiping.access"):
        response = client.get(f"/patches/geo.gpkg?village={east.pk}")
    path = tmp_path / "out.gpkg"
    path.write_bytes(response.content)
    meta, _, geometry, columns = pyogrio.raw.read(path)

    assert meta["crs"] == "EPSG:4490"
    table = dict(zip(meta["fields"], columns, strict=True))
    assert list(table["图斑编号"]) == ["丙", "甲"]
    assert list(table["面积（亩）"]) == ["10", "15"]
    assert shapely.from_wkb(geometry[1]).equals(load(pair[0].shape.wkb))
    assert f"用户={admin.username} 图斑=2" in caplog.text
    assert response["Content-Disposition"].startswith("attachment")


def test_geojson_export_comes_back_through_the_import(client, pair):
    as_(client, Role.ADMIN)

    content = client.get("/patches/geo.geojson").content

    features = json.loads(content)["features"]
    assert [feature["properties"]["图斑编号"] for feature in features] == ["丙", "甲", "乙"]
    first = shapely.geometry.shape(features[1]["geometry"])
    assert first.equals(load(pair[0].shape.wkb))
    assert client.get("/patches/geo.kml").status_code == 404
    data = {
        "kind": "TABLE",
        "issued_on": "2024-01-02",
        "target": pair[0].target_id,
        "file": SimpleUploadedFile("再来.geojson", content),
    }
    assert "没有变化" in client.post("/patches/import/", data, follow=True).content.decode()


def test_only_the_checks_that_were_made_are_said_to_be_fine(client, target, east, west):
    as_(client)
    patch = make_patch(target, east, area_mu=Decimal(15))
    make_shape(patch, square())
    recheck()
    url = reverse("plots:patch", args=[patch.pk])

    page = page_of(client, url)
    assert "面积、重叠都检查过，没有看出问题。没有村界，出界没有查。" in page
    assert "没有村界，出界没有查。" in page_of(client, CHECKS)
    make_boundary(east, square(0, 0, 300))

    assert "面积、重叠、村界都检查过，没有看出问题。" in page_of(client, url)
    assert "西村没有村界，出界没有查。" in page_of(client, CHECKS)


def test_a_patch_with_something_found_says_what_was_not_checked(client, pair):
    as_(client)

    page = page_of(client, reverse("plots:patch", args=[pair[0].pk]))

    assert "没有村界，出界没有查。" in page and "没有看出问题" not in page


def test_a_patch_that_no_longer_counts_is_not_said_to_be_checked(client, target, east):
    as_(client)
    patch = make_patch(
        target, east, area_mu=Decimal(15), until_on=date(2024, 9, 1), until_at=MOMENT
    )
    make_shape(patch, square())

    page = page_of(client, reverse("plots:patch", args=[patch.pk]))

    assert "图形不再检查" in page and "没有看出问题" not in page


def test_every_zone_can_be_chosen_for_a_boundary_and_the_own_meridian_leads(client, target, east):
    as_(client, Role.ADMIN)
    make_shape(make_patch(target, east), shapely.box(121, 29, 121.001, 29.001), crs="EPSG:4490")

    page = page_of(client, BORDERS)

    options = re.findall(r'<option value="(\d+)"', page)
    assert {int(code) for code in options} >= {*range(4491, 4555)}
    assert options[2:4] == ["4549", "4528"]


def test_a_boundary_without_a_zone_is_where_the_town_is(client, target, east):
    as_(client, Role.ADMIN)
    make_shape(make_patch(target, east), shapely.box(116, 29, 116.001, 29.001), crs="EPSG:4490")
    plain = shapely.box(500_000, 3_303_000, 500_300, 3_303_300)

    page = send(client, shapefile([plain], ["村名"], [["东村"]], prj=False), "a.zip")

    assert "照本镇的中央经线 117° 看像“CGCS2000 3 度带中央经线 117°" in page
    assert not VillageBoundary.objects.exists()


def test_a_boundary_far_from_the_shapes_is_asked_before_it_is_saved(client, target, east):
    as_(client, Role.ADMIN)
    make_shape(make_patch(target, east), square())
    content = gpkg([square(300_000)], {"村名": ["东村"]})

    page = send(client, content)
    assert "“东村”这 1 个图形离本镇已有的图形有" in page and "核对过了" in page
    assert not VillageBoundary.objects.exists()
    token = page.partition('name="sure" value="')[2].partition('"')[0]
    send(client, gpkg([square(400_000)], {"村名": ["东村"]}), sure=token)
    assert not VillageBoundary.objects.exists()  # 勾的是刚才那一份
    send(client, content, sure=token)

    assert VillageBoundary.objects.get().village == east


def test_slivers_and_what_was_left_beside_a_boundary_are_said(client, east):
    as_(client, Role.ADMIN)
    shapes = [square(), square(500, side=0.001)]

    page = send(client, gpkg(shapes, {"村名": ["东村", "东村"]}))

    assert "东村有 1 个图形太小，量不出面积，没有用。" in page
    assert VillageBoundary.objects.get().village == east
