"""在预览页上改：错的格子摆成能填的格，认不出的村给出最像的，重复的几行选留哪一行；收下填的在 taking。"""

from dataclasses import dataclass, field

from plots.importing.compare import LABELS
from plots.importing.layout import Layout
from plots.importing.mends import Place
from plots.importing.moves import Move
from plots.importing.review import Review
from plots.models import Mend
from plots.models.columns import FACTS, Field
from taiping.ground.tables import Problem, shown
from villages.models import Village
from villages.places.matching import tidy

FOUND = Mend._meta.get_field("found").max_length
ABOUT = (Field.CODE, Field.VILLAGE, Field.AREA_MU, Field.AREA_SQM, Field.AREA_HA, *FACTS)
SHAPES = "图形要在制图软件里改好，再导出来传。"
ELSEWHERE = "这一处不在这张表的格子里，请在文件里改好再传。"


@dataclass
class WrongCell:
    """要改的一格；is_place 的填法是选村，spelling 是选了对哪种写法都算。"""

    place: Place
    label: str
    value: str
    sentences: list[str] = field(default_factory=list)
    is_place: bool = False
    spelling: str = ""
    alike: int = 0  # 还有几行也是这种写法
    nearest: list[Village] = field(default_factory=list)
    others: list[Village] = field(default_factory=list)
    original: str = ""  # 已经改过一次的，文件里原来的
    sheet_number: int = 0
    typed: str | None = None  # 填了还没有收下的

    @property
    def shown(self) -> str:
        return self.value if self.typed is None else self.typed

    @property
    def key(self) -> str:
        _, row, column = self.place
        return f"{self.sheet_number}-{row}-{column}"


@dataclass
class WrongRow:
    """有错的一行：about 是认得出它的几格 [(列, 值)]，stuck 是这里改不了的 [(句子, 为什么)]。"""

    layout: Layout
    number: int
    cells: list[WrongCell] = field(default_factory=list)
    stuck: list[tuple[str, str]] = field(default_factory=list)

    @property
    def about(self) -> list[tuple[str, str]]:
        wrong = {cell.place[2] for cell in self.cells}
        values = _values(self.layout, self.number)
        found = []
        for name in ABOUT:
            at = self.layout.index(name)
            if at is not None and at not in wrong and at < len(values) and values[at] is not None:
                found.append((self.layout.columns[name].label, shown(values[at])[:40]))
        return found[:5]


@dataclass
class RepeatedRow:
    sheet: str
    number: int
    key: str
    differing: list[tuple[str, str]]


@dataclass
class Repeat:
    """重复的一组：name 是哪个村的哪个编号，rows 是其中的几行，more 是没有摆出来的行数。"""

    key: str
    name: str
    rows: list[RepeatedRow]
    more: int


@dataclass
class Mending:
    """预览页上能改的：rows 是有错的行，repeats 是重复的各组，moves 是要问换没换村的，loose 是说不到哪一行的错。"""

    review: Review
    rows: list[WrongRow] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    moves: list[tuple[str, Move]] = field(default_factory=list)  # (键, 要问的一行)
    loose: list[Problem] = field(default_factory=list)
    places: set[Place] = field(default_factory=set)  # 错的每一格

    @property
    def cells(self) -> dict[str, WrongCell]:
        return {cell.key: cell for row in self.rows for cell in row.cells}


def mending(review: Review) -> Mending:
    """预览 → 能改的各处。"""
    made = Mending(review)
    layouts = {layout.name: layout for layout in review.used}
    # 按全部的表编号：别人改了读哪几张表，先打开的页面上的格子还是原来那一格
    order = {layout.name: number for number, layout in enumerate(review.layouts)}
    rows, cells, spelt = {}, {}, {}
    made.moves = [(f"{order[each.row.sheet]}-{each.row.number}", each) for each in review.moves]
    asked = {each.problem for each in review.moves}
    for problem in review.problems:
        if problem in asked:
            continue
        layout = _layout_of(review, problem, layouts)
        is_in_table = layout is not None and problem.row > layout.header_row
        is_part = problem in review.reading.repeated and bool(layout.sheet.shapes)
        if not is_in_table or is_part:  # 一块图斑的几部分要在制图软件里合并
            made.loose.append(problem)
        elif problem not in review.reading.repeated:
            _place_problem(review, problem, layout, order, (rows, cells, spelt))
    made.places = set(cells)
    made.rows = [row for row in rows.values() if row.cells or row.stuck]
    groups = review.reading.repeats.items()
    made.repeats = [
        _repeat(key, group, order, layouts) for key, group in groups if not group[0].shape
    ]
    return made


