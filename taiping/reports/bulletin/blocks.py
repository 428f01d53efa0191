"""通报的几种段落：网页预览和 Word 各按自己的样子显示。"""

from dataclasses import dataclass, field

from taiping.ground.words import numeral


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
    """rows 里都是写好的文字；total 是最后的合计行，清单没有合计。

    清单的第二列是图斑编号，断开就认不得；least 是别的列最窄多少，匀给它用的。
    """

    title: str
    head: list[str]
    rows: list[list[str]]
    widths: list[int]  # 毫米
    total: list[str]
    least: list[int] = field(default_factory=list)
    kind: str = "table"


def lettered(lines: list[tuple[str, str]]) -> list[Paragraph]:
    """[(标题, 一段话)] → 段首带（一）（二）的段落。"""
    return [
        Paragraph(text, f"（{numeral(number)}）{title}。")
        for number, (title, text) in enumerate(lines, start=1)
    ]
