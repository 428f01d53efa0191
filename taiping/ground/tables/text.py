"""分列的文字 → 表：csv、粘贴的。读了几条和文件有几行对得上，引号吞掉的行要说出来。"""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from taiping.ground.tables.sheets import EMPTY, Sheet, TableError, error_in, refuse_many, tidy

ENCODINGS = ("utf-8-sig", "gb18030")
# 表格软件的“Unicode 文本”；四个字节的在前，开头和两个字节的一样
MARKS = {
    b"\xff\xfe\0\0": "utf-32",
    b"\0\0\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
DELIMITERS, WIDE = ",\t;|", "，"
SAMPLED_LINES, SAMPLED_CHARS = 50, 2000
QUOTED = re.compile(r'"[^"]*"')
SEPARATOR_TOLD = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # 表格软件写在第一行的
AS_TEXT = re.compile(r"""="([^"]*)"|'(?=[\d=+@-])(.*)""", re.DOTALL)
STRANGE = "\ufffd"
NO_TEXT = "这个文件读不出文字，不像 csv。请用表格软件另存为 .xlsx 或“CSV UTF-8”后再用。"
REPAIR = "请在文件里补上或删掉引号，或在表格软件里打开核对、另存为 .xlsx 后再用。"


def read_csv(source: bytes, name: str = "csv") -> Sheet:
    """csv（bytes 或路径，UTF-8、GB18030 或 UTF-16）→ Sheet；行号是文件里的第几条。"""
    return _read_text(decoded(content_of(source)), name)


def read_pasted(text: str, name: str = "粘贴的内容") -> Sheet:
    """从表格软件复制、粘贴来的文字（制表符分列）→ Sheet。"""
    if not text.strip():
        raise TableError("没有粘贴内容。请在表格里选中要导入的行，复制后粘贴到这里。")
    return _read_text(text, name, delimiter="\t" if "\t" in text else None)


def content_of(source):
    is_bytes = isinstance(source, (bytes, bytearray, memoryview))
    content = bytes(source) if is_bytes else Path(source).read_bytes()
    if not content:
        raise TableError("这是一个空文件（0 字节）。请检查文件是否传完整。")
    return content


def decoded(content: bytes) -> str:
    """bytes → 文字；读不出、多半没有传完整的抛 TableError。"""
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig":
                _refuse_broken_utf8(content, error)
            continue
        if "\x00" not in text:
            return text
    raise TableError(NO_TEXT)


def _encodings(content):
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return (encoding,)
    head = content[:1000]
    if b"\0" in head:  # 没有开头标记的 UTF-16：英文、数字、换行的一半是 0
        is_little = head[1::2].count(0) > head[::2].count(0)
        return ("utf-16-le" if is_little else "utf-16-be",)
    return ENCODINGS


def _refuse_broken_utf8(content, error):
    """绝大多数字是 UTF-8、只坏了一两处的，不能当 GBK 读成乱码。"""
    text = content.decode("utf-8", "replace")
    wide = sum(1 for char in text[:100_000] if char > "\x7f" and char != STRANGE)
    if wide > 10 * text[:100_000].count(STRANGE):
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"第 {line} 行有读不出的字，文件可能没有传完整，或几种编码混在一起。"
            "请在表格软件里打开核对，另存为 .xlsx 后再用。"
        ) from None


def _read_text(text, name, delimiter=None):
    lines = io.StringIO(text, newline="").readlines()
    delimiter = delimiter or _delimiter_of(lines)
    sheet, begun, width, broken = Sheet(name), 0, 0, []
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for number, record in enumerate(reader, start=1):
            begun, last = reader.line_num, begun
            if not any(record):
                continue
            many = len(record) - _empty_tail(record)
            if begun - last > 1 or (width and many != width):
                _refuse_swallowed(lines[last:begun], record, many, width, (last + 1, delimiter))
            if begun - last > 1:
                broken.append(number)
            width = max(width, many)
            _add(sheet, number, record)
    except csv.Error:
        raise TableError(
            f"第 {begun + 1} 行的分列不完整（可能少了一个引号，或一格里的字太多）。{REPAIR}"
        ) from None
    if not sheet.rows:
        raise TableError(EMPTY)
    if broken:
        sheet.notes.append(
            f"文件有 {len(lines)} 行，读成 {number} 条：第 {'、'.join(map(str, broken[:3]))} 条"
            f"{'等 ' + str(len(broken)) + ' 条' if len(broken) > 3 else ''}里有一格写了几行字。"
        )
    return sheet


def _empty_tail(record):
    tail = 0
    while tail < len(record) and not record[-1 - tail].strip():
        tail += 1
    return tail


def _add(sheet, number, record):
    values = [tidy(_plain(value)) for value in record]
    if any(value is not None for value in values):
        refuse_many(number, values)
        sheet.rows.append((number, values))
        for at, value in enumerate(values):
            if fault := error_in(value):
                sheet.faults[number, at] = fault


def _plain(text):
    """="001"、'001 是给表格软件看的文字 001。"""
    found = AS_TEXT.fullmatch(text) if text[:1] in ("=", "'") else None
    return (found[1] if found[2] is None else found[2]) if found else text


def _delimiter_of(lines):
    """分列的符号：前面各行里出现的次数最多、各行又一样多的；上面有几行标题、备注里有别的符号都不碍事。"""
    if lines and (told := SEPARATOR_TOLD.fullmatch(lines[0].lstrip("\ufeff"))):
        return told[1]
    sample = [QUOTED.sub("", line[:SAMPLED_CHARS]) for line in lines[:SAMPLED_LINES]]
    best = max(DELIMITERS, key=lambda mark: _evenness(mark, sample))
    if not _evenness(best, sample) and _evenness(WIDE, sample):
        return WIDE
    return best


def _evenness(mark, sample):
    counts = Counter(count for line in sample if (count := line.count(mark)))
    return max((times * count for count, times in counts.items()), default=0)


def _refuse_swallowed(lines, record, many, width, place):
    """一条占了几行、或列数和上面不一样的：引号没有配好，把后面的格子、后面的行吞进了一格。"""
    number, delimiter = place
    if not any('"' in line for line in lines):
        return
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise TableError(
                f"第 {number} 行有一个引号没有配上，后面 {len(lines) - 1} 行都读进了一格。{REPAIR}"
            ) from None
        if len(lines) > 1 or many < width:
            raise TableError(f"第 {number} 行的引号没有配好，分不清各列。{REPAIR}") from None
    if len(lines) == 1:
        return
    inside = max(line.count(delimiter) for cell in record for line in cell.splitlines()[1:] or [""])
    if width and inside and (many > width or inside >= width - 1):
        raise TableError(
            f"第 {number} 行有一个引号，到第 {number + len(lines) - 1} 行才配上，"
            f"中间的 {len(lines)} 行都读进了一条。{REPAIR}"
        )
