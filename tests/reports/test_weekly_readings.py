"""没有图斑的方案的周报：各张表说的是监测数和它的单位，只管图斑的表不出。数都是手算的，见 reading_towns。"""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from taiping.reports.weekly import weekly_workbook
from tests.reports.test_weekly import NAMES, opened, row_of
from tests.reports.test_weekly_paper import smallest_printed
from tests.worlds.factories import make_allocation, make_patch, make_steps_target, make_village
from tests.worlds.kept import again
from tests.worlds.office import han_words
from tests.worlds.reading_towns import GrainTown, PatrolTown, SilentTown, WorksTown, on

pytestmark = pytest.mark.django_db
DAY = on(10, 20)


def rows_of(sheet, first=5):
    return list(sheet.iter_rows(min_row=first, values_only=True))


def test_only_sheets_that_have_something_to_say():
    grain = again(GrainTown).plan

    assert opened(grain, DAY).sheetnames == ["总表", "完成率图", "分村监测", "时间节点", "说明"]
    # 一个数也没有的那天，没有图
    assert opened(grain, on(3, 1)).sheetnames == ["总表", "分村监测", "时间节点", "说明"]


@pytest.mark.parametrize("world", [GrainTown, WorksTown, SilentTown, PatrolTown])
def test_no_cell_speaks_of_patches(world):
    book = opened(again(world).plan, DAY)

    told = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert [cell for cell in told if isinstance(cell, str) and "图斑" in cell] == []


def test_the_overview_of_a_grain_plan():
    sheet = opened(again(GrainTown).plan, DAY)["总表"]

    assert [cell.value for cell in sheet[3]] == [
        *("目标任务", "类型", "任务数", "监测数", "完成率", "本周增减", "状态", "备注")
    ]
    # 上周（10月13日）东村还是 3 万亩
    assert row_of(sheet, "粮食播种面积（万亩）")[1:7] == (*("工作量", 12.35, 7, 0.566, 2, "逾期"),)
    assert row_of(sheet, "粮食产量（万吨）")[1:7] == ("工作量", 5.2, 4.45, 0.855, 0, "逾期")
    assert row_of(sheet, "大豆播种面积")[1:] == (
        *("工作量", 608, None, None, "—", "无数据", "截止已过112天，还没有监测数"),
    )
    signing = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert {"填报人：", "审核人：", "截止日期：2024年10月20日"} <= set(signing)


def test_villages_have_the_reading_the_share_and_the_unit():
    sheet = opened(again(GrainTown).plan, DAY)["分村监测"]

    assert [cell for cell in rows_of(sheet, 3)[0] if cell] == [
        *("序号", "村", "粮食播种面积（万亩）", "粮食产量（万吨）"),
        "截止已过，还不够的、还没有报数的",
    ]
    # 每项任务：任务数、监测数、占比；逾期两项的西村在前
    assert [row[:8] for row in rows_of(sheet)[:4]] == [
        (1, "西村", 4.35, 2, 0.459, 1.8, 1.35, 0.75),
        (2, "南村", 3, "没有报数", "—", 1.2, 0.9, 0.75),
        (3, "东村", 5, 4.9996, 0.999, 2.2, 2.2, 1),
        ("合计", None, 12.35, 6.9996, None, 5.2, 4.45, 0.855),
    ]
    assert [row[8].replace("\n", "") for row in rows_of(sheet)[:3]] == [
        "粮食播种面积 春播，逾期173天；粮食产量 秋收，逾期20天",
        "粮食播种面积 春播，截止已过173天，还没有监测数；粮食产量 秋收，逾期20天",
        "粮食播种面积 春播，逾期173天",
    ]
    assert sheet["D7"].number_format == "0.0000"  # 4.9996 不写成 5.00
    assert rows_of(sheet)[4][2] == "另有1个村没有分到这些任务，也没有报过数，没有列出。"


