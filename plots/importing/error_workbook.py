"""错误标注表：读了的表原样写回，最后加一列“错误”；改好直接再传，那一列不用删。"""

from plots.importing.review import Review
from taiping.ground.tables import ERROR_HEADER, marked_copy


def marked_workbook(review: Review) -> bytes:
    """预览 → xlsx 的 bytes：读了的表都在，行号和原来一样。"""
    sheets = []
    for layout in review.used or review.layouts:
        notes = {}
        for problem in review.to_fix:
            if not review.reading.named or problem.sheet in ("", layout.name):
                notes.setdefault(problem.row, []).append(problem.note)
        # 上次下载的标注表改了再传的，原来那一列不再带上
        old_notes = next((use.index for use in layout.uses if use.header == ERROR_HEADER), None)
        sheets.append((layout.sheet, layout.header_row, old_notes, notes))
    return marked_copy(sheets)
