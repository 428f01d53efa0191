"""带精确坐标的导出：GeoPackage 和 GeoJSON，坐标是 EPSG:4490（GeoJSON 按标准当作 WGS84 经纬度，数值一样）。"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from django.db.models import QuerySet

from plots.models import Patch
from taiping.ground.area import plain
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import np, pyogrio, shapely

COLUMNS = {
    "图斑编号": "code",
    "目标任务": "target__name",
    "村": "village__name",
    "面积（亩）": "area_mu",
    "量算面积（亩）": "shape__measured_mu",
    "小地名": "place",
    "承包人": "contractor",
    "变化前地类": "land_before",
    "变化后地类": "land_after",
    "状态": "status",
}
AMOUNTS = ("面积（亩）", "量算面积（亩）")


def _rows(patches):
    """有图形的图斑：(一行的值 {列名: 值}, WKB)。面积是文字，一位不差。"""
    names = [*COLUMNS.values(), "shape__wkb"]
    shaped = patches.filter(shape__isnull=False).order_by("target__order", "village__order", "code")
    states = dict(patches.model._meta.get_field("status").choices)
    for *values, wkb in shaped.values_list(*names).iterator(chunk_size=1000):
        facts = dict(zip(COLUMNS, values, strict=True))
        facts["状态"] = states[facts["状态"]]
        for name in AMOUNTS:
            facts[name] = plain(facts[name])
        yield facts, bytes(wkb)


def geojson(patches: QuerySet[Patch]) -> tuple[bytes, str, int]:
    """→ (UTF-8 的 bytes, 类型, 个数)。"""
    features = [
        {
            "type": "Feature",
            "properties": facts,
            "geometry": json.loads(shapely.to_geojson(load(wkb))),
        }
        for facts, wkb in _rows(patches)
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return content.encode(), "application/geo+json", len(features)


def geopackage(patches: QuerySet[Patch]) -> tuple[bytes, str, int]:
    """→ (bytes, 类型, 个数)。"""
    rows = list(_rows(patches))
    columns = []
    for name in COLUMNS:
        columns.append(np.array([facts[name] for facts, _ in rows], dtype=object))
    geometries = np.array([wkb for _, wkb in rows], dtype=object)
    with tempfile.TemporaryDirectory(prefix="geo-") as folder:
        path = Path(folder) / "patches.gpkg"
        pyogrio.raw.write(
            path,
            geometries,
            columns,
            list(COLUMNS),
            driver="GPKG",
            layer="图斑",
            crs="EPSG:4490",
            geometry_type="MultiPolygon",
            promote_to_multi=True,
        )
        return path.read_bytes(), "application/geopackage+sqlite3", len(rows)


FORMATS = {"geojson": geojson, "gpkg": geopackage}
