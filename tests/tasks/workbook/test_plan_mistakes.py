"""方案表里的错：一次说清在哪里、找到什么、怎么改，没有错才写。"""

import io
import json
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from taiping.ground import books
from tasks import workbook
from tasks.models import Reading, Target
from tasks.pages.readings.actions import withdraw
from tasks.workbook import PlanFileError
from tests.worlds.factories import make_reading, make_user
from tests.worlds.plan_files import (
    FIXTURE,
    MODELS,
    edit,
    imported,
    index_of,
    load_2024,
    make_2025,
    records,
    refused,
    saved,
    sheet_rows,
)
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return load_2024()


@pytest.fixture
def next_plan(plan):
    return make_2025()


def test_every_error_at_once_with_sheet_row_and_column(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("方案", "B6", "2023-12-31"),
        ("方案", "B7", "七"),
        ("村", "B3", "5001"),
        ("村", "A5", "团碾"),
        ("村", "C6", "太平"),
        ("工作组", "A3", None),
        ("工作组", "B4", "没有的组"),
        ("目标任务", "C3", "红线"),
        ("目标任务", "D4", "图斑"),
        ("目标任务", "E5", "公顷"),
        ("目标任务", "G6", "3,5"),
        ("目标任务", "A7", "abandoned"),
        ("目标任务", "H9", 24.5),
        ("目标任务", "I8", "另一个组"),
        ("目标任务", "G10", -1),
        ("时间节点", "G8", "13月"),
        ("时间节点", "F9", "2024-11-01"),
        ("时间节点", "G13", "2024-09-01"),
        ("时间节点", "D12", "复耕"),
        ("时间节点", "C15", 1),
        ("时间节点", "A22", "unlawful"),
        ("任务分解", "C3", "红旗村"),
        ("任务分解", "C5", "团碾村委"),
        ("任务分解", "C12", "垣楼村"),
        ("干部", "A5", "钟世仁"),
        ("监测", "+", ["abandoned", "", "", "2024-6-31", 1, ""]),
        ("监测", "+", ["retained", "", "没有村", "", "多", "变更调查"]),
    )

    told = refused(content)

    unknown = "不是系统里的村名或别名。请核对；如果是某个村的另一种写法，请管理员在后台“村”的别名里加上这种写法。"
    alike = unknown.replace("别名。请核对", "别名。是不是“团碾”？请核对")
    groups = "不是“工作组”表里的名称。请改成表里的，或留空。"
    for sentence in [
        "“方案”第 6 行 B“结束日期”：2023-12-31 不晚于开始日期 2024-01-01。结束日期要晚于开始日期。",
        "“方案”第 7 行 B“预警天数”：“七”不是整数，请填如 24。",
        "“村”第 3 行 B“村代码”：“5001”不行：村代码是 12 位数字，不知道就留空。",
        "“村”第 5 行 A“村名”：“团碾”和第 3 行重复，请改成不同的，或删去一行。",
        "“村”第 6 行 C“别名”：别名“太平”是另一个村的名称，分不清是哪个村。请删去这个别名。",
        "“工作组”第 3 行 A“名称”：没有填“名称”，请填上。",
        f"“工作组”第 4 行 B“上级（专班）”：“没有的组”{groups}",
        "“目标任务”第 3 行 C“类型”：“红线”不在可选的里面，请填：底线、工作量、问题清单。",
        "“目标任务”第 4 行 D“靠什么量”：底线任务靠监测量，请把“靠什么量”改成“监测”。",
        "“目标任务”第 5 行 E“单位”：“公顷”不行：靠图斑量的任务，单位只能是“亩”。",
        "“目标任务”第 6 行 G“任务数”：“3,5”不是数字，请填如 3.50。",
        "“目标任务”第 7 行 A“代码”：“abandoned”和第 6 行重复，请改成不同的，或删去一行。",
        f"“目标任务”第 8 行 I“责任工作组”：“另一个组”{groups}",
        "“目标任务”第 9 行 H“任务个数”：“24.5”不是整数，请填如 24。",
        "“目标任务”第 10 行 G“任务数”：“-1”是负数，任务数不能是负数。",
        "“时间节点”第 8 行 G“截止日期”：“13月”不是日期，请写成 2024-10-20 这样。",
        "“时间节点”第 9 行 G“截止日期”：截止日期 2024-10-31 早于开始日期 2024-11-01。请改其中一个。",
        "“时间节点”第 13 行 G“截止日期”：“镇级核实”在“举证上传”之后，截止日期 2024-09-01 却早于它的 2024-10-31。"
        "请改日期，或改顺序。",
        "“时间节点”第 12 行 D“代码”：“复耕”不能当代码，只能用英文字母、数字、- 和 _，请填如 replant。",
        "“时间节点”第 15 行 C“顺序”：顺序 1 和第 14 行重复，同一任务的顺序要各不相同。",
        f"“任务分解”第 3 行 C“村”：“红旗村”{unknown}或者在文件的“村”表里加上它。",
        f"“任务分解”第 5 行 C“村”：“团碾村委”{alike}或者在文件的“村”表里加上它。",
        "“任务分解”第 12 行 C“村”：“restore、垣楼”和第 11 行重复，请改成不同的，或删去一行。",
        "“监测”第 3 行 D“日期”：“2024-6-31”这一天不存在，请写成 2024-10-20 这样。",
        "“监测”第 3 行 F“来源”：没有填“来源”，请填上。",
        "“监测”第 3 行 A“目标代码”：“自然撂荒地整治”靠图斑量，不用录入监测数。请删去这一行，或改目标代码。",
        "“监测”第 4 行 D“日期”：没有填“日期”，请填上。",
        "“监测”第 4 行 E“数值”：“多”不是数字，请填如 3.50。",
    ]:
        assert sentence in told
    assert any(
        "“unlawful”不是目标任务的代码。已有的代码是：abandoned、basic" in sentence
        for sentence in told
    )
    assert any(sentence.startswith("“监测”第 4 行 C“村”：“没有村”") for sentence in told)
    assert any("“柴克应”不在“干部”表里" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            [("方案", "A9", "年度"), ("方案", "B9", 2025)],
            "“年度”写了两遍。一份文件只放一个年度的方案，请删去一行。",
        ),
        ([("方案", "B2", None)], "没有填“年度”，请填上。"),
        ([("方案", "A3", "题目")], "没有“标题”这一项。请在 A 列加上“标题”，B 列填内容。"),
        ([("干部", "B1", "岗位")], "缺少“职务”这一列。请在表头加上这一列并填好。"),
        ([("目标任务", "C1", "分类")], "缺少“类型”这一列。请在表头加上这一列并填好。"),
        ([("目标任务", "B1", "代码")], "“代码”这一列有两个，请删去一个。"),
        ([("工作组", "B3", "统筹协调指导工作组")], "上级绕成了圈"),
        ([("村", "+", ["团碾村", None, None, 11])], "“团碾村”是“团碾”的别名"),
        (
            [("工作组", "K3", "3、1")],
            "写了 2 个序号，成员有 8 个。请清空这一格，或给每个人一个序号。",
        ),
        ([("目标任务", "F5", 7)], "显示小数位最多 6 位"),
        ([("目标任务", "C10", "问题清单"), ("目标任务", "D10", "监测")], "问题清单按图斑逐个销号"),
        ([("目标任务", "G5", "100000000000000")], "整数部分最多 14 位"),
        ([("目标任务", "G5", "0.1234567")], "最多 6 位小数"),
        ([("目标任务", "B5", "长" * 51)], "有 51 个字，最多 50 个字"),
        ([("任务分解", "C3", None)], "没有填村"),
        ([("监测", "+", ["retained", "", "", "2024-06-30", 1, "调查", "前天"])], "“前天”不是时间"),
    ],
)
def test_other_mistakes_are_refused_in_words(plan, changes, told):
    assert told in "\n".join(refused(edit(workbook.export_xlsx(plan), *changes)))


