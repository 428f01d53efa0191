"""坐标系和图形：认得清、换得准、修得好、量得对。"""

from decimal import Decimal

import numpy as np
import pytest
import shapely

from taiping.ground.geometry import crs
from taiping.ground.geometry.measure import area_mu, distance_m
from taiping.ground.geometry.shapes import load, tidy_shapes
from taiping.ground.tables import TableError
from tests.worlds.geo_files import X, Y, bow_tie, square, with_hole

pytestmark = pytest.mark.any_database

ESRI_4523 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_35",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",35500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",105.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
XIAN_80 = ESRI_4523.replace("CGCS2000_3_Degree", "Xian_1980_3_Degree").replace(
    'SPHEROID["CGCS2000",6378137.0,298.257222101]', 'SPHEROID["Xian_1980",6378140.0,298.257]'
)


def one(geometry, system="EPSG:4523"):
    return tidy_shapes([geometry], system)[0]


def moved(geometry, east):
    return shapely.transform(geometry, lambda xy: xy + np.array([east, 0]))


@pytest.mark.parametrize(
    ("bounds", "code"),
    [
        ((106.0, 29.8, 106.1, 29.9), 4490),
        ((35_601_465, 3_303_000, 35_601_565, 3_303_100), 4523),
        ((36_301_465, 3_303_000, 36_301_565, 3_303_100), 4524),
        ((601_465, 3_303_000, 601_565, 3_303_100), 4544),
        ((18_601_465, 3_303_000, 18_601_565, 3_303_100), 4496),
        ((0, 0, 100, 100), None),
        ((35_999_000, 3_303_000, 36_001_000, 3_303_100), None),
        ((float("nan"),) * 4, None),
    ],
)
def test_system_is_judged_by_magnitude(bounds, code):
    assert crs.judge(bounds, meridian=105) == code


def test_every_offered_system_is_usable_and_named_in_words():
    for code, name in crs.choices():
        assert crs.understand(f"EPSG:{code}")[0] is not None
        assert name.endswith(f"（EPSG:{code}）")


@pytest.mark.parametrize(
    ("system", "word"),
    [
        ("EPSG:4610", "西安80"),
        ("EPSG:2359", "西安80"),
        (XIAN_80, "西安80"),
        ("EPSG:4214", "北京54"),
        ("EPSG:2435", "北京54"),
        ('LOCAL_CS["cad",UNIT["m",1]]', "认不出"),
        ("不是坐标系", "认不出"),
    ],
)
def test_old_and_unknown_systems_are_refused_in_words(system, word):
    found, reason = crs.understand(system)

    assert found is None
    assert word in reason


def test_tongliang_comes_out_where_tongliang_is():
    """铜梁 106.05°E 29.85°N 在 4523 里大约是 x 35 601 465、y 3 303 7xx：先东后北，不会对调。"""
    lon, lat = one(moved(square(north=800), 101_465)).geometry.centroid.coords[0]

    assert abs(lon - 106.05) < 0.001
    assert abs(lat - 29.85) < 0.002


def test_the_same_place_in_every_system_is_the_same_shape():
    degrees = one(square()).geometry
    plain = moved(square(), -35_000_000)

    shapes = [
        one(square()),
        one(square(), ESRI_4523),
        one(plain, "EPSG:4544"),
        one(degrees, "EPSG:4490"),
        one(degrees, "EPSG:4326"),
    ]

    assert len({shape.digest for shape in shapes}) == 1
    assert shapes[1].source_crs == "EPSG:4523"


def test_wrong_system_is_noticed_because_the_place_is_not_in_china():
    shape = one(square(), "EPSG:4544")

    assert shape.geometry is None
    assert "不在中国范围内" in shape.problem


def test_areas_are_those_of_the_ground():
    """百米见方 15 亩；四十米见方的洞去掉 2.4 亩，洞画成什么方向都一样。"""
    for geometry, mu in (
        (square(), "15"),
        (with_hole(), "12.6"),
        (with_hole(clockwise=True), "12.6"),
        (shapely.union(square(), square(500)), "30"),
        (shapely.reverse(square()), "15"),
    ):
        shape = one(geometry)
        assert abs(shape.mu - Decimal(mu)) < Decimal("0.001")
        assert area_mu(shapely.reverse(shape.geometry)) == shape.mu


def test_far_from_the_central_meridian_the_ground_is_smaller_than_the_plane():
    """离中央经线 101.5 公里，平面长度放大 1.0001268 倍：15 亩的平面是 14.9962 亩的地。"""
    assert abs(one(moved(square(), 101_465)).mu - Decimal("14.9962")) < Decimal("0.0002")


def test_self_crossing_is_repaired_and_said():
    shape = one(bow_tie())

    assert shape.repaired == "自相交"
    assert shape.parts == 2
    assert abs(shape.mu - Decimal("7.5")) < Decimal("0.001")
    assert shape.geometry.is_valid


@pytest.mark.parametrize(
    ("geometry", "word"),
    [
        (None, "没有图形"),
        (shapely.Polygon(), "是空的"),
        (shapely.Point(X, Y), "是点"),
        (shapely.LineString([(X, Y), (X + 1, Y)]), "是线"),
        (shapely.Polygon([(X, Y), (X + 1, Y + 1), (X + 2, Y + 2)]), "围不成面"),
    ],
)
def test_empty_and_broken_geometry_says_what_is_wrong(geometry, word):
    shape = one(geometry)

    assert shape.geometry is None
    assert word in shape.problem


def test_height_is_dropped():
    raised = shapely.force_3d(square(), 320.5)

    assert one(raised).digest == one(square()).digest


def test_stored_bytes_come_back_as_the_same_shape():
    shape = one(with_hole())
    columns = shape.columns()

    assert load(memoryview(columns["wkb"])).equals(shape.geometry)
    assert columns["min_lon"] < 105.0005 < columns["max_lon"]
    assert shape.geometry.exterior.is_ccw


def test_distances_are_metres_on_the_ground():
    """中央经线上，图斑东边 30 米的点离它 30 米；里面和边上是 0。"""
    patch = one(square(side=100)).geometry
    places = one(square(130, 40, 1)).geometry  # 左下角在东边界外 30 米
    lon, lat = places.bounds[:2]

    assert abs(distance_m(patch, lon, lat) - 30) < 0.05
    assert distance_m(patch, *patch.centroid.coords[0]) == 0
    assert distance_m(patch, *patch.exterior.coords[0]) == 0


@pytest.mark.parametrize("text", ["", "abc", "2359", "99999", "EPSG:4610"])
def test_code_that_cannot_be_used_is_refused(text):
    with pytest.raises(TableError, match="不是能用的坐标系"):
        crs.code_of(text)
