"""周报里由进度来的几张表：总表（带图）、分村、分村面积、时间节点。"""

from decimal import Decimal

from django.conf import settings
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties

from taiping.ground.area import plain, rounded
from taiping.ground.dates import long_date
from taiping.progress.rates import done_rate, ratio
from taiping.progress.states import State
from taiping.progress.words import quantity
from taiping.reports.weekly.paper import COUNT, PERCENT, Paper, amount_format

DAYS = '"还有"0"天";"已过"0"天";"今天截止"'


def heading(shot):
    demo = "（含演示数据）" if shot.has_demo else ""
    return f"{settings.TOWN_NAME}{shot.plan.year}年耕地保护工作周报{demo}"


def opening(paper, shot, name, unit, split):
    """标题行和单位行：每张表都写清截止日期和口径。"""
    paper.banner(f"{heading(shot)} {name}")
    paper.ends(f"截至{long_date(shot.as_of)}，{shot.basis_text}", f"单位：{unit}", split)


def units(targets):
    return "、".join([*dict.fromkeys(figures.target.unit for figures in targets), "个"])


def named(target):
    return target.name if target.unit == "亩" else f"{target.name}（{target.unit}）"


def look_of(state):
    return "late" if state in (State.OVERDUE, State.AT_RISK) else "middle"


def add_overview(book, shot):
    """总表：每项任务一行；底线在前。种类不同的任务不相加，所以没有合计行。"""
    targets = sorted(
        shot.progress.targets, key=lambda row: (not row.target.is_floor, row.target.order)
    )
    paper = Paper(book, "总表", [24, 10, 11, 7, 11, 7, 11, 7, 9, 9, 10, 7, 9, 9, 10, 30], larger=2)
    paper.freeze(2, 5)
    opening(paper, shot, "总表", units(targets), 8)
    amounts = ("数量", "个数")
    head = paper.heads(
        [
            ("目标任务", ()),
            ("类型", ()),
            ("任务数", amounts),
            ("上报", amounts),
            ("核实", amounts),
            ("完成率", ("上报", "核实")),
            ("核减", ("面积", "个数")),
            ("暂缓（个）", ()),
            ("逾期（个）", ()),
            ("状态", ()),
            ("备注", ()),
        ]
    )
    for figures in targets:
        _target_row(paper, figures)
    last = paper.number
    if not targets:
        paper.banner("这份方案还没有目标任务。", "note", 24)
    paper.filter(head + 1, last)
    _signing(paper, shot)
    first = head + 2 + sum(figures.target.is_floor for figures in targets)
    if any(
        not figures.is_empty and figures.confirmed is not None
        for figures in targets
        if not figures.target.is_floor
    ):
        _chart(paper, first, last)
    paper.prints(1, head + 1)


def _target_row(paper, figures):
    target, need = figures.target, figures.need
    decimals, fmt = target.decimals, amount_format(target.decimals)
    has_data = figures.patch_count or not target.by_patches
    quantities = [rounded(figures.quota, decimals), figures.quota_count]
    if target.is_floor or not target.by_patches:
        done = [None, None, rounded(figures.confirmed, decimals), None]
        rates = [None, None if target.is_floor else ratio(figures.confirmed, figures.quota)]
        rest = [None, None, None, None]
    elif has_data:
        done = [
            rounded(figures.reported, decimals),
            figures.reported_count,
            rounded(figures.confirmed, decimals),
            figures.confirmed_count,
        ]
        rates = [
            done_rate(need, figures.reported, figures.reported_count),
            done_rate(need, figures.confirmed, figures.confirmed_count),
        ]
        rest = [
            rounded(figures.exempt, decimals),
            figures.exempt_count,
            figures.deferred_count,
            figures.overdue_count,
        ]
    else:
        done, rates, rest = [None] * 4, [None] * 2, [None] * 4
    values = [
        named(target),
        target.get_kind_display(),
        *quantities,
        *done,
        *rates,
        *rest,
        figures.state.label,
        remark(figures),
    ]
    looks = ["text", "middle", *["number"] * 12, look_of(figures.state), "text"]
    formats = [
        "",
        "",
        fmt,
        COUNT,
        fmt,
        COUNT,
        fmt,
        COUNT,
        PERCENT,
        PERCENT,
        fmt,
        COUNT,
        COUNT,
        COUNT,
        "",
        "",
    ]
    paper.row(values, looks, formats, height=paper.tall(values, looks, 32))


