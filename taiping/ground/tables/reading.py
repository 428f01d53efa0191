"""工作簿的读：xlsx、xls → 一张张表、一行行值，错的文件用一句话拒绝。"""

import io
import logging
import re
import struct
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from taiping.ground.limits import Busy, OverLimit, limited
from taiping.ground.tables.packages import refuse_other, straight
from taiping.ground.tables.sheets import (
    EMPTY,
    MAX_ROWS,
    Sheet,
    TableError,
    TooHeavy,
    column_letter,
    tidy,
)
from taiping.ground.tables.text import content_of
from taiping.ground.tables.xls_marks import mark_old_sheets
from taiping.ground.tables.xlsx_marks import mark_sheets

MAX_CELLS = 20_000_000
MAX_UNPACKED = 400 * 1024 * 1024
MAX_RATIO, DENSE_FLOOR = 300, 20 * 1024 * 1024  # 正常的表约压到二十分之一；小的不看
logger = logging.getLogger(__name__)
TOO_BIG = "这个表格解开后太大了。请拆成几个文件，或删掉用不到的表。"
READ_PARTS = (".xml", ".rels", ".vml")  # 读取库会整个读进内存的；图片它不看
# 在 Z 列以外或 20 万行以下、有内容的单元格：列标、行号；只有格式、没有内容的（<c …/>、<c …></c>）不算。
# 开头是固定的几个字节，找起来快；一个表几百万个单元格，只从头看一遍：后面的属性看到引号、尖括号、下一个 r= 就停。
FAR_CELL = re.compile(
    rb"""r=(?<=\sr=)["'](?:([A-Z]{2,3})(\d{1,20})|[A-Z]([2-9]\d{5}|\d{7,20}))["']"""
    rb"""(?:\s++(?!r=)[\w:]++=["'][^"'<>]*+["'])*+\s*+>(?=[^<]|<[^/])"""
)
LAST_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^<>]*?\s)?r=["'](\d{1,9})["']""")
TAIL = 1 << 16  # 一个标签再长也不到这么多字节


def within_limits(function: Callable, *args: Any) -> Any:
    """读文件的 function(*args) 在有时间和内存限度的进程里做；没读完抛 TooHeavy，还没轮到、读出意外抛 TableError。"""
    try:
        return limited(function, *args)
    except OverLimit as error:
        raise TooHeavy(str(error)) from None
    except Busy as error:
        raise TableError(str(error)) from None
    except (TableError, OSError):  # 说清楚了的；磁盘满之类，不怪文件
        raise
    except Exception:
        # 读法没想到的文件：给人一句话，经过留在日志里，好补上
        logger.exception("读外来的文件出了意外")
        raise TableError(
            "这份文件的写法认不出来，没有读进来。请在原来的软件里打开，另存一份再传；还不行请把它交给管理员。"
        ) from None


def read_workbook(source: bytes) -> list[Sheet]:
    """xlsx、xlsm 或老的 xls（bytes 或路径）→ [Sheet]；不对的文件抛 TableError，读不完的抛 TooHeavy。"""
    return within_limits(read_here, content_of(source))


def read_here(content: bytes) -> list[Sheet]:
    """同 read_workbook，就在这个进程里读：只给已经在限度里的用。"""
    # 读文件的进程才用，网站不用装
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    content = straight(content)
    refuse_unfit(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            metas = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
            sheets = [_read_sheet(book, each.name) for each in metas]
            for sheet, meta in zip(sheets, metas, strict=True):
                sheet.is_hidden = meta.visible != SheetVisibleEnum.Visible
    except PasswordError:
        raise TableError("这个表格加了密码，打不开。请在表格软件里去掉密码，另存后再用。") from None
    except CalamineError:
        raise TableError(DAMAGED) from None
    except BaseException as error:  # 读取库遇到坏文件会抛它自己的 PanicException，不是 Exception
        if type(error).__name__ != "PanicException":
            raise
        raise TableError(DAMAGED) from None
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                mark_sheets(archive, sheets)
        else:
            mark_old_sheets(content, sheets)
    except (ElementTree.ParseError, ValueError, LookupError, struct.error):
        raise TableError(DAMAGED) from None  # 看不出哪些行是隐藏的，不猜
    if not any(sheet.rows for sheet in sheets):
        raise TableError(EMPTY)
    return sheets


DAMAGED = "这个表格文件是坏的，打不开。请在表格软件里打开原文件，另存为 .xlsx 后再用。"


def refuse_unfit(content: bytes) -> None:
    """交给读取库之前：不是表格、解开太大、带实体声明的（bytes），抛 TableError。"""
    if content.startswith(b"\xd0\xcf\x11\xe0"):  # 老的 Office 容器：xls，或加了密码的 xlsx
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise TableError("这个表格加了密码，打不开。请在表格软件里去掉密码，另存后再用。")
        if "WordDocument".encode("utf-16-le") in content:
            raise TableError("这是 Word 文件，不是表格。请另存为 .xlsx 表格后再用。")
        return
    if not content.startswith(b"PK"):
        raise TableError("这不是 Excel 表格（.xlsx 或 .xls）。请用表格软件另存为 .xlsx 后再用。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            refuse_other(archive.namelist())
            _refuse_huge(archive)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,  # 目录里写的位置不对
    ):
        raise TableError(DAMAGED) from None
    except zipfile.zlib.error:
        raise TableError(DAMAGED) from None


def _refuse_huge(archive):
    """读取库会按最远的单元格一次占下整片内存，所以先看清边界，再交给它。"""
    parts = [info for info in archive.infolist() if info.filename.lower().endswith(READ_PARTS)]
    # 先看报的大小，不用解开；谎报的，解压时读到报的大小为止，校验和对不上
    dense = any(part.file_size > max(DENSE_FLOOR, part.compress_size * MAX_RATIO) for part in parts)
    if dense or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise TableError(TOO_BIG)
    unpacked = 0
    for info in parts:
        is_sheet, tail, width, last = info.filename.startswith("xl/worksheets/"), b"", 26, 0
        with archive.open(info) as stream:
            while chunk := stream.read(1 << 20):
                unpacked += len(chunk)
                if unpacked > MAX_UNPACKED:
                    raise TableError(TOO_BIG)
                text = tail + chunk
                tail = _last_tags(text)
                _refuse_declarations(text)
                if not is_sheet:
                    continue
                width = max(width, _width(text))
                if starts := LAST_ROW.findall(text):
                    last = min(int(starts[-1]), MAX_ROWS)
        if last * width > MAX_CELLS:
            raise TableError(
                f"表里的内容铺到了第 {last} 行、{column_letter(width - 1)} 列，太大了。"
                "请删掉表格外的内容，或拆成几个文件。"
            )


def _last_tags(text):
    """这一段末尾的两个标签：可能在下一段才完，和下一段一起再看一遍。"""
    edge = max(len(text) - TAIL, 0)
    last = text.rfind(b"<", edge)
    before = text.rfind(b"<", edge, max(last, edge))
    return text[max(before, edge) :]


def _refuse_declarations(text):
    """表格软件从不写文档类型声明；有它的，多半是用实体撑爆内存的。"""
    if (
        b"<!DOCTYPE" in text
        or b"<!ENTITY" in text
        or (b"\0" in text and b"<!DOCTYPE" in text.replace(b"\0", b""))
    ):
        raise TableError(
            "这个表格里有表格软件不会写的声明，没有读。请用表格软件打开，另存为 .xlsx 后再用。"
        )


def _width(text):
    """这一段里最右边有内容的是第几列，至少 26；太靠下、太靠右的抛 TableError。"""
    width = 26
    for letters, row, far_row in set(FAR_CELL.findall(text)):
        number = int(far_row or row)
        if number >= MAX_ROWS:
            raise TableError(
                f"第 {number} 行还有内容，一张表最多 {MAX_ROWS} 行。请删掉表格下方多余的行，或拆成几个文件。"
            )
        if len(letters) > 2:
            raise TableError(
                f"{letters.decode()} 列还有内容，一张表最多到 ZZ 列。请删掉表格右边多余的列。"
            )
        if letters:
            width = max(width, (letters[0] - 64) * 26 + letters[1] - 64)
    return width


def _read_sheet(book, name):
    sheet = book.get_sheet_by_name(name)
    first_row, first_column = sheet.start or (0, 0)
    before = [None] * first_column
    rows = []
    for number, values in enumerate(sheet.to_python(), start=first_row + 1):
        # 绝大多数格子是看得见的文字，就地去空白；别的再细看
        values = [
            (value.strip() or None) if type(value) is str and value.isprintable() else tidy(value)
            for value in values
        ]
        if any(value is not None for value in values):
            rows.append((number, before + values))
    return Sheet(
        name, rows, _merges(sheet.merged_cell_ranges or (), last=rows[-1][0] if rows else 0)
    )


def _merges(ranges, last):
    """上下合并的格子：铺到表外的只算到最后一行，叠在一起的只认上面的（表格软件做不出），总数才不会比表还大。"""
    found, filled = [], {}
    for (top, left), (bottom, _) in sorted(ranges):
        top, bottom = top + 1, min(bottom + 1, last)
        if bottom > top > filled.get(left, 0):
            found.append((top, bottom, left))
            filled[left] = bottom
    return found
