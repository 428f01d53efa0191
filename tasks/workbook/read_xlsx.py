"""方案表（Excel）→ Document。按表头认列，不按位置；多出来的表和列只提醒。"""

from taiping.ground.tables import (
    ERROR_HEADER,
    ERROR_SHEET,
    HeaderIndex,
    Kept,
    column_letter,
    digest_of,
    hidden_in,
    key_of,
    leave_hidden_out,
    plain_header,
    plain_sheets,
    read_workbook,
    sheets_from,
    shown,
)
from tasks.workbook.columns import BY_TITLE, PLAN, POSITIONS
from tasks.workbook.document import Document, FileRow
from tasks.workbook.examples import GUIDE, is_example

NOTE_MARK = "※"  # 表头下面的说明行、例子以它开头
NOTHING = (
    "这份方案表还什么也没有填。请先填“方案”“村”“目标任务”“时间节点”几张，存好再传；"
    "“※ 例：”开头的是例子，不算填了。"
)
TAKEN_FOR_EXAMPLE = "这一行以“※”开头，当作例子，没有读它。要它算数，请把前面的“※ 例：”去掉。"
LAYOUT = 1  # 读表、留下的写法变了就加一：以前留下的不再用
FILLED_IN = {("reading", "created_at"), ("plan", "code")}  # 用来认行，没有这一列会补上


def read_xlsx(source: bytes, kept: Kept | None = None) -> Document:
    """文件打不开抛 TableError。给了 kept 的，读好的表留一份，同样的文件下次不用再读。"""
    document, unknown = Document(), []
    sheets = _sheets(source, kept)
    for told in hidden_in(sheets):
        advice = f"{told}，没有读它；要读的请在表格软件里取消隐藏，存好再传。"
        document.note("方案", advice, level="WARNING")
    for sheet in leave_hidden_out(sheets):
        table = BY_TITLE.get(plain_header(sheet.name))
        if table is PLAN:
            document.kinds.add("plan")
            _read_plan(document, sheet)
        elif table:
            _read_table(document, sheet, table)
            _tell_faults(document, sheet)
        elif sheet.rows and sheet.name not in (ERROR_SHEET, GUIDE):
            unknown.append(sheet.name)
    for name in unknown:
        advice = f"不认得这张表，没有读它。方案的表是：{'、'.join(BY_TITLE)}。"
        document.note(name, advice, found=name, level="WARNING")
    if "plan" not in document.kinds:
        document.note(
            "方案", "文件里没有“方案”这张表，不知道是哪一年的。请从导出的方案表改起，保留这张表。"
        )
    elif _is_blank(document):
        document.rows.clear()
        document.problems.clear()
        document.note("方案", NOTHING)
    return document


def _is_blank(document):
    """一格也没有填：没有一行，“方案”的内容也都空着。"""
    cells = [value for row in document.of("plan") for value in row.cells.values()]
    return set(document.rows) <= {"plan"} and all(value is None for value in cells)


def _sheets(source, kept):
    if kept is None:
        return read_workbook(source)
    key = key_of(LAYOUT, digest_of(source))
    if plain := kept.recall(key):
        return sheets_from(plain)
    sheets = read_workbook(source)
    if not hidden_in(sheets) and not any(sheet.faults for sheet in sheets):
        kept.keep(key, plain_sheets(sheets))
    return sheets


def _tell_faults(document, sheet):
    rows = dict(sheet.rows)
    for (number, at), sentence in sheet.faults.items():
        if number in rows:
            found = shown(rows[number][at])
            at = {"number": number, "column": column_letter(at), "found": found}
            document.note(sheet.name, sentence, **at)


def _headers(table):
    return HeaderIndex((column.header, column) for column in table.sheet_columns)


def _read_plan(document, sheet):
    """“项目 | 内容”的两列表，读成一行。"""
    known, row = _headers(PLAN), FileRow("plan", {}, sheet.name, 0, {})
    for number, values in sheet.rows:
        item, content = plain_header(values[0]), values[1] if len(values) > 1 else None
        if item in ("项目", ERROR_HEADER, "") or item.startswith(NOTE_MARK):
            continue
        column = known.find(item)
        if column is None:
            advice, at = (
                f"不认得“{item}”这一项，没有读它。",
                {"number": number, "column": "A“项目”"},
            )
            document.note(sheet.name, advice, **at, found=item, level="WARNING")
        elif column.field in row.cells:
            advice = f"“{item}”写了两遍。一份文件只放一个年度的方案，请删去一行。"
            document.note(sheet.name, advice, number=number, column=f"B“{item}”", found=content)
        else:
            row.cells[column.field] = content
            row.columns[column.field] = f"B“{column.header}”"
            row.numbers[column.field] = number
    for column in PLAN.columns:
        if column.required and column.field not in row.cells:
            document.note(
                sheet.name,
                f"没有“{column.header}”这一项。请在 A 列加上“{column.header}”，B 列填内容。",
            )
    document.add(row)


def _read_table(document, sheet, table):
    known = _headers(table)
    head = known.best_row(sheet.rows)
    if head is None:
        if sheet.rows:
            document.note(
                sheet.name,
                f"没有找到表头。第一行应是：{'、'.join(c.header for c in table.sheet_columns)}。",
            )
        return
    number, headers = sheet.rows[head]
    columns = _match_columns(document, sheet.name, table, number, headers, known)
    _read_rows(document, sheet, table, head, columns)
    below = [_cells(columns, values) for _, values in sheet.rows[head + 1 :]]
    if not document.of(table.kind) and any(is_example(table, cells) for cells in below):
        return  # 空白方案表里没有填的：当作没有这张表，不是要删光
    document.kinds.add(table.kind)
    if table.kind == "group":
        document.positions |= {
            column.field for _, column in columns if column.field in POSITIONS.values
        }
        document.kinds |= {"member"} if document.positions else set()


def _cells(columns, values):
    return {
        column.field: values[index] if index < len(values) else None for index, column in columns
    }


def _read_rows(document, sheet, table, head, columns):
    titles = {column.field: f"{column_letter(index)}“{column.header}”" for index, column in columns}
    for number, values in sheet.rows[head + 1 :]:
        first = next((value for value in values if value is not None), None)
        cells = _cells(columns, values)
        if shown(first).startswith(NOTE_MARK):
            is_note = number == sheet.rows[head][0] + 1
            if not is_note and not is_example(table, cells):
                at = {"number": number, "found": first}
                document.note(sheet.name, TAKEN_FOR_EXAMPLE, **at, level="WARNING")
        elif any(value is not None for value in cells.values()):
            document.add(FileRow(table.kind, cells, sheet.name, number, titles))


def _match_columns(document, name, table, number, headers, known):
    """认出各列 → [(第几列, Column)]；不认得的提醒，重复的、缺少的必填列是错。"""
    columns, seen = [], set()
    for index, value in enumerate(headers):
        header, column = plain_header(value), known.find(value)
        at = {"number": number, "column": column_letter(index), "found": header}
        if column and column.field not in seen:
            columns.append((index, column))
            seen.add(column.field)
        elif column:
            document.note(name, f"“{column.header}”这一列有两个，请删去一个。", **at)
        elif header and header != ERROR_HEADER:
            document.note(name, f"不认得“{header}”这一列，没有读它。", **at, level="WARNING")
    for column in table.columns:
        tells_apart = column.field in table.key and (table.kind, column.field) not in FILLED_IN
        is_needed = column.required or tells_apart
        if is_needed and column.field not in seen:
            document.note(
                name, f"缺少“{column.header}”这一列。请在表头加上这一列并填好。", number=number
            )
    return columns
