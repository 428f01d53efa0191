"""把错误写回上传的表：合并的格子、列宽都留着，每张表多一列“错误”。"""

import io
import re

from openpyxl import load_workbook

from taiping.ground.tables.cells import shown
from taiping.ground.tables.reading import column_letter, read_here, refuse_unfit, within_limits
from taiping.ground.tables.sheet_writer import Column, add_sheet
from taiping.ground.tables.styles import ERROR, ERROR_FONT
from taiping.ground.tables.writing import new_book, put, sheet_title, to_bytes
from taiping.ground.texts import half_width

ERROR_HEADER, ERROR_SHEET = "错误", "错误说明"
HEADER_ROWS = 10  # 表头要在前十行里
BLANKS = re.compile(r"[\s*]")


def plain_header(value):
    """表头去掉空白和星号，全角换半角。"""
    return BLANKS.sub("", half_width(shown(value)))


def marked(source, problems):
    """上传的表（bytes）+ [(表名, 行号或 None, 行的说法, 句子)] → xlsx 的 bytes。

    行号是 None、或表里没有那张表的，写在“错误说明”表里。打不开抛 TableError，读不完抛 TooHeavy。
    """
    return within_limits(_marked, source, problems)


def _marked(source, problems):
    refuse_unfit(source)
    try:
        book = load_workbook(io.BytesIO(source))
    except Exception:  # 老的 .xls 和样式不规范的文件，openpyxl 会抛各种错；内容照样能标
        book = _plain_copy(source)
    if ERROR_SHEET in book.sheetnames:
        del book[ERROR_SHEET]
    loose = [problem for problem in problems if not problem[1] or problem[0] not in book.sheetnames]
    for sheet in book.worksheets:
        told = {}
        for name, number, _, sentence in problems:
            if name == sheet.title and number:
                told.setdefault(number, []).append(sentence)
        _mark_sheet(sheet, told)
    if loose:
        columns = [Column("工作表", 14), Column("行", 8), Column("怎么改", 90)]
        rows = [[name, row_text, sentence] for name, _, row_text, sentence in loose]
        add_sheet(book, ERROR_SHEET, columns, rows, filtered=False)
    return to_bytes(book)


def _plain_copy(source):
    book = new_book()
    for sheet in read_here(source):
        copy = book.create_sheet(sheet_title(sheet.name))
        for number, values in sheet.rows:
            for index, value in enumerate(values, start=1):
                put(copy.cell(number, index), value)
    return book


def _mark_sheet(sheet, told):
    head, index = _error_column(sheet)
    for number in range(head, sheet.max_row + 1):
        if sheet.cell(number, index).value:
            sheet.cell(number, index).value = None
    if not told:
        return
    put(sheet.cell(head, index), ERROR_HEADER).font = ERROR_FONT
    sheet.column_dimensions[column_letter(index - 1)].width = 60
    for number, sentences in told.items():
        ERROR.dress(put(sheet.cell(number, index), "\n".join(sentences)))


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
