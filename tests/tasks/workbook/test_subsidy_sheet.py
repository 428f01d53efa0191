"""方案表的“奖补标准”：导出再导入一样；没有这张表的旧文件照旧；填错的每一处都说。"""

import io
import json
from decimal import Decimal

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Plan, Subsidy
from tasks.next_year import copy_to_next_year
from tasks.workbook import PlanFileError
from tests.worlds.factories import make_steps_target, make_target
from tests.worlds.kept import again
from tests.worlds.money import PaidTown, make_payment, make_receipt, make_subsidy
from tests.worlds.plan_files import FIXTURE

pytestmark = pytest.mark.django_db
SHEET = "奖补标准"


@pytest.fixture
def town():
    return again(PaidTown)


def edited(plan, **cells):
    """导出的表改几格：{"A3": "x"}；第 3 行是第一条。"""
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    for place, value in cells.items():
        book[SHEET][place] = value
    return saved(book)


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(content):
    with pytest.raises(PlanFileError) as refusal:
        workbook.import_plan(content, "方案.xlsx")
    return [str(problem) for problem in refusal.value.problems]


def rows():
    found = Subsidy.objects.order_by("order", "pk")
    return list(
        found.values_list("code", "target__code", "milestone__code", "per", "rate", "ceiling")
    )


@pytest.mark.parametrize("name", ["方案.xlsx", "方案.json"])
def test_the_same_file_again_changes_nothing(town, name):
    make_subsidy(town.target, code="each", per="PATCH", rate=Decimal("33.33"), ceiling=Decimal(500))
    is_json = name.endswith("json")
    content = (
        workbook.export_json(town.plan).encode() if is_json else workbook.export_xlsx(town.plan)
    )

    diff = workbook.import_plan(content, name, delete_missing=True).diff

    assert (diff.new, diff.changed, diff.missing) == ([], [], [])


def test_what_was_exported_comes_back_whole(town):
    """标准删了，照导出的文件再导回来，一格不差。"""
    make_subsidy(town.target, code="each", per="PATCH", rate=Decimal("33.33"), ceiling=Decimal(500))
    before, content = rows(), workbook.export_xlsx(town.plan)
    text = workbook.export_json(town.plan).encode()

    for file, name in ((content, "方案.xlsx"), (text, "方案.json")):
        Subsidy.objects.all().delete()
        workbook.import_plan(file, name)
        assert rows() == before


def test_a_demo_standards_code_is_said_to_be_taken(town):
    """演示的标准不进方案表：照着演示的代码填的，说是演示数据占着。"""
    make_subsidy(town.target, code="demo", is_demo=True)

    problems = refused(edited(town.plan, A3="demo"))

    assert len(problems) == 1
    assert (
        "“demo”是演示数据的代码，还占着。请换一个；清掉演示数据以后也可以照原样导入。"
        in problems[0]
    )
    assert "“奖补标准”第 3 行 A“代码”" in problems[0]


def test_a_file_without_the_sheet_says_nothing_about_subsidies(town):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(town.plan)))
    del book[SHEET]

    diff = workbook.import_plan(saved(book), "方案.xlsx", delete_missing=True).diff

    assert (diff.new, diff.changed, diff.missing) == ([], [], [])
    assert Subsidy.objects.count() == 1


def test_the_clerk_fills_in_a_rate(town):
    Subsidy.objects.update(rate=None, target=None, milestone=None, per="")
    content = edited(town.plan, C3="abandoned", E3="check", F3="个", G3="1,200.5", H3=9000)

    workbook.import_plan(content, "方案.xlsx")

    assert rows() == [
        ("abandoned", "abandoned", "check", "PATCH", Decimal("1200.5"), Decimal(9000))
    ]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"G3": "100.005"}, "最多 2 位小数"),
        ({"G3": "-1"}, "是负数"),
        ({"G3": "0"}, "标准要大于 0 元"),
        ({"F3": None}, "填了标准，就要写明目标任务、做到哪一步、按亩还是按个。"),
        (
            {"E3": "nothing"},
            "“nothing”不是这项任务的时间节点。这项任务的代码有：check、evidence、replant。",
        ),
        ({"C3": "nothing"}, "“nothing”不是目标任务的代码"),
        ({"I3": None}, "没有填“依据文件”"),
        ({"F3": "公斤"}, "“公斤”不在可选的里面，请填：亩、个。"),
    ],
)
def test_what_is_filled_in_wrong_is_said(town, cells, sentence):
    told = refused(edited(town.plan, **cells))

    assert [one for one in told if sentence in one] != []
    assert rows() == [("abandoned", "abandoned", "check", "MU", Decimal(100), None)]


def test_a_target_measured_by_readings_earns_nothing(town):
    make_target(town.plan, "retained", name="耕地保有量", kind="FLOOR", measured_by="READINGS")

    told = refused(edited(town.plan, C3="retained", E3=None, D3=None))

    assert any("“耕地保有量”不靠图斑量" in one for one in told)


def test_what_was_paid_keeps_its_target_and_is_not_deleted(town):
    other = make_steps_target(town.plan, "other", name="另一项")
    make_payment(town.subsidy, town.east, "100")

    told = refused(edited(town.plan, C3=other.code, D3=None))
    with pytest.raises(PlanFileError, match="1 条拨付在用"):
        content = edited(town.plan, A3="renamed")
        workbook.import_plan(content, "方案.xlsx", delete_missing=True)

    assert any("已经拨付过，不能换方案、换目标任务" in one for one in told)
    assert Subsidy.objects.get().target == town.target


def test_a_step_that_earns_is_not_deleted_by_the_way(town):
    data = json.loads(workbook.export_json(town.plan))
    kept = [row for row in data if row["fields"].get("code") != "check"]

    with pytest.raises(PlanFileError):
        workbook.import_plan(json.dumps(kept).encode(), "方案.json", delete_missing=True)

    assert town.target.milestones.count() == 3


def test_next_year_copies_the_standards_and_no_money(town):
    make_payment(town.subsidy, town.east, "100")
    make_receipt(town.plan, "5000")
    make_subsidy(town.target, code="demo", is_demo=True)

    new = copy_to_next_year(town.plan)

    copy = new.subsidies.get()
    assert (copy.rate, copy.basis, copy.target.plan) == (Decimal(100), town.subsidy.basis, new)
    assert (copy.milestone.target, copy.milestone.code) == (copy.target, "check")
    assert copy.payments.count() == new.subsidy_receipts.count() == 0


def test_the_notice_names_the_document_and_no_rate():
    """四（二）只说按哪份文件执行：哪项任务、多少元都空着。"""
    workbook.import_plan(FIXTURE.read_bytes(), "plan_2024.json")

    subsidy = Plan.objects.get().subsidies.get()
    assert (subsidy.basis, subsidy.clause) == ("铜委办便笺〔2024〕36号", "四（二）")
    assert (subsidy.target, subsidy.milestone, subsidy.per, subsidy.rate) == (None, None, "", None)
