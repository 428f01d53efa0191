"""周报的分村：一张按个，一张按亩；最差的村在前，合计行的比率重新算。"""

from decimal import Decimal
from itertools import product

from openpyxl import Workbook

from taiping.ground.area import enough_decimals, rounded
from taiping.ground.tables import Column, SheetWriter
from taiping.ground.tables.styles import COUNT, amount_format
from taiping.ground.words import days_words
from taiping.progress.layout import VillageRow
from taiping.progress.rates import ratio
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    ROW_HEIGHT,
    count,
    middle,
    number,
    opened,
    put_title,
    rate,
    text,
)

FIRST = [middle("序号", 5), text("村（社区）", 10), middle("片区", 6)]
LAST = [
    rate("核实占比", 9),
    count("待重报", 7),
    number("差错率", 8, "0%"),
    count("村该办", 7, "逾期"),
    count("镇里欠的", 7, "逾期"),
    count("等区里", 7, "逾期"),
    text("该村里办的里面拖得最久的一步", 28),
]


def add_villages(book: Workbook, shot: Snapshot) -> None:
    _counts(book, shot)
    _areas(book, shot)


def _counts(book, shot):
    """分村：一项任务四格，个数，逾期的只数该村里办的；最后几列是全村的。"""
    by_target, rows = shot.villages
    columns = [*FIRST]
    for figures in by_target:
        columns += _parts(figures, ("图斑", "上报", "核实", "村该办的逾期"), 5.5, COUNT)
    has_carried = any(row.carried_count for row in rows)
    carried = [count("已结转", 7)] if has_carried else []
    sheet = _opened(book, shot, "分村", "个", [*columns, *LAST, *carried], font_step=2)
    for place, row in enumerate(rows, start=1):
        values = [place, row.village.name, row.lot]
        for _, cell in row.pairs:
            values += _count_cells(cell) if _is_shown(cell) else [None] * 4
        share = ratio(row.confirmed_count, row.patch_count)
        values += [share, *_returns(row.returns), *_owed(row.owed), worst_words(row)]
        values += [row.carried_count] if has_carried else []
        sheet.row(values, late={"村该办"} if row.owed.village else ())
    sheet.filter()
    confirmed = sum(row.confirmed_count for row in rows)
    share = ratio(confirmed, sum(row.patch_count for row in rows))
    whole = [share, *_returns(shot.returns[None]), *_owed(shot.progress.owed), None]
    whole += [sum(row.carried_count for row in rows)] if has_carried else []
    _total(sheet, [_count_cells(figures) for figures in by_target], whole)


def _areas(book, shot):
    """分村面积：一项任务四格，亩。"""
    by_target, rows = shot.villages
    columns, decimals = [*FIRST], [_decimals(figures) for figures in by_target]
    for figures, places in zip(by_target, decimals, strict=True):
        area = amount_format(places)
        columns += _parts(figures, ("任务数", "图斑", "上报", "核实"), 8.5, area)
    sheet = _opened(book, shot, "分村面积", "亩", columns, font_step=1)
    for place, row in enumerate(rows, start=1):
        values = [place, row.village.name, row.lot]
        for places, (_, cell) in zip(decimals, row.pairs, strict=True):
            values += _area_cells(cell, places) if _is_shown(cell) else [None] * 4
        sheet.row(values)
    sheet.filter()
    totals = [_area_cells(*pair) for pair in zip(by_target, decimals, strict=True)]
    _total(sheet, totals, [])


def _parts(figures, titles, width, number_format) -> list[Column]:
    name, first = figures.target.name, titles[0]
    columns = [number(first, width, number_format, name, starts_group=True)]
    return columns + [number(title, width, number_format, name) for title in titles[1:]]


def _opened(book, shot, name, unit, columns, font_step) -> SheetWriter:
    sheet = opened(book, name, columns, freeze="C5", font_step=font_step, row_height=ROW_HEIGHT)
    put_title(sheet, shot, name, unit, min(10, len(columns) - 1))
    sheet.head(26, 34)
    return sheet


def _total(sheet, parts, whole):
    values = ["合计", None, None]
    for cells in parts:
        values += cells
    number = sheet.total([*values, *whole], height=30)
    sheet.merge(number, 1, number, 3)
    sheet.repeat(1, sheet.head_row)


def _is_shown(cell):
    return cell.patch_count or cell.is_allocated


def _count_cells(cell):
    return [cell.patch_count, cell.reported_count, cell.confirmed_count, cell.owed.village]


def _owed(owed):
    """逾期的三格：村该办、镇里欠的、等区里。"""
    return [owed.village, owed.town, owed.district]


def _area_cells(cell, decimals):
    areas = (cell.quota, cell.patch_area, cell.reported, cell.confirmed)
    return [rounded(area, decimals) for area in areas]


def _decimals(figures):
    """一项任务各村的数写几位小数：一列里一样，见 TargetFigures.decimals。"""
    pairs = []
    for cell in figures.villages:
        pairs += product((cell.patch_area, cell.reported, cell.confirmed), [cell.quota])
    return max(figures.decimals, enough_decimals(pairs, figures.target.decimals))


def _returns(returns):
    """待重报的个数、差错率。"""
    rate_of = None if returns.error_rate is None else Decimal(returns.error_rate) / 100
    return [returns.waiting, rate_of]


def worst_words(row: VillageRow) -> str:
    if not row.worst:
        return ""
    step = f"{row.worst_target.name} {row.worst.overdue_step.name}"
    return f"{step}，{days_words(-row.worst_days, gap='')}"
