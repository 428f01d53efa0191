"""整改的动作：每个动作从每种状态、由不该做的人、在不对的日期。"""

import uuid
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django.utils import timezone

from plots import actions
from plots.actions import NotAllowed
from plots.actions import permissions as permits
from plots.actions.transaction import submit
from plots.models import Evidence, Kind, Patch, Reason, Status
from tasks.models import Milestone
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again
from tests.worlds.town import NOON, TwoVillages, sep
from villages.models import Role

pytestmark = pytest.mark.django_db


# 动作 → {原来的状态: 之后的状态}；不在里面的都要被拒绝。
P, U, R, A, C, E, D = (
    Status.PENDING,
    Status.UNDERWAY,
    Status.RETURNED,
    Status.AWAITING,
    Status.CLOSED,
    Status.EXEMPT,
    Status.DEFERRED,
)
AFTER = {
    "report": {P: U, U: U, R: U},
    "confirm": {A: C},
    "send_back": {U: R, A: R, C: R, E: R},
    "exempt": {P: E, U: E, R: E, A: E, D: E},
    "defer": {P: D, U: D, R: D},
    "resume": {D: P},
    "remark": {status: status for status in (P, U, R, A, C, E, D)},
    "amend": {status: status for status in (P, U, R, A, C, E, D)},
    "split": {P: P, U: P, R: P, A: P, D: P},
    "remove": dict.fromkeys((P, U, R, A, C, E, D), Status.REMOVED),
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("verb", list(AFTER))
def test_action_from_every_status(town, verb, status):
    town.bring_to(status)
    before = town.state()
    after = AFTER[verb].get(status)
    if after is None:
        assert verb not in permits.allowed(town.liu, town.patch)
        with pytest.raises(NotAllowed, match="T1"):
            town.do(verb, by=town.liu)
        assert town.state() == before
    else:
        assert verb in permits.allowed(town.liu, town.patch)
        record = town.do(verb, by=town.liu)
        assert town.now() == after
        assert (record.by, record.done_on, record.created_at) == (town.liu, sep(20), NOON)


BY_OTHERS = {
    "report": {"west_secretary", "mayor"},
    "confirm": {"east_secretary", "west_secretary", "mayor"},
    "remark": {"east_secretary", "west_secretary"},
}


@pytest.mark.parametrize("who", ["east_secretary", "west_secretary", "mayor", "liu", "admin"])
@pytest.mark.parametrize("verb", list(AFTER))
def test_action_by_every_role(town, verb, who):
    """村里只报自己的村，领导只督办，其余由镇里办；权限名和动作说的一样。"""
    town.bring_to(next(status for status in (A, P, D) if status in AFTER[verb]))
    person = getattr(town, who)
    before = town.state()
    if who in BY_OTHERS.get(verb, {"east_secretary", "west_secretary", "mayor"}):
        assert not person.has_perm(f"plots.{verb}_patch", town.patch)
        with pytest.raises(NotAllowed):
            town.do(verb, by=person)
        assert town.state() == before
    else:
        assert person.has_perm(f"plots.{verb}_patch", town.patch)
        assert town.do(verb, by=person).by == person


def test_steps_of_the_town_are_not_reported_by_a_village():
    target = make_target(make_plan(), "non_grain")
    verify = make_milestone(target, name="比对核实", actor=Milestone.Actor.TOWN)
    make_milestone(target, name="复耕复种")
    make_milestone(target, name="镇级核实", actor=Milestone.Actor.TOWN)
    east = make_village("东村")
    secretary, staff = make_user(villages=[east]), make_user(role=Role.STAFF)
    patch = make_patch(target, east)

    with pytest.raises(NotAllowed, match="“比对核实”由镇里录入"):
        actions.report(patch, by=secretary, on=sep(5))
    actions.report(patch, by=staff, on=sep(5), step=verify)
    record = actions.report(patch, by=secretary, on=sep(6))

    assert record.milestone.name == "复耕复种"


def test_parts_add_up_to_a_whole_step(town):
    town.report(sep(5), area_mu="4")
    assert (town.now(), town.patch.next_milestone) == (Status.UNDERWAY, town.replant)
    with pytest.raises(NotAllowed, match=r"还剩 6 亩，这次填了 6\.5 亩"):
        town.report(sep(6), area_mu="6.5")

    last = town.report(sep(8), area_mu="6")

    town.patch.refresh_from_db()
    assert (last.completes, town.patch.next_milestone) == (True, town.evidence)


def test_a_step_said_complete_with_less_limits_the_later_ones(town):
    town.report(area_mu="8", completes=True, note="2 亩是水沟")
    evidence = town.report()
    confirmed = town.do("confirm")

    assert (evidence.area_mu, confirmed.area_mu) == (8, 8)
    assert town.now() == Status.CLOSED


def test_several_steps_on_one_date(town):
    record = town.report(step=town.evidence)

    assert record.milestone == town.evidence
    rows = town.patch.records.order_by("pk").values_list(
        "milestone__code", "done_on", "area_mu", "completes"
    )
    assert list(rows) == [("replant", sep(5), 10, True), ("evidence", sep(5), 10, True)]
    assert town.now() == Status.AWAITING


def test_several_steps_are_not_reported_in_part(town):
    with pytest.raises(NotAllowed, match="先报“复耕复种”"):
        town.report(step=town.evidence, area_mu="4")
    with pytest.raises(NotAllowed, match="“镇级核实”由镇里核实"):
        town.report(step=town.check)
    assert not town.patch.records.exists()


@pytest.mark.parametrize("area", ["-1", "abc", "0", "1.0000001", "NaN", "1e30"])
def test_a_bad_area_is_refused_in_words(town, area):
    with pytest.raises(NotAllowed, match=r"面积|剩"):
        town.report(area_mu=area)
    assert not town.patch.records.exists()


def test_missing_materials_are_listed():
    town = again(TwoVillages, needs_ref=True, min_photos=2)
    town.report()
    with pytest.raises(NotAllowed, match="还缺 1 张照片，请填国土调查云上传编号"):
        town.report(photos=1)

    part = town.report(area_mu="3", external_ref="GTY-1")
    Evidence.objects.create(
        patch=town.patch,
        record=part,
        kind="PHOTO",
        file="a.jpg",
        name="a.jpg",
        size=1,
        sha256="0",
        by=part.by,
    )
    whole = town.report(photos=1)

    assert whole.completes
    assert town.now() == Status.AWAITING


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2024, 12, 21), "还没有到，请填今天（2024年12月20日）"),
        (sep(4), "早于上报“复耕复种”的日期 2024年9月5日"),
    ],
)
def test_impossible_dates_are_refused(town, on, words):
    town.report()
    with pytest.raises(NotAllowed, match=words):
        town.report(on)
    assert town.patch.records.count() == 1


