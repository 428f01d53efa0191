"""导入改动的图斑，把原来的值留下来，撤回这次导入时照着放回去。"""

from plots.geometry.attach import SHAPE_COLUMNS
from plots.importing.compare import CHUNK, PatchChange
from plots.models import Batch, BatchBefore, PatchShape
from taiping.ground.area import plain

SHAPE_VALUES = [name for name in SHAPE_COLUMNS if name not in ("wkb", "updated_at", "batch")]


def keep_before(batch: Batch, changed: list[PatchChange]) -> None:
    """要在写以前：[[图斑主键, {字段: [原来, 改成]}, 图形]]；图形是 [换上的摘要, 原来的样子]，没有换是 None。"""
    shapes = _shapes([change.pk for change in changed if change.shape])
    if changed:
        BatchBefore.keep(batch, (_before(change, shapes) for change in changed))


def _before(change, shapes):
    shape = change.shape and [change.shape.digest, shapes.get(change.pk)]
    return [change.pk, _values(change), shape]


def _values(change):
    found = {}
    for name, value in change.values.items():
        old = getattr(change.old, name)
        if name == "extra":
            changed = [key for key in value if value[key] != old.get(key)]
            found[name] = {key: [old.get(key), value[key]] for key in changed}
        elif name == "area_mu":
            found[name] = [plain(old), plain(value)]
        else:
            found[name] = [old, value]
    return found


def _shapes(pks):
    """{图斑主键: 原来的图形}，能写成 JSON 的。"""
    found = {}
    for start in range(0, len(pks), CHUNK):
        for shape in PatchShape.objects.filter(pk__in=pks[start : start + CHUNK]):
            values = {name: getattr(shape, name) for name in SHAPE_VALUES}
            values["measured_mu"] = plain(shape.measured_mu)
            found[shape.pk] = {
                **values,
                "wkb": bytes(shape.wkb).hex(),
                "batch_id": shape.batch_id,
            }
    return found
