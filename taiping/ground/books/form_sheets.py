"""给人填的表：表头、说明行、下拉。"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from openpyxl import Workbook

from taiping.ground.books import styles
from taiping.ground.books.column import Column
from taiping.ground.books.sheet_writer import SheetWriter

DROPDOWN_ROWS = 1000
LEAST_SIZE, ROW_HEIGHT, HEAD_HEIGHT = 8, 15, 30  # 磅：印出来最小的字，一行最矮多高，表头多高


def one_of(choices: Iterable[str]) -> str:
    """几个值的下拉，写成公式。"""
    return '"{}"'.format(",".join(choices))


def add_sheet(
    book: Workbook,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence],
    *,
    note_row: bool = False,
    filtered: bool = True,
    repeated: int = 1,
    depths: Sequence[int] = (),
) -> None:
    """加一张给人填的表：表头、可选的说明行、数据行；设好冻结、筛选、下拉和 A4 横向打印。

    depths 是各行在第几层，nests 的列照着缩进。
    """
    first = 3 if note_row else 2
    given = {"row_height": ROW_HEIGHT, "least_size": LEAST_SIZE, "repeated": repeated}
    sheet = SheetWriter(book, name, columns, freeze=f"B{first}", **given)
    sheet.form_head(HEAD_HEIGHT)
    if note_row:
        notes, looks = [column.note for column in columns], [styles.HINT] * len(columns)
        sheet.head_row = sheet.line(notes, looks, height=sheet.height_of(notes, looks))
    for values, depth in zip_longest(rows, depths, fillvalue=0):
        sheet.row(values, depth=depth)
    for column in columns:
        if column.choices:
            error = f"请从下拉里选：{'、'.join(column.choices)}。"
            last = max(sheet.number, first) + DROPDOWN_ROWS
            sheet.dropdown(column.header, one_of(column.choices), first, last, error)
    if filtered:
        sheet.filter()
    sheet.repeat(1, 1)
