"""把通报写成 Word：字体、字号、行距、页边距和页码都在版式模板的样式里，这里只写段落和表。"""

import io
from unicodedata import east_asian_width

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from taiping.ground.dates import long_date
from taiping.ground.tables.cells import CONTROL
from taiping.reports.bulletin import Bulletin, blocks, template


def to_docx(bulletin: Bulletin) -> bytes:
    """Bulletin → docx 文件的字节；单位自己的版式模板用不了的抛 TemplateError。"""
    document = template.open_template()
    properties = document.core_properties
    properties.title = clean("".join(bulletin.title))
    properties.author = clean(bulletin.issuer)
    properties.language, properties.comments = "zh-CN", ""
    put_head(document, bulletin)
    for block in bulletin.blocks:
        PUT[block.kind](document, block)
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # 署名不单独成页
    put_foot(document, bulletin)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


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


def put_blank(document: Document, lines: int, *, keeps: bool = False) -> None:
    """空行；keeps 时和下一段不分在两页。"""
    for _ in range(lines):
        put_text(document, "").paragraph_format.keep_with_next = keeps or None


def put_head(document: Document, bulletin: Bulletin) -> None:
    """发文字号、标题、主送机关。"""
    put_text(document, bulletin.number, template.NUMBER)
    put_blank(document, 2)
    for line in bulletin.title:
        put_text(document, line, template.TITLE)
    if bulletin.has_demo:
        put_text(document, "（含演示数据，不是真实情况）", template.DEMO)
    put_blank(document, 1)
    put_text(document, bulletin.addressee, template.ADDRESSEE)


def put_heading(document: Document, block: blocks.Heading) -> None:
    put_text(document, block.text, template.HEADING)


def put_paragraph(document: Document, block: blocks.Paragraph) -> None:
    paragraph = document.add_paragraph(style=template.BODY)
    if block.lead:
        put_run(paragraph, block.lead, template.LEAD)
    put_run(paragraph, block.text)


def put_table(document: Document, block: blocks.Table) -> None:
    """表题，表头每页重复，一行不拆到两页。"""
    put_text(document, block.title, template.CAPTION)
    table = document.add_table(rows=0, cols=len(block.head), style=template.TABLE)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Mm(width)
    put_row(table, block, block.head, template.TABLE_HEAD, "w:cantSplit", "w:tblHeader")
    for values in block.rows:
        put_row(table, block, values, template.TABLE_TEXT, "w:cantSplit")
    total = put_row(table, block, block.total, template.TABLE_HEAD, "w:cantSplit")
    total.cells[0].merge(total.cells[1])


def put_row(
    table: Table, block: blocks.Table, values: list[str], style: str, *row_marks: str
) -> _Row:
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in row_marks:
        properties.append(OxmlElement(name))
    for cell, value, width in zip(row.cells, values, block.widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.style = style
        if value:
            put_run(paragraph, value)
    return row


def put_foot(document: Document, bulletin: Bulletin) -> None:
    """署名以日期为准居中（太长的靠右）；中间的空行和署名、日期不分在两页。"""
    dated_on = long_date(bulletin.dated_on)
    put_blank(document, 2, keeps=True)
    if bulletin.issuer:
        issuer = put_text(document, bulletin.issuer, template.ISSUER)
        from_right = right_chars(document.styles[template.DATED_ON])
        spare = (characters(dated_on) - characters(bulletin.issuer)) // 2
        indent_right(issuer, max(0, from_right + spare))
    put_text(document, dated_on, template.DATED_ON)


def right_chars(style: ParagraphStyle) -> int:
    """成文日期右空几个字（百分之一字），照模板里的样式。"""
    indent, size = style.paragraph_format.right_indent, style.font.size
    while style.base_style is not None and (indent is None or size is None):
        style = style.base_style
        indent = style.paragraph_format.right_indent if indent is None else indent
        size = style.font.size if size is None else size
    return round(indent / size * 100) if indent and size else 0


def indent_right(paragraph: Paragraph, chars: int) -> None:
    """右边空几个字（百分之一字），换字号也不走样。"""
    indent = paragraph.paragraph_format.element.get_or_add_pPr().get_or_add_ind()
    indent.set(qn("w:rightChars"), str(chars))
    indent.set(qn("w:right"), str(chars * 320 // 100))  # 不认字数缩进的软件用这个（1/20 磅）


def characters(text: str) -> int:
    """占几个字宽（百分之一字）：汉字一个，数字和字母半个。"""
    return sum(100 if east_asian_width(char) in "WF" else 50 for char in text)


PUT = {"heading": put_heading, "paragraph": put_paragraph, "table": put_table}
