"""预览：一个批次的文件读出来、和系统里的比过，会改什么、有哪些错。只看不写。"""

from dataclasses import dataclass, field

from plots.importing.compare import Difference, compare
from plots.importing.layout import Names, find_layouts
from plots.importing.problems import Problem
from plots.importing.rows import Reading, SheetReader
from plots.importing.source import read_batch
from plots.importing.vector_sheets import CRS, crs_of, is_placeless
from plots.models import Batch
from plots.models.columns import AREAS, Field
from taiping.ground.area import plain
from taiping.ground.tables import TableError
from villages.places.matching import VillageIndex

KEPT_CHANGES = 200  # 批次上留着原来的值，事后查得到改了什么


@dataclass
class Review:
    """unreadable 是整个文件读不了的那句话；problems 不为空就不能导入。"""

    batch: Batch
    unreadable: str = ""
    sheets: list = field(default_factory=list)
    layouts: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    found: Difference = field(default_factory=Difference)
    crs: dict | None = None  # 矢量数据的坐标系
    reading: Reading = field(default_factory=Reading)  # 读好的行，再比一次时不用再读文件

    @property
    def used(self):
        return [layout for layout in self.layouts if layout.used]

    @property
    def is_readable(self):
        """认出了要读的表，而且该有的列都有。"""
        return bool(self.used) and not any(layout.missing for layout in self.used)

    @property
    def is_clean(self):
        return self.is_readable and not self.problems

    @property
    def is_empty(self):
        """没有变化。"""
        return not self.found.new and not self.found.changed

    @property
    def counts(self):
        found = self.found
        return {
            "new": len(found.new),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "kept": found.kept,
            "shapes": len(found.shaped),
            "amended": len(found.amended),
            "count": found.file_count,
            "area_mu": plain(found.file_mu),
            "changes": [
                [change.row.code, change.row.village.name, change.fields]
                for change in found.changed[:KEPT_CHANGES]
            ],
        }


def examine(batch):
    """图斑表格的预览。查库的次数固定，和多少行无关。"""
    review = Review(batch)
    try:
        names = Names()
        review.sheets = read_batch(batch, names)
    except TableError as error:
        review.unreadable = str(error)
        return review
    review.layouts = find_layouts(review.sheets, names, batch.layout)
    named = len(review.sheets) > 1
    review.crs = crs_of([layout.sheet for layout in review.used], batch)
    review.reading = reading = Reading(problems=layout_problems(review, named))
    plan = batch.target.plan
    villages = VillageIndex(place=plan.issuer)
    siblings = {text for pair in plan.targets.values_list("name", "code") for text in pair}
    for layout in review.used:
        if not layout.missing and layout.area().field in AREAS and not is_placeless(layout.sheet):
            SheetReader(
                layout,
                names,
                target=batch.target,
                villages=villages,
                siblings=siblings,
                reading=reading,
                named=named,
            ).read()
    if review.used and not reading.rows and not reading.problems:
        reading.problems.append(
            Problem("", 0, "", "", "表头下面没有图斑，请检查是不是存错了文件。")
        )
    return compare_now(review)


def compare_now(review):
    """读好的行和系统里现在的图斑比；预览以后隔了一阵再导入，要重新比。"""
    reading = review.reading
    review.found = compare(review.batch.target, reading.rows, named=len(review.sheets) > 1)
    review.problems, review.warnings = [*reading.problems, *review.found.problems], reading.warnings
    review.notes = [
        *layout_notes(review),
        *counted_notes(reading),
        *reading.notes,
        *review.found.notes,
    ]
    return review


def layout_problems(review, named):
    """列没有认全的表：每张一句话。"""
    problems = []
    if review.layouts and not review.used:
        problems.append(
            Problem(
                "",
                0,
                "",
                "",
                "没有认出表头。请在下面“各列是什么”里指明表头在第几行、每一列是什么。",
            )
        )
    for layout in review.used:
        sheet = layout.name if named else ""
        if doubt := getattr(layout.sheet, "doubt", ""):
            problems.append(Problem(sheet, 0, CRS, "", doubt))
        if layout.missing:
            columns = "、".join(f"“{name}”" for name in layout.missing)
            problems.append(
                Problem(
                    sheet,
                    layout.header_row,
                    "",
                    "",
                    f"没有认出{columns}这一列，请在下面“各列是什么”里指明，或在表里补上。",
                )
            )
        elif (area := layout.area()) and area.field == Field.AREA:
            problems.append(
                Problem(
                    sheet,
                    layout.header_row,
                    area.label,
                    area.label,
                    "没有写单位。请在下面“各列是什么”里选定是亩、平方米还是公顷，或把表头改成“面积（亩）”。",
                )
            )
    return problems


def layout_notes(review):
    notes = []
    if review.used:
        skipped = [f"“{layout.name}”" for layout in review.layouts if not layout.used]
        if skipped:
            notes.append(f"表{'、'.join(skipped)}里没有认出图斑的表头，没有读。")
    for layout in review.used:
        notes += getattr(layout.sheet, "notes", [])
        for use in layout.uses:
            if use.also:
                notes.append(
                    f"“{use.label}”也像“{Field(use.also).label}”，没有用它，按其他列保留。"
                )
    return notes


def counted_notes(reading):
    notes = []
    if reading.others:
        notes.append(f"有 {reading.others} 行写的是别的目标任务，没有读，那边的图斑不动。")
    if reading.split:
        notes.append(f"有 {reading.split} 行是已拆分的原图斑，没有读。")
    return notes