def remark(figures):
    """备注：数从哪里来，有没有要说明的。"""
    target = figures.target
    if target.is_floor or not target.by_patches:
        if figures.confirmed is None:
            return "还没有监测数"
        text = f"{long_date(figures.reading.on)}监测数"
        if figures.margin is None:
            return text
        word = "低于" if figures.margin < 0 else "高出"
        return f"{text}，{word}底线{quantity(figures.margin_abs, target)}"
    if not figures.patch_count:
        return "还没有图斑"
    notes = [
        f"图斑{figures.patch_count}个、{plain(rounded(figures.patch_area, target.decimals))}亩"
    ]
    if figures.need.quota != figures.quota:
        notes.append(f"核减后按{plain(rounded(figures.need.quota, target.decimals))}亩计")
    undated = [row.milestone.name for row in figures.milestones if row.undated]
    if undated:
        notes.append(f"{'、'.join(undated)}方案未定时限，按方案结束日期判断")
    return "；".join(notes)


def _signing(paper, shot):
    paper.row([None] * paper.width, "note")
    number = paper.row(
        [
            "填报人：",
            None,
            None,
            None,
            "审核人：",
            None,
            None,
            None,
            f"截止日期：{long_date(shot.as_of)}",
            None,
            None,
            None,
            None,
            None,
            f"取数时间：{shot.taken_at:%Y-%m-%d %H:%M}",
            None,
        ],
        "subtitle",
        height=26,
    )
    for left, right in ((1, 4), (5, 8), (9, 14), (15, 16)):
        paper.merge(number, left, number, right)


def _chart(paper, first, last):
    """横条图：上报和核实的完成率；核实是实的、上报是斜线，黑白打印也分得清。"""
    chart = BarChart()
    chart.type, chart.title, chart.style = "bar", "各项任务完成率", 10
    for column in (10, 9):  # 横条图从下往上画，核实在上
        chart.add_data(
            Reference(paper.sheet, min_col=column, min_row=first, max_row=last),
            titles_from_data=False,
        )
    chart.set_categories(Reference(paper.sheet, min_col=1, min_row=first, max_row=last))
    confirmed, reported = chart.series
    confirmed.tx, reported.tx = SeriesLabel(v="核实"), SeriesLabel(v="上报")
    confirmed.graphicalProperties = GraphicalProperties(solidFill="2F6B3F")
    hatched = PatternFillProperties(
        prst="wdUpDiag", fgClr=ColorChoice(srgbClr="2F6B3F"), bgClr=ColorChoice(srgbClr="FFFFFF")
    )
    reported.graphicalProperties = GraphicalProperties(pattFill=hatched)
    reported.graphicalProperties.line.solidFill = confirmed.graphicalProperties.line.solidFill = (
        "2F6B3F"
    )
    for series in chart.series:
        series.dLbls = DataLabelList(
            showVal=True,
            showSerName=False,
            showCatName=False,
            showLegendKey=False,
            showPercent=False,
            numFmt=PERCENT,
        )
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.scaling.min, chart.y_axis.number_format = 0, "0%"
    chart.y_axis.majorGridlines = None
    chart.y_axis.crosses = "max"  # 纵轴倒着排，刻度还在下面
    chart.title.overlay = chart.legend.overlay = False
    chart.legend.position, chart.gapWidth = "b", 60
    chart.width, chart.height = 30, max(6, 2.6 + 1.25 * (last - first + 1))
    paper.sheet.add_chart(chart, f"A{paper.number + 2}")


def add_villages(book, shot):
    """分村：一张按个，一张按亩；最差的村在前，合计行的比率重新算。一项任务几格，打印在一页上字还看得清。"""
    _village_sheet(
        book,
        shot,
        "分村",
        "个",
        subs=("图斑", "上报", "核实", "逾期"),
        widths=(5.5, 5.5, 5.5, 5.5),
        cells=lambda cell, target: [
            cell.patch_count,
            cell.reported_count,
            cell.confirmed_count,
            cell.overdue_count,
        ],
        formats=lambda target: [COUNT] * 4,
        ends=(
            ("核实占比", 9),
            ("待重报", 7),
            ("差错率", 8),
            ("逾期合计", 7),
            ("拖得最久的一步", 28),
        ),
        end_formats=[PERCENT, COUNT, "0%", COUNT, ""],
        larger=2,
    )
    _village_sheet(
        book,
        shot,
        "分村面积",
        "亩",
        subs=("任务数", "图斑", "上报", "核实"),
        widths=(8.5, 8.5, 8.5, 8.5),
        larger=1,
        cells=lambda cell, target: [
            rounded(value, target.decimals)
            for value in (cell.quota, cell.patch_area, cell.reported, cell.confirmed)
        ],
        formats=lambda target: [amount_format(target.decimals)] * 4,
    )


