"""错误标注表就是人上传的那份：合并、列宽、格式、公式、别的表都在；改好再传，读得和第一次一样。"""

import io
import re
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from plots.importing import preview
from plots.importing.error_workbook import marked_workbook
from plots.models import Mend
from tests.worlds.import_town import ImportTown
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, csv, xls, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return again(ImportTown)


def clerks_file():
    book = Workbook()
    sheet = book.active
    sheet.title = "图斑"
    sheet.append(["太平镇2024年撂荒地图斑表"])
    sheet.append(HEADER)
    sheet.append([1, "团碾", "T-1", 3.5, "塆里", "=x"])
    sheet.append([2, None, "T-2", "3,5"])
    sheet.append([3, "白云", "T-3", 4])
    sheet.append([None, "合计", None, "=SUM(D3:D5)"])
    sheet["F3"].data_type = "s"
    sheet.merge_cells("A1:F1")
    sheet.merge_cells("B3:B4")
    sheet["A1"].font = Font(size=20, bold=True)
    sheet["D3"].number_format = "0.000"
    sheet.column_dimensions["C"].width = 33
    sheet.row_dimensions[1].height = 44
    sheet.freeze_panes = "C3"
    book.create_sheet("说明").append(["区里下发"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def errors_of(town, content, suffix=".xlsx"):
    batch = town.batch(content, suffix)
    return preview(batch, by=town.staff), marked_workbook(preview(batch, by=town.staff))


def test_the_clerks_own_file_comes_back_as_it_was(town):
    _, content = errors_of(town, clerks_file())

    book = load_workbook(io.BytesIO(content))
    sheet = book["图斑"]
    assert book.sheetnames == ["图斑", "说明"]
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A1:F1", "B3:B4"]
    assert (sheet["A1"].font.size, sheet["D3"].number_format) == (20, "0.000")
    assert (sheet.column_dimensions["C"].width, sheet.row_dimensions[1].height) == (33, 44)
    assert sheet.freeze_panes == "C3"
    assert sheet["D6"].value == "=SUM(D3:D5)"
    assert (sheet["F3"].value, sheet["F3"].data_type) == ("=x", "s")
    assert sheet["G2"].value == "错误"
    assert "“3,5”不是数字" in sheet["G4"].value and sheet["G4"].alignment.wrap_text
    assert "“3,5”不是数字" in sheet["D4"].comment.text
    assert sheet["D4"].fill.fgColor.rgb.endswith("FBECEA")


def test_mended_and_uploaded_again_it_reads_as_at_first(town):
    _, content = errors_of(town, clerks_file())
    book = load_workbook(io.BytesIO(content))
    book["图斑"]["D4"] = 3.5
    stream = io.BytesIO()
    book.save(stream)

    review = town.look(stream.getvalue())

    assert [str(problem) for problem in review.problems] == []
    found = [(row.village.name, row.code, row.extra) for row in review.found.new]
    assert found == [("团碾", "T-1", {}), ("团碾", "T-2", {}), ("白云", "T-3", {})]


def test_marked_twice_there_is_still_one_column_of_errors(town):
    _, content = errors_of(town, clerks_file())
    review, content = errors_of(town, content)

    sheet = load_workbook(io.BytesIO(content))["图斑"]
    assert [cell.value for cell in sheet[2]] == [*HEADER, "错误"]
    assert len(review.problems) == 1


def test_what_formulas_came_to_is_kept_for_reading(town):
    source = load_workbook(io.BytesIO(clerks_file()))
    source["图斑"]["D5"] = "=2*2"
    stream = io.BytesIO()
    source.save(stream)
    computed = with_results(stream.getvalue(), {"D5": "4", "D6": "7.5"})

    _, content = errors_of(town, computed)
    review = town.look(content)

    assert load_workbook(io.BytesIO(content))["图斑"]["D5"].value == "=2*2"
    assert [str(problem) for problem in review.problems] == [
        "“图斑”第 4 行“图斑面积（亩）”：“3,5”不是数字，请填如 3.50。"
    ]


def with_results(content, results):
    """表格软件算过的样子：公式旁边写着结果。"""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for info in old.infolist():
            text = old.read(info).decode()
            for place, value in results.items():
                text = re.sub(
                    rf'(<c r="{place}"[^>]*><f>[^<]*</f>)<v ?/?>(</v>)?', rf"\1<v>{value}</v>", text
                )
            new.writestr(info, text)
    return made.getvalue()


def test_what_was_mended_on_the_page_is_in_it(town):
    batch = town.batch(clerks_file())
    Mend.objects.create(
        batch=batch, kind=Mend.Kind.CELL, sheet="图斑", row=4, column=3, found="3,5", text="3.6"
    )

    sheet = load_workbook(io.BytesIO(marked_workbook(preview(batch, by=town.staff))))["图斑"]

    assert sheet["D4"].value == 3.6


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (csv(HEADER[:4], [1, "团碾", "T-1", "三"]), ".csv"),
        (xls(HEADER[:4], [1, "团碾", "T-1", "三"]), ".xls"),
    ],
)
def test_other_formats_come_back_with_widths_and_a_wrapped_column(town, content, suffix):
    _, made = errors_of(town, content, suffix)

    sheet = load_workbook(io.BytesIO(made)).worksheets[0]
    assert "“三”不是数字" in sheet["E2"].value and sheet["E2"].alignment.wrap_text
    assert sheet.column_dimensions["D"].width > 10
    assert sheet.freeze_panes == "A2"
    assert len(town.look(made).problems) == 1


def test_columns_to_the_right_of_the_old_errors_stay(town):
    """人在“错误”右边又加了列：写回“错误”那一列，右边的一格不少。"""
    content = csv(
        ["图斑编号", "错误", "村", "面积（亩）"],
        ["T-1", "旧的", "团碾", "三"],
        ["T-2", "", "白云", "4"],
    )
    _, made = errors_of(town, content, ".csv")

    rows = list(load_workbook(io.BytesIO(made)).worksheets[0].values)
    assert rows[0] == ("图斑编号", "错误", "村", "面积（亩）")
    assert "“三”不是数字" in rows[1][1] and rows[1][2:] == ("团碾", "三")
    assert rows[2] == ("T-2", None, "白云", "4")


@pytest.mark.parametrize(("written", "suffix"), [(xlsx, ".xlsx"), (csv, ".csv")])
def test_a_village_chosen_on_the_page_is_not_asked_again(town, written, suffix):
    batch = town.batch(written(HEADER[:4], [1, "河边", "T-1", "三"]), suffix)
    given = {"kind": Mend.Kind.VILLAGE, "found": "河边", "text": "团碾"}
    Mend.objects.create(batch=batch, header="村", by=town.staff, **given)

    made = marked_workbook(preview(batch, by=town.staff))

    row = list(load_workbook(io.BytesIO(made)).worksheets[0].values)[1]
    assert row[1] == "团碾" and "“三”不是数字" in row[4]

    # 后来又把村那一列改指成别的：没有村那一列，标注表照样下得来
    columns = {"1": "EXTRA", "2": "CODE", "3": "AREA_MU"}
    (name,) = [layout.name for layout in preview(batch, by=town.staff).layouts]
    batch.layout = {name: {"header": 1, "columns": columns, "used": True}}
    batch.save()
    assert marked_workbook(preview(batch, by=town.staff))
