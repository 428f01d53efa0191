"""更正和拆分：历史跟着改对，旧的留着；每一天的数都对得上。"""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from plots import actions
from plots.actions import NotAllowed
from plots.ledger.replay import all_differences, records_of, state_of
from plots.ledger.timeline import timeline
from plots.models import Evidence, Kind, Patch, RectificationRecord, Status
from tests.worlds.factories import make_patch
from tests.worlds.town import NOON, sep

pytestmark = pytest.mark.django_db


def reached(milestone, village, on, basis="done"):
    rows = RectificationRecord.objects.effective(on, basis).filter(
        milestone=milestone, village=village, kind__in=[Kind.REPORT, Kind.PASS]
    )
    return rows.aggregate(total=Sum("area_mu"))["total"] or 0


def test_amending_the_village_moves_its_history(town):
    first = town.report(sep(5), step=town.evidence)
    photo = Evidence.objects.create(
        patch=town.patch,
        record=first,
        kind="PHOTO",
        file="a.jpg",
        name="a.jpg",
        size=1,
        sha256="0",
        by=first.by,
    )

    amended = town.do(
        "amend", on=date(2024, 12, 20), village=town.west, area_mu=None, reason="界线更正"
    )

    for day in (sep(5), date(2024, 12, 31)):
        assert reached(town.replant, town.east, day) == 0
        assert reached(town.replant, town.west, day) == 10
    assert (town.now(), town.patch.village) == (Status.AWAITING, town.west)
    assert amended.details["changes"] == [
        {"field": "village", "label": "村", "old": "东村", "new": "西村"}
    ]
    photo.refresh_from_db()
    assert photo.record.copy_of == first
    assert "更正后转记" in photo.record.note
    assert (photo.record.by, photo.record.done_on) == (first.by, first.done_on)


def test_what_the_system_knew_before_an_amendment_stays_as_it_was(town):
    entered = timezone.make_aware(datetime(2024, 9, 6, 9))
    actions.report(town.patch, by=town.huang, on=sep(5), at=entered)

    town.do("amend", area_mu="9")

    assert reached(town.replant, town.east, date(2024, 12, 19), "recorded") == 10
    assert reached(town.replant, town.east, date(2024, 12, 20), "recorded") == 9
    assert reached(town.replant, town.east, sep(5)) == 9
    carried = town.patch.records.get(kind=Kind.REPORT, withdrawn_at=None)
    assert not carried.is_backfilled  # 转记不是补录


def test_a_smaller_area_lowers_what_was_reported(town):
    town.report(sep(5), area_mu="4")
    town.report(sep(6))
    town.report(sep(7))
    town.do("confirm", on=sep(8))

    town.do("amend", area_mu="7.5")

    standing = town.patch.records.standing().filter(milestone=town.replant).exclude(kind=Kind.AMEND)
    assert [float(record.area_mu) for record in standing.order_by("pk")] == [4, 3.5]
    assert reached(town.check, town.east, sep(8)) == 7.5
    assert (town.now(), list(all_differences())) == (Status.CLOSED, [])


def test_a_larger_area_is_to_be_reported_and_checked_again(town):
    """10 亩改成 100 亩：没有人核实过 100 亩。做过的 10 亩还在，多出来的要补报，核实要重来。"""
    town.at = NOON - timedelta(days=5)
    town.report(sep(5), area_mu="4")
    town.report(sep(6))
    town.report(sep(7))
    town.do("confirm", on=sep(8))

    town.do("amend", area_mu="100", at=NOON)

    assert (town.now(), town.patch.next_milestone) == (Status.UNDERWAY, town.replant)
    assert state_of(town.patch).next_step.remaining_mu == 90
    for day in (sep(8), date(2024, 12, 31)):
        assert reached(town.replant, town.east, day) == 10
        assert reached(town.evidence, town.east, day) == 0
        assert reached(town.check, town.east, day) == 0
    assert reached(town.check, town.east, date(2024, 12, 19), "recorded") == 10
    assert list(all_differences()) == []

    shown, _ = timeline(town.patch, records_of(town.patch))
    dropped = [event.record.kind for event in shown if event.is_dropped]
    assert dropped == [Kind.PASS, Kind.REPORT]

    late = {"on": date(2024, 12, 20), "at": NOON}
    town.report(step=town.evidence, **late)
    town.do("confirm", **late)

    assert reached(town.check, town.east, date(2024, 12, 31)) == 100
    assert (town.now(), list(all_differences())) == (Status.CLOSED, [])