def test_nothing_is_dated_before_the_plan(town):
    with pytest.raises(NotAllowed, match="早于方案开始的 2024年1月1日"):
        town.report(date(2023, 12, 31))


def test_nothing_is_dated_before_a_return(town):
    town.report(step=town.evidence)
    town.do("send_back", on=sep(10), step=town.evidence)
    with pytest.raises(NotAllowed, match="早于退回的日期 2024年9月10日"):
        town.report(sep(9))
    assert town.report(sep(10)).done_on == sep(10)


def test_late_and_backfilled_entries_are_marked(town):
    in_time = actions.report(
        town.patch, by=town.huang, on=sep(30), at=timezone.make_aware(datetime(2024, 10, 7, 23, 59))
    )
    late = actions.report(
        town.patch,
        by=town.huang,
        on=date(2024, 11, 1),
        at=timezone.make_aware(datetime(2024, 11, 9)),
    )

    assert (in_time.is_late, in_time.is_backfilled) == (False, False)
    assert (late.is_late, late.is_backfilled) == (True, True)


def test_a_step_without_a_date_is_judged_by_the_end_of_the_plan():
    target = make_target(make_plan(), "illegal")
    make_milestone(target, due_on=None)
    patch, staff = make_patch(target), make_user(role=Role.STAFF)

    record = actions.report(patch, by=staff, on=date(2025, 1, 1))

    assert record.is_late
    assert Patch.objects.get().status == Status.CLOSED  # 最后一步是村里的：报完就销号


def test_a_single_step_of_the_town_is_confirmed_straight_away():
    target = make_target(make_plan(), "single")
    only = make_milestone(target, actor=Milestone.Actor.DISTRICT)
    patch, staff = make_patch(target), make_user(role=Role.STAFF)
    with pytest.raises(NotAllowed, match="请用“核实”办理"):
        actions.report(patch, by=staff, on=sep(5))

    actions.confirm(patch, by=staff, on=sep(5))
    actions.send_back(patch, by=staff, on=sep(6), step=only, note="抽查不实")
    assert Patch.objects.get().status == Status.RETURNED
    actions.confirm(patch, by=staff, on=sep(7))

    assert Patch.objects.get().status == Status.CLOSED


