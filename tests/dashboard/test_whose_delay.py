"""谁欠的：村只按自己的步排先后、说原因，镇该办、区该办的另写；截止过了没有报数的点名，没有图斑的不催。"""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from plots import actions
from taiping.progress.layout import attention, without_patches
from taiping.progress.progress import plan_progress
from taiping.progress.returns import returns_by_village
from taiping.progress.village_rows import village_rows
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_reading,
    make_record,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db
LATE = date(2024, 12, 20)


class TwoDelays:
    """东村的一块没有复耕；西村的两块都报完了，一块等镇里核实，一块等区里验收。"""

    def __init__(self):
        self.plan = make_plan()
        self.east, self.west = make_village("东村", order=1), make_village("西村", order=2)
        target = make_steps_target(self.plan)
        make_milestone(
            target, "accept", name="竣工验收", due_on=date(2024, 12, 10), actor="DISTRICT", order=4
        )
        steps = list(target.milestones.order_by("order"))
        by = make_user(role=Role.STAFF)
        make_patch(target, self.east, code="东没动")
        for code, done in (("西等镇", steps[:2]), ("西等区", steps[:3])):
            patch = make_patch(target, self.west, code=code)
            for step in done:
                make_record(patch, step, by=by, on=date(2024, 9, 5))


def test_villages_are_ranked_and_explained_by_their_own_steps_alone(leader):
    town = TwoDelays()
    figures = plan_progress(town.plan, LATE)

    _, (first, second) = village_rows(figures, "/patches/?", returns_by_village(figures))
    page = leader.get(f"/?on={LATE}").content.decode()
    village = leader.get(f"/villages/{town.west.pk}/?on={LATE}").content.decode()

    assert [first.village, second.village] == [town.east, town.west]
    assert (first.owed.village, first.worst.overdue_step.name) == (1, "复耕复种")
    assert (second.owed.village, second.owed.town, second.owed.district) == (0, 1, 1)
    assert second.worst is None  # 镇里的核实、区里的验收不是它拖的
    for words in ("镇该办 1 个", "区该办 1 个"):
        assert words in page
        assert words in village
    assert '<span class="figure">0 <small>个图斑</small></span>该村里办的逾期' in village


def test_each_step_says_where_its_unfinished_patches_are_stuck():
    figures = plan_progress(TwoDelays().plan, LATE).targets[0]

    found = [
        (row.milestone.name, row.overdue_count, [(word, n) for _, word, n in row.owed.parts])
        for row in figures.milestones
    ]

    assert found == [
        ("复耕复种", 1, [("村该办", 1)]),
        ("举证上传", 1, [("村该办", 1)]),
        ("镇级核实", 2, [("村该办", 1), ("镇该办", 1)]),
        ("竣工验收", 3, [("村该办", 1), ("镇该办", 1), ("区该办", 1)]),
    ]


def test_what_is_reported_is_the_last_step_of_the_village():
    """四步，后两步是镇和区的：上报看举证上传，不看镇级核实。"""
    figures = plan_progress(TwoDelays().plan, LATE).targets[0]

    assert figures.reporting.milestone.name == "举证上传"
    assert (figures.reported_count, figures.confirmed_count) == (2, 0)


def test_a_deadline_passed_in_silence_is_named_and_a_target_without_patches_raises_no_alarm(leader):
    plan = make_plan()
    make_steps_target(plan, order=1)
    road = make_target(plan, "road", name="机耕道", unit="公里", measured_by="READINGS", order=2)
    make_milestone(road, name="修通", due_on=date(2024, 9, 30))
    make_village("东村")

    figures = plan_progress(plan, date(2024, 10, 20))
    page = leader.get("/?on=2024-10-20").content.decode()
    listed = page.split('id="attention"')[1].split("</section>")[0]

    assert [step.milestone.name for _, step in attention(figures)] == ["修通"]
    assert "截止已过20天，还没有监测数" in listed
    assert [row.target.name for row in without_patches(figures)] == ["自然撂荒地整治"]
    assert "自然撂荒地整治：还没有下发图斑；截止已过，还没有报数：复耕复种（9月30日）" in listed
    assert "text-late" not in listed


def test_an_exemption_after_the_deadline_leaves_timely_work_timely():
    """两块都按期报了，一块按期核实，另一块截止以后才定为核查无问题。"""
    target = make_steps_target(quota=None, quota_count=2, kind="CASES")
    village = make_village("东村")
    boss, staff = make_user(villages=[village]), make_user(role=Role.STAFF)
    for code in ("T1", "T2"):
        patch = make_patch(target, village, code=code)
        step = target.milestones.get(code="evidence")
        actions.report(patch, by=boss, on=date(2024, 9, 1), step=step)
        if code == "T1":
            actions.confirm(patch, by=staff, on=date(2024, 11, 10))
        else:
            actions.exempt(patch, by=staff, on=date(2024, 11, 20), note="影像为水田")

    found = plan_progress(target.plan, date(2024, 11, 20)).targets[0].milestones

    assert [(row.reached_count, row.on_time_count, row.late_count) for row in found] == [
        (2, 2, 0),
        (2, 2, 0),
        (2, 1, 0),  # 核实没有做过，不算按期也不算逾期
    ]
    assert [row.state for row in found] == ["DONE", "DONE", "DONE"]


def test_a_list_closed_short_is_done_and_the_missing_area_is_shown_and_linked(leader):
    target = make_target(
        make_plan(), "non_grain", name="重点图斑", quota=Decimal(20), quota_count=2
    )
    step = make_milestone(target, name="复耕复种", due_on=date(2024, 9, 30))
    by = make_user(role=Role.STAFF)
    for code, area in (("T1", "10"), ("T2", "8.5")):
        patch = make_patch(target, code=code)
        make_record(patch, step, by=by, area_mu=Decimal(area))

    figures = plan_progress(target.plan, date(2024, 12, 2)).targets[0]
    page = leader.get("/?on=2024-12-02").content.decode()
    address = "/patches/?year=2024&on=2024-12-02&target=non_grain&short=on"

    assert (figures.state, figures.short_count, figures.short_area) == ("DONE", 1, Decimal("1.5"))
    assert "1 个完成面积小于图斑面积</a>，共少 1.50 亩" in page
    assert leader.get(address).context["count"] == 1


def test_a_step_with_its_own_quota_is_held_to_it():
    """全年 52 座，一季度到 13 座：13 座就是按期，不是还差 39 座。"""
    plan = make_plan()
    ponds = make_target(plan, unit="座", measured_by="READINGS", quota=Decimal(52), decimals=0)
    make_milestone(ponds, "q1", name="一季度", due_on=date(2024, 3, 31), quota=Decimal(13))
    make_milestone(ponds, "year", name="全年", due_on=date(2024, 12, 31))
    make_reading(ponds, on=date(2024, 3, 20), value=Decimal(13))

    first, whole = plan_progress(plan, date(2024, 4, 10)).targets[0].milestones

    assert (first.state, first.lacking) == ("DONE", "")
    assert (whole.state, whole.lacking) == ("ON_TRACK", "39座")


def test_a_step_of_a_target_measured_by_readings_has_no_count():
    ponds = make_target(make_plan(), unit="座", measured_by="READINGS", quota=Decimal(52))
    step = make_milestone(ponds, quota_count=13)

    with pytest.raises(ValidationError, match="靠监测量的任务只看监测数，不看个数"):
        step.full_clean()
