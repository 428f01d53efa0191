"""周报的分村：一张一村一行，一张各项任务的个数，一张亩；最差的村在前，合计行的比率重新算。"""

from dataclasses import replace
from decimal import Decimal
from itertools import product

from openpyxl import Workbook

from taiping.ground.actors import actors, said
from taiping.ground.area import enough_decimals, figure, rounded, spread
from taiping.ground.books import Column, SheetWriter
from taiping.ground.books.styles import COUNT, amount_format
from taiping.progress.rates import ratio
from taiping.progress.snapshot import Snapshot
from taiping.progress.village_rows import VillageRow, with_part
from taiping.reports.weekly.layout import (
    NEW,
    NO_DATA,
    change,
    count,
    middle,
    number,
    opened,
    prose,
    put_note,
    put_title,
    rate,
    text,
)

FIRST = [middle("序号", 6), text("村", 9), middle("片区", 6)]
LEAST_WIDTH = 76  # 一张表至少这么宽
WHOLE = [
    count("图斑", 7, "共计（个）"),
    count("上报", 7, "共计（个）"),
    count("核实", 7, "共计（个）"),
    rate("核实\n占比", 8.5),
    count("上报", 7, f"{NEW}（个）"),
    count("核实", 7, f"{NEW}（个）"),
    count("已退回\n（个）", 8),
    number("差错率", 8, "0%"),
    count(said("{村}该办"), 7.5, "逾期（个）"),
    count(said("{镇}该办"), 7.5, "逾期（个）"),
    count(said("{区}该办"), 7.5, "逾期（个）"),
    change(said("{村}该办\n逾期"), 8),
    prose(said("{村}该办的里面拖得最久的一步"), 44),
]


def add_villages(book: Workbook, shot: Snapshot) -> None:
    _whole(book, shot)
    _counts(book, shot)
    _areas(book, shot)


def _whole(book, shot):
    """分村：一个村一行，各项任务合在一起的个数，本周动了几个，逾期卡在谁那里。"""
    rows, left_out = _listed(shot)
    carried = [count("已结转\n（个）", 8)] if _sum(rows, "carried_count") else []
    sheet = _opened(book, shot, "分村", "个", [*FIRST, *WHOLE, *carried])
    listed = []
    for place, row in enumerate(rows, start=1):
        values = [place, row.village.name, row.lot, *_village_cells(shot, row)]
        values += [row.carried_count] if carried else []
        listed.append((values, {"late": {f"{actors.village}该办"} if row.owed.village else ()}))
    sheet.even_rows(listed)
    sheet.filter()
    _total(sheet, [], _whole_cells(shot, rows) + ([_sum(rows, "carried_count")] if carried else []))
    _say(sheet, left_out)


def _listed(shot):
    """(要列的村, 没有列出的有几个)。"""
    return with_part(shot.villages[1], shot.progress.all_by_patches)


def _say(sheet, left_out):
    if left_out:
        put_note(sheet, f"另有{left_out}个村没有分到任务，也没有图斑、没有报过数，没有列出。")


def _whole_cells(shot, rows):
    """合计行：比率照合计重新算，差错率是全镇的。"""
    patches, confirmed = _sum(rows, "patch_count"), _sum(rows, "confirmed_count")
    moved = list(shot.moved.villages.values())
    new = [_sum(moved, "reported"), _sum(moved, "confirmed")] if patches else [NO_DATA] * 2
    return [
        patches,
        _sum(rows, "reported_count"),
        confirmed,
        ratio(confirmed, patches),
        *new,
        *_returns(shot.returns[None]),
        *_owed(shot.progress.owed),
        _sum(moved, "overdue") if patches else NO_DATA,
        None,
    ]


def _sum(rows, name):
    return sum(getattr(row, name) for row in rows)


def _village_cells(shot, row):
    moved = shot.moved.villages[row.village.pk]
    new = [moved.reported, moved.confirmed] if row.patch_count else [NO_DATA] * 2
    return [
        row.patch_count,
        row.reported_count,
        row.confirmed_count,
        ratio(row.confirmed_count, row.patch_count),
        *new,
        *_returns(row.returns),
        *_owed(row.owed),
        moved.overdue if row.patch_count else NO_DATA,
        worst_words(row),
    ]