def test_nobody_confirms_or_sends_back_their_own_report(town):
    town.report(by=town.huang)
    town.report()
    for verb in ("confirm", "send_back"):
        with pytest.raises(NotAllowed, match="自己"):
            town.do(verb, **({"step": town.replant} if verb == "send_back" else {}))
    assert town.now() == Status.AWAITING
    assert town.do("confirm", by=town.liu).kind == Kind.PASS


def test_a_return_withdraws_from_that_step_on(town):
    town.report(sep(5))
    town.report(sep(6))
    reasons = ["需补充近景", "未见复耕复种"]

    record = town.do("send_back", on=sep(10), step=town.evidence, reasons=reasons, note="")

    replant, evidence = town.patch.records.filter(kind=Kind.REPORT).order_by("pk")
    assert (replant.withdrawn_on, evidence.withdrawn_on) == (None, sep(10))
    assert (evidence.withdrawn_at, evidence.withdrawn_by) == (NOON, town.huang)
    assert (record.reasons, record.milestone) == (reasons, town.evidence)
    town.patch.refresh_from_db()
    assert (town.patch.status, town.patch.next_milestone) == (Status.RETURNED, town.evidence)


def test_a_return_after_closing_reopens_the_patch(town):
    town.bring_to(Status.CLOSED)
    with pytest.raises(NotAllowed, match="“复耕复种”、“举证上传”"):
        town.do("send_back", step=town.check)

    town.do("send_back", step=town.replant)

    assert town.patch.records.standing().exclude(kind=Kind.RETURN).count() == 0
    town.report(sep(21), step=town.evidence)
    town.do("confirm", on=sep(22))
    assert town.now() == Status.CLOSED


def test_a_return_needs_a_reason_and_other_needs_words(town):
    town.bring_to(Status.AWAITING)
    other = Reason.objects.get(needs_note=True).text
    with pytest.raises(NotAllowed, match="请勾选退回理由"):
        town.do("send_back", note=" ")
    with pytest.raises(NotAllowed, match="请在说明里写清楚"):
        town.do("send_back", reasons=[other], note="")
    assert town.now() == Status.AWAITING


def test_exempt_takes_back_what_was_reported(town):
    town.report()

    record = town.do("exempt", on=sep(10))

    assert (record.area_mu, record.milestone) == (10, town.evidence)
    assert town.patch.records.get(kind=Kind.REPORT).withdrawn_on == sep(10)
    with pytest.raises(NotAllowed, match="请选有上报记录、要重做的一步：“复耕复种”"):
        town.do("send_back", step=town.evidence)


def test_resume_goes_back_to_returned(town):
    town.bring_to(Status.RETURNED)
    town.do("defer", on=sep(12))
    town.do("resume", on=sep(15))

    assert town.now() == Status.RETURNED
    assert town.patch.records.get(kind=Kind.DEFER).withdrawn_on == sep(15)


def test_a_repeated_form_gives_the_first_answer(town):
    key = uuid.uuid4()
    first = town.report(step=town.evidence, client_key=key)
    again = town.report(step=town.evidence, client_key=key)

    assert again == first
    assert town.patch.records.count() == 2
    town.patch = make_patch(town.target, town.east)
    with pytest.raises(NotAllowed, match="另一块图斑"):
        town.report(client_key=key)
    with pytest.raises(NotAllowed, match="不在您负责的村"):
        town.report(client_key=key, by=town.west_secretary)


@pytest.mark.parametrize("key", [None, uuid.uuid4()])
def test_another_refusal_of_the_database_is_not_called_a_used_form(town, key):
    town.report(area_mu="4")  # 没有提交标识的记录早就有

    def break_a_rule(context):
        Patch.objects.filter(pk=context.patch.pk).update(area_mu=-1)

    with pytest.raises(IntegrityError):
        submit(town.patch, break_a_rule, by=town.huang, at=NOON, client_key=key)


def test_a_village_adds_patches_only_where_the_target_allows(town):
    given = {"code": "N1", "area_mu": "2.5", "at": NOON}
    with pytest.raises(NotAllowed, match="由镇工作人员添加"):
        actions.add_patch(town.target, town.east, by=town.east_secretary, **given)
    town.target.villages_may_add = True
    town.target.save()
    with pytest.raises(NotAllowed, match="西村不是您负责的村"):
        actions.add_patch(town.target, town.west, by=town.east_secretary, **given)

    patch = actions.add_patch(town.target, town.east, by=town.east_secretary, place="湾里", **given)

    assert (patch.next_milestone, patch.area_mu, patch.place) == (
        town.replant,
        Decimal("2.5"),
        "湾里",
    )
    with pytest.raises(NotAllowed, match="已经有图斑 N1"):
        actions.add_patch(town.target, town.east, by=town.huang, **given)
