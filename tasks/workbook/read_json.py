"""方案数据（JSON，loaddata 用的格式）→ Document。按名字和代码认行，不用数据库的编号。"""

import json
from decimal import Decimal

from tasks.workbook.columns import BY_MODEL, POSITIONS
from tasks.workbook.document import Document, FileRow, PlanFileError

IGNORED = {"user", "by", "is_demo"}  # 账号不随方案走；导入的监测不算演示数据
# 引用别的行的字段：字段 → 自然键里取第几项（去掉开头的年度）
KEYS = {"parent": 2, "group": 2, "target": 2, "cadre": 2, "village": 1}


def read_json(source):
    """bytes 或文字 → Document；不是这种 JSON 抛 PlanFileError。"""
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
        records = json.loads(text, parse_float=Decimal)
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise PlanFileError(
            "这不是 JSON 文件，或者文件不完整。请用 export_plan 导出的 .json 文件。"
        ) from None
    if not isinstance(records, list) or not records:
        raise PlanFileError(
            "这个 JSON 里没有方案：应是一个列表，每项有 model 和 fields。请用 export_plan 导出的文件。"
        )
    document = Document()
    document.positions = set(POSITIONS.values)
    year = _year(records)
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict) or not isinstance(record.get("fields"), dict):
            document.note(
                "JSON",
                "这一条不完整，要有 model 和 fields 两项。",
                number=number,
                unit="条",
                found=str(record),
            )
            continue
        model = str(record.get("model")).lower()
        table = BY_MODEL.get(model)
        if table is None:
            advice = f"不认得“{model}”这一类，没有读它。"
            document.note(model, advice, number=number, unit="条", found=model, level="WARNING")
            continue
        _read_record(document, table, record["fields"], number, year)
    if "plan" not in document.kinds:
        document.note("tasks.plan", "文件里没有年度方案（tasks.plan），不知道是哪一年的。")
    return document


def _year(records):
    for record in records:
        if (
            isinstance(record, dict)
            and record.get("model") == "tasks.plan"
            and isinstance(record.get("fields"), dict)
        ):
            return record["fields"].get("year")
    return None


def _read_record(document, table, fields, number, year):
    titles = {column.field: f"“{column.header}”（{column.field}）" for column in table.columns}
    row = FileRow(table.kind, {}, table.model._meta.label_lower, number, titles, unit="条")
    document.kinds.add(table.kind)
    names = {column.field for column in table.columns}
    for name, value in fields.items():
        if name == "plan" and table.kind in ("group", "target"):
            if value != [year]:
                _note(
                    document,
                    row,
                    name,
                    value,
                    f"属于别的年度，这份文件是 {year} 年度的。一份文件只放一个年度的方案。",
                )
        elif name in KEYS and name in names:
            row.cells[name] = _reference(document, row, name, value, year)
        elif name in names:
            row.cells[name] = value if not isinstance(value, (list, dict)) else str(value)
        elif name not in IGNORED:
            _note(document, row, name, value, f"不认得“{name}”这一项，没有读它。", level="WARNING")
    if table.kind == "plan" and document.of("plan"):
        _note(
            document,
            row,
            "year",
            fields.get("year"),
            "一份文件只放一个年度的方案，这里有两个。请分成两个文件。",
        )
        return
    for column in table.columns:
        if column.required and column.field not in row.cells:
            _note(
                document,
                row,
                column.field,
                None,
                f"缺少“{column.header}”（{column.field}）这一项，请补上。",
            )
    document.add(row)


def _reference(document, row, name, value, year):
    """自然键 → 名字或代码（干部是 (姓名, 职务)）。"""
    if value is None:
        return None
    size = KEYS[name]
    if (
        not isinstance(value, list)
        or len(value) != size
        or not all(isinstance(item, (str, int)) for item in value)
    ):
        _note(
            document,
            row,
            name,
            value,
            f"这里写的是“{value}”，要写名字或代码的列表。导出时请加 --natural-foreign --natural-primary，或用 export_plan。",
        )
        row.bad.add(name)
        return None
    if name == "cadre":
        return tuple(map(str, value))
    if size == 2 and value[0] != year:
        _note(
            document,
            row,
            name,
            value,
            f"属于 {value[0]} 年度，这份文件是 {year} 年度的。一份文件只放一个年度的方案。",
        )
    return value[-1]


def _note(document, row, name, value, advice, level="ERROR"):
    document.note(
        row.sheet,
        advice,
        number=row.number,
        column=row.columns.get(name, name),
        found=str(value),
        level=level,
        unit="条",
    )
