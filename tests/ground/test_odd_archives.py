"""少见的压缩包：用不上的不挡着用得上的，说清没有读哪些；名字是苹果电脑、Windows 写的都认得。"""

import io
import unicodedata
import zipfile

import pytest
import shapely

from taiping.ground.geometry.reading import read_vector
from taiping.ground.tables import TableError
from tests.worlds.geo_files import dbf, kml, shapefile, square, written, zipped

pytestmark = pytest.mark.any_database

FIELDS = ["图斑编号", "村名"]
ROWS = [["T-1", "团碾村"]]
MARK = kml(("T-1", {}, [(106.05, 29.85), (106.06, 29.85), (106.06, 29.86)]))
POINTS = b"<kml><Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
LINK = b"<kml><NetworkLink/></kml>"


def files(content=None):
    with zipfile.ZipFile(io.BytesIO(content or shapefile([square()], FIELDS, ROWS))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SHAPEFILE = files()


class Named(zipfile.ZipInfo):
    """名字按给的编码写；marked 是标不标 UTF-8。"""

    encoding, marked = "utf-8", 0

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits | self.marked


def named(stem, encoding, marked=0):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in SHAPEFILE.items():
            info = Named(f"{stem}{name[2:]}")
            info.encoding, info.marked = encoding, marked
            archive.writestr(info, content)
    return stream.getvalue()


def only(content, suffix=".zip"):
    (layer,) = read_vector(content, suffix, f"图斑{suffix}")
    return layer


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"字典.dbf": dbf(FIELDS, ROWS)}, "“字典”没有读：“字典”缺 .shp 文件"),
        ({"别的.shp": SHAPEFILE["tb.shp"]}, "“别的”没有读：“别的”缺 .dbf 文件"),
        ({"别的.prj": b"x"}, "压缩包里还有“别的.prj”"),
        ({"坏.gpkg": b"SQLite format 3\x00x"}, "“坏”没有读：“坏”读不出来"),
        ({"meta.json": b"{}"}, "“meta”没有读：这份 GeoJSON 里没有图斑"),
        ({"别的.kml": LINK}, "“别的”没有读：这份 KML 只是网络链接"),
        ({"点.kml": POINTS}, "图层“点”里只有点、线，没有面，没有读。"),
        (
            {"读我.txt": b"x", "清单.xlsx": b"x", "内.zip": b"x", "图.dwg": b"x"},
            "压缩包里还有“清单.xlsx”、“内.zip”、“图.dwg”等 4 个文件，不是图斑数据，没有读。",
        ),
    ],
)
def test_what_is_not_needed_is_left_out_and_named(more, told):
    layer = only(zipped(SHAPEFILE | more))

    assert layer.rows == ROWS
    assert told in layer.notes[0]


def test_what_comes_along_with_every_layer_is_not_worth_a_word():
    along = ("tb.shp.xml", "tb.sbn", "tb.qix", "tb.qmd", "Thumbs.db", "__MACOSX/._tb.shp")

    assert only(zipped(SHAPEFILE | dict.fromkeys(along, b"x"))).notes == []


def test_a_kmz_with_a_second_kml_without_polygons_is_read():
    content = zipped({"doc.kml": MARK, "files/other.kml": b"<kml/>", "files/icon.png": b"x"})

    layer = only(content, ".kmz")

    assert layer.rows == [["T-1"]]
    assert layer.notes == [
        "“other”没有读：这份 KML 里没有地标（Placemark）。请把图斑的面导出成 KML。"
    ]


def test_kmz_and_kml_are_told_by_what_is_inside():
    assert only(zipped({"doc.kml": MARK}), ".kml").rows == [["T-1"]]
    assert only(MARK, ".kmz").rows == [["T-1"]]


def test_a_layer_of_points_alone_is_still_shown():
    points = written(
        "ESRI Shapefile", ".shp", [shapely.Point(1, 2)], {"id": [1]}, geometry_type="Point"
    )

    assert len(only(zipped(points)).rows) == 1


def test_nothing_useful_says_what_is_there():
    with pytest.raises(TableError, match=r"没有图斑数据，有“内\.zip”、“清单\.xlsx”。请先解开"):
        only(zipped({"内.zip": b"x", "清单.xlsx": b"x"}))
    with pytest.raises(TableError, match=r"“甲”没有读：.*“乙”没有读："):
        only(zipped({"甲.dbf": dbf(FIELDS, ROWS), "乙.kml": b"<kml/>"}))


@pytest.mark.parametrize("stem", ["太平镇/图斑表", "团碾村图斑", "图斑", "撂荒地（二）"])
@pytest.mark.parametrize(("encoding", "marked"), [("utf-8", 0), ("gbk", 0), ("gbk", 0x800)])
def test_names_are_read_whoever_wrote_them(stem, encoding, marked):
    assert only(named(stem, encoding, marked)).name == stem.removeprefix("太平镇/")


def test_names_taken_apart_by_a_mac_and_names_that_differ_are_read():
    apart = unicodedata.normalize("NFD", "é图斑")
    assert only(named(apart, "utf-8", 0x800)).name == "é图斑"

    content = named("图斑表", "utf-8")
    assert only(content.replace("图斑表".encode(), b"123456789", 1)).rows == ROWS


def test_names_in_no_known_encoding_do_not_stop_the_file():
    content = named("图斑表", "utf-8")
    spoilt = content.replace("图斑表".encode(), b"\xff\xff\x80\xff\xff\x80\xff\xff\x80")

    assert only(spoilt).rows == ROWS
