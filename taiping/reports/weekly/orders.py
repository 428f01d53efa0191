"""周报的督办：那天有效的督办单一张一行，发给谁、什么事、答复了什么；一张也没有的不出这张表。"""

from openpyxl import Workbook

from plots.models import OrderState
from taiping.ground.books import styles
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import middle, opened, prose, put_title, text

COLUMNS = [
    middle("编号", 5, number_format=styles.COUNT),
    text("发给", 12),
    text("督办项目", 15),
    prose("督办事项", 28),
    middle("签发日期", 12.5),
    middle("答复日期", 12.5),
    middle("情况", 12),
    middle("逾期\n天数", 6, number_format=styles.COUNT),
    prose("最近的答复", 24),
    middle("办结日期", 12.5),
]


def add_orders(book: Workbook, shot: Snapshot) -> None:
    if not shot.orders:
        return
    sheet = opened(book, "督办", COLUMNS, freeze="C4", repeated=2)
    put_title(sheet, shot, "督办", "张", 5)
    sheet.head(32)
    sheet.even_rows([_row(order, shot.on) for order in shot.orders])
    sheet.filter()
    sheet.repeat(1, sheet.head_row)


def _row(order, on):
    is_late = order.state == OrderState.OVERDUE
    is_closed = order.state == OrderState.CLOSED
    cells = [
        order.number,
        order.to.name,
        order.about,
        order.words,
        order.issued_on,
        order.answer_by,
        order.state.label,
        (on - order.answer_by).days if is_late else None,
        order.said[-1].words if order.said else None,
        order.closed_on if is_closed else None,
    ]
    return cells, {"late": {"情况"}} if is_late else {}