def test_a_larger_area_leaves_the_rounds_sent_back_partly_done_too(town):
    town.report(sep(5), step=town.evidence)
    town.do("send_back", on=sep(10), step=town.evidence)
    town.report(sep(12))

    town.do("amend", area_mu="12")

    assert [reached(town.evidence, town.east, sep(day)) for day in (5, 9, 12)] == [0, 0, 0]
    assert reached(town.replant, town.east, sep(30)) == 10
    assert (town.now(), list(all_differences())) == (Status.UNDERWAY, [])


def test_a_deferral_follows_to_the_step_that_is_no_longer_done(town):
    town.report(sep(5))
    town.do("defer", on=sep(6))

    town.do("amend", area_mu="12")

    deferral = town.patch.records.standing().get(kind=Kind.DEFER)
    assert deferral.milestone == town.replant
    assert (town.now(), town.patch.next_milestone) == (Status.DEFERRED, town.replant)


def test_an_amendment_stands_on_the_village_and_area_before_it(town):
    town.do("amend", village=town.west, area_mu="12")
    town.do("amend", village=town.east, area_mu="9")

    amendments = town.patch.records.filter(kind=Kind.AMEND).order_by("pk")
    assert [(row.village, row.area_mu) for row in amendments] == [(town.east, 10), (town.west, 12)]


def test_amending_below_what_was_reported_is_refused(town):
    town.report(sep(5), area_mu="4")
    before = town.state()
    with pytest.raises(NotAllowed, match=r"已上报 4\.00 亩，比更正后的 3\.00 亩还多"):
        town.do("amend", area_mu="3")
    assert town.state() == before

    town.do("amend", area_mu="4")

    town.patch.refresh_from_db()
    assert town.patch.next_milestone == town.evidence  # 报满了，这一步就完成了


def test_a_step_said_complete_with_less_stays_as_said(town):
    town.report(area_mu="8", completes=True)
    town.do("amend", area_mu="12")
    assert reached(town.replant, town.east, sep(5)) == 8


def test_amending_the_area_corrects_a_withdrawn_round_too(town):
    town.report(sep(5))
    town.do("send_back", on=sep(10), step=town.replant)

    town.do("amend", area_mu="6")

    assert [reached(town.replant, town.east, sep(day)) for day in (4, 5, 9, 10)] == [0, 6, 6, 0]
    assert town.now() == Status.RETURNED


def test_amending_twice_counts_once(town):
    town.report(sep(5))
    town.do("exempt", on=sep(8))
    for area in ("9", "11"):
        town.do("amend", area_mu=area)
    effective = RectificationRecord.objects.effective(sep(30)).filter(kind=Kind.EXEMPT)
    assert [record.area_mu for record in effective] == [11]
    assert reached(town.replant, town.east, sep(7)) == 9  # 报过的不跟着变大


def test_amendments_that_cannot_stand_are_refused(town):
    make_patch(town.target, town.east, code="T2")
    for given, words in [
        ({"code": "T2"}, "东村的“自然撂荒地整治”里已经有图斑 T2"),
        ({"code": "T1", "area_mu": "10"}, "没有要更正的内容"),
        ({"area_mu": "0"}, "大于 0 亩"),
        ({"area_mu": "1000000000"}, "请核对单位是不是亩"),
        ({"reason": " "}, "请填更正的理由"),
        ({"code": "长" * 61}, "61 个字"),
    ]:
        with pytest.raises(NotAllowed, match=words):
            town.do("amend", **{"area_mu": None, **given})
    assert not town.patch.records.exists()


