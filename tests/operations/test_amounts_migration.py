"""早先存成小数的数量换成整的百万分之一：数一个不变，退得回去；那时的备份照样恢复。"""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test import override_settings

from plots.models import Patch, RectificationRecord
from taiping.operations.backup import restore
from tasks.models import Allocation, Reading, Target
from tests.operations.test_backup import old_apps, old_backup
from tests.worlds import kept
from tests.worlds.factories import (
    make_allocation,
    make_patch,
    make_plan,
    make_reading,
    make_record,
    make_steps_target,
    make_target,
    make_village,
)

pytestmark = pytest.mark.django_db  # 这个文件单独跑时，也要先把测试库建好

AREAS = ["0.000001", "0.1", "0.7", "13.6", "873.98", "0.123457", "999999999.999999", "32202"]
HUNDREDTHS = [Decimal(number) / 100 for number in range(1, 1500, 7)]
BEFORE = (("plots", "0013"), ("tasks", "0002"))


def go_back():
    for app, name in BEFORE:
        call_command("migrate", app, name, verbosity=0)
    return old_apps()


def make_town():
    """每个数一块图斑、一条记录；任务数、分解、监测各一个，还有没有任务数的一项。"""
    target, village = make_steps_target(make_plan(), quota=Decimal("99.3")), make_village("东村")
    for area in AREAS:
        make_record(make_patch(target, village, code=area, area_mu=Decimal(area)))
    make_allocation(target, village, quota=Decimal("60.000001"))
    floor = make_target(target.plan, quota=None, kind="FLOOR", measured_by="READINGS")
    make_reading(floor, value=Decimal("2.1467"))


def amounts():
    """现在的数，照编号。"""
    return {
        "patch": dict(Patch.objects.values_list("code", "area_mu")),
        "record": dict(RectificationRecord.objects.values_list("patch__code", "area_mu")),
        "quota": list(Target.objects.order_by("pk").values_list("quota", flat=True)),
        "share": Allocation.objects.get().quota,
        "reading": Reading.objects.get().value,
    }


BY_HAND = {
    "patch": {area: Decimal(area) for area in AREAS},
    "record": {area: Decimal(area) for area in AREAS},
    "quota": [Decimal("99.3"), None],
    "share": Decimal("60.000001"),
    "reading": Decimal("2.1467"),
}


IMPOSSIBLE = [
    (Patch, {"area_mu": 0}),
    (RectificationRecord, {"area_mu": -1}),
    (Target, {"quota": -1}),
    (Allocation, {"quota": -1}),
    (Reading, {"value": -1}),
]


def stored():
    """库里真正存着的。"""
    with connection.cursor() as cursor:
        cursor.execute("SELECT area_mu FROM plots_patch ORDER BY id")
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture(scope="module")
def journey(django_db_setup, django_db_blocker, tmp_path_factory):
    """来回只走一趟：退回存小数的版本，在那里添几行、备份一份，再更新过来，最后用那份备份恢复。

    每一步看到的都记下；走完把库照原样收拾好。
    """
    folder = tmp_path_factory.mktemp("amounts")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder / "media"):
        kept.put_seeds()
        try:
            yield walked(folder)
        finally:
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
            kept.put_seeds()
            connection.close()  # 这条连接是浏览器的测试换过的，末了没有人关，测试库就删不掉


def walked(folder):
    seen = SimpleNamespace()
    make_town()
    old_patch = go_back().get_model("plots", "Patch")
    seen.there = dict(old_patch.objects.values_list("code", "area_mu"))
    old_backup(folder / "old.zip")
    add_hundredths(old_patch)
    call_command("migrate", verbosity=0)

    added = Patch.objects.filter(code__startswith="H").order_by("pk")
    seen.hundredths = list(added.values_list("area_mu", flat=True))
    seen.sum_of_hundredths = added.aggregate(whole=Sum("area_mu"))
    added.delete()
    seen.amounts, seen.stored = amounts(), stored()
    seen.refused = [refuses(model, change) for model, change in IMPOSSIBLE]
    seen.amounts_after_refusals = amounts()

    RectificationRecord.objects.all().delete()
    Patch.objects.all().delete()
    restore(folder / "old.zip", replace=True)
    seen.restored = amounts()
    seen.restored_sum = Patch.objects.aggregate(whole=Sum("area_mu"))
    return seen


def add_hundredths(old_patch):
    row = old_patch.objects.first()
    for number, area in enumerate(HUNDREDTHS):
        row.pk, row.code, row.area_mu = None, f"H{number}", area
        row.save(force_insert=True)


def refuses(model, change):
    try:
        with transaction.atomic():
            model.objects.update(**change)
    except IntegrityError:
        return True
    return False


def test_amounts_go_back_to_decimals_and_come_forward_unchanged(journey):
    assert journey.there == {area: Decimal(area) for area in AREAS}
    assert journey.amounts == BY_HAND
    small = [1, 100_000, 700_000, 13_600_000, 873_980_000, 123_457]
    assert journey.stored == [*small, 999_999_999_999_999, 32_202_000_000]
    assert {type(value) for value in journey.stored} == {int}


def test_amounts_written_by_the_old_version_are_brought_over(journey):
    assert journey.hundredths == HUNDREDTHS
    assert journey.sum_of_hundredths == {"whole": sum(HUNDREDTHS)}


def test_the_rules_of_amounts_hold_after_the_change(journey):
    assert journey.refused == [True] * len(IMPOSSIBLE)
    assert journey.amounts_after_refusals == BY_HAND


def test_a_backup_made_when_amounts_were_decimals_is_restored(journey):
    assert journey.restored == BY_HAND
    assert journey.restored_sum == {"whole": sum(Decimal(area) for area in AREAS)}
