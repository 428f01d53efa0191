"""读图斑表：认得各种样子的表，错处一次说全，没有错才写。"""

from datetime import date, datetime
from decimal import Decimal

import pytest

from plots.importing import Refused
from plots.importing.source import PASTED
from plots.ledger.replay import all_differences
from plots.models import Batch, Patch, Status
from plots.models.column_aliases import ColumnAlias
from tests.worlds.import_town import BOTH, ROWS, ImportTown, saved
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, csv, pasted, xls, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return again(ImportTown)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (xlsx(HEADER, *ROWS), ".xlsx"),
        (xls(HEADER, *ROWS), ".xls"),
        (csv(HEADER, *[["" if v is None else v for v in row] for row in ROWS]), ".csv"),
        (
            csv(HEADER, *[["" if v is None else v for v in row] for row in ROWS], encoding="gbk"),
            ".csv",
        ),
        (pasted(HEADER, *[["" if v is None else v for v in row] for row in ROWS]).encode(), PASTED),
    ],
)
def test_every_kind_of_file_gives_the_same_patches(town, content, suffix):
    town.load(content, suffix=suffix)

    assert saved() == BOTH
    patch = Patch.objects.get(code="T-1")
    assert (patch.status, patch.next_milestone.code, patch.created_by) == (
        Status.PENDING,
        "replant",
        town.staff,
    )
    assert patch.batch.applied_at and patch.batch.counts["new"] == 2
    assert list(all_differences()) == []


def test_titles_units_totals_merges_and_footers_are_passed_over(town):
    content = xlsx(
        ["太平镇2024年撂荒地图斑表"],
        ["单位：平方米"],
        [],
        ["序号", "乡镇街道", "坐落单位名称", "图斑信息", None, "小地名"],
        [None, None, None, "图斑编号", "图斑面积", None],
        [1, 2, 3, 4, 5, 6],
        [1, "太平镇", "太平镇团碾村", "T-1", 2000, "塆里"],
        [2, "太平镇", None, "T-2", 1000, "塆上"],
        ["团碾小计", None, None, None, 3000],
        ["序号", "乡镇街道", "坐落单位名称", "图斑编号", "图斑面积", "小地名"],
        [3, "太平镇", "白云村", "T-3", 1000],
        ["合 计", None, None, "3个", 4000],
        ["填报人：张三", None, None, None, None, "审核人：李四"],
        merges=["A1:F1", "D4:E4", "C7:C8"],
    )

    review = town.look(content)

    assert [str(problem) for problem in review.problems] == []
    assert [str(warning) for warning in review.warnings] == []
    assert [(row.village.name, row.code, row.area_mu) for row in review.found.new] == [
        ("团碾", "T-1", Decimal(3)),
        ("团碾", "T-2", Decimal("1.5")),
        ("白云", "T-3", Decimal("1.5")),
    ]
    assert review.notes == [
        "第 13 行没有编号、村和面积，按说明行略过：“填报人：张三 审核人：李四”",
        "读到的 3 行加起来与文件的合计一致：4000 m²、3 个。",
    ]
    assert review.found.new[0].extra == {}


@pytest.mark.parametrize(
    ("header", "value", "mu"),
    [
        ("图斑面积(亩)", 3.3, "3.3"),
        ("面积（亩）", "1,010.50", "1010.5"),
        ("面积 ( 平方米 )", 12345.67, "18.518505"),
        ("TBMJ", 2000, "3"),
        ("tbdlmj", 1000, "1.5"),
        ("面积（公顷）", 0.2, "3"),
        ("面积\n（㎡）", 1000, "1.5"),
        ("图斑面积【亩】", "３．５", "3.5"),
        ("面积_亩", 2, "2"),
    ],
)
def test_area_is_read_in_the_unit_of_its_header(town, header, value, mu):
    review = town.look(xlsx(["村", "图斑号", header], ["团碾", "T-1", value]))

    assert [row.area_mu for row in review.found.new] == [Decimal(mu)]


def test_unit_row_under_the_header_gives_the_unit(town):
    review = town.look(xlsx(["村", "图斑编号", "面积"], [None, None, "公顷"], ["团碾", "T-1", 1]))

    assert [row.area_mu for row in review.found.new] == [Decimal(15)]


def test_area_without_a_unit_is_not_guessed(town):
    review = town.look(xlsx(["村", "图斑编号", "面积"], ["团碾", "T-1", 3.5]))

    assert not review.is_clean
    assert str(review.problems[0]).startswith(
        "第 1 行“面积”：没有写单位。请在下面“各列是什么”里选定"
    )


