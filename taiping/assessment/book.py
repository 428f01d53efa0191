"""得分表的 Excel：一个村一行，一项一列，大项在上面一层；另一张写明每项怎么评、每个分怎么来的。"""

from django.conf import settings

from taiping.assessment.figures import Sheet
from taiping.ground.area import figure
from taiping.ground.books import Column, SheetWriter, new_book, styles, to_bytes
from taiping.ground.dates import long_date
from taiping.progress.words import name_suffix
from tasks.models.question import Question

POINTS = styles.amount_format(2)


def book_name(question: Question) -> str:
    """甲镇2024年考核得分表_2024-12-31.xlsx。"""
    name = f"{settings.TOWN_NAME}{question.plan.year}年考核得分表"
    return f"{name}_{question.on.isoformat()}{name_suffix(question.basis)}.xlsx"


def sheet_workbook(question: Question, table: Sheet) -> bytes:
    """→ xlsx 的 bytes；没有考核项的写一句为什么。"""
    demo = "（演示数据，不能用）" if table.has_demo else ""
    title = f"{settings.TOWN_NAME}{question.plan.year}年{question.plan.subject}考核得分表{demo}"
    book = new_book()
    if table.items:
        _points(book, question, table, title)
        _reasons(book, question, table, title)
    else:
        sheet = SheetWriter(book, "得分表", [Column("", 60)])
        sheet.banner(title)
        sheet.line(["还没有填考核项。"], styles.LINES)
    return to_bytes(book, title)


def _points(book, question, table, title):
    columns = [
        Column("名次", 6, style=styles.NUMBER, number_format=styles.COUNT),
        Column("村", 12, style=styles.TEXT),
        Column("合计", 9, style=styles.NUMBER, number_format=POINTS),
    ]
    for group in table.groups:
        beyond = "，百分以外" if group.outside else ""
        above = f"{group.section.name}（{figure(group.full)}{beyond}）" if group.section else ""
        own = "" if group.section else beyond
        for place, item in enumerate(group.items):
            columns.append(
                Column(
                    f"{item.name}\n（{figure(item.full)}{own}）",
                    11,
                    style=styles.NUMBER,
                    number_format=POINTS,
                    group=above,
                    starts_group=not place,
                )
            )
    columns.append(Column("说明", 26, style=styles.TEXT))
    sheet = SheetWriter(
        book, "得分表", columns, freeze="D5", row_height=18, least_size=8, repeated=3
    )
    _heading(sheet, question, title, len(columns))
    sheet.head(24, 46)
    for row in table.rows:
        cells = [_value(cell) for cell in row.cells]
        sheet.row([row.rank, row.village.name, row.total, *cells, "；".join(row.gaps)])
    sheet.filter()
    sheet.repeat(1, sheet.head_row)
    for doubt in table.doubts:
        sheet.line([doubt], styles.NOTE)


def _reasons(book, question, table, title):
    """一个村一项一行：分从哪里来。"""
    columns = [
        Column("村", 10, style=styles.TEXT),
        Column("考核项", 22, style=styles.TEXT),
        Column("满分", 8, style=styles.NUMBER, number_format=POINTS),
        Column("得分", 8, style=styles.NUMBER, number_format=POINTS),
        Column("怎么来的", 40, style=styles.PROSE),
        Column("怎么评", 34, style=styles.PROSE),
        Column("由谁评", 14, style=styles.TEXT),
    ]
    sheet = SheetWriter(book, "怎么来的", columns, freeze="A4", row_height=18)
    _heading(sheet, question, title, len(columns))
    sheet.head(24)
    for row in table.rows:
        for cell in row.cells:
            item = cell.item
            told = [cell.why, item.words, item.assessor]
            sheet.row([row.village.name, item.name, item.full, _value(cell), *told])
    sheet.filter()
    sheet.repeat(sheet.head_row, sheet.head_row)


def _heading(sheet, question, title, width):
    sheet.banner(title)
    day = f"截至{long_date(question.on)}，{question.basis_text}"
    sheet.sides(day, "单位：分", max(width - 2, 1))


def _value(cell):
    """数照数写；不适用、未评写字，没有数的空着。"""
    return cell.points if cell.points is not None else cell.text or None
