"""照片一张一张先传、表后交：断了再传，只传没到的；交几遍也只记一次，照片一张不少。"""

import uuid
from datetime import timedelta
from decimal import Decimal
from itertools import chain

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from shapely.geometry import box

from plots import actions
from plots.models import Evidence, PendingEvidence, RectificationRecord
from tests.worlds.factories import make_shape, make_user
from tests.worlds.photos import TONGLIANG, encoded, exif
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


def stored(folder="evidence"):
    """存储里的全部文件。"""
    folders, files = default_storage.listdir(folder)
    deeper = [stored(f"{folder}/{name}") for name in folders]
    return [*files, *chain(*deeper)]


def test_photos_first_then_the_form_makes_one_record_with_all_of_them(phone):
    answers = [phone.put(GREEN), phone.put(RED)]

    done = phone.send(digest(GREEN), digest(RED), note="种了油菜")

    record = RectificationRecord.objects.get()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert done.status_code == 201
    assert said(done)["state"] == "done"
    assert said(done)["words"].startswith("已上报 T0012 复耕复种，10.00 亩")
    assert said(done)["next"] == "/my/"
    assert (str(record.client_key), record.note) == (phone.key, "种了油菜")
    kept = Evidence.objects.order_by("pk")
    assert [item.original_sha256 for item in kept] == [digest(GREEN), digest(RED)]
    assert {item.record for item in kept} == {record}
    assert not PendingEvidence.objects.exists()
    assert all(default_storage.exists(item.thumb.name) for item in kept)


def test_the_same_photo_again_is_the_same_answer_and_one_file(phone):
    first, again = phone.put(GREEN), phone.put(GREEN)

    assert (first.status_code, again.status_code) == (201, 200)
    assert said(first) == said(again)
    assert PendingEvidence.objects.count() == 1
    assert [one["sha256"] for one in said(phone.arrived())["photos"]] == [digest(GREEN)]


def test_form_that_lists_a_photo_not_arrived_says_which_and_keeps_the_others(phone):
    phone.put(GREEN)

    lacking = phone.send(digest(GREEN), digest(RED))

    assert (lacking.status_code, said(lacking)) == (428, {"missing": [digest(RED)]})
    assert not RectificationRecord.objects.exists()
    phone.put(RED)
    assert phone.send(digest(GREEN), digest(RED)).status_code == 201
    assert Evidence.objects.count() == 2


def test_sent_again_after_the_answer_was_lost_is_the_first_record(phone):
    form = phone.form()
    phone.put(GREEN)
    sent = {**form, "photos": [digest(GREEN)]}
    first = phone.client.post(phone.url, sent, **JSON)

    there = said(phone.arrived())["photos"]
    again = phone.client.post(phone.url, sent, **JSON)

    assert [photo["sha256"] for photo in there] == [digest(GREEN)], "收到的不用再传"
    assert phone.put(GREEN).status_code == 200
    assert (first.status_code, again.status_code) == (201, 200)
    assert said(again)["words"].startswith("这张表已经收到过")
    assert RectificationRecord.objects.count() == Evidence.objects.count() == 1


def test_photo_added_in_a_second_window_is_put_to_the_same_record(phone):
    form = phone.form()
    phone.put(GREEN)
    phone.client.post(phone.url, {**form, "photos": [digest(GREEN)]}, **JSON)
    both = {**form, "photos": [digest(GREEN), digest(RED)]}

    lacking = phone.client.post(phone.url, both, **JSON)
    phone.put(RED)
    again = phone.client.post(phone.url, both, **JSON)

    assert (lacking.status_code, said(lacking)) == (428, {"missing": [digest(RED)]})
    assert again.status_code == 200
    assert "后添的 1 张照片补在了那次上报里" in said(again)["words"]
    assert Evidence.objects.filter(record=RectificationRecord.objects.get()).count() == 2


def test_photo_added_after_the_report_was_sent_back_is_told(phone, year):
    form = phone.form()
    phone.client.post(phone.url, form, **JSON)
    year.send_back(phone.patch)
    phone.put(RED)

    again = phone.client.post(phone.url, {**form, "photos": [digest(RED)]}, **JSON)

    assert again.status_code == 200
    assert "后添的 1 张照片没有收：那次上报已经退回" in said(again)["words"]
    assert not Evidence.objects.exists()


def test_shrunk_photo_keeps_the_originals_digest_and_size(phone):
    original = digest(b"the five megabytes on the phone")
    phone.put(GREEN, original=original, **{"X-Original-Size": "5240296"})

    phone.send(original)

    kept = Evidence.objects.get()
    assert (kept.original_sha256, kept.original_size, kept.was_shrunk) == (original, 5240296, True)
    assert (kept.sha256, kept.size) == (digest(GREEN), len(GREEN))
    page = phone.client.get(f"/patches/{phone.patch.pk}/").content.decode()
    assert "手机上缩小过，原照片 5.0\xa0MB" in page


