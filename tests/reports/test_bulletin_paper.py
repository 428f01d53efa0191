"""通报像一份公文：红头画出来和留空一样大，附件另起一页，编号不断开，版记在最后一页的最下面。

有 LibreOffice 和 pdftotext 的机器上排成 PDF 再量；没有就只看 Word 文件里写的。
"""

import io
import re
import shutil
import subprocess
from html import unescape

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from taiping.reports.bulletin import write_bulletin
from taiping.reports.bulletin.docx import to_docx
from taiping.reports.bulletin.imprint import LINE
from taiping.reports.bulletin.letter import Letter
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_village
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown

pytestmark = pytest.mark.django_db
RENDERED = pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")),
    reason="这台机器没有 LibreOffice 或 pdftotext，不排成 PDF 量。",
)
WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)<')
POINTS = 72 / 25.4  # 每毫米
BODY_BOTTOM = 297 - 35  # 毫米，版心的下边缘


@pytest.fixture
def town():
    return again(ReportsTown)


def content_of(plan, **given):
    return to_docx(write_bulletin(plan, DAY, letter=Letter.of(plan, given)))


def opened(plan, **given):
    return Document(io.BytesIO(content_of(plan, **given)))


def rendered(folder, content):
    """[一页的字 [(左，上，下，字)]]，毫米。"""
    source = folder / "通报.docx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(source)], check=True, capture_output=True, timeout=120)
    read = ["pdftotext", "-bbox", str(source.with_suffix(".pdf")), "-"]
    pages = subprocess.run(read, check=True, capture_output=True, text=True).stdout.split("<page ")
    return [[_word(*found) for found in WORD.findall(page)] for page in pages[1:]]


def _word(left, top, _right, bottom, text):
    return *(float(side) / POINTS for side in (left, top, bottom)), unescape(text)


def top_of(page, text):
    return next(top for _, top, _, word in page if text in word)


def head_of(document):
    """红头到标题以前：[(字，行高，线的颜色)]。"""
    rows = []
    for paragraph in document.paragraphs:
        if paragraph.style.name == "公文标题":
            return rows
        line = paragraph._p.find(f".//{qn('w:pBdr')}/{qn('w:bottom')}")
        color = line.get(qn("w:color")) if line is not None else None
        rows.append((paragraph.text, paragraph.paragraph_format.line_spacing, color))
    return rows


def village_of_sixty():
    """名字很长的三个村，六十块逾期的，编号十九位。"""
    plan = make_plan(issuer="太平镇人民政府")
    target = make_steps_target(plan)
    codes = []
    for order in range(3):
        village = make_village(f"名字特别长的第{order}个村民委员会社区居民委员会", order=order)
        for number in range(20):
            codes.append(f"50015120240000{order}{number:04d}")
            make_patch(target, village, code=codes[-1])
    make_patch(target, village, code="GHZRZYJ-2024-0001-A")
    return plan, [*codes, "GHZRZYJ-2024-0001-A"]


def test_the_red_head_stands_where_the_standard_says(town):
    head = head_of(opened(town.plan, number="太府发〔2024〕12号"))

    texts = [text for text, _, _ in head]
    assert texts == ["", "太平镇人民政府文件", "", "", "太府发〔2024〕12号", "", ""]
    assert round(head[0][1].mm) == 35  # 发文机关标志上边缘到版心上边缘
    assert [color for _, _, color in head] == [None] * 4 + ["FF0000"] + [None] * 2


def test_headed_paper_has_the_same_room_and_nothing_red(town):
    drawn, blank = head_of(opened(town.plan)), head_of(opened(town.plan, head="blank"))

    assert [height for _, height, _ in blank] == [height for _, height, _ in drawn]
    assert blank[1][0] == ""
    assert blank[4] == (drawn[4][0], drawn[4][1], "FFFFFF")


def test_a_long_name_still_stands_on_one_line(town):
    mark = next(
        row for row in opened(town.plan, issuer="很长的单位" * 6).paragraphs if "文件" in row.text
    )

    assert mark.runs[0].font.size.mm * len(mark.text) <= 156


def test_the_annexes_are_listed_before_the_signature(town):
    texts = [paragraph.text for paragraph in opened(town.plan).paragraphs]

    first = texts.index("附件：1.逾期图斑清单")
    assert texts[first - 1] == ""
    assert texts[first + 1 : first + 3] == ["2.各村图斑整治情况表", "3.统计说明"]
    assert texts[first + 5] == "太平镇人民政府"
    assert texts.index("附件1") > first + 5


def test_only_one_annex_has_no_number():
    texts = [paragraph.text for paragraph in opened(make_plan()).paragraphs]

    assert "附件：统计说明" in texts
    assert "附件" in texts


