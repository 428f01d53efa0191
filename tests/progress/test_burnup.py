"""进度曲线和推算：每天的累计、撤回和更正以后的累计、近 14 天的速度，都对着手算的数。"""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from taiping.dashboard.charts import chart
from taiping.progress.burnup import burn_ups
from taiping.progress.forecast import Forecast, forecast
from taiping.progress.progress import plan_progress
from taiping.progress.words import forecast_sentences, lacking_sentence
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_record,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.hand_example import Example, day
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db


@pytest.fixture
def example(db):
    return again(Example)


def curves(plan, on, basis="done"):
    return {row.figures.target.code: row for row in burn_ups(plan_progress(plan, day(on), basis))}


def points(curve):
    return [
        (f"{on.month}-{on.day}", float(total))
        for on, total in zip(curve.days, curve.totals, strict=True)
    ]


def test_the_curve_goes_up_with_reports_and_down_with_withdrawals(example):
    found = curves(example.plan, "11-15")["abandoned"]

    assert (found.unit, found.goal) == ("亩", 36)
    assert points(found.reported) == [
        ("10-15", 5),
        ("10-20", 17),
        ("10-28", 27),
        ("10-29", 31),  # A6 5、A1 12、A3 10、A4-1 4
        ("10-31", 38.5),  # A2 更正后是 7.5
        ("11-1", 36),  # A6 核减，撤回 5；A4-2 报 2.5
        ("11-6", 33.5),  # A4-2 退回
    ]
    assert points(found.confirmed) == [("11-5", 12), ("11-13", 16), ("11-15", 26)]


def test_the_curve_of_what_was_known_uses_the_days_of_entry(example):
    found = curves(example.plan, "11-15", "recorded")["abandoned"]

    assert points(found.reported) == [
        ("10-15", 5),
        ("10-20", 17),
        ("10-28", 27),
        ("10-29", 31),
        ("10-31", 39),  # A2 那时按 8 亩
        ("11-1", 41.5),
        ("11-3", 41),
        ("11-4", 36),
        ("11-7", 33.5),  # 更正、核减、退回各在录入那天
    ]
    assert points(found.confirmed) == [("11-5", 12), ("11-13", 16)]


def test_a_list_of_cases_is_drawn_by_count_and_an_exemption_counts_one(example):
    cases, listed = (curves(example.plan, "12-31")[code] for code in ("illegal", "non_grain"))

    assert (cases.unit, cases.goal) == ("个", 3)
    assert (points(cases.reported), points(cases.confirmed)) == (
        [("9-2", 1), ("12-20", 2), ("12-31", 3)],
        [("10-12", 1), ("12-30", 2)],
    )
    assert (listed.unit, listed.goal) == ("个", 4)  # 清单看个：N3 核减算 1 个
    assert points(listed.confirmed) == [("9-25", 1), ("11-10", 2), ("11-14", 3), ("11-20", 4)]


def test_a_village_has_its_own_curve(example):
    figures = plan_progress(example.plan, day("11-15"), villages=[example.east])

    found = {row.figures.target.code: row for row in burn_ups(figures)}

    assert points(found["abandoned"].reported) == [("10-20", 12), ("10-31", 19.5)]


@pytest.mark.parametrize(
    ("code", "on", "sentence"),
    [
        # 那天 33.5 亩，14 天前 36 亩，退了
        ("abandoned", "11-15", "举证上传近14天没有进展，推算不出完成日期。"),
        # 核实 33.5 亩，14 天前（11-8）12 亩；还差 2.5，2.5×14÷21.5＝1.6，要 2 天
        ("abandoned", "11-22", "镇级核实按近14天进度，预计11月24日完成，晚9天。"),
        ("abandoned", "12-2", "全部节点已经完成。"),
        # 复耕 15 亩，14 天前（9-6）12 亩不到：0；还差 21，21×14÷15＝19.6，要 20 天，10-10
        ("abandoned", "9-20", "复耕复种按近14天进度，预计10月10日完成，晚10天。"),
        # 整改 2 个，14 天前 1 个；还差 1 个，要 14 天，到次年
        ("illegal", "12-20", "整改落实按近14天进度，预计2025年1月3日完成，比方案结束晚3天。"),
    ],
)
def test_the_sentence_under_the_curve(example, code, on, sentence):
    assert forecast_sentences(curves(example.plan, on)[code].figures)[0] == sentence