def _layout_of(review, problem, layouts):
    if problem.sheet or review.reading.named:
        return layouts.get(problem.sheet)
    return review.used[0] if review.used else None


def _place_problem(review, problem, layout, order, found):
    rows, cells, spelt = found
    at = _column_of(layout, problem.column)
    number = problem.row if at is None else _top_of(layout, problem.row, at)
    row = rows.setdefault((layout.name, number), WrongRow(layout, number))
    if at is None:
        is_shape = problem.column == "图形"
        row.stuck.append((problem.advice, SHAPES if is_shape else ELSEWHERE))
        return
    place = layout.name, number, at
    if cell := cells.get(place):
        if not cell.spelling and problem.advice not in cell.sentences:
            cell.sentences.append(problem.advice)
        return
    value = value_at(layout, number, at)
    cell = WrongCell(place, problem.column, " ".join(shown(value).split("\n")), [problem.advice])
    cell.sheet_number = order[layout.name]
    originals = review.lookups.mends.originals
    if place in originals:
        cell.original = shown(originals[place]) or "空的"
    cell.is_place = at in (layout.index(Field.VILLAGE), layout.index(Field.VILLAGE_CODE))
    villages = review.lookups.villages
    is_name = cell.is_place and len(cell.value) <= FOUND and villages.is_name(value)
    if is_name and not villages.match(value).village:
        cell.spelling = tidy(value)
        if first := spelt.get(cell.spelling):
            first.alike += 1
            cells[place] = first
            return
        spelt[cell.spelling] = cell
        cell.sentences = [villages.match(value).reason.split("请核对；")[0] + "请选是哪个村。"]
    cells[place] = cell
    row.cells.append(cell)


def offer_villages(rows: list[WrongRow], villages) -> None:
    """摆出来的各格：最像的村在前，别的村在后。"""
    for row in rows:
        for cell in row.cells:
            if cell.is_place:
                cell.nearest = villages.nearest(cell.value)
                cell.others = [each for each in villages.villages if each not in cell.nearest]


def _column_of(layout, label):
    """提示里写的列是第几列；不是一列的是 None。"""
    uses = layout.columns.values()
    at = next((use.index for use in uses if use.label == label), None)
    if at is None and label == LABELS["area_mu"] and layout.area():
        return layout.area().index
    return at


def _top_of(layout, number, at):
    """上下合并的格子，错在哪一行都改最上面那一格。"""
    if value_at(layout, number, at) is not None:
        return number
    for top, bottom, column in layout.sheet.merges:
        if column == at and layout.header_row < top < number <= bottom:
            return top
    return number


def _values(layout, number):
    return layout.by_number.get(number, [])


def value_at(layout, number, at):
    values = _values(layout, number)
    return values[at] if at < len(values) else None


MOST_IN_GROUP = 6


def _repeat(key, group, order, layouts):
    first = group[0]
    shown_rows = group[:MOST_IN_GROUP]
    said = [_said(layouts[row.sheet], row.number) for row in shown_rows]
    differing = _differing(said)
    rows = []
    for row, values in zip(shown_rows, said, strict=True):
        told = [value for name, value in values.items() if name in differing]
        rows.append(RepeatedRow(row.sheet, row.number, f"{order[row.sheet]}-{row.number}", told))
    name = f"{first.village.name} {first.code}"
    more = len(group) - len(shown_rows)
    return Repeat(f"{key[0]}-{order[first.sheet]}-{first.number}", name, rows, more)


def _said(layout, number):
    """一行写的：{哪一项（别的列是表头）: (表头, 值)}；几张表的列不一定一个顺序。"""
    said = {}
    for use in layout.uses:
        is_named = use.field in layout.columns
        name = use.field if is_named else (layout.extras.get(use.index) or use.label)
        said[name] = use.label, shown(value_at(layout, number, use.index))
    return said


def _differing(said):
    """几行里写的不一样的几项；没有这一列的当空着。"""
    found = set()
    for name in {name for values in said for name in values}:
        texts = {values.get(name, ("", ""))[1] for values in said}
        if len(texts) > 1:
            found.add(name)
    return found