@pytest.mark.parametrize(
    "value",
    [
        "团碾",
        "团碾村",
        "太平镇团碾村",
        "重庆市铜梁区太平镇团碾村",
        " 团 碾 ",
        "500151124201",
        500151124201,
        "5001511242010000000",
        "500224124201",
    ],
)
def test_village_is_known_by_name_alias_and_code(town, value):
    review = town.look(xlsx(["村", "图斑编号", "面积（亩）"], [value, "T-1", 3.5]))

    assert [row.village for row in review.found.new] == [town.tuannian]


def test_village_code_column_helps_and_must_agree(town):
    header = ["ZLDWDM", "ZLDWMC", "TBBH", "TBMJ"]
    content = xlsx(
        header,
        ["5001511242010000000", None, "1", 1000],
        ["5001511242010000000", "白云村", "2", 1000],
        ["500151124999", "白云村", "3", 1000],
    )

    review = town.look(content)

    assert [str(problem) for problem in review.problems] == [
        "第 3 行“ZLDWMC”：村写的是白云，代码却是团碾的，请核对后改成一致。"
    ]
    assert [row.village.name for row in review.found.new] == ["团碾", "白云"]


def test_codes_stay_text(town):
    town.load(
        xlsx(
            ["村", "图斑编号", "面积（亩）"],
            ["团碾", "0012", 1],
            ["团碾", 12.0, 1],
            ["团碾", "１３", 1],
            ["团碾", "500151124201JC00012", 1],
        )
    )

    codes = set(Patch.objects.values_list("code", flat=True))
    assert codes == {"0012", "12", "13", "500151124201JC00012"}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            [1, "团碾", 1.23457e18, 3.5],
            "第 2 行“图斑编号”：“1.23457e+18”是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。",
        ),
        (
            [1, "团碾", "1.23457E+18", 3.5],
            "第 2 行“图斑编号”：“1.23457E+18”是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。",
        ),
        (
            [1, "团碾", datetime(2024, 3, 5), 3.5],
            "第 2 行“图斑编号”：“2024-03-05”是被表格软件改成日期的编号，请把这一列设成“文本”再填原来的编号。",
        ),
        ([1, "团碾", None, 3.5], "第 2 行“图斑编号”：没有填图斑编号，请按下发的编号填上。"),
        ([1, "团碾", "T" * 61, 3.5], "第 2 行“图斑编号”：编号有 61 个字，最多 60 个字，请核对。"),
        ([1, "团碾", "T-1", "3,5"], "第 2 行“图斑面积（亩）”：“3,5”不是数字，请填如 3.50。"),
        (
            [1, "团碾", "T-1", None],
            "第 2 行“图斑面积（亩）”：没有填面积，请填大于 0 的数，如 3.50。",
        ),
        ([1, "团碾", "T-1", 0], "第 2 行“图斑面积（亩）”：“0”不对，面积要大于 0，请填如 3.50。"),
        (
            [1, "团碾", "T-1", -3.5],
            "第 2 行“图斑面积（亩）”：“-3.5”不对，面积要大于 0，请填如 3.50。",
        ),
        ([1, "团碾", "T-1", 1e30], "太大了，请核对面积和单位。"),
        ([1, "土桥镇白云村", "T-1", 1], "不是系统里的村名或别名。"),
        ([1, None, "T-1", 1], "第 2 行“村”：没有填村，请填村名或 12 位村代码。"),
        ([1, "太平镇", "T-1", 1], "没有写是哪个村"),
        (
            [1, "团碾", "T-1", 1, "地" * 101],
            "第 2 行“小地名”：有 101 个字，最多 100 个字，请改短。",
        ),
    ],
)
def test_what_is_wrong_is_said_with_row_column_and_advice(town, row, told):
    problems = town.told(row)

    assert len(problems) == 1
    assert told in problems[0]


def test_all_errors_come_at_once_and_nothing_is_saved(town):
    content = xlsx(HEADER, ROWS[0], [2, "白雲", "T-2", "3,5"], [3, "团碾", None, 0])

    with pytest.raises(Refused) as refused:
        town.load(content)

    assert [(problem.row, problem.column) for problem in refused.value.problems] == [
        (3, "村"),
        (3, "图斑面积（亩）"),
        (4, "图斑编号"),
        (4, "图斑面积（亩）"),
    ]
    assert str(refused.value) == "这份文件有 4 处要改，没有导入。"
    assert (Patch.objects.count(), Batch.objects.get().applied_at) == (0, None)


