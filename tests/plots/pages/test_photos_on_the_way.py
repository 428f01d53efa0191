"""照片先到了、表还没有交，这中间图斑、人、账号都可能变：不出错、不缺文件、不多留文件，话都说得清。"""

import threading
import uuid

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from plots import evidence
from plots.importing import apply_batch
from plots.importing.undo import rehearse, undo
from plots.models import Evidence, Patch, PendingEvidence, RectificationRecord
from taiping.demo import patches as demo_patches
from tests.plots.pages.test_photo_by_photo import stored
from tests.worlds.factories import make_patch, make_user
from tests.worlds.import_town import ROWS, ImportTown
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, xlsx
from tests.worlds.photos import upload
from tests.worlds.sending import JSON, Phone, digest, jpeg, said

pytestmark = pytest.mark.django_db
GREEN, RED = jpeg("green"), jpeg("red")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def patch(year):
    return year.patch(code="T0012", place="王家湾")


@pytest.fixture
def phone(year, client, patch):
    client.force_login(year.east_secretary)
    return Phone(client, patch)


def kept(patch, by, content=GREEN, key=None):
    checked = evidence.check(upload(content))
    return evidence.keep(patch, key or uuid.uuid4(), checked, by, original_sha256=digest(content))


def test_import_can_be_undone_though_a_photo_has_arrived(django_capture_on_commit_callbacks):
    town = again(ImportTown)
    batch = town.batch(xlsx(HEADER, *ROWS))
    apply_batch(batch, by=town.staff)
    kept(Patch.objects.get(code="T-1"), make_user())
    before = stored()

    rehearse(batch, by=town.staff)
    assert stored() == before
    with django_capture_on_commit_callbacks(execute=True):
        undo(batch, by=town.staff)

    connection.check_constraints()
    assert not PendingEvidence.objects.exists()
    assert stored() == []


def test_cleared_demo_leaves_no_files_of_photos_on_the_way(
    year, django_capture_on_commit_callbacks
):
    kept(make_patch(is_demo=True), make_user())

    with django_capture_on_commit_callbacks(execute=True):
        removed = demo_patches.clear()

    assert removed["图斑"] == 1
    assert stored() == []


def test_two_of_one_photo_when_the_first_has_been_reported_meanwhile(phone, monkeypatch):
    """断了的那一次其实到了，表也交了，慢的那一次才到：照样答收到了。"""
    phone.put(GREEN)
    phone.send(digest(GREEN))
    monkeypatch.setattr(evidence, "arrived", lambda *given: [])

    answer = phone.put(GREEN)

    assert answer.status_code in (200, 201)
    assert Evidence.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_patch_that_vanished_while_the_photo_was_checked(year, patch):
    checked = evidence.check(upload(GREEN))
    gone = Patch(pk=patch.pk + 1000, target=patch.target, village=patch.village)

    with pytest.raises(evidence.EvidenceError, match="不在了"):
        evidence.keep(
            gone, uuid.uuid4(), checked, year.east_secretary, original_sha256=digest(GREEN)
        )
    assert stored() == []


def test_late_photos_stay_within_the_most_of_one_report(phone, settings):
    settings.EVIDENCE_MAX_FILES = 2
    form = phone.form()
    phone.client.post(phone.url, form, **JSON)
    three = [jpeg(color) for color in ("green", "red", "blue")]
    for content in three:
        phone.put(content)

    again_ = phone.client.post(phone.url, {**form, "photos": list(map(digest, three))}, **JSON)

    assert again_.status_code == 200
    assert "一次最多 2 个" in said(again_)["words"]
    assert Evidence.objects.count() == 0


def test_another_persons_photos_cannot_be_claimed(phone, year):
    other = make_user(villages=[year.east])
    kept(phone.patch, other, key=uuid.UUID(phone.key))

    answer = phone.send(digest(GREEN))

    assert (answer.status_code, said(answer)) == (428, {"missing": [digest(GREEN)]})


def test_key_of_another_patch_is_said(phone, year):
    phone.send()
    second = Phone(phone.client, year.patch(code="T0099"), phone.key)

    answer = second.send()

    assert answer.status_code == 409
    assert "已经用在另一块图斑上" in said(answer)["words"]


@pytest.mark.parametrize("size", ["", "-5", "abc", "9" * 30])
def test_odd_lengths_are_no_error(phone, size):
    answer = phone.client.put(
        f"{phone.photos_url}{digest(GREEN)}", GREEN, content_type="application/octet-stream",
        CONTENT_LENGTH=size, **JSON,
    )  # fmt: skip

    assert 400 <= answer.status_code < 500
    assert said(answer)["words"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Name": "%00%ff%FE\u0041.jpg"},
        {"X-Name": "%ED%A0%80" * 300},
        {"X-Name": "../../../etc/passwd"},
        {"X-Original-Size": "999999999"},
        {"X-Original-Size": "-1"},
        {"X-Original-Size": "0"},
        {"X-Device": "NaN,NaN,NaN"},
        {"X-Device": "1e999,2,inf"},
        {"X-Device-When": "ALWAYS"},
        {"X-User": "٣"},
    ],
)
def test_odd_headers_are_no_error(phone, headers):
    answer = phone.put(GREEN, **headers)

    assert answer.status_code in (201, 401, 422)


