"""周报的常态工作：各项在那天所在的一段应做、已做、哪些村没有，发现的问题处理得怎样。方案没有常态工作的没有这张表。"""

from openpyxl import Workbook

from plots.ledger.duties import DutyFigures
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    NO_DATA,
    count,
    middle,
    opened,
    prose,
    put_title,
    rate,
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


def add_duties(book: Workbook, shot: Snapshot) -> None:
    if not shot.duties:
        return
    sheet = opened(book, "常态工作", COLUMNS, freeze="B5", repeated=1)
    put_title(sheet, shot, "常态工作", "见各行", 8)
    sheet.head(20, 32)
    sheet.even_rows([(_duty_row(row), {}) for row in shot.duties])
    sheet.filter()
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
