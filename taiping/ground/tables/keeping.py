"""读好的内容留一份：预览时读过的文件，确认时不用再读。

放在原文件旁边，名字后面加 .read，几台服务器都看得到；丢了、坏了、认不出都不要紧，再读一遍原文件就是。
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from taiping.ground.tables.sheets import Sheet

CHUNK = 2000
SUFFIX = ".read"
DAY = len("2024-09-30")


class Kept:
    """一个上传的文件（FieldFile）旁边留的那一份。"""

    def __init__(self, file):
        self.storage, self.name = storages["progress"], f"{file.name}{SUFFIX}"
        self.rows = KeptRows([])

    def keep(self, key: str, content: Any, rows: Iterable = ()) -> None:
        """留下 content 和一行行的 rows（都能写成 JSON）；key 是读的时候依据的全部，变了就不再用。"""
        with suppress(Exception):  # 留不成不影响预览；各家存储的错误没有共同的类
            self.storage.save(self.name, ContentFile(_packed([key, content], rows)))

    def recall(self, key: str) -> Any:
        """留下的 content；没有、坏了、依据变了是 None。留下的行这以后在 rows 里。"""
        try:
            with self.storage.open(self.name) as stream:
                lines = zlib.decompress(stream.read()).split(b"\n")
            kept_key, content = json.loads(lines[0])
        except Exception:  # 没有这个文件，各家存储抛的也不一样
            return None
        self.rows = KeptRows(lines[1:])
        return content if kept_key == key else None

    def forget(self) -> None:
        with suppress(Exception):
            self.storage.delete(self.name)


class KeptRows:
    """留下的行，用到才一段段地认：十万行不会一下子都摆在内存里。"""

    def __init__(self, lines: list[bytes]):
        self.lines = lines[:-1]  # 最后一个是行数
        self.count = int(lines[-1]) if lines else 0

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator:
        for line in self.lines:
            yield from json.loads(line)


def _packed(first, rows):
    """第一行是 first，后面一行一段 rows，最后是行数；一段段地压缩。"""
    packer, rows, count = zlib.compressobj(level=1), iter(rows), 0
    packed = [packer.compress(_line(first))]
    while part := list(islice(rows, CHUNK)):
        packed.append(packer.compress(_line(part)))
        count += len(part)
    packed += [packer.compress(str(count).encode()), packer.flush()]
    return b"".join(packed)


def _line(content):
    """一行 JSON；文字里的换行 JSON 自己会写成 \\n。"""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def key_of(*grounds) -> str:
    """读的时候依据的全部（能写成 JSON 的，时刻写成文字）→ 一句话。"""
    return sha256(json.dumps(grounds, sort_keys=True, default=str).encode()).hexdigest()


def digest_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def plain_sheets(sheets: list[Sheet]) -> list:
    """[Sheet] → 能写成 JSON 的；日期和时刻写成一个字的列表，和文字分得开。"""
    return [
        [
            sheet.name,
            [[number, _plain_cells(values)] for number, values in sheet.rows],
            sheet.merges,
        ]
        for sheet in sheets
    ]


def sheets_from(plain: list) -> list[Sheet]:
    """plain_sheets 的反面。"""
    sheets = []
    for name, rows, merges in plain:
        rows = [(number, [_cell(value) for value in values]) for number, values in rows]
        sheets.append(Sheet(name, rows, [tuple(merge) for merge in merges]))
    return sheets


def _plain_cells(values):
    return [[value.isoformat()] if isinstance(value, date) else value for value in values]


def _cell(value):
    if not isinstance(value, list):
        return value
    text = value[0]
    return date.fromisoformat(text) if len(text) == DAY else datetime.fromisoformat(text)
