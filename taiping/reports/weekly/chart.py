"""周报的完成率图：照总表的完成率画，单独一张，印满一页。"""

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
RATES = {"核实": 10, "上报": 9}  # 总表的完成率在第几列；横条图从下往上画，核实在上
MEASURED_RATES = {"完成": 5}  # 没有图斑的方案只有一列
COLUMNS = [Column("", 13)] * 10
WIDTH, TALLEST = 25, 15  # 厘米：一页放得下的


def add_chart(
    book: Workbook,
    shot: Snapshot,
    overview: SheetWriter,
    first: int,
    last: int,
    rates: dict[str, int],
) -> None:
    """横条图：总表 first 到 last 行的完成率，rates 是 {叫什么: 第几列}；第一种实的、第二种斜线，黑白打印也分得清。"""
    sheet = opened(book, "完成率图", COLUMNS)
    put_title(sheet, shot, "各项任务完成率", "%", 5)
    chart = BarChart()
    chart.type, chart.title, chart.style = "bar", "各项任务完成率", 10
    for column in rates.values():
        cells = Reference(overview.sheet, min_col=column, min_row=first, max_row=last)
        chart.add_data(cells, titles_from_data=False)
    chart.set_categories(Reference(overview.sheet, min_col=1, min_row=first, max_row=last))
    hatched = PatternFillProperties(
        prst="wdUpDiag", fgClr=ColorChoice(srgbClr=GREEN), bgClr=ColorChoice(srgbClr="FFFFFF")
    )
    looks = GraphicalProperties(solidFill=GREEN), GraphicalProperties(pattFill=hatched)
    for series, name, look in zip(chart.series, rates, looks, strict=False):
        series.tx, series.graphicalProperties = SeriesLabel(v=name), look
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
