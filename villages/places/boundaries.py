"""村界：从矢量文件里认出各村的范围，存成经纬度。有一处不对就一个也不存。"""

from dataclasses import dataclass, field

from django.db import transaction

from taiping.ground import dates
from taiping.ground.geometry import crs as crs_tools
from taiping.ground.geometry.reading import read_vector
from taiping.ground.geometry.shapes import Shape, bounds_of, tidy_shapes
from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError
from villages.models import VillageBoundary
from villages.places.matching import VillageIndex

MOST_NAMED = 10


@dataclass
class Found:
    """从文件里认出来的：shapes 是 {Village: Shape}，notes 是要说的话。"""

    shapes: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def read_boundaries(content, suffix, name, crs=""):
    """文件的 bytes → Found；crs 是人选的 EPSG 代码，空是照文件写的。不能用抛 TableError。"""
    index = VillageIndex()
    layer, column = _village_column(read_vector(content, suffix, name), index)
    shapes = tidy_shapes(layer.geometries, _crs_of(layer, crs))
    pieces, strangers, found = {}, [], Found()
    for values, shape in zip(layer.rows, shapes, strict=True):
        village = index.match(values[column]).village
        if village is None:
            strangers.append(str(values[column] or "（空）")[:40])
            continue
        if shape.problem:
            raise TableError(f"{village.name}：{shape.problem}")
        pieces.setdefault(village, []).append(shape)
    for village, parts in pieces.items():
        found.shapes[village] = _joined(parts)
        if len(parts) > 1:
            found.notes.append(f"{village.name}由 {len(parts)} 个图形合成。")
        if found.shapes[village].repaired:
            found.notes.append(f"{village.name}的图形{found.shapes[village].repaired}，已经修补。")
    if strangers:
        names = "、".join(list(dict.fromkeys(strangers))[:MOST_NAMED])
        found.notes.append(f"有 {len(strangers)} 个图形不是本镇的村，没有用：{names}。")
    return found


def _village_column(layers, index):
    """哪个图层的哪一列写着村：对上的最多的那一列。"""
    best = (0, None, None)
    for layer in layers:
        for at in range(len(layer.fields)):
            matched = sum(index.match(values[at]).village is not None for values in layer.rows)
            if matched > best[0]:
                best = matched, layer, at
    if not best[0]:
        raise TableError(
            "文件里没有一列写着本镇的村名或 12 位村代码，认不出哪个图形是哪个村。请补上村名再传。"
        )
    return best[1:]


def _crs_of(layer, chosen):
    if chosen:
        return f"EPSG:{crs_tools.code_of(chosen)}"
    if layer.crs:
        known, reason = crs_tools.understand(layer.crs)
        if known is None:
            raise TableError(
                f"{reason}，不能直接用。请让提供的单位转成 2000 坐标；坐标其实已经是 2000 的，请选定坐标系再传。"
            )
        return layer.crs
    judged = crs_tools.judge(bounds_of(layer.geometries) or (0, 0, 0, 0))
    guess = f"看数值像“{crs_tools.label(judged)}”，请" if judged else "请问清楚提供的单位，"
    raise TableError(f"文件没有写坐标系。{guess}在“坐标系”里选定再传。")


def _joined(parts):
    if len(parts) == 1:
        return parts[0]
    whole = shapely.orient_polygons(
        shapely.normalize(shapely.union_all([part.geometry for part in parts]))
    )
    repaired = next((part.repaired for part in parts if part.repaired), "")
    return Shape(whole, repaired=repaired, source_crs=parts[0].source_crs)


@transaction.atomic
def save_boundaries(found, *, file_name, by):
    """写进系统，原来有村界的换掉。"""
    now = dates.now()
    for village, shape in found.shapes.items():
        VillageBoundary.objects.update_or_create(
            village=village,
            defaults={**shape.columns(), "file_name": file_name[:200], "by": by, "updated_at": now},
        )
