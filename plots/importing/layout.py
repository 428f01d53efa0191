"""认列：表头在哪一行，每一列是什么，面积是什么单位。认不出的由人在预览页上对。"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from operator import itemgetter

from plots.importing.extra_keys import extra_keys
from plots.importing.names import AREA_FIELDS, LAST, PLACED, Names
from plots.importing.progress import silent
from plots.models.columns import (
    AREAS,
    COMPUTED,
    EXTRA,
    FOUND_COLUMNS,
    PAPERS,
    STATUS,
    STEP_DONE,
    UNIT_WORDS,
    Field,
    units_in,
)
from taiping.ground.geometry.shapes import Shape
from taiping.ground.tables import (
    ERROR_HEADER,
    HEADER_ROWS,
    Sheet,
    as_text,
    column_letter,
    tidy_header,
)

SEARCHED_ROWS, SAMPLES = 1000, 2


@dataclass
class PatchSheet(Sheet):
    """一张要认列的表。后面几样只有矢量数据的图层才有：shapes 是行号 → Shape，measured 是行号 → 量算的亩数。"""

    shapes: dict[int, Shape] = field(default_factory=dict)
    measured: dict[int, Decimal] = field(default_factory=dict)
    crs: str = ""  # 用的坐标系，给人看的
    judged: int | None = None  # 按数值判断的 EPSG 代码
    meridian: int | None = None  # 本镇的中央经线
    doubt: str = ""  # 坐标系要人确认的那句话
    chosen: dict | None = None  # 不用找表头的，说好怎么读，和手工对的一样写
    tick: Callable = silent  # 收拾了几个图形

    @property
    def is_placeless(self) -> bool:
        """坐标系定不下来，图形一个也没有收拾出来。"""
        return bool(self.doubt) and not self.shapes


@dataclass
class ColumnUse:
    """一列：第几列、表头、用作什么；also 是“也像”的那一项，没有用上。"""

    index: int
    header: str
    field: str
    samples: list[str] = field(default_factory=list)
    also: str = ""
    is_ours: bool = False  # 看表头是系统自己写进表里的，不读

    @property
    def letter(self):
        return column_letter(self.index)

    @property
    def label(self):
        return self.header or f"{self.letter} 列"


@dataclass
class Layout:
    """一张表怎么读：header_row 是表头的行号（0 是没有表头），start 是第一行数据在 rows 里的位置。"""

    sheet: PatchSheet
    header_row: int
    start: int
    uses: list[ColumnUse]
    used: bool = True
    by_hand: bool = False
    missing: list[str] = field(default_factory=list)
    split_column: int | None = None

    def __post_init__(self):
        self.columns = {
            use.field: use for use in self.uses if use.field not in (EXTRA, Field.IGNORE)
        }
        self.extras = extra_keys(use for use in self.uses if use.field == EXTRA)

    @property
    def name(self):
        return self.sheet.name

    @cached_property
    def by_number(self) -> dict[int, list]:
        """行号 → 那一行各列的值。"""
        return dict(self.sheet.rows)

    def index(self, *fields) -> int | None:
        """这几项里先有的那一项在第几列。"""
        return next((self.columns[name].index for name in fields if name in self.columns), None)

    def area(self) -> ColumnUse | None:
        return next((use for name, use in self.columns.items() if name in AREA_FIELDS), None)


def find_layouts(sheets: list[PatchSheet], names: Names, manual: dict) -> list[Layout]:
    """每张表的 Layout；manual 是 {表名: {"header", "columns", "used"}}，手工对过的照手工的。"""
    layouts = []
    for sheet in sheets:
        chosen = manual.get(sheet.name) or sheet.chosen
        if sheet.rows:
            by_hand = chosen is not None
            layouts.append(_by_hand(sheet, names, chosen) if by_hand else _recognised(sheet, names))
    return layouts


def _recognised(sheet, names):
    for position, (number, values) in enumerate(sheet.rows[:SEARCHED_ROWS]):
        if names.is_header(values):
            headers, start = _header_texts(sheet, position, names)
            uses = _chosen(headers, names, _unit_above(sheet, position))
            return _checked(_layout(sheet, number, start, uses), names)
    # 没有认出来：猜一行最像表头的，摆给人看。
    words = [
        sum(isinstance(value, str) for value in values) for _, values in sheet.rows[:HEADER_ROWS]
    ]
    head = words.index(max(words))
    number, values = sheet.rows[head]
    uses = _chosen([as_text(value) for value in values], names, set())
    return _layout(sheet, number, head + 1, uses, used=False)


def _by_hand(sheet, names, chosen):
    """照人指明的：chosen 是 {"header": 表头的行号, "columns": {第几列: 哪一项}, "used": 读不读}。"""
    position, header_row = None, int(chosen.get("header") or 0)
    for at, (number, _) in enumerate(sheet.rows):
        if number == header_row:
            position = at
    headers, start = [], 0
    if position is None:
        header_row = 0
    else:
        headers, start = _header_texts(sheet, position, names)
    headers += [""] * (max(len(values) for _, values in sheet.rows) - len(headers))
    unit = _unit_above(sheet, position or 0)
    if fields := chosen.get("columns"):
        uses = [_told_use(index, header, fields) for index, header in enumerate(headers)]
    else:
        uses = _chosen(headers, names, unit)
    for use in uses:
        if use.field == Field.AREA:
            use.field = _area_field(names.find(use.header), unit)
    layout = _layout(sheet, header_row, start, uses, used=chosen.get("used", True), by_hand=True)
    return _checked(layout, names)


def _told_use(index, header, fields):
    """人指明的一列；没有指明的，有表头的按其他列保留。"""
    return ColumnUse(index, header, fields.get(str(index), EXTRA if header else Field.IGNORE))


def _area_field(guess, unit):
    """没有写单位的面积：表头认得出的照表头，不然照表上面写的；都没有，还是不知道。"""
    if guess and guess.field in AREAS:
        return guess.field
    return next(iter(unit), Field.AREA)


def _header_texts(sheet, position, names):
    """表头的文字，和数据从第几个开始；紧挨着的上一行、下一行如果是另一层表头、单位行，合到一起。"""
    headers = [as_text(value) for value in sheet.rows[position][1]]
    for index, value in _row_above(sheet, position, names).items():
        headers[index] = as_text(value)
    below = _row_below(sheet, position, names)
    units = {index: unit for index, value in below.items() if (unit := _unit_in(value))}
    named = {index for index, value in below.items() if names.find(value)}
    if not below or (len(units) < len(below) and not named):
        return headers, position + 1
    headers += [""] * (len(sheet.rows[position + 1][1]) - len(headers))
    taken = names.columns_in(sheet.rows[position][1])
    for index, value in below.items():
        if index in units:
            headers[index] += f"（{units[index]}）"
        elif index in named or index not in taken:
            headers[index] = value
    return headers, position + 2


def _row_above(sheet, position, names):
    """上层表头：紧挨着的上一行，表头空着的那几列写着的字；一个也不认得的不是，{}。"""
    if not position:
        return {}
    (above_number, above), (number, values) = sheet.rows[position - 1 : position + 1]
    gaps = {
        index: value
        for index, value in enumerate(above[: len(values)])
        if value and values[index] is None
    }
    is_header = above_number == number - 1 and any(names.find(value) for value in gaps.values())
    return gaps if is_header else {}


def _row_below(sheet, position, names):
    """可能是下层表头的：紧挨着的下一行，全是文字、编号那一列空着；不是这样的就是数据，{}。"""
    number, values = sheet.rows[position]
    guesses = names.columns_in(values).items()
    code = next((index for index, guess in guesses if guess.field == Field.CODE), None)
    if code is None or position + 1 >= len(sheet.rows):
        return {}
    below_number, below = sheet.rows[position + 1]
    filled = {index: value for index, value in enumerate(below) if value is not None}
    is_words = all(isinstance(value, str) for value in filled.values())
    return filled if below_number == number + 1 and code not in filled and is_words else {}


def _unit_in(value):
    """单位行里的一格写的单位；不是单位是空串。"""
    text = tidy_header(value).strip("()[]")
    return text if text in UNIT_WORDS else ""


def _unit_above(sheet, position):
    """表头上面“单位：亩”写的面积单位；没写或写了几种，就不算写清。"""
    units = set()
    for _, values in sheet.rows[:position]:
        for value in values:
            if isinstance(value, str) and "单位" in value:
                units |= units_in(value)
    return units if len(units) == 1 else set()


def _chosen(headers, names, unit):
    """每一项只用一列：单位清楚的、写法靠前的、左边的优先，其余按其他列保留。"""
    tidied = {tidy_header(header) for header in headers if header}
    from_ledger = not names.cloud and {tidy_header(header) for header in COMPUTED} <= tidied
    uses, rivals = [], {}
    for index, header in enumerate(headers):
        guess = names.find(header)
        field = guess.field if guess else (EXTRA if header else Field.IGNORE)
        if field == Field.AREA:
            field = next(iter(unit), field)
        computed = (*COMPUTED, *FOUND_COLUMNS, PAPERS)
        is_ours = tidy_header(header) == tidy_header(ERROR_HEADER)
        if from_ledger and (header in computed or header.endswith(STEP_DONE)):
            field, is_ours = Field.IGNORE, True
        use = ColumnUse(index, header, field, is_ours=is_ours)
        uses.append(use)
        if guess and field not in (EXTRA, Field.IGNORE):
            group = "area" if field in AREA_FIELDS else field
            rank = (guess.order == LAST, field == Field.AREA, guess.order, index)
            rivals.setdefault(group, []).append((rank, use))
    for candidates in rivals.values():
        for (is_computed, *_), use in sorted(candidates, key=itemgetter(0))[1:]:
            use.field, use.also = (Field.IGNORE, "") if is_computed else (EXTRA, use.field)
    return uses


def _show_looks(sheet, uses):
    """数字格式补的 0、加的字照看到的读；面积照值，单位不在格子里。"""
    amounts = {use.index for use in uses if {use.field, use.also} & {*AREA_FIELDS}}
    looks = {place: text for place, text in sheet.looks.items() if place[1] not in amounts}
    rows = dict(sheet.rows) if looks else {}
    for (number, at), text in looks.items():
        if number in rows and at < len(rows[number]) and rows[number][at] is not None:
            rows[number][at] = text
    note = "格子照数字格式看到的样子读，如“"
    if looks and not any(note in told for told in sheet.notes):
        sheet.notes.append(f"有 {len(looks)} 个{note}{next(iter(looks.values()))}”。")


def _layout(sheet, header_row, start, uses, **given):
    _show_looks(sheet, uses)
    for use in uses:
        values = (v[use.index] for _, v in sheet.rows[start : start + 20] if use.index < len(v))
        use.samples = [as_text(value) for value in values if value is not None][:SAMPLES]
    headers = {tidy_header(use.header): use for use in uses if use.header}
    layout = Layout(sheet, header_row, start, uses, **given)
    if all(tidy_header(header) in headers for header in COMPUTED):
        layout.split_column = headers[tidy_header(STATUS)].index
    return layout


def _checked(layout, names):
    """还缺哪几列；缺了就读不了。"""
    have = set(layout.columns)
    if Field.CODE not in have:
        layout.missing.append("图斑编号")
    if not names.cloud:
        if not have & PLACED:
            layout.missing.append("村")
        if not have & AREA_FIELDS:
            layout.missing.append("面积")
    return layout
