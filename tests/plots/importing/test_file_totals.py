"""文件自己的合计和读到的比：一样的说一声，不一样的提醒，从不拦；小计不当合计。"""

from decimal import Decimal

import pytest

from plots.importing import preview
from plots.models import Mend
from tests.worlds.import_town import ImportTown
from tests.worlds.kept import again
from tests.worlds.patch_files import xlsx

pytestmark = pytest.mark.django_db
HEADER = ["村", "图斑编号", "图斑面积（平方米）", "耕地面积"]
ROWS = (["团碾", "T-1", 70000.5, 60], ["团碾", "T-2", 4000, 40], ["白云", "T-3", 169.5, 1])


@pytest.fixture
def town(db):
    return again(ImportTown)


def told(town, *rows):
    review = town.look(xlsx(HEADER, *rows))
    assert review.is_clean
    return [
        str(warning) for warning in review.warnings if "合 " not in warning.advice
    ], review.notes


def test_a_total_that_agrees_is_said(town):
    warnings, notes = told(town, *ROWS, ["合计", "3个", 74170, 101])

    assert warnings == []
    assert notes == ["读到的 3 行加起来与文件的合计一致：74,170 m²、101、3 个。"]


def test_a_small_gap_and_a_wrong_count_are_warned_of(town):
    warnings, notes = told(town, *ROWS, ["总计", "共4块", 74173.02, 100])

    assert warnings == [
        "第 5 行“图斑面积（平方米）”：文件里的总计是 74,173.02 m²，读到的 3 行加起来是 74,170.00 m²，"
        "差 3.02 m²。请核对，导入以各行为准。",
        "第 5 行“耕地面积”：“耕地面积”文件里的总计是 100.00，读到的 3 行加起来是 101.00，差 1.00。"
        "请核对，导入以各行为准。",
        "第 5 行：文件里的总计是 4 个，读到的是 3 行，差 1 个。请核对，导入以各行为准。",
    ]
    assert notes == []


def test_subtotals_are_compared_with_their_own_rows(town):
    rows = [
        *ROWS[:2],
        ["团碾小计", None, 74000.5],
        ROWS[2],
        ["白云", "小计", 160],
        ["合计", None, 169.5],
    ]
    warnings, _ = told(town, *rows)

    assert [warning.split("：")[0] for warning in warnings] == [
        "第 6 行“图斑面积（平方米）”",
        "第 7 行“图斑面积（平方米）”",
    ]
    assert "文件里的合计是 169.50 m²，读到的 3 行加起来是 74,170.00 m²" in warnings[1]


def test_a_total_on_top_and_rounded_rows_agree(town):
    warnings, notes = told(town, ["合计", None, 74170.01], ["团碾", "T-1", 74170.0149])

    assert warnings == [] and "一致" in notes[0]


def test_rows_left_out_are_part_of_what_the_file_says(town):
    batch = town.batch(xlsx(HEADER, ROWS[0], ROWS[0], ["合计", None, 140001]))
    Mend.objects.create(batch=batch, kind=Mend.Kind.LEFT, sheet="图斑", row=3)

    review = preview(batch, by=town.staff)

    assert review.notes[0].startswith("读到的 2 行（连同没有导入的重复行）加起来与文件的合计一致")
    assert review.found.file_mu == Decimal("105.00075")
