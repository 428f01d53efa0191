"""通报的 Word 和网页、命令，村级确认表：版面照标准，几处的数和话一样，谁能看。"""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from openpyxl import load_workbook

from plots.models import Patch
from taiping.reports.bulletin import write_bulletin
from taiping.reports.bulletin.docx import to_docx
from taiping.reports.bulletin.letter import Letter
from tests.worlds.factories import make_patch, make_plan, make_user, make_village
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, FIRST_DAY, ReportsTown
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return again(ReportsTown)


def opened(plan, day=DAY, **given):
    letter = Letter.of(plan, given)
    return Document(io.BytesIO(to_docx(write_bulletin(plan, day, letter=letter))))


def texts_of(document):
    return [paragraph.text for paragraph in document.paragraphs]


def signature(document):
    """(署名, 成文日期) 两段。"""
    rows = document.paragraphs
    place = next(at for at, row in enumerate(rows) if row.style.name == "成文日期")
    return rows[place - 1], rows[place]


def villages_table(document):
    return next(table for table in document.tables if table.rows[0].cells[0].text == "名次")


def styles_of(style):
    """一种样式和它一层层照着的。"""
    while style is not None:
        yield style.element
        style = style.base_style


def said(elements, name, attribute):
    """几层里最先说到的；都没说是 None。"""
    for element in elements:
        found = element.find(qn(name)) if element is not None else None
        if found is not None and found.get(qn(attribute)) is not None:
            return found.get(qn(attribute))
    return None


def look(paragraph, run, name, attribute):
    """这几个字最后的样子：自己说的、字符样式说的、段落样式说的，依次往下。"""
    own = run._r.rPr
    named = own is not None and own.find(qn("w:rStyle")) is not None
    layers = [*(styles_of(run.style) if named else []), *styles_of(paragraph.style)]
    return said([own, *(layer.find(qn("w:rPr")) for layer in layers)], name, attribute)


def font(paragraph, run):
    return look(paragraph, run, "w:rFonts", "w:eastAsia")


def size(paragraph, run):
    return look(paragraph, run, "w:sz", "w:val")


def layout(paragraph, name, attribute):
    """这一段最后的排法：自己说的，再是样式说的。"""
    layers = [layer.find(qn("w:pPr")) for layer in styles_of(paragraph.style)]
    return said([paragraph._p.pPr, *layers], name, attribute)


def test_word_layout_follows_the_standard(town):
    document = opened(town.plan)
    section, paragraphs = document.sections[0], document.paragraphs
    title = next(
        paragraph
        for paragraph in paragraphs
        if paragraph.text == "关于全镇耕地保护工作进展情况的通报"
    )
    heading = next(paragraph for paragraph in paragraphs if paragraph.text == "一、总体情况")
    body = next(
        paragraph for paragraph in paragraphs if paragraph.text.startswith("（二）自然撂荒地整治")
    )

    margins = section.top_margin, section.bottom_margin, section.left_margin, section.right_margin
    assert [round(margin.mm) for margin in margins] == [37, 35, 28, 26]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    (title_run,), (heading_run,), (lead, words) = title.runs, heading.runs, body.runs
    assert (font(title, title_run), size(title, title_run)) == ("方正小标宋简体", "44")  # 半磅
    assert font(heading, heading_run) == "黑体"
    assert (font(body, lead), font(body, words)) == ("楷体_GB2312", "仿宋_GB2312")
    assert (size(body, lead), size(body, words)) == ("32", "32")
    assert layout(body, "w:ind", "w:firstLineChars") == "200"
    assert layout(body, "w:spacing", "w:line") == "579"
    assert (layout(body, "w:jc", "w:val"), layout(title, "w:jc", "w:val")) == ("both", "center")
    assert all(run.font.name is None and run.font.size is None for run in title.runs + body.runs)
    table = villages_table(document)
    head, row = table.rows[0].cells[1], table.rows[1].cells[1]
    for cell, expected in ((head, "黑体"), (row, "仿宋_GB2312")):
        (written,) = cell.paragraphs
        assert (font(written, written.runs[0]), size(written, written.runs[0])) == (expected, "24")
        assert layout(written, "w:spacing", "w:line") == "440"
    normal = document.styles["Normal"]
    assert (normal.font.size, normal.paragraph_format.line_spacing) == (Pt(16), Pt(28.95))
    assert normal.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "仿宋_GB2312"
    lang = document.styles.element.find(qn("w:docDefaults")).find(".//" + qn("w:lang"))
    assert lang.get(qn("w:eastAsia")) == "zh-CN"
    assert section.footer.paragraphs[0].text == "— 1 —"
    assert section.even_page_footer.paragraphs[0].text == "— 1 —"
    assert section.footer_distance < Mm(35)


