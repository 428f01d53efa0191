"""导入图斑表：认得各种样子的表，错处一次说全，没有错才写，同一份再导不变。"""

from datetime import date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from plots import actions
from plots.aliases import ColumnAlias
from plots.importing import Refused, apply_batch, preview
from plots.importing.source import PASTED
from plots.importing.told import headline, quota_text
from plots.ledger import all_differences
from plots.models import Batch, Patch, Remedy, Status
from tests.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from tests.patch_files import HEADER, csv, pasted, xls, xlsx
from villages.models import Role

pytestmark = pytest.mark.django_db
ROWS = ([1, "团碾村", "T-1", 3.5, "塆里", "张三"], [2, "白云", "0002", 12, None, "李四"])


@pytest.fixture
def town(db):
    """太平镇：团碾、白云两个村，一项三步的任务，一名镇工作人员。"""
    class Town:
        plan = make_plan(issuer="重庆市铜梁区太平镇人民政府")
        target = make_steps_target(plan, quota=Decimal("15.5"), quota_count=2)
        tuannian = make_village("团碾", aliases="团碾村", code="500151124201")
        baiyun = make_village("白云", aliases="白云村")
        staff = make_user(role=Role.STAFF)

        def batch(self, content, suffix=".xlsx", *, target=None, name="下发.xlsx", **fields):
            batch = Batch(target=target or self.target, name=name, by=self.staff, **fields)
            batch.file.save(f"x{suffix}", ContentFile(content), save=False)
            batch.save()
            return batch

        def look(self, content, **given):
            return preview(self.batch(content, **given), by=self.staff)

        def load(self, content, **given):
            return apply_batch(self.batch(content, **given), by=self.staff)

        def told(self, *rows, header=HEADER):
            return [str(problem) for problem in self.look(xlsx(header, *rows)).problems]

    return Town()


def saved():
    rows = Patch.objects.order_by("code").values_list("village__name", "code", "area_mu", "place", "contractor")
    return list(rows)


BOTH = [
    ("白云", "0002", Decimal(12), "", "李四"),
    ("团碾", "T-1", Decimal("3.5"), "塆里", "张三"),
]


@pytest.mark.parametrize(("content", "suffix"), [
    (xlsx(HEADER, *ROWS), ".xlsx"),
    (xls(HEADER, *ROWS), ".xls"),
    (csv(HEADER, *[["" if v is None else v for v in row] for row in ROWS]), ".csv"),
    (csv(HEADER, *[["" if v is None else v for v in row] for row in ROWS], encoding="gbk"), ".csv"),
    (pasted(HEADER, *[["" if v is None else v for v in row] for row in ROWS]).encode(), PASTED),
])
def test_every_kind_of_file_gives_the_same_patches(town, content, suffix):
    town.load(content, suffix=suffix)

    assert saved() == BOTH
    patch = Patch.objects.get(code="T-1")
    assert (patch.status, patch.next_milestone.code, patch.created_by) == (Status.PENDING, "replant", town.staff)
    assert patch.batch.applied_at and patch.batch.counts["new"] == 2
    assert list(all_differences()) == []


def test_titles_units_totals_merges_and_footers_are_passed_over(town):
    content = xlsx(
        ["太平镇2024年撂荒地图斑表"], ["单位：平方米"], [],
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
        ("团碾", "T-1", Decimal(3)), ("团碾", "T-2", Decimal("1.5")), ("白云", "T-3", Decimal("1.5")),
    ]
    assert review.notes == ["第 13 行没有编号、村和面积，按说明行略过：“填报人：张三 审核人：李四”"]
    assert review.found.new[0].extra == {}


@pytest.mark.parametrize(("header", "value", "mu"), [
    ("图斑面积(亩)", 3.3, "3.3"), ("面积（亩）", "1,010.50", "1010.5"), ("面积 ( 平方米 )", 12345.67, "18.518505"),
    ("TBMJ", 2000, "3"), ("tbdlmj", 1000, "1.5"), ("面积（公顷）", 0.2, "3"), ("面积\n（㎡）", 1000, "1.5"),
    ("图斑面积【亩】", "３．５", "3.5"), ("面积_亩", 2, "2"),
])
def test_area_is_read_in_the_unit_of_its_header(town, header, value, mu):
    review = town.look(xlsx(["村", "图斑号", header], ["团碾", "T-1", value]))

    assert [row.area_mu for row in review.found.new] == [Decimal(mu)]


