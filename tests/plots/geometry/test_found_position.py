"""发现时手机在哪里：没有图形的照它判断照片远近，只说附近、在外；有了图形看图形；拆分、结转都带着。"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from plots.evidence import check, store
from plots.evidence.position import locate, position_advice, relocate
from plots.models import Evidence, Patch
from tests.worlds.factories import make_record, make_shape
from tests.worlds.geo_files import square
from tests.worlds.january import January
from tests.worlds.kept import again
from tests.worlds.photos import TONGLIANG, encoded, exif, upload

pytestmark = pytest.mark.django_db
LAT, LON = Decimal("29.850000"), Decimal("106.050000")
LAT_M = Decimal("0.00000902")  # 一米合多少纬度（北纬 30 度附近）


def found_at(patch, lat=LAT, lon=LON, accuracy=15):
    Patch.objects.filter(pk=patch.pk).update(
        found_lat=lat, found_lon=lon, found_accuracy_m=accuracy
    )
    return Patch.objects.get(pk=patch.pk)


@pytest.mark.parametrize(
    ("north", "position", "metres"),
    [
        (0, "NEAR", (0, 0)),
        (60, "NEAR", (0, 0)),
        (105, "NEAR", (43, 45)),
        (120, "OUTSIDE", (58, 60)),
    ],
)
def test_the_size_of_the_patch_and_the_error_are_taken_off(town, north, position, metres):
    """10 亩的半径 46 米，误差 15 米，附近是 50 米：111 米以内都算附近，从不说“在图斑内”。"""
    patch = found_at(town.patch)

    found, away = locate(patch, LAT + north * LAT_M, LON)

    assert found == position
    assert metres[0] <= away <= metres[1]


def test_an_outline_is_believed_before_the_phone(town):
    patch = found_at(town.patch)
    make_shape(patch, square())

    found, away = locate(patch, LAT, LON)

    assert (found, away > 1000) == ("OUTSIDE", True)


def test_without_either_nothing_is_said(town):
    assert locate(town.patch, LAT, LON) == ("UNKNOWN", None)


def test_who_took_a_photo_far_away_is_told_and_an_outline_corrects_it(town):
    patch = found_at(town.patch, lat=Decimal("29.864020"), lon=Decimal("106.06"))
    photo = store(
        make_record(patch), check(upload(encoded(exif=exif(gps=TONGLIANG)))), by=town.huang
    )

    said = position_advice(Evidence.objects.filter(pk=photo.pk))

    assert said.startswith("1 张照片拍在图斑外，离图斑 93")  # 差一公里，减去半径和误差
    make_shape(patch, square())
    relocate([patch.pk])
    photo.refresh_from_db()
    assert (photo.position, photo.position_m > 5000) == ("OUTSIDE", True)


@pytest.mark.parametrize("half", [{"found_lat": LAT}, {"found_lon": LON}, {"found_accuracy_m": 15}])
def test_half_a_position_is_not_stored(town, half):
    with pytest.raises(IntegrityError), transaction.atomic():
        Patch.objects.filter(pk=town.patch.pk).update(**half)


def test_the_parts_of_a_split_patch_keep_where_it_was_found(town):
    town.patch = found_at(town.patch)

    town.do("split")

    assert {part.spot for part in town.patch.children.all()} == {town.patch.spot}


def test_a_carried_patch_keeps_where_it_was_found():
    town = again(January)
    found_at(town.old("没动"))

    town.carry()

    new = town.there("没动")
    assert (new.found_lat, new.found_lon, new.found_accuracy_m) == (LAT, LON, 15)
    assert new.since_on >= date(2025, 1, 1)
