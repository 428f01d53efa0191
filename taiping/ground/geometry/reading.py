"""矢量文件 → 图层：zip（shapefile、文件地理数据库等）、GeoPackage、GeoJSON、KML、KMZ、界址点 TXT。

只有二进制的几种交给 GDAL，交之前先看文件头；文字的几种自己读，谁也不能用它指到别的文件去。
"""

from __future__ import annotations

import io
import sqlite3
import tempfile
import warnings
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from taiping.ground.geometry import formats
from taiping.ground.geometry.archive import Unpacked, unpack
from taiping.ground.geometry.crs import understand
from taiping.ground.geometry.dbf import read_dbf
from taiping.ground.libraries import np, pyogrio, shapely
from taiping.ground.tables import TableError, within_limits

SUFFIXES = (".zip", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".txt")
MAX_FEATURES = 200_000
PART = 500  # 一段送回几个图形
SHP_START = b"\x00\x00\x27\x0a"
GPKG_START = b"SQLite format 3\x00"
DAMAGED = "“{}”读不出来，可能没有传完整。请重新导出再传。"
# GeoPackage 标准自己带的触发器：只在写的时候管用，我们从不写
STANDARD_TRIGGERS = (
    "gpkg_",
    "rtree_",
    "trigger_insert_feature_count_",
    "trigger_delete_feature_count_",
)
LONELY = "只有“{}”一个文件不够。请把同名的 .shp、.shx、.dbf、.prj 一起压缩成 zip 再传。"


@dataclass
class Layer:
    """一个图层：rows[i] 的值按 fields 的次序，geometries[i] 是原始坐标的图形或 None；crs 没写是 None。"""

    name: str
    fields: list[str]
    rows: list[list]
    geometries: list[shapely.Geometry | None]
    crs: str | None = None
    cut: set[str] = field(default_factory=set)  # 被截断的字段名
    encoding: str = ""


def read_vector(content: bytes, suffix: str, name: str = "") -> list[Layer]:
    """文件的 bytes、后缀和原文件名 → [Layer]，至少一个；读不了抛 TableError，读不完抛 TooHeavy。"""
    layers = []
    for part in within_limits(_in_parts, content, suffix, name):
        if isinstance(part, Layer):
            layers.append(part)
        else:
            layers[-1].geometries += part
    return layers


def _in_parts(content, suffix, name):
    """图层一个个送回来，图形跟在后面一段段地送：上百兆的图形不用在两边各摆两份。"""
    for layer in _read_vector(content, suffix, name):
        geometries, layer.geometries = layer.geometries, []
        yield layer
        for start in range(0, len(geometries), PART):
            yield geometries[start : start + PART]
            geometries[start : start + PART] = [None] * len(geometries[start : start + PART])


def _read_vector(content, suffix, name):
    if suffix in (".shp", ".dbf", ".shx"):
        raise TableError(LONELY.format(name or suffix))
    with tempfile.TemporaryDirectory(prefix="geo-") as folder:
        if suffix in (".zip", ".kmz"):
            items = unpack(io.BytesIO(content), folder)
        else:
            path = Path(folder) / f"0{suffix}"
            path.write_bytes(content)
            items = [Unpacked(Path(name).stem or "图斑", path, {suffix: path})]
        # 说明文字（.txt）跟着别的数据来的，不当界址点读
        if any(".txt" not in item.parts for item in items):
            items = [item for item in items if ".txt" not in item.parts]
        layers = []
        for item in items:
            layers += _layers(item)
    if not layers:
        raise TableError(
            "里面没有找到图斑数据。请把 shapefile（.shp、.shx、.dbf、.prj）、文件地理数据库（.gdb）、"
            ".gpkg、.geojson、.kml 或界址点 .txt 压缩成 zip 再传。"
        )
    if sum(len(layer.rows) for layer in layers) > MAX_FEATURES:
        raise TableError(f"里面的图形超过 {MAX_FEATURES} 个。请只留要整治的图斑，或拆成几份。")
    return layers


def _layers(item):
    if item.path.suffix == ".gdb":
        return _by_gdal(item.path, item.name)
    if ".gpkg" in item.parts:
        path = _checked(item.parts[".gpkg"], GPKG_START, item.name)
        _refuse_computed(path, item.name)
        return _by_gdal(path, item.name)
    if item.parts.keys() & {".shp", ".dbf", ".shx"}:
        return [_shapefile(item)]
    for suffix, read in TEXTS.items():
        if suffix in item.parts:
            fields, rows, geometries, crs = read(item.parts[suffix].read_bytes())
            return [_layer(item.name, fields, rows, geometries, crs)]
    return []


TEXTS = {
    ".geojson": formats.read_geojson,
    ".json": formats.read_geojson,
    ".kml": formats.read_kml,
    ".txt": formats.read_points,
}


def _checked(path, start, name):
    with path.open("rb") as stream:
        if stream.read(len(start)) != start:
            raise TableError(DAMAGED.format(name))
    return path


