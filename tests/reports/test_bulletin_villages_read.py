"""通报的各村：靠监测的一项任务一段、一张表，比的是占本村任务数的几成；单位不同的从不相加。数都是手算的。"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from taiping.reports.bulletin import write_bulletin
from taiping.reports.confirmation import confirmation
from tests.worlds.factories import (
    make_allocation,
    make_patch,
    make_reading,
    make_steps_target,
    make_village,
)
from tests.worlds.kept import again
from tests.worlds.reading_towns import GrainTown, ReadingTown, SilentTown, WorksTown, on
from tests.worlds.reports_town import ReportsTown

pytestmark = pytest.mark.django_db
DAY = on(10, 20)
HEAD = ["名次", "村", "任务数", "监测数", "占比", "监测日期"]


def told(plan, day=DAY):
    """“各村情况”的各段。"""
    found, heading = [], ""
    for block in write_bulletin(plan, day).blocks:
        if block.kind == "heading":
            heading = block.text
        elif heading.endswith("各村情况"):
            found.append(block.lead + block.text)
    return found


def annex(plan, day=DAY):
    found = {annex.title: annex.blocks for annex in write_bulletin(plan, day).annexes}
    return found["各村监测数情况表"]


def test_villages_are_ranked_target_by_target_and_the_silent_are_named():
    town = again(GrainTown)

    assert told(town.plan) == [
        "各村按监测数占本村任务数的比例由高到低排列，一项任务一张表（见附件1）。"
        "大豆播种面积没有分解到村，只看全镇的数。北村没有分到任务，也没有报过数，不在其列。",
        "（一）粮食播种面积。3个村分到任务，报了数的2个。占比最高的是东村（99.9%），最低的是西村（45.9%）。"
        "逾期的有西村、东村（春播逾期173天）。还没有报数的有南村（春播截止已过173天）。",
        "（二）粮食产量。分到任务的3个村都报了数。占比最高的是东村（100%），最低的是西村、南村（75%）。"
        "逾期的有西村、南村（秋收逾期20天）。",
    ]


def test_the_table_has_the_unit_and_what_is_short_by_a_little_is_not_the_whole():
    """东村 4.9996 万亩，两位小数看着就是 5.00。"""
    town = again(GrainTown)

    sown, grain = annex(town.plan)

    assert (sown.title, grain.title) == ("粮食播种面积（单位：万亩）", "粮食产量（单位：万吨）")
    assert sown.head == HEAD
    assert sown.rows == [
        ["1", "东村", "5.0000", "4.9996", "99.9%", "10月16日"],
        ["2", "西村", "4.3500", "2.0000", "45.9%", "4月20日"],
        ["—", "南村", "3.0000", "没有报数", "—", ""],
    ]
    assert sown.total == ["合计", "", "12.3500", "6.9996", "", ""]
    assert grain.rows == [
        ["1", "东村", "2.20", "2.20", "100%", "10月10日"],
        ["2", "西村", "1.80", "1.35", "75%", "10月10日"],
        ["2", "南村", "1.20", "0.90", "75%", "10月10日"],
    ]
    assert grain.total == ["合计", "", "5.20", "4.45", "85.5%", ""]


def test_without_a_share_there_is_no_place():
    town = again(WorksTown)

    assert told(town.plan)[1:] == [
        "（一）蓄水池。3个村分到任务，报了数的2个。占比最高的是东村（100%），最低的是西村（33.3%）。"
        "还没有报数的有北村。",
        "（二）完成投资。没有分解到村，不排名次；报了数的有东村120.50万元、西村80万元。",
    ]
    _, money = annex(town.plan)
    assert [row[:5] for row in money.rows] == [
        ["—", "东村", "—", "120.50", "—"],
        ["—", "西村", "—", "80.00", "—"],
    ]


def test_nobody_has_reported():
    town = again(SilentTown)

    assert told(town.plan, on(9, 30)) == [
        "各村都还没有报数，暂不排名。"
        "耕地保有量没有分解到村，只看全镇的数。南村、北村没有分到任务，也没有报过数，不在其列。",
        "（一）复耕复种。分到任务的2个村都还没有报数。",
    ]
    assert [annex.title for annex in write_bulletin(town.plan, on(9, 30)).annexes] == ["统计说明"]
    assert told(town.plan, on(12, 1))[1:] == [
        "（一）复耕复种。2个村分到任务，一个也没有报数。还没有报数的有东村、西村（复耕截止已过62天）。"
    ]


def test_the_whole_towns_number_is_told_beside_the_villages():
    """镇里的数比村里的晚：表里的合计不是在用的数，要说。"""
    town = again(WorksTown)
    town.read_whole(town.ponds, on(10, 18), "6")

    _, note, _ = annex(town.plan)

    assert note.text == "全镇以镇里10月18日的监测数6座为准，不是上表的合计。"


def test_floors_are_not_ranked_but_the_low_are_named():
    town = ReadingTown()
    floor = town.add_measured(
        *("basic", "永久基本农田", "亩", "100", ("年底", on(12, 31))),
        kind="FLOOR",
        shares=("60", "40"),
    )
    town.read(floor, on(10, 1), "59.5", "41")

    (text,), (table,) = told(town.plan)[1:], annex(town.plan)

    assert (
        text == "（一）永久基本农田。分到任务的2个村都报了数。低于分到的底线的有东村（低0.50亩）。"
    )
    assert table.head[2] == "底线"
    assert [row[:2] for row in table.rows] == [["—", "东村"], ["—", "西村"]]


def test_nothing_by_village_at_all():
    town = ReadingTown()
    road = town.add_measured("road", "机耕道", "公里", "3", ("建成", on(11, 30)))
    town.read_whole(road, on(10, 1), 1)

    assert told(town.plan) == ["各项任务都没有分解到村，也没有各村的监测数，暂不排名。"]
    assert [annex.title for annex in write_bulletin(town.plan, DAY).annexes] == ["统计说明"]


def test_a_mixed_plan_has_both_and_the_annexes_count_on():
    town = again(GrainTown)
    make_patch(make_steps_target(town.plan, order=9), town.north, code="T1")

    found = told(town.plan)

    assert found[0] == (
        "各村按核实占比由高到低排列，占比相同的，村该办的逾期少的在前（见附件2）。"
        "各村都还没有核实的图斑。东村、西村、南村没有图斑，不参加排名。"
    )
    assert found[1] == (
        "靠监测的任务，各村按监测数占本村任务数的比例由高到低排列，一项任务一张表（见附件3）。"
        "大豆播种面积没有分解到村，只看全镇的数。"
    )
    assert [annex.title for annex in write_bulletin(town.plan, DAY).annexes] == [
        "逾期图斑清单",
        "各村图斑整治情况表",
        "各村监测数情况表",
        "统计说明",
    ]


def test_a_floor_of_a_patch_plan_adds_nothing_until_it_is_shared_out():
    town = again(ReportsTown)

    make_reading(town.floor, village=town.east, value=16100)
    assert len(told(town.plan)) == 1
    make_allocation(town.floor, town.east, quota=16000)
    assert told(town.plan)[2] == "（一）耕地保有量。分到任务的1个村都报了数。"


def test_a_floor_alone_has_the_villages_numbers():
    town = ReadingTown()
    floor = town.add_measured(
        *("basic", "永久基本农田", "亩", "100", ("年底", on(12, 31))), kind="FLOOR"
    )
    town.read(floor, on(10, 1), "59.5", "41")

    assert told(town.plan)[1] == (
        "（一）永久基本农田。没有分解到村，不排名次；报了数的有东村59.50亩、西村41亩。"
    )


def test_shared_out_but_only_the_town_has_read():
    town = again(SilentTown)
    town.read_whole(town.replant, on(10, 15), "200")

    assert told(town.plan)[1] == ("（一）复耕复种。分到任务的2个村都还没有报数，只有全镇的监测数。")


def test_many_late_villages_are_counted_and_the_worst_are_named():
    """三十个村都差一些：点六个最差的，说一共几个；步骤和天数只写一遍。"""
    town = ReadingTown()
    rice = town.add_measured("rice", "早稻", "亩", "3000", ("移栽", on(10, 10)))
    for number in range(1, 31):
        village = make_village(f"第{number}村", order=10 + number)
        make_allocation(rice, village, quota=100)
        make_reading(rice, village=village, on=on(10, 1), value=number)

    assert (
        "逾期的有第1村、第2村、第3村、第4村、第5村、第6村等30个村（移栽逾期10天）。"
        in told(town.plan)[1]
    )


def test_the_number_of_queries_does_not_grow():
    town = again(GrainTown)

    def queries():
        with CaptureQueriesContext(connection) as found:
            write_bulletin(town.plan, DAY, before=on(10, 12))
            confirmation(town.plan, DAY, "done", town.east)
        return len(found)

    few = queries()
    for _ in range(5):
        make_allocation(town.sown, make_village(), quota=1)
    more = town.add_measured("oil", "油菜", "亩", "40", ("播种", on(10, 15)), shares=("20", "20"))
    town.read(more, on(10, 1), "5", "6")
    assert queries() == few
