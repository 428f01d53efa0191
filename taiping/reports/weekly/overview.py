"""周报的总表（带图）和说明。"""

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties

from taiping.ground.area import plain, rounded
from taiping.ground.dates import long_date
from taiping.ground.tables import Column, SheetWriter, styles
from taiping.progress.figures import TargetFigures
from taiping.progress.rates import done_rate, ratio
from taiping.progress.snapshot import Snapshot
from taiping.progress.words import brought_text, carried_text, margin_text, relapsed_text
from taiping.reports.notes import explanations
from taiping.reports.weekly.layout import (
    ROW_HEIGHT,
    UNDATED,
    amount,
    count,
    heading,
    late_states,
    middle,
    named,
    opened,
    put_title,
    rate,
    text,
    units,
)

GREEN = "2F6B3F"
COLUMNS = [
    text("目标任务", 24),
    middle("类型", 10),
    amount("数量", 11, "任务数"),
    count("个数", 7, "任务数"),
    amount("数量", 11, "上报"),
    count("个数", 7, "上报"),
    amount("数量", 11, "核实"),
    count("个数", 7, "核实"),
    rate("上报", 9, "完成率"),
    rate("核实", 9, "完成率"),
    amount("面积", 10, "核减"),
    count("个数", 7, "核减"),
    count("暂缓（个）", 9),
    count("合计", 7, "逾期（个）"),
    count("村该办", 7, "逾期（个）"),
    count("镇该办", 7, "逾期（个）"),
    count("区该办", 7, "逾期（个）"),
    middle("状态", 10),
    text("备注", 40),
]
CARRIED_AT = 13  # 有结转出去的，暂缓后面多一列
REPORTED_RATE, CONFIRMED_RATE = 9, 10  # 两列完成率在第几列，图照它们画


def add_overview(book: Workbook, shot: Snapshot) -> None:
    """总表：每项任务一行；底线在前。种类不同的任务不相加，所以没有合计行。"""
    targets = sorted(
        shot.progress.targets, key=lambda row: (not row.target.is_floor, row.target.order)
    )
    has_carried = any(figures.carried_count for figures in targets)
    columns = [*COLUMNS]
    if has_carried:
        columns.insert(CARRIED_AT, count("已结转（个）", 9))
    sheet = opened(book, "总表", columns, freeze="B5", font_step=2, row_height=32)
    put_title(sheet, shot, "总表", units(targets), 8)
    sheet.head(22, 30)
    for figures in targets:
        _target_row(sheet, figures, has_carried)
    sheet.filter()
    last = sheet.number
    if not targets:
        sheet.banner("这份方案还没有目标任务。", styles.NOTE, ROW_HEIGHT)
    _signing(sheet, shot)
    drawn = [figures for figures in targets if not figures.target.is_floor]
    if any(not figures.is_empty and figures.confirmed is not None for figures in drawn):
        _chart(sheet, last - len(drawn) + 1, last)
    sheet.repeat(1, sheet.head_row)


def _target_row(sheet, figures, has_carried):
    target = figures.target
    values = [
        named(target),
        target.get_kind_display(),
        rounded(figures.quota, figures.decimals),
        figures.quota_count,
        *_done(figures),
        figures.state.label,
        note(figures),
    ]
    if has_carried:
        values.insert(CARRIED_AT, figures.carried_count if target.by_patches else None)
    sheet.row(values, decimals=figures.decimals, late=late_states(figures.state))


def _done(figures):
    """十三格：上报、核实（各有数量、个数），两个完成率，核减（面积、个数），暂缓，逾期（合计，村、镇、区该办）。"""
    target, need, decimals = figures.target, figures.need, figures.decimals
    confirmed = rounded(figures.confirmed, decimals)
    if target.is_floor or not target.by_patches:
        rate_of_quota = None if target.is_floor else ratio(figures.confirmed, figures.quota)
        return [None, None, confirmed, None, None, rate_of_quota, *[None] * 7]
    if not figures.patch_count:
        return [None] * 13
    return [
        rounded(figures.reported, decimals),
        figures.reported_count,
        confirmed,
        figures.confirmed_count,
        done_rate(need, figures.reported, figures.reported_count),
        done_rate(need, figures.confirmed, figures.confirmed_count),
        rounded(figures.exempt, decimals),
        figures.exempt_count,
        figures.deferred_count,
        figures.overdue_count,
        figures.owed.village,
        figures.owed.town,
        figures.owed.district,
    ]


