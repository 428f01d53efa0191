"""把通报写成 Word：字体、字号、行距、页边距和页码都在版式模板的样式里，这里只写段落和表。"""

import io
from copy import deepcopy

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.table import CT_Row
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Row
from docx.text.paragraph import Paragraph

from taiping.ground.dates import long_date
from taiping.ground.properties import sign
from taiping.reports.bulletin import Bulletin, blocks, template
from taiping.reports.bulletin.annexes import Annex
from taiping.reports.bulletin.imprint import put_imprint, section_for
from taiping.reports.bulletin.putting import (
    characters,
    clean,
    indent_right,
    put_blank,
    put_run,
    put_text,
    unstretched,
    widest,
)
from taiping.reports.bulletin.red_head import put_red_head

CELL_SIDES = 2.2  # 毫米，清单格子左右的空和线
SIDES = f"""<w:tblCellMar {nsdecls("w")}>
<w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/></w:tblCellMar>"""
LIST_SIZE = 10.5  # 磅，清单的字号
MM_PER_POINT = 25.4 / 72


def to_docx(bulletin: Bulletin) -> bytes:
    """Bulletin → docx 文件的字节；单位自己的版式模板用不了的抛 TemplateError。"""
    document = template.open_template()
    properties = document.core_properties
    sign(properties, clean("".join(bulletin.title)))
    properties.language, properties.comments = "zh-CN", ""
    put_head(document, bulletin)
    for block in bulletin.blocks:
        PUT[block.kind](document, block)
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # 署名不单独成页
    put_attachments(document, bulletin)
    put_foot(document, bulletin)
    put_annexes(document, bulletin.annexes)
    put_imprint(document, bulletin.letter)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def put_head(document: Document, bulletin: Bulletin) -> None:
    """红头、发文字号、标题、主送机关。"""
    put_red_head(document, bulletin.letter)
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
    paragraph = put_text(document, "", template.BODY)
    if block.lead:
        put_run(paragraph, block.lead, template.LEAD)
    put_run(paragraph, block.text)
    unstretched(paragraph)


def put_table(document: Document, block: blocks.Table) -> None:
    """表题，表头每页重复，一行不拆到两页；清单的字小一些，编号总在一行里。"""
    head, body = template.TABLE_HEAD, template.TABLE_TEXT
    widths, code_size = block.widths, None
    if block.least:
        head, body = template.LIST_HEAD, template.LIST_TEXT
        widths, code_size = column_widths(block)
    put_text(document, block.title, template.CAPTION)
    table = document.add_table(rows=0, cols=len(block.head), style=template.TABLE)
    if block.least:
        table._tbl.tblPr.insert_element_before(parse_xml(SIDES), "w:tblLook")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    put_row(table, row_like(table, widths, head, "w:cantSplit", "w:tblHeader"), block.head)
    like = row_like(table, widths, body, "w:cantSplit")
    for values in block.rows:
        row = put_row(table, like, values)
        if code_size:
            row.cells[1].paragraphs[0].runs[0].font.size = Pt(code_size)
    if block.total:
        total = put_row(table, row_like(table, widths, head, "w:cantSplit"), block.total)
        total.cells[0].merge(total.cells[1])
    put_blank(document, 1)


def column_widths(block: blocks.Table) -> tuple[list[float], float | None]:
    """清单 → (各列多宽，编号的字号)：编号长的，别的列先匀给它，还放不下才小一点；不用小的字号是 None。"""
    longest = max(widest(row[1]) for row in block.rows) / 100
    spare = [width - least for width, least in zip(block.widths, block.least, strict=True)]
    need = longest * LIST_SIZE * MM_PER_POINT + CELL_SIDES - block.widths[1]
    more = min(max(need, 0), sum(spare))
    share = more / sum(spare)
    widths = [width - own * share for width, own in zip(block.widths, spare, strict=True)]
    widths[1] += more
    fits = (widths[1] - CELL_SIDES) / MM_PER_POINT / longest
    return widths, None if fits >= LIST_SIZE - 0.01 else int(fits * 2) / 2


