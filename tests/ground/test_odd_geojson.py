"""少见的 GeoJSON：坐标系写得怪的、一个接一个的、ArcGIS 的 JSON；读不下去的说清第几行第几列。"""

import json

import pytest
import shapely

from taiping.ground.geometry.reading import read_vector
from taiping.ground.tables import TableError
from tests.worlds.geo_files import geojson

pytestmark = pytest.mark.any_database

HERE = shapely.box(106.05, 29.85, 106.0505, 29.8505)
ROWS = [{"图斑编号": "T-1"}, {"图斑编号": "T-2"}]
WHOLE = json.loads(geojson([HERE, HERE], ROWS))
FEATURES = WHOLE["features"]


def read(content, suffix=".geojson"):
    content = content if isinstance(content, bytes) else content.encode()
    (layer,) = read_vector(content, suffix, f"图斑{suffix}")
    return layer


def refused(content):
    with pytest.raises(TableError) as refusal:
        read(content)
    return str(refusal.value)


def with_crs(crs):
    return read(json.dumps({**WHOLE, "crs": crs}, ensure_ascii=False))


def named(name):
    return {"type": "name", "properties": {"name": name}}


@pytest.mark.parametrize(
    ("crs", "found"),
    [
        (None, "EPSG:4326"),
        ({}, "EPSG:4326"),
        ([], "EPSG:4326"),
        (True, "EPSG:4326"),
        (named(None), "EPSG:4326"),
        ({"type": "link", "properties": {"href": "https://例"}}, "EPSG:4326"),
        (named("urn:ogc:def:crs:OGC:1.3:CRS84"), "EPSG:4326"),
        ("EPSG:4490", "EPSG:4490"),
        (4490, "EPSG:4490"),
        ({"type": "EPSG", "properties": {"code": 4490}}, "EPSG:4490"),
        (named("urn:ogc:def:crs:EPSG::4523"), "EPSG:4523"),
        (named("GCS_Xian_1980"), "EPSG:4610"),
        (named("Beijing 1954"), "EPSG:4214"),
    ],
)
def test_a_system_written_in_an_odd_way_is_what_it_means(crs, found):
    assert with_crs(crs).crs == found


def test_a_name_that_ends_in_a_year_is_not_a_code():
    assert with_crs(named("China Geodetic Coordinate System 2000")).crs != "EPSG:2000"


def test_a_system_nobody_knows_is_said():
    layer = with_crs(named("+proj=longlat +nadgrids=/etc/passwd"))

    assert layer.crs == "EPSG:4326"
    assert "认不出" in layer.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(each) for each in FEATURES),
        "".join(f"\x1e{json.dumps(each)}\n" for each in FEATURES),
        "".join(json.dumps(each) for each in FEATURES),
        json.dumps(FEATURES),
        "\n".join(json.dumps({**WHOLE, "features": [each]}) for each in FEATURES),
        json.dumps(WHOLE).encode("utf-16"),
    ],
    ids=["行", "记录符", "连着", "数组", "几份集合", "utf-16"],
)
def test_features_one_after_another_are_all_read(content):
    assert read(content).rows == [["T-1"], ["T-2"]]
    assert read(content, ".geojsonl").rows == [["T-1"], ["T-2"]]


def test_json_of_arcgis_keeps_its_attributes_holes_and_system():
    outer = [[106, 29], [106, 30], [107, 30], [107, 29], [106, 29]]
    hole = [[106.4, 29.4], [106.6, 29.4], [106.6, 29.6], [106.4, 29.6], [106.4, 29.4]]
    feature = {"attributes": {"TBBH": "T-1"}, "geometry": {"rings": [outer, hole]}}
    content = json.dumps({"spatialReference": {"wkid": 4490}, "features": [feature]})

    layer = read(content, ".json")

    assert (layer.fields, layer.rows, layer.crs) == (["TBBH"], [["T-1"]], "EPSG:4490")
    assert layer.geometries[0].area == pytest.approx(0.96)


def test_an_empty_feature_is_left_out_and_said():
    layer = read(json.dumps({**WHOLE, "features": [None, *FEATURES]}))

    assert len(layer.rows) == 2
    assert layer.notes == ["有 1 个要素是空的（null），没有读。"]


def test_where_it_cannot_be_read_is_said():
    text = json.dumps(WHOLE, indent=1, ensure_ascii=False)

    assert "到第 1 行就断了" in refused(json.dumps(WHOLE)[:-9])
    lines = text.splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "图斑编号" in line)
    assert f"第 {at} 行第" in refused(text.replace('"图斑编号"', "图斑编号", 1))
    assert "TopoJSON" in refused('{"type": "Topology"}')
    assert "空文件" in refused("")
