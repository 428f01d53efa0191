"""周报的总表和说明。"""

from openpyxl import Workbook

from taiping.ground.actors import said
from taiping.ground.area import rounded, spoken
from taiping.ground.books import Column, styles
from taiping.progress.figures import TargetFigures
from taiping.progress.rates import done_rate, ratio
from taiping.progress.snapshot import Snapshot
from taiping.progress.words import (
    brought_text,
    carried_text,
    margin_text,
    measured_on,
    parts_text,
    relapsed_text,
)
from taiping.reports.notes import explanations
from taiping.reports.weekly.chart import MEASURED_RATES, RATES, add_chart
from taiping.reports.weekly.layout import (
    NEW,
    NO_DATA,
    ROW_HEIGHT,
    UNDATED,
    amount,
    change,
    count,
    has_patches,
    heading,
    late_states,
    listed,
    middle,
    moved_amount,
    opened,
    prose,
    put_title,
    rate,
    signing,
    text,
    units,
)

COLUMNS = [
    text("目标任务", 24, nests=True),
    middle("类型", 9),
    amount("数量", 11, "任务数"),
    count("个数", 5.5, "任务数"),
    amount("数量", 10.5, "上报"),
    count("个数", 5.5, "上报"),
    amount("数量", 11, "核实"),
    count("个数", 5.5, "核实"),
    rate("上报", 8, "完成率"),
    rate("核实", 8, "完成率"),
    amount("上报\n数量", 9.5, NEW),
    count("上报\n个数", 5.5, NEW),
    amount("核实\n数量", 9.5, NEW),
    count("核实\n个数", 5.5, NEW),
    count("逾期\n（个）", 7),
    change("逾期\n（个）", 7),
    middle("状态", 9),
    amount("面积", 10, "核减"),
    count("个数", 5.5, "核减"),
    count("暂缓\n（个）", 7),
    count(said("{村}该办"), 7, "逾期（个）"),
    count(said("{镇}该办"), 7, "逾期（个）"),
    count(said("{区}该办"), 7, "逾期（个）"),
    prose("备注", 80),
]
CARRIED_AT = 20  # 有结转出去的，暂缓后面多一列
SIGNED = [(2, 3), (4, 6), (7, 10), (11, 17)]
MEASURED = {  # 没有图斑的方案：上面第几列（从 0 数）的数，写成什么样
    0: text("目标任务", 24, nests=True),
    1: middle("类型", 9),
    2: amount("任务数", 12),
    6: amount("监测数", 12),
    9: rate("完成率", 9),
    12: amount("本周增减", 12),
    16: middle("状态", 10),
    23: prose("备注", 52),
}
MEASURED_SIGNED = [(2, 3), (4, 4), (5, 7), (8, 8)]


def add_overview(book: Workbook, shot: Snapshot) -> None:
    """总表：每项任务一行；底线在前。种类不同的任务不相加，所以没有合计行。"""
    targets = sorted(shot.progress.targets, key=lambda row: not row.target.root.is_floor)
    if not has_patches(shot):
        _measured_overview(book, shot, targets)
        return
    has_carried = any(figures.carried_count for figures in targets)
    columns = [*COLUMNS]
    if has_carried:
        columns.insert(CARRIED_AT, count("已结转\n（个）", 8))
    sheet = opened(book, "总表", columns, freeze="B5", repeated=1)
    put_title(sheet, shot, "总表", units(targets), 9)
    sheet.head(20, 32)
    sheet.even_rows([_target_row(shot, figures, has_carried) for figures in targets])
    sheet.filter()
    last = sheet.number
    if not targets:
        sheet.banner("这份方案还没有目标任务。", styles.NOTE, ROW_HEIGHT)
    signing(sheet, shot, SIGNED)
    sheet.repeat(1, sheet.head_row)
    _chart(book, shot, sheet, targets, last, RATES)


def _measured_overview(book, shot, targets):
    """没有图斑的方案的总表：只有监测数的几列。"""
    sheet = opened(book, "总表", [*MEASURED.values()], freeze="B4", repeated=1)
    put_title(sheet, shot, "总表", "见各行", 5)
    sheet.head(32)
    rows = [_target_row(shot, figures, has_carried=False) for figures in targets]
    sheet.even_rows([([values[at] for at in MEASURED], given) for values, given in rows])
    sheet.filter()
    last = sheet.number
    signing(sheet, shot, MEASURED_SIGNED)
    sheet.repeat(1, sheet.head_row)
    _chart(book, shot, sheet, targets, last, MEASURED_RATES)


def _chart(book, shot, sheet, targets, last, rates):
    """完成率图；底线不画，都还没有数的没有这张。"""
    drawn = [figures for figures in targets if not figures.target.root.is_floor]
    if any(not figures.is_empty and figures.confirmed is not None for figures in drawn):
        add_chart(book, shot, sheet, last - len(drawn) + 1, last, rates)


