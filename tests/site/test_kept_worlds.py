"""照抄的镇和真造的一样：每一行、每个文件都在，接着办的事有新的编号；谁改了自己那份都碍不着别人。"""

import pytest
from django.db import transaction

from plots.models import Patch, RectificationRecord
from tests.worlds import kept
from tests.worlds.factories import make_village
from tests.worlds.kept import again, demo_2024, plan_2024
from tests.worlds.town import TwoVillages, sep
from tests.worlds.walk_town import WalkTown
from villages.models import Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def nothing_kept(monkeypatch, settings, tmp_path):
    """一个镇也还没有造过。"""
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(kept, "worlds", {})


def really_made(settings, tmp_path, make):
    """真造一个，看看有些什么，再退回去。"""
    with transaction.atomic():
        again(make)
        found = kept.rows_now(), kept.files_now()
        transaction.set_rollback(True)
    settings.MEDIA_ROOT = tmp_path / "another"
    return found


@pytest.mark.parametrize("make", [TwoVillages, WalkTown, plan_2024, demo_2024])
def test_a_copy_has_every_row_and_every_file(nothing_kept, settings, tmp_path, make):
    rows, files = really_made(settings, tmp_path, make)

    again(make)

    assert len(kept.worlds) == 1
    assert kept.rows_now() == rows
    assert kept.files_now() == files
    assert rows != kept.seeds


def test_work_goes_on_in_a_copy_with_new_numbers(nothing_kept, settings, tmp_path):
    really_made(settings, tmp_path, TwoVillages)

    town = again(TwoVillages)
    record = town.report()
    town.do("send_back", on=sep(6), step=town.replant)

    assert RectificationRecord.objects.count() == 2
    assert record.patch == town.patch == Patch.objects.get()
    assert make_village().pk > max(town.east.pk, town.west.pk)


def test_what_one_does_to_a_copy_the_next_does_not_see(nothing_kept, settings, tmp_path):
    really_made(settings, tmp_path, TwoVillages)
    with transaction.atomic():
        town = again(TwoVillages)
        town.east.name = "改了名"
        town.east.save()
        transaction.set_rollback(True)

    town = again(TwoVillages)

    assert town.east.name == "东村"
    assert Village.objects.get(pk=town.east.pk).name == "东村"


def test_beside_other_things_the_town_is_really_made(nothing_kept, settings, tmp_path):
    really_made(settings, tmp_path, TwoVillages)
    before = make_village("早有的村")

    town = again(TwoVillages)

    assert Village.objects.count() == 3
    assert before.pk not in (town.east.pk, town.west.pk)


def test_towns_asked_for_differently_are_different(nothing_kept, settings, tmp_path):
    really_made(settings, tmp_path, TwoVillages)

    town = again(TwoVillages, needs_ref=True)

    assert town.evidence.needs_external_ref is True