@pytest.mark.parametrize("method", ["head", "options", "post", "patch"])
def test_other_methods_are_no_error(phone, method):
    for address in (phone.photos_url, f"{phone.photos_url}{digest(GREEN)}"):
        assert getattr(phone.client, method)(address, **JSON).status_code < 500


def test_the_same_photo_listed_twice_is_one(phone):
    phone.put(GREEN)

    assert phone.send(digest(GREEN), digest(GREEN)).status_code == 201
    assert Evidence.objects.count() == 1


def test_as_many_as_allowed_and_one_more(phone, settings):
    photos = [jpeg((n * 20, 100, 100)) for n in range(settings.EVIDENCE_MAX_FILES + 1)]
    for content in photos:
        assert phone.put(content).status_code == 201
    hashes = list(map(digest, photos))

    refused = phone.send(*hashes)
    taken = phone.send(*hashes[:-1])

    assert (refused.status_code, taken.status_code) == (422, 201)
    assert Evidence.objects.count() == settings.EVIDENCE_MAX_FILES


def test_too_many_waiting_is_a_refusal_for_now(phone, settings):
    """不是照片不好：腾出地方还能再传，手机不能把它当作不收的。"""
    settings.EVIDENCE_PENDING_MAX = 0

    assert phone.put(GREEN).status_code == 409
    assert phone.put(GREEN, original=digest(RED)).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_one_photo_from_two_connections_at_once(year, patch):
    key, results = uuid.uuid4(), []
    checked = [evidence.check(upload(GREEN)) for _ in range(4)]

    def put(each):
        try:
            found = evidence.keep(
                patch, key, each, year.east_secretary, original_sha256=digest(GREEN)
            )
            results.append(found.pk)
        except Exception as error:
            results.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=[each]) for each in checked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(results)) == 1
    assert PendingEvidence.objects.count() == 1
    assert len(stored()) == 3


def test_village_changed_on_the_way_and_back(phone, year):
    form = phone.form()
    phone.put(GREEN)
    Patch.objects.filter(pk=phone.patch.pk).update(village=year.west)
    sent = {**form, "photos": [digest(GREEN)]}

    away = phone.client.post(phone.url, sent, **JSON)
    Patch.objects.filter(pk=phone.patch.pk).update(village=year.east)
    back = phone.client.post(phone.url, sent, **JSON)

    assert (away.status_code, back.status_code) == (404, 201)
    assert "已经不归您负责" in said(away)["words"]
    assert Evidence.objects.count() == 1


def test_switched_off_account_is_told(phone, year):
    phone.put(GREEN)
    year.east_secretary.is_active = False
    year.east_secretary.save()

    answer = phone.arrived()

    assert answer.status_code == 401


def test_step_inserted_in_front_is_told_and_photos_stay(phone, year):
    form = phone.form()
    phone.put(GREEN)
    first = phone.patch.target.milestones.order_by("order").first()
    answer = phone.client.post(
        phone.url, {**form, "first": first.pk + 999, "photos": [digest(GREEN)]}, **JSON
    )

    assert answer.status_code == 422
    assert "方案变了" in said(answer)["fields"]["__all__"][0]
    assert PendingEvidence.objects.count() == 1
    assert default_storage.exists(PendingEvidence.objects.get().file.name)


def test_purge_does_not_take_the_files_of_what_was_claimed(
    phone, django_capture_on_commit_callbacks
):
    phone.put(GREEN)
    old = list(PendingEvidence.objects.all())
    phone.send(digest(GREEN))

    with django_capture_on_commit_callbacks(execute=True):
        evidence.drop(old)

    assert default_storage.exists(Evidence.objects.get().file.name)
    assert RectificationRecord.objects.get().created_at < timezone.now()


def test_step_done_by_somebody_else_is_told_once_not_again_as_a_new_plan(phone, year):
    """没有脚本的表：别人报了第一步，看过那句话再交，就是照现在的报，不再说一遍“方案变了”。"""
    form = phone.form()
    year.report(phone.patch, by=year.huang)

    told = phone.client.post(phone.url, form)
    shown = told.context["form"]
    values = {name: shown[name].value() for name in ("seen", "first", "client_key", "amount")}
    again_ = phone.client.post(phone.url, {**form, **values})

    assert "上报了" in told.content.decode()
    assert again_.status_code == 302
    assert phone.patch.records.filter(kind="REPORT").count() == 2
