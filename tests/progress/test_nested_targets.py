"""“其中”在各处：排在上级下面、往里空一格；说几项任务、几项逾期，一项和它的“其中”算一项。"""

import io
import json
import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from taiping.progress.output import as_json
from taiping.progress.progress import plan_progress
from taiping.progress.words import verdict
from taiping.reports.bulletin.sections import by_target
from taiping.reports.bulletin.sentences import overall, reading
from taiping.reports.weekly import weekly_workbook
from tasks.models import Reading, Target
from tests.worlds.factories import make_milestone, make_reading, make_target
from tests.worlds.nested_town import NestedTown

pytestmark = pytest.mark.django_db
LATER = date(2024, 11, 10)
LISTED = [
    "撂荒地整治",
    "　其中：坡耕地",
    "粮食播种面积",
    "　其中：小麦",
    "　其中稻谷",
    "　　其中：早稻",
]


def measured(target, value, on=date(2024, 10, 20)):
    make_reading(target, on=on, value=Decimal(value))


def test_figures_list_parts_beneath_their_whole_and_json_names_it():
    town = NestedTown()

    progress = plan_progress(town.plan, LATER)

    assert [figures.target.listed_name for figures in progress.targets] == LISTED
    told = as_json(progress)["targets"]
    assert [(row["code"], row["parent"]) for row in told] == [
        ("abandoned", None),
        ("slope", "abandoned"),
        ("grain", None),
        ("wheat", "grain"),
        ("rice", "grain"),
        ("early", "rice"),
    ]


def test_a_target_and_its_parts_count_as_one_and_the_worst_of_them_speaks():
    town = NestedTown()
    measured(town.grain, "1.2")
    measured(town.wheat, "0.2")
    measured(town.rice, "0.9")
    measured(town.early, "0.1")

    progress = plan_progress(town.plan, LATER)

    states = {figures.target.code: figures.state.value for figures in progress.targets}
    assert (states["grain"], states["early"]) == ("DONE", "OVERDUE")
    assert len(progress.families) == 2
    assert "2项任务中1项逾期、1项还没有数据" in verdict(progress)
    assert overall(progress) == "方案共有目标任务2项，其中逾期1项、还没有数据1项。"


def test_the_nearest_deadline_counts_a_family_once():
    town = NestedTown()

    assert "撂荒地整治等2项，距完成截止还有11天" in verdict(
        plan_progress(town.plan, date(2024, 10, 20))
    )


def test_patches_are_counted_where_they_are_and_never_in_the_whole_too():
    town = NestedTown()
    town.add_patch(town.abandoned, town.east, "T1", "6")
    town.add_patch(town.slope, town.east, "T2", "4")

    progress = plan_progress(town.plan, LATER)

    found = {figures.target.code: figures for figures in progress.targets}
    assert (found["abandoned"].patch_count, found["abandoned"].patch_area) == (1, Decimal(6))
    assert (found["slope"].patch_count, found["slope"].patch_area) == (1, Decimal(4))
    assert progress.overdue_count == 2


def test_a_whole_is_not_made_from_its_parts_and_parts_beyond_it_are_pointed_out():
    town = NestedTown()
    measured(town.wheat, "0.4")
    measured(town.rice, "0.9")
    assert plan_progress(town.plan, LATER).targets[2].confirmed is None

    measured(town.grain, "1.25")
    grain = plan_progress(town.plan, LATER).targets[2]

    assert (grain.confirmed, grain.parts_excess) == (Decimal("1.25"), Decimal("0.05"))
    assert reading(grain) == (
        "任务数1.2000万亩，2024年10月20日监测为1.2500万亩，占任务数的104.1%"
        "（各项“其中”的监测数加起来比它多0.0500万亩，请核对）。"
    )


def test_the_bulletin_numbers_a_target_once_and_lets_its_parts_follow():
    town = NestedTown()

    titles = [paragraph.lead for paragraph in by_target(plan_progress(town.plan, LATER))]

    assert [title.split("（无数据")[0] for title in titles] == [
        "（一）撂荒地整治",
        "其中：坡耕地",
        "（二）粮食播种面积",
        "其中：小麦",
        "其中稻谷",
        "其中：早稻",
    ]


