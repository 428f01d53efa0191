"""方案表：导出、改、再导入。一份不丢，错的一次说清，没有错才写。"""

import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from tasks import workbook
from tasks.copying import CannotCopy, copy_to_next_year
from tasks.models import Allocation, Membership, Milestone, Plan, Reading, Target, WorkingGroup
from tests import factories as make
from villages.models import Cadre, Village

pytestmark = pytest.mark.django_db
FIXTURE = Path(__file__).resolve().parent.parent / "fixtures" / "plan_2024.json"
MODELS = (Reading, Allocation, Milestone, Target, Membership, WorkingGroup, Plan, Cadre, Village)


@pytest.fixture
def plan():
    call_command("loaddata", "plan_2024", verbosity=0)
    return Plan.objects.get(year=2024)


@pytest.fixture
def next_plan(plan):
    """2025 年的方案，什么难写的都有：空数、长小数、万亩、重名、带顿号的职务、另排的次序、监测。"""
    new = make.make_plan(2025, note="=第一行\n第二行", warn_days=10)
    town = make.make_group(new, "专班", office="规划建设办")
    field = make.make_group(new, "整治组", parent=town, order=3, duties="-统筹\n+协调")
    vice = make.make_cadre("刘泽", post="副镇长、武装部长", order=13)
    make.make_membership(field, cadre=Cadre.objects.get(name="刘泽", post=""), order=7)
    make.make_membership(field, cadre=vice, order=2)
    make.make_membership(field, cadre=None, post="A、B片区支部书记", order=1)
    make.make_membership(field, cadre=vice, position="LEADER", order=4)
    canal = make.make_target(
        new, "grain", name="粮食播种面积", measured_by="READINGS", unit="万亩", decimals=4, quota=Decimal("1.234567"),
        group=field, wording="@约1.23万亩",
    )
    patches = make.make_target(new, "abandoned", quota=Decimal("99.300001"), quota_count=0, villages_may_add=True)
    make.make_target(new, "direction", quota=None)
    make.make_milestone(patches, "replant", starts_on=date(2025, 3, 1), min_photos=2, needs_external_ref=True)
    make.make_milestone(patches, "check", due_on=None, actor="DISTRICT")
    make.make_allocation(patches, Village.objects.get(name="团碾"), quota=None)
    make.make_allocation(patches, Village.objects.get(name="双福"), quota=Decimal("99.3"), quota_count=0, lot="B")
    entered = datetime(2025, 7, 1, 1, 2, 3, 123456, tzinfo=UTC)
    make.make_reading(canal, on=date(2025, 6, 30), value=Decimal("12345678901234.123456"), created_at=entered)
    make.make_reading(canal, on=date(2025, 6, 30), value=Decimal("1.2"), created_at=entered + timedelta(hours=1))
    make.make_reading(
        canal, village=Village.objects.get(name="太平"), on=date(2025, 6, 30), value=Decimal(0), created_at=entered
    )
    return new


def clear():
    WorkingGroup.objects.update(parent=None)
    for model in MODELS:
        model.objects.all().delete()


def edit(content, *changes):
    """在导出的表里改：(表, 格, 值)；格写成 "+" 是在最后加一行。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet, cell, value in changes:
        if cell == "+":
            book[sheet].append(value)
        else:
            book[sheet][cell] = value
    return saved(book)


def saved(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def without(content, sheet, first_cell):
    """删去一张表里以某个值开头的行。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [row for row in book[sheet].iter_rows() if row[0].value == first_cell]
    for row in reversed(rows):
        book[sheet].delete_rows(row[0].row)
    return saved(book)


def refused(content, name="方案.xlsx", **options):
    """导入应当被拒绝 → 每个问题一句话；而且一点没写。"""
    before = {model: list(model.objects.order_by("pk").values()) for model in MODELS}
    with pytest.raises(workbook.PlanFileError) as error:
        workbook.import_plan(content, name, **options)
    assert {model: list(model.objects.order_by("pk").values()) for model in MODELS} == before
    return [str(problem) for problem in error.value.problems] or [str(error.value)]


