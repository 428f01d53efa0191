"""方案表里的“上级任务”：写代码或名称都认，导出再导入不变，不对的一句话说清。"""

import io
import json

import openpyxl
import pytest
from django.core.management import call_command

from tasks import workbook
from tasks.models import Target
from tests.worlds.factories import make_target
from tests.worlds.nested_town import NestedTown
from tests.worlds.plan_files import clear, edit, imported, refused, sheet_rows, without

pytestmark = pytest.mark.django_db


def parents():
    return dict(Target.objects.values_list("code", "parent__code"))


def row_of(content, code):
    """目标任务表里这个代码在第几行。"""
    rows = sheet_rows(content)["目标任务"]
    return [row[0] for row in rows].index(code) + 1


def test_the_plan_goes_out_and_into_an_empty_system_with_its_parts():
    town = NestedTown()
    before, table = parents(), workbook.export_xlsx(town.plan)
    data = workbook.export_json(town.plan).encode()

    for content, name in ((table, "方案.xlsx"), (data, "方案.json")):
        clear()
        imported(content, name)

        assert parents() == before
        assert imported(content, name).is_empty


def test_loaddata_takes_the_json_too(tmp_path):
    town = NestedTown()
    before, file = parents(), tmp_path / "plan.json"
    file.write_text(workbook.export_json(town.plan), encoding="utf-8")
    clear()

    call_command("loaddata", file, verbosity=0)

    assert parents() == before


def test_the_table_lists_parts_beneath_their_whole_set_in():
    town = NestedTown()

    content = workbook.export_xlsx(town.plan)

    rows = sheet_rows(content)["目标任务"][2:]
    assert [row[0] for row in rows] == ["abandoned", "slope", "grain", "wheat", "rice", "early"]
    names = openpyxl.load_workbook(io.BytesIO(content))["目标任务"]["B"][2:]
    assert [int(cell.alignment.indent) for cell in names] == [0, 1, 0, 1, 1, 2]
    assert [cell.value for cell in names][:2] == ["撂荒地整治", "坡耕地"]  # 名称里不加空格


def test_a_whole_may_be_written_by_name_and_taken_away_again():
    town = NestedTown()
    content = workbook.export_xlsx(town.plan)
    row = row_of(content, "wheat")

    diff = imported(edit(content, ("目标任务", f"N{row}", "　撂荒地 整治")))
    assert [change.fields for change in diff.changed] == [[("上级任务", "grain", "abandoned")]]
    assert parents()["wheat"] == "abandoned"

    imported(edit(content, ("目标任务", f"N{row}", None)))
    assert parents()["wheat"] is None


def test_an_older_table_without_the_column_leaves_the_parts_alone():
    town = NestedTown()
    content = edit(workbook.export_xlsx(town.plan), ("目标任务", "N1", "备注"))

    imported(content)

    assert parents()["wheat"] == "grain"


def test_every_mistake_is_told_with_its_row():
    town = NestedTown()
    make_target(town.plan, "oats", name="小麦", order=90)
    content = workbook.export_xlsx(town.plan)
    grain, slope = row_of(content, "grain"), row_of(content, "slope")
    oats, rice = row_of(content, "oats"), row_of(content, "rice")

    sentences = refused(
        edit(
            content,
            ("目标任务", f"N{grain}", "rice"),
            ("目标任务", f"N{slope}", "没有这一项"),
            ("目标任务", f"N{oats}", "小麦"),
        )
    )

    circle = "上级绕成了圈。请改一个，或留空。"
    known = "abandoned、early、grain、oats、rice、slope、wheat"
    assert sentences == [
        f"“目标任务”第 {slope} 行 N“上级任务”：“没有这一项”不是目标任务的代码或名称。已有的代码是：{known}。",
        f"“目标任务”第 {grain} 行 N“上级任务”：“其中稻谷”又是“粮食播种面积”的一部分，{circle}",
        f"“目标任务”第 {rice} 行 N“上级任务”：“粮食播种面积”又是“其中稻谷”的一部分，{circle}",
        f"“目标任务”第 {oats} 行 N“上级任务”：有 2 项任务都叫“小麦”，请写代码：wheat、oats。",
    ]
    too_deep = refused(edit(content, ("目标任务", f"N{oats}", "early")))
    assert too_deep == [
        f"“目标任务”第 {oats} 行 N“上级任务”：放在“早稻”下面就超过了 3 层，请改成上一层的任务，或留空。"
    ]


def test_a_whole_its_parts_still_name_is_not_deleted_and_a_whole_family_is():
    town = NestedTown()
    content = workbook.export_xlsx(town.plan)
    for sheet in ("目标任务", "时间节点"):
        content = without(content, sheet, "abandoned")

    sentences = refused(content, delete_missing=True)
    assert sentences == [
        "“abandoned”不在文件的“目标任务”表里，但“目标任务”第 3 行还在用它，不能删。"
        "请把它补进文件，或改掉用它的那一行。"
    ]

    for sheet in ("目标任务", "时间节点"):
        content = without(content, sheet, "slope")
    imported(content, delete_missing=True)
    assert set(parents()) == {"grain", "wheat", "rice", "early"}


def test_sums_beyond_the_whole_are_warned_of_not_refused():
    town = NestedTown()
    content = workbook.export_xlsx(town.plan)
    wheat = row_of(content, "wheat")

    review = workbook.examine(edit(content, ("目标任务", f"G{wheat}", "0.5")), "方案.xlsx")

    assert not review.errors
    assert [problem.advice for problem in review.warnings] == [
        "“粮食播种面积”的各项“其中”一共 1.4 万亩，它自己是 1.2 万亩，多了 0.2 万亩。"
        "“其中”加起来不会超过上级，请核对。",
    ]


def test_a_json_part_of_another_plan_is_told():
    town = NestedTown()
    data = json.loads(workbook.export_json(town.plan))
    for record in data:
        if record["fields"].get("code") == "wheat":
            record["fields"]["parent"] = ["2023", "grain"]

    sentences = refused(json.dumps(data).encode(), "方案.json")

    assert sentences and "属于方案 2023" in sentences[0]
