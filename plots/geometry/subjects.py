"""要检查的图斑：从库里读出图形和面积。"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from plots.models import PatchShape
from taiping.ground.area import MU_PER_SQM
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely

CHUNK = 900
COLUMNS = (
    "pk",
    "patch__village_id",
    "patch__target__plan_id",
    "patch__area_mu",
    "measured_mu",
    "parts",
    "repaired",
    "wkb",
)


@dataclass
class Subject:
    """一块要检查的图斑：village、plan 是主键，geometry 是 EPSG:4490 的面。"""

    pk: int
    village: int
    plan: int
    area_mu: Decimal
    measured_mu: Decimal
    parts: int
    repaired: bool
    geometry: shapely.Geometry

    @property
    def sqm(self) -> float:
        return float(self.measured_mu / MU_PER_SQM)


def subjects_near(chosen: Collection[int] | None) -> list[Subject]:
    """变了的图斑（None 是全部），和外接框挨着它们的；拆分掉的不在内。"""
    shapes = PatchShape.objects.current().order_by()
    if chosen is not None:
        box = _box_around(shapes, chosen)
        if box is None:
            return []
        shapes = shapes.touching(*box)
    rows = shapes.values_list(*COLUMNS).iterator(chunk_size=CHUNK)
    return [Subject(*values, load(wkb)) for *values, wkb in rows]


def _box_around(shapes, chosen):
    """这些图斑合起来的外接框（最西, 最南, 最东, 最北），度；一块也没有是 None。"""
    boxes = []
    for part in chunks(chosen):
        found = shapes.filter(pk__in=part)
        boxes += found.values_list("min_lon", "min_lat", "max_lon", "max_lat")
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def chunks(values: Collection[int]) -> list[list[int]]:
    """分成一批批，每批 900 个：SQLite 一句里的参数有限。"""
    values = list(values)
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]