def _target_row(shot, figures, has_carried):
    """(各格的值, 怎么写)。"""
    target = figures.target
    values = [
        listed(target),
        target.get_kind_display(),
        rounded(figures.quota, figures.decimals),
        figures.quota_count,
        *_done(figures),
        *_week(shot.moved.targets[target.pk], figures),
        figures.state.label,
        *_rest(figures),
        note(figures),
    ]
    if has_carried:
        values.insert(CARRIED_AT, figures.carried_count if target.by_patches else None)
    late = late_states(figures.state)
    return values, {"decimals": figures.decimals, "late": late, "depth": target.depth}


def _done(figures):
    """六格：上报、核实（各有数量、个数），两个完成率。"""
    target, need, decimals = figures.target, figures.need, figures.decimals
    confirmed = rounded(figures.confirmed, decimals)
    if target.is_floor or not target.by_patches:
        rate_of_quota = None if target.is_floor else ratio(figures.confirmed, figures.quota)
        return [None, None, confirmed, None, None, rate_of_quota]
    if not figures.patch_count:
        return [None] * 6
    return [
        rounded(figures.reported, decimals),
        figures.reported_count,
        confirmed,
        figures.confirmed_count,
        done_rate(need, figures.reported, figures.reported_count),
        done_rate(need, figures.confirmed, figures.confirmed_count),
    ]


def _week(moved, figures):
    """六格：本周新增的上报、核实（各有数量、个数），逾期现在几个、较上周；没有数的写 —。"""
    if figures.is_empty:
        return [NO_DATA] * 4 + [None, NO_DATA]
    confirmed = moved_amount(moved.confirmed, figures.decimals)
    if not figures.target.by_patches:
        return [NO_DATA, NO_DATA, confirmed, NO_DATA, None, NO_DATA]
    return [
        moved_amount(moved.reported, figures.decimals),
        moved.reported_count,
        confirmed,
        moved.confirmed_count,
        figures.overdue_count,
        moved.overdue,
    ]


def _rest(figures):
    """六格：核减（面积、个数），暂缓，逾期的村、镇、区该办。"""
    if figures.is_empty or not figures.target.by_patches:
        return [None] * 6
    return [
        rounded(figures.exempt, figures.decimals),
        figures.exempt_count,
        figures.deferred_count,
        figures.owed.village,
        figures.owed.town,
        figures.owed.district,
    ]


def note(figures: TargetFigures) -> str:
    """备注：为什么是这个状态，再说数从哪里来。截止过了还没有报数的只说这一句；底线的理由就在监测数里。"""
    if figures.silent:
        return figures.reason
    says_why = not figures.state.is_done and not figures.target.is_floor and not figures.is_empty
    told = [figures.reason if says_why else "", remark(figures)]
    return "；".join(filter(None, dict.fromkeys(told)))  # 一样的话不说两遍


def remark(figures: TargetFigures) -> str:
    """数从哪里来，有没有要说明的。"""
    target = figures.target
    if target.is_floor or not target.by_patches:
        return _reading_remark(figures)
    told = (relapsed_text(figures), brought_text(figures), carried_text(figures))
    aside = [words for words in told if words]
    if not figures.patch_count:
        return "；".join(aside) or figures.no_patches
    area = spoken(figures.patch_area, figures.decimals)
    notes = [f"图斑{figures.patch_count}个、{area}亩"]
    if figures.short_count:
        lack = spoken(figures.short_area, target.decimals)
        notes.append(f"{figures.short_count}个完成面积小于图斑面积，共少{lack}亩")
    if figures.need.quota != figures.quota:
        notes.append(f"核减后按{spoken(figures.need.quota, figures.decimals)}亩计")
    notes += aside
    undated = [row.milestone.name for row in figures.milestones if row.undated]
    if undated:
        notes.append(f"{'、'.join(undated)}{UNDATED}")
    return "；".join(notes)


def _reading_remark(figures):
    partial = figures.partial_text(gap="")
    if figures.confirmed is None:
        return partial or "还没有监测数"
    on = measured_on(figures)
    words = [on if on.endswith("合计") else f"{on}数"]
    if figures.margin is not None:
        words.append(margin_text(figures))
    return "，".join(filter(None, [*words, partial, parts_text(figures)]))


def add_notes(book: Workbook, shot: Snapshot) -> None:
    columns = [Column("", 6), Column("", 120)]
    sheet = opened(book, "说明", columns)
    sheet.banner(f"{heading(shot)} 统计说明")
    for place, line in enumerate(explanations(shot, returns=True), start=1):
        sheet.line([place, line], styles.LINES, [styles.COUNT, ""], height=36)
    sheet.repeat(1, 1)
