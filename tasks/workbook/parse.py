"""格子里的值 → 字段的值：一列一列地认，认不出的记下问题；成员格拆成一条条成员。"""

import re
from dataclasses import replace
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from taiping.ground.tables import as_bool, as_code, as_date, as_decimal, as_int, as_moment, as_text
from taiping.ground.texts import half_width
from tasks.workbook.columns import BY_KIND, ORDER, POSITIONS, TARGET_NAME
from tasks.workbook.document import Entry
from tasks.workbook.members import People, split_people

SLUG = re.compile(r"[-a-zA-Z0-9_]+")
BETWEEN = re.compile(r"[-–—−~至到]")  # 一段的两头中间
LARGEST_AMOUNT = 10**14
REFERRED = (
    "group",
    "target",
    "milestone",
    "duty",
    "score_item",
    "route",
)  # 写的是别的行的名字、代码
OWNERS = ("target", "route")  # 顺序在同一项任务、同一条路径里数
LARGEST_POINTS, CENTI = 10**4, Decimal("0.01")


def parse_cell(column, raw):
    """一格 → 字段的值；不对的抛 ValueError。空格子是 column.blank。"""
    if column.kind in ("village", "cadre"):
        return raw
    if as_text(raw) == "":
        return column.blank
    value = PARSERS[column.kind](column, raw)
    is_reference = column.kind in REFERRED
    if column.model_field is not None and not is_reference:
        try:
            column.model_field.run_validators(value)
        except ValidationError as error:
            raise ValueError(f"“{as_text(raw)}”不行：{''.join(error.messages)}") from None
    return value


def parse_range(column, raw):
    """一格 → {字段: 值}：写一段（1–3、1至3）的两个字段，别的一个。"""
    if not column.most:
        return {column.field: parse_cell(column, raw)}
    if isinstance(raw, date):
        raise ValueError(
            f"“{raw:%Y-%m-%d}”是日期：写 1-3 会被表格软件改成日期，请写成 1至3，或先把这一格设为文本。"
        )
    ends = [end.strip() for end in BETWEEN.split(half_width(as_text(raw)))]
    if len(ends) != 2 or "" in ends:
        return {column.field: parse_cell(column, raw), column.most: None}
    least, most = (parse_cell(column, end) for end in ends)
    if most < least:
        raise ValueError(f"“{as_text(raw)}”前面的比后面的大，请把少的写在前面，如 1–3。")
    return {column.field: least, column.most: None if most == least else most}


def _text(column, raw):
    text = as_code(raw) if column.field == "code" else as_text(raw)
    limit = column.model_field.max_length
    if limit and len(text) > limit:
        raise ValueError(f"“{text[:10]}…”有 {len(text)} 个字，最多 {limit} 个字，请删短。")
    return text


def _slug(column, raw):
    text = _text(column, raw)
    if not SLUG.fullmatch(text):
        raise ValueError(f"“{text}”不能当代码，只能用英文字母、数字、- 和 _，请填如 replant。")
    return text


def _int(column, raw):
    number = as_int(raw)
    if not 0 <= number <= column.largest:
        raise ValueError(f"“{number}”超出范围，请填 0 到 {column.largest} 的整数。")
    return number


def _decimal(column, raw):
    number = as_decimal(raw)
    if number < 0:
        raise ValueError(f"“{as_text(raw)}”是负数，{column.header}不能是负数。")
    if number >= LARGEST_AMOUNT:
        raise ValueError(f"“{as_text(raw)}”太大了，整数部分最多 14 位，请核对。")
    number = number.normalize()
    if number.as_tuple().exponent < -6:
        raise ValueError(f"“{as_text(raw)}”的小数太长，最多 6 位小数，请四舍五入。")
    return number + 0 if number.as_tuple().exponent <= 0 else number.quantize(1)


def _points(column, raw):
    """分数：最多两位小数，扣分项的最低分是负数。"""
    number = as_decimal(raw)
    if number != number.quantize(CENTI, rounding=ROUND_DOWN):
        raise ValueError(f"“{as_text(raw)}”的小数太长，分数最多 2 位小数，请四舍五入。")
    if abs(number) >= LARGEST_POINTS:
        raise ValueError(f"“{as_text(raw)}”太大了，分数最多到 {LARGEST_POINTS - 1}，请核对。")
    return number.quantize(CENTI)


