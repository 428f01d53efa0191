"""错误标注表：上传的表，每张多一列“错误”；改好直接再传，那一列不用删。

改的是原来的文件（marked，合并的格子、列宽都留着），或照读到的内容另写一份（marked_copy，csv、矢量数据也行）。
"""

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment

from taiping.ground.books import styles
from taiping.ground.books.column import Column
from taiping.ground.books.form_sheets import add_sheet
from taiping.ground.books.sheet_writer import SheetWriter
from taiping.ground.books.writing import new_book, put, saved, sheet_title, to_bytes
from taiping.ground.properties import maker
from taiping.ground.tables.cells import shown
from taiping.ground.tables.headers import ERROR_HEADER, ERROR_SHEET, HEADER_ROWS, plain_header
from taiping.ground.tables.packages import straight
from taiping.ground.tables.problems import Problem
from taiping.ground.tables.reading import read_here, refuse_unfit, within_limits
from taiping.ground.tables.sheets import TableError, column_letter

WIDTH = 60  # “错误”列有多宽
NARROWEST, WIDEST, MEASURED_ROWS = 6, 40, 200  # 另写一份时各列多宽，看前面多少行
MOST_CELLS = 100_000  # 再多的格子，改原文件太慢，另写一份
NOTE_SIZE = {"width": 300, "height": 90}
FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})(\d{1,7})"((?: [a-z]+="[^"<>]*")*+)>(<f[ >/][^<]*+(?:</f>)?)<v ?/?>(?:</v>)?</c>'
)
SHEET_PART = re.compile(r"xl/worksheets/sheet(\d{1,4})\.xml")


@dataclass
class MarkedSheet:
    """标注的一张表：rows、merges 和读到的一样（见 Sheet）；head 是表头的行号（0 是没有）。

    old_notes 是上次标注的“错误”在第几列（从 0 起，没有是 None）；notes 是 行号 → 句子，行号 0 是整张表的；
    wrong 是 行号 → {第几列}，要标出来的格子；mended 是 行号 → {第几列: 值}，要写成新值的格子；
    hidden 是隐藏着、没有读的各列，里面有人的内容。
    """

    name: str
    rows: list[tuple[int, list]]
    merges: list[tuple[int, int, int]]
    head: int
    old_notes: int | None
    notes: dict[int, list[str]] = field(default_factory=dict)
    wrong: dict[int, set[int]] = field(default_factory=dict)
    mended: dict[int, dict[int, object]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)


def marked(source: bytes, problems: list[Problem]) -> bytes:
    """上传的表 + [Problem] → 同样的表，xlsx 的 bytes。

    说不到哪一行、或没有那张表的，写在“错误说明”表里。打不开抛 TableError，读不完抛 TooHeavy。
    """
    # 读文件的进程不认得各应用的类，只交给它文字
    placed = [(each.sheet, each.row, each.row_text, each.note) for each in problems]
    return within_limits(_marked, source, placed, maker())


def _marked(source, problems, made):
    source = straight(source)
    refuse_unfit(source)
    try:
        book = load_workbook(io.BytesIO(source))
    except Exception:  # 老的 .xls 和样式不规范的文件，openpyxl 会抛各种错；内容照样能标
        book = _plain_copy(source)
    if ERROR_SHEET in book.sheetnames:
        del book[ERROR_SHEET]
    loose = [problem for problem in problems if not problem[1] or problem[0] not in book.sheetnames]
    for sheet in book.worksheets:
        notes = {}
        for name, number, _, sentence in problems:
            if name == sheet.title and number:
                notes.setdefault(number, []).append(sentence)
        _mark_sheet(sheet, notes)
    if loose:
        columns = [Column("工作表", 14), Column("行", 8), Column("怎么改", 90)]
        rows = [[name, row_text, sentence] for name, _, row_text, sentence in loose]
        add_sheet(book, ERROR_SHEET, columns, rows, filtered=False)
    return saved(book, made)


def _plain_copy(source):
    book = new_book()
    for sheet in read_here(source):
        copy = book.create_sheet(sheet_title(sheet.name, book.sheetnames))
        for number, values in sheet.rows:
            for index, value in enumerate(values, start=1):
                put(copy.cell(number, index), value)
    return book


def _mark_sheet(sheet, notes):
    head, index = _error_column(sheet)
    for number in range(head, sheet.max_row + 1):
        if sheet.cell(number, index).value:
            sheet.cell(number, index).value = None
    if not notes:
        return
    put(sheet.cell(head, index), ERROR_HEADER).font = styles.ERROR_FONT
    sheet.column_dimensions[column_letter(index - 1)].width = WIDTH
    for number, sentences in notes.items():
        styles.ERROR.dress(put(sheet.cell(number, index), "\n".join(sentences)))


def _error_column(sheet):
    """（表头在哪一行，“错误”写在第几列）：已有“错误”列就用它，没有就接在最后。"""
    best, head = -1, 1
    for number in range(1, min(sheet.max_row, HEADER_ROWS) + 1):
        values = [cell.value for cell in sheet[number]]
        filled = sum(value is not None for value in values)
        headers = [plain_header(value) for value in values]
        if ERROR_HEADER in headers:
            return number, headers.index(ERROR_HEADER) + 1
        if filled > best:
            best, head = filled, number
    return head, sheet.max_column + 1


def marked_original(source: bytes, sheets: list[MarkedSheet]) -> bytes | None:
    """上传的 xlsx 原样，读了的表多一列“错误”，错的格子标出来；不能这样改的（太大、老的 .xls、打不开）是 None。"""
    cells = sum(len(values) for marks in sheets for _, values in marks.rows)
    if cells > MOST_CELLS or not source.startswith(b"PK"):
        return None
    # 读文件的进程不认得数据类以外的东西，只交给它这几样
    try:
        return within_limits(_marked_original, source, sheets, maker())
    except TableError:
        return None


