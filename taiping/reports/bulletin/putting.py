"""往 Word 里写字：一段、几个字、空行；占几个字宽，段落的行高和上下线。"""

import re
from unicodedata import east_asian_width

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from taiping.ground.tables.cells import CONTROL

UNBROKEN = re.compile(r"[!-~]{8}")  # 断不开的一长串：两端对齐会把这一行拉散
AFTER_BORDER = (
    *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct"),
    *("w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd"),
    *("w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents"),
    *("w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap"),
    *("w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange"),
)

AFTER_GRID = AFTER_BORDER[AFTER_BORDER.index("w:snapToGrid") + 1 :]


def clean(text: str) -> str:
    return CONTROL.sub("", text)


def put_run(paragraph: Paragraph, text: str, style: str | None = None) -> Run:
    """写几个字；引号、破折号这些中西文都有的，写明用中文字体。"""
    run = paragraph.add_run(clean(text), style)
    run.font.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return run


def put_text(document: Document, text: str, style: str | None = None) -> Paragraph:
    paragraph = document.add_paragraph(style=style)
    if text:
        put_run(paragraph, text)
    return paragraph


def unstretched(paragraph: Paragraph) -> None:
    """有断不开的一长串的段落不两端对齐。"""
    if UNBROKEN.search(paragraph.text):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT


def put_blank(document: Document, lines: int, *, keeps: bool = False) -> None:
    """空行；keeps 时和下一段不分在两页。"""
    for _ in range(lines):
        put_text(document, "").paragraph_format.keep_with_next = keeps or None


def indent_right(paragraph: Paragraph, chars: int) -> None:
    """右边空几个字（百分之一字），换字号也不走样。"""
    indent = paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), str(chars))
    indent.set(qn("w:right"), str(chars * 320 // 100))  # 不认字数缩进的软件用这个（1/20 磅）


def exact(paragraph: Paragraph, height: int) -> None:
    """行高固定，有没有字都占这么多，不凑成整行。"""
    grid = OxmlElement("w:snapToGrid")
    grid.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(grid, *AFTER_GRID)
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    paragraph.paragraph_format.line_spacing = height


def border(paragraph: Paragraph, **sides: tuple[int, int, str]) -> None:
    """段落的上下线：{top、bottom: (粗细，八分之一磅；离字几磅；颜色)}。"""
    borders = OxmlElement("w:pBdr")
    for side, (size, space, color) in sides.items():
        line = OxmlElement(f"w:{side}")
        given = {"val": "single", "sz": str(size), "space": str(space), "color": color}
        for name, value in given.items():
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDER)


def characters(text: str) -> int:
    """占几个字宽（百分之一字）：汉字一个，数字和字母半个。"""
    return sum(100 if east_asian_width(char) in "WF" else 50 for char in text)


def widest(text: str) -> int:
    """最多占几个字宽（百分之一字）：字母比数字宽，按宽的算。"""
    return characters(text) + sum(25 for char in text if char.isascii() and char.isalpha())
