"""办公室里真有的表格：看得见的一格不丢，看不见的一格不悄悄导入，读不了的说清是什么、怎么办。"""

import pytest
from django.core.management import CommandError, call_command
from openpyxl.styles import Color, Font, PatternFill

from plots.importing import apply_batch, preview
from plots.models import Patch
from tests.plots.pages.test_patch_import_page import preview_of, upload
from tests.worlds.import_town import ImportTown
from tests.worlds.kept import again
from tests.worlds.odd_files import (
    HTML,
    book_of,
    rewritten,
    saved,
    spreadsheet_xml,
    strict,
    with_backslashes,
    with_number,
)
from tests.worlds.patch_files import HEADER, csv, pasted, xls, xlsx

pytestmark = pytest.mark.django_db
ROWS = [[n, "团碾", f"T-{n}", n] for n in range(1, 6)]
LEFT_OUT = "文件里隐藏着的内容没有读："


@pytest.fixture
def town():
    return again(ImportTown)


def codes(review):
    return [row.code for row in review.found.new]


def looked(town, content, suffix=".xlsx"):
    review = town.look(content, suffix=suffix)
    assert (review.unreadable, [str(each) for each in review.problems]) == ("", [])
    return review


def hidden_rows():
    book, sheet = book_of(*ROWS)
    for number in (3, 5):
        sheet.row_dimensions[number].hidden = True
    return saved(book), ["T-1", "T-3", "T-5"], "有 2 行是隐藏的（第 3、5 行）"


def hidden_sheet(state):
    book, _ = book_of(*ROWS[:1])
    other = book.create_sheet("旧表")
    for row in (HEADER[:4], ROWS[4]):
        other.append(row)
    other.sheet_state = state
    return saved(book), ["T-1"], "表“旧表”整张是隐藏的（2 行）"


def flat_rows():
    """行高是 0 的也看不见。"""
    book, sheet = book_of(*ROWS[:2])
    sheet.row_dimensions[3].height = 7
    old, new = b'ht="7"', b'ht="0"'
    content = rewritten(saved(book), lambda name, data: data.replace(old, new))
    return content, ["T-1"], "有 1 行是隐藏的（第 3 行）"


def unseen_row(dress):
    """一行的每一格都看不见。"""
    book, sheet = book_of(*ROWS[:3])
    for cell in sheet[3]:
        dress(cell)
    told = "有 4 格的内容看不见（白底上的白字，或数字格式不显示：A3、B3、C3、D3）"
    return saved(book), ["T-1", "T-3"], told


def white(cell):
    cell.font = Font(color="FFFFFFFF")


def white_on_white(cell):
    cell.font = Font(color=Color(theme=0))
    cell.fill = PatternFill("solid", fgColor="FFFFFFFF")


def blank(cell):
    cell.number_format = ";;;"


HIDDEN = [
    hidden_rows(),
    hidden_sheet("hidden"),
    hidden_sheet("veryHidden"),
    flat_rows(),
    unseen_row(white),
    unseen_row(white_on_white),
    unseen_row(blank),
]


@pytest.mark.parametrize(("content", "seen", "told"), HIDDEN)
def test_what_is_hidden_is_left_out_told_and_taken_on_request(town, content, seen, told):
    review = looked(town, content)
    assert (codes(review), review.hidden_text) == (seen, f"{LEFT_OUT}{told}。")

    batch = town.batch(content, with_hidden=True)
    review = preview(batch, by=town.staff)
    assert len(codes(review)) > len(seen) and "也一起读了" in review.hidden_text
    apply_batch(batch, by=town.staff)
    assert Patch.objects.count() == len(codes(review))


def test_a_hidden_column_is_left_out_and_told(town):
    book, sheet = book_of()
    sheet["E1"], sheet["F1"] = "承包人", "备注"
    sheet.append([*ROWS[0], "张三", "看得见"])
    sheet.column_dimensions["E"].hidden = True

    (row,) = looked(town, saved(book)).found.new
    assert (row.facts, row.extra) == ({}, {"备注": "看得见"})
    assert "有 1 列是隐藏的（E 列“承包人”）" in town.look(saved(book)).hidden_text


