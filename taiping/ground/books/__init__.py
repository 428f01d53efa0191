"""表格的写，不认得任何应用：一本 Excel、一张张表、各种格子的样子；在人的表上标注错误。

openpyxl 只在这间屋里。装它要零点一秒、几十兆内存，所以要做文件的视图到了函数里才导入做文件的模块。
"""

from taiping.ground.books import styles
from taiping.ground.books.column import Column
from taiping.ground.books.folding import text_width
from taiping.ground.books.form_sheets import add_sheet, one_of
from taiping.ground.books.marking import MarkedSheet, marked, marked_copy, marked_original
from taiping.ground.books.sheet_writer import SheetWriter
from taiping.ground.books.writing import new_book, put, sheet_title, to_bytes

__all__ = [
    "Column",
    "MarkedSheet",
    "SheetWriter",
    "add_sheet",
    "marked",
    "marked_copy",
    "marked_original",
    "new_book",
    "one_of",
    "put",
    "sheet_title",
    "styles",
    "text_width",
    "to_bytes",
]
