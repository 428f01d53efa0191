"""总览该盯什么：逾期的一个不漏、和本村无关的不说、最差的村在前；换一天、换一页，问的还在。"""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from taiping.progress.progress import plan_progress
from taiping.progress.question import DashboardQuery
from taiping.progress.words import verdict
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_reading,
    make_record,
    make_steps_target,
    make_target,
    make_village,
)

pytestmark = pytest.mark.django_db


def listed(page):
    return page.split('id="attention"')[1].split("</section>")[0]


def test_what_is_overdue_is_listed_even_when_the_quota_is_met(leader):
    """要 10 亩，一块 10 亩的按期做了，另一块没做：任务完成了，那一块还是逾期的。"""
    target = make_target(make_plan(), name="自然撂荒地整治", quota=Decimal(10))
    make_milestone(target, name="复耕复种")
    make_record(make_patch(target, make_village("东村")), on=date(2024, 9, 1))
    make_patch(target, make_village("西村"))

    before, after = (leader.get(f"/?on=2024-{day}").content.decode() for day in ("09-20", "10-20"))

    assert "自然撂荒地整治 · 复耕复种" in listed(before)
    assert "还有 10 天" in listed(before)
    assert "逾期20天" in listed(after)
    assert ">1个</a>" in listed(after)
    assert ">西村1</a>" in listed(after)
    assert "东村" not in listed(after)
    assert "按期完成" in after.split('id="goals"')[1].split("</section>")[0]


def test_a_village_is_not_told_of_tasks_it_has_no_part_in(leader):
    target = make_steps_target(make_plan(), order=2)
    floor = make_target(
        target.plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        quota=Decimal(100),
        order=1,
    )
    make_milestone(floor, name="年底保有", due_on=date(2024, 12, 31))
    make_reading(floor, value=Decimal(110))
    busy, idle = make_village("东村"), make_village("西村")
    make_patch(target, busy)

    mine = leader.get(f"/villages/{busy.pk}/?on=2024-10-20").content.decode()
    other = leader.get(f"/villages/{idle.pk}/?on=2024-10-20").content.decode()

    assert "逾期20天" in listed(mine)
    assert "没有逾期的，15天内也没有要截止的。" in listed(other)
    for page in (mine, other):
        assert "耕地保有量全镇监测，不分解到村" in page
        assert "没有监测数" not in page
    assert "110.00 亩" in leader.get("/?on=2024-10-20").content.decode()


def test_a_village_page_has_its_share_and_what_moved(leader):
    target = make_target(make_plan(), name="自然撂荒地整治")
    make_milestone(target, name="复耕复种")
    village = make_village("东村")
    done, *_ = (make_patch(target, village) for _ in range(4))
    make_record(done, on=date(2024, 9, 25))

    page = leader.get(f"/villages/{village.pk}/?on=2024-10-20&since=2024-09-20").content.decode()

    assert "核实占比：核实 1 个、上报 1 个，本村图斑 4 个" in page
    assert '<span class="figure">25%</span>' in page
    moved = page.split('id="moved"')[1]
    assert "比9月20日" in moved
    assert "核实 +1 个" in moved


def test_villages_with_as_much_overdue_are_ordered_by_what_they_confirmed(leader):
    target = make_target(make_plan())
    make_milestone(target, due_on=date(2024, 12, 31))
    for order, (name, confirmed, patches) in enumerate(
        [("全做完", 2, 2), ("没有图斑", 0, 0), ("一半", 1, 2), ("没做", 0, 1)]
    ):
        village = make_village(name, order=order)
        for number in range(patches):
            patch = make_patch(target, village)
            if number < confirmed:
                make_record(patch, on=date(2024, 9, 1))

    rows = leader.get("/?on=2024-10-20").context["village_rows"]

    assert [row.village.name for row in rows] == ["没做", "一半", "全做完", "没有图斑"]


