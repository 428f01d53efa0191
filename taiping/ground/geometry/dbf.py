"""shapefile 的属性表（.dbf）：自己读，编码认得准，长编号一位不差。"""

import re
import struct
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from taiping.ground.tables import TableError
from taiping.ground.tables.reading import MAX_CELLS

# .cpg 和 .dbf 头上的语言标记写得清楚的照办；0x57（本机编码）和没写的，先严格按 UTF-8，不行按 GB18030。
GBK_PAGES = {"936", "cp936", "gbk", "gb2312", "gb18030", "ansi936", "oem936", "54936"}
UTF8_PAGES = {"utf8", "65001", "utf8encoding"}
LANGUAGE = {0x4D: "gb18030", 0x7A: "gb18030"}
SEPARATORS, DAY, WHOLE = re.compile(r"[\s_-]+"), re.compile(r"\d{8}"), re.compile(r"[-+]?\d+")
DAMAGED = "属性表（.dbf）不完整，可能没有传完整。请重新导出再传。"


@dataclass
class Table:
    """fields 是字段名；cut 是被截断的字段名；records[i] 是第 i 条的值，删掉的是 None。"""

    fields: list = field(default_factory=list)
    cut: set = field(default_factory=set)
    records: list = field(default_factory=list)
    encoding: str = ""


def read_dbf(content, cpg=""):
    """.dbf 的 bytes 和 .cpg 的文字 → Table。"""
    if len(content) < 33:
        raise TableError(DAMAGED)
    count, start, size = struct.unpack_from("<IHH", content, 4)
    columns, at, place = [], 32, 1
    while at + 32 <= min(start, len(content)) and content[at] != 0x0D:
        name, kind, width, decimals = (
            content[at : at + 11],
            chr(content[at + 11]),
            content[at + 16],
            content[at + 17],
        )
        if kind in "CcNF":
            width += decimals * 256 if kind in "Cc" else 0
        columns.append((name.partition(b"\0")[0], kind, place, width))
        place += width
        at += 32
    if not columns or place > size or start + count * size > len(content) + 1:
        raise TableError(DAMAGED)
    if count * max(len(columns), 1) > MAX_CELLS:
        raise TableError(
            f"属性表（.dbf）有 {count} 条、{len(columns)} 个字段，太大了。请只留要用的图斑和字段。"
        )
    rows = [content[start + n * size : start + (n + 1) * size] for n in range(count)]
    encoding = _encoding(columns, rows, content[29], cpg)
    table = Table(encoding=encoding)
    for raw, *_ in columns:
        text, cut = _decode(raw, encoding)
        table.fields.append(text.strip())
        # 字段名最多 10 个字节：装满了、又有汉字的，多半是被截断的。
        if cut or (len(raw) >= 9 and not text.isascii()):
            table.cut.add(text.strip())
    spans = [(kind, begin, begin + width) for _, kind, begin, width in columns]
    for row in rows:
        deleted = row[:1] == b"*"
        table.records.append(
            None if deleted else [_value(row[a:b], kind, encoding) for kind, a, b in spans]
        )
    return table


def _encoding(columns, rows, language, cpg):
    told = SEPARATORS.sub("", cpg.strip().lower())
    stated = (
        "gb18030"
        if told in GBK_PAGES
        else "utf-8"
        if told in UTF8_PAGES
        else LANGUAGE.get(language)
    )
    texts = {raw for raw, *_ in columns}
    spans = [(begin, begin + width) for _, kind, begin, width in columns if kind in "Cc"]
    texts.update(row[a:b].strip(b"\0 ") for row in rows for a, b in spans)
    texts = [text for text in texts if not text.isascii()]
    for encoding in dict.fromkeys(filter(None, (stated, "utf-8", "gb18030"))):
        if all(_readable(text, encoding) for text in texts):
            return encoding
    raise TableError(
        "属性表里的文字认不出是什么编码。请在制图软件里重新导出，编码选 UTF-8 或 GBK。"
    )


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
    if WHOLE.fullmatch(text):
        return int(text)
    if set(text) <= {"*"}:
        return None  # 写的时候位数不够，留下的全是星号
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return float(number) if number.is_finite() else None
