"""绕了弯的几段历史，一段一件：更正、退回、结转、插步骤碰在一起，数还是对的。"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from plots.actions.plan_changes import follow
from plots.actions.taking_back import take_back
from plots.ledger.replay import all_differences
from plots.models import Kind, Patch
from taiping.progress.progress import plan_progress
from tests.worlds.factories import make_milestone
from tests.worlds.january import CARRIED_ON, ENTERED_AT, January
from tests.worlds.town import NOON, sep

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def figures_on(town, day, basis="done", plan=None):
    return plan_progress(plan or town.plan, day, basis).targets[0]


def test_amended_after_it_was_sent_back_from_without_fault(town):
    """9 月认定没问题、又退回，10 月才报、再更正：9 月看，那时没有做完过，不算逾期完成。"""
    town.do("exempt", on=sep(1))
    town.do("send_back", on=sep(10))
    town.report(on=date(2024, 10, 8))
    town.do("amend", area_mu="9")

    (first, *_) = figures_on(town, sep(5)).milestones

    assert (first.on_time_count, first.late_count) == (0, 0)


def test_a_deferral_moves_on_when_the_smaller_area_completes_its_step(town):
    """报了 4 亩、暂缓，更正成 4 亩：这一步做完了，暂缓停在下一步；别的图斑照样算逾期。"""
    town.add_patch(town.target, town.east, "T2")
    town.report(on=sep(5), area_mu="4")
    town.do("defer", on=sep(6))

    town.do("amend", area_mu="4")

    assert town.patch.records.standing().get(kind=Kind.DEFER).milestone == town.evidence
    figures = figures_on(town, date(2024, 10, 1))
    assert [row.overdue_count for row in figures.milestones] == [1, 0, 0]
    assert list(all_differences()) == []


def test_a_return_taken_back_was_known_until_then(town):
    town.at = NOON - timedelta(days=3)
    town.report(on=sep(5))
    record = town.do("send_back", on=sep(6))

    take_back(record, by=town.huang)

    def returned(day, basis):
        return plan_progress(town.plan, day, basis).filed[town.east.pk, Kind.RETURN]

    assert returned(TODAY - timedelta(days=1), "recorded") == 1
    assert returned(TODAY, "done") == 0


def test_brought_over_and_amended_later_the_days_between_keep_their_area():
    town = January()
    town.carry()
    day = ENTERED_AT.date() + timedelta(days=1)
    before = figures_on(town, day, "recorded", town.new)
    patch = Patch.objects.filter(carried_from__isnull=False, village=town.east).first()
    later = ENTERED_AT + timedelta(days=5)
    town.act("amend", patch, by=town.huang, on=CARRIED_ON, at=later, reason="重测", area_mu="12")

    after = figures_on(town, day, "recorded", town.new)

    assert before.brought_count > 0
    assert (after.brought_count, after.brought) == (before.brought_count, before.brought)
    now = figures_on(town, later.date(), "recorded", town.new)
    assert now.brought - before.brought == Patch.objects.get(pk=patch.pk).area_mu - patch.area_mu


def test_a_patch_already_there_is_brought_only_from_the_day_it_was_carried():
    town = January()
    old = Patch.objects.open().filter(target__plan=town.plan).first()
    town.add_patch(town.new_target, old.village, old.code, created_at=ENTERED_AT)
    town.carry()

    day_before = CARRIED_ON - timedelta(days=1)

    assert figures_on(town, day_before, plan=town.new).brought_count == 0
    assert figures_on(town, CARRIED_ON, plan=town.new).brought_count > 0


def test_a_step_inserted_before_an_amended_part_is_done_on_every_day_it_had_begun(town):
    """报了一部分、更正了、再在前面插一步：更正以前的日子里，后面动了手的，前面的也算做过。"""
    town.patch.created_at = NOON - timedelta(days=90)
    town.patch.save()
    town.at = NOON - timedelta(days=10)
    town.report(on=sep(11), area_mu="4")
    town.at = NOON - timedelta(days=5)
    town.do("amend", area_mu="9")
    step = make_milestone(town.target, "water", name="灌溉设施", order=0, due_on=sep(20))
    follow([town.target], by=town.admin, at=NOON)

    for days in (8, 6, 4, 1):
        first, second, *_ = figures_on(town, TODAY - timedelta(days=days), "recorded").milestones
        assert first.milestone == step
        assert (first.reached_count, second.reached) == (1, Decimal(4))
    areas = [
        figures_on(town, TODAY - timedelta(days=days), "recorded").milestones[0].reached
        for days in (8, 4)
    ]
    assert areas == [10, 9]


def timely(town, day, basis="done"):
    rows = figures_on(town, day, basis).milestones
    return [(row.on_time_count, row.late_count) for row in rows]


def test_amending_after_no_fault_keeps_what_was_known(town):
    """报了、退回、认定没问题，再更正两次：没有做完过的，哪天看都不算按期完成。"""
    town.patch.created_at = NOON - timedelta(days=120)
    town.patch.save()
    for days, verb, given in (
        (20, "report", {}),
        (18, "send_back", {"step": town.replant}),
        (16, "exempt", {}),
        (12, "amend", {"area_mu": "9"}),
        (8, "amend", {"area_mu": "8"}),
    ):
        on = sep(25 - days)
        if verb == "report":
            town.report(on, at=NOON - timedelta(days=days))
        else:
            town.do(verb, on=on, at=NOON - timedelta(days=days), **given)

    for days in (15, 11, 7, 0):
        assert timely(town, TODAY - timedelta(days=days), "recorded") == [(0, 0)] * 3
    assert timely(town, sep(30)) == [(0, 0)] * 3


def test_late_work_before_no_fault_stays_late_through_amendments(town):
    """过了截止才报，同一天认定没问题；更正到西村再改回来，还是逾期完成。"""
    late = date(2024, 10, 5)
    town.report(late)
    town.do("exempt", on=late)
    before = timely(town, TODAY)

    town.do("amend", village=town.west, area_mu=None)
    town.do("amend", village=town.east, area_mu=None)

    assert before[0] == (0, 1)
    assert timely(town, TODAY) == before
    assert list(all_differences()) == []


def test_a_step_inserted_before_an_enlarged_patch_counts_it_once(town):
    town.patch.created_at = NOON - timedelta(days=90)
    town.patch.save()
    town.report(sep(5), at=NOON - timedelta(days=10))
    town.do("amend", area_mu="12", at=NOON - timedelta(days=5))
    make_milestone(town.target, "water", name="灌溉设施", order=0, due_on=sep(20))
    follow([town.target], by=town.admin, at=NOON)

    for days in (8, 3):
        first, *_ = figures_on(town, TODAY - timedelta(days=days), "recorded").milestones
        assert first.reached_count == 1


def test_splitting_does_not_move_the_day_the_target_began(town):
    """拆了一块、又添一块：从哪天起看进度，还是第一块下发的那天，和添在哪个村无关。"""
    before = figures_on(town, sep(13)).reason
    town.do("split", on=sep(9))
    town.add_patch(town.target, town.east, "新添的", since_on=sep(10))

    after = figures_on(town, sep(13))

    assert after.reason == before
    assert after.state == "AT_RISK"
