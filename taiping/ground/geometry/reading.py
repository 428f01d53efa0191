"""矢量文件 → 图层：zip（shapefile、文件地理数据库等）、GeoPackage、GeoJSON、KML、KMZ、界址点 TXT。

只有二进制的几种交给 GDAL，交之前先看文件头；文字的几种自己读，谁也不能用它指到别的文件去。
"""

from __future__ import annotations

import io
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from taiping.ground.geometry.archive import Unpacked, unpack
from taiping.ground.geometry.boundary_points import read_points
from taiping.ground.geometry.crs import understand
from taiping.ground.geometry.dbf import read_dbf
from taiping.ground.geometry.geojson import read_geojson
from taiping.ground.geometry.geopackage import DAMAGED, refuse_computed
from taiping.ground.geometry.kml import read_kml
from taiping.ground.libraries import np, pyogrio, shapely
from taiping.ground.tables import TableError, within_limits

SUFFIXES = (".zip", ".gpkg", ".geojson", ".json", ".geojsonl", ".ndjson", ".kml", ".kmz", ".txt")
MAX_FEATURES = 200_000
PART = 500  # 一段送回几个图形
SHP_START = b"\x00\x00\x27\x0a"
GPKG_START = b"SQLite format 3\x00"
ZIP_START = b"PK\x03\x04"
BLANK = b" \t\r\n\xef\xbb\xbf"
POINTS_AND_LINES = {"Point", "MultiPoint", "LineString", "LinearRing", "MultiLineString"}
NAMED = 3  # 一句话里点几个名
TABLES = (".xlsx", ".xls", ".et", ".csv")
PACKED = (".zip", ".rar", ".7z")
LONELY = "只有“{}”一个文件不够。请把同名的 .shp、.shx、.dbf、.prj 一起压缩成 zip 再传。"


@dataclass(eq=False)
class Layer:
    """一个图层：rows[i] 的值按 fields 的次序，geometries[i] 是原始坐标的图形或 None；crs 没写是 None。"""

    name: str
    fields: list[str]
    rows: list[list]
    geometries: list[shapely.Geometry | None]
    crs: str | None = None
    cut: set[str] = field(default_factory=set)  # 被截断的字段名
    encoding: str = ""
    notes: list[str] = field(default_factory=list)  # 读的时候要说的话
    faults: dict[int, str] = field(default_factory=dict)  # 第几个图形读不出，为什么


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
    given = [content]
    del content  # 解开以后用不着，上百兆，不能一直占着
    for layer in _read_vector(given.pop(), suffix, name):
        geometries, layer.geometries = layer.geometries, []
        yield layer
        for start in range(0, len(geometries), PART):
            yield geometries[start : start + PART]
            geometries[start : start + PART] = [None] * len(geometries[start : start + PART])


def _read_vector(content, suffix, name):
    if suffix in (".shp", ".dbf", ".shx"):
        raise TableError(LONELY.format(name or suffix))
    if not content:
        raise TableError("这是一个空文件（0 字节）。请检查文件是否传完整。")
    with tempfile.TemporaryDirectory(prefix="geo-") as folder:
        items, others = _items(content, suffix, name, folder)
        del content
        layers = []
        refusals = []
        for item in items:
            try:
                found = _layers(item)
                layers += found
                if not found and item.parts:  # 没有主人的 .prj、.cpg
                    others += [f"{item.name}{part}" for part in item.parts]
            except TableError as refusal:
                refusals.append(f"“{item.name}”没有读：{refusal}" if len(items) > 1 else refusal)
    if not layers:
        raise TableError(_nothing(refusals, others))
    layers, notes = _with_polygons(layers)
    notes += [str(refusal) for refusal in refusals]
    if others:
        notes.append(f"压缩包里还有{_listed(others)}，不是图斑数据，没有读。")
    layers[0].notes[:0] = notes
    if sum(len(layer.rows) for layer in layers) > MAX_FEATURES:
        raise TableError(f"里面的图形超过 {MAX_FEATURES} 个。请只留要整治的图斑，或拆成几份。")
    return layers