def test_white_words_on_a_dark_ground_and_words_under_a_number_format_are_seen(town):
    """深色的表头、不显示数的格式下面的文字，人都看得见。"""
    book, sheet = book_of(*ROWS[:2])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(color="FFFFFF"), PatternFill("solid", fgColor="1F4E78")
    sheet["C2"].number_format = ";;"

    review = looked(town, saved(book))
    assert (codes(review), review.hidden_text) == (["T-1", "T-2"], "")


def test_numbers_an_old_workbook_does_not_show_are_told(town):
    review = town.look(xls(HEADER[:4], *ROWS[:2], shown_as=";;"), suffix=".xls")
    assert (
        "有 4 格的内容看不见（白底上的白字，或数字格式不显示：A2、D2、A3、D3）"
        in review.hidden_text
    )
    assert not review.is_clean


def test_a_village_merged_over_hidden_rows_is_still_seen(town):
    book, sheet = book_of(*[[n, "团碾" if n == 1 else None, f"T-{n}", n] for n in (1, 2, 3)])
    sheet.merge_cells("B2:B4")
    sheet.row_dimensions[2].hidden = True

    assert codes(looked(town, saved(book))) == ["T-2", "T-3"]


def test_the_page_offers_what_is_hidden_and_takes_it_back(client, town):
    client.force_login(town.staff)
    content, _, told = HIDDEN[0]
    url, page = preview_of(client, town.target, content)
    assert told in page and "会新增 3 个" in page

    page = client.post(url, {"do": "hidden", "hidden": "on"}, follow=True).content.decode()
    assert "也一起读了" in page and "会新增 5 个" in page
    page = client.post(url, {"do": "hidden"}, follow=True).content.decode()
    assert LEFT_OUT in page and "会新增 3 个" in page


def test_numbers_are_the_codes_people_see(town):
    book, sheet = book_of(*[[n, "团碾", n, 12] for n in (1, 2, 3)])
    for at, code in ((2, "000000"), (3, '"T-"000'), (4, "0.00")):
        sheet.cell(at, 3).number_format = code
    sheet["D2"].number_format = "0000"

    review = looked(town, saved(book))
    assert codes(review) == ["000001", "T-002", "3"]
    assert [row.area_mu for row in review.found.new] == [12, 12, 12]
    assert any("照数字格式看到的样子读" in note for note in review.notes)


def test_a_list_with_and_without_its_zeros_is_pointed_out(town):
    town.load(xlsx(HEADER[:4], [1, "团碾", "123", 3]))

    (note,) = looked(town, csv(HEADER[:4], [1, "团碾", "000123", 3]), ".csv").notes
    assert "团碾 000123，系统里是 123" in note


def test_codes_that_look_alike_in_one_file_are_pointed_out(town):
    review = looked(town, xlsx(HEADER[:4], [1, "团碾", "T-O1", 3], [2, "团碾", "T-01", 3]))

    assert "团碾第 2 行 T-O1 和第 3 行 T-01" in review.notes[-1]


@pytest.mark.parametrize("written", ["'001", '="001"', "’001"])
def test_signs_for_the_spreadsheet_are_not_part_of_the_code(town, written):
    assert codes(looked(town, xlsx(HEADER[:4], [1, "团碾", written, 3]))) == ["001"]


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("C2", "#REF!", "第 2 行“图斑编号”：这一格是公式错误 #REF!"),
        ("B2", "#N/A", "第 2 行“村”：这一格是公式错误 #N/A"),
        ("D2", "#VALUE!", "第 2 行“图斑面积（亩）”：这一格是公式错误 #VALUE!"),
        ("E2", "#NAME?", "第 2 行“小地名”：这一格是公式错误 #NAME?"),
        ("D2", "=1+2", "第 2 行“图斑面积（亩）”：这一格是公式，文件里没有算出的结果"),
        ("C2", '="T-"&1', "第 2 行“图斑编号”：这一格是公式，文件里没有算出的结果"),
    ],
)
def test_formulas_without_a_value_are_named_and_can_be_mended(client, town, cell, value, told):
    book, sheet = book_of(ROWS[0])
    sheet["E1"] = "小地名"
    sheet[cell] = value
    (problem,) = town.look(saved(book)).problems
    assert str(problem).startswith(told)

    client.force_login(town.staff)
    url, _ = preview_of(client, town.target, saved(book))
    column, typed = ord(cell[0]) - 65, {"B2": "团碾", "C2": "T-9", "D2": "3", "E2": "塆里"}[cell]
    page = client.post(url, {"do": "mend", f"c-0-2-{column}": typed}, follow=True)
    assert "会新增 1 个" in page.content.decode()


