"""数量的字段：进出都是 Decimal；比大小、排序、加减、合计、导出再装回来都准；存不下的不收。"""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import FieldError, ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Avg, F, Max, Q, Sum, Value

from plots.models import Patch
from taiping.ground.area import MuField
from tests.worlds.factories import make_patch, make_steps_target, make_target, make_village

pytestmark = pytest.mark.django_db


@pytest.fixture
def village():
    return make_village("东村")


@pytest.fixture
def patches(village):
    """三块：0.1、0.2、10.000001 亩。"""
    target = make_steps_target()
    areas = ["0.1", "0.2", "10.000001"]
    return [make_patch(target, village, code=area, area_mu=Decimal(area)) for area in areas]


def codes(found):
    return list(found.values_list("code", flat=True))


def test_an_amount_comes_back_as_the_decimal_it_was(patches):
    found = [Patch.objects.get(pk=patch.pk).area_mu for patch in patches]

    assert found == [Decimal("0.1"), Decimal("0.2"), Decimal("10.000001")]
    assert {type(area) for area in found} == {Decimal}
    assert [str(area) for area in found] == ["0.100000", "0.200000", "10.000001"]


def test_no_quota_stays_none():
    target = make_target(make_steps_target().plan, quota=None)

    target.refresh_from_db()

    assert target.quota is None


def test_amounts_are_compared_and_sorted_as_amounts(patches):
    every = Patch.objects.order_by("-area_mu")

    assert codes(every) == ["10.000001", "0.2", "0.1"]
    assert codes(every.filter(area_mu=Decimal("0.2"))) == ["0.2"]
    assert codes(every.filter(area_mu="0.20")) == ["0.2"]
    assert codes(every.filter(area_mu__gt=10)) == ["10.000001"]
    assert codes(every.filter(area_mu__lte=Decimal("0.2"))) == ["0.2", "0.1"]
    assert codes(every.filter(area_mu__in=[Decimal("0.1"), 3])) == ["0.1"]
    assert codes(every.filter(area_mu__range=("0.15", "10"))) == ["0.2"]
    assert codes(every.filter(area_mu__gte=F("area_mu") - F("area_mu"))) == codes(every)


def test_sums_are_exact(patches):
    small = Q(area_mu__lt=1)

    found = Patch.objects.aggregate(
        whole=Sum("area_mu"),
        small=Sum("area_mu", filter=small),
        most=Max("area_mu"),
        mean=Avg("area_mu", filter=small),
        none=Sum("area_mu", filter=Q(code="没有")),
    )

    assert found == {
        "whole": Decimal("10.300001"),
        "small": Decimal("0.3"),
        "most": Decimal("10.000001"),
        "mean": Decimal("0.15"),
        "none": None,
    }


def test_the_database_adds_amounts_to_amounts_only(patches):
    half = Value(Decimal("0.5"), output_field=MuField())

    Patch.objects.update(area_mu=F("area_mu") + F("area_mu") + half)

    found = Patch.objects.order_by("pk").annotate(less=F("area_mu") - half)
    assert list(found.values_list("area_mu", "less")) == [
        (Decimal("0.7"), Decimal("0.2")),
        (Decimal("0.9"), Decimal("0.4")),
        (Decimal("20.500002"), Decimal("20.000002")),
    ]
    for other in (1, Decimal("0.5")):  # 差一百万倍，不许悄悄地加
        with pytest.raises(FieldError):
            list(Patch.objects.annotate(more=F("area_mu") + other))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1.1234567", "最多 6 位小数。"),
        ("1234567890", "小数点前最多 9 位。"),
        ("1234567890.123456", "一共最多 15 位数字。"),
        ("三亩", "“三亩”的值应该是一个十进制数字。"),
        ("NaN", "“NaN”的值应该是一个十进制数字。"),
        ("Infinity", "“Infinity”的值应该是一个十进制数字。"),
    ],
)
def test_what_cannot_be_stored_is_refused(village, value, sentence):
    patch = Patch(target=make_steps_target(), village=village, code="T1", area_mu=value)

    with pytest.raises(ValidationError) as refusal:
        patch.full_clean()
    with pytest.raises(ValidationError), transaction.atomic():
        patch.save()

    assert refusal.value.message_dict["area_mu"] == [sentence]
    assert not Patch.objects.exists()


def test_a_form_refuses_what_cannot_be_stored():
    field = MuField("面积（亩）").formfield()

    assert field.clean("13.60") == Decimal("13.6")
    for text in ("1.1234567", "1234567890", "三亩"):
        with pytest.raises(ValidationError):
            field.clean(text)


def test_dumped_amounts_are_decimals_and_load_back(patches, tmp_path):
    out = StringIO()
    call_command("dumpdata", "plots.patch", stdout=out)
    file = tmp_path / "patches.json"
    rows = json.loads(out.getvalue())
    rows[0]["fields"]["area_mu"] = 99.3  # 手写的夹具里也可以是数
    file.write_text(json.dumps(rows), encoding="utf-8")

    call_command("loaddata", file, verbosity=0)

    assert [row["fields"]["area_mu"] for row in rows[1:]] == ["0.200000", "10.000001"]
    assert Patch.objects.get(pk=patches[0].pk).area_mu == Decimal("99.3")
    assert Patch.objects.get(pk=patches[2].pk).area_mu == Decimal("10.000001")


def test_the_column_holds_whole_millionths(patches):
    with connection.cursor() as cursor:
        cursor.execute("SELECT area_mu FROM plots_patch ORDER BY id")
        stored = [value for (value,) in cursor.fetchall()]

    assert stored == [100_000, 200_000, 10_000_001]