def _refuse_computed(path, name):
    """图层要是存着的表：视图、触发器和虚拟表是一读就要执行的句子，可能没有尽头，交给 GDAL 以前就拒绝。"""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
            stored = database.execute(
                "SELECT name, type, rootpage, sql FROM sqlite_schema"
            ).fetchall()
    except (sqlite3.Error, UnicodeDecodeError):
        raise TableError(DAMAGED.format(name)) from None
    computed = [str(thing) for thing, *about in stored if _is_computed(str(thing).lower(), *about)]
    if computed:
        shown = "、".join(f"“{thing[:40]}”" for thing in computed[:3])
        raise TableError(
            f"“{name}”里的{shown}不是存着的图层（是视图、触发器或虚拟表），不能用。"
            "请在制图软件里把图斑图层导出成一份新的 GeoPackage 或 shapefile 再传。"
        )


def _is_computed(name, kind, rootpage, sql):
    if kind == "trigger":
        return not name.startswith(STANDARD_TRIGGERS)
    if rootpage:
        return False  # 存着的表和索引才有自己的页
    statement = "".join(str(sql).upper().split())
    is_spatial_index = name.startswith("rtree_") and "USINGRTREE(" in statement
    return not is_spatial_index


def _layer(name, fields, rows, geometries, crs, **more):
    """经纬度坐标系、数值却不是度：文件写的不算，当作没有写。"""
    present = [geometry for geometry in geometries if geometry is not None]
    bounds = shapely.bounds(np.array(present, dtype=object))
    has_points = bool(len(present)) and not np.isnan(bounds).all()
    if crs and has_points and np.nanmax(np.abs(bounds)) > 361 and _is_degrees(crs):
        crs = None
    return Layer(name, fields, rows, geometries, crs, **more)


def _is_degrees(crs):
    found, _ = understand(crs)
    return found is not None and found.is_geographic


def _shapefile(item):
    if missing := [suffix for suffix in (".shp", ".dbf") if suffix not in item.parts]:
        raise TableError(
            f"“{item.name}”缺 {'、'.join(missing)} 文件。请把同名的 .shp、.shx、.dbf、.prj 一起压缩成 zip 再传。"
        )
    path = _checked(item.parts[".shp"], SHP_START, item.name)
    cpg = item.parts[".cpg"].read_text("ascii", "ignore") if ".cpg" in item.parts else ""
    table = read_dbf(item.parts[".dbf"].read_bytes(), cpg)
    # 只让 GDAL 读图形；属性表换成空的位置，免得它被截断的汉字字段名绊住。
    item.parts[".dbf"].unlink()
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})
    try:
        meta, numbers, geometry, _ = _read(path, item.name, columns=[], return_fids=True)
    except UnboundLocalError:  # pyogrio 遇到写坏的 .prj 会这样：当作没有写坐标系，由人确认
        item.parts[".prj"].unlink()
        meta, numbers, geometry, _ = _read(path, item.name, columns=[], return_fids=True)
    geometries = dict(zip(map(int, numbers), map(_parsed, geometry), strict=True))
    rows = []
    shapes = []
    for at, record in enumerate(table.records):
        if record is not None:  # 删掉的不要
            rows.append(record)
            shapes.append(geometries.get(at))
    for at in sorted(geometries):
        if at >= len(table.records):  # 属性表短了一截，图形还在
            rows.append([None] * len(table.fields))
            shapes.append(geometries[at])
    return _layer(
        item.name,
        table.fields,
        rows,
        shapes,
        meta["crs"],
        cut=table.cut,
        encoding=table.encoding,
    )


def _by_gdal(path, name):
    try:
        listed = [(str(layer), kind) for layer, kind in pyogrio.list_layers(path)]
    except (pyogrio.errors.DataSourceError, UnicodeDecodeError):
        raise TableError(DAMAGED.format(name)) from None
    layers = []
    for layer, kind in listed:
        if kind is None:
            continue  # 没有图形的表
        try:
            meta, _, geometry, columns = _read(path, name, layer=layer)
        except UnboundLocalError:
            raise TableError(DAMAGED.format(name)) from None
        plain = [map(_plain, column) for column in columns]
        rows = [list(values) for values in zip(*plain, strict=True)]
        rows = rows or [[] for _ in geometry]
        fields = [str(field) for field in meta["fields"]]
        geometries = [_parsed(wkb) for wkb in geometry]
        layers.append(_layer(layer, fields, rows, geometries, meta["crs"]))
    return layers


def _read(path, name, **options):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # 丢掉 M 值之类的提醒
            return pyogrio.raw.read(path, **options)
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.GeometryError,
        UnicodeDecodeError,
        ValueError,
    ):
        raise TableError(DAMAGED.format(name)) from None


def _parsed(wkb):
    """WKB → 图形；没有的是 None，读不出的是空的面。"""
    if wkb is None:
        return None
    return shapely.from_wkb(wkb, on_invalid="ignore") or shapely.Polygon()


def _plain(value):
    """GDAL 给的值 → Python 的值：没有是 None。"""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else value.astype("datetime64[s]").item()
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.hex() if isinstance(value, bytes) else value
