"""预览读好的行留一份，确认时接着用：不再读文件、不再认列，和系统里的比照样重新做。"""

from dataclasses import astuple

from plots.importing.compare import standing
from plots.importing.lookups import Lookups
from plots.importing.parsed import Reading
from plots.models import Batch
from taiping.ground.tables import Kept, KeptRows, Problem, digest_of, key_of
from villages.models import VillageBoundary

LAYOUT = 4  # 认列、读行、留下的写法变了就加一：以前留下的不再用
BY_PATCHES = (Batch.Source.GEO, Batch.Source.CLOUD)  # 读的时候要看系统里的图斑、村界


def grounds_of(batch: Batch, lookups: Lookups, content: bytes) -> str:
    """读的时候依据的全部：文件、人指明的列和坐标系、对照的。"""
    given = [LAYOUT, digest_of(content), batch.kind, batch.target_id, batch.layout, batch.crs]
    if batch.kind in BY_PATCHES:
        boundaries = VillageBoundary.objects.order_by("pk").values_list("pk", "updated_at")
        given += [standing(batch.target), list(boundaries)]
    return key_of(given, lookups.grounds())


def keep(review) -> None:
    """能导入的留下。"""
    reading = review.reading
    if review.is_clean:
        warnings = [astuple(warning) for warning in reading.warnings]
        content = [reading.named, reading.notes, warnings, reading.left]
        rows = (row.plain() for row in reading.rows)
        Kept(review.batch.file).keep(review.grounds, content, rows)


def recall(review) -> tuple[Reading, KeptRows] | None:
    """(留下的 Reading，还没有行, 留下的行)；没有、依据变了是 None。"""
    kept = Kept(review.batch.file)
    content = kept.recall(review.grounds)
    if content is None:
        return None
    named, notes, warnings, left = content
    warnings = [Problem(*warning) for warning in warnings]
    return Reading(named=named, notes=notes, warnings=warnings, left=left), kept.rows
