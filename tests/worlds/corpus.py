"""各种各样的文件，测试自己写：一种写法一个，写明该读得进、该问，还是该用一句话拒绝。

README 的“试过的文件”照它数；tests/plots/importing/test_corpus.py 一个个试。
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import shapely

from tests.worlds import geo_files as geo
from tests.worlds.patch_files import csv, xls, xlsx
from tests.worlds.photos import TONGLIANG, encoded, exif, office, pdf

READ, ASKED, REFUSED = "读进来", "先问", "用话拒绝"
HEADER = ["序号", "村", "图斑编号", "图斑面积（亩）", "小地名"]
ROWS = [[1, "团碾", "T-1", 3.5, "塆里"], [2, "白云", "0002", 12, "高石坎"]]
TUANNIAN = "500151124201"
SEPARATORS = {"逗号": ",", "分号": ";", "制表符": "\t"}
ENDS = {"Windows": "\r\n", "Linux": "\n", "老 Mac": "\r"}
ENCODINGS = {"UTF-8": "utf-8", "带签名的 UTF-8": "utf-8-sig", "GBK": "gbk", "UTF-16": "utf-16"}
DEGREES = shapely.box(106.05, 29.85, 106.051, 29.851)


class Case(NamedTuple):
    """一个文件：what 是哪种写法；rows 是读进来几块；said 是问、拒绝时话里要有的。"""

    kind: str
    what: str
    name: str
    content: bytes
    outcome: str = READ
    rows: int = 2
    said: str = ""


def cases() -> Iterator[Case]:
    """全部的文件，按种类。"""
    yield from _delimited()
    yield from _layouts()
    yield from _cells()
    yield from _not_tables()
    yield from _shapefiles()
    yield from _databases()
    yield from _texts()
    yield from _photos()


def _delimited():
    for coded, encoding in ENCODINGS.items():
        for parted, separator in SEPARATORS.items():
            for ended, end in ENDS.items():
                lines = [separator.join(map(str, row)) for row in [HEADER, *ROWS]]
                content = end.join([*lines, ""]).encode(encoding)
                yield Case("csv", f"{coded}，{parted}，{ended} 的行尾", "下发.csv", content)
    quoted = '序号,村,图斑编号,图斑面积（亩）,小地名\r\n1,团碾,"T,1",3.5,"塆里\r\n下边"\r\n'
    yield Case("csv", "引号里有逗号和换行", "下发.csv", quoted.encode(), rows=1)
    doubled = '序号,村,图斑编号,图斑面积（亩）\r\n1,团碾,T-1,3.5\r\n2,白云,"T""2",4\r\n'
    yield Case("csv", "引号里有引号", "下发.csv", doubled.encode())
    spelt = '序号,村,图斑编号,图斑面积（亩）\r\n1,团碾,="001",3.5\r\n'
    yield Case("csv", '写成 ="001" 的编号', "下发.csv", spelt.encode(), rows=1)
    lost = '序号,村,图斑编号,图斑面积（亩）,备注\r\n1,团碾,T-1,3.5,"见附图\r\n2,白云,T-2,4,\r\n'
    yield Case("csv", "引号没有配上", "下发.csv", lost.encode(), REFUSED, said="引号")
    titled = csv(["太平镇图斑表"], HEADER, *ROWS)
    yield Case("csv", "上面有一行标题", "下发.csv", titled)
    yield Case("csv", "只有表头", "下发.csv", csv(HEADER), REFUSED, said="没有图斑")


def _layouts():
    yield Case("Excel 的排法", "最平常的", "下发.xlsx", xlsx(HEADER, *ROWS))
    yield Case("Excel 的排法", "老的 .xls", "下发.xls", xls(HEADER, *ROWS))
    titles = [["太平镇撂荒地图斑表"], ["单位：亩"], [], ["填表人：黄玲"]]
    for count in range(1, 5):
        content = xlsx(*titles[:count], HEADER, *ROWS)
        yield Case("Excel 的排法", f"表头上面有 {count} 行", "下发.xlsx", content)
    tails = {
        "合计": ["合计", None, None, 15.5],
        "小计和合计": ["小计", None, None, 15.5],
        "签字的一行": ["填表人：", None, None, None, "审核人："],
        "空行": [None] * 5,
        "又一遍表头": HEADER,
    }
    for what, tail in tails.items():
        yield Case("Excel 的排法", f"下面有{what}", "下发.xlsx", xlsx(HEADER, *ROWS, tail))
    yield Case("Excel 的排法", "栏号一行", "下发.xlsx", xlsx(HEADER, [1, 2, 3, 4, 5], *ROWS))
    merged = [[1, "团碾", "T-1", 3.5], [2, None, "T-2", 4]]
    content = xlsx(HEADER, *merged, merges=["B2:B3"])
    yield Case("Excel 的排法", "村上下合并", "下发.xlsx", content)
    yield Case("Excel 的排法", "两张表", "下发.xlsx", xlsx(HEADER, ROWS[0], 二=[HEADER, ROWS[1]]))
    said = xlsx(HEADER, *ROWS, 说明=[["这张表怎么填"], ["一行一块"]])
    yield Case("Excel 的排法", "另有一张说明", "下发.xlsx", said)
    wide = xlsx([*HEADER, "备注", "备注"], *([*row, "好", "也好"] for row in ROWS))
    yield Case("Excel 的排法", "两列同名", "下发.xlsx", wide)
    names = [["村名", "地块编号", "面积"], ["团碾", "T-1", 3.5], ["白云", "T-2", 4]]
    yield Case("Excel 的排法", "面积没有写单位", "下发.xlsx", xlsx(*names), ASKED, said="单位")
    none = [["甲", "乙"], ["团碾", "T-1"]]
    yield Case("Excel 的排法", "没有认得的表头", "下发.xlsx", xlsx(*none), ASKED, said="表头")
    short = [["村", "图斑编号"], ["团碾", "T-1"]]
    yield Case("Excel 的排法", "没有面积这一列", "下发.xlsx", xlsx(*short), ASKED, said="面积")


def _cells():
    def one(what, outcome=READ, said="", *, village="团碾", code="T-1", area=3.5, head=None):
        header = [*HEADER[:3], head or HEADER[3]]
        content = xlsx(header, [1, village, code, area])
        return Case("格子的写法", what, "下发.xlsx", content, outcome, 1, said)

    for village in ("团碾村", "太平镇团碾村", " 团碾 ", "团 碾", TUANNIAN):
        yield one(f"村写成“{village}”", village=village)
    heads = {"面积(平方米)": 2334.5, "面积（㎡）": 2334.5, "面积（公顷）": 0.2333, "面积/亩": 3.5}
    for head, area in heads.items():
        yield one(f"面积写成“{head}”", head=head, area=area)
    for area in ("3.5", "３．５", "1，234.5", "1,234.5", " 3.50 ", 3):
        yield one(f"面积填“{area}”", area=area)
    for code in ("001", "Ｔ-1", "T\u20111", "T\u22121", "T-1\u200b", "\ufeffT-1", 20240005, "T 1"):
        yield one(f"编号填“{code!r}”", code=code)
    yield one("十八位的编号", code="500151202400000123")
    for area in ("3,5", "三亩半", 0, -3, None, "1e400", "nan"):
        yield one(f"面积填“{area}”", REFUSED, "面积", area=area)
    for code in (None, "1.23457E+18", 1.23457e18, date(2024, 1, 2), "长" * 61):
        yield one(f"编号填“{str(code)[:12]}”", REFUSED, "编号", code=code)
    for error in ("#REF!", "#N/A"):
        yield one(f"编号是“{error}”", REFUSED, code=error)
    yield one("没有这个村", REFUSED, "村", village="天宫")
    twice = xlsx(HEADER, ROWS[0], ROWS[0])
    yield Case("格子的写法", "同一块写了两行", "下发.xlsx", twice, ASKED, said="重复")
    same = xlsx(HEADER, ROWS[0], [2, "团碾", "Ｔ－１", 3.5])
    yield Case("格子的写法", "看上去一样的编号", "下发.xlsx", same, ASKED, said="重复")


def _not_tables():
    kind = "不是表格、没有传完"
    whole = xlsx(HEADER, *ROWS)
    jpeg = encoded()
    for what, content in {
        "PDF": pdf(),
        "照片": jpeg,
        "Word": office(),
        "空的 Excel": xlsx(),
        "断了的 Excel": whole[: len(whole) // 2],
        "补成零的 Excel": whole[: len(whole) // 2] + bytes(len(whole) // 2),
        "乱码": bytes(range(256)) * 20,
        "加了密码的 Office": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096),
    }.items():
        for name in ("下发.xlsx", "下发.xls", "下发.csv"):
            yield Case(kind, f"{what}，叫 {name}", name, content, REFUSED)
    shape = geo.shapefile([geo.square()], rows=[["T-1", "团碾", 15]])
    for what, content, name in (
        ("断了的 zip", shape[: len(shape) // 2], "下发.zip"),
        ("里面什么也没有的 zip", geo.zipped({"说明.txt": "看附件".encode()}), "下发.zip"),
        ("断了的 GeoPackage", b"SQLite format 3\0" + bytes(200), "下发.gpkg"),
        ("断了的 GeoJSON", b'{"type": "FeatureCollection", "features": [', "下发.geojson"),
        ("断了的 KML", b"<kml><Document><Placemark>", "下发.kml"),
        ("单独一个 .shp", b"\x00\x00\x27\x0a" + bytes(96), "下发.shp"),
        ("没有界址点的 txt", "你好".encode(), "下发.txt"),
    ):
        yield Case(kind, what, name, content, REFUSED)


def _shapefiles():
    two = [geo.square(), geo.square(300)]
    rows = [["T-1", "团碾", 15], ["T-2", "白云", 15]]

    def shape(what, outcome=READ, said="", geometries=two, values=rows, count=2, **options):
        content = geo.shapefile(geometries, rows=values, **options)
        return Case("shapefile", what, "下发.zip", content, outcome, count, said)

    yield shape("最平常的")
    yield shape("UTF-8 的属性", encoding="utf-8", cpg="UTF-8")
    yield shape("写了 GBK 的 .cpg", cpg="GBK")
    yield shape("放在文件夹里", folder="成果/矢量/")
    yield shape("没有写坐标系", ASKED, "坐标系", prj=False)
    for code in (4496, 4507, 4490, 4326, 4544, 3857):
        yield shape(f"坐标系 EPSG:{code}", geometries=_moved(two, code), crs=f"EPSG:{code}")
    for code in (2359, 2431):
        yield shape(f"老坐标系 EPSG:{code}", ASKED, "坐标系", crs=f"EPSG:{code}")
    hole, turned = geo.with_hole(), geo.with_hole(clockwise=True)
    yield shape("有洞的", geometries=[hole, geo.square(300)])
    yield shape("洞画反了的", geometries=[turned, geo.square(300)])
    yield shape("自己穿过自己的", geometries=[geo.bow_tie(), geo.square(300)])
    yield shape("没有图形的一行", REFUSED, "没有图形", geometries=[None, geo.square(300)])
    flat = shapely.Polygon([(geo.X, geo.Y), (geo.X + 9, geo.Y), (geo.X + 5, geo.Y)])
    yield shape("围不成面的", REFUSED, "图形", geometries=[flat, geo.square(300)])
    both = {"a.zip": geo.shapefile(two[:1], rows=rows[:1])}
    yield Case("shapefile", "zip 里又是 zip", "下发.zip", geo.zipped(both), REFUSED)
    yield shape("同一块画了两部分", ASKED, "合并", values=[rows[0], rows[0]])


def _moved(geometries, code):
    import pyproj

    move = pyproj.Transformer.from_crs(4523, code, always_xy=True)
    return [
        shapely.transform(each, lambda xy: np.column_stack(move.transform(*xy.T)))
        for each in geometries
    ]


def _databases():
    two = [geo.square(), geo.square(300)]
    columns = {"图斑编号": ["T-1", "T-2"], "村名": ["团碾", "白云"], "面积_亩": [15, 15]}
    yield Case("GeoPackage、gdb", "GeoPackage", "下发.gpkg", geo.gpkg(two, columns))
    yield Case("GeoPackage、gdb", "文件地理数据库", "下发.zip", geo.gdb(two, columns))
    whole = {**columns, "图斑编号": [500151202400000123, 500151202400000124]}
    yield Case("GeoPackage、gdb", "十八位整数的编号", "下发.gpkg", geo.gpkg(two, whole))
    packed = geo.zipped({"图斑.gpkg": geo.gpkg(two, columns)})
    yield Case("GeoPackage、gdb", "zip 里的 GeoPackage", "下发.zip", packed)
    lines = [geo.square().exterior, geo.square(300).exterior]
    content = geo.gpkg(lines, columns, geometry_type="LineString")
    yield Case("GeoPackage、gdb", "线图层", "下发.gpkg", content, REFUSED, said="不是面")


def _texts():
    facts = {"图斑编号": "T-1", "村": "团碾", "面积（亩）": 15}
    corners = list(DEGREES.exterior.coords)[:-1]
    mark = geo.kml(("T-1", facts, corners))
    plain = geo.geojson([DEGREES], [facts])
    for what, content in {
        "最平常的": plain,
        "带签名的": b"\xef\xbb\xbf" + plain,
        "GBK 的": plain.decode().encode("gbk"),
        "坐标系写空的": plain[:-1] + b', "crs": null}',
        "坐标系里没有名字的": plain[:-1] + b', "crs": {"type": "name", "properties": null}}',
        "写了 4490 的": geo.geojson([DEGREES], [facts], crs=4490),
        "只有一个图形的": plain[plain.index(b"[") + 1 : -2],
    }.items():
        yield Case("GeoJSON", what, "下发.geojson", content, rows=1)
    for what, shape in {
        "没有图形": None,
        "是点": shapely.Point(106.05, 29.85),
    }.items():
        content = geo.geojson([shape], [facts])
        yield Case("GeoJSON", what, "下发.geojson", content, REFUSED, said="图形")
    empty = plain.replace(plain[plain.index(b"[[[") : plain.index(b"]]]") + 3], b"[]")
    yield Case("GeoJSON", "空的图形", "下发.geojson", empty, REFUSED, said="图形")
    tiny = geo.geojson(
        [shapely.box(106.05, 29.85, 106.05 + 1e-8, 29.85 + 1e-8)], [{**facts, "面积（亩）": ""}]
    )
    yield Case("GeoJSON", "小得量不出面积", "下发.geojson", tiny, REFUSED, said="图形")
    yield Case("KML、KMZ", "最平常的", "下发.kml", mark, rows=1)
    yield Case("KML、KMZ", "KMZ", "下发.kmz", geo.zipped({"doc.kml": mark}), rows=1)
    declared = b'<?xml version="1.0" encoding="UTF-16"?>'.decode() + mark.decode()
    yield Case("KML、KMZ", "UTF-16 的", "下发.kml", declared.encode("utf-16"), rows=1)
    yield Case("KML、KMZ", "没有地标的", "下发.kml", b"<kml></kml>", REFUSED, said="地标")
    bomb = b'<!DOCTYPE a [<!ENTITY a "x">]>' + mark
    yield Case("KML、KMZ", "带实体的", "下发.kml", bomb, REFUSED, said="KML")
    ring = [(geo.X, geo.Y), (geo.X + 100, geo.Y), (geo.X + 100, geo.Y + 100), (geo.X, geo.Y + 100)]
    for coded, encoding in {"GBK": "gb18030", "UTF-8": "utf-8"}.items():
        content = geo.points([("T-1", [ring])], encoding=encoding)
        yield Case("界址点", f"{coded} 的", "下发.txt", content, REFUSED, said="村")
    content = geo.points([("T-1", [ring])], system="80国家大地坐标系")
    yield Case("界址点", "老坐标系的", "下发.txt", content, ASKED, said="坐标系")


def _photos():
    block = exif(taken="2024:09:05 10:11:12", gps=TONGLIANG, orientation=6)
    whole = encoded(exif=block)
    at = whole.index(b"\xff\xdb")
    for what, content in {
        "JPEG": whole,
        "渐进式 JPEG": encoded(exif=block, progressive=True),
        "PNG": encoded(format="PNG", exif=block),
        "WebP": encoded(format="WEBP", exif=block),
        "夹着杂物的 JPEG": whole[:at] + b"\x01\x02\x03" + whole[at:],
        "颜色说明坏了的 JPEG": whole[:at] + b"\xff\xe2\x00\x0fICC_PROFILE\x00\x01" + whole[at:],
    }.items():
        yield Case("照片", what, "IMG.jpg", content, rows=1)
    for what, content in {
        "断了的 JPEG": whole[: len(whole) // 2],
        "补成零的 JPEG": whole[: len(whole) // 2] + bytes(len(whole) // 2),
        "断了的 PNG": encoded(format="PNG")[:80],
        "空文件": b"",
        "网页": b"<!doctype html><html></html>",
        "GIF": b"GIF89a" + bytes(100),
    }.items():
        yield Case("照片", what, "IMG.jpg", content, REFUSED)