def test_the_nearest_deadline_names_the_task_already_overdue_first():
    plan = make_plan()
    calm, late = (
        make_target(plan, name=name, order=order) for order, name in enumerate(("不急", "拖着的"))
    )
    make_milestone(late, name="复耕复种", due_on=date(2024, 9, 30))
    for target in (calm, late):
        make_milestone(target, name="镇级核实", due_on=date(2024, 11, 15))
        make_patch(target)

    assert verdict(plan_progress(plan, date(2024, 11, 4))) == (
        "截至2024年11月4日，2项任务中1项逾期、1项预警；最紧的是拖着的等2项，距镇级核实截止还有11天。"
    )


def test_no_reading_is_not_compared_as_0(leader):
    floor = make_target(
        make_plan(), "retained", kind="FLOOR", measured_by="READINGS", quota=Decimal(32202)
    )
    make_reading(floor, on=date(2024, 6, 30), value=Decimal(32196))

    page = leader.get("/?on=2024-08-01&since=2024-03-01").content.decode()

    assert "3月1日还没有监测数，比不出来" in page
    assert "+32196" not in page


def test_what_the_patches_cannot_reach_is_said(leader):
    """要 30 亩，只有两块各 10 亩。"""
    target = make_target(make_plan(), quota=Decimal(30))
    make_milestone(target)
    make_patch(target), make_patch(target)

    page = leader.get("/?on=2024-08-01").content.decode()

    assert "现有图斑比任务数少10亩，不补上完不成。" in page


def test_the_screen_of_today_changes_with_the_day_and_lists_are_not_cut_in_silence(leader):
    today = timezone.localdate()
    plan = make_plan(today.year)
    for number in range(8):
        target = make_target(plan, name=f"任务{number}", order=number)
        make_milestone(target, due_on=today)
        make_patch(target)

    home, past = (
        leader.get("/").content.decode(),
        leader.get(f"/?year={today.year}&on={today.year}-01-05").content.decode(),
    )
    screen = leader.get("/screen/").content.decode()

    assert f'href="/screen/?plan={today.year}"' in home
    assert f'href="/screen/?plan={today.year}&amp;on={today.year}-01-05"' in past
    assert "另有 3 项" in screen
    assert "已退回" in screen


def test_the_screen_has_no_zero_for_what_has_no_patches(leader):
    make_steps_target(make_plan())

    screen = leader.get("/screen/?on=2024-10-20").content.decode()

    assert "还没有下发图斑" in screen
    assert "0.00" not in screen


def test_another_day_keeps_the_basis_the_comparison_and_all_villages():
    plan = make_plan()
    asked = DashboardQuery(
        plan=plan,
        on=date(2024, 10, 20),
        basis="recorded",
        today=date(2024, 11, 1),
        plans=(plan,),
        since=date(2024, 9, 25),
        villages="all",
    )

    assert (
        asked.at(date(2024, 9, 30))
        == "?plan=2024&on=2024-09-30&basis=recorded&since=2024-09-25&villages=all"
    )
    assert (
        asked.at(date(2024, 9, 20)) == "?plan=2024&on=2024-09-20&basis=recorded&villages=all"
    )  # 比较的日期在它后面
    assert asked.today_query == "?plan=2024&basis=recorded&since=2024-09-25&villages=all"
    assert asked.week_query == "?plan=2024&on=2024-10-20&basis=recorded&villages=all"
    assert asked.alone_query == "?plan=2024&on=2024-10-20&basis=recorded&since=none&villages=all"


def test_an_undated_step_is_listed_near_the_end_of_the_plan_as_the_tile_counts_it(leader):
    target = make_target(
        make_plan(), name="违法占用耕地问题", kind="CASES", quota=None, quota_count=1
    )
    make_milestone(target, name="整改落实", due_on=None)
    make_patch(target)

    page = leader.get("/?on=2024-12-28").content.decode()

    assert leader.get("/?on=2024-12-28").context["soon_7"] == 1
    assert "违法占用耕地问题 · 整改落实" in listed(page)
    assert "离方案结束还有3天，还差1个" in listed(page)


def test_a_plan_without_targets_says_so_in_every_section(leader):
    make_plan()

    page = leader.get("/?on=2024-10-20").content.decode()

    for words in ("还没有目标任务", "也就没有时间节点", "没有要工作组负责的", "还没有村"):
        assert words in page
