"""出一本 Excel 有多快：周报、台账导出，和“自己的行从库里取出来，加上最快的写法写同样的格子”比，在同一次运行里。

最快的写法是 XlsxWriter 的 constant_memory；它只在量快慢时用，不在依赖里，没有装就跳过要它的几项。
pyexcelerate 只写值时更快，格子带样子时慢得多，不拿来比。
"""

from contextlib import contextmanager
from datetime import datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from plots.exporting.workbooks import ledger_workbook
from plots.models import Patch
from taiping.ground.books import SheetWriter
from taiping.reports.weekly import weekly_workbook
from tests.benchmarks.conftest import TODAY

SIZES = [(300, 10), (10_000, 30)]
MOST = 1.6
MAKERS = {
    "台账导出": lambda plan: ledger_workbook(Patch.objects.order_by("pk"), "图斑台账"),
    "周报": lambda plan: weekly_workbook(plan, TODAY),
}
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("name", MAKERS, ids=["ledger", "weekly"]),
    pytest.mark.parametrize(
        "town", SIZES, indirect=True, scope="module", ids=lambda size: f"{size[0]}-{size[1]}"
    ),
]


@contextmanager
def unwritten(monkeypatch):
    """各行照样取出来、排好，只是不写。"""

    def skip(sheet, *values, **given):
        sheet.number += 1
        return sheet.number

    def skip_all(sheet, rows):
        sheet.number += len(list(rows))

    with monkeypatch.context() as patch:
        for method in ("row", "line", "total"):
            patch.setattr(SheetWriter, method, skip)
        patch.setattr(SheetWriter, "even_rows", skip_all)
        yield


def cells_of(content):
    """一本书 → [(表名, [(行高, [(样子的编号, 值)])])]，和 {样子的编号: 一格}。"""
    sheets, looks = [], {}
    for sheet in load_workbook(BytesIO(content)).worksheets:
        rows = []
        for cells in sheet.iter_rows():
            looks |= {cell.style_id: cell for cell in cells}
            height = sheet.row_dimensions[cells[0].row].height
            rows.append((height, [(cell.style_id, cell.value) for cell in cells]))
        sheets.append((sheet.title, rows))
    return sheets, looks


def bare_writer(content):
    """用 XlsxWriter 写和 content 一样的格子：值、数字格式、字、对齐、框线。"""
    xlsxwriter = pytest.importorskip("xlsxwriter", reason="没有装 XlsxWriter，这一项不比")
    sheets, looks = cells_of(content)

    def write():
        stream = BytesIO()
        book = xlsxwriter.Workbook(stream, {"constant_memory": True})
        formats = {number: book.add_format(format_of(cell)) for number, cell in looks.items()}
        for title, rows in sheets:
            write_rows(book.add_worksheet(title), rows, formats)
        book.close()
        return stream.getvalue()

    return write


def format_of(cell):
    return {
        "num_format": cell.number_format,
        "font_name": cell.font.name,
        "font_size": cell.font.size,
        "bold": bool(cell.font.bold),
        "text_wrap": bool(cell.alignment.wrap_text),
        "border": 1 if cell.border.left.style else 0,
    }


def write_rows(sheet, rows, formats):
    for number, (height, cells) in enumerate(rows):
        if height:
            sheet.set_row(number, height)
        for column, (look, value) in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(number, column, value, formats[look])
            elif isinstance(value, datetime):
                sheet.write_datetime(number, column, value, formats[look])
            elif value is None:
                sheet.write_blank(number, column, None, formats[look])
            else:
                sheet.write_number(number, column, value, formats[look])


def test_book(town, name, measure):
    content = measure(name, lambda: MAKERS[name](town), goal=MOST, table=name)

    assert content.startswith(b"PK")


def test_rows_and_bare_writer(town, name, measure, monkeypatch):
    write = bare_writer(MAKERS[name](town))

    def both():
        with unwritten(monkeypatch):
            MAKERS[name](town)
        return write()

    content = measure("自己的行，加 XlsxWriter 光写", both, floor=True, table=name)

    assert content.startswith(b"PK")


def test_rows(town, name, measure, monkeypatch):
    with unwritten(monkeypatch):
        measure("自己的行", lambda: MAKERS[name](town), table=f"{name}，分开量")


def test_bare_writer(town, name, measure):
    measure("XlsxWriter 光写", bare_writer(MAKERS[name](town)), table=f"{name}，分开量")
