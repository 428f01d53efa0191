"""通报的附件：逾期图斑清单、各村表、各村监测数、统计说明；没有内容的那一样不附。"""

from dataclasses import dataclass
from datetime import date

from plots.models import Status
from taiping.ground.dates import date_beside
from taiping.progress.patch_states import PatchOnDay
from taiping.progress.snapshot import Snapshot
from taiping.reports.bulletin import measured, ranking
from taiping.reports.bulletin.blocks import Paragraph, Table
from taiping.reports.bulletin.problems import Named, one_line
from taiping.reports.notes import explanations

MOST_LISTED = 500  # 清单最多列这么多块；再多的在周报里
OVERDUE, VILLAGES, NOTES = "逾期图斑清单", "各村图斑整治情况表", "统计说明"
MEASURED = "各村监测数情况表"  # 靠监测的任务，一项一张
SET_BACK = "已退回和暂缓图斑清单"  # 没有逾期、只有退回和暂缓的
LIST_HEAD = ["序号", "图斑编号", "村", "目标任务", "步骤", "截止日期", "逾期天数", "谁该办"]
LIST_WIDTHS, LIST_LEAST = [10, 34, 18, 30, 18, 21, 11, 14], [9, 34, 18, 16, 12, 18, 10, 12]  # 毫米
OTHER_HEAD = ["序号", "图斑编号", "村", "目标任务", "情况", "理由"]
OTHER_WIDTHS, OTHER_LEAST = [10, 34, 18, 30, 14, 50], [9, 34, 18, 16, 13, 30]  # 合起来 156


@dataclass
class Annex:
    title: str
    blocks: list[Paragraph | Table]


def annexes(shot: Snapshot, found: Named) -> list[Annex]:
    rows, _ = ranking.ranked(shot.progress)
    notes = [
        Paragraph(f"{number}．{line}") for number, line in enumerate(explanations(shot), start=1)
    ]
    made = [
        Annex(OVERDUE if found.overdue else SET_BACK, _lists(found, shot.on)),
        Annex(VILLAGES, [ranking.table(rows)] if rows else []),
        Annex(MEASURED, measured.tables(shot.progress, measured.measured(shot.progress))),
        Annex(NOTES, notes),
    ]
    return [annex for annex in made if annex.blocks]


def place_of(title: str, made: list[Annex]) -> int:
    """这一样是附件几；没有附是 0。"""
    titles = [annex.title for annex in made]
    return titles.index(title) + 1 if title in titles else 0


def _lists(found: Named, on: date) -> list[Paragraph | Table]:
    blocks = []
    if late := found.overdue:
        rows = numbered([_overdue_row(item, on) for item in _longest(late)])
        title = f"逾期的图斑（共{len(late)}个）"
        blocks.append(Table(title, LIST_HEAD, rows, LIST_WIDTHS, [], LIST_LEAST))
        if len(late) > MOST_LISTED:
            blocks.append(Paragraph(f"只列逾期最久的{MOST_LISTED}个，其余的见周报的“逾期清单”。"))
    if others := [*found.returned, *found.deferred]:
        rows = numbered([_other_row(item) for item in others[:MOST_LISTED]])
        title = f"已退回和暂缓的图斑（共{len(others)}个）"
        blocks.append(Table(title, OTHER_HEAD, rows, OTHER_WIDTHS, [], OTHER_LEAST))
        if len(others) > MOST_LISTED:
            blocks.append(Paragraph(f"只列{MOST_LISTED}个，其余的见周报的“明细”。"))
    return blocks


def _longest(late):
    """逾期最久的 MOST_LISTED 个；一个村的排在一起，久的在前。"""
    kept = sorted(late, key=lambda item: -item.days_over)[:MOST_LISTED]
    return sorted(kept, key=_by_village)


def _by_village(item):
    village = item.patch.village
    return village.order, village.name_key, village.name


def numbered(rows: list[list[str]]) -> list[list[str]]:
    return [[str(place), *row] for place, row in enumerate(rows, start=1)]


def _overdue_row(item: PatchOnDay, on: date) -> list[str]:
    patch = item.patch
    return [
        patch.code,
        patch.village.name,
        patch.target.name,
        item.overdue_step.name,
        date_beside(item.overdue_due_on, on),
        str(item.days_over),
        item.actor,
    ]


def _other_row(item: PatchOnDay) -> list[str]:
    patch = item.patch
    word = "已退回" if item.status == Status.RETURNED else "暂缓"
    return [patch.code, patch.village.name, patch.target.name, word, one_line(item.reason)]