def _marked_original(source, sheets, made):
    source = straight(source)
    refuse_unfit(source)
    values = {sheet.name: dict(sheet.rows) for sheet in read_here(source)}
    try:
        book = load_workbook(io.BytesIO(source))
    except Exception:  # 样式不规范的文件，openpyxl 会抛各种错；另写一份
        return None
    for marks in sheets:
        if marks.name not in book.sheetnames:
            return None
        _mark_original(book[marks.name], marks)
    titles = [sheet.title for sheet in book.worksheets]
    return _with_results(saved(book, made), [values.get(title, {}) for title in titles])


def _mark_original(sheet, marks):
    at = marks.old_notes if marks.old_notes is not None else _free_column(marks)
    for number, _ in marks.rows:
        if marks.old_notes is not None and number != marks.head:
            sheet.cell(number, at + 1).value = None
    if marks.head:
        head = put(sheet.cell(marks.head, at + 1), ERROR_HEADER)
        head.font = styles.ERROR_FONT
        if whole := [*marks.notes.get(0, []), *marks.notes.get(marks.head, [])]:
            head.comment = Comment("\n".join(whole), "系统", **NOTE_SIZE)
    sheet.column_dimensions[column_letter(at)].width = WIDTH
    for number, sentences in marks.notes.items():
        if number not in (0, marks.head):
            styles.ERROR.dress(put(sheet.cell(number, at + 1), "\n".join(sentences)))
    for number, cells in marks.mended.items():
        for column, value in cells.items():
            cell = sheet.cell(number, column + 1)
            if not isinstance(cell, MergedCell):
                put(cell, value)
    for number, columns in marks.wrong.items():
        for column in columns:
            _mark_cell(sheet.cell(number, column + 1), marks.notes.get(number, []))


def _mark_cell(cell, sentences):
    if isinstance(cell, MergedCell):
        return  # 左右合并的，错写在“错误”列里
    cell.fill = styles.ERROR_FILL
    if cell.comment is None and sentences:
        cell.comment = Comment("\n".join(sentences), "系统", **NOTE_SIZE)


def _free_column(marks):
    """“错误”写在第几列（从 0 起）：表头最后一列的右边，下面也都空着的第一列。"""
    taken = set(marks.hidden)
    for _, values in marks.rows:
        taken.update(at for at, value in enumerate(values) if value is not None)
    heads = [values for number, values in marks.rows if number == marks.head]
    filled = [at for values in heads for at, value in enumerate(values) if value is not None]
    at = 1 + (max(filled) if filled else max(taken))
    while at in taken:
        at += 1
    return at


def _with_results(content, sheets):
    """公式算好的结果写回去：openpyxl 只写公式，没有在表格软件里重算过的，再传上来就是空的。"""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for info in old.infolist():
            text = old.read(info)
            if found := SHEET_PART.fullmatch(info.filename):
                number = int(found[1]) - 1
                if number < len(sheets):
                    text = FORMULA.sub(_result_of(sheets[number]), text)
            new.writestr(info, text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _result_of(rows):
    def written(found):
        letters, number, more, formula = found.groups()
        at = 0
        for letter in letters:
            at = at * 26 + letter - 64
        values = rows.get(int(number), [])
        value = values[at - 1] if at <= len(values) else None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return found[0]
        kind = b' t="str"' if isinstance(value, str) else b""
        result = escape(shown(value)).encode()
        place = b'<c r="' + letters + number + b'"' + more + kind + b">"
        return place + formula + b"<v>" + result + b"</v></c>"

    return written


def marked_copy(sheets: list[MarkedSheet]) -> bytes:
    """照读到的内容写一份，行号和原来一样，上下合并的照样合并 → xlsx 的 bytes。"""
    book = new_book(streamed=True)
    for marks in sheets:
        _copy(book, marks)
    return to_bytes(book)


def _copy(book, marks):
    width = max(len(values) for _, values in marks.rows)
    place = width if marks.old_notes is None else marks.old_notes
    widths = _widths(marks.rows, max(width, place + 1))
    widths[place] = WIDTH
    columns = [Column(ERROR_HEADER if at == place else "", each) for at, each in enumerate(widths)]
    freeze = f"A{marks.head + 1}" if marks.head else None
    copy = SheetWriter(book, sheet_title(marks.name, book.sheetnames), columns, freeze=freeze)
    first = marks.rows[0][0]
    for number, values in marks.rows:
        while copy.number < number - 1:
            copy.line([], styles.AS_GIVEN)
        sentences = marks.notes.get(number, [])
        if number == first and number != marks.head:
            sentences = sentences + marks.notes.get(0, [])
        header = ERROR_HEADER if number == marks.head else ""
        look = styles.ERROR if sentences else styles.AS_GIVEN
        looks = [styles.AS_GIVEN] * len(widths)
        for at in marks.wrong.get(number, ()):
            looks[at] = styles.WRONG
        filled = [*values, *[None] * (len(widths) - len(values))]
        for at, value in marks.mended.get(number, {}).items():
            filled[at] = value
        filled[place] = header or "\n".join(sentences)
        looks[place] = styles.BOLD if header else look
        copy.line(filled, looks)
    for top, bottom, at in marks.merges:
        if at != place:
            copy.merge(top, at + 1, bottom, at + 1)


def _widths(rows, width):
    """各列多宽：照前面几行的字。"""
    widths = [NARROWEST] * width
    for _, values in rows[:MEASURED_ROWS]:
        for at, value in enumerate(values):
            text = shown(value)
            widths[at] = max(widths[at], min(len(text) + len(text.encode()) // 3, WIDEST))
    return widths
