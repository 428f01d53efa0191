"""方案数据（JSON，loaddata 用的格式）→ Document。按名字和代码认行，不用数据库的编号。"""

import json
from decimal import Decimal

from tasks.workbook.columns import BY_MODEL, POSITIONS
from tasks.workbook.document import Document, FileRow, PlanFileError

PLAN_LINKS = {
    "group",
    "target",
    "duty",
    "requirement",
    "subsidy",
    "score_item",
}  # 直接挂在方案下的类
IGNORED = {"user", "by", "is_demo"}  # 账号不随方案走；导入的监测不算演示数据
# 引用别的行的字段：字段 → 自然键里取第几项（去掉开头的年度）
KEYS = {
    "parent": 2,
    "group": 2,
    "target": 2,
    "problem_target": 2,
    "section": 2,
    "duty": 2,
    "milestone": 3,
    "cadre": 2,
    "village": 1,
    "route": 1,
}


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
    plan = _plan(records)
    for number, record in enumerate(records, start=1):
        at = {"number": number, "unit": "条"}
        if not isinstance(record, dict) or not isinstance(record.get("fields"), dict):
            advice = "这一条不完整，要有 model 和 fields 两项。"
            document.note("JSON", advice, **at, found=str(record))
            continue
        model = str(record.get("model")).lower()
        if table := BY_MODEL.get(model):
            Record(document, table, record["fields"], number, plan).read()
        else:
            advice = f"不认得“{model}”这一类，没有读它。"
            document.note(model, advice, **at, found=model, level="WARNING")
    if "plan" not in document.kinds:
        document.note("tasks.plan", "文件里没有年度方案（tasks.plan），不知道是哪一年的。")
    return document


def _plan(records):
    """这份文件的方案的代码；没写代码的是年度。"""
    for record in records:
        is_plan = isinstance(record, dict) and record.get("model") == "tasks.plan"
        if is_plan and isinstance(record.get("fields"), dict):
            fields = record["fields"]
            return str(fields.get("code") or fields.get("year") or "")
    return ""


class Record:
    """JSON 里的一条，读成一行。"""

    def __init__(self, document, table, fields, number, plan):
        self.document, self.table, self.fields, self.plan = document, table, fields, plan
        titles = {column.field: f"“{column.header}”（{column.field}）" for column in table.columns}
        self.row = FileRow(table.kind, {}, table.model._meta.label_lower, number, titles, unit="条")

    def note(self, name, value, advice, level="ERROR"):
        row = self.row
        at = {"number": row.number, "column": row.columns.get(name, name), "unit": "条"}
        self.document.note(row.sheet, advice, **at, found=str(value), level=level)

    def read(self):
        document, kind = self.document, self.table.kind
        document.kinds.add(kind)
        for name, value in self.fields.items():
            self._read_field(name, value)
        if kind == "plan" and document.of("plan"):
            advice = "一份文件只放一份方案，这里有两份。请分成两个文件。"
            self.note("year", self.fields.get("year"), advice)
            return
        for column in self.table.columns:
            if column.required and column.field not in self.row.cells:
                advice = f"缺少“{column.header}”（{column.field}）这一项，请补上。"
                self.note(column.field, None, advice)
        document.add(self.row)

    def _read_field(self, name, value):
        if name == "plan" and self.table.kind in PLAN_LINKS:
            if not isinstance(value, list) or list(map(str, value)) != [self.plan]:
                self.note(name, value, f"属于别的方案，{self._one_plan()}")
        elif name not in self.row.columns:
            if name not in IGNORED:
                self.note(name, value, f"不认得“{name}”这一项，没有读它。", level="WARNING")
        elif name in KEYS:
            self.row.cells[name] = self._reference(name, value)
        else:
            self.row.cells[name] = str(value) if isinstance(value, (list, dict)) else value

    def _reference(self, name, value):
        """自然键 → 名字或代码（干部是 (姓名, 职务)）。"""
        if value is None:
            return None
        is_key = isinstance(value, list) and len(value) == KEYS[name]
        if not is_key or not all(isinstance(item, (str, int)) for item in value):
            advice = (
                f"这里写的是“{value}”，要写名字或代码的列表。"
                "导出时请加 --natural-foreign --natural-primary，或用 export_plan。"
            )
            self.note(name, value, advice)
            self.row.bad.add(name)
            return None
        if name == "cadre":
            return tuple(map(str, value))
        if len(value) > 1 and str(value[0]) != self.plan:
            self.note(name, value, f"属于方案 {value[0]}，{self._one_plan()}")
        return value[-1]

    def _one_plan(self):
        return f"这份文件是方案 {self.plan} 的。一份文件只放一份方案。"
