"""把通报排成 Word：版面、字体、字号、行距按 GB/T 9704-2012《党政机关公文格式》。"""

import io
from unicodedata import east_asian_width

from docx import Document
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from taiping.ground.dates import long_date
from taiping.ground.tables.cells import CONTROL

TITLE, BODY, BLACK, KAI, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
WESTERN = "Times New Roman"
LINE = Pt(28.95)  # 每页 22 行
SIZE, TITLE_SIZE, TABLE_SIZE, PAGE_SIZE = Pt(16), Pt(22), Pt(12), Pt(14)


def to_docx(bulletin):
    """Bulletin → docx 文件的字节。"""
    document = Document()
    set_defaults(document)
    set_page(document)
    properties = document.core_properties
    properties.title, properties.author, properties.language = (
        clean("".join(bulletin.title)),
        clean(bulletin.issuer),
        "zh-CN",
    )
    properties.comments = ""
    put_head(document, bulletin)
    for block in bulletin.blocks:
        PUT[block.kind](document, block)
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # 署名不单独成页
    put_foot(document, bulletin)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def clean(text):
    return CONTROL.sub("", text)


def set_defaults(document):
    """默认字体字号；东亚语言写明是中文，否则标点按日文排。"""
    defaults = (
        document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    )
    for child in list(defaults):
        if child.tag in (qn("w:rFonts"), qn("w:lang")):
            defaults.remove(child)
    defaults.insert(0, fonts(BODY))
    lang = OxmlElement("w:lang")
    lang.set(qn("w:val"), "en-US")
    lang.set(qn("w:eastAsia"), "zh-CN")
    defaults.append(lang)
    normal = document.styles["Normal"]
    normal.font.size = SIZE
    found = normal.element.get_or_add_rPr()
    for old in found.findall(qn("w:rFonts")):
        found.remove(old)
    found.insert(0, fonts(BODY))
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), "-4")  # 版心宽 156 毫米排 28 个三号字：每字收 0.2 磅
    found.insert(1, spacing)
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    layout.widow_control = False


def fonts(east, hint=False):
    """w:rFonts：汉字用 east，数字和字母用 Times New Roman。"""
    element = OxmlElement("w:rFonts")
    for name, value in (
        ("ascii", WESTERN),
        ("hAnsi", WESTERN),
        ("cs", WESTERN),
        ("eastAsia", east),
    ):
        element.set(qn(f"w:{name}"), value)
    if hint:
        element.set(qn("w:hint"), "eastAsia")
    return element


def set_page(document):
    """A4，天头 37、订口 28、下 35、右 26 毫米；每面 22 行、每行 28 字；单双页页码分居两侧。"""
    section = document.sections[0]
    section.start_type = WD_SECTION.NEW_PAGE
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.header_distance, section.footer_distance = Mm(15), Mm(24)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    grid.set(qn("w:type"), "lines")
    grid.set(qn("w:linePitch"), "579")
    document.settings.odd_and_even_pages_header_footer = True
    for footer, alignment in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        paragraph = footer.paragraphs[0]
        paragraph.alignment = alignment
        indent_chars(
            paragraph, **{"right" if alignment == WD_ALIGN_PARAGRAPH.RIGHT else "left": 100}
        )
        put_run(paragraph, "— ", SONG, PAGE_SIZE)
        put_page_number(paragraph)
        put_run(paragraph, " —", SONG, PAGE_SIZE)


def put_page_number(paragraph):
    run = put_run(paragraph, "", SONG, PAGE_SIZE)
    for kind, text in (
        ("begin", None),
        (None, " PAGE "),
        ("separate", None),
        ("text", "1"),
        ("end", None),
    ):
        if kind in ("begin", "separate", "end"):
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        else:
            element = OxmlElement("w:t" if kind == "text" else "w:instrText")
            element.text = text
            element.set(qn("xml:space"), "preserve")
        run._r.append(element)


def put_run(paragraph, text, font=BODY, size=None, bold=None):
    run = paragraph.add_run(clean(text))
    properties = run._r.get_or_add_rPr()
    properties.insert(0, fonts(font, hint=True))
    run.font.size, run.font.bold = size, bold
    return run


