"""表格的读和写，不认得任何应用：读 Excel、csv、粘贴的文字；把格子里的字读成日期、数；写 Excel。"""

from taiping.ground.tables import styles
from taiping.ground.tables.cells import (
    as_bool,
    as_code,
    as_date,
    as_decimal,
    as_int,
    as_moment,
    as_text,
    clean_text,
    shown,
)
from taiping.ground.tables.column import Column
from taiping.ground.tables.folding import text_width
from taiping.ground.tables.form_sheets import add_sheet, one_of
from taiping.ground.tables.headers import (
    HEADER_ROWS,
    LONGEST_HEADER,
    HeaderIndex,
    plain_header,
    tidy_header,
)
from taiping.ground.tables.keeping import Kept, digest_of, key_of, plain_sheets, sheets_from
from taiping.ground.tables.marking import (
    ERROR_HEADER,
    ERROR_SHEET,
    MarkedSheet,
    marked,
    marked_copy,
    marked_original,
)
from taiping.ground.tables.problems import Problem
from taiping.ground.tables.properties import sign
from taiping.ground.tables.reading import (
    Sheet,
    TableError,
    TooHeavy,
    column_letter,
    read_csv,
    read_pasted,
    read_workbook,
    refuse_unfit,
    within_limits,
)
from taiping.ground.tables.sheet_writer import SheetWriter
from taiping.ground.tables.writing import new_book, put, sheet_title, to_bytes

__all__ = [
    "ERROR_HEADER",
    "ERROR_SHEET",
    "HEADER_ROWS",
    "LONGEST_HEADER",
    "Column",
    "HeaderIndex",
    "Kept",
    "MarkedSheet",
    "Problem",
    "Sheet",
    "SheetWriter",
    "TableError",
    "TooHeavy",
    "add_sheet",
    "as_bool",
    "as_code",
    "as_date",
    "as_decimal",
    "as_int",
    "as_moment",
    "as_text",
    "clean_text",
    "column_letter",
    "digest_of",
    "key_of",
    "marked",
    "marked_copy",
    "marked_original",
    "new_book",
    "one_of",
    "plain_header",
    "plain_sheets",
    "put",
    "read_csv",
    "read_pasted",
    "read_workbook",
    "refuse_unfit",
    "sheet_title",
    "sheets_from",
    "shown",
    "sign",
    "styles",
    "text_width",
    "tidy_header",
    "to_bytes",
    "within_limits",
]