def imported(content, name="方案.xlsx", **options):
    return workbook.import_plan(content, name, **options).diff


def sheet_rows(content):
    """xlsx → {表: [[格]]}，用另一个库读，和导入的读法无关。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


# 来回一趟


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_round_trip_loses_nothing(next_plan, kind):
    export = workbook.export_xlsx if kind == "xlsx" else lambda plan: workbook.export_json(plan).encode()
    first, facts = export(next_plan), workbook.export_json(next_plan)
    clear()

    diff = imported(first, f"方案.{kind}")

    again = Plan.objects.get(year=2025)
    assert workbook.export_json(again) == facts
    assert sheet_rows(workbook.export_xlsx(again))["工作组"][-1][9:] == [3, "4、1、2、7"]
    assert diff.counts()[-1] == ("保有量监测", 3, 0, 0, 0)
    assert Target.objects.get(plan=again, code="abandoned").quota == Decimal("99.300001")
    assert Reading.objects.get(village=None, value__gt=2).value == Decimal("12345678901234.123456")
    assert Reading.objects.get(village__name="太平").created_at == datetime(2025, 7, 1, 1, 2, 3, 123456, tzinfo=UTC)
    assert Allocation.objects.get(village__name="团碾").quota is None
    assert again.note == "=第一行\n第二行"


@pytest.mark.parametrize("name", ["方案.xlsx", "方案.json"])
def test_same_file_again_changes_nothing(next_plan, name):
    is_json = name.endswith("json")
    content = workbook.export_json(next_plan).encode() if is_json else workbook.export_xlsx(next_plan)

    diff = imported(content, name, delete_missing=True)

    assert (diff.new, diff.changed, diff.missing) == ([], [], [])
    assert len(diff.unchanged) > 20


def test_exported_json_is_the_fixture_and_loads(plan):
    exported = workbook.export_json(plan)
    assert json.loads(exported) == json.loads(FIXTURE.read_text(encoding="utf-8"))


def test_exported_json_loads_with_its_readings(next_plan, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(workbook.export_json(next_plan), encoding="utf-8")
    clear()

    call_command("loaddata", str(path), verbosity=0)

    assert workbook.export_json(Plan.objects.get(year=2025)) == path.read_text(encoding="utf-8")


def test_fixture_is_imported_into_an_empty_town():
    diff = imported(FIXTURE.read_bytes(), "plan_2024.json")

    assert {word: new for word, new, *_ in diff.counts()} == {
        "村（社区）": 10, "干部": 12, "年度方案": 1, "工作组": 5, "工作组成员": 40, "目标任务": 8, "时间节点": 20,
        "任务分解": 10,
    }
    assert Membership.objects.get(position="LEADER", group__parent=None).who == "孔令全"
    assert Target.objects.get(code="non_grain").quota == Decimal("99.3")


def test_workbook_reads_like_the_notice(plan):
    rows = sheet_rows(workbook.export_xlsx(plan))

    assert list(rows) == ["方案", "村", "工作组", "目标任务", "时间节点", "任务分解", "干部", "监测"]
    assert rows["方案"][1][:2] == ["年度", 2024]
    assert rows["目标任务"][0][:8] == ["代码", "名称", "类型", "靠什么量", "单位", "显示小数位", "任务数", "任务个数"]
    assert rows["目标任务"][2][:8] == ["retained", "耕地保有量", "底线", "监测", "亩", 0, 32202, None]
    assert rows["时间节点"][7][:8] == [
        "abandoned", 1, "replant", "复耕复种", None, datetime(2024, 9, 30), "9月底前完成", "村"
    ]
    assert rows["工作组"][2][2:6] == [
        "孔令全", "钟世仁、柴克应", "黄玲、刘泽", "【规划建设办负责人】、【产业培育中心负责人】、【各村书记】"
    ]


def test_export_takes_the_same_few_queries_for_more_rows(next_plan, django_assert_num_queries):
    for number in range(20):
        make.make_milestone(make.make_target(next_plan, f"more{number}"))

    with django_assert_num_queries(9):
        workbook.export_xlsx(next_plan)


# 改了再导入


def test_clerk_changes_a_quota_adds_a_step_and_shares_out(plan):
    content = edit(
        workbook.export_xlsx(plan), ("目标任务", "G5", 700.5), ("目标任务", "M5", None),
        ("时间节点", "+", ["illegal", 3, "publish", "公示", None, "2024年12月20日", "", "镇", None, "否"]),
        ("任务分解", "D3", "100"), ("任务分解", "+", ["abandoned", "白云村", None, 20, None]),
    )

    diff = imported(content)

    change = next(change for change in diff.changed if change.entry.kind == "target")
    assert (change.label, change.fields[0]) == ("耕地恢复补足（restore）", ("任务数", "1010", "700.5"))
    assert Target.objects.get(code="restore").quota == Decimal("700.5")
    assert Milestone.objects.get(code="publish").due_on == date(2024, 12, 20)
    assert Allocation.objects.get(target__code="abandoned").village.name == "白云"
    assert Allocation.objects.get(target__code="restore", village__name="万寿").quota is None
    assert Allocation.objects.get(target__code="restore", village__name="团碾").quota == 100


def test_whole_next_year_from_this_years_workbook(plan):
    content = edit(
        workbook.export_xlsx(plan), ("方案", "B2", 2025), ("方案", "B5", "2025/1/1"), ("方案", "B6", "2025.12.31")
    )

    diff = imported(content)

    assert Plan.objects.count() == 2
    assert Target.objects.filter(plan__year=2025).count() == 8
    assert Membership.objects.filter(group__plan__year=2025).count() == 40
    assert Target.objects.filter(plan__year=2024).count() == 8
    assert not [change for change in diff.new if change.entry.kind in ("village", "cadre")]


def test_cadre_keeps_the_account_and_patches_keep_their_steps(plan):
    user = make.make_user()
    Cadre.objects.filter(name="黄玲").update(user=user)
    ids = dict(Milestone.objects.values_list("code", "pk").filter(target__code="abandoned"))

    imported(edit(workbook.export_xlsx(plan), ("干部", "C7", 50), ("时间节点", "D8", "复耕复种到位")))

    cadre = Cadre.objects.get(name="黄玲")
    assert (cadre.user, cadre.order) == (user, 50)
    step = Milestone.objects.get(name="复耕复种到位")
    assert step.pk == ids["replant"]


def test_two_steps_and_two_village_codes_change_places(plan):
    Village.objects.filter(name="团碾").update(code="500151124201")
    Village.objects.filter(name="万寿").update(code="500151124202")
    content = workbook.export_xlsx(plan)
    content = edit(
        content, ("村", "B3", "500151124202"), ("村", "B4", "500151124201"),
        ("时间节点", "B5", 2), ("时间节点", "B6", 1),
    )

    imported(content)

    assert Village.objects.get(name="万寿").code == "500151124201"
    orders = Milestone.objects.filter(target__code="restore").values_list("code", "order")
    assert dict(orders) == {"plant": 1, "build": 2, "accept": 3}


def test_column_or_sheet_left_out_keeps_what_is_there(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    book["目标任务"].delete_cols(11)  # 方案原文
    del book["工作组"], book["任务分解"]

    diff = imported(saved(book), delete_missing=True)

    assert (diff.new, diff.changed, diff.missing) == ([], [], [])
    assert Target.objects.get(code="abandoned").wording == "完成自然摞荒地核查整治608亩以上"
    assert WorkingGroup.objects.count() == 5


def test_title_rows_and_moved_columns_do_not_matter(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    book["任务分解"].insert_rows(1, 2)
    book["任务分解"]["A1"] = "太平镇任务分解表"
    book["任务分解"].move_range("C3:C30", cols=5)

    diff = imported(saved(book))

    assert diff.is_empty


# 成员


def test_people_are_named_as_a_clerk_would(next_plan):
    content = workbook.export_xlsx(next_plan)
    assert sheet_rows(content)["工作组"][3][2:6] == [
        "刘泽（副镇长、武装部长）", None, None, "【A、B片区支部书记】、刘泽（副镇长、武装部长）、刘泽"
    ]
    content = edit(
        content, ("工作组", "E3", "黄玲，刘泽(副镇长、武装部长)；【各社支书】"), ("工作组", "K3", None),
        ("工作组", "K4", None),
    )

    imported(content)

    heads = WorkingGroup.objects.get(plan=next_plan, name="专班").memberships.order_by("order")
    assert [(m.position, str(m.cadre or m.post)) for m in heads] == [
        ("OFFICE_HEAD", "黄玲"), ("OFFICE_HEAD", "刘泽（副镇长、武装部长）"), ("OFFICE_HEAD", "各社支书"),
    ]


def test_unknown_and_ambiguous_names_are_explained(next_plan):
    Cadre.objects.filter(name="刘泽", post="").update(post="所长")
    content = edit(workbook.export_xlsx(next_plan), ("工作组", "C3", "刘泽"), ("工作组", "D3", "王大力"))

    assert refused(content) == [
        "“工作组”第 3 行 C“组长”：叫“刘泽”的干部不止一个，请写明是哪一位：刘泽（所长）、刘泽（副镇长、武装部长）。",
        "“工作组”第 3 行 D“副组长”：“王大力”不在“干部”表里。如果是一个人，请在“干部”表里加上；"
        "如果是不点名的集体成员，请写成【王大力】。",
    ]


def test_name_taken_off_the_list_stays_until_deletion_is_asked_for(plan):
    content = edit(workbook.export_xlsx(plan), ("工作组", "D3", "钟世仁"))
    gone = Membership.objects.filter(group__parent=None, cadre__name="柴克应")

    diff = imported(content)
    assert [entry.label for entry in diff.deletable] == ["耕地保护工作专班 · 副组长 柴克应"]
    assert gone.exists()

    imported(content, delete_missing=True)
    assert not gone.exists()
    assert imported(content, delete_missing=True).is_empty


# 监测只增不改


def test_readings_are_only_ever_added(next_plan):
    by = make.make_user(role="ADMIN")
    before = list(Reading.objects.order_by("pk").values())
    content = workbook.export_xlsx(next_plan)
    content = edit(content, ("监测", "D4", 1.3), ("监测", "+", ["grain", "全镇", "2025.7.31", "1.25", "遥感", None]))

    diff = imported(content, by=by)

    assert [change.entry.values["value"] for change in diff.new] == [Decimal("1.3"), Decimal("1.25")]
    assert list(Reading.objects.order_by("pk").values())[:3] == before
    corrected, later = Reading.objects.order_by("pk")[3:]
    assert corrected.created_at > before[1]["created_at"]  # 照抄的录入时间不算数
    assert (later.on, later.village, later.by, later.is_demo) == (date(2025, 7, 31), None, by, False)
    assert corrected.created_at != later.created_at
    assert imported(content).is_empty


def test_reading_that_only_differs_in_entry_time_is_the_same_reading(next_plan):
    content = edit(workbook.export_xlsx(next_plan), ("监测", "F3", None), ("监测", "F4", "2025-08-01 08:00:00"))

    assert imported(content).is_empty


def test_readings_missing_from_the_file_are_never_deleted(next_plan):
    content = without(workbook.export_xlsx(next_plan), "监测", "grain")

    diff = imported(content, delete_missing=True)

    assert [entry.kind for entry in diff.kept] == ["reading"] * 3
    assert Reading.objects.count() == 3


# 删


def test_missing_rows_are_kept_listed_and_deleted_on_request(plan):
    content = workbook.export_xlsx(plan)
    for sheet, first in (("目标任务", "illegal"), ("时间节点", "illegal"), ("村", "双福"), ("干部", "沈勇")):
        content = without(content, sheet, first)
    content = edit(without(content, "工作组", "违法占用耕地专项工作组"), ("任务分解", "B12", "垣楼村"))
    content = edit(content, ("任务分解", "B12", "双福"))

    kept = imported(content)
    assert [entry.label for entry in kept.kept] == ["双福", "沈勇"]
    assert sum(entry.kind == "member" for entry in kept.deletable) == 10
    assert Target.objects.filter(code="illegal").exists()

    deleted = imported(content, delete_missing=True)
    assert [entry.kind for entry in deleted.missing if entry.kind in ("target", "group")] == ["group", "target"]
    assert not Target.objects.filter(code="illegal").exists()
    assert not WorkingGroup.objects.filter(name="违法占用耕地专项工作组").exists()
    assert Village.objects.count() == 10
    assert Cadre.objects.count() == 12


def test_target_with_readings_and_rows_still_in_use_cannot_be_deleted(next_plan):
    content = without(workbook.export_xlsx(next_plan), "目标任务", "grain")
    assert refused(without(content, "监测", "grain"), delete_missing=True) == [
        "目标任务“粮食播种面积（grain）”已经录入了监测数，监测只增不删，所以它也不能删。请把它补进文件。"
    ]

    content = without(workbook.export_xlsx(next_plan), "目标任务", "abandoned")
    told = refused(content, delete_missing=True)[0].splitlines()
    assert told[0] == (
        "“abandoned”不在文件的“目标任务”表里，但“时间节点”第 3 行还在用它，不能删。请把它补进文件，或改掉用它的那一行。"
    )
    assert imported(content).is_empty


def test_parent_and_child_groups_are_deleted_together(plan):
    content = workbook.export_xlsx(plan)
    for name in WorkingGroup.objects.values_list("name", flat=True):
        content = without(content, "工作组", name)
    content = edit(content, *[("目标任务", f"I{row}", None) for row in range(3, 11)])

    imported(content, delete_missing=True)

    assert WorkingGroup.objects.count() == 0


def test_step_that_takes_the_place_of_a_missing_one_needs_the_deletion(plan):
    content = edit(workbook.export_xlsx(plan), ("时间节点", "C22", "closing"))

    assert refused(content) == [
        "“时间节点”第 22 行 B“顺序”：顺序 2 已被“核实销号”占用，文件里没有它。"
        "请把它补进文件，或在导入时选择删除文件里没有的行。"
    ]
    imported(content, delete_missing=True)
    assert list(Milestone.objects.filter(target__code="illegal").values_list("code", flat=True)) == [
        "rectify", "closing"
    ]


# 错的文件


def test_every_error_at_once_with_sheet_row_and_column(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("方案", "B6", "2023-12-31"), ("方案", "B7", "七"), ("村", "B3", "5001"), ("村", "A5", "团碾"),
        ("村", "C6", "太平"), ("工作组", "A3", None), ("工作组", "B4", "没有的组"),
        ("目标任务", "C3", "红线"), ("目标任务", "D4", "图斑"), ("目标任务", "E5", "公顷"), ("目标任务", "G6", "3,5"),
        ("目标任务", "A7", "abandoned"), ("目标任务", "H9", 24.5), ("目标任务", "I8", "另一个组"),
        ("目标任务", "G10", -1), ("时间节点", "F8", "13月"), ("时间节点", "E9", "2024-11-01"),
        ("时间节点", "F13", "2024-09-01"), ("时间节点", "C12", "复耕"), ("时间节点", "B15", 1),
        ("时间节点", "A22", "unlawful"), ("任务分解", "B3", "红旗村"), ("任务分解", "B5", "团碾村委"),
        ("任务分解", "B12", "垣楼村"), ("干部", "A5", "钟世仁"),
        ("监测", "+", ["abandoned", "", "2024-6-31", 1, ""]), ("监测", "+", ["retained", "没有村", "", "多", "变更调查"]),
    )

    told = refused(content)

    unknown = "不是系统里的村名或别名。请核对；如果是某个村的另一种写法，请管理员在后台“村（社区）”的别名里加上这种写法。"
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
        "“时间节点”第 8 行 F“截止日期”：“13月”不是日期，请填如 2024-09-30。",
        "“时间节点”第 9 行 F“截止日期”：截止日期 2024-10-31 早于开始日期 2024-11-01。请改其中一个。",
        "“时间节点”第 13 行 F“截止日期”：“镇级核实”在“举证上传”之后，截止日期 2024-09-01 却早于它的 2024-10-31"
        "（第 12 行）。请改日期，或改顺序。",
        "“时间节点”第 12 行 C“代码”：“复耕”不能当代码，只能用英文字母、数字、- 和 _，请填如 replant。",
        "“时间节点”第 15 行 B“顺序”：顺序 1 和第 14 行重复，同一任务的顺序要各不相同。",
        f"“任务分解”第 3 行 B“村”：“红旗村”{unknown}或者在文件的“村”表里加上它。",
        f"“任务分解”第 5 行 B“村”：“团碾村委”{unknown}或者在文件的“村”表里加上它。",
        "“任务分解”第 12 行 B“村”：“restore、垣楼”和第 11 行重复，请改成不同的，或删去一行。",
        "“监测”第 3 行 C“日期”：“2024-6-31”这一天不存在，请填如 2024-09-30。",
        "“监测”第 3 行 E“来源”：没有填“来源”，请填上。",
        "“监测”第 3 行 A“目标代码”：“自然撂荒地整治”靠图斑量，不用录入监测数。请删去这一行，或改目标代码。",
        "“监测”第 4 行 C“日期”：没有填“日期”，请填上。",
        "“监测”第 4 行 D“数值”：“多”不是数字，请填如 3.50。",
    ]:
        assert sentence in told
    assert any("“unlawful”不是目标任务的代码。已有的代码是：abandoned、basic" in sentence for sentence in told)
    assert any(sentence.startswith("“监测”第 4 行 B“村”：“没有村”") for sentence in told)
    assert any("“柴克应”不在“干部”表里" in sentence for sentence in told)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([("方案", "A9", "年度"), ("方案", "B9", 2025)], "“年度”写了两遍。一份文件只放一个年度的方案，请删去一行。"),
        ([("方案", "B2", None)], "没有填“年度”，请填上。"),
        ([("方案", "A3", "题目")], "没有“标题”这一项。请在 A 列加上“标题”，B 列填内容。"),
        ([("目标任务", "C1", "分类")], "缺少“类型”这一列。请在表头加上这一列并填好。"),
        ([("目标任务", "B1", "代码")], "“代码”这一列有两个，请删去一个。"),
        ([("工作组", "B3", "统筹协调指导工作组")], "上级绕成了圈"),
        ([("村", "+", ["团碾村", None, None, 11])], "“团碾村”是“团碾”的别名"),
        ([("工作组", "K3", "3、1")], "写了 2 个序号，成员有 8 个。请清空这一格，或给每个人一个序号。"),
        ([("目标任务", "F5", 7)], "显示小数位最多 6 位"),
        ([("目标任务", "C10", "问题清单"), ("目标任务", "D10", "监测")], "问题清单按图斑逐个销号"),
        ([("目标任务", "G5", "100000000000000")], "整数部分最多 14 位"),
        ([("目标任务", "G5", "0.1234567")], "最多 6 位小数"),
        ([("目标任务", "B5", "长" * 51)], "有 51 个字，最多 50 个字"),
        ([("任务分解", "B3", None)], "没有填村"),
        ([("监测", "+", ["retained", "", "2024-06-30", 1, "调查", "前天"])], "“前天”不是时间"),
    ],
)
def test_other_mistakes_are_refused_in_words(plan, changes, told):
    assert told in "\n".join(refused(edit(workbook.export_xlsx(plan), *changes)))


def test_target_with_readings_cannot_turn_to_patches(next_plan):
    told = refused(edit(workbook.export_xlsx(next_plan), ("目标任务", "D3", "图斑"), ("目标任务", "E3", "亩")))

    assert any("已经录入了监测数，不能改成靠图斑量" in sentence for sentence in told)


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


def records(*changes):
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    for index, name, value in changes:
        data[index]["fields"][name] = value
    return json.dumps(data).encode()


def index_of(model, **fields):
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return next(
        i for i, record in enumerate(data)
        if record["model"] == model and fields.items() <= record["fields"].items()
    )


def test_json_errors_name_the_record_and_field():
    target, member = index_of("tasks.target", code="restore"), index_of("tasks.membership", order=6)
    group, step = index_of("tasks.workinggroup", order=1), index_of("tasks.milestone", code="build")
    content = records(
        (target, "quota", "NaN"), (target, "kind", "BOTTOM"), (target, "decimals", 10**40), (target, "group", 5),
        (member, "cadre", ["不在", "的人"]), (group, "plan", [2023]), (step, "due_on", True),
        (step, "target", [2023, "restore"]), (0, "name", "\ud800"), (1, "name", {"a": 1}), (2, "order", float("nan")),
        (3, "order", 1e300),
    )

    told = refused(content, "方案.json")

    assert f"“tasks.target”第 {target + 1} 条 “任务数”（quota）：“NaN”不是数字，请填如 3.50。" in told
    assert any("“BOTTOM”不在可选的里面，请填：底线、工作量、问题清单。" in sentence for sentence in told)
    assert any("要写名字或代码的列表" in sentence for sentence in told)
    assert any("没有“不在，的人”这名干部" in sentence for sentence in told)
    assert any("属于别的年度，这份文件是 2024 年度的" in sentence for sentence in told)
    assert any("属于 2023 年度" in sentence for sentence in told)
    assert any("“是”不是日期" in sentence for sentence in told)
    assert any(sentence.startswith("“villages.village”第 1 条") for sentence in told)


def test_json_with_two_plans_is_refused():
    data = json.loads(FIXTURE.read_text(encoding="utf-8"))
    plan = next(record for record in data if record["model"] == "tasks.plan")
    second = {"model": "tasks.plan", "fields": {**plan["fields"], "year": 2025}}

    told = refused(json.dumps([*data, second]).encode(), "方案.json")

    assert told == ["“tasks.plan”第 107 条 “年度”（year）：一份文件只放一个年度的方案，这里有两个。请分成两个文件。"]


def test_what_the_models_would_refuse_never_gets_through(plan):
    """改动过的表，凡是放行的，每一行都过得了模型自己的检查。"""
    imported(edit(workbook.export_xlsx(plan), ("目标任务", "G5", "1,010.5"), ("村", "B3", 500151124201)))

    for model in MODELS:
        for instance in model.objects.all():
            instance.full_clean()


# 提醒


def test_odd_but_possible_things_are_warned_of_not_refused(plan):
    content = edit(
        workbook.export_xlsx(plan), ("任务分解", "D3", 600), ("任务分解", "D4", 500), ("时间节点", "F3", "2025-01-31"),
        ("目标任务", "N1", "备注"), ("村", "F1", "错误"),
        ("监测", "+", ["retained", "", "2023-12-31", 32300, "2023年度变更调查"]),
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.create_sheet("草稿")["A1"] = "随手记"

    review = workbook.import_plan(saved(book), "方案.xlsx")

    assert [str(problem) for problem in review.warnings] == [
        "“草稿”：不认得这张表，没有读它。方案的八张表是：方案、村、工作组、目标任务、时间节点、任务分解、干部、监测。",
        "“目标任务”第 1 行 N：不认得“备注”这一列，没有读它。",
        "“时间节点”第 3 行 F“截止日期”：2025-01-31 不在方案的起止日期（2024-01-01 至 2024-12-31）之内，请核对。",
        "“任务分解”：“耕地恢复补足”分到各村的一共 1100 亩，任务数是 1010 亩，多了 90 亩；还有 8 个村没有分。",
        "“监测”第 3 行 C“日期”：2023-12-31 不在方案的起止日期（2024-01-01 至 2024-12-31）之内，请核对。",
    ]
    assert Reading.objects.get().value == 32300


def test_marked_copy_says_the_error_in_the_row_and_reads_back(plan):
    content = edit(workbook.export_xlsx(plan), ("时间节点", "F8", "13月"), ("目标任务", "C1", "分类"))
    review = workbook.examine(content, "方案.xlsx")

    marked = workbook.with_errors(content, review.document.problems)

    rows = sheet_rows(marked)
    assert rows["时间节点"][0][-1] == "错误"
    assert rows["时间节点"][7][-1] == "F“截止日期”：“13月”不是日期，请填如 2024-09-30。"
    assert rows["时间节点"][8][-1] is None
    assert "缺少“类型”这一列" in rows["目标任务"][0][-1]
    mended = edit(marked, ("时间节点", "F8", "2024-09-30"), ("目标任务", "C1", "类型"))
    assert imported(mended).is_empty
    assert "错误" not in sheet_rows(workbook.with_errors(mended, []))["时间节点"][0]


# 命令


def test_commands_export_try_and_import(plan, tmp_path, capsys):
    path = tmp_path / "方案.xlsx"
    call_command("export_plan", "2024", "-o", str(path))
    path.write_bytes(edit(path.read_bytes(), ("目标任务", "G6", 700)))

    call_command("import_plan", str(path), "--dry-run")
    assert Target.objects.get(code="abandoned").quota == 608
    call_command("import_plan", str(path))
    assert Target.objects.get(code="abandoned").quota == 700
    call_command("import_plan", str(path))

    told = capsys.readouterr().out
    assert f"已把2024年度方案导出到 {path}。" in told
    assert "改动 目标任务：自然撂荒地整治（abandoned）：任务数 608 → 700" in told
    assert "试运行，没有写：改动 1 行。" in told
    assert "2024 年度方案：没有变化。" in told


def test_command_prints_each_error_and_stops_with_1(plan, tmp_path, capsys):
    path = tmp_path / "方案.xlsx"
    path.write_bytes(edit(workbook.export_xlsx(plan), ("时间节点", "F8", "13月"), ("目标任务", "G6", "3,5")))

    with pytest.raises(CommandError) as stopped:
        call_command("import_plan", str(path))

    assert stopped.value.returncode == 1
    assert capsys.readouterr().err.splitlines() == [
        "“目标任务”第 6 行 G“任务数”：“3,5”不是数字，请填如 3.50。",
        "“时间节点”第 8 行 F“截止日期”：“13月”不是日期，请填如 2024-09-30。",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export_plan", "2030", "-o", "x.xlsx"), "没有 2030 年度的方案。现有的年度：2024。"),
        (("export_plan", "2024", "-o", "x.docx"), "“x.docx”要以 .xlsx 或 .json 结尾。"),
        (("import_plan", "不存在.xlsx"), "打不开 不存在.xlsx"),
    ],
)
def test_commands_refuse_in_words(plan, arguments, told):
    with pytest.raises(CommandError, match=told):
        call_command(*arguments)


# 复制为下一年


def test_next_year_is_a_copy_with_the_dates_moved(plan):
    Plan.objects.update(ends_on=date(2024, 2, 29))
    make.make_reading(Target.objects.get(code="retained"))

    new = copy_to_next_year(plan := Plan.objects.get())

    assert (new.year, new.title) == (2025, "铜梁区太平镇2025年耕地保护工作实施方案")
    assert (new.starts_on, new.ends_on) == (date(2025, 1, 1), date(2025, 2, 28))
    assert "〔2024〕36号" in new.note
    assert Target.objects.get(plan=new, code="retained").wording == "到2025年底全镇耕地保有量不低于32202亩"
    step = Milestone.objects.get(target__plan=new, target__code="restore", code="accept")
    assert (step.starts_on, step.due_on, step.actor) == (date(2025, 12, 1), date(2025, 12, 31), "DISTRICT")
    assert Milestone.objects.get(target__plan=new, code="close").due_on is None
    assert Allocation.objects.filter(target__plan=new, lot="A").count() == 5
    top = WorkingGroup.objects.get(plan=new, parent=None)
    assert top.subgroups.filter(plan=new).count() == 4
    assert Membership.objects.filter(group__plan=new).count() == 40
    assert Target.objects.filter(plan=new, group__plan=new).count() == 8
    assert not Reading.objects.filter(target__plan=new).exists()
    assert Plan.objects.get(year=2024).title == plan.title
    with pytest.raises(CannotCopy, match="2025年度已经有方案，没有复制"):
        copy_to_next_year(plan)
