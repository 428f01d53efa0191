"""错误标注表：人上传的那份表，最后加一列“错误”，错的格子标出来；改好直接再传，那一列不用删。"""

from plots.importing.layout import Layout
from plots.importing.mending import mending
from plots.importing.review import Review
from plots.importing.source import content_of
from plots.models import Batch
from plots.models.columns import Field
from taiping.ground.books import MarkedSheet, marked_copy, marked_original
from taiping.ground.tables import ERROR_HEADER, as_decimal
from villages.places.matching import tidy


def marked_workbook(review: Review) -> bytes:
    """预览 → xlsx 的 bytes：xlsx 就在原来的文件上标；别的格式照读到的另写一份，行号和原来一样。"""
    layouts = review.used or review.layouts
    sheets = [_marked(review, layout) for layout in layouts]
    _mark_cells(review, {sheet.name: sheet for sheet in sheets})
    original = None
    if review.batch.kind in (Batch.Source.TABLE, Batch.Source.CLOUD):
        original = marked_original(content_of(review.batch), sheets)
    return original or marked_copy(sheets)


def _marked(review, layout):
    notes = {}
    for problem in review.to_fix:
        if not review.reading.named or problem.sheet in ("", layout.name):
            notes.setdefault(problem.row, []).append(problem.note)
    # 上次下载的标注表改了再传的，用原来那一列
    old_notes = next((use.index for use in layout.uses if use.header == ERROR_HEADER), None)
    sheet = layout.sheet
    marks = MarkedSheet(sheet.name, sheet.rows, sheet.merges, layout.header_row, old_notes, notes)
    marks.hidden = sheet.hidden_columns
    return marks


def _mark_cells(review, sheets):
    for name, number, at in mending(review).places:
        if name in sheets:
            sheets[name].wrong.setdefault(number, set()).add(at)
    layouts = {layout.name: layout for layout in review.layouts}
    for (name, number, at), text in review.lookups.mends.cells.items():
        if name in sheets:
            value = _typed(layouts[name], at, text)
            sheets[name].mended.setdefault(number, {})[at] = value
    for layout in review.used if review.lookups.mends.villages else ():
        _name_villages(layout, review.lookups.mends.villages, sheets[layout.name].mended)


def _name_villages(layout: Layout, chosen: dict[str, str], mended: dict) -> None:
    """页面上选了是哪个村的写法，写成村名：再传上来不用再选一遍。"""
    names = {tidy(spelling): name for spelling, name in chosen.items()}
    at = layout.index(Field.VILLAGE, Field.VILLAGE_CODE)
    for number, values in layout.sheet.rows[layout.start :] if at is not None else ():
        if at < len(values) and (name := names.get(tidy(values[at]))):
            mended.setdefault(number, {})[at] = name


def _typed(layout: Layout, at: int, text: str):
    """页面上改成的字怎么写进表里：面积写成数，加得起来；别的照文字写。"""
    area = layout.area()
    if area is None or area.index != at:
        return text or None
    try:
        return as_decimal(text)
    except ValueError:
        return text