def _choice(column, raw):
    text = as_text(raw)
    choices = column.choices
    for value, label in choices.items():
        if text in (value, label):
            return value
    raise ValueError(f"“{text}”不在可选的里面，请填：{'、'.join(choices.values())}。")


def _moment(column, raw):
    moment = as_moment(raw)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _ranks(column, raw):
    return tuple(as_int(part) for part in split_people(as_text(raw)))


PARSERS = {
    "text": _text,
    "slug": _slug,
    "int": _int,
    "decimal": _decimal,
    "points": _points,
    "choice": _choice,
    "moment": _moment,
    "date": lambda column, raw: as_date(raw),
    "bool": lambda column, raw: as_bool(raw),
    "group": lambda column, raw: as_text(raw),
    "target": lambda column, raw: as_text(raw),
    "score_item": lambda column, raw: as_text(raw),
    "duty": lambda column, raw: as_text(raw),
    "milestone": lambda column, raw: as_text(raw),
    "route": lambda column, raw: as_text(raw),
    "people": lambda column, raw: tuple(split_people(as_text(raw))),
    "ranks": _ranks,
}


def parse_document(document, cadres_in_system):
    """Document → {类: [Entry]}，问题记在 document 里。引用（村、任务、工作组）此时只是文字，由 rules 去对。"""
    entries = {kind: [] for kind in ORDER}
    for kind in ORDER:
        last_order = {}
        for row in document.of(kind):
            values = _parse_row(document, BY_KIND[kind], row)
            owner = next((values.get(name) for name in OWNERS if name in BY_KIND[kind].key), None)
            if _has_no_order(row, values):
                values["order"] = last_order.get(owner, 0) + 1
            if isinstance(values.get("order"), int):
                last_order[owner] = values["order"]
            entries[kind].append(Entry(kind, (), values, row))
    in_file = [(e.values.get("name", ""), e.values.get("post", "")) for e in entries["cadre"]]
    people = People(in_file if "cadre" in document.kinds else cadres_in_system)
    for entry in entries["group"]:
        if any(name in POSITIONS.values for name in entry.values):
            entries["member"] += _members_of(document, entry, people)
    return entries


def _has_no_order(row, values):
    """顺序空着；整张表没有顺序一列的，也就是空着。写错了的不算。"""
    has_order = BY_KIND[row.kind].column("order") is not None
    return has_order and "order" not in row.bad and values.get("order") is None


def _parse_row(document, table, row):
    values = {}
    for column in table.columns:
        if column.field not in row.cells or column.field in row.bad:
            continue
        if column.field == TARGET_NAME:
            continue
        raw = row.cells[column.field]
        if column.required and column.kind != "village" and as_text(raw) == "":
            document.report(row, column.field, f"没有填“{column.header}”，请填上。")
            continue
        try:
            values |= parse_range(column, raw)
        except ValueError as error:
            document.report(row, column.field, str(error))
    return values


def _members_of(document, group, people):
    """工作组一行里的组长、副组长、办公室主任、成员 → 一条条成员，顺序按写的先后或“成员排序”。"""
    found = []
    for position in POSITIONS.values:
        for text in group.values.pop(position, ()):
            try:
                cadre, post = people.find(text)
            except ValueError as error:
                document.report(group.row, position, str(error))
                continue
            if len(post) > 100:
                advice = f"“{post[:10]}…”有 {len(post)} 个字，最多 100 个字，请删短。"
                document.report(group.row, position, advice)
                continue
            row = replace(group.row, kind="member", cells={position: text}, numbers={}, bad=set())
            values = {"group": group.values.get("name"), "position": position}
            values |= {"cadre": cadre, "post": post}
            found.append(Entry("member", (), values, row))
    ranks = group.values.pop("ranks", ()) or tuple(range(1, len(found) + 1))
    if len(ranks) != len(found) and not group.row.bad & set(POSITIONS.values):
        advice = (
            f"写了 {len(ranks)} 个序号，成员有 {len(found)} 个。请清空这一格，或给每个人一个序号。"
        )
        document.report(group.row, "ranks", advice)
    for entry, rank in zip(found, ranks, strict=False):
        if not 0 <= rank <= 32767:
            advice = f"“{rank}”超出范围，请填 0 到 32767 的整数，或清空这一格。"
            document.report(group.row, "ranks", advice)
        entry.values["order"] = rank
    return found
