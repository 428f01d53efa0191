"""读矢量文件：各种格式、编码、压缩包；不该读的用一句话拒绝。"""

import io
import json
import random
import zipfile

import pytest
import shapely

from taiping.ground.geometry import archive
from taiping.ground.geometry.reading import read_vector
from taiping.ground.tables import TableError
from tests.worlds.geo_files import (
    DBF,
    dbf,
    gdb,
    geojson,
    gpkg,
    kml,
    points,
    shapefile,
    square,
    written,
    zipped,
)

pytestmark = pytest.mark.any_database

ROWS = [["500151124001000001", "团碾村", "15"], ["0002", "白云社区", "3.5"]]
SHAPES = [square(), square(200)]
FACTS = {"图斑编号": [row[0] for row in ROWS], "村名": [row[1] for row in ROWS]}
DEGREES = [(106.05, 29.85), (106.051, 29.85), (106.051, 29.851), (106.05, 29.851)]


def only(content, suffix=".zip"):
    layers = read_vector(content, suffix, f"图斑{suffix}")
    assert len(layers) == 1
    return layers[0]


def refused(content, suffix=".zip"):
    with pytest.raises(TableError) as error:
        read_vector(content, suffix, f"图斑{suffix}")
    return str(error.value)


@pytest.mark.parametrize(
    ("encoding", "cpg", "language"),
    [
        ("gb18030", "GBK", 0),
        ("gb18030", "CP936", 0),
        ("gb18030", None, 0x4D),
        ("gb18030", None, 0),
        ("gb18030", None, 0x57),
        ("utf-8", "UTF-8", 0),
        ("utf-8", "65001", 0),
        ("utf-8", None, 0),
        ("gb18030", "ISO-8859-1", 0x57),
        ("gb18030", "UTF-8", 0),
    ],
)
def test_attribute_text_is_read_whatever_the_file_says_about_its_encoding(encoding, cpg, language):
    content = shapefile(SHAPES, rows=ROWS, encoding=encoding, cpg=cpg, language=language)

    layer = only(content)

    assert layer.rows == ROWS
    assert layer.fields[1] == "村名"
    assert layer.crs == "EPSG:4523"
    assert [shape.area for shape in layer.geometries] == [10_000, 10_000]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_shapefile_written_by_gdal(encoding):
    files = written("ESRI Shapefile", ".shp", SHAPES, FACTS, encoding=encoding)

    layer = only(zipped(files))

    assert layer.rows == [row[:2] for row in ROWS]


def test_utf8_field_name_cut_at_ten_bytes_is_read_and_marked():
    content = shapefile(SHAPES, ["图斑编号", "坐落单位名称", "TBMJ"], ROWS, encoding="utf-8")

    layer = only(content)

    assert layer.fields == ["图斑编", "坐落单", "TBMJ"]
    assert layer.cut == {"图斑编", "坐落单"}
    assert layer.rows == ROWS


def test_value_cut_in_the_middle_of_a_character_keeps_the_whole_ones():
    content = shapefile(
        [square()], rows=[["1", "长" * 11, "1"]], encoding="utf-8"
    )  # 33 字节截到 30
    assert only(content).rows[0][1] == "长" * 10

    content = shapefile([square()], rows=[["1", "a" + "长" * 15, "1"]], encoding="gb18030")

    assert only(content).rows[0][1] == "a" + "长" * 14


def test_long_numbers_keep_every_digit():
    number = 5001511240010000001  # 超过 2 的 53 次方，浮点数存不准
    body = dbf(["BSM"], [[number]]).replace(b"BSM\0\0\0\0\0\0\0\0C", b"BSM\0\0\0\0\0\0\0\0N")
    files = written("ESRI Shapefile", ".shp", [square()], {"id": [0]})
    files["tb.dbf"] = body

    assert only(zipped(files)).rows == [[number]]


def test_deleted_record_takes_its_geometry_with_it():
    files = written("ESRI Shapefile", ".shp", SHAPES, {"id": [0, 1]})
    table = bytearray(dbf(DBF, ROWS))
    first = 33 + 32 * len(DBF)
    table[first : first + 1] = b"*"
    files["tb.dbf"] = bytes(table)

    layer = only(zipped(files))

    assert layer.rows == [ROWS[1]]
    assert layer.geometries[0].equals(square(200))


