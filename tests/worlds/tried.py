"""试一个文件：照页面上那样预览（照片照交材料那样查），说它读进来了、要先问，还是用话拒绝了。"""

from plots import evidence
from plots.importing import preview
from plots.importing.review import Review
from plots.models.columns import Field
from tests.worlds.corpus import ASKED, READ, REFUSED, Case
from tests.worlds.import_town import ImportTown
from tests.worlds.photos import upload

TABLES = (".xlsx", ".xls", ".csv")


def outcome_of(town: ImportTown, case: Case) -> tuple[str, int, str, Review | None]:
    """(结果, 读进来几块, 说的话, 预览)；照片没有预览。"""
    if case.kind == "照片":
        try:
            evidence.check(upload(case.content, case.name))
        except evidence.EvidenceError as refusal:
            return REFUSED, 0, str(refusal), None
        return READ, 1, "", None
    suffix = f".{case.name.rpartition('.')[2]}"
    kind = "TABLE" if suffix in TABLES else "GEO"
    batch = town.batch(case.content, suffix, name=case.name, kind=kind)
    review = preview(batch, by=town.staff)
    said = "\n".join([review.unreadable, *(str(each) for each in review.problems)])
    if review.is_clean:
        return READ, len(review.found.new), said, review
    return (ASKED if _is_asked(review) else REFUSED), 0, said, review


def _is_asked(review):
    """在预览页上答了就能导入的：哪一列是什么、什么单位、什么坐标系、重复的留哪一行、换没换村。"""
    if review.unreadable:
        return False
    areas = [layout.area() for layout in review.used]
    is_unit_asked = any(area and area.field == Field.AREA for area in areas)
    is_crs_asked = bool(review.crs and review.crs["doubts"])
    is_row_asked = bool(review.reading.repeats or review.moves)
    return not review.is_readable or is_unit_asked or is_crs_asked or is_row_asked
