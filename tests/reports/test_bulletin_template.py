"""通报的版式模板：单位放自己的一份，改了样式就照样式写；少了样式、打不开的说清楚，不报 500。"""

import io

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from taiping.reports.bulletin import write_bulletin
from taiping.reports.bulletin.docx import to_docx
from taiping.reports.bulletin.template import ADDED, SHIPPED, STYLES, own_template
from tests.reports.test_bulletin_pages import font, layout, signature, size
from tests.worlds.factories import make_user
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown
from villages.models import Role

pytestmark = pytest.mark.django_db
ASKED = {"on": "2024-10-20"}


@pytest.fixture
def town(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    own_template().parent.mkdir()
    return again(ReportsTown)


def edit(change):
    """像单位在 WPS 里那样：拿系统自带的一份改，存到数据文件夹里。"""
    document = Document(SHIPPED)
    change(document)
    document.save(own_template())


def without(*names):
    def change(document):
        for name in names:
            document.styles[name].delete()

    return change


def written(town):
    return Document(io.BytesIO(to_docx(write_bulletin(town.plan, DAY))))


def body_of(document):
    return next(row for row in document.paragraphs if row.text.startswith("（二）自然撂荒地整治"))


def test_the_offices_own_fonts_and_margins_are_used(town):
    def change(document):
        style = document.styles["公文正文"]
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
        style.font.size = Pt(15)
        document.sections[0].top_margin = Mm(30)

    before = written(town)
    edit(change)
    after = written(town)

    old, new = body_of(before), body_of(after)
    assert (font(old, old.runs[1]), size(old, old.runs[1])) == ("仿宋_GB2312", "32")
    assert (font(new, new.runs[1]), size(new, new.runs[1])) == ("宋体", "30")
    assert font(new, new.runs[0]) == "楷体_GB2312"  # 二级标题有自己的样式
    assert round(after.sections[0].top_margin.mm) == 30
    texts = [[paragraph.text for paragraph in each.paragraphs] for each in (before, after)]
    assert texts[0] == texts[1]


def test_normal_is_what_the_other_styles_follow(town):
    def change(document):
        fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), "华文仿宋")

    edit(change)

    document = written(town)
    heading = next(row for row in document.paragraphs if row.text == "一、总体情况")
    body = body_of(document)
    assert font(body, body.runs[1]) == "华文仿宋"
    assert font(heading, heading.runs[0]) == "黑体"


def test_the_signature_follows_the_dates_indent(town):
    """日期改成右空两字、署名照样以它为准居中。"""

    def change(document):
        indent = document.styles["成文日期"].element.pPr.find(qn("w:ind"))
        indent.set(qn("w:rightChars"), "200")
        indent.set(qn("w:right"), "640")

    def right(document):
        return int(layout(signature(document)[0], "w:ind", "w:rightChars"))

    before = right(written(town))
    edit(change)

    assert right(written(town)) == before - 200


def test_words_of_the_template_never_reach_the_bulletin(town):
    shown = "".join(paragraph.text for paragraph in Document(SHIPPED).paragraphs)
    assert "改好样式的字体" in shown

    document = written(town)

    assert len(document.tables) == 3
    assert not any("样式" in paragraph.text for paragraph in document.paragraphs)
    assert document.paragraphs[4].text.startswith("〔")


@pytest.mark.parametrize("name", STYLES)
def test_a_template_lacking_a_style_is_refused_by_its_name(town, client, name):
    client.force_login(make_user(role=Role.STAFF))
    edit(without(name))

    page = client.get(reverse("reports:bulletin_docx"), ASKED, follow=True)

    assert page.redirect_chain == [("/bulletin/?on=2024-10-20", 302)]
    assert (
        f"没有写成 Word：版式模板 templates/bulletin.docx 里没有样式“{name}”。"
        "请在 WPS 里打开它，新建同名的样式再保存。"
        "也可以把这个文件从数据文件夹里挪走，就用系统自带的版式。"
    ) in page.content.decode()


def test_a_template_kept_from_before_still_works(town):
    """单位早先存的没有红头、附件、版记的样式：用系统自带的，别的照单位的。"""

    def change(document):
        without(*ADDED)(document)
        document.styles["Normal"].element.set(qn("w:styleId"), "a")  # WPS 存过的
        for style in document.styles.element.iter(qn("w:basedOn")):
            style.set(qn("w:val"), "a")

    edit(change)

    document = written(town)

    annexed = next(row for row in document.paragraphs if row.text == "附件1")
    assert annexed.style.name == "附件序号"
    assert annexed.style.base_style.name == "Normal"
    assert font(annexed, annexed.runs[0]) == "黑体"


def test_the_command_says_the_same_and_writes_nothing(town, tmp_path):
    def change(document):
        without("署名", "二级标题")(document)
        document.styles.add_style("二级标题", WD_STYLE_TYPE.PARAGRAPH)  # 种类不对，也不能用

    edit(change)
    path = tmp_path / "通报.docx"

    with pytest.raises(CommandError, match="没有样式“二级标题”、“署名”"):
        call_command("bulletin", as_of="2024-10-20", output=str(path), stdout=io.StringIO())

    assert not path.exists()


@pytest.mark.parametrize(
    "content", [b"", b"not a docx", SHIPPED.read_bytes()[:4000], b"PK\x05\x06" + b"\0" * 18]
)
def test_a_file_that_is_no_word_file_is_refused_not_a_500(town, client, content):
    client.force_login(make_user(role=Role.STAFF))
    own_template().write_bytes(content)

    page = client.get(reverse("reports:bulletin_docx"), ASKED, follow=True)

    assert (
        "版式模板 templates/bulletin.docx 打不开，可能不是 Word 文件（.docx）或没有拷全。"
        in page.content.decode()
    )
