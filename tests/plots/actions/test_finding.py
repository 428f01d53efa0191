"""发现：手工添加时带的照片挂在这一条上。它不算办过什么——状态、进度、新消息、要几张照片，都和没有它一样。"""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from plots.actions.adding import add, asked_of
from plots.actions.messages import describe, latest, news
from plots.actions.permissions import NotAllowed
from plots.actions.taking_back import take_back
from plots.actions.transaction import ActionContext
from plots.evidence import check
from plots.ledger.replay import all_differences
from plots.models import Evidence, Kind, Patch, RectificationRecord, Status
from tasks.models import Target
from tests.worlds.factories import make_batch, make_patch, make_target
from tests.worlds.january import ENTERED_AT, January
from tests.worlds.kept import again
from tests.worlds.photos import noisy, upload
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(media):
    return again(TwoVillages, villages_may_add=True, min_photos=1)


def photo():
    return check(upload(noisy()))


def figures(town):
    """到年底的进度，JSON 的文字。"""
    said = StringIO()
    call_command("progress", as_of="2024-12-20", format="json", stdout=said)
    return said.getvalue()


def found(town, *photos, village=None, by=None, **facts):
    facts = {"area_mu": "3.25", "place": "李家湾", "since_on": sep(3), **facts}
    patch, _ = add(
        town.target,
        village or town.east,
        by=by or town.east_secretary,
        photos=photos or (photo(),),
        **facts,
    )
    return Patch.objects.get(pk=patch.pk)


def test_the_photo_hangs_on_a_record_of_the_day_it_was_found(town):
    patch = found(town)

    record = patch.records.get()
    assert (record.kind, record.done_on, record.milestone) == (Kind.FOUND, sep(3), town.replant)
    assert (record.area_mu, record.completes, record.by) == (0, False, town.east_secretary)
    assert (patch.evidence.get().record, record.step_text) == (record, "发现时")
    assert (patch.status, patch.next_milestone) == (Status.PENDING, town.replant)
    assert list(all_differences()) == []


def test_without_a_photo_there_is_no_record(town):
    patch, is_new = add(town.target, town.east, by=town.huang, area_mu="2")

    assert (is_new, patch.records.count()) == (True, 0)


def test_the_same_photo_twice_is_kept_once_and_a_second_one_joins_it(town):
    first, second = photo(), photo()

    patch = found(town, first)
    again_ = found(town, first, second)

    assert again_ == patch
    assert patch.records.count() == 1
    assert {one.sha256 for one in patch.evidence.all()} == {first.sha256, second.sha256}
    assert Evidence.objects.count() == 2


def test_another_position_is_not_the_same_form_again(town):
    first = found(town, found_lat="29.850000", found_lon="106.050000", found_accuracy_m=9)
    same = found(town, found_lat="29.850000", found_lon="106.050000", found_accuracy_m=9)
    other = found(town, found_lat="29.850009", found_lon="106.050000", found_accuracy_m=9)

    assert first == same
    assert other != first


def test_a_target_without_steps_takes_no_photo_and_nothing_stays(town, media):
    empty = make_target(town.plan, "empty", villages_may_add=True)
    before = Patch.objects.count()

    with pytest.raises(NotAllowed, match="还没有时间节点，照片存不下"):
        add(empty, town.east, by=town.huang, photos=[photo()], area_mu="2")

    assert (Patch.objects.count(), Evidence.objects.count()) == (before, 0)
    assert not media.exists() or not [path for path in media.rglob("*") if path.is_file()]


def test_it_is_no_photo_of_a_step(town):
    patch = found(town)
    context = ActionContext(patch, town.east_secretary)

    assert context.missing_materials(town.evidence) == ["还缺 1 张照片"]


def test_it_is_no_news_for_who_has_the_form_open(town):
    records = list(found(town).records.all())

    assert news(records, 0, town.huang) == []
    assert latest(records, town.huang) == []
    assert describe(records[0], town.huang) == "东村书记 2024年9月3日发现这块图斑"


def test_it_keeps_nobody_from_taking_back_what_they_did(town):
    """加完又报了，退回去带上照片再交一次：照片收下，刚才的上报照样撤得回。"""
    given = {"area_mu": "3.25", "place": "李家湾", "since_on": sep(3)}
    patch, _ = add(town.target, town.east, by=town.huang, **given)
    report = town.act("report", patch, by=town.huang, on=sep(3), at=timezone.now())
    found(town, by=town.huang)
    assert [record.kind for record in patch.records.order_by("pk")] == [Kind.REPORT, Kind.FOUND]

    take_back(report, by=town.huang)

    assert Patch.objects.get(pk=patch.pk).status == Status.PENDING
    assert list(all_differences()) == []


def test_the_figures_are_as_without_it(town):
    patch = found(town)
    with_it = figures(town)
    Evidence.objects.all().delete()
    patch.records.all().delete()

    assert figures(town) == with_it


def test_one_found_in_the_new_plan_is_joined_with_its_work_from_the_old(media):
    town = again(January)
    there = town.add_patch(town.new_target, town.east, "待核实")
    RectificationRecord.objects.create(
        patch=there,
        village=there.village,
        milestone=there.next_milestone,
        kind=Kind.FOUND,
        done_on=ENTERED_AT.date() - timedelta(days=12),
        by=town.huang,
    )

    town.carry()

    assert town.there("待核实").status == Status.AWAITING
    assert list(all_differences()) == []


def test_what_is_asked_follows_what_was_handed_down(town):
    land = {"land_before", "land_after"}
    cases = make_target(town.plan, "illegal", kind=Target.Kind.CASES, quota=None, quota_count=26)
    assert asked_of(town.target) == land  # 还没有下发过，不知道

    batch = make_batch(town.target)
    make_patch(town.target, town.east, batch=batch)
    assert asked_of(town.target) == set()

    make_patch(town.target, town.east, batch=batch, land_after="坑塘")
    make_patch(cases, town.east, batch=make_batch(cases), remedy_id="reclaim")
    assert asked_of(town.target) == land
    assert asked_of(cases) == {"remedy"}
