"""周报的常态工作：各项在那天所在的一段应做、已做、哪些村没有，发现的问题处理得怎样。方案没有常态工作的没有这张表。"""

from openpyxl import Workbook

from plots.ledger.duties import DutyFigures
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    NO_DATA,
    count,
    has_patches,
    middle,
    opened,
    prose,
    put_title,
    rate,
    signing,
    text,
)

COLUMNS = [
    text("常态工作", 22),
    middle("由谁\n做", 6),
    text("要求", 18),
    text("这一段", 24),
    middle("单位", 6),
    count("应做", 7),
    count("已做", 7),
    rate("完成率", 9),
    prose("没有记的村", 34),
    count("图斑\n（个）", 7, "发现问题"),
    count("当天\n制止", 7, "发现问题"),
    count("没有\n了结", 7, "发现问题"),
    count("没添加\n图斑（处）", 9, "发现问题"),
]

PLAIN = 9  # 前几列和图斑无关
TOLD = count("发现问题\n（处）", 9)  # 没有图斑的方案：履职记录里写的
SIGNED = [(2, 3), (4, 4), (5, 8)]  # 取数时间在“说明”里


def add_duties(book: Workbook, shot: Snapshot) -> None:
    if not shot.duties:
        return
    rows = [_duty_row(row) for row in shot.duties]
    if has_patches(shot):
        sheet = opened(book, "常态工作", COLUMNS, freeze="B5", repeated=1)
        put_title(sheet, shot, "常态工作", "见各行", 8)
        sheet.head(20, 32)
    else:
        told = [row.told or NO_DATA for row in shot.duties]
        rows = [[*values[:PLAIN], found] for values, found in zip(rows, told, strict=True)]
        sheet = opened(book, "常态工作", [*COLUMNS[:PLAIN], TOLD], freeze="B4", repeated=1)
        put_title(sheet, shot, "常态工作", "见各行", 8)
        sheet.head(32)
    sheet.even_rows([(values, {}) for values in rows])
    sheet.filter()
    if not shot.progress.targets:  # 没有总表，签字在这里
        signing(sheet, shot, SIGNED)
    sheet.repeat(1, sheet.head_row)


def _duty_row(row: DutyFigures) -> list:
    has_problems = row.duty.problem_target_id or row.told
    problems = [row.found, row.stopped_at_once, row.still_open, row.not_added]
    return [
        row.duty.name,
        row.duty.get_who_display(),
        row.duty.required_text,
        row.period.now_name,
        row.duty.unit,
        NO_DATA if row.asked is None else row.asked,
        row.done,
        NO_DATA if row.rate is None else row.rate,
        "、".join(village.name for village in row.lacking),
        *(problems if has_problems else [NO_DATA] * len(problems)),
    ]
