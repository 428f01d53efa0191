"""测试自己写的矢量文件：shapefile（各种编码、坐标系写法）、GeoPackage、GeoJSON、KML、文件地理数据库、界址点 TXT。

坐标按 EPSG:4523。在中央经线（x = 35 500 000）附近，平面面积就是实地面积：百米见方是 15 亩。
"""

import io
import json
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import shapely

X, Y = 35_500_000, 3_303_000
DBF = ["图斑编号", "村名", "面积_亩"]


def square(east=0, north=0, side=100):
    """离原点向东、向北多少米的正方形，边长米。"""
    return shapely.box(X + east, Y + north, X + east + side, Y + north + side)


def bow_tie(east=0, north=0, side=100):
    """自相交的：两个尖对尖的三角形，合起来是正方形的一半。"""
    x, y = X + east, Y + north
    return shapely.Polygon([(x, y), (x + side, y + side), (x + side, y), (x, y + side)])


def with_hole(side=100, hole=40, clockwise=False):
    """中间有洞的；内外圈都画成同一个方向，读的人要自己认得洞。"""
    outer, inner = square(side=side).exterior, square(30, 30, hole).exterior
    rings = [list(ring.coords)[:: -1 if clockwise else 1] for ring in (outer, inner)]
    return shapely.Polygon(rings[0], [rings[1]])


def written(driver, suffix, geometries, columns, crs="EPSG:4523", **options):
    """用 GDAL 写，返回 {文件名: bytes}。columns 是 {字段: [值]}。"""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wkb = np.array(
            [None if g is None else shapely.to_wkb(g, flavor="iso") for g in geometries],
            dtype=object,
        )
        kind = options.pop("geometry_type", "Unknown" if driver == "GPKG" else "Polygon")
        pyogrio.raw.write(
            Path(folder) / f"tb{suffix}",
            wkb,
            [np.array(v, dtype=object) for v in columns.values()],
            list(columns),
            driver=driver,
            crs=crs,
            geometry_type=kind,
            **options,
        )
        found = [path for path in Path(folder).rglob("*") if path.is_file()]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def gpkg(geometries, columns, **options):
    return written("GPKG", ".gpkg", geometries, columns, layer="图斑", **options)["tb.gpkg"]


def gdb(geometries, columns, **options):
    options = {"geometry_type": "MultiPolygon", "promote_to_multi": True, **options}
    return zipped(written("OpenFileGDB", ".gdb", geometries, columns, **options))


def dbf(fields, rows, encoding="gb18030", language=0):
    """自己写的 .dbf：字段名按字节截到 10 位，值按字节截到 30 位，和老软件一样不管汉字的半边。"""
    width = 30
    head = struct.pack(
        "<BBBBIHH", 3, 124, 1, 1, len(rows), 33 + 32 * len(fields), 1 + width * len(fields)
    )
    head += bytes(17) + bytes([language]) + bytes(2)
    for name in fields:
        head += (
            name.encode(encoding)[:10].ljust(11, b"\0")
            + b"C"
            + bytes(4)
            + bytes([width, 0])
            + bytes(14)
        )
    body = b""
    for row in rows:
        body += b" " + b"".join(str(value).encode(encoding)[:width].ljust(width) for value in row)
    return head + b"\r" + body + b"\x1a"


def shapefile(
    geometries,
    fields=DBF,
    rows=(),
    *,
    folder="",
    stem="tb",
    cpg=None,
    crs="EPSG:4523",
    prj=True,
    **more,
):
    """zip 里的 shapefile：图形由 GDAL 写，属性表自己写。"""
    files = written("ESRI Shapefile", ".shp", geometries, {"id": list(range(len(geometries)))}, crs)
    files = {f"{folder}{stem}{Path(name).suffix}": content for name, content in files.items()}
    del files[f"{folder}{stem}.cpg"]
    files[f"{folder}{stem}.dbf"] = dbf(fields, rows, **more)
    if cpg is not None:
        files[f"{folder}{stem}.cpg"] = cpg.encode()
    if not prj:
        files.pop(f"{folder}{stem}.prj", None)
    return zipped(files)


def zipped(files, encoding=None):
    """encoding="gbk" 时文件名照 Windows 的写法：GBK 字节，不带 UTF-8 标记。"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(
                GbkName(name) if encoding else zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED
            )
    return stream.getvalue()


class GbkName(zipfile.ZipInfo):
    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits


def geojson(geometries, rows, crs=None):
    """geometries 是已经按经纬度的；rows 是 [{字段: 值}]。"""
    features = [
        {"type": "Feature", "properties": row, "geometry": g and json.loads(shapely.to_geojson(g))}
        for g, row in zip(geometries, rows, strict=True)
    ]
    data = {"type": "FeatureCollection", "features": features}
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{crs}"}}
    return json.dumps(data, ensure_ascii=False).encode()


def kml(*marks):
    """marks：(名字, {字段: 值}, [(经, 纬)…])。"""
    said = ""
    for name, facts, points in marks:
        data = "".join(
            f'<Data name="{key}"><value>{value}</value></Data>' for key, value in facts.items()
        )
        line = " ".join(f"{lon},{lat},0" for lon, lat in [*points, points[0]])
        said += (
            f"<Placemark><name>{name}</name><ExtendedData>{data}</ExtendedData><Polygon><outerBoundaryIs><LinearRing>"
            f"<coordinates>{line}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{said}</Document></kml>'.encode()


def points(plots, *, system="2000国家大地坐标系", zone="35", encoding="gb18030"):
    """界址点 TXT；plots 是 [(编号, [圈…])]，圈是 [(东, 北)…]，文件里北在前。"""
    lines = [
        "[属性描述]",
        f"坐标系={system}",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone}",
        "精度=0.001",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    for code, rings in plots:
        lines.append(f"{sum(map(len, rings))},0.9999,{code},某地块,面,,耕地,0101,@")
        for number, ring in enumerate(rings, 1):
            lines += [
                f"J{at},{number},{north:.3f},{east:.3f}" for at, (east, north) in enumerate(ring, 1)
            ]
    return "\r\n".join(lines).encode(encoding)
