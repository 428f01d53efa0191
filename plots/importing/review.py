"""预览：一个批次的文件读出来、和系统里的比过，会改什么、有哪些错。只看不写。"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from plots.geometry.whereabouts import Far, Whereabouts
from plots.importing.alike import alike_in_file
from plots.importing.column_notes import column_notes
from plots.importing.compare import Difference, compare
from plots.importing.keeping import grounds_of, recall
from plots.importing.layout import Layout, PatchSheet, find_layouts
from plots.importing.lookups import Lookups
from plots.importing.moves import Move
from plots.importing.parsed import ParsedRow, Reading
from plots.importing.progress import READING, counted, silent
from plots.importing.rows import SheetReader, settle_parked
from plots.importing.source import content_of, read_batch
from plots.importing.vector_sheets import CRS, crs_of
from plots.models import Batch
from plots.models.columns import AREAS, Field
from taiping.ground.area import plain
from taiping.ground.dates import long_date
from taiping.ground.tables import Problem, TableError, hidden_in, leave_hidden_out

KEPT_CHANGES = 200  # 批次上留着原来的值，事后查得到改了什么


@dataclass
class Review:
    """图斑表格、上传结果共有的：unreadable 是整个文件读不了的那句话；problems 不为空就不能导入。"""

    batch: Batch
    unreadable: str = ""
    sheets: list[PatchSheet] = field(default_factory=list)
    layouts: list[Layout] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    refusals: list[Problem] = field(default_factory=list)  # 动作不收的行：可以跳过
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)  # 在表格软件里看不见的表、行、列
    crs: dict | None = None  # 矢量数据的坐标系
    far: Far | None = None  # 远在别处的图形，导入以前要问的
    reading: Reading = field(default_factory=Reading)  # 读好的行，再比一次时不用再读文件
    grounds: str = ""  # 读的时候依据的全部
    lookups: Lookups | None = None  # 读的时候对照的
    tick: Callable = silent  # 读到、对比到第几行
    file_count = 0  # 表里有几块图斑要和方案的任务数比

    @property
    def used(self) -> list[Layout]:
        return [layout for layout in self.layouts if layout.used]

    @property
    def is_readable(self) -> bool:
        """认出了要读的表，而且该有的列都有。"""
        return bool(self.used) and not any(layout.missing for layout in self.used)

    @property
    def is_clean(self) -> bool:
        return not self.unreadable and not self.problems

    @property
    def hidden_text(self) -> str:
        """文件里看不见的内容读没读；没有是空文字。"""
        if not self.hidden:
            return ""
        how = "也一起读了" if self.batch.with_hidden else "没有读"
        return f"文件里隐藏着的内容{how}：{'；'.join(self.hidden)}。"

    @property
    def moves(self) -> list[Move]:
        """要人说是不是换了村的行。"""
        return []

    @property
    def to_fix(self) -> list[Problem]:
        """要改的，和不改就要跳过的。"""
        return [*self.problems, *self.refusals]


@dataclass
class PatchReview(Review):
    """图斑表格、矢量数据的预览。"""

    found: Difference = field(default_factory=Difference)

    @property
    def file_count(self) -> int:
        return self.found.file_count

    @property
    def moves(self) -> list[Move]:
        return self.found.moves

    @property
    def is_empty(self) -> bool:
        """没有变化。"""
        return not self.found.new and not self.found.changed

    @property
    def outcome(self) -> str:
        name = self.batch.target.name
        if self.is_empty:
            return f"没有变化：文件里的图斑和系统里“{name}”的一样。"
        return (
            f"“{name}”会新增 {len(self.found.new)} 个、改动 {len(self.found.changed)} 个图斑。"
            f"{self.counted_from}确认以前，系统里什么也不动。"
        )

    @property
    def counted_from(self) -> str:
        """新增的图斑从哪天起算；没有新增的、没有写下发日期的是空文字。"""
        day = self.batch.issued_on
        return f"新增的从下发的 {long_date(day)} 起算。" if day and self.found.new else ""

    @property
    def counts(self) -> dict:
        found = self.found
        return {
            "new": len(found.new),
            "changed": len(found.changed),
            "unchanged": found.unchanged,
            "kept": found.kept,
            "shapes": len(found.shaped),
            "amended": sum("area_mu" in change.values for change in found.changed),
            "moved": sum("village" in change.values for change in found.changed),
            "count": found.file_count,
            "left": self.reading.left[:KEPT_CHANGES],
            "left_count": len(self.reading.left),
            "area_mu": plain(found.file_mu),
            "changes": [
                [change.row.code, change.row.village.name, change.fields]
                for change in found.changed[:KEPT_CHANGES]
            ],
        }


def examine(batch: Batch, *, recalling: bool = False, tick: Callable = silent) -> PatchReview:
    """图斑表格的预览，查库的次数固定，和多少行无关；recalling 时预览读好的行还在就接着用，不再读文件。"""
    review = PatchReview(batch, tick=tick)
    read(review, _read_rows, parsed_rows if recalling else None)
    return review if review.unreadable else compare_now(review)


def compare_now(review: PatchReview) -> PatchReview:
    """读好的行和系统里现在的图斑比；预览以后隔了一阵再导入，要重新比。"""
    reading = review.reading
    review.found = Difference()  # 上一次比的先放下，十万块不能有两份
    moves = review.lookups.mends.moves
    review.found = compare(
        review.batch.target, reading.rows, named=reading.named, answers=moves, tick=review.tick
    )
    review.problems, review.warnings = [*reading.problems, *review.found.problems], reading.warnings
    review.notes = [*reading.notes, *review.found.notes]
    review.far = Whereabouts().far(_placed(review.found))
    return review


def _placed(found):
    """(叫什么, 图形)：新增的、换了图形的。"""
    for row in found.new:
        if row.shape and row.shape.geometry is not None:
            yield f"“{row.code}”", row.shape.geometry
    for change in found.changed:
        if change.shape:
            yield f"“{change.row.code}”", change.shape.geometry


def read(review: Review, read_rows, recall_rows=None) -> None:
    """文件 → review.reading；读不了的记在 review.unreadable。read_rows(review, lookups) 读认好列的表。

    recall_rows(留下的行, review, lookups) 给了的，预览读好的还在、依据也没有变，就用它，不再读、不再认列。
    """
    review.lookups = lookups = Lookups(review.batch)
    try:
        review.grounds = grounds_of(review.batch, lookups, content_of(review.batch))
        if recall_rows and (kept := recall(review)):
            review.reading, rows = kept
            review.reading.rows = recall_rows(rows, review, lookups)
            return
        review.sheets = read_batch(review.batch, lookups.names, review.tick)
    except TableError as error:
        review.unreadable = str(error)
        return
    review.hidden = hidden_in(review.sheets)
    if not review.batch.with_hidden:
        review.sheets = leave_hidden_out(review.sheets)
    lookups.mends.put_into(review.sheets)
    review.layouts = find_layouts(review.sheets, lookups.names, review.batch.layout)
    review.crs = crs_of([layout.sheet for layout in review.used], review.batch)
    review.reading = Reading(named=len(review.sheets) > 1)
    review.reading.problems = layout_problems(review)
    read_rows(review, lookups)


def parsed_rows(plain, review, lookups):
    """留下的行 → [ParsedRow]。"""
    villages = {village.pk: village for village in lookups.villages.villages}
    return [ParsedRow.from_plain(row, villages) for row in counted(plain, review.tick, READING)]


def _read_rows(review, lookups):
    reading, target = review.reading, review.batch.target
    readers = [
        SheetReader(layout, lookups, target, reading)
        for layout in review.used
        if not layout.missing and layout.area().field in AREAS and not layout.sheet.is_placeless
    ]
    total, done = sum(len(reader.rows) for reader in readers), 0
    for reader in readers:
        reader.read(partial(counted, tick=review.tick, step=READING, total=total, before=done))
        done += len(reader.rows)
    settle_parked(reading)
    reading.seen = {}  # 只在读的时候认重复，十万行的不留着
    for reader in readers:
        reader.check_totals()
    if review.used and not reading.rows and not reading.problems:
        reading.problem("", 0, "", "", "表头下面没有图斑，请检查是不是存错了文件。")
    notes = [*layout_notes(review), *counted_notes(reading), *reading.notes]
    reading.notes = [*notes, *alike_in_file(reading.rows)]


def left_out(review: Review) -> bool:
    """有隐藏的内容没有读。"""
    return bool(review.hidden) and not review.batch.with_hidden


def layout_problems(review: Review) -> list[Problem]:
    """列没有认全的表：每张一句话。"""
    unseen = (
        "（有隐藏的内容没有读，要找的在里面的，请连隐藏的一起读。）" if left_out(review) else ""
    )
    if not review.used:
        advice = "没有认出表头。请在下面“各列是什么”里指明表头在第几行、每一列是什么。"
        return [Problem("", 0, "", "", advice + unseen)]
    problems = []
    for layout in review.used:
        sheet, row = review.reading.sheet_name(layout.name), layout.header_row
        area = layout.area()
        if layout.sheet.doubt:
            problems.append(Problem(sheet, 0, CRS, "", layout.sheet.doubt))
        if layout.missing:
            columns = "、".join(f"“{name}”" for name in layout.missing)
            advice = f"没有认出{columns}这一列，请在下面“各列是什么”里指明，或在表里补上。{unseen}"
            problems.append(Problem(sheet, row, "", "", advice))
        elif area and area.field == Field.AREA:
            advice = "没有写单位。请在下面“各列是什么”里选定是亩、平方米还是公顷，或把表头改成“面积（亩）”。"
            problems.append(Problem(sheet, row, area.label, area.label, advice))
    return problems


def layout_notes(review: Review) -> list[str]:
    notes = []
    skipped = [f"“{layout.name}”" for layout in review.layouts if not layout.used]
    if review.used and skipped:
        notes.append(f"表{'、'.join(skipped)}里没有认出图斑的表头，没有读。")
    for layout in review.used:
        notes += layout.sheet.notes + column_notes(layout)
    return notes


def counted_notes(reading: Reading) -> list[str]:
    notes = []
    if reading.others:
        notes.append(f"有 {reading.others} 行写的是别的目标任务，没有读，那边的图斑不动。")
    if reading.split:
        notes.append(f"有 {reading.split} 行是已拆分、已结转、已移出的图斑，没有读。")
    return notes
