"""图形落到图斑上，以及之后要跟着重算的：检查和照片的位置。"""

from collections.abc import Collection
from itertools import islice

from plots.evidence.position import relocate
from plots.geometry.checks import recheck
from plots.models import Batch, Patch, PatchShape
from taiping.ground import dates
from taiping.ground.geometry.shapes import Shape

CHUNK = 2000
AT_ONCE = 500
SHAPE_COLUMNS = [
    "wkb",
    "digest",
    "min_lon",
    "min_lat",
    "max_lon",
    "max_lat",
    "source_crs",
    "repaired",
    "updated_at",
    "measured_mu",
    "parts",
    "batch",
]


def attach(batch: Batch, found) -> set[int]:
    """导入的对比结果（plots.importing 的 Difference）里带图形的，写到图斑上；返回这些图斑的主键。

    要在事务里、图斑写好以后调用。
    """
    shapes = {change.pk: change.shape for change in found.changed if change.shape}
    new = {row.key: row.shape for row in found.new if row.shape}
    if new:
        made = Patch.objects.filter(target=batch.target_id, batch=batch).order_by()
        rows = made.values_list("pk", "village_id", "code_key").iterator(chunk_size=CHUNK)
        for pk, village, code in rows:
            if shape := new.get((village, code)):
                shapes[pk] = shape
    put(shapes, batch=batch)
    return set(shapes)


def put(shapes: dict[int, Shape], *, batch: Batch | None = None) -> None:
    """{图斑主键: Shape} 写进库里，原来有图形的换掉。一次造几百行：几百万个界址点不摆两份。"""
    now = dates.now()
    rows = (_row(pk, shape, batch, now) for pk, shape in shapes.items())
    while part := list(islice(rows, AT_ONCE)):
        PatchShape.objects.bulk_create(
            part,
            update_conflicts=True,
            unique_fields=["patch"],
            update_fields=SHAPE_COLUMNS,
        )


def _row(pk, shape, batch, now):
    return PatchShape(
        patch_id=pk,
        measured_mu=shape.mu,
        parts=shape.parts,
        batch=batch,
        updated_at=now,
        **shape.columns(),
    )


def refresh(patch_ids: Collection[int], *, are_new: bool = False) -> None:
    """图形或面积变了的图斑：检查重做，照片的位置重算。are_new 见 recheck。"""
    if patch_ids:
        recheck(patch_ids, are_new=are_new)
        relocate(patch_ids)