def test_the_weekly_lists_them_so_with_the_town_floor_first():
    town = NestedTown()
    floor = make_target(
        town.plan, "floor", name="保有量", kind="FLOOR", measured_by="READINGS", order=9
    )
    make_milestone(floor)
    part = {"kind": "WORKLOAD", "measured_by": "READINGS", "order": 8, "parent": floor}
    make_target(town.plan, "paddy", name="水田", **part)

    book = openpyxl.load_workbook(io.BytesIO(weekly_workbook(town.plan, LATER)))

    cells = [cell for cell in book["总表"]["A"] if cell.alignment.indent or cell.row > 4][:8]
    names = ["　" * int(cell.alignment.indent) + cell.value for cell in cells]
    assert [name.replace("（万亩）", "") for name in names] == ["保有量", "　其中：水田", *LISTED]


@pytest.mark.parametrize("page", ["dashboard:dashboard", "dashboard:screen", "tasks:plan"])
def test_pages_show_parts_set_in_beneath_their_whole(client, page):
    town = NestedTown()
    client.force_login(town.admin)

    text = re.sub(r"<[^>]*>", "", client.get(reverse(page)).text)

    rest = text.partition("到得了任务数吗")[2] or text
    for name in LISTED:
        assert name in rest  # 在前一项的后面
        rest = rest.partition(name)[2]


def test_readings_are_entered_for_a_part_beneath_its_whole(client):
    town = NestedTown()
    client.force_login(town.huang)

    text = client.get(reverse("tasks:readings")).text

    options = [line.strip() for line in text.splitlines() if "万亩）</option>" in line]
    names = [line.partition(">")[2].partition("（万亩）")[0] for line in options]
    assert names == LISTED[2:]


def test_a_reading_that_makes_the_parts_exceed_the_whole_is_asked_about(client):
    town = NestedTown()
    measured(town.grain, "1.2")
    measured(town.rice, "0.9")
    client.force_login(town.huang)
    given = {"target": town.wheat.pk, "on": "2024-10-21", "value": "0.31", "source": "统计"}

    answer = client.post(reverse("tasks:readings"), given)

    asked = "全镇“粮食播种面积”的各项“其中”一共 1.21 万亩，它自己是 1.20 万亩，多 0.01 万亩。"
    assert asked in answer.text
    assert not Reading.objects.filter(target=town.wheat).exists()


def test_a_whole_entered_below_its_parts_is_asked_about_too(client):
    town = NestedTown()
    measured(town.early, "0.3")
    client.force_login(town.huang)
    given = {"target": town.rice.pk, "on": "2024-10-21", "value": "0.25", "source": "统计"}

    answer = client.post(reverse("tasks:readings"), given)

    asked = "全镇“其中稻谷”的各项“其中”一共 0.30 万亩，它自己是 0.25 万亩，多 0.05 万亩。"
    assert asked in answer.text


def test_the_districts_rollup_counts_a_family_once(tmp_path):
    town = NestedTown()
    for target in (town.grain, town.wheat, town.early):
        measured(target, "0.1")
    (tmp_path / "甲镇.json").write_text(json.dumps(as_json(plan_progress(town.plan, LATER))))

    call_command("rollup", tmp_path, "-o", tmp_path / "汇总.xlsx", stdout=io.StringIO())

    book = openpyxl.load_workbook(tmp_path / "汇总.xlsx")
    towns = [row for row in book["各镇"].iter_rows(values_only=True) if row[4] == 1]
    assert len(towns) == 1  # 三项都逾期，是一项粮食
    names = [cell.value for cell in book["各项任务"]["A"]]
    assert names[-4:] == ["粮食播种面积", "其中：小麦", "其中稻谷", "其中：早稻"]


def test_queries_do_not_grow_with_parts(django_assert_num_queries):
    town = NestedTown()
    with django_assert_num_queries(14):
        plan_progress(town.plan, LATER)
    Target.objects.update(parent=None)
    with django_assert_num_queries(14):
        plan_progress(town.plan, LATER)
