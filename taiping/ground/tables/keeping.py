"""读好的内容留一份：预览时读过的文件，确认时不用再读。

放在原文件旁边，名字后面加 .read，几台服务器都看得到；丢了、坏了、认不出都不要紧，再读一遍原文件就是。
"""

import json
import zlib
from contextlib import suppress
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from taiping.ground.tables.sheets import Sheet

SUFFIX = ".read"
DAY = len("2024-09-30")


class Kept:
    """一个上传的文件（FieldFile）旁边留的那一份。"""

    def __init__(self, file):
        self.storage, self.name = storages["progress"], f"{file.name}{SUFFIX}"

    def keep(self, key: str, content: Any) -> None:
        """留下 content（能写成 JSON 的）；key 是读的时候依据的全部，变了就不再用。"""
        text = json.dumps([key, content], ensure_ascii=False, separators=(",", ":"))
        with suppress(Exception):  # 留不成不影响预览；各家存储的错误没有共同的类
            self.storage.save(self.name, ContentFile(zlib.compress(text.encode(), 1)))

    def recall(self, key: str) -> Any:
        """留下的内容；没有、坏了、依据变了是 None。"""
        try:
            with self.storage.open(self.name) as stream:
                kept_key, content = json.loads(zlib.decompress(stream.read()))
        except Exception:  # 没有这个文件，各家存储抛的也不一样
            return None
        return content if kept_key == key else None

    def forget(self) -> None:
        with suppress(Exception):
            self.storage.delete(self.name)


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