def test_reuse_is_seen_by_the_original_not_by_what_travelled(phone, year):
    other = year.patch(code="T0099", place="李家沟")
    original = digest(b"one photo")
    elsewhere = Phone(phone.client, other)
    elsewhere.put(GREEN, original=original, **{"X-Original-Size": "5240296"})
    elsewhere.send(original)

    shrunk_on_another_phone = phone.put(RED, original=original, **{"X-Original-Size": "5240296"})

    assert "同一张照片也用于图斑 T0099" in said(shrunk_on_another_phone)["words"]


def test_photo_of_the_returned_report_is_known_again_at_choosing(phone, year):
    phone.put(GREEN)
    phone.send(digest(GREEN))
    year.send_back(phone.patch)

    again = Phone(phone.client, phone.patch).put(GREEN)

    assert "已经交过，那次上报已撤回" in said(again)["words"]


def test_far_away_is_told_while_one_still_stands_in_the_field(phone):
    make_shape(phone.patch, box(106.06, 29.84, 106.061, 29.8455), crs="EPSG:4490")

    answer = said(phone.put(encoded(exif=exif(gps=TONGLIANG))))

    assert answer["position"] == "OUTSIDE"
    assert 1040 <= answer["metres"] <= 1070
    assert answer["words"] == f"在图斑外，离图斑 {answer['metres']} 米"


def test_no_position_is_told(phone):
    assert said(phone.put(GREEN))["words"] == "照片里没有位置"


def test_position_of_the_phone_at_the_shot_is_kept_with_the_photo(phone):
    phone.put(GREEN, **{"X-Device": "29.8505,106.0505,12.4", "X-Device-When": "SHOT"})
    phone.send(digest(GREEN))

    kept = Evidence.objects.get()
    assert (kept.device_lat, kept.device_accuracy_m) == (Decimal("29.850500"), 12)
    assert kept.device_text.startswith("拍照时手机位于")


def test_not_a_photo_is_refused_in_words_and_nothing_is_kept(phone):
    broken = phone.put(GREEN[:200], name="坏了.jpg")
    strange = phone.put(b"GIF89a....", name="动图.gif")

    assert (broken.status_code, strange.status_code) == (422, 422)
    assert "坏了.jpg" in said(broken)["words"]
    assert "不完整或已损坏" in said(broken)["words"]
    assert "动图.gif" in said(strange)["words"]
    assert not PendingEvidence.objects.exists()


def test_changed_on_the_way_is_not_taken(phone):
    answer = phone.put(GREEN, original=digest(RED))

    assert answer.status_code == 400
    assert "变了样" in said(answer)["words"]


def test_too_large_is_known_before_it_is_read(phone, settings):
    settings.EVIDENCE_PHOTO_MAX_MB = settings.EVIDENCE_DOCUMENT_MAX_MB = 1

    answer = phone.put(b"x" * (1024 * 1024 + 1))

    assert answer.status_code == 413
    assert "最多 1 MB" in said(answer)["words"]


def test_too_many_waiting_are_refused_until_some_are_dropped(phone, settings):
    settings.EVIDENCE_PENDING_MAX = 1
    phone.put(GREEN)
    refused = phone.put(RED)

    phone.client.delete(f"{phone.photos_url}{digest(GREEN)}", **JSON)

    assert refused.status_code == 409
    assert "已经有 1 张" in said(refused)["words"]
    assert phone.put(RED).status_code == 201


def test_dropped_photo_is_gone_with_its_files(phone, django_capture_on_commit_callbacks):
    phone.put(GREEN)
    assert len(stored()) == 3

    with django_capture_on_commit_callbacks(execute=True):
        phone.client.delete(f"{phone.photos_url}{digest(GREEN)}", **JSON)

    assert not PendingEvidence.objects.exists()
    assert stored() == []


def test_unclaimed_after_two_weeks_is_cleaned_with_its_files(
    phone, settings, django_capture_on_commit_callbacks
):
    phone.put(GREEN)
    old = timezone.now() - timedelta(days=settings.EVIDENCE_PENDING_DAYS, minutes=1)
    PendingEvidence.objects.update(created_at=old)

    with django_capture_on_commit_callbacks(execute=True):
        Phone(phone.client, phone.patch).put(RED)

    assert [one.original_sha256 for one in PendingEvidence.objects.all()] == [digest(RED)]
    assert len(stored()) == 3


