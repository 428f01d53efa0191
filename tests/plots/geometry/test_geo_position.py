"""照片的位置：在图斑内、附近几米、外面几米、没有位置；图形来了重算。只作参考。"""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from plots.evidence import check, store
from plots.evidence.position import locate, position_advice, relocate
from plots.models import Evidence
from taiping.ground.geometry.shapes import tidy_shapes
from tests.worlds.factories import make_record, make_shape
from tests.worlds.geo_files import shapefile, square
from tests.worlds.photos import encoded, exif, upload

pytestmark = pytest.mark.django_db
LAT_M = Decimal("0.00000902")  # 一米合多少纬度（北纬 30 度附近）


@pytest.fixture
def corner():
    """百米见方的图斑的西北角：纬度、经度（度）。"""
    geometry = tidy_shapes([square()], "EPSG:4523")[0].geometry
    return Decimal(str(geometry.bounds[3])), Decimal(str(geometry.bounds[0]))


def photo(town, lat, lon, **record):
    """站在那里拍的照片，存成举证材料。"""

    def dms(value):
        degrees = int(value)
        minutes = int((value - degrees) * 60)
        return float(degrees), float(minutes), float(((value - degrees) * 60 - minutes) * 60)

    block = exif(gps={1: "N", 2: dms(lat), 3: "E", 4: dms(lon)})
    return store(
        make_record(town.patch, **record), check(upload(encoded(exif=block))), by=town.huang
    )


@pytest.mark.parametrize(
    ("north", "position", "metres"),
    [
        (-50, "INSIDE", (0, 0)),
        (20, "NEAR", (19, 21)),
        (49, "NEAR", (48, 50)),
        (60, "OUTSIDE", (59, 61)),
        (30_000, "OUTSIDE", (29_900, 30_100)),
    ],
)
def test_metres_from_the_patch(town, corner, north, position, metres):
    make_shape(town.patch, square())
    lat, lon = corner

    found, away = locate(town.patch, lat + north * LAT_M, lon + Decimal("0.0005"))

    assert found == position
    assert metres[0] <= away <= metres[1]


def test_how_near_is_near_is_a_setting(town, corner, settings):
    make_shape(town.patch, square())
    settings.PHOTO_NEAR_METRES = 100

    assert locate(town.patch, corner[0] + 60 * LAT_M, corner[1])[0] == "NEAR"


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (None, None),
        (Decimal(0), Decimal(0)),
        (Decimal(129), Decimal(105)),
        (Decimal(29), Decimal(205)),
    ],
)
def test_missing_or_tampered_gps_is_unknown(town, lat, lon):
    make_shape(town.patch, square())

    assert locate(town.patch, lat, lon) == ("UNKNOWN", None)


def test_who_took_the_photos_is_told_which_are_far_or_without_a_place(town, corner):
    """报上来的时候就说，人还在地里，能重拍；图斑没有图形的没有得比，不说。"""
    near = photo(town, corner[0] - 50 * LAT_M, corner[1] + Decimal("0.0005"))
    far = photo(town, corner[0] + 30_000 * LAT_M, corner[1], completes=False)
    placeless = store(far.record, check(upload()), by=town.huang)
    assert position_advice([near, far, placeless]) == ""
    make_shape(town.patch, square())
    relocate([town.patch.pk])

    items = Evidence.objects.filter(pk__in=[near.pk, far.pk, placeless.pk])

    said = position_advice(items)
    assert said.startswith("1 张照片拍在图斑外，离图斑 ")
    assert said.endswith("，1 张照片里没有位置；拍错了请镇里退回，再重拍重报。")
    assert position_advice(items.filter(pk=near.pk)) == ""


def test_patch_without_a_shape_knows_nothing(town, corner):
    assert locate(town.patch, *corner) == ("UNKNOWN", None)


def test_photo_is_placed_when_it_is_uploaded(town, corner):
    make_shape(town.patch, square())

    saved = photo(town, corner[0] - 50 * LAT_M, corner[1] + Decimal("0.0005"))

    assert (saved.position, saved.position_m) == ("INSIDE", 0)


def test_photo_uploaded_before_the_shape_is_placed_when_the_shape_arrives(
    town, corner, client, tmp_path
):
    saved = photo(town, corner[0] + 60 * LAT_M, corner[1])
    assert saved.position == "UNKNOWN"
    path = tmp_path / "下发.zip"
    path.write_bytes(
        shapefile([square()], ["图斑编号", "村名"], [[town.patch.code, town.patch.village.name]])
    )

    call_command(
        "import_patches",
        str(path),
        target=town.target.code,
        issued_on="2024-01-02",
        year=town.target.plan.year,
        verbosity=0,
    )

    saved.refresh_from_db()
    assert saved.position == "OUTSIDE" and 59 <= saved.position_m <= 61
    client.force_login(town.huang)
    page = client.get(reverse("plots:patch", args=[town.patch.pk])).content.decode()
    assert f"在图斑外，离图斑 {saved.position_m} 米" in page


def test_command_places_the_photos_again(town, corner):
    make_shape(town.patch, square())
    saved = photo(town, corner[0] + 20 * LAT_M, corner[1])
    Evidence.objects.update(position="UNKNOWN", position_m=None)

    call_command("recheck_geometry", verbosity=0)

    saved.refresh_from_db()
    assert saved.position == "NEAR"