def _village_sheet(
    book, shot, name, unit, *, subs, widths, cells, formats, ends=(), end_formats=(), larger=0
):
    """cells、formats 给出一个村一项任务的几格；ends 是最后的几列（核实占比、待重报、差错率、逾期、原因），没有就不写。"""
    by_target, rows = shot.villages
    paper = Paper(
        book,
        name,
        [5, 10, 6, *widths * len(by_target), *(width for _, width in ends)],
        larger=larger,
    )
    paper.freeze(3, 5)
    opening(paper, shot, name, unit, min(10, paper.width - 1))
    head = paper.heads(
        [
            ("序号", ()),
            ("村（社区）", ()),
            ("片区", ()),
            *((figures.target.name, subs) for figures in by_target),
            *((title, ()) for title, _ in ends),
        ],
        heights=(26, 34),
    )
    shapes = [shape for figures in by_target for shape in formats(figures.target)]
    formatted = ["", "", "", *shapes, *end_formats]
    for place, row in enumerate(rows, start=1):
        values = [place, row.village.name, row.lot]
        for target, cell in row.pairs:
            values += (
                cells(cell, target) if cell.patch_count or cell.is_allocated else [None] * len(subs)
            )
        late = "late" if row.overdue_count else "number"
        looks = ["middle", "text", "middle", *["number"] * (len(shapes) + 3), late, "text"][
            : len(formatted)
        ]
        share = ratio(row.confirmed_count, row.patch_count)
        values += _ends(ends, share, row.returns, row.overdue_count, worst_words(row))
        paper.row(values, looks, formatted, height=paper.tall(values, looks, 24))
    paper.filter(head + 1, paper.number)
    totals = [value for figures in by_target for value in cells(figures, figures.target)]
    share = ratio(sum(row.confirmed_count for row in rows), sum(row.patch_count for row in rows))
    last = _ends(ends, share, shot.returns[None], shot.progress.overdue_count, None)
    paper.row(
        ["合计", None, None, *totals, *last],
        ["total_text"] * 3 + ["total"] * (len(shapes) + len(ends)),
        formatted,
        height=30,
    )
    paper.merge(paper.number, 1, paper.number, 3)
    paper.prints(1, head + 1)


def _ends(ends, share, returns, overdue_count, words):
    rate = None if returns.error_rate is None else Decimal(returns.error_rate) / 100
    return [share, returns.waiting, rate, overdue_count, words][: len(ends)]


def worst_words(row):
    if not row.worst:
        return ""
    return f"{row.worst_target.name} {row.worst.overdue_step.name}，已过{row.worst_days}天"


def add_milestones(book, shot):
    """时间节点：每项任务的每一步，什么时候截止、完成多少、按期的多少、还剩几天。"""
    paper = Paper(
        book, "时间节点", [22, 13, 6, 13, 12, 11, 7, 11, 7, 9, 11, 7, 11, 7, 8, 8, 10, 20], larger=2
    )
    paper.freeze(3, 5)
    opening(paper, shot, "时间节点", units(shot.progress.targets), 9)
    both = ("数量", "个数")
    head = paper.heads(
        [
            ("目标任务", ()),
            ("时间节点", ()),
            ("由谁做", ()),
            ("截止日期", ()),
            ("离截止", ()),
            ("任务数", both),
            ("已完成", both),
            ("完成率", ()),
            ("其中：按期", both),
            ("其中：逾期完成", both),
            ("逾期未完成（个）", ()),
            ("按期率", ()),
            ("状态", ()),
            ("备注", ()),
        ]
    )
    for figures, row in shot.progress.milestones:
        _milestone_row(paper, figures, row)
    paper.filter(head + 1, paper.number)
    paper.prints(1, head + 1)


def _milestone_row(paper, figures, row):
    target, milestone = figures.target, row.milestone
    decimals, fmt = target.decimals, amount_format(target.decimals)
    days = None if row.state.is_done else row.days_left
    reached, timing = [None] * 3, [None] * 6
    if target.by_patches and figures.patch_count:
        reached = [
            rounded(row.reached, decimals),
            row.reached_count,
            done_rate(figures.need, row.reached, row.reached_count),
        ]
        timing = [
            rounded(row.on_time, decimals),
            row.on_time_count,
            rounded(row.late, decimals),
            row.late_count,
            row.overdue_count,
            ratio(row.on_time_count, row.reached_count),
        ]
    elif not target.by_patches:
        rate = None if target.is_floor else ratio(row.reached, figures.quota)
        reached = [rounded(row.reached, decimals), None, rate]
    note = "方案未定时限，按方案结束日期判断" if row.undated else ""
    values = [
        named(target),
        milestone.name,
        milestone.get_actor_display(),
        row.due_on,
        days,
        rounded(figures.quota, decimals),
        figures.quota_count,
        *reached,
        *timing,
        row.state.label,
        note,
    ]
    looks = [
        "text",
        "text",
        "middle",
        "middle",
        "late" if days is not None and days < 0 else "middle",
        *["number"] * 11,
        look_of(row.state),
        "text",
    ]
    paper.row(
        values,
        looks,
        [
            "",
            "",
            "",
            "",
            DAYS,
            fmt,
            COUNT,
            fmt,
            COUNT,
            PERCENT,
            fmt,
            COUNT,
            fmt,
            COUNT,
            COUNT,
            PERCENT,
            "",
            "",
        ],
        height=paper.tall(values, looks, 24),
    )
