"""方案表：导出再导入一份不丢；改了再导入，只改改过的；该留的都留着。"""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command

from tasks import workbook
from tasks.models import Allocation, Membership, Milestone, Plan, Reading, Target, WorkingGroup
from tests.worlds import factories as make
from tests.worlds.plan_files import (
    FIXTURE,
    clear,
    edit,
    imported,
    load_2024,
    make_2025,
    no_duties,
    refused,
    saved,
    sheet_rows,
    without,
)
from villages.models import Cadre, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return load_2024()


@pytest.fixture
def next_plan(plan):
    return make_2025()


@pytest.mark.parametrize("kind", ["xlsx", "json"])
def test_round_trip_loses_nothing(next_plan, kind):
    export = (
        workbook.export_xlsx if kind == "xlsx" else lambda plan: workbook.export_json(plan).encode()
    )
    first, facts = export(next_plan), workbook.export_json(next_plan)
    clear()

    diff = imported(first, f"方案.{kind}")

    again = Plan.objects.get(year=2025)
    assert workbook.export_json(again) == facts
    assert sheet_rows(workbook.export_xlsx(again))["工作组"][-1][9:] == [3, "4、1、2、7"]
    assert diff.counts()[-1] == ("监测数", 3, 0, 0, 0)
    assert Target.objects.get(plan=again, code="abandoned").quota == Decimal("99.300001")
    assert Reading.objects.get(village=None, value__gt=2).value == Decimal("12345678.123456")
    assert Reading.objects.get(village__name="太平").created_at == datetime(
        2025, 7, 1, 1, 2, 3, 123456, tzinfo=UTC
    )
    assert Allocation.objects.get(village__name="团碾").quota is None
    assert again.note == "=第一行\n第二行"


@pytest.mark.parametrize("name", ["方案.xlsx", "方案.json"])
def test_same_file_again_changes_nothing(next_plan, name):
    is_json = name.endswith("json")
    content = (
        workbook.export_json(next_plan).encode() if is_json else workbook.export_xlsx(next_plan)
    )

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
        "村": 10,
        "干部": 12,
        "年度方案": 1,
        "工作组": 5,
        "工作组成员": 40,
        "目标任务": 8,
        "时间节点": 20,
        "奖补标准": 1,
        "任务分解": 10,
        "常态工作": 7,
        "工作要求": 4,
        "整改路径": 0,  # 建库时就有
        "整改材料": 0,
    }
    assert Membership.objects.get(position="LEADER", group__parent=None).who == "孔令全"
    assert Target.objects.get(code="non_grain").quota == Decimal("99.3")


def test_workbook_reads_like_the_notice(plan):
    rows = sheet_rows(workbook.export_xlsx(plan))

    assert list(rows) == [
        "方案",
        "村",
        "工作组",
        "目标任务",
        "时间节点",
        "任务分解",
        "常态工作",
        "工作要求",
        "考核项",
        "整改路径",
        "整改材料",
        "干部",
        "监测",
        "奖补标准",
    ]
    assert rows["方案"][1][:2] == ["年度", 2024]
    assert rows["目标任务"][0][:8] == [
        "代码",
        "名称",
        "类型",
        "靠什么量",
        "单位",
        "显示小数位",
        "任务数",
        "任务个数",
    ]
    assert rows["目标任务"][2][:8] == [
        "retained",
        "耕地保有量",
        "底线",
        "监测",
        "亩",
        0,
        32202,
        None,
    ]
    assert rows["时间节点"][7][:9] == [
        "abandoned",
        "自然撂荒地整治",
        1,
        "replant",
        "复耕复种",
        None,
        datetime(2024, 9, 30),
        "9月底前完成",
        "村",
    ]
    assert rows["工作组"][2][2:6] == [
        "孔令全",
        "钟世仁、柴克应",
        "黄玲、刘泽",
        "【规划建设办负责人】、【产业培育中心负责人】、【各村书记】",
    ]


def test_export_takes_the_same_few_queries_for_more_rows(next_plan, django_assert_num_queries):
    for number in range(20):
        make.make_milestone(make.make_target(next_plan, f"more{number}"))

    with django_assert_num_queries(15):
        workbook.export_xlsx(next_plan)


def test_clerk_changes_a_quota_adds_a_step_and_shares_out(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("目标任务", "G5", 700.5),
        ("目标任务", "M5", None),
        (
            "时间节点",
            "+",
            ["illegal", "", 3, "publish", "公示", None, "2024年12月20日", "", "镇", None, "否"],
        ),
        ("任务分解", "E3", "100"),
        ("任务分解", "+", ["abandoned", "", "白云村", None, 20, None]),
    )

    diff = imported(content)

    change = next(change for change in diff.changed if change.entry.kind == "target")
    assert (change.label, change.fields[0]) == (
        "耕地恢复补足（restore）",
        ("任务数", "1010", "700.5"),
    )
    assert Target.objects.get(code="restore").quota == Decimal("700.5")
    assert Milestone.objects.get(code="publish").due_on == date(2024, 12, 20)
    assert Allocation.objects.get(target__code="abandoned").village.name == "白云"
    assert Allocation.objects.get(target__code="restore", village__name="万寿").quota is None
    assert Allocation.objects.get(target__code="restore", village__name="团碾").quota == 100


def a_year_later(content):
    """“时间节点”里的日期都往后一年。"""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for row in book["时间节点"].iter_rows(min_row=3):
        for cell in row:
            if hasattr(cell.value, "year"):
                cell.value = cell.value.replace(year=2025)
    return saved(book)


