"""表头：一行字各是哪一列。写法收拾过再比，全角、空格、星号、大小写、括号的样子都不算不同。"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from taiping.ground.tables.cells import shown
from taiping.ground.texts import half_width

ERROR_HEADER, ERROR_SHEET = "错误", "错误说明"  # 错误标注表里多出来的一列、一张表
HEADER_ROWS = 10  # 表头要在前十行里
LONGEST_HEADER = 60  # 字：再长的是说明，不是表头
BLANKS = re.compile(r"[\s*]+")
BRACKETS = str.maketrans("【】〔〕［］｛｝{}", "[][][][][]")


def plain_header(value: Any) -> str:
    """表头去掉空白和必填的星号，全角换半角；给人看的。"""
    return BLANKS.sub("", half_width(shown(value)))


def tidy_header(value: Any) -> str:
    """表头变成可比的文字：再不分大小写、括号的样子，去掉末尾的冒号。"""
    return plain_header(value).translate(BRACKETS).lower().rstrip(":")


class HeaderIndex:
    """known 是 {表头的写法: 哪一列}，前面的算数；列是什么样的值由用的人定。"""

    def __init__(self, known):
        self.known, self.seen = {}, {}
        for text, column in known:
            self.known.setdefault(tidy_header(text), column)

    def find(self, value: Any) -> Any:
        """一个单元格是哪一列；不是表头的 None。"""
        if not value or not isinstance(value, str) or len(value) > LONGEST_HEADER:
            return None
        if value not in self.seen:
            self.seen[value] = self.look_up(tidy_header(value))
        return self.seen[value]

    def look_up(self, key: str) -> Any:
        """收拾过的表头是哪一列。"""
        return self.known.get(key)

    def columns_in(self, values: Iterable) -> dict[int, Any]:
        """一行里认得的：{第几列（从 0 起）: 哪一列}。"""
        found = {index: self.find(value) for index, value in enumerate(values)}
        return {index: column for index, column in found.items() if column}

    def best_row(self, rows: Sequence[tuple[int, Sequence]], least: int = 2) -> int | None:
        """前十行里认得的列最多的是第几个（从 0 起）；不到 least 列的没有表头，是 None。"""
        counts = [len(self.columns_in(values)) for _, values in rows[:HEADER_ROWS]]
        most = max(counts, default=0)
        return counts.index(most) if most >= least else None
