"""在地里添加：先选任务，只问它要的；手机的位置、照片一起交；没有问的填了也照收；写坏的位置当没给。"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plots.models import Evidence, Kind, Patch
from tasks.models import Target
from tests.worlds.factories import make_batch, make_milestone, make_patch, make_target
from tests.worlds.kept import again
from tests.worlds.photos import noisy, pdf, upload
from tests.worlds.town import TwoVillages
from villages.models import Posting

pytestmark = pytest.mark.django_db
ADD = "/patches/add/"
MORE = ["code", "since_on", "contractor"]


@pytest.fixture
def town(media):
    return again(TwoVillages, villages_may_add=True)


@pytest.fixture
def cases(town):
    """违法占用的清单，村里也能加；下发的带着整改路径，不带地类。"""
    cases = make_target(
        town.plan,
        "illegal",
        name="违法占用耕地问题",
        kind=Target.Kind.CASES,
        quota=None,
        villages_may_add=True,
    )
    make_milestone(cases)
    make_patch(cases, town.west, batch=make_batch(cases))
    return cases


@pytest.fixture
def phone(client, town):
    client.force_login(town.east_secretary)
    return client


def fields(town, **changes):
    return {
        "target": "abandoned",
        "village": town.east.pk,
        "code": "",
        "area_mu": "3.25",
        "place": "李家湾",
        **changes,
    }


def asked(response):
    return [field.name for field in response.context["form"].more]


def test_several_targets_are_chosen_from_first(phone, town, cases):
    page = phone.get(f"{ADD}?village={town.east.pk}").content.decode()
    odd = phone.get(f"{ADD}?target=nothing").content.decode()

    assert f'href="?village={town.east.pk}&amp;target=illegal">违法占用耕地问题</a>' in page
    assert "面积（亩）</label>" not in page
    assert "不能往这项任务里添加图斑，请重新选。" in odd


def test_a_target_asks_only_what_it_needs(phone, town, cases):
    make_patch(town.target, town.west, batch=make_batch(town.target))
    short = phone.get(f"{ADD}?target=abandoned")
    case = phone.get(f"{ADD}?target=illegal")
    Patch.objects.filter(target=town.target).update(land_before="旱地")
    with_land = phone.get(f"{ADD}?target=abandoned")

    assert asked(short) == MORE
    assert asked(case) == [*MORE, "remedy"]
    assert asked(with_land) == [*MORE, "land_before", "land_after"]
    page = short.content.decode()
    assert '<details class="more">' in page
    assert "整改路径" not in page
    assert '<select name="village"' not in page
    assert f'<input type="hidden" name="village" value="{town.east.pk}">' in page


def test_who_has_two_villages_is_asked_which(phone, town):
    Posting.objects.create(user=town.east_secretary, village=town.west)

    assert '<select name="village"' in phone.get(ADD).content.decode()


def test_what_was_not_asked_is_kept_and_shown_not_dropped(phone, town):
    """换任务以前填的整改路径：收下；有别的错要改时也看得见。"""
    make_patch(town.target, town.west, batch=make_batch(town.target))

    wrong = phone.post(ADD, fields(town, area_mu="", remedy="reclaim"))
    right = phone.post(ADD, fields(town, remedy="reclaim"))

    assert asked(wrong) == [*MORE, "remedy"]
    assert '<details class="more" open>' in wrong.content.decode()
    assert right.status_code == 302
    assert Patch.objects.get(place="李家湾").remedy_id == "reclaim"


def test_the_position_and_the_photo_come_with_the_form(phone, town):
    given = fields(town, device="29.850512,106.050498,14.6", camera=upload(noisy()))

    answer = phone.post(ADD, given, follow=True)

    patch = Patch.objects.get(place="李家湾")
    assert (patch.found_lat, patch.found_lon) == (Decimal("29.850512"), Decimal("106.050498"))
    assert patch.found_accuracy_m == 15
    photo = Evidence.objects.get(patch=patch)
    assert (photo.record.kind, photo.device_lat) == (Kind.FOUND, None)
    page = answer.content.decode()
    assert "已添加图斑 补-001，东村，3.25 亩，记下了位置，照片和文件 1 个。下一步：" in page
    assert "发现时" in page
    assert "误差约 15 米" in page


def test_pressing_twice_adds_one_patch_and_one_photo(phone, town):
    content = noisy()
    given = fields(town, device="29.85,106.05,9")

    first = phone.post(ADD, {**given, "camera": upload(content)})
    second = phone.post(ADD, {**given, "camera": upload(content)}, follow=True)

    assert second.redirect_chain == [(first.url, 302)]
    assert "刚才已经添加过图斑 补-001" in second.content.decode()
    assert Patch.objects.filter(place="李家湾").count() == 1
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    "device", ["", "0,0,5", "91,106,5", "29.85,106.05", "nan,nan,nan", "位置", "29.85,106.05,-1"]
)
def test_a_broken_position_is_as_none(phone, town, device):
    phone.post(ADD, fields(town, device=device))

    patch = Patch.objects.get(place="李家湾")
    assert (patch.spot, patch.found_accuracy_m) == (None, None)


def test_a_refused_file_adds_nothing_and_the_rest_stays(phone, town):
    page = phone.post(
        ADD, fields(town, device="29.85,106.05,9", files=upload(b"MZ" * 100, name="a.exe"))
    )

    html = page.content.decode()
    assert not Patch.objects.filter(place="李家湾").exists()
    assert list(page.context["form"].errors) == ["files"]
    assert 'value="29.85,106.05,9"' in html
    assert "浏览器不会留住选好的文件" in html


def test_photos_are_asked_for_again_when_something_else_is_wrong(phone, town):
    page = phone.post(ADD, fields(town, area_mu="", camera=upload(noisy())))

    assert "改好后照片需要重新选择" in page.content.decode()
    assert Evidence.objects.count() == 0


def test_a_document_is_taken_too(phone, town):
    phone.post(ADD, fields(town, files=upload(pdf(), name="证明.pdf")))

    assert Evidence.objects.get().name == "证明.pdf"


def test_a_refused_code_leaves_no_photo(phone, town, media):
    page = phone.post(ADD, fields(town, code="T1", is_other="on", camera=upload(noisy())))

    assert list(page.context["form"].errors) == ["code"]
    assert Evidence.objects.count() == 0
    assert not media.exists() or not [path for path in media.rglob("*") if path.is_file()]


def test_the_form_asks_the_same_for_one_target_and_for_many(phone, town, cases):
    phone.get(f"{ADD}?target=abandoned")
    with CaptureQueriesContext(connection) as before:
        phone.get(f"{ADD}?target=abandoned")
    for n in range(3):
        make_patch(cases, town.east, batch=make_batch(cases))
        make_patch(town.target, town.east, code=f"补-{n:03}")

    with CaptureQueriesContext(connection) as after:
        phone.get(f"{ADD}?target=abandoned")

    assert len(after) == len(before) <= 14