def row_like(table: Table, widths: list[float], style: str, *row_marks: str) -> CT_Row:
    """一行空格子，照它抄：几百行的清单，样式不用一格格地找。"""
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in row_marks:
        properties.append(OxmlElement(name))
    for cell, width in zip(row.cells, widths, strict=True):
        cell.width = Mm(width)
        cell.paragraphs[0].style = style
    table._tbl.remove(row._tr)
    return row._tr


def put_row(table: Table, like: CT_Row, values: list[str]) -> _Row:
    row = deepcopy(like)
    table._tbl.append(row)
    for paragraph, value in zip(row.iter(qn("w:p")), values, strict=True):
        if value:
            put_run(Paragraph(paragraph, table), value)
    return _Row(row, table)


def put_attachments(document: Document, bulletin: Bulletin) -> None:
    """附件说明：正文下空一行，左空两字；第二个起和第一个的名称对齐。"""
    titles = [annex.title for annex in bulletin.annexes]
    put_blank(document, 1, keeps=True)
    for place, title in enumerate(titles, start=1):
        number = f"{place}." if len(titles) > 1 else ""
        text = f"附件：{number}{title}" if place == 1 else f"{number}{title}"
        paragraph = put_text(document, text, template.ATTACHMENTS)
        paragraph.paragraph_format.keep_with_next = True
        if place > 1:
            paragraph.paragraph_format.first_line_indent = 0
            paragraph._p.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "0")


def put_foot(document: Document, bulletin: Bulletin) -> None:
    """署名以日期为准居中（太长的靠右）；中间的空行和署名、日期不分在两页。"""
    issuer_name, dated_on = bulletin.letter.issuer, long_date(bulletin.letter.signed_on)
    put_blank(document, 2, keeps=True)
    if issuer_name:
        issuer = put_text(document, issuer_name, template.ISSUER)
        from_right = right_chars(document.styles[template.DATED_ON])
        spare = (characters(dated_on) - characters(issuer_name)) // 2
        indent_right(issuer, max(0, from_right + spare))
    put_text(document, dated_on, template.DATED_ON)


def put_annexes(document: Document, annexes: list[Annex]) -> None:
    """附件各另起一页：左上角是序号，隔一行是标题。"""
    for place, annex in enumerate(annexes, start=1):
        start = section_for(annex) if annex is annexes[-1] else None
        if start is not None:
            new_section(document, start)
        mark = put_text(document, annex_name(place, annexes), template.ANNEX)
        mark.paragraph_format.page_break_before = None if start is None else False
        put_blank(document, 1, keeps=True)
        put_text(document, annex.title, template.TITLE).paragraph_format.keep_with_next = True
        put_blank(document, 1, keeps=True)
        for block in annex.blocks:
            PUT[block.kind](document, block)


def new_section(document: Document, start: WD_SECTION) -> None:
    """分节记在前面最后一段上，不多出一个空行。"""
    document.add_section(start)
    *_, before, mark = document.paragraphs
    before._p.set_sectPr(mark._p.pPr.find(qn("w:sectPr")))
    mark._p.getparent().remove(mark._p)


def annex_name(place: int, annexes: list[Annex]) -> str:
    """“附件1”；只有一个的不编号。"""
    return f"附件{place}" if len(annexes) > 1 else "附件"


def right_chars(style: ParagraphStyle) -> int:
    """成文日期右空几个字（百分之一字），照模板里的样式。"""
    indent, size = style.paragraph_format.right_indent, style.font.size
    while style.base_style is not None and (indent is None or size is None):
        style = style.base_style
        indent = style.paragraph_format.right_indent if indent is None else indent
        size = style.font.size if size is None else size
    return round(indent / size * 100) if indent and size else 0


PUT = {"heading": put_heading, "paragraph": put_paragraph, "table": put_table}