def test_unit_row_under_the_header_gives_the_unit(town):
    review = town.look(xlsx(["村", "图斑编号", "面积"], [None, None, "公顷"], ["团碾", "T-1", 1]))

    assert [row.area_mu for row in review.found.new] == [Decimal(15)]


def test_area_without_a_unit_is_not_guessed(town):
    review = town.look(xlsx(["村", "图斑编号", "面积"], ["团碾", "T-1", 3.5]))

    assert not review.is_clean
    assert str(review.problems[0]).startswith("第 1 行“面积”：没有写单位。请在下面“各列是什么”里选定")


@pytest.mark.parametrize("value", [
    "团碾", "团碾村", "太平镇团碾村", "重庆市铜梁区太平镇团碾村", " 团 碾 ", "500151124201", 500151124201,
    "5001511242010000000", "500224124201",
])
def test_village_is_known_by_name_alias_and_code(town, value):
    review = town.look(xlsx(["村", "图斑编号", "面积（亩）"], [value, "T-1", 3.5]))

    assert [row.village for row in review.found.new] == [town.tuannian]


def test_village_code_column_helps_and_must_agree(town):
    header = ["ZLDWDM", "ZLDWMC", "TBBH", "TBMJ"]
    content = xlsx(
        header, ["5001511242010000000", None, "1", 1000], ["5001511242010000000", "白云村", "2", 1000],
        ["500151124999", "白云村", "3", 1000],
    )

    review = town.look(content)

    assert [str(problem) for problem in review.problems] == [
        "第 3 行“ZLDWMC”：村写的是白云，代码却是团碾的，请核对后改成一致。"
    ]
    assert [row.village.name for row in review.found.new] == ["团碾", "白云"]


def test_codes_stay_text(town):
    town.load(xlsx(
        ["村", "图斑编号", "面积（亩）"], ["团碾", "0012", 1], ["团碾", 12.0, 1], ["团碾", "１３", 1],
        ["团碾", "500151124201JC00012", 1],
    ))

    codes = set(Patch.objects.values_list("code", flat=True))
    assert codes == {"0012", "12", "13", "500151124201JC00012"}


@pytest.mark.parametrize(("row", "told"), [
    ([1, "团碾", 1.23457e18, 3.5],
     "第 2 行“图斑编号”：“1.23457e+18”是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。"),
    ([1, "团碾", "1.23457E+18", 3.5],
     "第 2 行“图斑编号”：“1.23457E+18”是被表格软件改成科学计数法的编号，请把这一列设成“文本”再填完整的编号。"),
    ([1, "团碾", datetime(2024, 3, 5), 3.5],
     "第 2 行“图斑编号”：“2024-03-05”是被表格软件改成日期的编号，请把这一列设成“文本”再填原来的编号。"),
    ([1, "团碾", None, 3.5], "第 2 行“图斑编号”：没有填图斑编号，请按下发的编号填上。"),
    ([1, "团碾", "T" * 61, 3.5], "第 2 行“图斑编号”：编号有 61 个字，最多 60 个字，请核对。"),
    ([1, "团碾", "T-1", "3,5"], "第 2 行“图斑面积（亩）”：“3,5”不是数字，请填如 3.50。"),
    ([1, "团碾", "T-1", None], "第 2 行“图斑面积（亩）”：没有填面积，请填大于 0 的数，如 3.50。"),
    ([1, "团碾", "T-1", 0], "第 2 行“图斑面积（亩）”：“0”不对，面积要大于 0，请填如 3.50。"),
    ([1, "团碾", "T-1", -3.5], "第 2 行“图斑面积（亩）”：“-3.5”不对，面积要大于 0，请填如 3.50。"),
    ([1, "团碾", "T-1", 1e30], "太大了，请核对面积和单位。"),
    ([1, "土桥镇白云村", "T-1", 1], "不是系统里的村名或别名。"),
    ([1, None, "T-1", 1], "第 2 行“村”：没有填村，请填村（社区）名或 12 位村代码。"),
    ([1, "太平镇", "T-1", 1], "没有写是哪个村"),
    ([1, "团碾", "T-1", 1, "地" * 101], "第 2 行“小地名”：有 101 个字，最多 100 个字，请改短。"),
])
def test_what_is_wrong_is_said_with_row_column_and_advice(town, row, told):
    problems = town.told(row)

    assert len(problems) == 1
    assert told in problems[0]


