"""读取库不说的，从老的 xls（WPS 的 .et 也是）里自己看：隐藏的行、列，公式错误，补了 0 的数字格式。"""

import struct

from taiping.ground.tables.cell_styles import WHITE_NUMBERS, Styles
from taiping.ground.tables.number_formats import look_of
from taiping.ground.tables.sheets import Sheet, error_in
from taiping.ground.tables.xlsx_marks import Marks, put_marks

SMALL = 64
STREAMS = ("Workbook", "Book")
EOF_, BOUND, BOF = 0x0A, 0x85, 0x809
FORMAT, XF, ROW, COLUMNS, FONT = 0x41E, 0xE0, 0x208, 0x7D, 0x31
MANY_RK, FORMULA, BOOL_OR_ERROR = 0xBD, 0x06, 0x205
NUMBERS = (0x203, 0x27E, FORMULA)
TEXTS = (0x204, 0xD6, 0xFD)
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!"}
ERRORS[42] = "#N/A"
MOST_COLUMNS = 256
UNSEEN = (
    "这份老的 .xls 看不出有没有隐藏的行、列和公式错误，请核对，或在表格软件里另存为 .xlsx 再传。"
)


def mark_old_sheets(content: bytes, sheets: list[Sheet]) -> None:
    """content 是读取库读得了的 xls；看到的写进各张表。认不得的写法（更老的版本）说一句。"""
    try:
        stream = _workbook(content)
        starts, styles = _globals(stream)
        for sheet in sheets:
            if sheet.rows:
                put_marks(sheet, _marks(stream, starts[sheet.name], styles, dict(sheet.rows)))
    except (struct.error, IndexError, ValueError, KeyError):
        sheets[0].notes.append(UNSEEN)


def _workbook(content):
    """OLE 容器里的工作簿那一段。"""
    (shift,) = struct.unpack_from("<H", content, 30)
    size, per = 1 << shift, (1 << shift) // 4
    fat_count, directory = struct.unpack_from("<I", content, 44)[0], _u32(content, 48)
    cutoff, extra, extra_count = _u32(content, 56), _u32(content, 68), _u32(content, 72)
    places = list(struct.unpack_from("<109I", content, 76))
    for _ in range(min(extra_count, len(content) // size)):
        block = struct.unpack_from(f"<{per}I", content, (extra + 1) * size)
        places += block[:-1]
        extra = block[-1]
    fat = []
    for at in places[: min(fat_count, len(content) // size)]:
        fat += struct.unpack_from(f"<{per}I", content, (at + 1) * size)
    entries = _chain(content, fat, directory, size, skip=1)
    for at in range(0, len(entries), 128):
        entry = entries[at : at + 128]
        (length,) = struct.unpack_from("<H", entry, 64)
        name = entry[: max(length - 2, 0)].decode("utf-16-le", "replace")
        start, whole = _u32(entry, 116), _u32(entry, 120)
        if name not in STREAMS:
            continue
        if whole >= cutoff:
            return _chain(content, fat, start, size, skip=1)[:whole]
        # 小的几段挤在一起，另有一张更细的表
        inner = _chain(content, fat, _u32(entries, 116), size, skip=1)
        small = _chain(content, fat, _u32(content, 60), size, skip=1)
        fine = struct.unpack(f"<{len(small) // 4}I", small)
        return _chain(inner, fine, start, SMALL, skip=0)[:whole]
    raise ValueError("没有工作簿")


def _u32(content, at):
    return struct.unpack_from("<I", content, at)[0]


def _chain(content, fat, start, size, *, skip):
    """一块接一块；skip 是前面有几块不算（容器的开头）。"""
    parts, left = [], len(content) // size + 1
    while start < len(fat) and left:
        parts.append(content[(start + skip) * size : (start + skip + 1) * size])
        start, left = fat[start], left - 1
    return b"".join(parts)


def _records(stream, at):
    """从一段的开头到这一段完：(种类, 内容)；套在里面的图表跳过。"""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == BOF:
            depth += 1
        elif kind == EOF_:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, body


def _globals(stream):
    """({表名: 从哪里开始}, Styles)。"""
    starts, codes, looks, fonts = {}, {}, [], []
    for kind, body in _records(stream, 0):
        if kind == BOUND:
            wide = body[7] & 1
            raw = body[8 : 8 + body[6] * (2 if wide else 1)]
            starts[raw.decode("utf-16-le" if wide else "latin-1")] = _u32(body, 0)
        elif kind == FORMAT:
            index, length, wide = struct.unpack_from("<HHB", body, 0)
            raw = body[5 : 5 + length * (2 if wide & 1 else 1)]
            codes[index] = raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace")
        elif kind == FONT:
            fonts.append(struct.unpack_from("<H", body, 4)[0] in WHITE_NUMBERS)
        elif kind == XF:
            looks.append(body)
    styles = Styles()
    for number, body in enumerate(looks):
        font, index = struct.unpack_from("<HH", body, 0)
        font -= font > 4  # 第 4 种字体从来没有
        is_white = font < len(fonts) and fonts[font] and _is_bare(body)
        styles.add(number, codes.get(index, ""), is_white=is_white)
    return starts, styles


def _is_bare(body):
    """没有底色，或底色是白的。"""
    pattern, colour = _u32(body, 14) >> 26, struct.unpack_from("<H", body, 18)[0] & 0x7F
    return not pattern or colour in WHITE_NUMBERS


def _marks(stream, start, styles, values):
    marks = Marks()
    for kind, body in _records(stream, start):
        if kind == ROW:
            number, options = struct.unpack_from("<H", body, 0)[0] + 1, body[12]
            if options & 0x20:
                marks.hidden_rows.add(number)
        elif kind == COLUMNS:
            first, last = struct.unpack_from("<HH", body, 0)
            if body[8] & 1:
                marks.hidden_columns.update(range(first, min(last, MOST_COLUMNS) + 1))
        elif kind == BOOL_OR_ERROR and body[7]:
            _note_error(marks, body, body[6])
        elif kind == FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            _note_error(marks, body, body[8])
        else:
            _note_values(marks, styles, kind, body, values)
    return marks


def _note_values(marks, styles, kind, body, values):
    """一格的、一串数的。"""
    if kind == MANY_RK:
        row, column = struct.unpack_from("<HH", body, 0)
        for at in range((len(body) - 6) // 6):
            (style,) = struct.unpack_from("<H", body, 4 + 6 * at)
            _note_number(marks, styles, style, (row + 1, column + at), values)
    elif kind in NUMBERS or kind in TEXTS:
        row, column, style = struct.unpack_from("<HHH", body, 0)
        if kind in NUMBERS:
            _note_number(marks, styles, style, (row + 1, column), values)
        elif style in styles.texts:
            marks.hidden_cells.add((row + 1, column))


def _note_error(marks, body, code):
    row, column = struct.unpack_from("<HH", body, 0)
    place = row + 1, column
    marks.texts[place] = ERRORS.get(code, "#VALUE!")
    marks.faults[place] = error_in(marks.texts[place])


def _note_number(marks, styles, style, place, values):
    if style in styles.numbers:
        marks.hidden_cells.add(place)
    code = styles.formats.get(style)
    row = values.get(place[0], [])
    value = row[place[1]] if place[1] < len(row) else None
    if code and isinstance(value, (int, float)) and (look := look_of(code, value)):
        marks.looks[place] = look
