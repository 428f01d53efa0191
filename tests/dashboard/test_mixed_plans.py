"""又有图斑又有监测的方案：图斑的数和监测的数各说各的，一张各村表里都有；只有图斑的方案和以前一样。

村页、总览的一天是 9月20日：一块图斑 10 亩没动（复耕复种 9月30日截止）；机耕道 2.5/5 公里，建成 9月10日截止。
"""

import re
from datetime import date
from decimal import Decimal

import pytest

from taiping.progress.progress import plan_progress
from taiping.progress.reading_counts import reading_counts
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_patch,
    make_reading,
    make_target,
)
from tests.worlds.grain_town import GrainTown
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages

pytestmark = pytest.mark.django_db
ON = "2024-09-20"


@pytest.fixture
def town():
    found = again(TwoVillages)
    found.village = found.add_village("没有份的村", order=99)
    found.road = make_target(
        found.plan, "road", name="机耕道", unit="公里", measured_by="READINGS", quota=Decimal(5)
    )
    make_milestone(found.road, "build", name="建成", due_on=date(2024, 9, 10))
    make_allocation(found.road, found.west, quota=Decimal(5))
    make_reading(found.road, village=found.west, on=date(2024, 9, 1), value=Decimal("2.5"))
    return found


def words(client, user, address):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", response.content.decode()))


def test_both_kinds_have_their_own_tiles(town, client):
    page = words(client, town.mayor, f"/?on={ON}")

    assert "0个图斑至少有一步逾期0个图斑7天内截止1个图斑15天内截止0个图斑已退回1项监测逾期" in page
    assert "项监测截止已过" not in page  # 没有的不占地方


def test_one_table_has_the_patches_and_the_readings_of_each_village(town, client):
    page = words(client, town.mayor, f"/?on={ON}&since=none")

    assert "西村监测1项0—机耕道·建成，逾期10天—2.50/5.0050%逾期" in page
    assert "东村0%0" in page
    assert "另有1个村没有分到任务，也没有图斑、监测数，不列。" in page
    assert "工作组负责的目标任务逾期图斑" in page


def test_a_village_with_a_late_reading_comes_before_one_without(town, client):
    client.force_login(town.mayor)

    rows = client.get(f"/?on={ON}").context["village_rows"]

    assert [row.village.name for row in rows] == ["西村", "东村"]


def test_a_late_patch_counts_before_a_late_reading(town, client):
    """10月2日：东村的图斑过了复耕复种，逾期一个；西村只有监测逾期。"""
    client.force_login(town.mayor)

    rows = client.get("/?on=2024-10-02").context["village_rows"]

    assert [(row.village.name, row.owed.village) for row in rows] == [("东村", 1), ("西村", 0)]


def test_a_plan_of_patches_only_has_no_tile_and_no_column_of_readings(client):
    town = again(TwoVillages)
    town.add_village("没有图斑的村", order=99)
    client.force_login(town.mayor)

    response = client.get(f"/?on={ON}")

    page = response.content.decode()
    assert "监测逾期" not in page
    assert "监测截止" not in page
    assert "项任务</small>" not in page
    assert response.context["left_out"] == 0
    rows = response.context["village_rows"]
    assert {row.village.name for row in rows} == {"东村", "西村", "没有图斑的村"}


def test_the_patch_pages_of_a_plan_without_patches_say_where_its_numbers_are(client):
    town = again(GrainTown)

    ledger, chart = (
        words(client, town.huang, "/patches/"),
        words(client, town.huang, "/patches/map/"),
    )
    upload = words(client, town.huang, "/patches/import/")

    assert "2024年度方案的任务都靠监测量，没有图斑。监测数在“方案→监测数”里看和录入。" in ledger
    assert "2024年度方案的任务都靠监测量，没有图斑，也就没有图形。" in chart
    assert "系统里的方案没有靠图斑量的任务，没有图斑可以导入。" in upload


def test_the_morning_of_a_plan_without_patches_names_the_villages_to_call(client):
    town = again(GrainTown)
    town.summer()
    town.plan.ends_on = date(2030, 12, 31)
    town.plan.save()

    page = words(client, town.huang, "/today/")

    assert "待核实" not in page[page.rindex("今天要办的") :]  # 菜单以后的
    assert "该录的监测早稻：上一次是2024年8月10日" in page
    assert "监测逾期、没有报数的，找谁村该办的，项数多的在前" in page
    assert "西村早稻移栽截止已过" in page
    assert "东村早稻收割逾期" in page
    assert page.index("西村早稻") < page.index("东村早稻")
    assert "南村" not in page


def test_a_plan_with_both_has_both_lists_in_the_morning(town, client):
    make_patch(town.target, town.east)

    page = words(client, town.huang, "/today/")

    assert "待核实" in page
    assert "逾期的，找谁村该办的，个数多的在前" in page
    assert "东村2个" in page
    assert "监测逾期、没有报数的，找谁村该办的，项数多的在前" in page
    assert "西村机耕道建成逾期" in page


def test_the_divided_target_is_not_called_undivided_in_other_villages(client):
    """早稻的 1000 亩都分给了东、西两个村：南村、北村没有份，不是未分解；机耕道只看全镇，写在下面。"""
    town = again(GrainTown)

    page = words(client, town.mayor, "/plan/shares/")

    assert "南村—50.250吨" in page
    assert "未分解" not in page[page.index("任务分解") :].replace("就是“未分解”", "")
    assert "还没有分解到村的任务：机耕道。另有1个村没有分到任务，不列。" in page


def test_the_readings_page_asks_only_the_villages_with_a_share(client):
    town = again(GrainTown)
    town.summer()

    page = words(client, town.huang, "/plan/readings/")

    assert "早稻：还没有全镇的数；2个村报了1个，还差西村" in page
    assert "机耕道：全镇2024年8月1日3.125公里" in page


def test_only_targets_of_the_village_are_counted_on_its_page(town):
    """东村没有分到机耕道，逾期的不算它的。"""
    on = date(2024, 9, 20)
    east = reading_counts(plan_progress(town.plan, on, villages=[town.east]))
    west = reading_counts(plan_progress(town.plan, on, villages=[town.west]))

    assert (len(east.overdue), len(east.silent), len(west.overdue)) == (0, 0, 1)


def test_a_village_page_says_which_tasks_are_not_its_own(town, client):
    """机耕道分给了西村；底线看的是全镇的数。东村的页上各说各的。"""
    floor = make_target(
        town.plan, "kept", name="耕地保有量", kind="FLOOR", measured_by="READINGS", order=999
    )
    make_milestone(floor)

    page = words(client, town.mayor, f"/villages/{town.east.pk}/?on={ON}")

    assert "；耕地保有量全镇监测，不分解到村；机耕道没有分解到本村" in page
