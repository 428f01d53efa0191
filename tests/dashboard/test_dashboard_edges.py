"""总览的边角：没有步骤的任务、核查无问题的说法、链接里的日期、底线的增减，都照实说，不出错。"""

import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots import actions
from taiping.progress.progress import plan_progress
from taiping.reports.bulletin import bulletin_name, write_bulletin
from taiping.reports.weekly import weekly_name
from tasks.models import Plan
from tests.worlds.factories import (
    make_patch,
    make_plan,
    make_reading,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db


def noon(month, day):
    return timezone.make_aware(datetime(2024, month, day, 12))


def test_patches_of_a_target_without_steps_do_not_break_any_page(leader):
    """方案里还没写步骤，图斑先导进来了：照样看得见，只是没有进度。"""
    target = make_target(make_plan(), "abandoned", name="自然撂荒地整治")
    patch = make_patch(target, make_village("东村"), next_milestone=None)

    for url in (
        "/",
        "/?on=2024-10-20&since=2024-09-20",
        "/screen/",
        f"/villages/{patch.village.pk}/",
        "/bulletin/",
        "/patches/?year=2024&on=2024-10-20&state=all",
        "/weekly.xlsx",
    ):
        assert leader.get(url, follow=True).status_code == 200, url
    assert "1 个图斑" in leader.get("/?on=2024-10-20").content.decode()
    (figures,) = plan_progress(target.plan, date(2024, 10, 20)).targets
    assert (figures.patch_count, figures.confirmed_count, figures.reporting) == (1, 0, None)


def test_a_link_keeps_its_day_even_when_it_is_today(leader):
    """今天发给同事的链接，明天点开看的还是今天。"""
    make_plan(timezone.localdate().year)
    today = timezone.localdate().isoformat()

    asked = leader.get("/").context["question"]

    assert f"on={today}" in asked.query()
    assert f"on={today}" in asked.week_query


def test_all_villages_stay_when_the_day_is_changed(leader):
    make_plan()

    form = leader.get("/?on=2024-10-20&villages=all").content.decode()

    assert '<input type="hidden" name="villages" value="all">' in form
    assert 'name="villages"' not in leader.get("/?on=2024-10-20").content.decode()


def test_the_comparison_tells_how_the_floor_moved(leader):
    """耕地保有量从底线以下回到底线以上，是要说的。"""
    floor = make_target(
        make_plan(), "retained", kind="FLOOR", measured_by="READINGS", quota=Decimal(32202)
    )
    make_reading(floor, on=date(2024, 9, 1), value=Decimal(32196))
    make_reading(floor, on=date(2024, 10, 10), value=Decimal(32212))

    moved = leader.get("/?on=2024-10-20&since=2024-09-15").context["moved"]

    assert moved.targets[floor.pk].confirmed == Decimal(16)


def test_the_screen_says_what_day_and_basis_it_shows_and_what_was_wrong(leader):
    make_plan()

    right = leader.get("/screen/?on=2024-10-20&basis=recorded").content.decode()
    wrong = leader.get("/screen/?on=abc").content.decode()

    assert "2024年10月20日看，按录入日期" in right
    assert "“abc”不是日期" in wrong


def test_an_undated_step_says_how_late_it_is_once_the_plan_is_over(leader):
    target = make_steps_target(make_plan(), "illegal", kind="CASES", quota=None, quota_count=1)
    target.milestones.update(due_on=None)
    make_patch(target)

    def told(on):
        return leader.get(f"/?on={on}").content.decode()

    assert "方案没定截止日期，按12月31日算" in told("2024-12-01")
    assert re.search(r"逾期 ?\d+ ?天", told("2024-12-01")) is None
    assert "逾期 10 天" in told("2025-01-10")


def test_a_group_of_patches_only_exempted_is_told_the_same_in_words_and_table():
    """两块核查无问题、一块报到举证：表里核实 2 个，话里也是 2 个。"""
    target = make_steps_target(make_plan(), quota=Decimal(30))
    east, staff = make_village("东村"), make_user(role=Role.STAFF)
    for _ in range(2):
        actions.exempt(
            make_patch(target, east),
            by=staff,
            on=date(2024, 9, 10),
            at=noon(9, 10),
            note="影像为水田",
        )
    reported = make_patch(target, east)
    step = target.milestones.get(code="evidence")
    actions.report(
        reported, by=make_user(villages=[east]), on=date(2024, 9, 20), at=noon(9, 20), step=step
    )

    bulletin = write_bulletin(target.plan, date(2024, 10, 1), "done")

    text = "".join(getattr(block, "text", "") for block in bulletin.blocks)
    assert "已上报3个、10亩（含核查无问题2个，核减20亩），还没有核实通过的。" in text
    (figures,) = plan_progress(target.plan, date(2024, 10, 1)).targets
    assert (figures.reported_count, figures.confirmed_count) == (3, 2)


def test_a_plan_over_without_patches_does_not_call_them_late():
    plan = make_steps_target(make_plan()).plan

    bulletin = write_bulletin(plan, date(2025, 1, 10), "done")

    text = "".join(getattr(block, "text", "") for block in bulletin.blocks)
    assert "方案已于2024年12月31日结束。" in text


def test_two_bases_do_not_share_a_file_name():
    plan, on = Plan(subject="耕地保护"), date(2024, 10, 20)

    assert bulletin_name(plan, on).endswith("通报_2024-10-20.docx")
    assert bulletin_name(plan, on, "recorded").endswith("通报_2024-10-20_按录入日期.docx")
    assert weekly_name(plan, on, "recorded").endswith("周报_2024-10-20_按录入日期.xlsx")


def test_a_village_row_has_its_share_of_confirmed_patches(leader):
    target = make_steps_target(make_plan())
    east, staff = make_village("东村"), make_user(role=Role.STAFF)
    make_village("没有图斑的村", order=9)
    make_patch(target, east), make_patch(target, east)
    actions.exempt(
        make_patch(target, east), by=staff, on=date(2024, 9, 10), at=noon(9, 10), note="影像为水田"
    )

    rows = leader.get("/?on=2024-09-20").context["village_rows"]

    assert {row.village.name: row.share for row in rows} == {"东村": "33.3%", "没有图斑的村": ""}


def test_the_second_day_asks_only_what_differs(leader):
    """和上周比要多一天的数；两天一样的、比不着的，不再问；做了多少，两天一遍加出来。"""
    make_patch(make_steps_target(make_plan()), make_village("东村"))
    counts = []
    for since in ("none", "week"):
        leader.get(f"/?on=2024-10-20&since={since}")
        with CaptureQueriesContext(connection) as asked:
            leader.get(f"/?on=2024-10-20&since={since}")
        counts.append(len(asked))

    assert counts[1] - counts[0] == 1  # 核减和暂缓；反弹没有过的不问，别的两天一遍取


def test_where_a_step_is_overdue_adds_up(leader):
    target = make_steps_target(make_plan())
    east, west = make_village("东村", order=1), make_village("西村", order=2)
    for village, number in ((east, 1), (west, 2)):
        for _ in range(number):
            make_patch(target, village)

    first, *_ = plan_progress(target.plan, date(2024, 10, 20)).targets[0].milestones

    assert first.overdue_count == 3
    assert first.overdue_in == [(west, 2), (east, 1)]


def test_a_bad_day_to_compare_with_is_told_and_last_week_takes_its_place(leader):
    make_plan()

    late = leader.get("/?on=2024-10-20&since=2024-10-20")

    assert "比较的日期要早于看的日期，下面和上周比" in late.content.decode()
    assert late.context["question"].before == date(2024, 10, 13)


@pytest.mark.parametrize(
    ("since", "before"),
    [("", "2024-10-13"), ("month", "2024-09-20"), ("none", ""), ("2024-10-01", "2024-10-01")],
)
def test_the_page_compares_with_the_day_asked_for(leader, since, before):
    make_patch(make_steps_target(make_plan()), make_village("东村"))

    page = leader.get(f"/?on=2024-10-20&since={since}")

    assert str(page.context["question"].before or "") == before
    assert (page.context["moved"] is None) == (since == "none")
