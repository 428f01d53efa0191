"""通报的几种段落：网页预览和 Word 各按自己的样子显示。"""

from dataclasses import dataclass

NUMERALS = "一二三四五六七八九十"


def numeral(number: int) -> str:
    """1 → 一，12 → 十二，21 → 二十一（到九十九）。"""
    tens, ones = divmod(number, 10)
    text = (NUMERALS[tens - 1] if tens > 1 else "") + ("十" if tens else "")
    return text + (NUMERALS[ones - 1] if ones else "")


@dataclass
class Heading:
    """一级标题：一、总体情况。"""

    text: str
    kind: str = "heading"


@dataclass
class Paragraph:
    """一段；lead 是段首的二级标题，如“（一）耕地保有量。”。"""

    text: str
    lead: str = ""
    kind: str = "paragraph"


@dataclass
class Table:
    """rows 里都是写好的文字；total 是最后的合计行。"""

    title: str
    head: list[str]
    rows: list[list[str]]
    widths: list[int]  # 毫米
    total: list[str]
    kind: str = "table"