def test_all_errors_come_at_once_and_nothing_is_saved(town):
    content = xlsx(HEADER, ROWS[0], [2, "白雲", "T-2", "3,5"], [3, "团碾", None, 0])

    with pytest.raises(Refused) as refused:
        town.load(content)

    assert [(problem.row, problem.column) for problem in refused.value.problems] == [
        (3, "村"), (3, "图斑面积（亩）"), (4, "图斑编号"), (4, "图斑面积（亩）"),
    ]
    assert str(refused.value) == "这份文件有 4 处要改，没有导入。"
    assert (Patch.objects.count(), Batch.objects.get().applied_at) == (0, None)


def test_repeated_code_names_both_rows_but_not_across_villages(town):
    problems = town.told(ROWS[0], [2, "白云", "T-1", 1], [3, "团碾", "T-1", 9])

    assert problems == ["第 4 行“图斑编号”：与第 2 行重复，都是团碾的 T-1，请只留一行。"]


def test_huge_area_and_wrong_total_are_warned_of_not_refused(town):
    review = town.load(xlsx(HEADER, [1, "团碾", "T-1", 12000], [None, "合计", None, 12001]))

    assert [str(warning) for warning in review.warnings] == [
        "第 2 行“图斑面积（亩）”：合 12000 亩，一块图斑不大会有这么大，请核对面积和单位。",
        "第 3 行“图斑面积（亩）”：这一行写的合计是 12001 亩，各行加起来是 12000 亩，合计多 1 亩；导入以各行为准。",
    ]
    assert Patch.objects.get().area_mu == 12000


def test_columns_nobody_knows_are_kept_by_their_header(town):
    header = ["村", "图斑编号", "TBMJ", "TBDLMJ", "备注", "备注", "完成时间", "耕地面积（亩）"]
    review = town.load(xlsx(header, ["团碾", "T-1", 1000, 900.5, "陡坡", "已看", date(2024, 9, 1), -1]))

    assert Patch.objects.get().area_mu == Decimal("1.5")
    assert Patch.objects.get().extra == {
        "TBDLMJ": 900.5, "备注": "陡坡", "备注（2）": "已看", "完成时间": "2024-09-01", "耕地面积（亩）": -1,
    }
    assert "“TBDLMJ”也像“面积（平方米）”，没有用它，按其他列保留。" in review.notes


def test_land_classes_and_remedies_are_facts(town):
    header = ["村", "图斑编号", "面积（亩）", "变化前类型", "变化后类型", "整改方式"]
    town.load(xlsx(header, ["团碾", "T-1", 1, "水田", "果园", "拆除复耕"]))

    patch = Patch.objects.get()
    assert (patch.land_before, patch.land_after, patch.remedy) == ("水田", "果园", Remedy.RECLAIM)
    told = town.told(["团碾", "T-1", 1, "水田", "果园", "扒掉"], header=header)
    choices = "农转用、设施农业用地备案、确权登记、一事一议、拆除复耕、其他"
    assert told == [f"第 2 行“整改方式”：没有“扒掉”这种整改方式，请填：{choices}。"]


def test_the_sheets_with_patches_are_read_and_the_others_named(town):
    header = ["村", "图斑编号", "面积（亩）"]
    others = {"说明": [["本表由区里下发"]], "白云": [header, ["白云", "T-1", 2], ["白云", "T-1", 3]]}
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

    assert [row.key for row in town.look(content).found.new] == [(town.tuannian.pk, "T-1")]


def test_rows_without_a_header_are_mapped_by_hand(town):
    content = pasted(["团碾", "T-1", 3.5], ["白云", "T-2", 4]).encode()
    columns = {"0": "VILLAGE", "1": "CODE", "2": "AREA_MU"}
    layout = {"粘贴的内容": {"header": 0, "columns": columns, "used": True}}
    assert not town.look(content, suffix=PASTED).is_clean

    town.load(content, suffix=PASTED, layout=layout)

    assert [row[:3] for row in saved()] == [("团碾", "T-1", Decimal("3.5")), ("白云", "T-2", Decimal(4))]


def test_the_same_file_again_changes_nothing(town):
    content = xlsx(HEADER, *ROWS)
    town.load(content)
    before = list(Patch.objects.order_by("pk").values())

    review = town.load(content)

    assert (review.is_empty, review.found.unchanged) == (True, 2)
    assert headline(review).startswith("没有变化")
    assert list(Patch.objects.order_by("pk").values()) == before