def test_target_with_readings_cannot_turn_to_patches(next_plan):
    told = refused(
        edit(workbook.export_xlsx(next_plan), ("目标任务", "D3", "图斑"), ("目标任务", "E3", "亩"))
    )

    assert (
        told[0]
        == "“目标任务”第 3 行 D“靠什么量”：“粮食播种面积”已经有监测数，“靠什么量”不能再改，请改回原来的。"
    )


def test_workbook_without_its_plan_sheet_is_refused(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    del book["方案"]

    assert refused(saved(book)) == [
        "“方案”：文件里没有“方案”这张表，不知道是哪一年的。请从导出的方案表改起，保留这张表。"
    ]


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"", "方案.xlsx", "空文件"),
        (b"PK\x03\x04junk", "方案.xlsx", "是坏的"),
        (b"[", "方案.json", "这不是 JSON 文件"),
        (b"{}", "方案.json", "这个 JSON 里没有方案"),
        (b'[{"model": "tasks.plan"}]', "方案.json", "这一条不完整"),
        (b"\xff\xfe", "方案.json", "这不是 JSON 文件"),
        (b"[" * 100_000, "方案.json", "这不是 JSON 文件"),
    ],
)
def test_file_that_cannot_be_read_is_one_sentence(content, name, told):
    assert told in "\n".join(refused(content, name))