def _items(content, suffix, name, folder):
    """([一份份数据], [压缩包里不认得的文件])。是不是压缩包看内容：KMZ 常被改名成 .kml，反过来也有。"""
    is_packed = content.startswith(ZIP_START)
    if suffix in (".zip", ".kmz") and content[:200].lstrip(BLANK).startswith(b"<"):
        suffix = ".kml"
    elif is_packed or suffix in (".zip", ".kmz"):
        items, others = unpack(io.BytesIO(content), folder)
        # 说明文字（.txt）跟着别的数据来的，不当界址点读
        texts = [item for item in items if ".txt" in item.parts]
        if len(texts) < len(items):
            items = [item for item in items if item not in texts]
            others += [f"{item.name}.txt" for item in texts]
        return items, others
    path = Path(folder) / f"0{suffix}"
    path.write_bytes(content)
    return [Unpacked(Path(name).stem or "图斑", path, {suffix: path})], []


def _nothing(refusals, others):
    """一个图层也没有读出来：为什么。"""
    if refusals:
        return "".join(str(refusal) for refusal in refusals[:NAMED])
    packed = [name for name in others if name.lower().endswith((*TABLES, *PACKED))]
    if packed:
        return f"里面没有图斑数据，有{_listed(packed)}。请先解开这个压缩包，把里面的直接传上来。"
    found = f"，只有{_listed(others)}" if others else ""
    return (
        f"里面没有找到图斑数据{found}。请把 shapefile（.shp、.shx、.dbf、.prj）、文件地理数据库（.gdb）、"
        ".gpkg、.geojson、.kml 或界址点 .txt 压缩成 zip 再传。"
    )


def _listed(names):
    told = "、".join(f"“{name[:40]}”" for name in names[:NAMED])
    return f"{told}等 {len(names)} 个文件" if len(names) > NAMED else told


def _with_polygons(layers):
    """(要的图层, 要说的话)：和面一起来的点、线图层不读，说一声；一个面也没有的照样给。"""
    kinds = {id(layer): _kinds(layer) for layer in layers}
    left = [layer for layer in layers if kinds[id(layer)] and kinds[id(layer)] <= POINTS_AND_LINES]
    kept = [layer for layer in layers if layer not in left]
    if not left or not any(kinds[id(layer)] for layer in kept):
        return layers, []
    return kept, [f"图层{_listed([layer.name for layer in left])}里只有点、线，没有面，没有读。"]


def _kinds(layer):
    return {geometry.geom_type for geometry in layer.geometries if geometry is not None}


def _layers(item):
    if item.path.suffix == ".gdb":
        return _by_gdal(item.path, item.name)
    if ".gpkg" in item.parts:
        path = _checked(item.parts[".gpkg"], GPKG_START, item.name)
        refuse_computed(path, item.name)
        return _by_gdal(path, item.name)
    if item.parts.keys() & {".shp", ".dbf", ".shx"}:
        return [_shapefile(item)]
    for suffix, read in TEXTS.items():
        if suffix in item.parts:
            found = read(item.parts[suffix].read_bytes())
            return [_layer(item.name, **vars(found))]
    return []


TEXTS = {
    ".geojson": read_geojson,
    ".json": read_geojson,
    ".geojsonl": read_geojson,
    ".ndjson": read_geojson,
    ".kml": read_kml,
    ".txt": read_points,
}


def _checked(path, start, name):
    with path.open("rb") as stream:
        if stream.read(len(start)) != start:
            raise TableError(DAMAGED.format(name))
    return path


def _layer(name, fields, rows, geometries, crs, **more):
    """经纬度坐标系、数值却不是度：文件写的不算，当作没有写。"""
    present = [geometry for geometry in geometries if geometry is not None]
    bounds = shapely.bounds(np.array(present, dtype=object))
    has_points = bool(len(present)) and not np.isnan(bounds).all()
    if crs and has_points and np.nanmax(np.abs(bounds)) > 361 and _is_degrees(crs):
        crs = None
        more["notes"] = [*more.get("notes", ()), f"“{name}”应当是经纬度，数值却不是度。"]
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
    geometries = dict(zip(map(int, numbers), _parsed_all(geometry), strict=True))
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


def _parsed_all(wkbs):
    """一个个地认，认过一个放下一个：上百兆的图形不用摆两份。"""
    for at, wkb in enumerate(wkbs):
        wkbs[at] = None
        yield _parsed(wkb)


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
        rows = rows or [[] for _ in range(len(geometry))]
        fields = [str(field) for field in meta["fields"]]
        geometries = [*_parsed_all(geometry)]
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
