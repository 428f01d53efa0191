"""区里的表自己的列：和系统的列同名、几列同名、没有表头，一列也不悄悄丢下。"""

import io

import openpyxl
import pytest

from plots.exporting.workbooks import ledger_workbook
from plots.importing.error_workbook import marked_workbook
from plots.models import Patch
from taiping.ground.books import sheet_title
from tests.worlds.import_town import ImportTown
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, csv, xlsx

pytestmark = pytest.mark.django_db
OURS = ["状态", "下一步", "发现日期", "复耕完成日期", "整改材料", "错误", "图形面积（亩）"]


@pytest.fixture
def town():
    return again(ImportTown)


@pytest.mark.parametrize("header", OURS[:-2])
def test_a_column_named_like_one_of_ours_is_kept_under_another_name_and_told(town, header):
    content = xlsx([*HEADER[:4], header], [1, "团碾", "T-1", 3, "区里写的"])

    review = town.look(content)
    (row,) = review.found.new
    assert row.extra == {f"原表{header}": "区里写的"}
    assert any(f"E 列“{header}”记成“原表{header}”" in note for note in review.notes)


def test_what_they_wrote_comes_back_through_the_ledger(town):
    rows = [[*HEADER[:4], "状态", "备注", "备注"], [1, "团碾", "T-1", 3, "区里写的", "甲", "乙"]]
    town.load(xlsx(*rows))
    patch = Patch.objects.get()
    assert patch.extra == {"原表状态": "区里写的", "备注": "甲", "备注（2）": "乙"}

    review = town.look(ledger_workbook(Patch.objects.all(), "台账"))
    assert (review.problems, review.found.changed, review.found.unchanged) == ([], [], 1)
    assert any("“状态”、“下一步”" in note and "没有读" in note for note in review.notes)


def test_a_column_of_errors_that_is_theirs_is_not_dropped_without_a_word(town):
    review = town.look(xlsx([*HEADER[:4], "错误"], [1, "团碾", "T-1", 3, "地类不对"]))

    assert any("“错误”是系统自己写进表里的列，没有读" in note for note in review.notes)


def test_cells_without_a_header_are_told(town):
    review = town.look(csv(HEADER[:4], [1, "团碾", "T-1", 3, "坡上", ""]), suffix=".csv")

    assert any("没有表头的列里写着字，没有读：E 列 1 格" in note for note in review.notes)


@pytest.mark.parametrize("name", ["图斑[1]", "a:b*c?d/e\\f", "'", "History", "图" * 40])
def test_names_a_spreadsheet_forbids_are_cleaned(name):
    title = sheet_title(name)

    book = openpyxl.Workbook()
    book.active.title = title
    assert 0 < len(title) <= 31 and title.lower() != "history"


def test_long_names_that_are_cut_to_the_same_stay_apart():
    taken = [sheet_title("图" * 40)]
    again_same = sheet_title("图" * 41, taken)

    assert again_same not in taken and len(again_same) <= 31


def test_a_hidden_column_at_the_end_is_not_written_over_by_the_errors(town):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in ([*HEADER[:4], "备注"], [1, "没有这个村", "T-1", 3, "看不见"]):
        sheet.append(row)
    sheet.column_dimensions["E"].hidden = True
    stream = io.BytesIO()
    book.save(stream)

    marked = openpyxl.load_workbook(
        io.BytesIO(marked_workbook(town.look(stream.getvalue())))
    ).active
    assert (marked["E2"].value, marked["F1"].value) == ("看不见", "错误")
