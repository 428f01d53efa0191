"""要检查的图斑：从库里读出外接框和面积；图形要用时才读，一部分一部分地读，几百万个界址点也不一下子摆在内存里。"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.db.models.functions import Length

from plots.models import PatchShape
from taiping.ground.area import MU_PER_SQM
from taiping.ground.geometry.shapes import load
from taiping.ground.libraries import shapely

CHUNK = 900
AT_ONCE = 50  # 一次从库里取几块的图形
COLUMNS = (
    "pk",
    "patch__village_id",
    "patch__target__plan_id",
    "patch__area_mu",
    "measured_mu",
    "parts",
    "repaired",
    "min_lon",
    "min_lat",
    "max_lon",
    "max_lat",
)


@dataclass(slots=True)
class Subject:
    """一块要检查的图斑：village、plan 是主键，box 是外接框（最西, 最南, 最东, 最北），size 是图形的字节数。"""

    pk: int
    village: int
    plan: int
    area_mu: Decimal
    measured_mu: Decimal
    parts: int
    repaired: bool
    box: tuple[float, float, float, float]
    size: int

    @property
    def sqm(self) -> float:
        return float(self.measured_mu / MU_PER_SQM)


def subjects_near(chosen: Collection[int] | None) -> list[Subject]:
    """变了的图斑（None 是全部），和外接框挨着它们的，从西到东；拆分掉的不在内。"""
    shapes = PatchShape.objects.current().order_by()
    if chosen is not None:
        box = _box_around(shapes, chosen)
        if box is None:
            return []
        shapes = shapes.touching(*box)
    rows = shapes.order_by("min_lon", "pk").values_list(*COLUMNS, Length("wkb"))
    return [
        Subject(*values, (west, south, east, north), size)
        for *values, west, south, east, north, size in rows.iterator(chunk_size=CHUNK)
    ]


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


def stored_shapes(pks: Collection[int]) -> Iterator[tuple[int, bytes]]:
    """(图斑主键, WKB)，一次从库里取几十块。"""
    for part in chunks(pks):
        rows = PatchShape.objects.filter(pk__in=part).order_by().values_list("pk", "wkb")
        for pk, wkb in rows.iterator(chunk_size=AT_ONCE):
            yield pk, bytes(wkb)  # PostgreSQL 给的是 memoryview


def with_geometry(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, shapely.Geometry]]:
    """一块块地给出它的图形（EPSG:4490 的面）。"""
    by_pk = {subject.pk: subject for subject in subjects}
    for pk, wkb in stored_shapes(by_pk):
        yield by_pk[pk], load(wkb)


def chunks(values: Collection[int]) -> list[list[int]]:
    """分成一批批，每批 900 个：SQLite 一句里的参数有限。"""
    values = list(values)
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]