def test_the_list_has_every_overdue_patch_and_its_heading_on_every_page(town):
    listed = opened(town.plan).tables[0]

    rows = [[cell.text for cell in row.cells] for row in listed.rows]
    assert rows == [
        ["序号", "图斑编号", "村", "目标任务", "步骤", "截止日期", "逾期天数", "谁该办"],
        ["1", "A3", "东村", "自然撂荒地整治", "复耕复种", "9月30日", "20", "村该办"],
        ["2", "A4", "东村", "自然撂荒地整治", "复耕复种", "9月30日", "20", "村该办"],
        ["3", "A7", "西村", "自然撂荒地整治", "复耕复种", "9月30日", "20", "村该办"],
    ]
    assert listed.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def imprint_of(document):
    boxes = document.element.body.findall(f".//{qn('w:txbxContent')}")
    rows = [
        row for box in boxes for row in box.findall(qn("w:p")) if row.find(qn("w:r")) is not None
    ]
    return ["".join(text.text or "\t" for text in row.iter(qn("w:t"), qn("w:tab"))) for row in rows]


def test_the_imprint_is_last_and_says_what_was_entered(town):
    document = opened(
        town.plan, copies="区农业农村委，区规划自然资源局", printer="太平镇党政办公室"
    )

    said = [row.replace("\t", "") for row in imprint_of(document)]
    day = write_bulletin(town.plan, DAY).letter.signed_on
    assert said == [
        "抄送：区农业农村委，区规划自然资源局。",
        f"太平镇党政办公室{day.year}年{day.month}月{day.day}日印发",
    ]
    assert document.paragraphs[-1]._p.find(f".//{qn('w:txbxContent')}") is not None
    assert len(imprint_of(opened(town.plan))) == 1  # 没有抄送的不写这一行


def test_the_imprint_never_covers_the_words_above_it(town):
    """正文后面留着一样高的空：剩的地方不够，空和版记一起到下一页。"""
    for copies in ("", "区农业农村委，" * 20):
        room = opened(town.plan, copies=copies).paragraphs[-1]
        (extent,) = room._p.iter(qn("wp:extent"))
        assert abs(room.paragraph_format.line_spacing - int(extent.get("cy"))) < Mm(0.5)


def test_a_line_with_an_unbroken_string_is_not_stretched(town):
    town.act("defer", "A4", by=town.huang, on=DAY, note="见 500151202400001234567 号卷宗")

    rows = {
        row.text[:7]: row.alignment for row in opened(town.plan).paragraphs if "清单见" in row.text
    }

    assert rows["（四）暂缓整改"] == 0  # 左对齐
    assert rows["（二）村该办的"] is None  # 照样式


@RENDERED
def test_sixty_overdue_patches_on_paper(tmp_path):
    plan, codes = village_of_sixty()

    pages = rendered(tmp_path, content_of(plan, copies="区农业农村委"))

    words = {word for page in pages for *_, word in page}
    assert [code for code in codes if code not in words] == []
    starts = {f"附件{number}": False for number in (1, 2, 3)}
    for page in pages:
        first = "".join(word for _, top, _, word in page if top < 37 + 10)
        for name in starts:
            starts[name] = starts[name] or first == name
    assert all(starts.values())
    *_, (_, _, bottom, last) = [row for row in pages[-1] if row[1] < BODY_BOTTOM]
    assert last.endswith("印发")
    assert abs(bottom - BODY_BOTTOM) < 3
    assert (
        max(bottom for page in pages for _, top, bottom, _ in page if top < 265) < BODY_BOTTOM + 3
    )


@RENDERED
def test_drawn_and_blank_heads_leave_the_rest_where_it_is(town, tmp_path):
    given = {"number": "太府发〔2024〕12号"}
    folders = [tmp_path / "画", tmp_path / "空"]
    for folder in folders:
        folder.mkdir()

    drawn = rendered(folders[0], content_of(town.plan, **given))
    blank = rendered(folders[1], content_of(town.plan, head="blank", **given))

    assert abs(top_of(drawn[0], "太平镇人民政府文件") - (37 + 35)) < 3
    assert not any("文件" in word for *_, word in blank[0])
    rest = [row for row in drawn[0] if "文件" not in row[-1]]
    assert [row[-1] for row in rest] == [row[-1] for row in blank[0]]
    assert max(abs(one[1] - other[1]) for one, other in zip(rest, blank[0], strict=True)) < 0.5


def test_a_long_printer_makes_the_imprint_one_line_higher(town):
    heights = []
    for printer in ("太平镇党政办公室", "铜梁区太平镇人民政府耕地保护工作领导小组办公室"):
        document = opened(town.plan, printer=printer)
        heights.append(document.paragraphs[-1].paragraph_format.line_spacing)

    assert heights[1] - heights[0] == LINE
