"""表格的读和写，不认得任何应用：读 Excel、csv、粘贴的文字；把格子里的字读成日期、数；写 Excel。"""

from taiping.tables.cells import (
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
from taiping.tables.reading import (
    Sheet,
    TableError,
    column_letter,
    read_csv,
    read_pasted,
    read_workbook,
)
from taiping.tables.writing import (
    ERROR_FILL,
    ERROR_FONT,
    Column,
    add_dropdown,
    add_sheet,
    new_book,
    print_landscape,
    put,
    to_bytes,
)

__all__ = [
    "ERROR_FILL",
    "ERROR_FONT",
    "Column",
    "Sheet",
    "TableError",
    "add_dropdown",
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
    "new_book",
    "print_landscape",
    "put",
    "read_csv",
    "read_pasted",
    "read_workbook",
    "shown",
    "to_bytes",
]
