"""认列：表头在哪一行，每一列是什么，面积是什么单位。认不出的由人在预览页上对。"""

from dataclasses import dataclass, field
from typing import NamedTuple

from plots.models.column_aliases import ColumnAlias
from plots.models.columns import (
    AREAS,
    BRACKETED,
    CLOUD,
    COMPUTED,
    ERRORS,
    EXTRA,
    FOUND_VILLAGE,
    HEADERS,
    MEASURED,
    STATUS,
    STEP_DONE,
    UNIT_WORDS,
    WITH_UNIT,
    Field,
    tidy_header,
    units_in,
)
from taiping.ground.tables import as_text, column_letter

AREA_FIELDS = {Field.AREA, *AREAS}
PLACED = {Field.VILLAGE, Field.VILLAGE_CODE}
SEARCHED_ROWS, LONGEST_HEADER, SAMPLES = 1000, 60, 2
LAST = 10_000  # 由图形算出的列：文件自己有的时候不用
OWN = {tidy_header(header) for header in (*HEADERS.values(), *COMPUTED, ERRORS)}


class Guess(NamedTuple):
    field: str
    order: int


class Names:
    """表头的写法：模板和台账自己的表头，加上后台“表头的写法”。建的时候查一次库。"""

    def __init__(self, *, cloud=False):
        self.cloud, self.seen = cloud, {}
        self.known = {tidy_header(header): Guess(field, -1) for field, header in HEADERS.items()}
        self.known[tidy_header(ERRORS)] = Guess(Field.IGNORE, -1)
        for text, name, order in ColumnAlias.objects.values_list("text", "field", "order"):
            self.known.setdefault(tidy_header(text), Guess(name, order))
        self.known[tidy_header(MEASURED)] = Guess(Field.AREA_MU, LAST)
        self.known[tidy_header(FOUND_VILLAGE)] = Guess(Field.VILLAGE, LAST)

    def find(self, value):
        """一个单元格像哪一列：Guess 或 None。"""
        if not isinstance(value, str) or len(value) > LONGEST_HEADER:
            return None
        if value not in self.seen:
            guess = self._find(tidy_header(value))
            usable = guess and (self.cloud or guess.field not in CLOUD)
            self.seen[value] = guess if usable else None
        return self.seen[value]

    def _find(self, key):
        if key in self.known:
            return self.known[key]
        if unit := WITH_UNIT.fullmatch(key):
            guess = self.known.get(unit[1])
            if guess and guess.field in AREA_FIELDS:
                return Guess(UNIT_WORDS[unit[2]], guess.order)
        guess = self.known.get(BRACKETED.sub("", key))
        return guess if guess and guess.field not in AREA_FIELDS else None

    def is_header(self, guesses):
        fields = {guess.field for guess in guesses.values()}
        others = {*CLOUD} if self.cloud else PLACED | AREA_FIELDS
        return Field.CODE in fields and bool(fields & others)

    def guesses(self, values):
        found = {index: self.find(value) for index, value in enumerate(values)}
        return {index: guess for index, guess in found.items() if guess}


@dataclass
class ColumnUse:
    """一列：第几列、表头、用作什么；also 是“也像”的那一项，没有用上。"""

    index: int
    header: str
    field: str
    samples: list = field(default_factory=list)
    also: str = ""

    @property
    def letter(self):
        return column_letter(self.index)

    @property
    def label(self):
        return self.header or f"{self.letter} 列"


@dataclass
class Layout:
    """一张表怎么读：header_row 是表头的行号（0 是没有表头），start 是第一行数据在 rows 里的位置。"""

    sheet: object
    header_row: int
    start: int
    uses: list
    used: bool = True
    by_hand: bool = False
    missing: list = field(default_factory=list)
    split_column: int | None = None

    def __post_init__(self):
        self.columns = {
            use.field: use for use in self.uses if use.field not in (EXTRA, Field.IGNORE)
        }
        self.extras = _extra_keys(use for use in self.uses if use.field == EXTRA)

    @property
    def name(self):
        return self.sheet.name

    def index(self, *fields):
        return next((self.columns[name].index for name in fields if name in self.columns), None)

    def area(self):
        return next((use for name, use in self.columns.items() if name in AREA_FIELDS), None)


def find_layouts(sheets, names, manual=None):
    """每张表的 Layout；manual 是 {表名: {"header", "columns", "used"}}，手工对过的照手工的。"""
    manual = {sheet.name: sheet.told for sheet in sheets if hasattr(sheet, "told")} | (manual or {})
    return [
        _by_hand(sheet, names, manual[sheet.name])
        if sheet.name in manual
        else _recognised(sheet, names)
        for sheet in sheets
        if sheet.rows
    ]


def _recognised(sheet, names):
    for position, (number, values) in enumerate(sheet.rows[:SEARCHED_ROWS]):
        guesses = names.guesses(values)
        if names.is_header(guesses):
            headers, start = _two_rows(sheet, position, names, guesses)
            layout = _layout(
                sheet, number, start, _chosen(headers, names, _unit_above(sheet, position))
            )
            return _checked(layout, names)
    # 没有认出来：猜一行最像表头的，摆给人看。
    head = max(
        range(min(10, len(sheet.rows))),
        key=lambda at: sum(isinstance(v, str) for v in sheet.rows[at][1]),
    )
    number, values = sheet.rows[head]
    uses = _chosen([as_text(value) for value in values], names, set())
    return _layout(sheet, number, head + 1, uses, used=False)


