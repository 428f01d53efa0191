"""shapefile 的属性表（.dbf）：自己读，编码认得准，长编号一位不差。"""

import re
import struct
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from taiping.ground.tables import TableError
from taiping.ground.tables.reading import MAX_CELLS

# .cpg 和 .dbf 头上的语言标记写得清楚的照办；0x57（本机编码）和没写的，先严格按 UTF-8，不行按 GB18030。
GBK_PAGES = {"936", "cp936", "gbk", "gb2312", "gb18030", "ansi936", "oem936", "54936"}
UTF8_PAGES = {"utf8", "65001", "utf8encoding"}
LANGUAGE = {0x4D: "gb18030", 0x7A: "gb18030"}
SEPARATORS = re.compile(r"[\s_-]+")
DAY = re.compile(r"\d{8}")
WHOLE_NUMBER = re.compile(r"[-+]?\d+")
DAMAGED = "属性表（.dbf）不完整，可能没有传完整。请重新导出再传。"

Value = str | int | float | bool | date | None


class Column(NamedTuple):
    """一个字段：名字（还没有解码）、类型的字母、是一条里的哪几个字节。"""

    name: bytes
    kind: str
    span: slice


@dataclass
class Table:
    """fields 是字段名；cut 是被截断的字段名；records[i] 是第 i 条的值，删掉的是 None。"""

    fields: list[str] = field(default_factory=list)
    cut: set[str] = field(default_factory=set)
    records: list[list[Value] | None] = field(default_factory=list)
    encoding: str = ""


def read_dbf(content: bytes, cpg: str = "") -> Table:
    """.dbf 的 bytes 和 .cpg 的文字 → Table。不完整、太大、认不出编码的抛 TableError。"""
    if len(content) < 33:
        raise TableError(DAMAGED)
    count, start, size = struct.unpack_from("<IHH", content, 4)
    columns = _columns(content, start)
    if not columns or columns[-1].span.stop > size:
        raise TableError(DAMAGED)
    if start + count * size > len(content) + 1:
        raise TableError(DAMAGED)
    if count * len(columns) > MAX_CELLS:
        raise TableError(
            f"属性表（.dbf）有 {count} 条、{len(columns)} 个字段，太大了。请只留要用的图斑和字段。"
        )
    rows = [content[start + n * size : start + (n + 1) * size] for n in range(count)]
    encoding = _encoding(columns, rows, content[29], cpg)
    table = Table(encoding=encoding)
    for column in columns:
        text, cut = _decode(column.name, encoding)
        table.fields.append(text.strip())
        # 字段名最多 10 个字节：装满了、又有汉字的，多半是被截断的。
        if cut or (len(column.name) >= 9 and not text.isascii()):
            table.cut.add(text.strip())
    for row in rows:
        is_deleted = row[:1] == b"*"
        table.records.append(None if is_deleted else _record(columns, row, encoding))
    return table


def _columns(content, start):
    """文件头里一个个 32 字节的字段，到 start 或 0x0D 为止。"""
    columns = []
    at = 32
    place = 1
    while at + 32 <= min(start, len(content)) and content[at] != 0x0D:
        name = content[at : at + 11].partition(b"\0")[0]
        kind = chr(content[at + 11])
        width = content[at + 16]
        if kind in "Cc":
            width += content[at + 17] * 256  # 文字没有小数位，那一个字节是长度的高位
        columns.append(Column(name, kind, slice(place, place + width)))
        place += width
        at += 32
    return columns


def _record(columns, row, encoding):
    return [_value(row[column.span], column.kind, encoding) for column in columns]


def _encoding(columns, rows, language, cpg):
    texts = {column.name for column in columns}
    written = [column for column in columns if column.kind in "Cc"]
    for row in rows:
        texts.update(row[column.span].strip(b"\0 ") for column in written)
    texts = [text for text in texts if not text.isascii()]
    guesses = [_stated_encoding(language, cpg), "utf-8", "gb18030"]
    for encoding in dict.fromkeys(guess for guess in guesses if guess):
        if all(_readable(text, encoding) for text in texts):
            return encoding
    raise TableError(
        "属性表里的文字认不出是什么编码。请在制图软件里重新导出，编码选 UTF-8 或 GBK。"
    )


def _stated_encoding(language, cpg):
    """.cpg 或 .dbf 头上写的编码；没写、认不出是 None。"""
    page = SEPARATORS.sub("", cpg.strip().lower())
    if page in GBK_PAGES:
        return "gb18030"
    if page in UTF8_PAGES:
        return "utf-8"
    return LANGUAGE.get(language)


def _readable(raw, encoding):
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return _is_cut(error, raw)
    return True


def _is_cut(error, raw):
    """只是最后一个字被字段长度截断了。"""
    return (
        error.end == len(raw)
        and len(raw) - error.start < 4
        and ("unexpected end" in error.reason or "incomplete" in error.reason)
    )


def _decode(raw, encoding):
    try:
        return raw.decode(encoding), False
    except UnicodeDecodeError as error:
        return raw[: error.start].decode(encoding), True


def _value(raw, kind, encoding):
    raw = raw.strip(b"\0 ")
    if not raw:
        return None
    if kind in "NF":
        return _number(raw.decode("ascii", "replace"))
    text, _ = _decode(raw, encoding)
    if kind == "D" and DAY.fullmatch(text):
        try:
            return date(int(text[:4]), int(text[4:6]), int(text[6:]))
        except ValueError:
            return text
    if kind == "L":
        return {"T": True, "Y": True, "F": False, "N": False}.get(text.upper())
    return text


def _number(text):
    if WHOLE_NUMBER.fullmatch(text):
        return int(text)
    if set(text) <= {"*"}:
        return None  # 写的时候位数不够，留下的全是星号
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return float(number) if number.is_finite() else None