def test_changes_are_told_old_and_new_and_empty_cells_change_nothing(town):
    town.load(xlsx([*HEADER, "备注"], [*ROWS[0], "旧"], ROWS[1]))

    review = town.load(xlsx([*HEADER, "备注"], [1, "团碾", "T-1", 4, None, "王五", "新"]))

    assert review.found.changed[0].fields == [
        ("面积（亩）", "3.5", "4"), ("承包人（项目主体）", "张三", "王五"), ("备注", "旧", "新"),
    ]
    assert (review.found.kept, review.found.unchanged) == (1, 0)
    assert saved() == [BOTH[0], ("团碾", "T-1", Decimal(4), "塆里", "王五")]
    assert Patch.objects.get(code="T-1").extra == {"备注": "新"}


def test_a_file_for_one_target_never_moves_patches_of_another(town):
    other = make_steps_target(town.plan, "restructured", name="种植结构调整")
    theirs = make_patch(other, town.tuannian, code="T-1", area_mu=Decimal(9), place="老地方")

    review = town.load(xlsx(HEADER, *ROWS))

    theirs.refresh_from_db()
    assert (theirs.target, theirs.area_mu, theirs.place) == (other, Decimal(9), "老地方")
    assert review.notes[-1] == (
        "有 1 个图斑在别的目标任务里也有同村同号的（如 团碾 T-1（种植结构调整））；那边的不动，这里按新图斑导入。"
    )
    assert Patch.objects.filter(target=town.target).count() == 2


def test_rows_of_another_target_are_passed_over_and_unknown_targets_refused(town):
    make_steps_target(town.plan, "restructured", name="种植结构调整")
    header = ["目标任务", "村", "图斑编号", "面积（亩）"]
    content = xlsx(
        header, ["自然撂荒地整治", "团碾", "T-1", 1], ["种植结构调整", "没有的村", "T-2", 1], ["修路", "团碾", "T-3", 1]
    )

    review = town.look(content)

    assert [row.code for row in review.found.new] == ["T-1"]
    assert "有 1 行写的是别的目标任务，没有读，那边的图斑不动。" in review.notes
    assert [str(problem) for problem in review.problems] == [
        "第 4 行“目标任务”：“修路”不是这份方案里的目标任务，请填“自然撂荒地整治”，或把这一格空着。"
    ]


def test_the_same_code_in_another_village_is_a_new_patch_and_pointed_out(town):
    make_patch(town.target, town.baiyun, code="T-1")

    review = town.look(xlsx(HEADER, ROWS[0]))

    assert len(review.found.new) == 1
    assert review.notes == [
        "有 1 个编号在这项任务的别的村也有（如 团碾 T-1），按新图斑导入；如果是村填错了，请先改表，或在图斑页更正。"
    ]


def test_sum_is_compared_with_the_quota_and_pointed_out(town):
    assert quota_text(town.look(xlsx(HEADER, *ROWS))) == ("下发合计 15.5 亩、2 个，与方案一致。", True)

    told, agrees = quota_text(town.look(xlsx(HEADER, ROWS[0])))

    assert not agrees
    assert told == (
        "下发合计 3.5 亩、1 个；方案是 2 个、15.5 亩，少 12 亩、少 1 个。请核对，不改也能导入。"
    )


