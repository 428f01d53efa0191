"""一块图斑的一步最多一条没有撤回的完成记录；以前留下的重复，升级时留一条算完成。"""

from contextlib import contextmanager
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from plots.ledger.replay import all_differences, settle
from plots.models import Patch, RectificationRecord, Status
from tests.worlds.factories import make_record
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages, sep

keep_one = import_module("plots.migrations.0015_one_completing_record").keep_one


@pytest.mark.django_db
def test_a_second_completing_record_is_not_stored():
    town = again(TwoVillages)
    town.report(on=sep(5))

    with pytest.raises(IntegrityError), transaction.atomic():
        make_record(town.patch, town.replant, on=sep(6), area_mu=0)

    town.do("send_back", step=town.replant)
    town.report(on=sep(25))
    assert RectificationRecord.objects.filter(completes=True).count() == 2


@pytest.mark.django_db(transaction=True)
def test_old_duplicates_are_kept_but_complete_no_more():
    with without_the_rule():
        town, twice, redone = a_town_with_duplicates()
        keep_one(apps, None)

    twice.refresh_from_db()
    assert (twice.completes, twice.area_mu, twice.withdrawn_at) == (False, 0, None)
    kept = RectificationRecord.objects.filter(patch=redone, completes=True)
    assert list(kept.values_list("done_on", flat=True)) == [sep(5), sep(15)]
    assert list(all_differences()) == []
    assert Patch.objects.get(pk=town.patch.pk).status == Status.AWAITING
    assert settle(Patch.objects.get(pk=town.patch.pk)).status == Status.AWAITING


@contextmanager
def without_the_rule():
    """像早先的库那样，没有这条约束；块结束时加回去，有重复就加不上。"""
    (rule,) = [
        rule
        for rule in RectificationRecord._meta.constraints
        if rule.name == "record_completes_a_step_once"
    ]
    with connection.schema_editor() as editor:
        editor.remove_constraint(RectificationRecord, rule)
    yield
    with connection.schema_editor() as editor:
        editor.add_constraint(RectificationRecord, rule)


def a_town_with_duplicates():
    town = again(TwoVillages)
    town.report(on=sep(5), step=town.evidence)
    twice = make_record(town.patch, town.replant, by=town.huang, on=sep(8), area_mu=0)
    redone = town.add_patch(town.target, town.east, "退回重报过")
    for day in (5, 15):
        town.act("report", redone, by=town.east_secretary, on=sep(day))
        if day == 5:
            town.act("send_back", redone, by=town.huang, on=sep(10), reasons=["没种"])
    return town, twice, redone


@pytest.mark.django_db
def test_a_duplicate_that_was_sent_back_too_is_found():
    """两条都已撤回的，过去那些天也只许算一条；前后两轮各是各的。"""
    town = again(TwoVillages)
    given = {"by": town.huang, "withdrawn_by": town.huang, "withdrawn_at": town.at}
    step = town.replant
    one = make_record(town.patch, step, on=sep(5), withdrawn_on=sep(20), **given)
    make_record(town.patch, step, on=sep(9), area_mu=0, withdrawn_on=sep(20), **given)
    make_record(town.patch, step, on=sep(25), by=town.huang, created_at=town.at)

    keep_one(apps, None)

    completing = RectificationRecord.objects.filter(completes=True)
    assert one in completing
    assert set(completing.values_list("done_on", flat=True)) == {sep(5), sep(25)}
    assert date(2024, 9, 9) in RectificationRecord.objects.values_list("done_on", flat=True)
