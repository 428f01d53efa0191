"""方案 → 方案表（Excel）或方案数据（JSON）；上传的表 + 问题 → 带“错误”列的表。"""

import json

from django.utils import timezone

from taiping.ground import books
from taiping.ground.area import plain
from taiping.ground.tables import TableError
from tasks.workbook.columns import BY_KIND, ORDER, PLAN, POSITIONS, TABLES, TARGET, TARGET_NAME
from tasks.workbook.members import People, split_people, written
from tasks.workbook.read_json import PLAN_LINKS
from tasks.workbook.read_xlsx import NOTE_MARK


def to_xlsx(stored):
    """Stored → xlsx 的 bytes：每张表都有，空的也有表头。"""
    book = books.new_book()
    for table in TABLES:
        if table is PLAN:
            _add_plan(book, stored.plan)
            continue
        columns = [head(table, column) for column in table.sheet_columns]
        rows = [_row(stored, table, entry) for entry in stored.listed(table.kind)]
        repeated = 2 if table.column(TARGET_NAME) else 1  # 印成几页宽时每页都有的
        given = {"note_row": True, "repeated": repeated}
        if table is TARGET:
            given["depths"] = [entry.object.depth for entry in stored.listed(table.kind)]
        books.add_sheet(book, table.title, columns, rows, **given)
    return books.to_bytes(book, str(stored.plan))


def head(table, column):
    """一列的表头：下拉、说明。"""
    note = f"{'必填。' if column.required else ''}{column.hint}"
    if column is table.columns[0]:
        note = f"{NOTE_MARK} 说明（导入时跳过这一行）：{note}"
    nests = table is TARGET and column.field == "name"
    given = {"required": column.required, "nests": nests}
    return books.Column(column.header, column.width, note, choices_of(column), **given)


def choices_of(column):
    return ("是", "否") if column.kind == "bool" else tuple(column.choices.values())


def told_of(column):
    """这一列怎么填，一句话：选项、是否的，没有另外说明就说从哪几样里选。"""
    choices = choices_of(column)
    listed = f"从下拉里选：{'、'.join(choices)}" if choices else ""
    return "；".join(filter(None, [column.hint.rstrip("。"), listed]))


def _add_plan(book, plan):
    columns = [books.Column("项目", 14), books.Column("内容", 60), books.Column("说明", 50)]
    # 代码就是年度的不写：改了年度就是另一年的方案
    written = {"code": plan.own_code}
    rows = [
        [
            column.header,
            written.get(column.field, getattr(plan, column.field)),
            f"{'必填。' if column.required else ''}{column.hint}",
        ]
        for column in PLAN.columns
    ]
    books.add_sheet(book, PLAN.title, columns, rows, filtered=False)


def _row(stored, table, entry):
    told = _people_cells(stored, entry) if table.kind == "group" else {}
    if target := stored.get("target", (entry.values.get("target"),)):
        told = {TARGET_NAME: target.values["name"]}
    told = {**entry.values, **told}
    return [
        _cell(column, told.get(column.field), told.get(column.most))
        for column in table.sheet_columns
    ]


def _cell(column, value, most=None):
    if most is not None:
        return f"{plain(value)}–{plain(most)}"
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
    plan, records = stored.plan.code, []
    for kind in ORDER:
        table = BY_KIND[kind]
        for entry in stored.listed(kind):
            fields = {"plan": [plan]} if kind in PLAN_LINKS else {}
            for name, value in entry.values.items():
                fields[name] = _json_value(name, value, plan)
            if fields.get("milestone"):
                fields["milestone"].insert(1, entry.values["target"])
            fields |= {"cadre": {"user": None}, "reading": {"by": None, "is_demo": False}}.get(
                kind, {}
            )
            if kind == "reading":
                fields["is_demo"] = entry.object.is_demo
            records.append({"model": table.model._meta.label_lower, "fields": fields})
    lines = ",\n".join("  " + json.dumps(record, ensure_ascii=False) for record in records)
    return f"[\n{lines}\n]\n"


def _json_value(name, value, plan):
    if value is None or isinstance(value, (bool, int)):
        return value
    if name in ("parent", "group", "target", "problem_target", "milestone", "section", "duty"):
        return [plan, value]
    if name in ("village", "route"):
        return [value]
    if name == "cadre":
        return list(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str) else plain(value)
