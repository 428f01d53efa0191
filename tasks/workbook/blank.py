"""空白方案表：办事人员照着填的一本 Excel。先填的八张在前，可以空着的在后；说明都出自 columns。"""

from openpyxl.utils import get_column_letter

from taiping.ground import books
from taiping.ground.books import styles
from taiping.ground.tables import shown
from tasks.workbook.columns import BY_KIND, PLAN, TARGET_NAME, PlanColumn, PlanTable
from tasks.workbook.examples import (
    ABOUT,
    CORE,
    EXAMPLES,
    GUIDE,
    OPTIONAL,
    PLAN_EXAMPLE,
    example_of,
    example_rows,
    plan_example,
)
from tasks.workbook.write import choices_of, head, told_of

TITLE = "空白方案表"
BLANK_ROWS, LISTED_ROWS = 20, 500  # 画好格子的空行；下拉管到多少行
STEPS = (
    "先填前面八张（方案、村、干部、工作组、目标任务、时间节点、任务分解、监测），后面灰色的几张用不到就整张空着。",
    "表头深色的列必填，浅色的可以空着；表头下面一行是这一列怎么填，有下拉的从下拉里选。",
    "“※ 例：”开头的是例子，导入时不读，不用删；照着在它下面的空行里填，不要把“※ 例：”抄下来。",
    "代码用英文小写，自己起，别的表用它说是哪一项；定了不要再改。任务数没有定的空着，空着不是 0。",
    "填好存成 .xlsx，在“方案 → 导入”里上传：有错的会一次全部列出来，改好再传；没有错、看过预览才写进系统。",
)


def blank_workbook() -> bytes:
    """→ xlsx 的 bytes：填表说明一张，每类一张，有表头、说明、例子、下拉。"""
    book = books.new_book()
    _add_guide(book)
    for table in (*CORE, *OPTIONAL):
        add = _add_plan if table is PLAN else _add_table
        sheet = add(book, table)
        sheet.sheet.sheet_properties.tabColor = "2F6B3F" if table in CORE else "9AA69C"
    return books.to_bytes(book, TITLE)


def _add_guide(book):
    columns = [
        books.Column("表", 12),
        books.Column("列", 16),
        books.Column("必填", 8),
        books.Column("怎么填", 70),
        books.Column("例子", 34),
    ]
    sheet = books.SheetWriter(book, GUIDE, columns, row_height=18, least_size=8)
    sheet.banner(TITLE, styles.FORM_TITLE)
    for number, words in enumerate(STEPS, start=1):
        sheet.banner(f"{number}. {words}", styles.LISTED, height=32)
    sheet.form_head(24)
    for table in (*CORE, *OPTIONAL):
        about = ABOUT[table.kind] + ("" if table in CORE else "用不到就整张空着。")
        number = sheet.line([table.title, about, None, None, None], styles.SUM, height=20)
        sheet.merge(number, 2, number, 5)
        examples = PLAN_EXAMPLE if table is PLAN else EXAMPLES[table.kind][0]
        for column in table.sheet_columns:
            required = "必填" if column.required else ""
            example = shown(example_of(column, examples))
            sheet.row([None, column.header, required, told_of(column), example])
    sheet.repeat(sheet.head_row, sheet.head_row)


def _add_plan(book, table):
    """“项目 | 内容 | 说明 | 例子”：一项一行，填内容一列。"""
    columns = [
        books.Column("项目", 14),
        books.Column("内容", 50),
        books.Column("说明", 50, style=styles.HINT),
        books.Column("例子", 36, style=styles.EXAMPLE),
    ]
    sheet = books.SheetWriter(book, table.title, columns, freeze="B2", row_height=20, least_size=8)
    sheet.form_head(24)
    for number, column in enumerate(table.columns, start=2):
        look = styles.REQUIRED if column.required else styles.OPTIONAL
        words = ("必填。" if column.required else "可以空着。") + told_of(column)
        values = [column.header, None, words, plan_example(column.field)]
        looks = [look, styles.FIELD, styles.HINT, styles.EXAMPLE]
        formats = ["", _format_of(column), "", ""]
        sheet.line(values, looks, formats, height=sheet.height_of(values, looks))
        if column.kind == "date":
            sheet.sheet[f"B{number}"].alignment = styles.LEFT
    sheet.repeat(1, 1)
    return sheet


def _add_table(book, table: PlanTable):
    columns = [head(table, column) for column in table.sheet_columns]
    given = {"row_height": 15, "least_size": 8, "repeated": 2 if table.column(TARGET_NAME) else 1}
    examples = example_rows(table)
    first = 3 + len(examples)
    sheet = books.SheetWriter(book, table.title, columns, freeze=f"B{first}", **given)
    sheet.form_head(30)
    notes, looks = [column.note for column in columns], [styles.HINT] * len(columns)
    sheet.head_row = sheet.line(notes, looks, height=sheet.height_of(notes, looks))
    for values in examples:
        looks = [styles.EXAMPLE] * len(columns)
        sheet.line(values, looks, height=sheet.height_of(values, looks))
    formats = [_format_of(column) for column in table.sheet_columns]
    for _ in range(BLANK_ROWS):
        sheet.line([None] * len(columns), styles.BLANK, formats)
    for number, (column, wanted) in enumerate(
        zip(table.sheet_columns, formats, strict=True), start=1
    ):
        if wanted:  # 画好格子的以下也一样
            sheet.sheet.column_dimensions[get_column_letter(number)].number_format = wanted
        if formula := _offered(column):
            last = first + LISTED_ROWS - 1
            sheet.dropdown(column.header, formula, first, last, "请从下拉里选。")
    sheet.repeat(1, 1)
    return sheet


def _format_of(column: PlanColumn) -> str:
    """日期是日期；代码、写一段的是文本：打 001、1-3 进去不变样。"""
    if column.kind == "date":
        return styles.DAY
    is_text = column.most or column.kind == "slug" or column.field == "code"
    return styles.TEXT_FORMAT if is_text else ""


def _offered(column: PlanColumn) -> str:
    """下拉里有什么：几个值，或引用的那张表里认行的一列；没有下拉的是空。"""
    if choices := choices_of(column):
        return books.one_of(choices)
    table = BY_KIND.get(column.kind)
    if table is None or table.key[-1] not in ("name", "code"):
        return ""
    at = [each.field for each in table.sheet_columns].index(table.key[-1]) + 1
    first = 3 + len(example_rows(table))
    letter = get_column_letter(at)
    return f"'{table.title}'!${letter}${first}:${letter}${first + LISTED_ROWS - 1}"
