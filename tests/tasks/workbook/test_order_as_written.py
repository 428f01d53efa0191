"""“顺序”空着就按表里的先后：村、工作组、目标任务、干部都一样；新加的行，预览不说没有人写的顺序。"""

import io

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Milestone, Target, WorkingGroup
from tests.worlds.plans import book
from villages.models import Cadre, Village

pytestmark = pytest.mark.django_db
PLAN = {
    "年度": 2026,
    "标题": "庚镇2026年方案",
    "发文单位": "庚镇人民政府",
    "开始日期": "2026-01-01",
    "结束日期": "2026-12-31",
}
NAMES = ["丁村", "丙村", "第10村", "第6村", "甲村"]
UNWRITTEN = {
    "村": ("村名", *[[name] for name in NAMES]),
    "工作组": ("名称", ["丁组"], ["甲组"], ["丙组"]),
    "目标任务": (
        "代码 名称 类型 靠什么量",
        ["z", "丁任务", "工作量", "图斑"],
        ["a", "甲任务", "工作量", "图斑"],
    ),
    "干部": ("姓名", ["丁干部"], ["甲干部"], ["丙干部"]),
}


def names_of(model):
    return [row.name for row in model.objects.all()]


def test_rows_without_an_order_stand_as_they_were_written():
    workbook.import_plan(book(PLAN, **UNWRITTEN), "方案.xlsx")

    assert names_of(Village) == NAMES
    assert names_of(WorkingGroup) == ["丁组", "甲组", "丙组"]
    assert names_of(Target) == ["丁任务", "甲任务"]
    assert names_of(Cadre) == ["丁干部", "甲干部", "丙干部"]


def test_the_preview_of_new_rows_says_nothing_of_an_order_nobody_typed():
    typed = {"村": ("村名 顺序", ["丁村", None], ["丙村", 7], ["甲村", None])}

    diff = workbook.examine(book(PLAN, **{**UNWRITTEN, **typed}), "方案.xlsx").diff

    told = {}
    for change in diff.new:
        for header, _, value in change.fields:
            if header == "顺序":
                told[change.label] = value
    assert told == {"丙村": "7"}
    assert [change.values["order"] for change in diff.of("village", diff.new)] == [1, 7, 8]


def test_a_file_without_orders_that_is_read_again_changes_nothing():
    file = book(PLAN, **UNWRITTEN)
    workbook.import_plan(file, "方案.xlsx")

    assert workbook.examine(file, "方案.xlsx").diff.is_empty


STEPS = ("目标代码 代码 名称", ["z", "c", "丙步"], ["z", "a", "甲步"], ["a", "b", "乙步"])


def without_the_column(file):
    """同一份表，每张里都没有“顺序”这一列。"""
    made = openpyxl.load_workbook(io.BytesIO(file))
    for sheet in made:
        headers = [cell.value for cell in sheet[1]]
        if "顺序" in headers:
            sheet.delete_cols(headers.index("顺序") + 1)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("written", [bytes, without_the_column])
def test_a_sheet_without_the_order_column_is_read_as_one_left_empty(written):
    file = written(book(PLAN, **UNWRITTEN, 时间节点=STEPS))

    workbook.import_plan(file, "方案.xlsx")

    for model in (Village, WorkingGroup, Target, Cadre):
        orders = list(model.objects.values_list("order", flat=True))
        assert orders == list(range(1, len(orders) + 1))
    assert list(
        Milestone.objects.order_by("target__code", "order").values_list(
            "target__code", "name", "order"
        )
    ) == [
        ("a", "乙步", 1),
        ("z", "丙步", 1),
        ("z", "甲步", 2),
    ]
    assert workbook.examine(file, "方案.xlsx").diff.is_empty