def test_a_formula_of_text_is_its_text_and_an_error_in_another_column_is_kept_as_seen(town):
    book, sheet = book_of([1, "团碾", '="001"', 3])
    sheet["E1"], sheet["E2"] = "备注", "#N/A"

    (row,) = looked(town, saved(book)).found.new
    assert (row.code, row.extra) == ("001", {"备注": "#N/A"})


def test_whole_numbers_of_any_length_are_codes_unless_rounded(town):
    content = saved(book_of([1, "团碾", 11, 3], [2, "团碾", 22, 3])[0])
    exact = with_number(with_number(content, 11, 500151124203000001), 22, 500151124203000064)
    assert codes(looked(town, exact)) == ["500151124203000001", "500151124203000064"]

    rounded = with_number(with_number(content, 11, 500151124203000000), 22, "5.00151124203E+17")
    problems = [str(each) for each in town.look(rounded).problems]
    assert len(problems) == 2 and all("科学计数法" in each for each in problems)


@pytest.mark.parametrize("disguise", [with_backslashes, strict])
def test_workbooks_written_oddly_are_read(town, disguise):
    assert codes(looked(town, disguise(xlsx(HEADER[:4], *ROWS)))) == [row[2] for row in ROWS]


def test_an_old_xls_shows_what_is_hidden_wrong_and_padded_too(town):
    rows = [[*HEADER[:4], "小地名"], *[[n, "团碾", n, n, "塆里"] for n in (1, 2, 3)]]
    content = xls(*rows, hidden_rows=[2], hidden_columns=[4], shown_as="0000")
    review = looked(town, content, ".xls")
    assert codes(review) == ["0001", "0003"] and review.found.new[0].facts == {}
    assert "有 1 行是隐藏的（第 3 行）；有 1 列是隐藏的（E 列“小地名”）" in review.hidden_text

    (problem,) = town.look(xls(rows[0], [1, "团碾", "#N/A", 3, None]), suffix=".xls").problems
    assert "这一格是公式错误 #N/A" in str(problem)


def test_a_web_page_saved_as_xls_is_read(town):
    review = looked(town, HTML.encode("gbk"), ".xls")

    assert [(row.code, row.extra) for row in review.found.new] == [
        ("T-1", {"备注": "坡上\n河边"}),
        ("T-2", {"备注": "张三"}),
    ]
    assert "有 1 行是隐藏的（第 5 行）" in review.hidden_text


def test_a_spreadsheet_of_2003_is_read(town):
    review = looked(town, spreadsheet_xml(HEADER[:4], *ROWS[:3]), ".xls")

    assert codes(review) == ["T-1"]
    assert "第 5 行" in review.hidden_text and "“旧表”整张" in review.hidden_text


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("下发.et", xls(HEADER[:4], ROWS[0]), "会新增 1 个"),
        ("下发.wps", xls(HEADER[:4], ROWS[0]), "会新增 1 个"),
        ("下发.dat", xlsx(HEADER[:4], ROWS[0]), "会新增 1 个"),
        ("下发.txt", pasted(HEADER[:4], ROWS[0]).encode("utf-16"), "会新增 1 个"),
        ("下发.htm", HTML.encode("gbk"), "会新增 2 个"),
        ("下发.ods", b"PK\3\4 content.xml", "另存为 .xlsx 再传"),
        ("下发.pdf", b"%PDF-1.7", "不是表格，也不是矢量数据"),
    ],
)
def test_the_page_and_the_command_take_the_same_files(client, town, tmp_path, name, content, told):
    client.force_login(town.staff)
    path = tmp_path / name
    path.write_bytes(content)
    given = [str(path), "--target", town.target.code, "--by", town.staff.username, "--dry-run"]
    given += ["--issued-on", "2024-01-02"]
    if "会新增" not in told:
        assert told in upload(client, town.target, content, name).content.decode()
        with pytest.raises(CommandError, match=told):
            call_command("import_patches", *given)
        return
    _, page = preview_of(client, town.target, content, name)
    assert told in page
    call_command("import_patches", *given)
