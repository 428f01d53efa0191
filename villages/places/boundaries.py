"""村界：从矢量文件里认出各村的范围，存成经纬度。有一处不对就一个也不存。"""

from dataclasses import dataclass, field

from django.db import transaction

from taiping.ground import dates
from taiping.ground.actors import actors
from taiping.ground.geometry import crs as crs_tools
from taiping.ground.geometry.placing import place
from taiping.ground.geometry.reading import read_vector
from taiping.ground.geometry.shapes import Shape, tidy_shapes
from taiping.ground.libraries import shapely
from taiping.ground.tables import TableError
from villages.models import VillageBoundary
from villages.places.matching import VillageIndex

MOST_NAMED = 10
TOO_SMALL = "图形太小，量不出面积。请在制图软件里核对。"


@dataclass
class Found:
    """从文件里认出来的：shapes 是 {Village: Shape}，notes 是要说的话。"""

    shapes: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)


def read_boundaries(content, suffix, name, crs="", meridian=None):
    """文件的 bytes → Found；crs 是人选的 EPSG 代码，空是照文件写的。不能用抛 TableError。

    meridian 是本镇的中央经线，不知道是 None：文件没有写坐标系时照它判断。
    """
    index = VillageIndex()
    layers = read_vector(content, suffix, name)
    layer, column = _village_column(layers, index)
    placing = _placed(layer, crs, meridian)
    shapes = tidy_shapes(placing.geometries, placing.crs)
    for at, fault in layer.faults.items():
        shapes[at] = Shape(problem=fault)
    found = Found()
    notes = [*layers[0].notes, *layer.notes, *placing.notes]
    found.notes = list(dict.fromkeys(notes))
    if others := [other.name for other in layers if other is not layer and other.rows]:
        found.notes.append(f"图层{'、'.join(others[:MOST_NAMED])}没有用。")
    pieces = _by_village([values[column] for values in layer.rows], shapes, index, found)
    for village, parts in pieces.items():
        found.shapes[village] = _whole(village, parts, found)
    return found


def _by_village(names, shapes, index, found):
    """{Village: [Shape]}；不是本镇的村的没有用，说一声。"""
    pieces = {}
    strangers = []
    for name, shape in zip(names, shapes, strict=True):
        if village := index.match(name).village:
            pieces.setdefault(village, []).append(shape)
        else:
            strangers.append(str(name or "（空）")[:40])
    if strangers:
        told = "、".join(list(dict.fromkeys(strangers))[:MOST_NAMED])
        found.notes.append(f"有 {len(strangers)} 个图形不是本{actors.town}的村，没有用：{told}。")
    return pieces


def _whole(village, parts, found):
    """一个村的几个图形 → 一个；碎屑不要，说一声；有读不出的抛 TableError。"""
    kept = [part for part in parts if not part.is_sliver] or parts
    if len(kept) < len(parts):
        left = len(parts) - len(kept)
        found.notes.append(f"{village.name}有 {left} 个图形太小，量不出面积，没有用。")
    for part in kept:
        if part.problem or part.is_sliver:
            raise TableError(f"{village.name}：{part.problem or TOO_SMALL}")
    whole = _joined(kept)
    if len(kept) > 1:
        found.notes.append(f"{village.name}由 {len(kept)} 个图形合成。")
    if whole.repaired:
        found.notes.append(f"{village.name}的图形{whole.repaired}，已经修补。")
    return whole


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
            f"文件里没有一列写着本{actors.town}的村名或 12 位村代码，认不出哪个图形是哪个村。请补上村名再传。"
        )
    return best[1:]


def _placed(layer, crs, meridian):
    """图层 → 定好坐标系的图形；定不下来抛 TableError。"""
    chosen = crs_tools.code_of(crs) if crs else None
    placing = place(layer, chosen, meridian)
    if placing.doubt:
        raise TableError(f"{placing.doubt}选好再选一次这个文件。")
    return placing


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