def test_word_says_what_the_preview_says(town, client):
    client.force_login(make_user(role=Role.LEADER))
    document = opened(town.plan)
    page = client.get("/bulletin/?on=2024-10-20").content.decode()

    own = [text for text in texts_of(document) if text.startswith("（") and "。" in text]
    assert len(own) == 9  # 三项任务、四类问题、两条下步工作
    for text in own:
        assert text.split("。", 1)[1] in page
    table = villages_table(document)
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[1] == ["1", "东村", "6", "4", "3", "50%", "2"]
    assert cells[3][2:] == ["12", "6", "5", "41.6%", "3"]
    first = table.rows[0]._tr.trPr
    assert first.find(qn("w:tblHeader")) is not None
    assert table.rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def test_number_and_issuer_are_filled_in_or_left_to_the_pen(town):
    blank, filled = (
        opened(town.plan),
        opened(town.plan, number="太府发〔2024〕12号", issuer="太平镇耕地保护专班"),
    )
    year = write_bulletin(town.plan, DAY).letter.signed_on.year

    assert f"〔{year}〕　　号" in texts_of(blank)
    assert "太平镇人民政府文件" in texts_of(blank)
    assert "太府发〔2024〕12号" in texts_of(filled)
    assert signature(filled)[0].text == "太平镇耕地保护专班"
    assert filled.core_properties.author == "太平镇耕地保护任务管理系统"


def test_demo_figures_say_so(town):
    make_patch(town.abandoned, town.south, code="演示-1", is_demo=True, created_at=FIRST_DAY)

    document = opened(town.plan)

    assert "（含演示数据，不是真实情况）" in texts_of(document)
    assert "1．本次统计含演示数据，不是真实情况，不得作为正式数据使用。" in texts_of(document)


def test_odd_characters_do_not_break_the_file(town):
    Patch.objects.filter(code="A4").update(code="A\x0b4<&")

    listed = opened(town.plan).tables[0]
    assert "A4<&" in [row.cells[1].text for row in listed.rows]


def test_the_number_of_queries_does_not_grow(town):
    def queries():
        with CaptureQueriesContext(connection) as found:
            write_bulletin(town.plan, DAY)
        return len(found)

    few = queries()
    for number in range(3):
        village = make_village(f"新村{number}")
        for each in range(30):
            make_patch(town.abandoned, village, code=f"N{each}")

    assert queries() == few


def test_download_carries_what_was_filled_in(town, client):
    client.force_login(make_user(role=Role.STAFF))
    address = reverse("reports:bulletin_docx")

    asked = {"on": "2024-10-20", "number": "太府发〔2024〕12号", "issuer": "太平镇政府"}
    response = client.get(address, asked)
    document = Document(io.BytesIO(response.content))
    page = client.get(reverse("reports:bulletin"), asked).content.decode()
    today = timezone.localdate()

    assert "2024-10-20.docx" in response["Content-Disposition"]
    texts = texts_of(document)
    assert texts[1:5] == ["太平镇政府文件", "", "", "太府发〔2024〕12号"]
    assert texts[7:9] == ["太平镇政府", "关于全镇耕地保护工作进展情况的通报"]
    assert "各村：" in texts
    signed = [row.text for row in signature(document)]
    assert signed == ["太平镇政府", f"{today.year}年{today.month}月{today.day}日"]
    for words in (
        "太府发〔2024〕12号",
        "<span>关于全镇耕地保护工作进展情况的通报</span>",
        "各村：",
        "<td>33.3%</td>",
    ):
        assert words in page
    # 日期、文号、单位在一张表单里：换一天看，填好的还在
    form = next(part for part in page.split("<form")[1:] if 'name="number"' in part).split(
        "</form>"
    )[0]
    for field in (
        'name="number" value="太府发〔2024〕12号"',
        'name="issuer" value="太平镇政府"',
        'name="on" value="2024-10-20"',
    ):
        assert field in form


def test_a_short_signature_stands_centred_over_the_date(town):
    """日期右空四字；五个字的署名比日期（数字占半个字）窄多少，两边各空一半。"""
    document = opened(town.plan, issuer="太平镇政府")
    name, day = signature(document)

    def right(paragraph):
        return int(layout(paragraph, "w:ind", "w:rightChars"))

    digits = sum(char.isdigit() for char in day.text)
    assert right(day) == 400
    assert right(name) == 400 + (digits * 50 + 300 - 500) // 2
    assert right(signature(opened(town.plan, issuer="很长的发文单位" * 4))[0]) == 0


@pytest.mark.parametrize(
    ("basis", "reported", "words", "cells"),
    [
        ("done", ("6", 4), "按完成日期统计", "<td>3 个<br>20.00 亩</td><td>2 个<br>10.00 亩</td>"),
        (
            "recorded",
            ("0", 0),
            "按录入日期统计",
            "<td>0 个<br>0.00 亩</td><td>0 个<br>0.00 亩</td>",
        ),  # 整改都是 12 月 20 日才录的
    ],
)
def test_every_file_and_page_keeps_the_basis(town, client, tmp_path, basis, reported, words, cells):
    client.force_login(make_user(role=Role.STAFF))
    asked = {"on": "2024-10-20", "basis": basis}
    for command, name in (("bulletin", "通报.docx"), ("weekly", "周报.xlsx")):
        call_command(
            command,
            as_of="2024-10-20",
            basis=basis,
            output=str(tmp_path / name),
            stdout=io.StringIO(),
        )

    def got(name):
        return io.BytesIO(client.get(reverse(f"reports:{name}"), asked).content)

    for document in (Document(got("bulletin_docx")), Document(tmp_path / "通报.docx")):
        assert villages_table(document).rows[-1].cells[3].text == reported[0]
        assert any(words in paragraph.text for paragraph in document.paragraphs)
    for book in (load_workbook(got("weekly")), load_workbook(tmp_path / "周报.xlsx")):
        row = next(
            row for row in book["总表"].iter_rows(values_only=True) if row[0] == "自然撂荒地整治"
        )
        assert row[5] == reported[1]
    assert words in client.get(reverse("reports:bulletin"), asked).content.decode()
    sheet = client.get(
        reverse("reports:village_confirmation", args=[town.east.pk]), asked
    ).content.decode()
    assert cells in " ".join(sheet.split()).replace(
        "> <", "><"
    )  # 东村撂荒：上报 3 个 20 亩，核实 2 个 10 亩


