"""汇总 → Excel：各镇一张，各项任务各镇一张（有合计），没有收到、读不了的一张。差的都在前面。"""

from collections import defaultdict

from taiping.ground.actors import TURNS, actors, said
from taiping.ground.books import SheetWriter, new_book, to_bytes
from taiping.ground.dates import long_date
from taiping.ground.rates import ratio
from taiping.progress.states import MilestoneState
from taiping.reports.rollup.reading import Rollup, TownTarget
from taiping.reports.weekly.layout import (
    LEAST_SIZE,
    ROW_HEIGHT,
    amount,
    count,
    middle,
    prose,
    rate,
    text,
)
from tasks.models.question import BASES

TITLE = said("各{镇}工作进度汇总")
TOWNS = [
    text(said("{镇}"), 14),
    text("方案", 12),
    middle("数据截至", 13),
    text("口径", 12),
    count("逾期的任务", 11),
    count("逾期的图斑", 11),
    *(count(turn, 8) for _, turn in TURNS),
    prose("逾期的是哪几项", 36),
    prose("截止已过、还没有报数的", 30),
]
TARGETS = [
    text("目标任务", 24, nests=True),
    text(said("{镇}"), 14),
    middle("单位", 7),
    amount("任务数", 12),
    count("任务个数", 9),
    amount("上报", 12),
    amount("核实或\n监测数", 12),
    rate("占比", 9),
    count("图斑", 7),
    count("逾期", 7),
    middle("状态", 10),
    prose("说明", 36),
]
ABSENT = [text(said("{镇}或文件"), 30), prose("怎么了", 60)]


def rollup_workbook(rollup: Rollup) -> bytes:
    book = new_book()
    _towns(book, rollup)
    _targets(book, rollup)
    _absent(book, rollup)
    return to_bytes(book, str(TITLE))


def _opened(book, name, columns, left, right, split):
    sheet = SheetWriter(
        book, name, columns, row_height=ROW_HEIGHT, least_size=LEAST_SIZE, freeze="B4", repeated=1
    )
    sheet.banner(f"{TITLE} {name}")
    sheet.sides(left, right, split)
    sheet.head(32)
    return sheet


def _finish(sheet):
    sheet.filter()
    sheet.repeat(sheet.head_row, sheet.head_row)


def _towns(book, rollup):
    told = f"收到 {len(rollup.towns)} 个{actors.town}，最新截至{long_date(rollup.newest)}"
    if rollup.stale:
        told += f"，{len(rollup.stale)} 个{actors.town}的早一些"
    if rollup.missing:
        told += f"，{len(rollup.missing)} 个{actors.town}没有收到"
    sheet = _opened(book, f"各{actors.town}", TOWNS, told, "单位：个", 6)
    for town in rollup.towns:
        cells = [
            town.name,
            town.plan,
            town.on,
            BASES.get(town.basis, town.basis),
            town.late_count,
            town.overdue,
            *town.overdue_by.values(),
            "、".join(row.name for row in town.late),
            "、".join(row.name for row in town.silent),
        ]
        marked = {"数据截至"} if town in rollup.stale else set()
        sheet.row(cells, late=marked)
    _finish(sheet)


def _targets(book, rollup):
    sheet = _opened(book, "各项任务", TARGETS, "同一代码的任务放在一起，差的镇在前", "", 6)
    for rows in by_target(rollup).values():
        for town, row in rows:
            given = {"decimals": _decimals([row]), "late": _late(row), "depth": bool(row.parent)}
            sheet.row(_cells(_name(row), town, row), **given)
        if len(rows) > 1:
            sheet.total(_total(rows), decimals=_decimals([row for _, row in rows]))
    _finish(sheet)


def by_target(rollup: Rollup) -> dict[str, list[tuple[str, TownTarget]]]:
    """{任务代码: [(镇, 任务)]}，差的镇在前：逾期的、图斑逾期多的、截止过了没有报数的、占比低的。"""
    found = defaultdict(list)
    for town in rollup.towns:
        for row in town.targets:
            found[row.code].append((town.name, row))
    for rows in found.values():
        rows.sort(key=lambda pair: _badness(pair[1]))
    return dict(found)


def _name(row):
    """“其中”写明是其中；先后照各镇文件里的。"""
    is_plain = not row.parent or row.name.startswith("其中")
    return row.name if is_plain else f"其中：{row.name}"


def _badness(row):
    is_late = row.state == MilestoneState.OVERDUE
    return not is_late, -row.overdue, not row.is_silent, 1 if row.rate is None else row.rate


def _cells(name, town, row):
    return [
        name,
        town,
        row.unit,
        row.quota,
        row.quota_count,
        None if row.is_measured else row.reported,  # 靠监测的没有上报和图斑
        row.confirmed,
        row.rate,
        None if row.is_measured else row.patch_count,
        None if row.is_measured else row.overdue,
        row.state.label,
        row.reason,
    ]


def _late(row):
    return {"状态"} if row.state == MilestoneState.OVERDUE else set()


def _total(rows):
    """合计：单位不一样的不相加数量；缺了一个镇的数就不是合计，空着。"""
    targets = [row for _, row in rows]
    units = {row.unit for row in targets}
    same = len(units) == 1

    def summed(name):
        values = [getattr(row, name) for row in targets]
        return sum(values) if None not in values else None

    is_measured = all(row.is_measured for row in targets)
    quota, reported, confirmed = (
        summed(name) if same else None for name in ("quota", "reported", "confirmed")
    )
    return [
        _name(targets[0]),
        f"合计 {len(rows)} 个{actors.town}",
        units.pop() if same else "",
        quota,
        summed("quota_count"),
        None if is_measured else reported,
        confirmed,
        ratio(confirmed, quota),
        None if is_measured else summed("patch_count"),
        None if is_measured else summed("overdue"),
        "",
        "" if same else f"各{actors.town}的单位不一样，没有相加",
    ]


def _decimals(rows):
    amounts = [
        value
        for row in rows
        for value in (row.quota, row.reported, row.confirmed)
        if value is not None
    ]
    return max((-value.as_tuple().exponent for value in amounts), default=0)


def _absent(book, rollup):
    lines = [(name, "没有收到") for name in rollup.missing]
    lines += rollup.unread
    lines += [(name, f"同一个{actors.town}有更新的一份，没有用") for name in rollup.older]
    if not lines:
        return
    sheet = _opened(book, "没有收到", ABSENT, "", "", 1)
    for line in lines:
        sheet.row(line)
    _finish(sheet)
