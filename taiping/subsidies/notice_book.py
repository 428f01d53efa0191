"""公示表的 Excel：一条标准一张表，A4 纵向一页宽。"""

from django.conf import settings

from taiping.ground.actors import actors
from taiping.ground.books import Column, SheetWriter, new_book, sheet_title, styles, to_bytes
from taiping.ground.dates import long_date
from taiping.ground.money import yuan
from taiping.subsidies.notice import NoticeTable
from tasks.models.question import Question

YUAN_FORMAT = "#,##0.00"


def notice_workbook(question: Question, tables: list[NoticeTable], days: str) -> bytes:
    """公示表 → xlsx 的 bytes；一张也没有的，写一句为什么。"""
    book, title = (
        new_book(),
        f"{settings.TOWN_NAME}{question.plan.year}年{question.plan.subject}奖补资金公示表",
    )
    for table in tables:
        _sheet(book, sheet_title(table.subsidy.name, book.sheetnames), title, table, question, days)
    if not tables:
        sheet = SheetWriter(book, "公示表", [Column("", 60)])
        sheet.banner(title)
        sheet.line(["还没有填标准，或还没有村得奖补，没有可以公示的。"], styles.LINES)
    return to_bytes(book, title)


def _sheet(book, name, title, table, question, days):
    number = styles.amount_format(2) if table.by_area else styles.COUNT
    columns = [
        Column("序号", 7, style=styles.MIDDLE, number_format=styles.COUNT),
        Column("村", 14, style=styles.MIDDLE),
        Column(table.measured, 16, style=styles.NUMBER, number_format=number),
        Column(f"标准（元/{table.unit}）", 15, style=styles.NUMBER, number_format=YUAN_FORMAT),
        Column("金额（元）", 18, style=styles.NUMBER, number_format=YUAN_FORMAT),
        Column("备注", 24, style=styles.TEXT),
    ]
    sheet = SheetWriter(book, name, columns, font_step=1)
    sheet.banner(title)
    sheet.sides(f"奖补：{table.subsidy.name}（{table.subsidy.earned_by}）", "单位：元", 5)
    sheet.sides(f"依据：{table.subsidy.basis}", f"截至{long_date(question.on)}", 4)
    if table.subsidy.is_demo:
        sheet.sides("含演示数据，不是真实情况，不能张贴", "", 5)
    if table.subsidy.ceiling is not None:
        sheet.sides(f"每村最多 {yuan(table.subsidy.ceiling)} 元", "", 5)
    sheet.head(24)
    for place, row in enumerate(table.rows, start=1):
        sheet.row([place, row.village, row.number, table.subsidy.rate, row.amount, row.remark])
    sheet.total(["合计", None, table.number, None, table.amount, None])
    sheet.repeat(sheet.head_row, sheet.head_row)
    sheet.banner(days, styles.SIGNING, 26)
    sheet.banner(f"公示期内有不同意见的，请向{actors.town}里反映。监督电话：", styles.SIGNING, 26)
    sheet.banner(f"{question.plan.issuer}（盖章）", styles.SIGNING, 36)
    sheet.sheet.page_setup.orientation = "portrait"  # 张贴的一张纸