def _by_hand(sheet, names, told):
    header_row = int(told.get("header") or 0)
    positions = {number: position for position, (number, _) in enumerate(sheet.rows)}
    if header_row and header_row not in positions:
        header_row = 0
    width = max(len(values) for _, values in sheet.rows)
    start = positions[header_row] + 1 if header_row else 0
    headers = [""] * width
    if header_row:
        headers, start = _two_rows(sheet, start - 1, names, names.guesses(sheet.rows[start - 1][1]))
        headers += [""] * (width - len(headers))
    fields = told.get("columns", {})
    unit = _unit_above(sheet, positions.get(header_row, 0))
    uses = (
        _chosen(headers, names, unit)
        if not fields
        else [
            ColumnUse(index, header, fields.get(str(index), EXTRA if header else Field.IGNORE))
            for index, header in enumerate(headers)
        ]
    )
    for use in uses:
        if use.field == Field.AREA:
            guess = names.find(use.header)
            use.field = (
                guess.field if guess and guess.field in AREAS else next(iter(unit), use.field)
            )
    return _checked(
        _layout(sheet, header_row, start, uses, used=told.get("used", True), by_hand=True), names
    )


def _two_rows(sheet, position, names, guesses):
    """表头的文字；上一行或下一行如果是另一层表头、单位行，合到一起。返回（文字, 数据从哪个位置开始）。"""
    number, values = sheet.rows[position]
    headers = [as_text(value) for value in values]
    above_number, above = sheet.rows[position - 1] if position else (0, [])
    upper = {
        index: value
        for index, value in enumerate(above[: len(values)])
        if values[index] is None and value
    }
    if above_number == number - 1 and any(names.find(value) for value in upper.values()):
        for index, value in upper.items():
            headers[index] = as_text(value)
    code = next((index for index, guess in guesses.items() if guess.field == Field.CODE), None)
    if position + 1 >= len(sheet.rows) or code is None:
        return headers, position + 1
    below_number, below = sheet.rows[position + 1]
    filled = {index: value for index, value in enumerate(below) if value is not None}
    if (
        below_number != number + 1
        or code in filled
        or not all(isinstance(v, str) for v in filled.values())
    ):
        return headers, position + 1
    units = {
        index: value
        for index, value in filled.items()
        if tidy_header(value).strip("()[]") in UNIT_WORDS
    }
    lower = {index: value for index, value in filled.items() if names.find(value)}
    if len(units) != len(filled) and not lower:
        return headers, position + 1
    headers += [""] * (len(below) - len(headers))
    for index, value in filled.items():
        if index in units:
            headers[index] += f"（{tidy_header(value).strip('()[]')}）"
        elif index in lower or index not in guesses:
            headers[index] = value
    return headers, position + 2


def _unit_above(sheet, position):
    """表头上面“单位：亩”写的面积单位；没写或写了几种，就不算写清。"""
    cells = (
        value for _, values in sheet.rows[:position] for value in values if isinstance(value, str)
    )
    units = set().union(*(units_in(text) for text in cells if "单位" in text))
    return units if len(units) == 1 else set()


def _chosen(headers, names, unit):
    """每一项只用一列：单位清楚的、写法靠前的、左边的优先，其余按其他列保留。"""
    tidied = {tidy_header(header) for header in headers if header}
    from_ledger = {tidy_header(header) for header in COMPUTED} <= tidied
    uses, rivals = [], {}
    for index, header in enumerate(headers):
        guess = names.find(header) if header else None
        name = guess.field if guess else (EXTRA if header else Field.IGNORE)
        if name == Field.AREA and unit:
            name = next(iter(unit))
        computed = header in COMPUTED or header.endswith(STEP_DONE)
        if from_ledger and computed and not names.cloud:
            name = Field.IGNORE
        use = ColumnUse(index, header, name)
        uses.append(use)
        if guess and name not in (EXTRA, Field.IGNORE):
            group = "area" if name in AREA_FIELDS else name
            computed = guess.order == LAST
            rivals.setdefault(group, []).append(
                (computed, name == Field.AREA, guess.order, index, use)
            )
    for candidates in rivals.values():
        for computed, *_, use in sorted(candidates, key=lambda entry: entry[:4])[1:]:
            use.field, use.also = (Field.IGNORE, "") if computed else (EXTRA, use.field)
    return uses


def _layout(sheet, header_row, start, uses, **given):
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


def _extra_keys(uses):
    """其他列的名字：和台账自己的表头重名的前面加“原表”，同名的编上号。"""
    keys, taken, numbers = {}, set(), {}
    for use in uses:
        key = " ".join(use.label.split())
        key = f"原表{key}" if tidy_header(key) in OWN else key
        same, number = key, numbers.get(key, 2)
        while same in taken:
            same, number = f"{key}（{number}）", number + 1
        keys[use.index], numbers[key] = same, number
        taken.add(same)
    return keys
