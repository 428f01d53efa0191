"""GeoJSON：一份集合、一个接一个的要素（GeoJSONSeq）、ArcGIS 的 JSON，都读；crs 写得怪的看它是什么意思。"""

from __future__ import annotations

import json
import re
from json.decoder import JSONDecodeError

from taiping.ground.geometry.crs import old_datum_in, understand
from taiping.ground.geometry.features import DEGREES, Features, decoded, rings_of, tabled
from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError

EPSG = re.compile(r"(?:^|EPSG:+(?:[\d.]*:)?)(\d{4,6})$", re.IGNORECASE)
NAME = re.compile(r"[\w /:.()\-]{1,80}")  # 坐标系的名字；别的写法不拿去认
BETWEEN = " \t\r\n,\x1e\ufeff"  # 一个接一个的要素之间
NO_FEATURES = "这份 GeoJSON 里没有图斑（features）。请在制图软件里把面图层导出成 GeoJSON。"


def read_geojson(content: bytes) -> Features:
    """→ Features。没有写 crs 的按标准是经纬度。"""
    roots = _values(decoded(content))
    features = []
    for root in roots:
        features += _features_in(root)
    notes = []
    if blank := features.count(None):
        features = [feature for feature in features if feature is not None]
        notes.append(f"有 {blank} 个要素是空的（null），没有读。")
    if not features or not all(_is_feature(feature) for feature in features):
        raise TableError(NO_FEATURES)
    stated = next((crs for root in roots if (crs := _crs_in(root))), None)
    crs = _understood(stated, notes)
    fields, rows = tabled([_facts(feature) for feature in features])
    geometries = [_shape(feature.get("geometry")) for feature in features]
    return Features(fields, rows, geometries, crs, notes)


def _values(text):
    """文件里一个接一个的 JSON；平常只有一个。"""
    decoder = json.JSONDecoder()
    values = []
    at = _next(text, 0)
    while at < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except JSONDecodeError as error:
            raise TableError(_told(error, text)) from None
        except (ValueError, RecursionError):
            raise TableError("这份 GeoJSON 一层套一层太深，读不了。请重新导出再传。") from None
        values.append(value)
        at = _next(text, at)
    return values


def _next(text, at):
    while at < len(text) and text[at] in BETWEEN:
        at += 1
    return at


def _told(error, text):
    end = text.rstrip()
    if error.pos >= len(end) or not end.endswith(("}", "]")):
        return f"这份 GeoJSON 到第 {text.count(chr(10)) + 1} 行就断了，没有写完。请重新导出再传。"
    near = text[error.pos : error.pos + 20].strip()
    return (
        f"这份 GeoJSON 第 {error.lineno} 行第 {error.colno} 列读不下去，在“{near}”附近。"
        "请在那里改好，或重新导出再传。"
    )


def _features_in(root):
    if isinstance(root, list):
        return root
    if not isinstance(root, dict):
        raise TableError(NO_FEATURES)
    if root.get("type") == "Topology":
        raise TableError("这是 TopoJSON，不是 GeoJSON。请在制图软件里把面图层导出成 GeoJSON。")
    features = root.get("features")
    if features is None and root.get("type") == "Feature":
        features = [root]
    if not isinstance(features, list):
        raise TableError(NO_FEATURES)
    return features


def _is_feature(value):
    return isinstance(value, dict) and isinstance(_facts(value), dict)


def _facts(feature):
    """要素的字段；ArcGIS 的 JSON 写在 attributes 里。"""
    return feature.get("properties") or feature.get("attributes") or {}


def _shape(geometry):
    if not geometry:
        return None
    try:
        if isinstance(geometry, dict) and "rings" in geometry and "type" not in geometry:
            rings = [[(point[0], point[1]) for point in ring] for ring in geometry["rings"]]
            return rings_of(dict(enumerate(rings)))
        return shapely.geometry.shape(geometry)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        RecursionError,
        shapely.errors.ShapelyError,
    ):
        return shapely.Polygon()


def _crs_in(root):
    """文件写的坐标系：名字、代码，各种写法都有人用；没写是空的。"""
    if not isinstance(root, dict):
        return ""
    if isinstance(esri := root.get("spatialReference"), dict):
        return str(esri.get("latestWkid") or esri.get("wkid") or "")
    crs = root.get("crs")
    if isinstance(crs, dict):
        about = crs.get("properties")
        about = about if isinstance(about, dict) else crs
        crs = about.get("name") or about.get("code")
    return str(crs) if isinstance(crs, (str, int)) and not isinstance(crs, bool) else ""


def _understood(stated, notes):
    stated = (stated or "").strip()
    if not stated or "CRS84" in stated.upper():
        return DEGREES
    if found := EPSG.search(stated):
        return f"EPSG:{found[1]}"
    if old := old_datum_in(stated):
        return old
    if NAME.fullmatch(stated):
        known, reason = understand(stated)
        if known or "认不出" not in reason:
            return stated
    notes.append(
        f"文件写的坐标系“{stated[:40]}”认不出，数值是经纬度的按 WGS84 经纬度读，请核对位置。"
    )
    return DEGREES