def indent_chars(paragraph, **chars):
    """缩进按字数算（百分之一字），换字号也不走样；firstLine、left、right。"""
    properties = paragraph._p.get_or_add_pPr()
    indent = properties.find(qn("w:ind"))
    if indent is None:
        indent = properties.get_or_add_ind()
    for name, value in chars.items():
        indent.set(qn(f"w:{name}Chars"), str(value))
        indent.set(qn(f"w:{name}"), str(value * 320 // 100))  # 不认字数缩进的软件用这个（1/20 磅）


def put_text(document, text, *, alignment=None, font=BODY, size=None, first_line=0):
    paragraph = document.add_paragraph()
    if alignment is not None:
        paragraph.alignment = alignment
    if first_line:
        indent_chars(paragraph, firstLine=first_line)
    put_run(paragraph, text, font, size)
    return paragraph


def put_head(document, bulletin):
    """发文字号、标题、主送机关。"""
    centre = WD_ALIGN_PARAGRAPH.CENTER
    put_text(document, bulletin.number, alignment=centre)
    put_text(document, "")
    put_text(document, "")
    for line in bulletin.title:
        paragraph = put_text(document, line, alignment=centre, font=TITLE, size=TITLE_SIZE)
        snap = OxmlElement("w:snapToGrid")
        snap.set(qn("w:val"), "0")
        paragraph._p.get_or_add_pPr().insert_element_before(
            snap, "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr", "w:pPrChange"
        )
    if bulletin.has_demo:
        put_text(document, "（含演示数据，不是真实情况）", alignment=centre, font=KAI)
    put_text(document, "")
    put_text(document, bulletin.addressee)


def put_heading(document, block):
    paragraph = put_text(document, block.text, font=BLACK, first_line=200)
    paragraph.paragraph_format.keep_with_next = True


def put_paragraph(document, block):
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    indent_chars(paragraph, firstLine=200)
    break_anywhere(paragraph)
    if block.lead:
        put_run(paragraph, block.lead, KAI)
    put_run(paragraph, block.text)


def break_anywhere(paragraph):
    """长的图斑编号可以在中间换行：不然整个编号挤到下一行，两端对齐的上一行会被拉得很开。"""
    wrap = OxmlElement("w:wordWrap")
    wrap.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().insert_element_before(
        wrap, "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr", "w:pPrChange"
    )


def put_table(document, block):
    """表题居中，表头每页重复，一行不拆到两页。"""
    caption = put_text(
        document, block.title, alignment=WD_ALIGN_PARAGRAPH.CENTER, font=BLACK, size=TABLE_SIZE
    )
    caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Mm(width)
    put_row(table, block, block.head, BLACK, repeats=True)
    for values in block.rows:
        put_row(table, block, values, BODY)
    total = put_row(table, block, block.total, BLACK)
    total.cells[0].merge(total.cells[1])


def put_row(table, block, values, font, repeats=False):
    row = table.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(["w:tblHeader"] if repeats else [])):
        properties.append(OxmlElement(name))
    for cell, value, width in zip(row.cells, values, block.widths, strict=True):
        cell.width = Mm(width)
        paragraph = cell.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.line_spacing_rule, paragraph.paragraph_format.line_spacing = (
            WD_LINE_SPACING.EXACTLY,
            Pt(22),
        )
        if value:
            put_run(paragraph, value, font, TABLE_SIZE)
    return row


def put_foot(document, bulletin):
    """成文日期右空四字，署名以日期为准居中（太长的靠右）；中间的空行和署名、日期不分在两页。"""
    right, dated_on = WD_ALIGN_PARAGRAPH.RIGHT, long_date(bulletin.dated_on)
    put_text(document, "").paragraph_format.keep_with_next = True
    put_text(document, "").paragraph_format.keep_with_next = True
    if bulletin.issuer:
        paragraph = put_text(document, bulletin.issuer, alignment=right)
        indent_chars(
            paragraph, right=max(0, 400 + (characters(dated_on) - characters(bulletin.issuer)) // 2)
        )
        paragraph.paragraph_format.keep_with_next = True
    indent_chars(put_text(document, dated_on, alignment=right), right=400)


def characters(text):
    """占几个字宽（百分之一字）：汉字一个，数字和字母半个。"""
    return sum(100 if east_asian_width(char) in "WF" else 50 for char in text)


PUT = {"heading": put_heading, "paragraph": put_paragraph, "table": put_table}
