"""方案表里代码旁边的目标任务名称：导出时写好，读回来照代码核对；空着、没有这一列都行。"""

import io

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Milestone, Target
from tests.worlds.office import han_words
from tests.worlds.plan_files import edit, imported, load_2024, make_2025, saved, sheet_rows
from tests.worlds.plan_files import refused as refused_file

pytestmark = pytest.mark.django_db
SHEETS = ("时间节点", "任务分解", "监测")


@pytest.fixture
def plan():
    return load_2024()


def test_every_sheet_that_names_targets_by_code_has_the_name_beside_it(plan):
    newer = make_2025()
    rows = sheet_rows(workbook.export_xlsx(newer))

    known = dict(newer.targets.values_list("code", "name"))
    for name in SHEETS:
        assert rows[name][0][:2] == ["目标代码", "目标任务名称"]
        assert [row[1] for row in rows[name][2:]] == [known[row[0]] for row in rows[name][2:]] != []


def test_an_older_file_without_the_names_still_imports(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    for name in SHEETS:
        book[name].delete_cols(2)
    older = edit(saved(book), ("时间节点", "F8", "2024-10-08"))

    diff = imported(older, "方案.xlsx")

    assert (len(diff.new), len(diff.changed), diff.missing) == (0, 1, [])
    assert str(Milestone.objects.get(target__code="abandoned", order=1).due_on) == "2024-10-08"


def test_empty_names_and_names_with_spaces_are_fine(plan):
    content = edit(
        workbook.export_xlsx(plan), ("时间节点", "B8", None), ("时间节点", "B9", " 自然撂荒 地整治")
    )

    diff = imported(content, "方案.xlsx")

    assert (diff.new, diff.changed) == ([], [])


def test_a_name_that_contradicts_the_code_is_told(plan):
    """改错了代码，名称还是原来的：不知道要改哪一项，说清两边各是什么。"""
    content = edit(workbook.export_xlsx(plan), ("时间节点", "A8", "restructured"))

    told = [str(problem) for problem in refused_file(content, "方案.xlsx")]

    assert (
        "“时间节点”第 8 行 B“目标任务名称”：“自然撂荒地整治”和代码对不上："
        "restructured 是“种植结构调整”。请改对代码或名称，名称也可以空着。"
    ) in told


def test_a_target_renamed_in_the_file_takes_either_name(plan):
    """目标任务改了名，别的表里的名称没有跟着改：旧名、新名都认得。"""
    content = edit(
        workbook.export_xlsx(plan), ("目标任务", "B6", "撂荒地"), ("时间节点", "B9", "撂荒地")
    )

    diff = imported(content, "方案.xlsx")

    assert [change.label for change in diff.changed] == ["撂荒地（abandoned）"]
    assert Target.objects.get(code="abandoned").name == "撂荒地"


def test_the_preview_names_rows_by_target_not_by_code(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("时间节点", "G9", "2024-11-01"),
        ("任务分解", "E3", 5),
        ("监测", "+", ["retained", "", "", "2024-06-30", 32300, "变更调查"]),
    )

    diff = workbook.examine(content, "方案.xlsx").diff

    assert [change.label for change in diff.new + diff.changed] == [
        "耕地保有量 · 全镇 · 2024-06-30",
        "自然撂荒地整治 · 举证上传",
        "耕地恢复补足 · 团碾",
    ]


def test_two_targets_of_one_name_are_told_apart_by_code(plan):
    Target.objects.filter(code="restructured").update(name="自然撂荒地整治")
    content = edit(workbook.export_xlsx(plan), ("时间节点", "G9", "2024-11-01"))

    diff = workbook.examine(content, "方案.xlsx").diff

    assert [change.label for change in diff.changed] == ["自然撂荒地整治（abandoned） · 举证上传"]


def test_rows_missing_from_the_file_are_named_too(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    book["时间节点"].delete_rows(9)

    diff = workbook.examine(saved(book), "方案.xlsx").diff

    assert [entry.label for entry in diff.missing] == ["自然撂荒地整治 · 举证上传"]


def test_the_plan_tells_who_made_it(plan, settings):
    made = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan))).properties

    assert (made.creator, made.title) == (settings.SYSTEM_TITLE, str(plan))


def test_the_printed_plan_is_legible(plan):
    words = han_words(workbook.export_xlsx(plan))

    assert [word for word in words if word.size < 7.95] == []  # 8 磅，量的时候差一点
