"""红头：按 GB/T 9704-2012 7.2.4 至 7.2.6；不画的时候留出一样大的空，套印好的红头纸。"""

from docx.document import Document
from docx.shared import Mm, Pt

from taiping.reports.bulletin import template
from taiping.reports.bulletin.letter import Letter
from taiping.reports.bulletin.putting import border, characters, exact, put_blank, put_text

ABOVE = Mm(35)  # 发文机关标志上边缘到版心上边缘
TYPE_WIDTH = 440  # 磅，版心宽 156 毫米
LARGEST = 52  # 发文机关标志的字号，磅
RED, WHITE = "FF0000", "FFFFFF"
RULE, RULE_GAP = 18, 4  # 红线粗八分之十八磅；行底到红线 4 磅，连行里的空是 4 毫米


def put_red_head(document: Document, letter: Letter) -> None:
    """发文机关标志、文号、红线。不画的：字不写，线是白的，各占的地方不变。"""
    exact(put_text(document, ""), ABOVE)
    mark = put_text(document, letter.mark if letter.draws_head else "", template.MARK)
    size = Pt(mark_size(letter.mark))
    exact(mark, size)
    for run in mark.runs:
        run.font.size = size
    put_blank(document, 2)
    number = put_text(document, letter.number, template.NUMBER)
    border(number, bottom=(RULE, RULE_GAP, RED if letter.draws_head else WHITE))


def mark_size(mark: str) -> float:
    """红头的字号（磅）：总在一行里，放得下就尽量大。"""
    fits = TYPE_WIDTH * 100 / max(characters(mark), 1)
    return min(LARGEST, int(fits * 2) / 2)