def test_units_keep_their_decimals_and_no_share_has_no_rate():
    book = opened(again(WorksTown).plan, DAY)

    assert row_of(book["总表"], "田间道路（公里）")[2:5] == (12.5, 12.4999, 0.999)
    assert book["总表"]["D4"].number_format == "0.0000"
    assert rows_of(book["分村监测"])[:3] == [
        (1, "西村", 3, 1, 0.333, "—", 80, "—", None),
        (2, "东村", 4, 4, 1, "—", 120.5, "—", None),
        (3, "北村", 2, "没有报数", "—", "—", "—", "—", None),
    ]


def test_a_deadline_passed_in_silence_is_past_and_not_late():
    plan = again(SilentTown).plan
    steps = {row[1]: row for row in rows_of(opened(plan, on(12, 1))["时间节点"], 4)}

    assert steps["复耕"][:6] == (
        *("复耕复种", "复耕", "村", datetime(2024, 9, 30), "已过62天", 608),
    )
    assert steps["复耕"][6:] == (None, None, "—", "无数据", "截止已过62天，还没有监测数")
    assert {row[1]: row[4] for row in rows_of(opened(plan, on(9, 30))["时间节点"], 4)} == {
        "复耕": 0,  # 今天截止
        "核实": 31,
        "年底保有": 92,
    }


def test_a_village_late_in_many_targets_has_the_longest_two_and_a_number():
    town = again(GrainTown)
    for number in (1, 2):
        due = on(8, number)
        target = town.add_measured(
            f"t{number}", f"任务{number}", "亩", "9", ("做完", due), shares=("9",)
        )
        town.read(target, on(7, 1), "1")

    row = row_of(opened(town.plan, DAY)["分村监测"], "东村", 2)

    assert row[-1].replace("\n", "") == (
        "粮食播种面积 春播，逾期173天；任务1 做完，逾期80天；另有1项"
    )


def test_the_chart_has_the_one_rate():
    book = opened(again(GrainTown).plan, DAY)

    (chart,) = book["完成率图"]._charts
    assert [(row.tx.v, row.val.numRef.f) for row in chart.series] == [("完成", "'总表'!$E$4:$E$6")]


def test_a_plan_of_duties_alone_is_signed_on_its_sheet():
    book = opened(again(PatrolTown).plan, DAY)

    assert book.sheetnames == ["常态工作", "说明"]
    told = [cell for row in book["常态工作"].iter_rows(values_only=True) for cell in row]
    assert {"填报人：", "审核人：", "截止日期：2024年10月20日"} <= set(told)


def test_a_mixed_plan_has_all_sheets_and_the_readings_beside():
    town = again(GrainTown)
    make_patch(make_steps_target(town.plan, order=9), town.north, code="T1")

    book = opened(town.plan, DAY)

    assert book.sheetnames == [*NAMES[:5], "分村监测", *NAMES[5:]]
    assert [row[1] for row in rows_of(book["分村监测"])[:3]] == ["西村", "南村", "东村"]


def test_a_village_without_any_part_is_counted_below_and_not_listed():
    """一样也没有分到、什么也没有报过的村：三张分村的表都不列成空行，下面说有几个。"""
    town = again(GrainTown)
    make_patch(make_steps_target(town.plan, order=9), town.north, code="T1")
    make_village("远村")

    book = opened(town.plan, DAY)

    for name in ("分村", "分村个数", "分村面积"):
        told = [value for row in book[name].values for value in row if value]
        assert "北村" in told and "远村" not in told
        assert "另有1个村没有分到任务，也没有图斑、没有报过数，没有列出。" in told


def test_it_prints_on_a4_with_no_letter_under_nine_points():
    plan = again(GrainTown).plan

    for sheet in opened(plan, DAY):
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert smallest_printed(sheet) >= 9
    words = han_words(weekly_workbook(plan, DAY))
    assert len(words) > 50
    assert [word for word in words if word.size < 9 and len(word.text) > 1] == []


def test_the_number_of_queries_does_not_grow():
    town = again(GrainTown)

    def queries():
        with CaptureQueriesContext(connection) as found:
            weekly_workbook(town.plan, DAY)
        return len(found)

    few = queries()
    for _ in range(5):
        make_allocation(town.sown, make_village(), quota=1)
    more = town.add_measured("oil", "油菜", "亩", "40", ("播种", on(10, 15)), shares=("20", "20"))
    town.read(more, on(10, 1), "5", "6")
    assert queries() == few