@pytest.mark.parametrize(
    ("steps", "quota", "on", "expected"),
    [
        (
            [("10-1", 7), ("10-10", 7)],
            35,
            "10-20",
            ("0.5", "12-1", 62),
        ),  # 14 天（10-7 起）里 7 亩，还差 21：42 天
        ([("10-10", 14)], 16, "10-24", (0, None, 0)),  # 10 月 10 日那天的不在近 14 天里
        ([("10-11", 14)], 16, "10-24", (1, "10-26", 26)),
        ([("10-11", 28)], 29, "10-24", (2, "10-25", 25)),  # 半天也算一天
        (
            [("10-20", 5)],
            20,
            "10-24",
            (Decimal(5) / 14, "12-5", 66),
        ),  # 还差 15：15×14÷5＝42 天，正好整除的不多一天
    ],
)
def test_the_pace_of_the_last_14_days(steps, quota, on, expected):
    plan, patches, by = one_step([area for _, area in steps], quota=quota, due_on="9-30")
    for patch, (done_on, _) in zip(patches, steps, strict=True):
        make_record(patch, by=by, on=day(done_on))

    (found,) = burn_ups(plan_progress(plan, day(on)))

    pace, done_on, late = expected
    assert found.forecast == Forecast(Decimal(pace), done_on and day(done_on), late)


def test_what_is_reported_before_the_14_days_and_sent_back_within_them_is_a_loss():
    plan, (kept, lost), by = one_step([3, 14], quota=30)
    make_record(kept, by=by, on=day("10-12"))
    make_record(
        lost,
        by=by,
        on=day("10-1"),
        withdrawn_on=day("10-20"),
        withdrawn_at=timezone.now(),
        withdrawn_by=by,
    )

    (found,) = burn_ups(plan_progress(plan, day("10-24")))

    assert found.forecast == Forecast(Decimal(0), None, 0)  # 3 − 14，没有进展


def test_a_first_step_that_is_only_forecast_counts_its_last_14_days():
    plan, patches, by = one_step([10, 4, 14], quota=42)  # 复耕以后还有两步，曲线画的是后两步
    target = plan.targets.get()
    make_milestone(target, order=2, code="evidence", name="举证上传", due_on=day("10-31"))
    make_milestone(target, order=3, code="check", name="镇级核实", due_on=day("11-15"))
    for patch, on in zip(patches, ("9-1", "10-7", "10-11"), strict=True):
        make_record(patch, by=by, on=day(on))

    (found,) = burn_ups(plan_progress(plan, day("10-20")))

    # 近 14 天从 10-7 起：4＋14＝18 亩。已有 28 亩，还差 14：14×14÷18＝10.9，要 11 天
    assert found.forecast == Forecast(Decimal(18) / 14, day("10-31"), 21)
    assert (found.reported.totals, found.confirmed.totals) == ([], [])


def test_patches_short_of_the_quota_are_forecast_to_the_last_patch_and_no_further():
    """要 608，图斑只有 50 亩：近 14 天做了 28，还有 22，22×14÷28＝11 天；做完了也不说够了。"""
    plan, patches, by = one_step([28, 22], quota=50)
    plan.targets.update(quota=608)
    make_record(patches[0], by=by, on=day("9-25"))

    (found,) = burn_ups(plan_progress(plan, day("10-1")))

    assert found.forecast.done_on == day("10-12")
    assert (
        forecast_sentences(found.figures)[0]
        == "复耕复种按近14天进度，预计10月12日做完现有图斑，晚2天。"
    )
    assert lacking_sentence(found.figures) == "现有图斑比任务数少558亩，不补上完不成。"
    make_record(patches[1], by=by, on=day("10-1"))
    (found,) = burn_ups(plan_progress(plan, day("10-1")))
    assert forecast_sentences(found.figures)[0] == "复耕复种现有图斑都做完了。"


def test_the_axis_never_begins_after_the_day_that_is_looked_at():
    plan, patches, by = one_step([10], quota=10)
    make_record(patches[0], by=by, on=day("9-25"))

    (early,) = (chart(row, plan, day("3-10")) for row in burn_ups(plan_progress(plan, day("3-10"))))

    assert early.table == [(day("2-29"), 0, 0), (day("3-10"), 0, 0)]
    assert early.today_x is not None
    assert early.months[0].label == "2月"


