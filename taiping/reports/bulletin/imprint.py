"""版记：按 GB/T 9704-2012 7.5，在最后一页版心的最下面，尽量是双数页。"""

from xml.sax.saxutils import quoteattr

from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Length, Pt
from docx.text.paragraph import Paragraph

from taiping.ground.dates import long_date
from taiping.reports.bulletin import template
from taiping.reports.bulletin.annexes import Annex
from taiping.reports.bulletin.letter import Letter
from taiping.reports.bulletin.putting import border, characters, exact, put_run, put_text

LINE, RULE_ROOM = Pt(28.95), Pt(4)
THICK, THIN = 8, 6  # 首末两条 0.35 毫米、中间的 0.25 毫米，八分之一磅
COPIES_CHARS = 25  # 抄送一行几个字：左右各空一字，“抄送：”以后对齐
PRINTED_CHARS, DATE_CHARS = 29, 10  # 印发一行几个字，其中日期占的
LINES, LINE_CHARS, MARGIN = 22, 27, 2  # 一页几行、一行几个字；离页边 MARGIN 行以内的算估不准
HEAD_LINES = 5  # 附件序号、标题和中间的空
BOX = """
<mc:AlternateContent {namespaces}><mc:Choice Requires="wps">
<w:drawing>
  <wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="1"
    behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">
    <wp:simplePos x="0" y="0"/>
    <wp:positionH relativeFrom="margin"><wp:align>left</wp:align></wp:positionH>
    <wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>
    <wp:extent cx="{width}" cy="{height}"/>
    <wp:effectExtent l="0" t="0" r="0" b="0"/>
    <wp:wrapNone/>
    <wp:docPr id="1" name={name}/>
    <wp:cNvGraphicFramePr/>
    <a:graphic>
      <a:graphicData uri="{wps}">
        <wps:wsp>
          <wps:cNvSpPr txBox="1"/>
          <wps:spPr>
            <a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
            <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
            <a:noFill/>
            <a:ln><a:noFill/></a:ln>
          </wps:spPr>
          <wps:txbx><w:txbxContent/></wps:txbx>
          <wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0" anchor="b"><a:noAutofit/></wps:bodyPr>
        </wps:wsp>
      </a:graphicData>
    </a:graphic>
  </wp:anchor>
</w:drawing>
</mc:Choice></mc:AlternateContent>
"""
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"


def put_imprint(document: Document, letter: Letter) -> None:
    """一个贴着版心底的文本框；正文后面留一样高的空，剩的地方不够就一起到下一页，不会盖住字。"""
    rows, lines = [_rule(document, THICK)], -(-(len(letter.printer) + DATE_CHARS) // PRINTED_CHARS)
    if letter.copies:
        rows += [_copies(document, letter.copies), _rule(document, THIN)]
        lines += -(-len(letter.copies) // COPIES_CHARS)
    rows += [_printed(document, letter), _rule(document, THICK)]
    height = Length(LINE * lines + RULE_ROOM * 3)
    room = put_text(document, "")
    exact(room, height)
    _box(document, room, height, rows)


def _rule(document, size):
    """和版心一样宽的一条线：字左右空一字，线不空。"""
    row = put_text(document, "")
    exact(row, Pt(2))
    border(row, top=(size, 0, "auto"))
    return row


def _copies(document, copies):
    row = put_text(document, "", template.IMPRINT)
    put_run(row, f"抄送：{copies}")
    given = row.paragraph_format
    given.left_indent, given.first_line_indent = Pt(56), Pt(-42)  # 回行和冒号后面的首字对齐
    indent = row._p.pPr.find(qn("w:ind"))
    indent.set(qn("w:leftChars"), "400")
    indent.set(qn("w:hangingChars"), "300")
    return row


def _printed(document, letter):
    words = f"{letter.printer}\t{long_date(letter.printed_on)}印发"
    return put_text(document, words, template.IMPRINT)


def _box(document: Document, room: Paragraph, height: Length, rows: list[Paragraph]) -> None:
    section = document.sections[-1]
    width = section.page_width - section.left_margin - section.right_margin
    namespaces = f'{nsdecls("w", "wp", "a")} xmlns:wps="{WPS}" xmlns:mc="{MC}"'
    given = {"namespaces": namespaces, "wps": WPS, "name": quoteattr("版记")}
    box = parse_xml(BOX.format(width=int(width), height=int(height), **given))
    content = box.find(f".//{qn('w:txbxContent')}")
    for row in rows:
        content.append(row._p)
    room.add_run()._r.append(box)


def section_for(annex: Annex) -> WD_SECTION | None:
    """最后一个附件从单数页还是双数页起，写完正好在双数页；估不准的是 None，照平常另起一页。

    页数是按一页几行估的；单位自己的模板行数不同，不估。
    """
    if template.own_template().exists() or any(row.kind != "paragraph" for row in annex.blocks):
        return None
    lines = HEAD_LINES + 2
    for block in annex.blocks:
        lines += -(-(characters(block.text) + 200) // (LINE_CHARS * 100))
    if -lines % LINES < MARGIN:
        return None
    return WD_SECTION.ODD_PAGE if -(-lines // LINES) % 2 == 0 else WD_SECTION.EVEN_PAGE