def _counts(book, shot):
    """分村个数：一项任务四格，逾期的只数村该办的。"""
    by_target, _ = shot.villages
    rows, left_out = _listed(shot)
    columns = [*FIRST]
    for figures in by_target:
        columns += _parts(figures, ("图斑", "上报", "核实"), 5.3, COUNT)
        columns.append(number(f"{actors.village}该办\n逾期", 6.3, COUNT, figures.target.part_name))
    sheet = _opened(book, shot, "分村个数", "个", columns)
    _each_target(sheet, rows, _count_cells)
    _total(sheet, [_count_cells(figures) for figures in by_target], [])
    _say(sheet, left_out)


def _areas(book, shot):
    """分村面积：一项任务四格，亩。"""
    by_target, _ = shot.villages
    rows, left_out = _listed(shot)
    columns, decimals = [*FIRST], [_decimals(figures) for figures in by_target]
    for figures, places in zip(by_target, decimals, strict=True):
        area = amount_format(places)
        columns += _parts(figures, ("任务数", "图斑", "上报", "核实"), 11, area)
    sheet = _opened(book, shot, "分村面积", "亩", columns)
    places = dict(zip([figures.target.pk for figures in by_target], decimals, strict=True))
    _each_target(sheet, rows, lambda cell, target: _area_cells(cell, places[target.pk]))
    totals = [_area_cells(*pair) for pair in zip(by_target, decimals, strict=True)]
    _total(sheet, totals, [])
    _say(sheet, left_out)


def _each_target(sheet, rows, cells):
    """一个村一行，一项任务四格；既没有图斑、也没有分解任务的空着。"""
    listed = []
    for place, row in enumerate(rows, start=1):
        values = [place, row.village.name, row.lot]
        for target, cell in row.pairs:
            values += cells(cell, target) if _is_shown(cell) else [None] * 4
        listed.append((values, {}))
    sheet.even_rows(listed)
    sheet.filter()


def _parts(figures, titles, width, number_format) -> list[Column]:
    name, first = figures.target.part_name, titles[0]
    columns = [number(first, width, number_format, name, starts_group=True)]
    return columns + [number(title, width, number_format, name) for title in titles[1:]]


def _opened(book, shot, name, unit, columns) -> SheetWriter:
    room = LEAST_WIDTH - sum(column.width for column in columns)
    if room > 0:  # 任务少的，村一列宽些，标题才写得下
        columns[1] = replace(columns[1], width=columns[1].width + room)
    sheet = opened(book, name, columns, freeze="C5", repeated=3)
    put_title(sheet, shot, name, unit, min(9, len(columns) - 1))
    sheet.head(20, 32)
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


def _count_cells(cell, target=None):
    return [cell.patch_count, cell.reported_count, cell.confirmed_count, cell.owed.village]


def _owed(owed):
    """逾期的三格：村该办、镇该办、区该办。"""
    return [owed.village, owed.town, owed.district]


def _area_cells(cell, decimals):
    areas = (cell.patch_area, cell.reported, cell.confirmed)
    quota = rounded(cell.quota, decimals)
    if cell.quota_most is not None:
        quota = spread(cell.quota, cell.quota_most, decimals, figure)
    return [quota, *(rounded(area, decimals) for area in areas)]


def _decimals(figures):
    """一项任务各村的数写几位小数：一列里一样，见 TargetFigures.decimals。"""
    pairs = []
    for cell in figures.villages:
        pairs += product((cell.patch_area, cell.reported, cell.confirmed), [cell.quota])
    return max(figures.decimals, enough_decimals(pairs, figures.target.decimals))


def _returns(returns):
    """已退回的个数、差错率。"""
    rate_of = None if returns.error_rate is None else Decimal(returns.error_rate) / 100
    return [returns.waiting, rate_of]


def worst_words(row: VillageRow) -> str:
    if not row.worst:
        return ""
    step = f"{row.worst_target.name} {row.worst.overdue_step.name}"
    return f"{step}，{row.worst_words}"
