"""周报的明细：每块图斑一行，每项任务一行合计。一遍读完，明细边读边写，逾期和暂缓的记下来写清单。"""

from collections import Counter, defaultdict
from decimal import Decimal

from openpyxl import Workbook

from plots.models import Status
from taiping.ground.area import rounded
from taiping.ground.books import Column, styles
from taiping.ground.dates import long_date
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import (
    LIST_HEIGHT,
    ROW_HEIGHT,
    amount,
    middle,
    opened,
    prose,
    put_title,
    text,
)
from taiping.reports.weekly.lists import DEFERRED, OVERDUE, deferred_row, overdue_row, write_list

AREAS, TOTALLED = 3, 8  # 图斑、上报、核实的面积；合计写到第几列


def add_patches(book: Workbook, shot: Snapshot) -> None:
    """逾期清单、暂缓清单在明细前面：先建好表，读图斑时明细直接写出，逾期和暂缓的记下来最后写。"""
    first = opened(book, "逾期清单", OVERDUE, freeze="E4", repeated=4, row_height=LIST_HEIGHT)
    second = opened(book, "暂缓清单", DEFERRED, freeze="E4", repeated=4, row_height=LIST_HEIGHT)
    overdue, deferred = [], []
    places = {row.village.pk: place for place, row in enumerate(shot.villages[1])}
    for item in _details(book, shot):
        if item.overdue_step:
            place = places[item.patch.village_id]
            overdue.append(((place, -item.days_over), overdue_row(item)))
        elif item.status == Status.DEFERRED:
            deferred.append(deferred_row(item))
    overdue.sort(key=lambda row: row[0])
    write_list(first, shot, "逾期", "亩、天", [values for _, values in overdue])
    write_list(second, shot, "暂缓", "亩", deferred)


def _columns(steps: int) -> list[Column]:
    """steps 是最多几步；各步是什么，“时间节点”那张表里有。"""
    return [
        text("目标任务", 24),
        text("村", 9),
        text("图斑编号", 22),
        text("小地名", 13),
        text("承包人\n（项目主体）", 19),
        amount("图斑", 10.5, "面积（亩）"),
        amount("上报", 10.5, "面积（亩）"),
        amount("核实", 10.5, "面积（亩）"),
        middle("状态", 12),
        middle("下一步", 12),
        middle("截止日期", 12.5),
        *(middle(f"第{place}步", 12.5, group="各步完成日期") for place in range(1, steps + 1)),
        prose("说明", 36),
    ]


def _details(book, shot):
    """写明细，写一块给出一块。"""
    by_target = [figures for figures in shot.progress.targets if figures.target.by_patches]
    steps = max((len(figures.milestones) for figures in by_target), default=0)
    sheet = opened(book, "明细", _columns(steps), freeze="D5", repeated=3, row_height=LIST_HEIGHT)
    put_title(sheet, shot, "图斑明细", "亩", 6)
    sheet.head(20, 32)
    counts, sums = Counter(), defaultdict(lambda: [Decimal(0)] * AREAS)
    for item in shot.items():
        target = item.patch.target
        areas = item.patch.area_mu, item.reported_mu, item.confirmed_mu
        counts[target.pk] += 1
        sums[target.pk] = [total + area for total, area in zip(sums[target.pk], areas, strict=True)]
        sheet.row(_detail_row(item, steps), decimals=target.decimals)
        yield item
    sheet.filter()
    if not counts:
        sheet.banner("还没有图斑。", styles.NOTE, ROW_HEIGHT)
    for figures in by_target:
        target = figures.target
        if counts[target.pk]:
            _total(sheet, target, counts[target.pk], sums[target.pk])
    sheet.repeat(1, sheet.head_row)


def _detail_row(item: PatchOnDay, steps: int) -> list:
    patch, pending = item.patch, item.state.next_milestone
    days = [day for _, day in item.done_days]
    return [
        patch.target.name,
        patch.village.name,
        patch.code,
        patch.place,
        patch.contractor,
        patch.area_mu,
        item.reported_mu,
        item.confirmed_mu,
        item.status.label,
        pending.name if pending else "",
        item.pending_due_on,
        *days,
        *[None] * (steps - len(days)),
        _closing(item),
    ]


def _closing(item):
    """说明：拆分来的、退回、暂缓、核查无问题的日期和理由。"""
    record = item.closing
    if not record:
        return ""
    return f"{long_date(record.done_on)}{record.get_kind_display()}：{item.reason}"


def _total(sheet, target, count, sums):
    """每项任务一行合计；种类不同的任务不相加。"""
    areas = [rounded(value, target.decimals) for value in sums]
    blank = [None] * (sheet.width - TOTALLED)
    values = [f"{target.name}合计", count, None, None, None, *areas, *blank]
    sheet.total(values, decimals=target.decimals, formats={1: '0"个"'})