def test_whole_next_year_from_this_years_workbook(plan):
    content = edit(
        workbook.export_xlsx(plan),
        ("方案", "B2", 2025),
        ("方案", "B5", "2025/1/1"),
        ("方案", "B6", "2025.12.31"),
    )
    assert "“镇级核实”的截止日期 2024-11-15 不在方案的起止日期" in "\n".join(refused(content))
    content = a_year_later(content)

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

    imported(
        edit(workbook.export_xlsx(plan), ("干部", "C7", 50), ("时间节点", "E8", "复耕复种到位"))
    )

    cadre = Cadre.objects.get(name="黄玲")
    assert (cadre.user, cadre.order) == (user, 50)
    step = Milestone.objects.get(name="复耕复种到位")
    assert step.pk == ids["replant"]


def test_two_steps_and_two_village_codes_change_places(plan):
    Village.objects.filter(name="团碾").update(code="500151124201")
    Village.objects.filter(name="万寿").update(code="500151124202")
    content = workbook.export_xlsx(plan)
    content = edit(
        content,
        ("村", "B3", "500151124202"),
        ("村", "B4", "500151124201"),
        ("时间节点", "C5", 2),
        ("时间节点", "C6", 1),
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


def test_people_are_named_as_a_clerk_would(next_plan):
    content = workbook.export_xlsx(next_plan)
    assert sheet_rows(content)["工作组"][3][2:6] == [
        "刘泽（副镇长、武装部长）",
        None,
        None,
        "【A、B片区支部书记】、刘泽（副镇长、武装部长）、刘泽",
    ]
    content = edit(
        content,
        ("工作组", "E3", "黄玲，刘泽(副镇长、武装部长)；【各社支书】"),
        ("工作组", "K3", None),
        ("工作组", "K4", None),
    )

    imported(content)

    heads = WorkingGroup.objects.get(plan=next_plan, name="专班").memberships.order_by("order")
    assert [(m.position, str(m.cadre or m.post)) for m in heads] == [
        ("OFFICE_HEAD", "黄玲"),
        ("OFFICE_HEAD", "刘泽（副镇长、武装部长）"),
        ("OFFICE_HEAD", "各社支书"),
    ]


def test_unknown_and_ambiguous_names_are_explained(next_plan):
    Cadre.objects.filter(name="刘泽", post="").update(post="所长")
    content = edit(
        workbook.export_xlsx(next_plan), ("工作组", "C3", "刘泽"), ("工作组", "D3", "王大力")
    )

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


def test_readings_are_only_ever_added(next_plan):
    by = make.make_user(role="ADMIN")
    before = list(Reading.objects.order_by("pk").values())
    content = workbook.export_xlsx(next_plan)
    content = edit(
        content,
        ("监测", "E4", 1.3),
        ("监测", "+", ["grain", "", "全镇", "2025.7.31", "1.25", "遥感", None]),
    )

    diff = imported(content, by=by)

    assert [change.entry.values["value"] for change in diff.new] == [
        Decimal("1.3"),
        Decimal("1.25"),
    ]
    assert list(Reading.objects.order_by("pk").values())[:3] == before
    corrected, later = Reading.objects.order_by("pk")[3:]
    assert corrected.created_at > before[1]["created_at"]  # 照抄的录入时间不算数
    assert (later.on, later.village, later.by, later.is_demo) == (
        date(2025, 7, 31),
        None,
        by,
        False,
    )
    assert corrected.created_at != later.created_at
    assert imported(content).is_empty


def test_reading_that_only_differs_in_entry_time_is_the_same_reading(next_plan):
    content = edit(
        workbook.export_xlsx(next_plan), ("监测", "G3", None), ("监测", "G4", "2025-08-01 08:00:00")
    )

    assert imported(content).is_empty


def test_readings_missing_from_the_file_are_never_deleted(next_plan):
    content = without(workbook.export_xlsx(next_plan), "监测", "grain")

    diff = imported(content, delete_missing=True)

    assert [entry.kind for entry in diff.kept] == ["reading"] * 3
    assert Reading.objects.count() == 3


def test_missing_rows_are_kept_listed_and_deleted_on_request(plan):
    content = workbook.export_xlsx(plan)
    for sheet, first in (
        ("目标任务", "illegal"),
        ("时间节点", "illegal"),
        ("村", "双福"),
        ("干部", "沈勇"),
    ):
        content = without(content, sheet, first)
    content = edit(
        without(content, "工作组", "违法占用耕地专项工作组"), ("任务分解", "C12", "垣楼村")
    )
    content = edit(content, ("任务分解", "C12", "双福"))

    content = no_duties(content)

    kept = imported(content)
    assert [entry.label for entry in kept.kept] == ["双福", "沈勇"]
    assert sum(entry.kind == "member" for entry in kept.deletable) == 10
    assert Target.objects.filter(code="illegal").exists()

    deleted = imported(content, delete_missing=True)
    assert [entry.kind for entry in deleted.missing if entry.kind in ("target", "group")] == [
        "group",
        "target",
    ]
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
    content = no_duties(content)

    imported(content, delete_missing=True)

    assert WorkingGroup.objects.count() == 0


def test_step_that_takes_the_place_of_a_missing_one_needs_the_deletion(plan):
    content = edit(workbook.export_xlsx(plan), ("时间节点", "D22", "closing"))

    assert refused(content) == [
        "“时间节点”第 22 行 C“顺序”：顺序 2 已被“核实销号”占用，文件里没有它。"
        "请把它补进文件，或在导入时选择删除文件里没有的行。"
    ]
    imported(content, delete_missing=True)
    assert list(
        Milestone.objects.filter(target__code="illegal").values_list("code", flat=True)
    ) == ["rectify", "closing"]