def test_another_years_bulletin(town, client):
    make_plan(2023)
    client.force_login(make_user(role=Role.STAFF))

    page = client.get(
        reverse("reports:bulletin"), {"on": "2024-10-20", "year": "2023"}
    ).content.decode()

    assert "2023年度方案还没有目标任务，暂无可通报的进展。" in page


def test_a_wrong_date_or_a_long_number_goes_back_to_the_preview(town, client):
    client.force_login(make_user(role=Role.STAFF))
    address = reverse("reports:bulletin_docx")

    wrong_day = client.get(address, {"on": "2024-02-30"}, follow=True)
    too_long = client.get(address, {"on": "2024-10-20", "number": "字" * 41}, follow=True)

    assert wrong_day.redirect_chain[0][0] == "/bulletin/?on=2024-02-30"
    assert "“2024-02-30”这一天不存在" in wrong_day.content.decode()
    assert "发文字号最多 40 个字，请改短。" in too_long.content.decode()
    assert "还不能下载，请先改下面 1 处" in too_long.content.decode()


@pytest.mark.parametrize("name", ["reports:bulletin", "reports:bulletin_docx"])
def test_secretaries_have_no_bulletin(town, client, name):
    client.force_login(make_user(role=Role.SECRETARY, villages=[town.east]))

    assert client.get(reverse(name)).status_code == 403


def test_command_writes_the_bulletin(town, tmp_path):
    path = tmp_path / "通报.docx"

    call_command(
        "bulletin",
        as_of="2024-10-20",
        output=str(path),
        number="太府发〔2024〕3号",
        stdout=io.StringIO(),
    )

    document = Document(path)
    assert texts_of(document)[4] == "太府发〔2024〕3号"
    assert "（四）暂缓整改。共1个，清单见附件1。西村1个（等水退）。" in texts_of(document)
    assert signature(document)[0].text == "太平镇人民政府"
    call_command(
        "bulletin",
        as_of="2024-10-20",
        output=str(path),
        issuer="太平镇耕地保护专班",
        stdout=io.StringIO(),
    )
    assert signature(Document(path))[0].text == "太平镇耕地保护专班"
    with pytest.raises(CommandError, match="发文字号最多 40 个字，请改短。"):
        call_command("bulletin", output=str(path), number="字" * 41)
    with pytest.raises(CommandError, match="没有“1999”年度的方案。现有的代码：2024。"):
        call_command("bulletin", output=str(path), year=1999)


def test_confirmation_sheet_has_the_villages_own_patches(town, client):
    client.force_login(make_user(role=Role.SECRETARY, villages=[town.west]))

    response = client.get(
        reverse("reports:village_confirmation", args=[town.west.pk]) + "?on=2024-10-20"
    )
    page, sheet = response.content.decode(), response.context["sheet"]

    # 西村：撂荒 A6 A7 A8 A9 共 54 亩，上报、核实各 A9 一个 10 亩，逾期 A7，暂缓 A8；重点 B2 B3
    found = [
        (
            part.figures.patch_count,
            part.figures.patch_area,
            part.figures.reported_count,
            part.figures.confirmed,
            part.figures.overdue_count,
            part.figures.deferred_count,
        )
        for part in sheet.parts
    ]
    assert found == [(4, 54, 1, 10, 1, 1), (2, 20, 1, 0, 0, 0)]
    assert [item.patch.code for part in sheet.parts for item in part.items] == [
        "A6",
        "A7",
        "A8",
        "A9",
        "B2",
        "B3",
    ]
    for words in ("村支部书记（签字）", "盖章", "日期：", "未见复耕复种", "10月5日", "逾期20天"):
        assert words in page
    assert ">A1<" not in page


def test_another_villages_sheet_does_not_exist(town, client):
    client.force_login(make_user(role=Role.SECRETARY, villages=[town.west]))

    assert (
        client.get(reverse("reports:village_confirmation", args=[town.east.pk])).status_code == 404
    )


def test_a_village_without_patches_says_so(town, client):
    client.force_login(make_user(role=Role.STAFF))

    page = client.get(
        reverse("reports:village_confirmation", args=[town.south.pk]) + "?on=2024-10-20"
    ).content.decode()

    assert "本村还没有图斑，也没有分解到村的任务。" in page
