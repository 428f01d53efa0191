"""周报：打开写出的 Excel 逐格核对，数都是手算的；空的、出格的也打得开；查询次数固定。"""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from taiping.reports.weekly import weekly_name, weekly_workbook
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user, make_village
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown
from villages.models import Role

pytestmark = pytest.mark.django_db
NAMES = [
    "总表",
    "完成率图",
    "分村",
    "分村个数",
    "分村面积",
    "时间节点",
    "逾期清单",
    "暂缓清单",
    "明细",
    "说明",
]

LEFT_OUT = "另有1个村没有分到任务，也没有图斑、没有报过数，没有列出。"  # 南村


def opened(plan, on=DAY, basis="done"):
    return load_workbook(io.BytesIO(weekly_workbook(plan, on, basis)))


def row_of(sheet, first, column=1):
    """第一格（或第 column 格）是 first 的那一行的值。"""
    return next(row for row in sheet.iter_rows(values_only=True) if row[column - 1] == first)


@pytest.fixture
def town():
    return again(ReportsTown)


def test_overview_has_the_figures_worked_out_by_hand(town):
    sheet = opened(town.plan)["总表"]

    assert sheet["A1"].value == "太平镇2024年耕地保护工作周报 总表"
    assert sheet["A2"].value == "截至2024年10月20日，按完成日期"
    assert sheet["J2"].value == "单位：亩、个"
    # 任务，类型，任务数（量、个），上报（量、个），核实（量、个），完成率（上报、核实）
    # 本周新增（上报量、个，核实量、个），逾期，较上周，状态；核减（亩、个），暂缓，逾期（村、镇、区），备注
    assert row_of(sheet, "自然撂荒地整治") == (
        *("自然撂荒地整治", "工作量", 100, None, 30, 4, 20, 3, 0.3, 0.2),
        # 10-13 以后：A2 10-15 举证上传；A1 10-12 核实，算在上一周
        *(10, 1, 0, 0, 3, 0, "逾期"),
        *(6, 1, 1, 3, 0, 0),
        "复耕复种：逾期20天，还差45亩；图斑9个、100.50亩",
    )
    assert row_of(sheet, "存量重点图斑") == (
        *("存量重点图斑", "工作量", 30, 3, 10, 2, 10, 2),
        *(0.666, 0.666),  # 清单按个：3 个里 2 个
        *(0, 0, 0, 0, 0, 0, "正常"),
        *(12, 1, 0, 0, 0, 0),
        "举证上传：还有11天；图斑3个、30亩；核减后按18亩计",
    )
    assert row_of(sheet, "耕地保有量") == (
        *("耕地保有量", "底线", 32202, None, None, None, 32300, None, None, None),
        *("—", "—", 0, "—", None, "—", "正常"),
        *[None] * 6,
        "2024年6月30日监测数，高出底线98亩",
    )


def test_villages_are_worst_first_and_the_total_recomputes_the_rate(town):
    sheet = opened(town.plan)["分村"]

    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    # 序号，村，片区，图斑、上报、核实，核实占比，本周新增（上报、核实），已退回，差错率，
    # 逾期（村该办、镇该办、区该办），较上周，最久的一步
    late = "自然撂荒地整治 复耕复种，逾期20天"
    assert rows == [
        (1, "东村", None, 6, 4, 3, 0.5, 1, 0, 0, 0, 2, 0, 0, 0, late),
        (2, "西村", None, 6, 2, 2, 0.333, 0, 0, 1, 0.16, 1, 0, 0, 0, late),
        ("合计", None, None, 12, 6, 5, 0.416, 1, 0, 1, 0.07, 3, 0, 0, 0, None),
        (None, None, LEFT_OUT, *[None] * 13),
    ]


def test_villages_target_by_target(town):
    sheet = opened(town.plan)["分村个数"]

    # 每项任务：图斑、上报、核实、村该办的逾期
    assert list(sheet.iter_rows(min_row=5, values_only=True)) == [
        (1, "东村", None, 5, 3, 2, 2, 1, 1, 1, 0),
        (2, "西村", None, 4, 1, 1, 1, 2, 1, 1, 0),
        ("合计", None, None, 9, 4, 3, 3, 3, 2, 2, 0),
        (None, None, LEFT_OUT, *[None] * 8),
    ]


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_the_week_is_the_comparison_of_the_dashboard(town, client, basis):
    """本周新增、较上周和总览“比上周”是同一份，任务、村都是。"""
    client.force_login(make_user(role=Role.LEADER))
    moved = client.get(f"/?on=2024-10-14&basis={basis}").context["moved"]
    book = opened(town.plan, date(2024, 10, 14), basis)

    told = moved.targets[town.abandoned.pk]
    row = row_of(book["总表"], "自然撂荒地整治")
    assert row[10:14] == (
        told.reported,
        told.reported_count,
        told.confirmed,
        told.confirmed_count,
    )
    assert row[15] == told.overdue
    for village in (town.east, town.west):
        row = row_of(book["分村"], village.name, 2)
        told = moved.villages[village.pk]
        assert (row[7], row[8], row[14]) == (told.reported, told.confirmed, told.overdue)


