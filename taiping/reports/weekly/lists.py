"""周报的逾期清单、暂缓清单：逐块列出，附理由。"""

from taiping.ground.area import rounded
from taiping.ground.books import Column, SheetWriter, styles
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import ROW_HEIGHT, middle, number, prose, put_title, text

FIRST = [
    middle("序号", 6, number_format=styles.COUNT),
    text("村", 9),
    text("目标任务", 24),
    text("图斑编号", 22),
    text("小地名", 14),
    number("面积（亩）", 11, "0.00"),
    middle("步骤", 11),
    middle("截止日期", 12.5),
]
OVERDUE = [
    *FIRST,
    Column("逾期\n天数", 6, number_format=styles.COUNT, style=styles.LATE),
    middle("该谁办", 8),
    middle("目前状态", 9),
    prose("退回理由", 22),
]
DEFERRED = [*FIRST, middle("暂缓日期", 12.5), middle("目前状态", 9), prose("暂缓原因", 24)]


def write_list(sheet: SheetWriter, shot: Snapshot, word: str, unit: str, rows: list[list]) -> None:
    """rows 是 overdue_row 或 deferred_row 给的，序号在这里编。"""
    put_title(sheet, shot, f"{word}清单", unit, 6)
    sheet.head(32)
    sheet.even_rows([([place, *values], {}) for place, values in enumerate(rows, start=1)])
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