def test_area_of_a_patch_with_records_is_amended_so_that_history_stays_true(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    actions.report(patch, by=town.staff, on=date(2024, 9, 5))
    content = xlsx(HEADER, [1, "团碾", "T-1", 8, "塆里"])

    review = town.look(content)
    town.load(content)

    assert [change.by_amend for change in review.found.changed] == [True]
    patch.refresh_from_db()
    assert (patch.area_mu, patch.place, patch.status) == (Decimal(8), "塆里", Status.UNDERWAY)
    amend = patch.records.get(kind="AMEND")
    assert amend.details["changes"] == [{"field": "area_mu", "label": "面积（亩）", "old": "10", "new": "8"}]
    assert "下发.xlsx" in amend.note
    assert list(all_differences()) == []


def test_an_amendment_that_cannot_be_is_listed_in_the_preview_and_nothing_saved(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    actions.report(patch, by=town.staff, on=date(2024, 9, 5), area_mu="6")
    content = xlsx(HEADER, [1, "团碾", "T-1", 5, "塆里"], ROWS[1])

    review = town.look(content)
    with pytest.raises(Refused):
        town.load(content)

    assert len(review.problems) == 1
    assert "第 2 行“面积（亩）”：“复耕复种”已上报 6 亩，比更正后的 5 亩还多" in str(review.problems[0])
    assert patch.records.count() == 1
    assert Patch.objects.values_list("area_mu", "place").get() == (Decimal(10), "")


def test_reported_between_preview_and_import_is_amended_too(town, monkeypatch):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    from plots.importing import apply

    examine = apply.examine

    def examine_then_reported(batch):
        review = examine(batch)
        actions.report(patch, by=town.staff, on=date(2024, 9, 5))
        return review

    monkeypatch.setattr(apply, "examine", examine_then_reported)
    town.load(xlsx(HEADER, [1, "团碾", "T-1", 8]))

    assert list(all_differences()) == []
    assert patch.records.filter(kind="AMEND").count() == 1


def test_a_split_patch_keeps_its_area(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    children = [{"code": "T-1-1", "area_mu": "6"}, {"code": "T-1-2", "area_mu": "4"}]
    actions.split(patch, by=town.staff, on=date(2024, 9, 5), children=children, reason="两户")

    same = town.look(xlsx(HEADER, [1, "团碾", "T-1", 10]))
    other = town.look(xlsx(HEADER, [1, "团碾", "T-1", 9]))

    assert same.is_empty and not same.problems
    assert "已经拆分，原来的面积 10 亩不能再改" in str(other.problems[0])


def test_a_file_is_imported_only_once(town):
    batch = town.batch(xlsx(HEADER, *ROWS))
    apply_batch(batch, by=town.staff)

    with pytest.raises(Refused, match=r"已经在 .* 导入过了"):
        apply_batch(batch, by=town.staff)

    assert Patch.objects.count() == 2


@pytest.mark.parametrize(("content", "told"), [
    (b"", "空文件"), (b"%PDF-1.7 ...", "PDF"), (xlsx(HEADER)[:2000], "坏的"), (b"\x00\x01\x02", "读不出文字"),
])
def test_files_that_are_no_tables_are_refused_in_words(town, content, told):
    review = town.look(content)

    assert told in review.unreadable
    assert not review.is_clean


def test_queries_do_not_grow_with_rows(town, django_assert_max_num_queries):
    rows = [[n, "团碾", f"T-{n}", 1] for n in range(300)]
    batch = town.batch(xlsx(HEADER, *rows))

    with django_assert_max_num_queries(25):
        apply_batch(batch, by=town.staff)

    assert Patch.objects.count() == 300


def run(path, *args, **kwargs):
    out, err = StringIO(), StringIO()
    try:
        call_command("import_patches", path, *args, stdout=out, stderr=err, **kwargs)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


def test_command_dry_run_writes_nothing_and_then_imports(town, tmp_path):
    path = tmp_path / "下发.xlsx"
    path.write_bytes(xlsx(HEADER, *ROWS))

    out, _, _ = run(path, "--target", "abandoned", "--year", "2024", "--dry-run")
    assert "会新增 2 个" in out and "与方案一致" in out
    assert (Patch.objects.count(), Batch.objects.count()) == (0, 0)

    out, _, _ = run(path, "--target", "abandoned")
    assert "新增 2 个" in out
    assert saved() == BOTH
    assert Batch.objects.get().file.read() == path.read_bytes()

    out, _, _ = run(path, "--target", "abandoned")
    assert "没有变化" in out
    assert Batch.objects.count() == 1


def test_command_lists_the_errors_and_exits_with_1(town, tmp_path):
    path = tmp_path / "下发.csv"
    path.write_bytes(csv(["村", "图斑编号", "面积（亩）"], ["团碾", "T-1", "三亩"]))

    _, err, error = run(path, "--target", "abandoned")

    assert "第 2 行“面积（亩）”：“三亩”不是数字，请填如 3.50。" in err
    assert error.returncode == 1
    assert (Patch.objects.count(), Batch.objects.count()) == (0, 0)


def test_command_says_which_targets_there_are(town, tmp_path):
    path = tmp_path / "下发.csv"
    path.write_bytes(b"x")

    *_, error = run(path, "--target", "road")

    assert str(error) == "2024年度方案里没有代码是“road”的目标任务。可以用：abandoned（自然撂荒地整治）。"
