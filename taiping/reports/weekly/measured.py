"""周报的分村监测：靠监测的任务，一个村一行，一项任务三格（任务数、监测数、占比）；单位写在任务名后面，不同的不相加。"""

from collections.abc import Sequence

from openpyxl import Workbook

from taiping.ground.area import enough_decimals, rounded
from taiping.ground.books import Column
from taiping.ground.books.styles import PERCENT, amount_format
from taiping.progress.figures import TargetFigures
from taiping.progress.rates import ratio
from taiping.progress.snapshot import Snapshot
from taiping.progress.village_readings import VillageReading, decimals_of, total_quota
from taiping.progress.village_rows import VillageRow
from taiping.reports.measured import listed_by_village
from taiping.reports.weekly.layout import (
    NO_DATA,
    middle,
    number,
    opened,
    prose,
    put_note,
    put_title,
    text,
)

NAME = "分村监测"
SAID = 2  # 一个村最多说几项截止已过的，再多的只说几项


def add_village_readings(book: Workbook, shot: Snapshot) -> None:
    """没有哪个村分到了、自己报了数的，就没有这张表。"""
    targets = listed_by_village(shot.progress)
    if not targets:
        return
    codes = {figures.target.pk for figures in targets}
    rows = [row for row in shot.villages[1] if any(cell.has_part for cell in _cells(row, codes))]
    has_lots = any(row.lot for row in rows)
    sheet = opened(book, NAME, _columns(targets, has_lots), freeze="C5", repeated=2)
    put_title(sheet, shot, NAME, "见各项任务", min(5, sheet.width - 1))
    sheet.head(20, 32)
    listed = []
    for place, row in enumerate(rows, start=1):
        cells = _cells(row, codes)
        values = [place, row.village.name, *([row.lot] if has_lots else [])]
        for cell in cells:
            values += _three(cell)
        listed.append(([*values, late_words(cells)], {}))
    sheet.even_rows(listed)
    sheet.filter()
    _total(sheet, targets, has_lots)
    if rest := len(shot.progress.villages) - len(rows):
        put_note(sheet, f"另有{rest}个村没有分到这些任务，也没有报过数，没有列出。")
    sheet.repeat(1, sheet.head_row)


def _cells(row: VillageRow, codes: set[int]) -> list[VillageReading]:
    return [cell for cell in row.readings if cell.target.pk in codes]


def _three(cell):
    """三格：任务数、监测数、占比；没有分到的、比不出来的写 —，分到了没有报的照说。"""
    quota, value = rounded(cell.quota, cell.decimals), rounded(cell.value, cell.decimals)
    unheard = NO_DATA if quota is None else "没有报数"
    if cell.row.quota_most is not None:
        quota = cell.quota_text
    found = [quota, unheard if value is None else value, ratio(cell.value, cell.quota)]
    return [NO_DATA if each is None else each for each in found]


def _columns(targets: Sequence[TargetFigures], has_lots: bool) -> list[Column]:
    columns = [middle("序号", 6), text("村", 12), *([middle("片区", 6)] if has_lots else [])]
    for figures in targets:
        target = figures.target
        group = f"{target.part_name}（{target.unit}）"
        amounts = amount_format(decimals_of(figures))
        goal = "底线" if target.is_floor else "任务数"
        columns += [
            number(goal, 11.5, amounts, group, starts_group=True),
            number("监测数", 11.5, amounts, group),
            number("占比", 8.5, PERCENT, group),
        ]
    return [*columns, prose("截止已过，还不够的、还没有报数的", 46)]


def late_words(cells: Sequence[VillageReading]) -> str:
    """“早稻 收割，逾期20天；粮食产量 测产，截止已过3天，还没有监测数”：拖得久的几项；没有是空。"""
    late = sorted((cell for cell in cells if cell.late_step), key=lambda cell: -cell.days_late)
    words = [f"{cell.target.name} {cell.late_step.name}，{cell.late_words}" for cell in late[:SAID]]
    more = [f"另有{len(late) - SAID}项"] if len(late) > SAID else []
    return "；".join([*words, *more])


def _total(sheet, targets, has_lots):
    """合计：分到的、报了的各自相加；都分到、都报了的才有占比。"""
    values, formats = ["合计", *[None] * (2 if has_lots else 1)], {}
    for figures in targets:
        rows = [row for row in figures.villages if row.is_allocated or row.confirmed is not None]
        quota = _sum(row.quota for row in rows)
        value = _sum(row.confirmed for row in rows)
        is_whole = all(None not in (row.quota, row.confirmed) for row in rows)
        places = max(decimals_of(figures), enough_decimals([(value, quota)], 0))
        formats |= dict.fromkeys((len(values), len(values) + 1), amount_format(places))
        whole = total_quota(rows, places)
        is_range = isinstance(whole, str)
        values += [whole if is_range else rounded(quota, places), rounded(value, places)]
        values.append(ratio(value, quota) if is_whole and not is_range else None)
    number = sheet.total([*values, None], formats=formats, height=30)
    sheet.merge(number, 1, number, 3 if has_lots else 2)


def _sum(amounts):
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None
