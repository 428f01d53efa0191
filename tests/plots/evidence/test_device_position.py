"""拍照时手机的位置：浏览器给了就和照片放在一起，给核实的人参考；给坏了、没给都不拦上报。"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from shapely.geometry import box

from plots.evidence.position import relocate
from plots.models import Evidence
from plots.pages.file_fields import DeviceField
from tests.worlds.factories import make_patch, make_record, make_shape, make_user, make_village
from tests.worlds.sending import Phone, digest, jpeg
from villages.models import Role

pytestmark = pytest.mark.django_db


def shaped(patch):
    """给图斑一块约 100 米见方的图形，西南角在 106.05E 29.85N。"""
    make_shape(patch, box(106.05, 29.85, 106.051, 29.851), crs="EPSG:4490")
    return patch


@pytest.fixture
def east():
    return make_village("东村")


def reported(client, patch, device):
    phone, content = Phone(client, patch), jpeg()
    phone.put(content, **{"X-Device": device, "X-Device-When": "SHOT"})
    assert phone.send(digest(content)).status_code == 201
    return Evidence.objects.get()


def test_the_phones_position_is_kept_beside_the_photos_own(client, east):
    patch = shaped(make_patch(village=east))
    client.force_login(make_user(villages=[east]))

    evidence = reported(client, patch, "29.8505,106.0505,12.4")

    assert (evidence.device_lat, evidence.device_lon) == (
        Decimal("29.850500"),
        Decimal("106.050500"),
    )
    assert evidence.device_accuracy_m == 12
    assert evidence.device_position == "INSIDE"
    assert evidence.lat is None
    assert (
        "拍照时手机在图斑内（精度 12 米）"
        in client.get(reverse("plots:patch", args=[patch.pk])).content.decode()
    )


@pytest.mark.parametrize(
    "device",
    [
        "",
        "a,b,c",
        "1,2",
        "nan,nan,1",
        "91,106,5",
        "29,106,-1",
        "29,106,1e400",
        "1e99999,1,1",
        "\x00",
    ],
)
def test_a_broken_position_is_no_position(device):
    assert DeviceField().clean(device) is None


def test_a_report_without_a_position_goes_through(client, east):
    patch = make_patch(village=east)
    client.force_login(make_user(villages=[east]))

    evidence = reported(client, patch, "定位失败")

    assert evidence.device_lat is None
    assert evidence.device_text == ""


def test_the_position_is_judged_again_when_the_shape_arrives(client, east):
    patch = make_patch(village=east)
    client.force_login(make_user(villages=[east]))
    evidence = reported(client, patch, "29.8605,106.0505,8")
    assert evidence.device_position == "UNKNOWN"

    relocate([shaped(patch).pk])

    evidence.refresh_from_db()
    assert evidence.device_position == "OUTSIDE"
    assert 1040 <= evidence.device_position_m <= 1070  # 往北 0.0095 度，约 1053 米


@pytest.mark.parametrize(
    ("taken", "words"),
    [
        (datetime(2024, 9, 5, 10), ""),
        (datetime(2024, 9, 4, 23), ""),
        (datetime(2024, 9, 1, 10), "拍摄比完成日期早 4 天"),
        (datetime(2024, 9, 9, 10), "拍摄比完成日期晚 4 天"),
        (None, ""),
    ],
)
def test_a_camera_clock_far_from_the_day_is_pointed_out(east, taken, words):
    patch = make_patch(village=east)
    record = make_record(patch, on=date(2024, 9, 5), by=make_user(role=Role.STAFF))

    evidence = Evidence(patch=patch, record=record, taken_at=taken and timezone.make_aware(taken))

    assert evidence.clock_text == words
