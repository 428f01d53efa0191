"""通报的版式模板：一份 Word，里面是各种样式、页边距和页码。单位可以放自己的一份，在 WPS 里改好样式就行。"""

from copy import deepcopy
from pathlib import Path

from django.conf import settings
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn

SHIPPED = Path(__file__).with_name("bulletin.docx")  # 按 GB/T 9704-2012 排好的
OWN = "templates/bulletin.docx"  # 单位自己的放在数据文件夹的这里，备份时一起收
NUMBER, TITLE, DEMO, ADDRESSEE = "发文字号", "公文标题", "演示说明", "主送机关"
HEADING, LEAD, BODY = "一级标题", "二级标题", "公文正文"
CAPTION, TABLE_HEAD, TABLE_TEXT, TABLE = "表题", "表头", "表格文字", "公文表格"
ISSUER, DATED_ON = "署名", "成文日期"
MARK, ATTACHMENTS, ANNEX = "发文机关标志", "附件说明", "附件序号"
LIST_HEAD, LIST_TEXT, IMPRINT = "清单表头", "清单文字", "版记"
ADDED = (MARK, ATTACHMENTS, ANNEX, LIST_HEAD, LIST_TEXT, IMPRINT)  # 单位早先存的模板里没有
CHARACTERS, TABLES = {LEAD}, {TABLE}  # 别的都是段落样式
STYLES = [
    *(NUMBER, TITLE, DEMO, ADDRESSEE, HEADING, LEAD, BODY),
    *(CAPTION, TABLE_HEAD, TABLE_TEXT, TABLE, ISSUER, DATED_ON),
]


class TemplateError(Exception):
    """单位自己的模板用不了；str() 是给人看的原因和办法。"""


def own_template() -> Path:
    """单位自己的模板放在哪里；不一定有。"""
    return Path(settings.DATA_DIR) / OWN


def open_template() -> WordDocument:
    """→ 只有样式、页面和页脚的空白文件；单位自己的打不开、缺样式的抛 TemplateError。"""
    own = own_template()
    if not own.exists():
        return _emptied(Document(str(SHIPPED)))
    try:
        document = Document(str(own))
    except Exception as error:  # 不是 Word、没有拷全、读不了，python-docx 抛的各不相同
        raise TemplateError(
            f"版式模板 {OWN} 打不开，可能不是 Word 文件（.docx）或没有拷全。{_way_out()}"
        ) from error
    missing = _missing(document)
    if missing:
        names = "、".join(f"“{name}”" for name in missing)
        raise TemplateError(
            f"版式模板 {OWN} 里没有样式{names}。请在 WPS 里打开它，新建同名的样式再保存。{_way_out()}"
        )
    return _emptied(_completed(document))


def _completed(document):
    """后来才有的样式，单位的模板里没有的，用系统自带的。"""
    known = {style.name for style in document.styles}
    lacking = [name for name in ADDED if name not in known]
    if lacking:
        shipped = Document(str(SHIPPED)).styles
        normal = document.styles.default(WD_STYLE_TYPE.PARAGRAPH).style_id
        for name in lacking:
            style = deepcopy(shipped[name].element)
            style.basedOn_val = normal
            document.styles.element.append(style)
    return document


def _way_out():
    return "也可以把这个文件从数据文件夹里挪走，就用系统自带的版式。"


def _missing(document):
    kinds = {style.name: style.type for style in document.styles}
    missing = []
    for name in STYLES:
        kind = WD_STYLE_TYPE.PARAGRAPH
        if name in CHARACTERS:
            kind = WD_STYLE_TYPE.CHARACTER
        elif name in TABLES:
            kind = WD_STYLE_TYPE.TABLE
        if kinds.get(name) != kind:
            missing.append(name)
    return missing


def _emptied(document):
    """模板里给人看样子的字都去掉，留着最后的分节（页边距、页脚）。"""
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    return document