def test_sub_folder_with_a_windows_gbk_name_and_upper_case_suffixes():
    files = written("ESRI Shapefile", ".shp", SHAPES, FACTS, encoding="GBK")
    files = {f"太平镇/下发图斑{name[2:].upper()}": content for name, content in files.items()}

    layer = only(zipped(files, encoding="gbk"))

    assert layer.name == "下发图斑"
    assert layer.rows[0] == ROWS[0][:2]


def test_several_layers_in_one_archive():
    one = written("ESRI Shapefile", ".shp", SHAPES[:1], {"TBBH": ["1"]})
    files = {
        f"{stem}{name[2:]}": content for stem in ("撂荒", "非粮化") for name, content in one.items()
    }

    assert sorted(layer.name for layer in read_vector(zipped(files), ".zip", "a.zip")) == [
        "撂荒",
        "非粮化",
    ]


def test_without_shx_the_shapes_are_still_there():
    files = written("ESRI Shapefile", ".shp", SHAPES, FACTS)
    del files["tb.shx"]

    assert len(only(zipped(files)).geometries) == 2


def test_geopackage_and_file_geodatabase():
    for content, suffix in ((gpkg(SHAPES, FACTS), ".gpkg"), (gdb(SHAPES, FACTS), ".zip")):
        layer = only(content, suffix)
        assert layer.fields == ["图斑编号", "村名"]
        assert layer.rows == [row[:2] for row in ROWS]
        assert layer.crs == "EPSG:4523"
        assert shapely.area(layer.geometries).tolist() == [10_000, 10_000]


def test_geojson_without_crs_is_degrees_and_with_crs_is_what_it_says():
    here = shapely.Polygon(DEGREES)
    facts = [{"图斑编号": "T-1", "备注": None}]

    assert only(geojson([here], facts), ".geojson").crs == "EPSG:4326"
    stated = only(geojson([square()], facts, crs=4523), ".json")
    assert (stated.crs, stated.rows) == ("EPSG:4523", [["T-1", None]])
    assert only(geojson([square()], facts), ".geojson").crs is None  # 数值不是度，“经纬度”不算数


def test_kml_keeps_its_extended_data():
    layer = only(kml(("T-1", {"村": "团碾"}, DEGREES)), ".kml")

    assert (layer.fields, layer.rows, layer.crs) == (["name", "村"], [["T-1", "团碾"]], "EPSG:4326")
    assert layer.geometries[0].equals(shapely.Polygon(DEGREES))


def test_points_are_northing_first_and_a_second_ring_is_a_hole():
    rings = [list(square().exterior.coords), list(square(30, 30, 40).exterior.coords)]
    layer = only(points([("T-1", rings)]), ".txt")

    assert layer.crs == "EPSG:4523"
    assert layer.rows[0][1:4] == ["0.9999", "T-1", "某地块"]
    assert layer.geometries[0].area == 10_000 - 1_600


def test_points_without_zone_prefix_and_in_xian_80():
    near = [[(east - 35_000_000, north) for east, north in square().exterior.coords]]

    assert only(points([("1", near)]), ".txt").crs == "EPSG:4544"
    assert only(points([("1", near)], system="80国家大地坐标系"), ".txt").crs == "EPSG:4610"
    assert only(points([("1", near)], zone=""), ".txt").crs is None


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/tb.shp", "/etc/tb.shp", "C:\\tb.shp", "a/../../tb.dbf", "..\\tb.shp"]
)
def test_archive_pointing_outside_is_refused(name):
    assert "指到了压缩包外面" in refused(zipped({name: b"x"}))


def test_a_name_longer_than_a_disk_can_hold_is_refused_in_words():
    assert "名字太长" in refused(zipped({f"tb.gdb/{'长' * 100}.gdbtable": b"x"}))


