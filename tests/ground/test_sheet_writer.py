"""写 Excel 的一套：同一种样子共用一格也不串值，两层表头、合计、行高、数字格式照各列的。"""

import io
from datetime import UTC, date
from decimal import Decimal
from xml.etree.ElementTree import canonicalize
from zipfile import ZipFile

import docx
import pytest
from django.utils import timezone
from openpyxl import load_workbook

from taiping.ground.books import Column, SheetWriter, marked, new_book, styles, to_bytes
from taiping.ground.books.folding import folded
from taiping.ground.properties import sign
from taiping.ground.tables import Problem
from tests.worlds.office import shown_rows

pytestmark = pytest.mark.any_database

NUMBER = styles.NUMBER
NOTES = "xl/comments/comment1.xml"


def opened(book):
    return load_workbook(io.BytesIO(to_bytes(book))).worksheets[0]


@pytest.fixture(params=["逐行写出", "整本在内存里"])
def book(request):
    return new_book(streamed=request.param == "逐行写出")


def test_streamed_rows_are_what_openpyxl_writes():
    """逐行写出的一行是自己拼的：和 openpyxl 自己写的一个属性也不差。"""
    columns = [Column("甲<乙>", 9, "说明&说明", style=styles.TEXT)] * 3
    written = []
    for streamed in (True, False):
        book = new_book(streamed=streamed)
        sheet = SheetWriter(book, "表", columns, row_height=15)
        sheet.form_head(30)
        sheet.row(['<a> & "b"\n第二行', Decimal("12345.670000"), date(2024, 9, 30)])
        sheet.row([None, True, "12"])
        sheet.line(["=1", None, 0.1 + 0.2], styles.PLAIN, ["", "", "0.0%"])
        sheet.line([None, -3, "好"], styles.PLAIN)
        with ZipFile(io.BytesIO(to_bytes(book))) as archive:
            sheet, notes = map(archive.read, ("xl/worksheets/sheet1.xml", NOTES))
        rows = canonicalize(sheet).partition("<sheetData>")[2].partition("</sheetData>")[0]
        written.append((rows, notes))

    streamed, whole = written
    assert streamed == whole
    assert streamed[0].count("<c ") == 13