def test_a_week_of_returns_and_passed_deadlines_by_hand(town):
    """10月14日往前七天：A1 举证（10-08）、核实（10-12），A7 举证被退回（10-10）。"""
    book = opened(town.plan, date(2024, 10, 14))
    steps = {row[:2]: row for row in book["时间节点"].iter_rows(min_row=5, values_only=True)}

    # 上报：A1 多 10 亩，A7 退回少 15 亩；核实多 A1；复耕复种又多了 A7 逾期
    assert row_of(book["总表"], "自然撂荒地整治")[10:16] == (-5, 0, 10, 1, 3, 1)
    assert row_of(book["分村"], "东村", 2)[7:9] == (1, 1)
    assert row_of(book["分村"], "西村", 2)[7:9] == (-1, 0)
    assert row_of(book["分村"], "西村", 2)[14] == 1
    # 本周新增（数量、个数），逾期，较上周
    assert steps["自然撂荒地整治", "复耕复种"][10:14] == (-15, -1, 3, 1)
    assert steps["自然撂荒地整治", "镇级核实"][10:14] == (10, 1, 0, 0)
    assert steps["耕地保有量", "年底保有"][10:14] == (0, "—", None, "—")


def test_village_areas(town):
    sheet = opened(town.plan)["分村面积"]

    # 每项任务：任务数、图斑、上报、核实（亩）
    assert row_of(sheet, "东村", 2) == (1, "东村", None, None, 46.5, 20, 10, None, 10, 10, 10)
    assert row_of(sheet, "西村", 2) == (2, "西村", None, None, 54, 10, 10, None, 20, 0, 0)
    assert row_of(sheet, "合计") == ("合计", None, None, 100, 100.5, 30, 20, 30, 30, 10, 10)


def test_milestones(town):
    sheet = opened(town.plan)["时间节点"]
    rows = {row[:2]: row[2:] for row in sheet.iter_rows(min_row=5, values_only=True)}

    # 由谁做，截止，离截止，任务数，已完成，完成率；本周新增，逾期，较上周，状态；按期，逾期完成，按期率，备注
    assert rows["自然撂荒地整治", "复耕复种"] == (
        *("村", datetime(2024, 9, 30), -20, 100, None, 55, 5, 0.55),
        *(0, 0, 3, 0, "逾期"),
        *(35, 3),  # A1、A2、A9；A5 核查无问题，不算按期也不算逾期
        *(20, 1, 0.75),
        "逾期20天，还差45亩",
    )
    assert rows["存量重点图斑", "复耕复种"][:18] == (
        *("村", datetime(2024, 9, 30), None, 30, 3, 18, 3, 1),
        *(0, 0, 0, 0, "按期完成"),
        *(18, 2, 0, 0, 1),
    )
    assert rows["自然撂荒地整治", "镇级核实"][:7] == (
        *("镇", datetime(2024, 11, 15), 26, 100, None, 20, 3),
    )
    assert rows["耕地保有量", "年底保有"][:6] == (
        *("镇", datetime(2024, 12, 31), 72, 32202, None, 32300),
    )


def test_overdue_and_deferred_lists(town):
    book = opened(town.plan)

    late = list(book["逾期清单"].iter_rows(min_row=4, values_only=True))
    step = "自然撂荒地整治", datetime(2024, 9, 30)
    assert late == [
        (1, "东村", step[0], "A3", None, 12.5, "复耕复种", step[1], 20, "村该办", "整治中", None),
        (2, "东村", step[0], "A4", None, 8, "复耕复种", step[1], 20, "村该办", "待整治", None),
        (
            *(3, "西村", step[0], "A7", None, 15, "复耕复种", step[1], 20),
            *("村该办", "已退回", "未见复耕复种"),
        ),
    ]
    waiting = list(book["暂缓清单"].iter_rows(min_row=4, values_only=True))
    assert waiting == [
        (
            1,
            "西村",
            step[0],
            "A8",
            None,
            9,
            "复耕复种",
            step[1],
            datetime(2024, 9, 18),
            "暂缓",
            "等水退。",
        )
    ]