def test_not_logged_in_is_told_where_to_log_in_and_nothing_is_read(phone, patch):
    stranger = Phone(Client(), patch, phone.key)

    answers = [
        stranger.put(GREEN),
        stranger.arrived(),
        stranger.client.post(stranger.url, {"client_key": stranger.key}, **JSON),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert all(said(answer)["login"].startswith("/accounts/login/") for answer in answers)


def test_old_token_is_answered_with_a_new_one(year, patch):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(year.east_secretary)
    phone = Phone(strict, patch)
    form = phone.form()

    stale = strict.post(phone.url, form, headers={"X-CSRFToken": "x" * 64}, **JSON)
    fresh = said(stale)["csrf"]
    again = strict.post(phone.url, form, headers={"X-CSRFToken": fresh}, **JSON)

    assert (stale.status_code, again.status_code) == (403, 201)


def test_somebody_else_on_the_phone_does_not_send_it(phone, year):
    form = phone.form()
    mine = {"X-User": str(year.east_secretary.pk)}
    phone.client.force_login(make_user(villages=[year.east]))

    answers = [
        phone.put(GREEN, **mine),
        phone.client.post(phone.url, form, headers=mine, **JSON),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert "登录的是别人" in said(answers[0])["words"]
    assert not RectificationRecord.objects.exists()


def test_sent_back_meanwhile_is_told_and_goes_after_a_look(phone, year):
    year.report(phone.patch)
    year.send_back(phone.patch)
    form = phone.form()
    year.report(phone.patch)
    year.send_back(phone.patch)
    phone.put(GREEN)
    sent = {**form, "photos": [digest(GREEN)]}

    changed = phone.client.post(phone.url, sent, **JSON)
    seen = said(changed)["seen"]
    again = phone.client.post(phone.url, {**sent, "seen": seen}, **JSON)

    assert (changed.status_code, said(changed)["state"]) == (409, "changed")
    assert any("退回到" in sentence for sentence in said(changed)["news"])
    assert again.status_code == 201
    assert Evidence.objects.count() == 1


def test_no_longer_to_be_reported_is_said_and_the_photos_stay(phone, year):
    form = phone.form()
    phone.put(GREEN)
    actions.defer(phone.patch, by=year.huang, note="等雨停")

    closed = phone.client.post(phone.url, {**form, "photos": [digest(GREEN)]}, **JSON)

    assert (closed.status_code, said(closed)["state"]) == (409, "closed")
    assert "恢复整改" in said(closed)["words"]
    assert PendingEvidence.objects.count() == 1


def test_wrong_fields_are_named_and_the_photos_stay(phone):
    phone.put(GREEN)

    wrong = phone.send(digest(GREEN), amount="part", area_mu="99")

    assert wrong.status_code == 422
    assert "请改成不超过剩下的面积" in said(wrong)["fields"]["area_mu"][0]
    assert phone.send(digest(GREEN), amount="part", area_mu="3").status_code == 201


def test_what_arrived_tells_whether_it_can_still_be_reported(phone, year):
    year.report(phone.patch)
    year.report(phone.patch)

    assert "待镇里核实" in said(phone.arrived())["closed"]


def test_other_village_gets_nothing(phone, year):
    phone.client.force_login(make_user(villages=[year.west]))

    answers = [phone.put(GREEN), phone.arrived()]

    assert [answer.status_code for answer in answers] == [404, 404]


def test_moment_on_the_phone_stands_beside_the_moment_of_entry(phone):
    filled = timezone.now() - timedelta(days=2)
    phone.send(made_at=filled.isoformat())

    record = RectificationRecord.objects.get()
    page = phone.client.get(f"/patches/{phone.patch.pk}/").content.decode()
    assert record.made_at == filled
    assert f"手机上 {timezone.localtime(filled):%Y-%m-%d %H:%M} 填好" in page


@pytest.mark.parametrize("clock", ["", "昨天", "2024-10-30", "0001-01-01T00:00:00+00:00"])
def test_phone_with_a_broken_clock_reports_all_the_same(phone, clock):
    assert phone.send(made_at=clock).status_code == 201
    assert RectificationRecord.objects.get().made_at is None


def test_sending_one_report_asks_the_database_a_fixed_number_of_times(
    phone, django_assert_max_num_queries
):
    form = phone.form()
    for content in (GREEN, RED):
        phone.put(content)
    sent = {**form, "photos": [digest(GREEN), digest(RED)]}

    with django_assert_max_num_queries(40):
        assert phone.client.post(phone.url, sent, **JSON).status_code == 201


def test_unknown_key_or_digest_is_no_error(phone):
    assert phone.client.get(f"{phone.url}{uuid.uuid4()}/photos/", **JSON).status_code == 200
    assert phone.client.put(f"{phone.photos_url}abc", b"x", **JSON).status_code == 422
