"""表格的读，不认得任何应用：读 Excel、csv、粘贴的文字；把格子里的字读成日期、数。写在 taiping.ground.books。"""

from taiping.ground.tables.cells import (
    as_bool,
    as_code,
    as_date,
    as_decimal,
    as_int,
    as_text,
    clean_text,
    shown,
)
from taiping.ground.tables.headers import (
    ERROR_HEADER,
    ERROR_SHEET,
    HEADER_ROWS,
    LONGEST_HEADER,
    HeaderIndex,
    plain_header,
    tidy_header,
)
from taiping.ground.tables.hidden import hidden_in, leave_hidden_out
from taiping.ground.tables.keeping import (
    Kept,
    KeptRows,
    digest_of,
    key_of,
    plain_sheets,
    sheets_from,
)
from taiping.ground.tables.markup import kind_of, read_markup
from taiping.ground.tables.moments import as_moment
from taiping.ground.tables.problems import Problem
from taiping.ground.tables.reading import read_workbook, refuse_unfit, within_limits
from taiping.ground.tables.sheets import Sheet, TableError, TooHeavy, column_letter, tidy
from taiping.ground.tables.text import read_csv, read_pasted

__all__ = [
    "ERROR_HEADER",
    "ERROR_SHEET",
    "HEADER_ROWS",
    "LONGEST_HEADER",
    "HeaderIndex",
    "Kept",
    "KeptRows",
    "Problem",
    "Sheet",
    "TableError",
    "TooHeavy",
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
    "hidden_in",
    "key_of",
    "kind_of",
    "leave_hidden_out",
    "plain_header",
    "plain_sheets",
    "read_csv",
    "read_markup",
    "read_pasted",
    "read_workbook",
    "refuse_unfit",
    "sheets_from",
    "shown",
    "tidy",
    "tidy_header",
    "within_limits",
]