def test_details_have_every_patch_with_the_day_of_each_step(town):
    sheet = opened(town.plan)["明细"]
    rows = {row[2]: row for row in sheet.iter_rows(min_row=5, values_only=True) if row[2]}

    assert sorted(rows) == ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "B1", "B2", "B3"]
    days = datetime(2024, 9, 5), datetime(2024, 10, 8), datetime(2024, 10, 12)
    assert rows["A1"] == (
        *("自然撂荒地整治", "东村", "A1", None, None, 10, 10, 10),
        *("已销号", None, None, *days, None),
    )
    assert rows["A3"][5:] == (
        *(12.5, 0, 0, "整治中", "复耕复种", datetime(2024, 9, 30)),
        *[None] * 4,
    )
    assert rows["A5"][8:10] + rows["A5"][14:] == (
        "核查无问题",
        None,
        "2024年9月12日核查无问题：\n影像为水田",
    )
    assert row_of(sheet, "自然撂荒地整治合计")[:8] == (
        *("自然撂荒地整治合计", 9, None, None, None, 100.5, 30, 20),
    )


def test_an_earlier_day_and_the_other_basis(town):
    before = opened(town.plan, date(2024, 10, 9))["总表"]
    recorded = opened(town.plan, DAY, "recorded")

    # 10月9日 A7 还没有退回：上报 A1、A7、A9 共 35 亩加 A5 一个；核实 A9 加 A5
    assert row_of(before, "自然撂荒地整治")[4:8] == (35, 4, 10, 2)
    # 整改都是 12月20日才录入的：那天系统里只有图斑，没有进展，12 块里 9-30 到期的都逾期
    assert row_of(recorded["总表"], "自然撂荒地整治")[4:15] == (
        *(0, 0, 0, 0, 0, 0),
        *(0, 0, 0, 0, 9),
    )
    assert recorded["总表"]["A2"].value == "截至2024年10月20日，按录入日期"
    assert recorded["逾期清单"].max_row == 3 + 12


def test_empty_plan_and_no_patches_and_no_readings():
    empty = make_plan(2023)
    plan = make_plan(2024)
    make_steps_target(plan)

    nothing, no_patches = opened(empty, date(2023, 6, 1)), opened(plan)

    assert nothing["总表"]["A5"].value == "这份方案还没有目标任务。"
    assert nothing["明细"]["A5"].value == "还没有图斑。"
    assert "完成率图" not in nothing.sheetnames
    row = row_of(no_patches["总表"], "自然撂荒地整治")
    silent = "复耕复种：截止已过20天，还没有下发图斑"
    week = "—", "—", "—", "—", None, "—"
    assert row[2:] == (100, *[None] * 7, *week, "无数据", *[None] * 6, silent)
    steps = {row[1]: row for row in no_patches["时间节点"].iter_rows(values_only=True)}
    assert steps["复耕复种"][-1] == "截止已过20天，还没有下发图斑"
    assert steps["复耕复种"][4] == "已过20天"  # 没有图斑，说不上逾期
    assert steps["复耕复种"][10:14] == ("—", "—", None, "—")
    assert no_patches["逾期清单"]["A4"].value == "没有逾期的图斑。"


def test_the_number_of_queries_does_not_grow(town):
    def queries():
        with CaptureQueriesContext(connection) as found:
            weekly_workbook(town.plan, DAY)
        return len(found)

    few = queries()
    for number in range(3):
        village = make_village(f"新村{number}")
        for each in range(30):
            make_patch(town.abandoned, village, code=f"N{each}", area_mu=Decimal(1))

    assert queries() == few


def test_download_has_the_date_in_its_name(town, client):
    client.force_login(make_user(role=Role.LEADER))

    response = client.get(reverse("reports:weekly") + "?on=2024-10-20")

    assert response.status_code == 200
    assert (
        "%E5%91%A8%E6%8A%A5_2024-10-20.xlsx" in response["Content-Disposition"]
    )  # 周报_2024-10-20.xlsx
    assert load_workbook(io.BytesIO(response.content)).sheetnames == NAMES
    assert weekly_name(town.plan, DAY) == "太平镇耕地保护周报_2024-10-20.xlsx"


def test_a_secretary_may_not_take_the_whole_town(town, client):
    client.force_login(make_user(role=Role.SECRETARY, villages=[town.east]))

    assert client.get(reverse("reports:weekly")).status_code == 403


def test_a_bad_date_is_not_silently_another_day(town, client):
    client.force_login(make_user(role=Role.STAFF))

    response = client.get(reverse("reports:weekly") + "?on=2024-02-30")

    assert response.status_code == 302
    assert response.url == "/?on=2024-02-30"


def test_command_writes_the_same_figures(town, tmp_path):
    call_command(
        "weekly", as_of="2024-10-20", output=str(tmp_path), verbosity=0, stdout=io.StringIO()
    )

    book = load_workbook(tmp_path / "太平镇耕地保护周报_2024-10-20.xlsx")
    assert row_of(book["总表"], "自然撂荒地整治")[4:8] == (30, 4, 20, 3)
    with pytest.raises(CommandError, match="写不了"):
        call_command("weekly", output=str(tmp_path / "没有" / "周报.xlsx"))
