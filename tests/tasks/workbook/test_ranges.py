"""每村 1–3 个、全镇一共 4 个：方案表里写一段，导出再导入不变；合计在两头之间就不提醒。"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from tasks import workbook
from tasks.models import Allocation
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_allocation
from tests.worlds.plan_files import clear, edit, imported, refused, sheet_rows
from tests.worlds.range_town import RangeTown

pytestmark = pytest.mark.django_db


def shares():
    names = ("village__name", "quota", "quota_most", "quota_count", "quota_count_most")
    rows = Allocation.objects.order_by("village__order").values_list(*names)
    return [tuple(map(_plain, row)) for row in rows]


def _plain(value):
    return value if value is None or isinstance(value, str) else int(value)


@pytest.mark.parametrize("written", ["1–3", "1-3", "1~3", "1～3", "1至3", "１ — ３", " 1 到 3 "])
def test_a_range_may_be_written_in_any_of_these_ways(written):
    town = RangeTown()
    content = edit(workbook.export_xlsx(town.plan), ("任务分解", "E5", written))

    imported(content)

    assert shares()[2] == ("南村", 1, 3, None, None)


def test_ranges_go_out_and_into_an_empty_system():
    town = RangeTown()
    before, table = shares(), workbook.export_xlsx(town.plan)
    data = workbook.export_json(town.plan).encode()
    assert [row[4] for row in sheet_rows(table)["任务分解"][2:]] == ["1–3", "1–3", 1]

    for content, name in ((table, "方案.xlsx"), (data, "方案.json")):
        clear()
        imported(content, name)

        assert shares() == before
        assert imported(content, name).is_empty


def test_a_range_becomes_one_number_again_and_both_ends_are_told():
    town = RangeTown()
    content = workbook.export_xlsx(town.plan)

    diff = imported(edit(content, ("任务分解", "E3", 2), ("任务分解", "E5", "2–2")))

    told = [(change.label, change.fields) for change in diff.changed]
    assert told == [
        ("示范点 · 东村", [("任务数", "1", "2"), ("任务数最多", "3", "（空）")]),
        ("示范点 · 南村", [("任务数", "1", "2")]),
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("3–1", "“3–1”前面的比后面的大，请把少的写在前面，如 1–3。"),
        ("1–三", "“三”不是数字"),
        ("1–2–3", "“1–2–3”不是数字"),
        ("-1", "“-1”是负数，任务数不能是负数。"),
        (date(2026, 1, 3), "“2026-01-03”是日期：写 1-3 会被表格软件改成日期，请写成 1至3"),
    ],
)
def test_what_is_no_range_is_told_with_what_was_found(written, sentence):
    town = RangeTown()

    told = refused(edit(workbook.export_xlsx(town.plan), ("任务分解", "E3", written)))

    assert len(told) == 1
    assert f"“任务分解”第 3 行 E“任务数”：{sentence}" in told[0]


@pytest.mark.parametrize(
    ("quota", "warned"),
    [
        (2, "“示范点”分到各村的一共 3–7 个，任务数是 2 个，多了 1 个。请核对，照此导入也可以。"),
        (3, None),
        (5, None),
        (7, None),
        (9, "“示范点”分到各村的一共 3–7 个，任务数是 9 个，还差 2 个。请核对，照此导入也可以。"),
    ],
)
def test_the_total_is_the_targets_own_and_may_lie_anywhere_between(quota, warned):
    town = RangeTown()
    content = edit(workbook.export_xlsx(town.plan), ("目标任务", "G3", quota))

    review = workbook.examine(content, "方案.xlsx")

    assert [problem.advice for problem in review.warnings] == ([warned] if warned else [])


def test_the_most_without_a_least_or_below_it_is_refused():
    town = RangeTown()
    share = make_allocation(town.sites, town.add_village("北村", order=4))

    for least, most in ((None, 3), (3, 3), (3, 2)):
        share.quota, share.quota_most = least, most
        with pytest.raises(ValidationError, match="最多要比最少的大"):
            share.full_clean()


def test_the_allocation_page_writes_ranges_and_sees_no_gap_between(client):
    town = RangeTown()
    client.force_login(town.admin)

    page = client.get(reverse("tasks:allocations")).text

    assert page.count("1–3 个") == 2
    assert "3–7 个" in page
    assert "分解合计比任务数" not in page


def test_next_years_plan_keeps_the_ranges():
    town = RangeTown()

    new = copy_to_next_year(town.plan)

    kept = Allocation.objects.filter(target__plan=new, quota_most=3)
    assert kept.count() == 2


def test_the_administrator_sees_ranges_in_the_lists(client):
    town = RangeTown()
    client.force_login(town.admin)

    targets = client.get(reverse("admin:tasks_target_changelist")).text
    shares = client.get(reverse("admin:tasks_allocation_changelist")).text

    assert "3–7 个" in targets
    assert shares.count("1–3 个") == 2