def test_json_errors_name_the_record_and_field():
    target, member = index_of("tasks.target", code="restore"), index_of("tasks.membership", order=6)
    group, step = index_of("tasks.workinggroup", order=1), index_of("tasks.milestone", code="build")
    content = records(
        (target, "quota", "NaN"),
        (target, "kind", "BOTTOM"),
        (target, "decimals", 10**40),
        (target, "group", 5),
        (member, "cadre", ["不在", "的人"]),
        (group, "plan", [2023]),
        (step, "due_on", True),
        (step, "target", [2023, "restore"]),
        (0, "name", "\ud800"),
        (1, "name", {"a": 1}),
        (2, "order", float("nan")),
        (3, "order", 1e300),
    )

    told = refused(content, "方案.json")

    assert (
        f"“tasks.target”第 {target + 1} 条 “任务数”（quota）：“NaN”不是数字，请填如 3.50。" in told
    )
    assert any(
        "“BOTTOM”不在可选的里面，请填：底线、工作量、问题清单。" in sentence for sentence in told
    )
    assert any("要写名字或代码的列表" in sentence for sentence in told)
    assert any("没有“不在，的人”这名干部" in sentence for sentence in told)
    assert any("属于别的方案，这份文件是方案 2024 的" in sentence for sentence in told)
    assert any("属于方案 2023" in sentence for sentence in told)
    assert any("“是”不是日期" in sentence for sentence in told)
    assert any(sentence.startswith("“villages.village”第 1 条") for sentence in told)


def test_json_with_two_plans_is_refused():
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    plan = next(record for record in data if record["model"] == "tasks.plan")
    second = {"model": "tasks.plan", "fields": {**plan["fields"], "year": 2025}}

    told = refused(json.dumps([*data, second]).encode(), "方案.json")

    assert told == [
        f"“tasks.plan”第 {len(data) + 1} 条 “年度”（year）：一份文件只放一份方案，这里有两份。请分成两个文件。"
    ]


def test_what_the_models_would_refuse_never_gets_through(plan):
    """改动过的表，凡是放行的，每一行都过得了模型自己的检查。"""
    imported(
        edit(workbook.export_xlsx(plan), ("目标任务", "G5", "1,010.5"), ("村", "B3", 500151124201))
    )

    for model in MODELS:
        for instance in model.objects.all():
            instance.full_clean()