def test_cells_of_one_style_never_mix_up_their_values(book):
    columns = [Column("甲", style=styles.PLAIN)] * 4
    sheet = SheetWriter(book, "表", columns)
    for values in (
        ["=1+1", "字", 1, date(2024, 9, 30)],
        ["字", "=2", Decimal("2.5"), None],
        [None, True, "+86", "字\x0b"],
        ["", "1" * 16, 10**16, "长" * 1200],
    ):
        sheet.row(values)
    sheet.line(["=1", 2, None], styles.SUM)

    found = opened(book)

    rows = [[cell.value for cell in row] for row in found.iter_rows()]
    assert rows[0][:3] == ["=1+1", "字", 1]
    assert rows[0][3].date() == date(2024, 9, 30)
    assert rows[1:] == [
        ["字", "=2", 2.5, None],
        [None, "是", "+86", "字"],
        [None, "1" * 16, str(10**16), "长" * 1200],
        ["=1", 2, None, None],
    ]
    kinds = {cell.data_type for row in found.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n", "d"}  # 没有公式
    formats = [[cell.number_format for cell in row] for row in found.iter_rows(max_row=2)]
    assert formats == [
        ["@", "General", "General", "yyyy-mm-dd"],
        ["General", "@", *["General"] * 2],
    ]
    assert [cell.font.b for cell in found[5][:3]] == [True] * 3


def test_amounts_take_the_decimals_of_the_row_and_late_cells_are_red(book):
    columns = [
        Column("任务", style=styles.TEXT),
        Column("数量", number_format=styles.AMOUNT, style=NUMBER),
        Column("状态", style=styles.MIDDLE),
    ]
    sheet = SheetWriter(book, "表", columns, font_step=2)
    sheet.row(["底线", Decimal(1), "正常"], decimals=0)
    sheet.row(["整治", Decimal(1), "逾期"], decimals=2, late={"状态"})
    sheet.total(["合计", Decimal(2), None], decimals=1)

    found = opened(book)

    assert [found.cell(row, 2).number_format for row in (1, 2, 3)] == ["0", "0.00", "0.0"]
    assert found["C1"].font.color is None
    assert found["C2"].font.color.rgb == "00B3382C"
    assert (found["A1"].font.sz, found["C2"].font.sz, found["A3"].font.b) == (12, 12, True)
    assert (styles.TEXT.font.sz, styles.LATE.font.sz) == (10, 10)  # 大几号不改动样子本身


def test_two_levels_of_heads_are_merged_by_group_and_repeated(book):
    columns = [
        Column("任务"),
        Column("数量", group="上报"),
        Column("个数", group="上报"),
        Column("数量", group="同名", starts_group=True),
        Column("个数", group="同名"),
        Column("数量", group="同名", starts_group=True),
    ]
    sheet = SheetWriter(book, "表", columns, freeze="B4")
    sheet.banner("标题")
    sheet.head(22, 30)
    sheet.repeat(1, sheet.head_row)
    sheet.row(["整治", 1, 2, 3, 4, 5])
    sheet.filter()

    found = opened(book)

    merged = sorted(str(each) for each in found.merged_cells.ranges)
    assert merged == ["A1:F1", "A2:A3", "B2:C2", "D2:E2"]
    assert [cell.value for cell in found[2]] == ["任务", "上报", None, "同名", None, "同名"]
    assert [cell.value for cell in found[3]][1:] == ["数量", "个数", "数量", "个数", "数量"]
    assert (found.auto_filter.ref, found.freeze_panes) == ("A3:F4", "B4")
    assert found.print_title_rows == "$1:$3"


def test_rows_are_as_high_as_their_wrapped_words(book):
    columns = [Column("说明", 10, style=styles.TEXT), Column("数", 10, style=NUMBER)]
    sheet = SheetWriter(book, "表", columns, row_height=24)
    sheet.row(["短", 1])
    sheet.row(["十个字的说明要折三行啊", 1])
    sheet.row(["长" * 5000, 1])

    found = opened(book)

    heights = [found.row_dimensions[row].height for row in (1, 2, 3)]
    assert heights == [24, 3 * 14 + 4, 409]


def test_a_sheet_without_rows_has_no_filter(book):
    sheet = SheetWriter(book, "表", [Column("甲")])
    sheet.form_head()
    sheet.filter()

    assert opened(book).auto_filter.ref is None


def test_a_narrow_sheet_prints_one_page_wide_and_a_wide_one_on_several(book):
    """一页宽放不下、再缩字就太小的：分成几页宽，一组列不拆开，认行的两列、标题和表头每页都有。"""
    narrow = SheetWriter(book, "窄", [Column("甲", 30, style=styles.TEXT)] * 5, least_size=9)
    columns = [Column("村", 10, style=styles.TEXT), Column("编号", 20, style=styles.TEXT)]
    for name in "甲乙丙丁戊":
        columns += [Column("亩", 15, style=NUMBER, group=name)] * 2
    wide = SheetWriter(book, "宽", columns, least_size=9, repeated=2)
    for sheet in (narrow, wide):
        sheet.banner("图斑 & 台账")
        sheet.sides("截至今天", "单位：亩", 2)
        sheet.head(20, 20)
        sheet.row([1] * sheet.width)
        sheet.repeat(1, sheet.head_row)

    narrow, wide = load_workbook(io.BytesIO(to_bytes(book))).worksheets

    assert narrow.sheet_properties.pageSetUpPr.fitToPage
    assert narrow.print_title_rows == "$1:$4"
    # 10 磅的字按 90% 印是 9 磅；一页放 140 ÷ 0.9 = 155 宽：30 + 四组 120，第五组到下一页
    assert (wide.page_setup.scale, wide.sheet_properties.pageSetUpPr.fitToPage) == (90, None)
    assert [each.id for each in wide.col_breaks.brk] == [10]
    assert (wide.print_title_cols, wide.print_title_rows) == ("$A:$B", "$3:$4")
    assert wide.print_area == "'宽'!$A$3:$L$5"
    assert "图斑 && 台账" in wide.oddHeader.center.text
    assert "截至今天" in wide.oddHeader.center.text
    assert "A1:J1" in wide.merged_cells


def test_a_workbook_tells_who_made_it_and_when_by_the_clock_of_the_system(book, settings):
    settings.FIXED_TODAY = date(2024, 10, 20)
    SheetWriter(book, "表", [Column("甲")]).form_head()

    made = load_workbook(io.BytesIO(to_bytes(book, "台账"))).properties

    assert (made.creator, made.last_modified_by) == (settings.SYSTEM_TITLE,) * 2
    assert made.title == "台账"
    # 存的是世界时：北京时间的今天，可能还是世界时的昨天
    days = {
        timezone.localtime(at.replace(tzinfo=UTC)).date() for at in (made.created, made.modified)
    }
    assert days == {date(2024, 10, 20)}


def test_amounts_are_grouped_from_ten_thousand_up_as_an_office_program_shows_them(book):
    columns = [Column("数量", number_format=styles.AMOUNT, style=NUMBER)]
    sheet = SheetWriter(book, "表", columns)
    amounts = ["1010", "9999.99", "9999.995", "32202", "-32202", "-5", "0", "0.01", "0.0004"]
    for amount in amounts:
        sheet.row([Decimal(amount)])
    content = to_bytes(book)

    assert [row for (row,) in shown_rows(content)] == [
        "1010.00",
        "9999.99",
        "10,000.00",  # 舍入后是一万
        "32,202.00",
        "-32,202.00",
        "-5.00",
        "0.00",
        "0.01",
        "0.0004",  # 有一点就不是 0.00
    ]
    found = load_workbook(io.BytesIO(content)).worksheets[0]
    assert [str(row[0].value) for row in found] == amounts  # 样子变了，数没有变


def test_the_marked_copy_of_somebodys_file_keeps_its_author(settings):
    """改的是别人的文件：谁做的还是谁，最后改的是本系统。"""
    settings.FIXED_TODAY = date(2024, 10, 20)
    theirs = load_workbook(io.BytesIO(to_bytes(new_book_with_row(), "下发")))
    theirs.properties.creator = "区规资局"
    stream = io.BytesIO()
    theirs.save(stream)

    content = marked(stream.getvalue(), [Problem("表", 2, "村", "", "没有填村。")])
    made = load_workbook(io.BytesIO(content)).properties

    assert (made.creator, made.last_modified_by) == ("区规资局", settings.SYSTEM_TITLE)
    assert timezone.localtime(made.modified.replace(tzinfo=UTC)).date() == date(2024, 10, 20)


def new_book_with_row():
    book = new_book()
    sheet = SheetWriter(book, "表", [Column("村"), Column("编号")])
    sheet.form_head()
    sheet.row([None, "1"])
    return book


def test_properties_of_a_word_file_are_signed_the_same_way(settings):
    settings.FIXED_TODAY = date(2024, 10, 20)
    paper = docx.Document()

    sign(paper.core_properties, "通报")

    made = paper.core_properties
    assert (made.author, made.last_modified_by, made.title) == (
        *[settings.SYSTEM_TITLE] * 2,
        "通报",
    )
    days = {
        timezone.localtime(at.replace(tzinfo=UTC)).date() for at in (made.created, made.modified)
    }
    assert days == {date(2024, 10, 20)}


@pytest.mark.parametrize("text", ["，" * 50, "水" * 50, "一二三四五，" * 9, "a b，c" * 20, ""])
def test_folding_loses_nothing_and_no_line_begins_with_a_mark(text):
    lines = folded(text, 10).split("\n")

    assert "".join(lines) == text
    assert not any(line.startswith("，") for line in lines[1:])
