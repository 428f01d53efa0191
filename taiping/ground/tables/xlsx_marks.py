"""读取库不说的，从 xlsx 里自己看：哪些行、列、格子看不见，哪些是公式错误、没有算过的公式，补了 0 的数字格式，超过 15 位的整数。

绝大多数表一样也没有，找一遍那几个字节就知道，不用一格格看。
"""

import re
import zipfile
from dataclasses import dataclass, field
from html import unescape

from defusedxml import ElementTree

from taiping.ground.tables.cell_styles import Styles, styles_of
from taiping.ground.tables.number_formats import look_of
from taiping.ground.tables.sheets import Place, Sheet, error_in

P = rb"(?:\w{1,20}:)?"  # 有的软件给每个标签都写上前缀
ROW = re.compile(rb"<" + P + rb"row(?=[\s/>])([^<>]*+)>")
COLUMN = re.compile(rb"<" + P + rb"col(?=[\s/>])([^<>]*+)>")
TAG = re.compile(rb"<" + P + rb"(row|c|f|v)(?=[\s/>])([^<>]*+)>([^<]*+)")
ATTRIBUTE = re.compile(rb"""(?<![\w:])([\w:]++)=(?:"([^"]*+)"|'([^']*+)')""")
FORMULA_STARTS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/")
NO_RESULT = re.compile(
    rb"(?:</" + P + rb"f>|<" + P + rb"f(?:\s[^<>]*+)?(?<=/)>)\s*+"
    rb"(?:<" + P + rb"v\s*/>|<" + P + rb"v>\s*+</" + P + rb"v>)?\s*+</" + P + rb"c>"
)
CELL_AT = re.compile(r"([A-Z]{1,3})(\d{1,7})")
TEXT_FORMULA = re.compile(r'"((?:[^"]|"")*)"')
ON = (b"1", b"true")
NUMBERS = (b"n", b"d")
MOST_DIGITS = 15  # 表格软件只记得住这么多位
NOT_CALCULATED = (
    "这一格是公式，文件里没有算出的结果。请在表格软件里打开，保存一次再传，或填上正确的内容。"
)


@dataclass
class Marks:
    """一张表里看到的：texts 是要换成的值，long 是超过 15 位的整数。"""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden_cells: set[Place] = field(default_factory=set)
    texts: dict[Place, str] = field(default_factory=dict)
    faults: dict[Place, str] = field(default_factory=dict)
    looks: dict[Place, str] = field(default_factory=dict)
    long: dict[Place, int] = field(default_factory=dict)


def mark_sheets(archive: zipfile.ZipFile, sheets: list[Sheet]) -> None:
    """archive 是检查过大小的 xlsx；看到的写进各张表。"""
    parts, styles = _parts(archive), None
    for sheet in sheets:
        part = parts.get(sheet.name)
        if part is None or not sheet.rows:
            continue
        text = archive.read(part)
        if text.startswith((b"\xff\xfe", b"\xfe\xff")):
            text = text.decode("utf-16").encode()
        if styles is None:
            styles = _styles(archive)
        put_marks(sheet, _look_through(text, styles, _has_long(sheet)))


def put_marks(sheet: Sheet, marks: Marks) -> None:
    sheet.hidden_rows, sheet.hidden_columns = marks.hidden_rows, marks.hidden_columns
    sheet.hidden_cells = marks.hidden_cells
    sheet.looks, sheet.faults = marks.looks, marks.faults
    values = marks.texts | (marks.long if _is_exact(marks.long) else {})
    if not values:
        return
    rows = dict(sheet.rows)
    for (number, at), value in values.items():
        row = rows.setdefault(number, [])
        row += [None] * (at + 1 - len(row))
        row[at] = value
    sheet.rows = sorted(rows.items())


def _is_exact(long):
    """超过 15 位的整数是不是一位不差：有一个是小数格式记不住的，写它的软件就是照整数写的。"""
    return any(
        int(float(number)) != number
        or (len(str(number).rstrip("0")) > MOST_DIGITS and number < 2**53)
        for number in long.values()
    )


def _parts(archive):
    """{表名: 在包里的哪一份}。"""
    names = set(archive.namelist())
    targets = {}
    if "xl/_rels/workbook.xml.rels" in names:
        for each in _tree(archive, "xl/_rels/workbook.xml.rels"):
            target = each.get("Target", "")
            path = target[1:] if target.startswith("/") else f"xl/{target}"
            targets[each.get("Id")] = path.replace("xl/./", "xl/")
    found = {}
    for each in _tree(archive, "xl/workbook.xml").iter():
        if each.tag.rpartition("}")[2] == "sheet":
            at = next((value for name, value in each.items() if name.endswith("}id")), None)
            if targets.get(at) in names:
                found[each.get("name")] = targets[at]
    return found


