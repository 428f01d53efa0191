"""周报的逾期清单、暂缓清单：逐块列出，附理由。"""

from taiping.ground.area import rounded
from taiping.ground.tables import Column, SheetWriter, styles
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import ROW_HEIGHT, middle, number, put_title, text

FIRST = [
    middle("序号", 6, number_format=styles.COUNT),
    text("村（社区）", 10),
    text("目标任务", 20),
    text("图斑编号", 21),
    text("小地名", 14),
    number("面积（亩）", 10, "0.00"),
    middle("步骤", 12),
    middle("截止日期", 13),
]
OVERDUE = [
    *FIRST,
    Column("逾期天数", 10, number_format=styles.COUNT, style=styles.LATE),
    middle("该谁办", 8),
    middle("目前状态", 10),
    text("退回理由", 34),
]
DEFERRED = [*FIRST, middle("暂缓日期", 10), middle("目前状态", 10), text("暂缓原因", 34)]


def write_list(sheet: SheetWriter, shot: Snapshot, word: str, unit: str, rows: list[list]) -> None:
    """rows 是 overdue_row 或 deferred_row 给的，序号在这里编。"""
    put_title(sheet, shot, f"{word}清单", unit, 6)
    sheet.head(28)
    for place, values in enumerate(rows, start=1):
        sheet.row([place, *values])
    sheet.filter()
    if not rows:
        sheet.banner(f"没有{word}的图斑。", styles.NOTE, ROW_HEIGHT)
    sheet.repeat(1, sheet.head_row)


def overdue_row(item: PatchOnDay) -> list:
    return [
        *_brief(item),
        item.overdue_step.name,
        item.overdue_due_on,
        item.days_over,
        item.actor,
        item.status.label,
        item.reason,
    ]


def deferred_row(item: PatchOnDay) -> list:
    pending = item.state.next_milestone
    return [
        *_brief(item),
        pending.name,
        item.state.due_of(pending),
        item.closing.done_on,
        item.status.label,
        item.reason,
    ]


def _brief(item):
    patch = item.patch
    area = rounded(patch.area_mu, patch.target.decimals)
    return [patch.village.name, patch.target.name, patch.code, patch.place, area]