def test_repeated_code_names_both_rows_but_not_across_villages(town):
    problems = town.told(ROWS[0], [2, "白云", "T-1", 1], [3, "团碾", "T-1", 9])

    assert problems == ["第 4 行“图斑编号”：与第 2 行重复，都是团碾的 T-1，请只留一行。"]


def test_huge_area_and_wrong_total_are_warned_of_not_refused(town):
    review = town.load(xlsx(HEADER, [1, "团碾", "T-1", 12000], [None, "合计", None, 12001]))

    assert [str(warning) for warning in review.warnings] == [
        "第 2 行“图斑面积（亩）”：合 12,000.00 亩，一块图斑不大会有这么大，请核对面积和单位。",
        "第 3 行“图斑面积（亩）”：文件里的合计是 12,001.00 亩，读到的 1 行加起来是 12,000.00 亩，"
        "差 1.00 亩。请核对，导入以各行为准。",
    ]
    assert Patch.objects.get().area_mu == 12000


def test_columns_nobody_knows_are_kept_by_their_header(town):
    header = ["村", "图斑编号", "TBMJ", "TBDLMJ", "备注", "备注", "完成时间", "耕地面积（亩）"]
    review = town.load(
        xlsx(header, ["团碾", "T-1", 1000, 900.5, "陡坡", "已看", date(2024, 9, 1), -1])
    )

    assert Patch.objects.get().area_mu == Decimal("1.5")
    assert Patch.objects.get().extra == {
        "TBDLMJ": 900.5,
        "备注": "陡坡",
        "备注（2）": "已看",
        "完成时间": "2024-09-01",
        "耕地面积（亩）": -1,
    }
    assert "“TBDLMJ”也像“面积（平方米）”，没有用它，按其他列保留。" in review.notes


def test_land_classes_and_remedies_are_facts(town):
    header = ["村", "图斑编号", "面积（亩）", "变化前类型", "变化后类型", "整改方式"]
    town.load(xlsx(header, ["团碾", "T-1", 1, "水田", "果园", "拆除复耕"]))

    patch = Patch.objects.get()
    assert (patch.land_before, patch.land_after, patch.remedy_id) == ("水田", "果园", "reclaim")
    told = town.told(["团碾", "T-1", 1, "水田", "果园", "扒掉"], header=header)
    choices = "农转用、设施农业用地备案、确权登记、一事一议、农村道路“进出平衡”、拆除复耕、其他"
    assert told == [f"第 2 行“整改方式”：没有“扒掉”这条整改路径，请填：{choices}。"]


def test_the_sheets_with_patches_are_read_and_the_others_named(town):
    header = ["村", "图斑编号", "面积（亩）"]
    others = {
        "说明": [["本表由区里下发"]],
        "白云": [header, ["白云", "T-1", 2], ["白云", "T-1", 3]],
    }
    content = xlsx(header, ["团碾", "T-1", 1], **others)

    review = town.look(content)

    assert "表“说明”里没有认出图斑的表头，没有读。" in review.notes
    assert [str(problem) for problem in review.problems] == [
        "“白云”第 3 行“图斑编号”：与第 2 行重复，都是白云的 T-1，请只留一行。"
    ]
    assert len(review.found.new) == 2


def test_a_clerk_teaches_a_new_header(town):
    content = xlsx(["归属", "斑号", "面积（亩）"], ["团碾", "T-1", 1])
    assert not town.look(content).is_readable

    ColumnAlias.objects.create(text="归属", field="VILLAGE")
    ColumnAlias.objects.create(text="斑 号", field="CODE")

    assert [(row.village, row.code) for row in town.look(content).found.new] == [
        (town.tuannian, "T-1")
    ]


def test_rows_without_a_header_are_mapped_by_hand(town):
    content = pasted(["团碾", "T-1", 3.5], ["白云", "T-2", 4]).encode()
    columns = {"0": "VILLAGE", "1": "CODE", "2": "AREA_MU"}
    layout = {"粘贴的内容": {"header": 0, "columns": columns, "used": True}}
    assert not town.look(content, suffix=PASTED).is_clean

    town.load(content, suffix=PASTED, layout=layout)

    assert [row[:3] for row in saved()] == [
        ("团碾", "T-1", Decimal("3.5")),
        ("白云", "T-2", Decimal(4)),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "空文件"),
        (b"%PDF-1.7 ...", "PDF"),
        (xlsx(HEADER)[:2000], "坏的"),
        (b"\x00\x01\x02", "读不出文字"),
    ],
)
def test_files_that_are_no_tables_are_refused_in_words(town, content, told):
    review = town.look(content)

    assert told in review.unreadable
    assert not review.is_clean