def _tree(archive, name):
    return ElementTree.fromstring(archive.read(name))


def _styles(archive):
    if "xl/styles.xml" not in archive.namelist():
        return Styles()
    return styles_of(_tree(archive, "xl/styles.xml"))


def _has_long(sheet):
    """有没有超过 15 位的整数：读取库都读成小数。"""
    for _, values in sheet.rows:
        for value in values:
            if type(value) is float and abs(value) >= 1e15:
                return True
    return False


def _look_through(text, styles, has_long):
    marks = Marks()
    for found in COLUMN.finditer(text, 0, max(text.find(b"sheetData"), 0)):
        _hide_columns(marks, _attributes(found[1]))
    if has_long or _needs_cells(text, styles):
        _cells(text, styles, marks)
    elif b"hidden=" in text or b'ht="0"' in text:
        number = 0
        for found in ROW.finditer(text):
            number = _row(marks, _attributes(found[1]), number)
    return marks


def _needs_cells(text, styles):
    styled = any(b's="%s"' % style in text or b"s='%s'" % style in text for style in styles.told)
    has_formulas = any(start in text for start in FORMULA_STARTS)
    has_errors = b't="e"' in text or b"t='e'" in text
    return styled or has_errors or (has_formulas and bool(NO_RESULT.search(text)))


def _attributes(text):
    return {name: double or single for name, double, single in ATTRIBUTE.findall(text)}


def _hide_columns(marks, given):
    if given.get(b"hidden") in ON or given.get(b"width") == b"0":
        first, last = (int(given.get(name, b"0") or 0) for name in (b"min", b"max"))
        marks.hidden_columns.update(range(first - 1, min(last, 1000)))


def _row(marks, given, before):
    """一行的行号；没有写的接着上一行。"""
    number = int(given[b"r"]) if given.get(b"r", b"").isdigit() else before + 1
    if given.get(b"hidden") in ON or given.get(b"ht") in (b"0", b"0.0"):
        marks.hidden_rows.add(number)
    return number


def _cells(text, styles, marks):
    number, at, cell = 0, -1, None
    for kind, given, content in TAG.findall(text):
        if kind == b"row":
            number, at = _row(marks, _attributes(given), number), -1
        elif kind == b"c":
            _finish(marks, styles, cell)
            given = _attributes(given)
            at = _column(given.get(b"r", b""), at)
            cell = (number, at), given.get(b"t", b"n"), given.get(b"s", b""), {}
        elif cell:
            cell[3][kind] = content
    _finish(marks, styles, cell)


def _column(reference, before):
    found = CELL_AT.fullmatch(reference.decode("ascii", "replace"))
    if not found:
        return before + 1
    at = 0
    for letter in found[1]:
        at = at * 26 + ord(letter) - 64
    return at - 1


def _finish(marks, styles, cell):
    """看完一格。"""
    if cell is None:
        return
    place, kind, style, parts = cell
    value = parts.get(b"v", b"").strip()
    if style in (styles.numbers if kind in NUMBERS else styles.texts):
        marks.hidden_cells.add(place)
    if kind == b"e":
        marks.texts[place] = unescape(value.decode("utf-8", "replace")) or "#VALUE!"
        marks.faults[place] = error_in(marks.texts[place]) or NOT_CALCULATED
    elif b"f" in parts and not value:
        if kind != b"str":
            _not_calculated(marks, place, unescape(parts[b"f"].decode("utf-8", "replace")))
    elif kind == b"n" and value:
        if value.isdigit() and len(value) > MOST_DIGITS:
            marks.long[place] = int(value)
        elif style in styles.formats and (look := look_of(styles.formats[style], _number(value))):
            marks.looks[place] = look


def _not_calculated(marks, place, formula):
    """没有算过的公式；="001" 这样的就是文字 001。"""
    if text := TEXT_FORMULA.fullmatch(formula.removeprefix("=")):
        marks.texts[place] = text[1].replace('""', '"')
        return
    marks.texts[place] = f"={formula.removeprefix('=')}"[:200] if formula else "=公式"
    marks.faults[place] = NOT_CALCULATED


def _number(value):
    try:
        return float(value)
    except ValueError:
        return -1
