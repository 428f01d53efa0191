"""方案 → 方案表（Excel）或方案数据（JSON）；上传的表 + 问题 → 带“错误”列的表。"""

import io
import json

from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.styles import Alignment

from taiping import tables
from taiping.area import plain
from taiping.tables import TableError
from tasks.workbook.columns import BY_KIND, ERROR_HEADER, ERROR_SHEET, ORDER, PLAN, POSITIONS, TABLES
from tasks.workbook.members import People, split_people, written
from tasks.workbook.read_xlsx import HEADER_ROWS, NOTE_MARK, plain_header

PLAN_LINKS = {"group", "target"}  # JSON 里直接挂在方案下的类


def to_xlsx(stored):
    """Stored → xlsx 的 bytes：八张表，一张不少，空的也有表头。"""
    book = tables.new_book()
    for table in TABLES:
        if table is PLAN:
            _add_plan(book, stored.plan)
            continue
        columns = [_head(table, column) for column in table.columns]
        rows = [_row(stored, table, entry) for entry in stored.of(table.kind)]
        tables.add_sheet(book, table.title, columns, rows, note_row=True)
    return tables.to_bytes(book)


def _head(table, column):
    choices = ("是", "否") if column.kind == "bool" else tuple(column.choices.values())
    note = f"{'必填。' if column.required else ''}{column.hint}"
    if column is table.columns[0]:
        note = f"{NOTE_MARK} 说明（导入时跳过这一行）：{note}"
    return tables.Column(column.header, column.width, note, choices, required=column.required)


def _add_plan(book, plan):
    columns = [tables.Column("项目", 14), tables.Column("内容", 60), tables.Column("说明", 50)]
    rows = [
        [column.header, getattr(plan, column.field), f"{'必填。' if column.required else ''}{column.hint}"]
        for column in PLAN.columns
    ]
    tables.add_sheet(book, PLAN.title, columns, rows, filtered=False)


def _row(stored, table, entry):
    people = _people_cells(stored, entry) if table.kind == "group" else {}
    return [_cell(column, people.get(column.field, entry.values.get(column.field))) for column in table.columns]


def _cell(column, value):
    if column.choices:
        return column.choices.get(value, value)
    if column.kind == "moment":
        return timezone.localtime(value).replace(tzinfo=None).isoformat(sep=" ")
    return value


def _people_cells(stored, group):
    """一个组的成员 → 四格名字；顺序不是按写的先后时，再加“成员排序”。写出来读不回一样的就不写。"""
    cadres = [entry.key for entry in stored.of("cadre")]
    people, cells, ranks = People(cadres), {}, []
    for position, label in POSITIONS.choices:
        members = [m.values for m in stored.of("member") if m.key[:2] == (group.key[0], position)]
        cells[position] = "、".join(written(m["cadre"], m["post"], cadres) for m in members)
        expected = [(m["cadre"], m["post"]) for m in members]
        try:
            readable = [people.find(text) for text in split_people(cells[position])] == expected
        except ValueError:
            readable = False
        if not readable:
            raise TableError(
                f"“{group.key[0]}”的{label}里有名字带顿号或不成对的括号，"
                "写进表格会分不清。请在后台改好名字，或导出 JSON。"
            )
        ranks += [m["order"] for m in members]
    if ranks != list(range(1, len(ranks) + 1)):
        cells["ranks"] = "、".join(map(str, ranks))
    return cells


def to_json(stored):
    """Stored → JSON 文字，loaddata 能直接用：自然键，不带编号，一条一行。"""
    year, records = stored.plan.year, []
    for kind in ORDER:
        table = BY_KIND[kind]
        for entry in stored.of(kind):
            fields = {"plan": [year]} if kind in PLAN_LINKS else {}
            for name, value in entry.values.items():
                fields[name] = _json_value(name, value, year)
            fields |= {"cadre": {"user": None}, "reading": {"by": None, "is_demo": False}}.get(kind, {})
            if kind == "reading":
                fields["is_demo"] = entry.object.is_demo
            records.append({"model": table.model._meta.label_lower, "fields": fields})
    lines = ",\n".join("  " + json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{lines}\n]\n"


def _json_value(name, value, year):
    if value is None or isinstance(value, (bool, int)):
        return value
    if name in ("parent", "group", "target"):
        return [year, value]
    if name == "village":
        return [value]
    if name == "cadre":
        return list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str) else plain(value)


def with_errors(source, problems):
    """上传的 xlsx + 问题 → 同样的表，每张多一列“错误”；说不到哪一行的写在“错误说明”表里。"""
    tables.refuse_unfit(source)
    try:
        book = load_workbook(io.BytesIO(source))
    except Exception:  # 老的 .xls 和样式不规范的文件，openpyxl 会抛各种错；内容照样能标
        book = _plain_copy(source)
    if ERROR_SHEET in book.sheetnames:
        del book[ERROR_SHEET]
    loose = [problem for problem in problems if not problem.number or problem.sheet not in book.sheetnames]
    for sheet in book.worksheets:
        mine = [problem for problem in problems if problem.sheet == sheet.title and problem.number]
        _mark_sheet(sheet, mine)
    if loose:
        columns = [tables.Column("工作表", 14), tables.Column("行", 8), tables.Column("怎么改", 90)]
        tables.add_sheet(book, ERROR_SHEET, columns, [[p.sheet, p.row_text, p.advice] for p in loose], filtered=False)
    return tables.to_bytes(book)


def _plain_copy(source):
    book = tables.new_book()
    for sheet in tables.read_workbook(source):
        copy = book.create_sheet(sheet.name)
        for number, values in sheet.rows:
            for index, value in enumerate(values, start=1):
                tables.put(copy.cell(number, index), value)
    return book


def _mark_sheet(sheet, problems):
    head, index = _error_column(sheet)
    for number in range(head, sheet.max_row + 1):
        if sheet.cell(number, index).value:
            sheet.cell(number, index).value = None
    if not problems:
        return
    tables.put(sheet.cell(head, index), ERROR_HEADER).font = tables.ERROR_FONT
    letter = tables.column_letter(index - 1)
    sheet.column_dimensions[letter].width = 60
    told = {}
    for problem in problems:
        prefix = "提醒：" if problem.level == "WARNING" else ""
        told.setdefault(problem.number, []).append(f"{prefix}{problem.column}：{problem.advice}")
    for number, sentences in told.items():
        cell = tables.put(sheet.cell(number, index), "\n".join(sentences))
        cell.font, cell.fill = tables.ERROR_FONT, tables.ERROR_FILL
        cell.alignment = Alignment(vertical="top", wrap_text=True)


def _error_column(sheet):
    """（表头在哪一行，“错误”写在第几列）：已有“错误”列就用它，没有就接在最后。"""
    best, head = -1, 1
    for number in range(1, min(sheet.max_row, HEADER_ROWS) + 1):
        values = [cell.value for cell in sheet[number]]
        filled = sum(value is not None for value in values)
        if ERROR_HEADER in map(plain_header, values):
            return number, [plain_header(value) for value in values].index(ERROR_HEADER) + 1
        if filled > best:
            best, head = filled, number
    return head, sheet.max_column + 1