def note(figures: TargetFigures) -> str:
    """备注：为什么是这个状态，再说数从哪里来。截止过了还没有报数的只说这一句；底线的理由就在监测数里。"""
    if figures.silent:
        return figures.reason
    says_why = not figures.state.is_done and not figures.target.is_floor and not figures.is_empty
    return "；".join(filter(None, [figures.reason if says_why else "", remark(figures)]))


def remark(figures: TargetFigures) -> str:
    """数从哪里来，有没有要说明的。"""
    target = figures.target
    if target.is_floor or not target.by_patches:
        return _reading_remark(figures)
    told = (relapsed_text(figures), brought_text(figures), carried_text(figures))
    aside = [words for words in told if words]
    if not figures.patch_count:
        return "；".join(aside) or "还没有图斑"
    area = plain(rounded(figures.patch_area, figures.decimals))
    notes = [f"图斑{figures.patch_count}个、{area}亩"]
    if figures.short_count:
        lack = plain(rounded(figures.short_area, target.decimals))
        notes.append(f"{figures.short_count}个完成面积小于图斑面积，共少{lack}亩")
    if figures.need.quota != figures.quota:
        notes.append(f"核减后按{plain(rounded(figures.need.quota, figures.decimals))}亩计")
    notes += aside
    undated = [row.milestone.name for row in figures.milestones if row.undated]
    if undated:
        notes.append(f"{'、'.join(undated)}{UNDATED}")
    return "；".join(notes)


def _reading_remark(figures):
    partial = figures.partial_text(gap="")
    if figures.confirmed is None:
        return partial or "还没有监测数"
    words = [f"{long_date(figures.reading.on)}监测数"]
    if figures.margin is not None:
        words.append(margin_text(figures))
    return "，".join([*words, partial] if partial else words)


def _signing(sheet, shot):
    sheet.line([None] * sheet.width, styles.NOTE)
    places = {
        (1, 4): "填报人：",
        (5, 8): "审核人：",
        (9, 17): f"截止日期：{long_date(shot.on)}",
        (18, 19): f"取数时间：{shot.taken_at:%Y-%m-%d %H:%M}",
    }
    values = [None] * sheet.width
    for (left, _), words in places.items():
        values[left - 1] = words
    number = sheet.line(values, styles.SIGNING, height=26)
    for left, right in places:
        sheet.merge(number, left, number, right)


def _chart(sheet: SheetWriter, first: int, last: int) -> None:
    """横条图：上报和核实的完成率；核实是实的、上报是斜线，黑白打印也分得清。"""
    chart = BarChart()
    chart.type, chart.title, chart.style = "bar", "各项任务完成率", 10
    for column in (CONFIRMED_RATE, REPORTED_RATE):  # 横条图从下往上画，核实在上
        rates = Reference(sheet.sheet, min_col=column, min_row=first, max_row=last)
        chart.add_data(rates, titles_from_data=False)
    chart.set_categories(Reference(sheet.sheet, min_col=1, min_row=first, max_row=last))
    confirmed, reported = chart.series
    confirmed.tx, reported.tx = SeriesLabel(v="核实"), SeriesLabel(v="上报")
    confirmed.graphicalProperties = GraphicalProperties(solidFill=GREEN)
    hatched = PatternFillProperties(
        prst="wdUpDiag", fgClr=ColorChoice(srgbClr=GREEN), bgClr=ColorChoice(srgbClr="FFFFFF")
    )
    reported.graphicalProperties = GraphicalProperties(pattFill=hatched)
    for series in chart.series:
        series.graphicalProperties.line.solidFill = GREEN
        series.dLbls = DataLabelList(
            showVal=True,
            showSerName=False,
            showCatName=False,
            showLegendKey=False,
            showPercent=False,
            numFmt=styles.PERCENT,
        )
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0%"
    chart.y_axis.majorGridlines = None
    chart.y_axis.crosses = "max"  # 纵轴倒着排，刻度还在下面
    chart.title.overlay = chart.legend.overlay = False
    chart.legend.position, chart.gapWidth = "b", 60
    chart.width, chart.height = 30, max(6, 2.6 + 1.25 * (last - first + 1))
    sheet.sheet.add_chart(chart, f"A{sheet.number + 2}")


def add_notes(book: Workbook, shot: Snapshot) -> None:
    columns = [Column("", 6), Column("", 120)]
    sheet = opened(book, "说明", columns)
    sheet.banner(f"{heading(shot)} 统计说明")
    for place, line in enumerate(explanations(shot, returns=True), start=1):
        sheet.line([place, line], styles.LINES, [styles.COUNT, ""], height=36)
    sheet.repeat(1, 1)
