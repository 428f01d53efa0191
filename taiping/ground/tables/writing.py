"""表格的写：有表头样式、列宽、冻结、筛选、下拉和打印设置的 Excel。文字永远是文字，数永远是数。"""

import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from taiping.ground.tables.cells import clean_text, shown
from taiping.ground.tables.reading import TableError

LONGEST_TEXT = 32767  # 一个单元格最多这么多字
LINE = Border(*(Side(style="thin", color="DDE4DD"),) * 4)
HEADER_FONT, HEADER_FILL = Font(bold=True, color="FFFFFF"), PatternFill("solid", fgColor="2F6B3F")
REQUIRED_FILL = PatternFill("solid", fgColor="1F4A2B")
NOTE_FONT, NOTE_FILL = (
    Font(italic=True, color="5C6860", size=10),
    PatternFill("solid", fgColor="F1F4EF"),
)
ERROR_FONT, ERROR_FILL = Font(color="B3382C"), PatternFill("solid", fgColor="FBECEA")
NOT_IN_TITLE, TITLE_LENGTH = re.compile(r"[\\*?:/\[\]]"), 31
DROPDOWN_ROWS = 1000


def sheet_title(name):
    """工作表的名字：表格软件不许用的字换成“_”，最多 31 个字。重名的 openpyxl 自己编号。"""
    return NOT_IN_TITLE.sub("_", name)[:TITLE_LENGTH].strip("'") or "表"


@dataclass(frozen=True)
class Column:
    """一列：表头，列宽，表头下的说明，可选的值，数字格式。"""

    header: str
    width: float = 14
    note: str = ""
    choices: tuple[str, ...] = ()
    number_format: str = ""
    required: bool = False


def put(cell, value):
    """把值写进单元格：= + - @ 开头的文字还是文字；超过 15 位有效数字的数写成文字，免得丢掉尾数。"""
    if isinstance(value, bool):
        value = shown(value)
    if isinstance(value, (int, Decimal)) and len(shown(value).lstrip("-0.").replace(".", "")) > 15:
        value = shown(value)
    if isinstance(value, datetime):
        value = value.isoformat(sep=" ")
    if isinstance(value, str):
        value = clean_text(value)
        if len(value) > LONGEST_TEXT:
            raise TableError(
                f"“{value[:20]}…”有 {len(value)} 个字，"
                f"表格的一格最多放 {LONGEST_TEXT} 个字。请先删短，或导出 JSON。"
            )
        cell.value = value or None
        if value:
            cell.data_type = "s"
            cell.number_format = "@"
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "yyyy-mm-dd"
    return cell


def new_book():
    book = Workbook()
    book.remove(book.active)
    return book


def add_sheet(book, name, columns, rows, *, note_row=False, title="", filtered=True):
    """加一张表：可选的标题行、表头、可选的说明行、数据行；设好冻结、筛选、下拉和 A4 横向打印。"""
    sheet = book.create_sheet(name)
    last = get_column_letter(len(columns))
    number = 1
    if title:
        sheet.merge_cells(f"A1:{last}1")
        put(sheet["A1"], title).font = Font(bold=True, size=16)
        sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
        sheet.row_dimensions[1].height = 30
        number = 2
    head = number
    for index, column in enumerate(columns, start=1):
        _put_header(sheet.cell(head, index), column)
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    if note_row:
        number += 1
        _put_notes(sheet, number, columns)
    first = number + 1
    for values in rows:
        number += 1
        for index, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            cell = put(sheet.cell(number, index), value)
            cell.border, cell.alignment = (
                LINE,
                Alignment(vertical="top", wrap_text=isinstance(value, str)),
            )
            if column.number_format and not isinstance(value, str):
                cell.number_format = column.number_format
    _add_dropdowns(sheet, columns, first, max(number, first) + DROPDOWN_ROWS)
    sheet.freeze_panes = f"B{first}"
    if filtered and number >= first:
        sheet.auto_filter.ref = f"A{first - 1}:{last}{number}"
    print_landscape(sheet, f"{head}:{head}")
    return sheet


def _put_header(cell, column):
    put(cell, column.header)
    cell.font, cell.border = HEADER_FONT, LINE
    cell.fill = REQUIRED_FILL if column.required else HEADER_FILL
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if column.note:
        cell.comment = Comment(column.note, "系统", width=260, height=120)


def _put_notes(sheet, number, columns):
    for index, column in enumerate(columns, start=1):
        cell = put(sheet.cell(number, index), column.note)
        cell.font, cell.fill, cell.border = NOTE_FONT, NOTE_FILL, LINE
        cell.alignment = Alignment(vertical="top", wrap_text=True)


def _add_dropdowns(sheet, columns, first, last):
    for index, column in enumerate(columns, start=1):
        if column.choices:
            letter = get_column_letter(index)
            add_dropdown(sheet, f"{letter}{first}:{letter}{last}", column.choices, column.header)


def add_dropdown(sheet, cells, choices, title):
    rule = DataValidation(type="list", formula1='"{}"'.format(",".join(choices)), allow_blank=True)
    rule.errorTitle, rule.error = title, f"请从下拉里选：{'、'.join(choices)}。"
    rule.add(cells)
    sheet.add_data_validation(rule)


def print_landscape(sheet, title_rows=""):
    """A4 横向，一页宽，每页重复表头，页脚写页码。"""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    if title_rows:
        sheet.print_title_rows = title_rows


def to_bytes(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
