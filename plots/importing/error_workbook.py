"""错误标注表：上传的内容原样写回，最后加一列“错误”；改好直接再传，那一列不用删。"""

from openpyxl import Workbook

from plots.models.columns import ERRORS
from taiping.ground.tables import Column, SheetWriter, sheet_title, styles, to_bytes

WIDTH = 60


def marked_workbook(review):
    """预览 → xlsx 的 bytes：读了的表都在，行号和原来一样。"""
    book = Workbook(write_only=True)
    several = len(review.sheets) > 1
    refusals = getattr(review, "refusals", [])
    for layout in review.used or review.layouts:
        told = {}
        for problem in [*review.problems, *refusals]:
            if not several or problem.sheet in ("", layout.name):
                told.setdefault(problem.row, []).append(_sentence(problem))
        _write(book, layout, told)
    return to_bytes(book)


def _sentence(problem):
    return f"“{problem.column}”：{problem.advice}" if problem.column else problem.advice


def _write(book, layout, told):
    rows = [(number, values[: _old_errors(layout)]) for number, values in layout.sheet.rows]
    width = max(len(values) for _, values in rows)
    columns = [Column("", None)] * width + [Column(ERRORS, WIDTH)]
    sheet = SheetWriter(book, sheet_title(layout.name), columns)
    for number, values in rows:
        while sheet.number < number - 1:
            sheet.line([], styles.AS_GIVEN)
        sentences = told.get(number, []) + (told.get(0, []) if number == rows[0][0] else [])
        header = ERRORS if number == layout.header_row and number else ""
        look = styles.BOLD if header else styles.AS_GIVEN
        if sentences:
            look = styles.ERROR
        filled = [*values, *[None] * (width - len(values))]
        text = "；".join(filter(None, [header, *sentences]))
        sheet.line([*filled, text], [styles.AS_GIVEN] * width + [look])


def _old_errors(layout):
    """上次下载的标注表改了再传的，原来那一列“错误”在第几列（不再带上）。"""
    return next((use.index for use in layout.uses if use.header == ERRORS), None)
