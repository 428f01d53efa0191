"""周报的时间节点：每项任务的每一步，什么时候截止、完成多少、按期的多少、还剩几天。"""

from openpyxl import Workbook

from taiping.ground.area import rounded
from taiping.progress.rates import done_rate, ratio
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    DAYS,
    NEW,
    NO_DATA,
    UNDATED,
    amount,
    change,
    count,
    has_patches,
    late_states,
    listed,
    middle,
    moved_amount,
    opened,
    prose,
    put_title,
    rate,
    text,
    units,
)

COLUMNS = [
    text("目标任务", 24, nests=True),
    text("时间节点", 11),
    middle("由谁\n做", 5),
    middle("截止日期", 12.5),
    middle("离截止", 10.5, number_format=DAYS),
    amount("数量", 11, "任务数"),
    count("个数", 5.5, "任务数"),
    amount("数量", 11, "已完成"),
    count("个数", 5.5, "已完成"),
    rate("完成率", 8),
    amount("数量", 9.5, NEW),
    count("个数", 5.5, NEW),
    count("逾期\n（个）", 7),
    change("逾期\n（个）", 7),
    middle("状态", 10),
    amount("数量", 11, "其中：按期"),
    count("个数", 6, "其中：按期"),
    amount("数量", 11, "其中：逾期完成"),
    count("个数", 6, "其中：逾期完成"),
    rate("按期率", 9),
    prose("备注", 72),
]

MEASURED = {  # 没有图斑的方案：上面第几列（从 0 数）的数，写成什么样
    0: text("目标任务", 22, nests=True),
    1: text("时间节点", 10),
    2: middle("由谁\n做", 5),
    3: middle("截止日期", 12),
    4: middle("离截止", 10.5, number_format=DAYS),
    5: amount("任务数", 11),
    7: amount("监测数", 11),
    9: rate("完成率", 8),
    10: amount("本周增减", 11),
    14: middle("状态", 9),
    20: prose("备注", 32),
}


def add_milestones(book: Workbook, shot: Snapshot) -> None:
    rows = [_milestone_row(shot, figures, row) for figures, row in shot.progress.milestones]
    if has_patches(shot):
        sheet = opened(book, "时间节点", COLUMNS, freeze="C5", repeated=2)
        put_title(sheet, shot, "时间节点", units(shot.progress.targets), 8)
        sheet.head(20, 32)
    else:
        rows = [([values[at] for at in MEASURED], given) for values, given in rows]
        sheet = opened(book, "时间节点", [*MEASURED.values()], freeze="C4", repeated=2)
        put_title(sheet, shot, "时间节点", "见各行", 5)
        sheet.head(32)
    sheet.even_rows(rows)
    sheet.filter()
    sheet.repeat(1, sheet.head_row)


def _milestone_row(shot, figures, row):
    """(各格的值, 怎么写)。"""
    target, milestone = figures.target, row.milestone
    values = [
        listed(target),
        milestone.name,
        milestone.get_actor_display(),
        row.due_on,
        _days(row),
        rounded(_quota(figures, row), figures.decimals),
        _quota_count(figures, row),
        *_reached(figures, row),
        *_week(shot.moved.steps[milestone.pk], figures, row),
        row.state.label,
        *_timing(figures, row),
        "；".join(filter(None, [row.reason, UNDATED if row.undated else ""])),
    ]
    late = late_states(row.state)
    if isinstance(values[4], int) and values[4] < 0:
        late.add("离截止")
    return values, {"decimals": figures.decimals, "late": late, "depth": target.depth}


def _days(row):
    """还有几天、逾期几天；完成了的空着，没有报数的只说那天过了几天。"""
    if row.state.is_done:
        return None
    return f"已过{row.days_over}天" if row.is_silent else row.days_left


def _quota(figures, row):
    """这一步自己写了任务数的用自己的。"""
    return figures.quota if row.milestone.quota is None else row.milestone.quota


def _quota_count(figures, row):
    return figures.quota_count if row.milestone.quota_count is None else row.milestone.quota_count


def _reached(figures, row):
    """三格：已完成（数量、个数）、完成率。"""
    target = figures.target
    reached = rounded(row.reached, figures.decimals)
    if not target.by_patches:
        return [reached, None, None if target.is_floor else ratio(row.reached, row.need.quota)]
    if not figures.patch_count:
        return [None] * 3
    return [reached, row.reached_count, done_rate(row.need, row.reached, row.reached_count)]


def _week(moved, figures, row):
    """四格：本周新增（数量、个数），逾期现在几个、较上周；没有数的写 —。"""
    if figures.is_empty:
        return [NO_DATA, NO_DATA, None, NO_DATA]
    amount_moved = moved_amount(moved.reached, figures.decimals)
    if not figures.target.by_patches:
        return [amount_moved, NO_DATA, None, NO_DATA]
    return [amount_moved, moved.reached_count, row.overdue_count, moved.overdue]


def _timing(figures, row):
    """五格：按期、逾期完成（各有数量、个数），按期率。"""
    if figures.is_empty or not figures.target.by_patches:
        return [None] * 5
    return [
        rounded(row.on_time, figures.decimals),
        row.on_time_count,
        rounded(row.late, figures.decimals),
        row.late_count,
        ratio(row.on_time_count, row.on_time_count + row.late_count),
    ]