def test_odd_but_possible_things_are_warned_of_not_refused(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("任务分解", "E3", 600),
        ("任务分解", "E4", 500),
        ("时间节点", "F3", "2023-12-31"),
        ("目标任务", "O1", "备注"),
        ("村", "F1", "错误"),
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.create_sheet("草稿")["A1"] = "随手记"

    review = workbook.import_plan(saved(book), "方案.xlsx")

    assert [str(problem) for problem in review.warnings] == [
        "“草稿”：不认得这张表，没有读它。方案的表是：方案、村、工作组、目标任务、时间节点、任务分解、常态工作、工作要求、考核项、整改路径、整改材料、干部、监测、奖补标准。",
        "“目标任务”第 1 行 O：不认得“备注”这一列，没有读它。",
        "“时间节点”第 3 行 F“开始日期”：2023-12-31 不在方案的起止日期（2024-01-01 至 2024-12-31）之内，请核对。",
        "“任务分解”：“耕地恢复补足”分到各村的一共 1100 亩，任务数是 1010 亩，多了 90 亩；还有 8 个村没有分。",
    ]


def test_a_new_reading_outside_the_plan_is_refused_an_old_one_is_only_pointed_out(plan):
    """去年年底的那条是以前收下的，再导入同一份不拦；新加的一条不收。"""
    target = Target.objects.get(code="retained")
    make_reading(target, on=date(2023, 12, 31), value=Decimal(32300))
    content = workbook.export_xlsx(plan)
    more = edit(content, ("监测", "+", ["retained", "", "", "2025-01-01", 32310, "变更调查"]))
    advice = "不在方案的起止日期（2024-01-01 至 2024-12-31）之内，请核对。"

    same = workbook.import_plan(content, "方案.xlsx")
    with pytest.raises(PlanFileError) as refusal:
        workbook.import_plan(more, "方案.xlsx")

    assert [str(problem) for problem in same.warnings] == [
        f"“监测”第 3 行 D“日期”：2023-12-31 {advice}"
    ]
    errors = [problem for problem in refusal.value.problems if problem.level == "ERROR"]
    assert [str(problem) for problem in errors] == [f"“监测”第 4 行 D“日期”：2025-01-01 {advice}"]
    assert Reading.objects.count() == 1


def test_an_old_file_does_not_bring_back_a_withdrawn_reading(plan):
    staff = make_user(role=Role.STAFF)
    target = Target.objects.get(code="retained")
    wrong = make_reading(target, value=Decimal(3230), by=staff)
    before = workbook.export_xlsx(plan)
    withdraw(wrong, by=staff, reason="少写了一位")

    review = workbook.import_plan(before, "方案.xlsx")

    assert [problem.found for problem in review.warnings] == ["3230"]
    assert "已经撤回，不会再录进去" in review.warnings[0].advice
    assert list(Reading.objects.all()) == [wrong]
    after = workbook.export_xlsx(plan)
    assert [row[4] for row in sheet_rows(after)["监测"][2:]] == []
    assert json.loads(workbook.export_json(plan))[-1]["model"] != "tasks.reading"


def test_marked_copy_says_the_error_in_the_row_and_reads_back(plan):
    content = edit(
        workbook.export_xlsx(plan), ("时间节点", "G8", "13月"), ("目标任务", "C1", "分类")
    )
    review = workbook.examine(content, "方案.xlsx")

    marked = books.marked(content, review.document.problems)

    rows = sheet_rows(marked)
    assert rows["时间节点"][0][-1] == "错误"
    assert rows["时间节点"][7][-1] == "G“截止日期”：“13月”不是日期，请写成 2024-10-20 这样。"
    assert rows["时间节点"][8][-1] is None
    assert "缺少“类型”这一列" in rows["目标任务"][0][-1]
    mended = edit(marked, ("时间节点", "G8", "2024-09-30"), ("目标任务", "C1", "类型"))
    assert imported(mended).is_empty
    assert "错误" not in sheet_rows(books.marked(mended, []))["时间节点"][0]


def test_json_without_a_blank_field_is_the_same_plan(plan):
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    for record in data:
        record["fields"] = {name: value for name, value in record["fields"].items() if value != ""}

    assert imported(json.dumps(data).encode(), "方案.json", delete_missing=True).is_empty
