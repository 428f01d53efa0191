"""周报的完成率图：照总表的两列画，单独一张，印满一页。"""

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.fill import ColorChoice, PatternFillProperties

from taiping.ground.books import Column, SheetWriter, styles
from taiping.progress.snapshot import Snapshot
from taiping.reports.weekly.layout import opened, put_title

GREEN = "2F6B3F"
REPORTED_RATE, CONFIRMED_RATE = 9, 10  # 总表的两列完成率在第几列
COLUMNS = [Column("", 13)] * 10
WIDTH, TALLEST = 25, 15  # 厘米：一页放得下的


def add_chart(book: Workbook, shot: Snapshot, overview: SheetWriter, first: int, last: int) -> None:
    """横条图：总表 first 到 last 行上报和核实的完成率；核实是实的、上报是斜线，黑白打印也分得清。"""
    sheet = opened(book, "完成率图", COLUMNS)
    put_title(sheet, shot, "各项任务完成率", "%", 5)
    chart = BarChart()
    chart.type, chart.title, chart.style = "bar", "各项任务完成率", 10
    for column in (CONFIRMED_RATE, REPORTED_RATE):  # 横条图从下往上画，核实在上
        rates = Reference(overview.sheet, min_col=column, min_row=first, max_row=last)
        chart.add_data(rates, titles_from_data=False)
    chart.set_categories(Reference(overview.sheet, min_col=1, min_row=first, max_row=last))
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
    chart.width, chart.height = WIDTH, min(TALLEST, 2.6 + 1.7 * (last - first + 1))
    sheet.sheet.add_chart(chart, "A4")