def test_archive_with_too_many_files_too_much_inside_or_a_password(monkeypatch, tmp_path):
    assert "最多 2000 个" in refused(zipped({f"{n}.txt": b"" for n in range(2001)}))

    bomb = zipped({"a.dbf": bytes(30 * 1024 * 1024)})
    assert "大得不正常" in refused(bomb)

    monkeypatch.setattr(archive, "MAX_BYTES", 1024 * 1024)
    with pytest.raises(TableError, match="最多 1 MB"):  # 换过的上限只在这个进程里
        archive.unpack(io.BytesIO(bomb), tmp_path)

    locked = bytearray(zipped({"a.dbf": b"x"}))
    at = locked.index(b"PK\x01\x02")
    locked[6], locked[at + 8] = 1, 1
    assert "加了密码" in refused(bytes(locked))


def test_broken_files_are_refused_in_words():
    whole = zipped(written("ESRI Shapefile", ".shp", SHAPES, FACTS))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive_:
        archive_.writestr("tb.shp", b"\x00\x00\x27\x0a" + bytes(8))
        archive_.writestr("tb.dbf", dbf(DBF, ROWS))

    assert "打不开" in refused(whole[: len(whole) // 2])
    assert "读不出来" in refused(stream.getvalue())
    assert "缺 .dbf" in refused(zipped({"tb.shp": b"\x00\x00\x27\x0a"}))
    assert "一起压缩成 zip" in refused(b"", ".shp")
    assert "没有找到图斑数据" in refused(zipped({"说明.docx": b"x"}))
    assert "读不出来" in refused(b"not a database", ".gpkg")
    assert "GeoJSON" in refused(b'{"type": "FeatureColl', ".geojson")
    assert "KML" in refused(b"<kml><Placemark>", ".kml")
    assert "第 4 行" in refused(
        b"[\xb5\xd8\xbf\xe9\xd7\xf8\xb1\xea]\n4,1,T-1,,,,,,@\nJ1,1,3303000,35500000\nJ2,1,x", ".txt"
    )


def test_a_damaged_prj_is_as_good_as_none():
    files = written("ESRI Shapefile", ".shp", SHAPES, FACTS)
    files["tb.prj"] = (
        files["tb.prj"]
        .replace(b"Gauss_Kruger", b"Gauss\xfe_Kr")
        .replace(b"Transverse_Mercator", b"\xfex")
    )

    layer = only(zipped(files))

    assert layer.crs is None or "EPSG:4523" not in layer.crs
    assert len(layer.geometries) == 2


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_archive_is_refused_or_read_but_never_crashes(seed):
    whole, chance = bytearray(shapefile(SHAPES, rows=ROWS)), random.Random(seed)
    for _ in range(chance.choice([1, 5, 20])):
        at = chance.randrange(len(whole))
        if chance.random() < 0.5:
            whole[at] = chance.randrange(256)
        else:
            del whole[at : at + chance.randrange(1, 40)]

    try:
        layers = read_vector(bytes(whole), ".zip", "坏.zip")
    except TableError as error:
        assert str(error).endswith("。")
    else:
        assert layers


def test_a_file_cannot_make_the_reader_open_another_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text('WKT,name\n"POLYGON((0 0,0 1,1 1,0 0))",机密\n', encoding="utf-8")
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='secret'><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    entity = f'<!DOCTYPE k [<!ENTITY s SYSTEM "file://{secret}">]><kml><Placemark><name>&s;</name></Placemark></kml>'

    for content, suffix in ((vrt, ".kml"), (vrt, ".gpkg"), (vrt, ".geojson"), (entity, ".kml")):
        assert "机密" not in refused(content.encode(), suffix)


@pytest.mark.parametrize(
    "content",
    [
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":[1],"geometry":null}]}',
        b'{"type":"FeatureCollection","features":[1]}',
        b"[]",
        b"null",
        b'"x"',
        b"[" * 100_000,
        b"\xff\xfe\x00",
    ],
)
def test_odd_geojson_is_refused_in_words(content):
    assert "GeoJSON" in refused(content, ".geojson") or "编码" in refused(content, ".geojson")


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon"},
        {"type": "Polygon", "coordinates": "x"},
        {"type": "Polygon", "coordinates": [[["a", "b"]]]},
        {"type": "什么", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[1, 2], [3]]]},
        {"coordinates": 1},
        "x",
        [1],
    ],
)
def test_odd_geometry_is_an_empty_shape_not_a_crash(geometry):
    feature = {"type": "Feature", "properties": {"图斑编号": "1"}, "geometry": geometry}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()

    assert only(content, ".geojson").geometries[0].is_empty
