"""周报的时间节点：每项任务的每一步，什么时候截止、完成多少、按期的多少、还剩几天。"""

from openpyxl import Workbook

from taiping.ground.area import rounded
from taiping.progress.rates import done_rate, ratio
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    DAYS,
    ROW_HEIGHT,
    UNDATED,
    amount,
    count,
    late_states,
    middle,
    named,
    opened,
    put_title,
    rate,
    text,
    units,
)

COLUMNS = [
    text("目标任务", 22),
    text("时间节点", 13),
    middle("由谁做", 6),
    middle("截止日期", 13),
    middle("离截止", 12, number_format=DAYS),
    amount("数量", 11, "任务数"),
    count("个数", 7, "任务数"),
    amount("数量", 11, "已完成"),
    count("个数", 7, "已完成"),
    rate("完成率", 9),
    amount("数量", 11, "其中：按期"),
    count("个数", 7, "其中：按期"),
    amount("数量", 11, "其中：逾期完成"),
    count("个数", 7, "其中：逾期完成"),
    count("逾期未完成（个）", 8),
    rate("按期率", 8),
    middle("状态", 10),
    text("备注", 32),
]


def add_milestones(book: Workbook, shot: Snapshot) -> None:
    sheet = opened(book, "时间节点", COLUMNS, freeze="C5", font_step=2, row_height=ROW_HEIGHT)
    put_title(sheet, shot, "时间节点", units(shot.progress.targets), 9)
    sheet.head(22, 30)
    for figures, row in shot.progress.milestones:
        _milestone_row(sheet, figures, row)
    sheet.filter()
    sheet.repeat(1, sheet.head_row)


def _milestone_row(sheet, figures, row):
    target, milestone = figures.target, row.milestone
    days = None if row.state.is_done else row.days_left
    values = [
        named(target),
        milestone.name,
        milestone.get_actor_display(),
        row.due_on,
        days,
        rounded(_quota(figures, row), figures.decimals),
        _quota_count(figures, row),
        *_reached(figures, row),
        row.state.label,
        "；".join(filter(None, [row.reason, UNDATED if row.undated else ""])),
    ]
    late = late_states(row.state)
    if days is not None and days < 0 and not figures.is_empty:
        late.add("离截止")
    sheet.row(values, decimals=figures.decimals, late=late)


def _quota(figures, row):
    """这一步自己写了任务数的用自己的。"""
    return figures.quota if row.milestone.quota is None else row.milestone.quota


def _quota_count(figures, row):
    return figures.quota_count if row.milestone.quota_count is None else row.milestone.quota_count


def _reached(figures, row):
    """九格：已完成（数量、个数）、完成率，按期、逾期完成（各有数量、个数），逾期未完成，按期率。"""
    target, decimals = figures.target, figures.decimals
    reached = rounded(row.reached, decimals)
    if not target.by_patches:
        rate_of_quota = None if target.is_floor else ratio(row.reached, row.need.quota)
        return [reached, None, rate_of_quota, *[None] * 6]
    if not figures.patch_count:
        return [None] * 9
    return [
        reached,
        row.reached_count,
        done_rate(row.need, row.reached, row.reached_count),
        rounded(row.on_time, decimals),
        row.on_time_count,
        rounded(row.late, decimals),
        row.late_count,
        row.overdue_count,
        ratio(row.on_time_count, row.on_time_count + row.late_count),
    ]
