"""表格的写：一格里的值和一本工作簿。文字永远是文字，数永远是数。"""

import io
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.writer.excel import ExcelWriter

from taiping.ground.books.styles import DAY, TEXT_FORMAT
from taiping.ground.properties import Maker, maker, sign, touch
from taiping.ground.tables.cells import clean_text, shown
from taiping.ground.tables.sheets import TableError

BASE = Font(name="Arial", size=10, family=2)
LONGEST_TEXT = 32767  # 一个单元格最多这么多字
NOT_IN_TITLE, TITLE_LENGTH = re.compile(r"[\\*?:/\[\]]"), 31
RESERVED = ("History",)  # 表格软件自己留着用的表名


def sheet_title(name: str, taken: Iterable[str] = ()) -> str:
    """工作表的名字：表格软件不许用的字换成“_”，最多 31 个字，和 taken 里的不重（不分大小写）。"""
    first = NOT_IN_TITLE.sub("_", clean_text(name))[:TITLE_LENGTH].strip("' ") or "表"
    used, title, number = {each.lower() for each in (*taken, *RESERVED)}, first, 2
    while title.lower() in used:
        tail = f"（{number}）"
        title, number = f"{first[: TITLE_LENGTH - len(tail)]}{tail}", number + 1
    return title


def safe_value(value: Any) -> Any:
    """写得进单元格的值：超过 15 位有效数字的数写成文字，免得丢掉尾数；文字太长的抛 TableError。"""
    if isinstance(value, str):
        return _fitting_text(clean_text(value))
    if isinstance(value, bool):
        return shown(value)
    if isinstance(value, (int, Decimal)):
        text = str(value)
        if len(text) <= 15 and "E" not in text:  # 绝大多数
            return value
        text = shown(value)
        is_exact = len(text) <= 15 or len(text.lstrip("-0.").replace(".", "")) <= 15
        return value if is_exact else text
    return value.isoformat(sep=" ") if isinstance(value, datetime) else value


def _fitting_text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise TableError(
            f"“{text[:20]}…”有 {len(text)} 个字，"
            f"表格的一格最多放 {LONGEST_TEXT} 个字。请先删短，或导出 JSON。"
        )
    return text


def fill(cell: Cell, value: Any) -> None:
    """safe_value 给的值放进单元格：= + - @ 开头的文字还是文字，不是公式。"""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def put(cell: Cell, value: Any) -> Cell:
    """把值写进一格，样子不动。"""
    value = safe_value(value)
    fill(cell, None if value == "" else value)
    if isinstance(value, str) and value:
        cell.number_format = TEXT_FORMAT
    elif isinstance(value, date):
        cell.number_format = DAY
    return cell


def new_book(*, streamed: bool = False) -> Workbook:
    """没有表的工作簿；streamed 是逐行写出，行再多也不占内存。

    没有说字体的格子用 BASE，列宽也以它的一个数字为 1：各种系统里宽窄一样，印出来的字才有准。
    """
    book = Workbook(write_only=streamed)
    for sheet in book.worksheets:
        book.remove(sheet)
    book._fonts[:] = [BASE]  # openpyxl 没有别的办法换掉默认的字
    book._named_styles["Normal"].font = BASE
    return book


def to_bytes(book: Workbook, title: str = "") -> bytes:
    """工作簿 → xlsx 的 bytes，属性里写着是本系统今天做的，叫 title。"""
    made = maker()
    sign(book.properties, title, made)
    return saved(book, made)


def saved(book: Workbook, made: Maker) -> bytes:
    """book.save 会把修改的时刻写成真的钟，所以自己存。"""
    touch(book.properties, made)
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(book, archive).save()
    return stream.getvalue()