def test_amending_only_the_code_leaves_the_records_alone(town):
    town.report()
    town.do("amend", area_mu=None, code=" T9 ")
    assert list(town.patch.records.order_by("pk").values_list("kind", flat=True)) == [
        "REPORT",
        "AMEND",
    ]
    assert Patch.objects.get().code == "T9"


def test_an_amended_form_sent_again_gives_the_first_answer(town):
    key = uuid.uuid4()
    first = town.report(client_key=key)
    town.do("amend", village=town.west, area_mu=None, reason="界线更正")
    assert town.report(client_key=key, by=town.huang) == first


def test_split_children_take_over_from_that_day(town):
    town.patch.place = "湾里"
    town.patch.save()
    town.report(sep(5))

    record = town.do("split", on=sep(12))

    one, two = Patch.objects.filter(split_from=town.patch).order_by("code")
    assert [(c.code, c.area_mu, c.place, c.status, c.next_milestone) for c in (one, two)] == [
        ("T1-1", 6, "湾里", Status.PENDING, town.replant),
        ("T1-2", 4, "湾里", Status.PENDING, town.replant),
    ]
    for day, counting, amount in [(sep(11), {town.patch}, 10), (sep(12), {one, two}, 0)]:
        assert set(Patch.objects.counting(day)) == counting
        assert reached(town.replant, town.east, day) == amount
    assert (
        set(Patch.objects.counting(date(2024, 12, 19), "recorded")) == set()
    )  # 都是 12 月 20 日才录入的
    town.patch.refresh_from_db()
    assert (town.patch.next_milestone, town.patch.status_text, record.note) == (
        None,
        "已拆分",
        "两户",
    )
    with pytest.raises(NotAllowed, match="已经拆分，请在拆分出来的图斑上办理"):
        town.report()
    with pytest.raises(NotAllowed, match="2024年9月12日 才拆分出来"):
        actions.report(one, by=town.huang, on=sep(11), at=NOON)
    assert list(all_differences()) == []


def test_split_says_the_difference(town):
    record = town.do(
        "split", children=[{"code": "A", "area_mu": "6"}, {"code": "B", "area_mu": "3.5"}]
    )
    assert record.note == "两户；拆分后合计比原面积少 0.50 亩"
    assert record.details["difference"] == "-0.5"


def test_splits_that_cannot_stand_are_refused(town):
    make_patch(town.target, town.east, code="T2")
    for children, words in [
        ([{"code": "A", "area_mu": "10"}], "至少要分成两块"),
        ([{"code": "A", "area_mu": "5"}, {"code": "A", "area_mu": "5"}], "编号 A 填了不止一次"),
        ([{"code": "A", "area_mu": "5"}, {"code": "T2", "area_mu": "5"}], "已经有图斑 T2"),
        ([{"code": "A", "area_mu": "5"}, {"code": "", "area_mu": "5"}], "请填每一块的编号"),
        ([{"code": "A", "area_mu": "5"}, {"code": "B", "area_mu": "0"}], "B 的面积要大于 0"),
    ]:
        with pytest.raises(NotAllowed, match=words):
            town.do("split", children=children)
    assert Patch.objects.count() == 2
    assert town.now() == Status.PENDING


def test_a_smaller_area_completes_no_step_without_its_photos(town):
    """报了一部分、还没有交照片，更正到正好报满：照片没有齐，不能就算完成。"""
    town.replant.min_photos = 3
    town.replant.save()
    town.report(sep(5), area_mu="4")

    with pytest.raises(NotAllowed, match="改小以后“复耕复种”就报满了，还缺 3 张照片"):
        town.do("amend", area_mu="4")

    assert state_of(town.patch).next_step.milestone == town.replant
