"""错误标注表：上传的表，每张多一列“错误”；改好直接再传，那一列不用删。

改的是原来的文件（marked，合并的格子、列宽都留着），或照读到的内容另写一份（marked_copy，csv、矢量数据也行）。
"""

import io

from openpyxl import load_workbook

from taiping.ground.tables import styles
from taiping.ground.tables.column import Column
from taiping.ground.tables.form_sheets import add_sheet
from taiping.ground.tables.headers import HEADER_ROWS, plain_header
from taiping.ground.tables.problems import Problem
from taiping.ground.tables.properties import maker
from taiping.ground.tables.reading import (
    Sheet,
    column_letter,
    read_here,
    refuse_unfit,
    within_limits,
)
from taiping.ground.tables.sheet_writer import SheetWriter
from taiping.ground.tables.writing import new_book, put, saved, sheet_title, to_bytes

ERROR_HEADER, ERROR_SHEET = "错误", "错误说明"
WIDTH = 60  # “错误”列有多宽


def marked(source: bytes, problems: list[Problem]) -> bytes:
    """上传的表 + [Problem] → 同样的表，xlsx 的 bytes。

    说不到哪一行、或没有那张表的，写在“错误说明”表里。打不开抛 TableError，读不完抛 TooHeavy。
    """
    # 读文件的进程不认得各应用的类，只交给它文字
    placed = [(each.sheet, each.row, each.row_text, each.note) for each in problems]
    return within_limits(_marked, source, placed, maker())


def _marked(source, problems, made):
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
        copy = book.create_sheet(sheet_title(sheet.name))
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


def marked_copy(sheets: list[tuple[Sheet, int, int | None, dict[int, list[str]]]]) -> bytes:
    """照读到的内容写一份，行号和原来一样 → xlsx 的 bytes。

    每张表：(Sheet, 表头的行号（0 是没有）, 上次标注的“错误”在第几列（没有是 None，有就不再带上）,
    {行号: [句子]})；行号是 0 的写在第一行。
    """
    book = new_book(streamed=True)
    for sheet, header_row, old_notes, notes in sheets:
        _copy(book, sheet, header_row, old_notes, notes)
    return to_bytes(book)


def _copy(book, sheet, header_row, old_notes, notes):
    rows = [(number, values[:old_notes]) for number, values in sheet.rows]
    width = max(len(values) for _, values in rows)
    columns = [Column("", None)] * width + [Column(ERROR_HEADER, WIDTH)]
    copy = SheetWriter(book, sheet_title(sheet.name), columns)
    first = rows[0][0]
    for number, values in rows:
        while copy.number < number - 1:
            copy.line([], styles.AS_GIVEN)
        sentences = notes.get(number, [])
        if number == first:
            sentences = sentences + notes.get(0, [])
        header = ERROR_HEADER if number == header_row else ""
        look = styles.BOLD if header else styles.AS_GIVEN
        if sentences:
            look = styles.ERROR
        filled = [*values, *[None] * (width - len(values))]
        text = "；".join(filter(None, [header, *sentences]))
        copy.line([*filled, text], [styles.AS_GIVEN] * width + [look])
