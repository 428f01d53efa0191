"""整改路径、整改材料两张表：跟着方案表进出，只添只改不删；没有这两张表的旧文件照样导入。"""

import io
import json

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Plan, RemedyItem, RemedyRoute
from tests.worlds.kept import again, plan_2024
from tests.worlds.plan_files import edit, imported, refused, saved

pytestmark = pytest.mark.django_db
ROUTES, ITEMS = "整改路径", "整改材料"


@pytest.fixture
def plan():
    again(plan_2024)
    return Plan.objects.get()


def names(code):
    items = RemedyItem.objects.filter(route__code=code, in_use=True)
    return list(items.order_by("order").values_list("name", flat=True))


def test_the_seven_routes_are_there_and_two_are_for_the_office(plan):
    assert list(RemedyRoute.objects.values_list("name", flat=True)) == [
        "农转用",
        "设施农业用地备案",
        "确权登记",
        "一事一议",
        "农村道路“进出平衡”",
        "拆除复耕",
        "其他",
    ]
    assert names("facility") == ["审核表", "三方用地协议", "公告开始", "公告截止", "备案编号"]
    assert names("council") == ["会议日期", "应到人数", "同意人数", "公示开始", "公示截止"]
    assert names("road") == ["补充地块", "补充地块面积"]
    assert [names(code) for code in ("conversion", "title")] == [[], []]


def test_the_office_fills_in_what_a_route_needs(plan):
    content = edit(
        workbook.export_xlsx(plan),
        (ITEMS, "+", ["conversion", "批复文号", "", "是", "是", None, None, None]),
        (ITEMS, "+", ["conversion", "勘测报告", "", None, None, "是", None, None]),
        (ROUTES, "+", ["swap", "土地置换", None, None]),
        (ROUTES, "B8", "拆除复垦"),
    )

    imported(content)

    assert names("conversion") == ["批复文号", "勘测报告"]
    number = RemedyItem.objects.get(name="批复文号")
    assert (number.needs_number, number.needs_date, number.needs_file) == (True, True, False)
    assert RemedyRoute.objects.get(code="swap").in_use
    assert RemedyRoute.objects.get(code="reclaim").name == "拆除复垦"


def test_nothing_left_out_is_deleted(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    book[ITEMS].delete_rows(3, 50)
    diff = imported(saved(book), delete_missing=True)
    assert {entry.kind for entry in diff.kept} == {"item"}
    del book[ROUTES], book[ITEMS]

    diff = imported(saved(book), delete_missing=True)

    assert (diff.new, diff.changed, diff.missing) == ([], [], [])
    assert RemedyItem.objects.count() == 12


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            (ITEMS, "A3", "nowhere"),
            "“整改材料”第 3 行 A“路径代码”：“nowhere”不是“整改路径”表里的代码。"
            "请改成表里的，或在那张表里加上它。",
        ),
        (
            (ROUTES, "B4", "农转用"),
            "“整改路径”第 4 行 B“名称”：“农转用”已经是路径 conversion 的名称，请换一个名称。",
        ),
        (
            (ITEMS, "B4", "审核表"),
            "“整改材料”第 4 行 B“名称”：“facility、审核表”和第 3 行重复，"
            "请改成不同的，或删去一行。",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(plan, change, sentence):
    assert refused(edit(workbook.export_xlsx(plan), change)) == [sentence]


def test_json_takes_them_too(plan):
    records = json.loads(workbook.export_json(plan))
    for record in records:
        if record["fields"].get("name") == "备案编号":
            record["fields"]["hint"] = "区农业农村委给的"

    imported(json.dumps(records).encode(), "方案.json")

    assert RemedyItem.objects.get(name="备案编号").hint == "区农业农村委给的"
