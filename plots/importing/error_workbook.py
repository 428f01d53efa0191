"""错误标注表：上传的内容原样写回，最后加一列“错误”；改好直接再传，那一列不用删。"""

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from plots.models.columns import ERRORS
from taiping.ground.tables import ERROR_FILL, ERROR_FONT, column_letter, put, sheet_title, to_bytes

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
    sheet = book.create_sheet(sheet_title(layout.name))
    rows = [(number, values[: _old_errors(layout)]) for number, values in layout.sheet.rows]
    width = max(len(values) for _, values in rows)
    sheet.column_dimensions[column_letter(width)].width = WIDTH
    written = 0
    for number, values in rows:
        for _ in range(number - written - 1):
            sheet.append([])
        cells = [put(WriteOnlyCell(sheet), value) for value in values]
        cells += [None] * (width - len(cells))
        sentences = told.get(number, []) + (told.get(0, []) if number == rows[0][0] else [])
        cells.append(
            _note(sheet, ERRORS if number == layout.header_row and number else "", sentences)
        )
        sheet.append(cells)
        written = number


def _old_errors(layout):
    """上次下载的标注表改了再传的，原来那一列“错误”在第几列（不再带上）。"""
    return next((use.index for use in layout.uses if use.header == ERRORS), None)


def _note(sheet, header, sentences):
    text = "；".join(filter(None, [header, *sentences]))
    if not text:
        return None
    cell = put(WriteOnlyCell(sheet), text)
    if header and not sentences:
        cell.font = Font(bold=True)
    else:
        cell.font, cell.fill = ERROR_FONT, ERROR_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