def test_every_open_step_has_its_forecast_and_equal_words_are_said_once():
    plan, patches, by = one_step([14, 14], quota=28, due_on="10-31")
    target = plan.targets.get()
    for order, (code, name, due) in enumerate(
        [("evidence", "举证上传", "11-15"), ("check", "镇级核实", "12-31")], start=2
    ):
        make_milestone(target, code, order=order, name=name, due_on=day(due))
    make_record(patches[0], by=by, on=day("10-20"))

    (figures,) = plan_progress(plan, day("10-20")).targets

    assert forecast_sentences(figures) == [
        "复耕复种按近14天进度，预计11月3日完成，晚3天。",
        "举证上传、镇级核实近14天没有进展，推算不出完成日期。",
    ]
    assert [row.forecast.done_on for row in figures.milestones] == [day("11-3"), None, None]


def test_what_is_reached_needs_no_forecast():
    assert forecast(Decimal(20), Decimal(20), Decimal(20), day("10-24"), day("12-31")) is None


def one_step(areas, *, quota, quota_count=None, starts_on=None, due_on="10-10"):
    """一步的任务，每块图斑面积 areas；不够 quota 的再给一块没动的，免得图斑不够。"""
    target = make_target(make_plan(), quota=quota and Decimal(quota), quota_count=quota_count)
    make_milestone(target, name="复耕复种", starts_on=starts_on, due_on=day(due_on))
    village, by = make_village(), make_user()
    if quota and quota_count is None and sum(areas) < quota:
        make_patch(target, village, area_mu=Decimal(quota) - sum(map(Decimal, areas)))
    return target.plan, [make_patch(target, village, area_mu=Decimal(area)) for area in areas], by


def test_a_list_is_forecast_by_its_patches():
    plan, patches, by = one_step([10, 6, 2, 1, 1], quota=20, quota_count=5)
    for patch in patches[:2]:
        make_record(patch, by=by, on=day("9-20"))

    # 还差 3 个，3×14÷2＝21 天，10 月 22 日；亩只差 4，不看。
    (found,) = burn_ups(plan_progress(plan, day("10-1")))

    assert (found.forecast.done_on, found.forecast.late_days, found.forecast.unit) == (
        day("10-22"),
        12,
        "个",
    )
    assert (
        forecast_sentences(found.figures)[0] == "复耕复种按近14天进度，预计10月22日完成，晚12天。"
    )


def test_enough_mu_but_not_every_patch_is_not_called_done():
    plan, patches, by = one_step([10, 10, 1], quota=20, quota_count=3)
    for patch in patches[:2]:
        make_record(patch, by=by, on=day("9-20"))

    (found,) = burn_ups(plan_progress(plan, day("10-1")))

    assert (
        forecast_sentences(found.figures)[0]
        == "复耕复种按近14天进度，预计10月8日完成，赶得上10月10日的截止。"
    )  # 1×14÷2＝7 天


def test_a_crawl_and_a_season_not_begun_are_told_apart_from_standing_still():
    plan, (slow, _), by = one_step([Decimal("0.01"), 100], quota=100, starts_on=day("9-1"))
    assert (
        forecast_sentences(burn_ups(plan_progress(plan, day("8-1")))[0].figures)[0]
        == "复耕复种还没到时段。"
    )
    assert (
        forecast_sentences(burn_ups(plan_progress(plan, day("9-15")))[0].figures)[0]
        == "复耕复种近14天没有进展，推算不出完成日期。"
    )

    make_record(slow, by=by, on=day("9-20"))

    assert (
        forecast_sentences(burn_ups(plan_progress(plan, day("9-25")))[0].figures)[0]
        == "复耕复种近14天进展太慢，推算不出完成日期。"
    )


def test_the_chart_has_the_month_ends_beside_it(example):
    found = chart(curves(example.plan, "11-15")["abandoned"], example.plan, day("11-15"))

    assert found.table[-3:] == [
        (date(2024, 9, 30), 0, 0),
        (date(2024, 10, 31), Decimal("38.5"), 0),
        (date(2024, 11, 15), Decimal("33.5"), 26),
    ]
    assert [mark.label for mark in found.deadlines] == [
        "复耕复种 9月30日",
        "举证上传 10月31日",
        "镇级核实 11月15日",
    ]
    assert found.projection == ""
    ahead = chart(curves(example.plan, "11-22")["abandoned"], example.plan, day("11-22"))
    # 8 月 1 日到年底 152 天、338 点宽，纵轴到 50 亩、114 点高：第 113 天的 33.5 亩，到第 115 天的 33.5＋21.5÷14×2 亩
    assert ahead.projection == "M303.3 47.6L307.7 40.6"
