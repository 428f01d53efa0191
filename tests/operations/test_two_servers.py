"""几台服务器：一台登录、另一台接着办；照片存在对象存储里，哪一台都发得出。"""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer
from PIL import Image

from plots.evidence import store
from plots.evidence.checking import check
from plots.importing.progress import ImportJobStatus
from plots.models import Evidence, RectificationRecord
from taiping.audit.models import Access
from taiping.operations.backup import make_backup, restore
from taiping.operations.stored_files import compare
from tests.worlds.factories import PASSWORD, make_batch
from tests.worlds.photos import upload
from tests.worlds.servers import Server, Visitor
from tests.worlds.year import TODAY, Year

pytestmark = pytest.mark.django_db(transaction=True)
BUCKET = "zhaopian"


@pytest.fixture(scope="module")
def s3():
    """本机上的一个对象存储；给出连它要的设置。"""
    import boto3

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    given = {
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT": f"http://{host}:{port}",
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": "test",
        "S3_SECRET_KEY": "test",
        "S3_ADDRESSING": "path",
    }
    boto3.client(
        "s3",
        endpoint_url=given["S3_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    ).create_bucket(Bucket=BUCKET)
    yield given
    server.stop()


@pytest.fixture
def in_s3(s3, settings):
    """这个进程的上传文件也存到那里。"""
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": s3["S3_ENDPOINT"],
        "region_name": "us-east-1",
        "access_key": "test",
        "secret_key": "test",
        "addressing_style": "path",
        "default_acl": None,
        "file_overwrite": False,
    }
    backend = "storages.backends.s3.S3Storage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": backend, "OPTIONS": options},
        "progress": {"BACKEND": backend, "OPTIONS": {**options, "file_overwrite": True}},
    }


def photo_bytes():
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(stream, "JPEG")
    return stream.getvalue()


def named(content, name):
    stream = io.BytesIO(content)
    stream.name, stream.content_type = name, "image/jpeg"
    return stream


def test_sign_in_on_one_server_and_act_on_the_other(s3, tmp_path):
    year = Year()
    patch, picture = year.patch(code="T0012"), photo_bytes()

    with Server(tmp_path, **s3) as first, Server(tmp_path, **s3) as second:
        one = Visitor(first).sign_in("dong", PASSWORD)
        two = Visitor(second, one.cookies)
        seen, _ = two.get("/my/")
        status, page, _ = two.report(
            patch.pk, done_on=TODAY().isoformat(), camera=named(picture, "现场.jpg")
        )
        evidence = Evidence.objects.first()
        assert status == 302, re.findall(r"error[^<]*<[^<]*", page.decode())
        shown, timeline = one.get(f"/patches/{patch.pk}/")
        got, original, _ = one.ask("GET", f"/patches/evidence/{evidence.pk}/original/")
        stranger, _, _ = Visitor(first).ask("GET", f"/patches/evidence/{evidence.pk}/original/")
        one.post("/accounts/logout/", {})
        after, _ = two.get("/my/")

    assert (seen, shown, got, stranger, after) == (200, 200, 200, 302, 302)
    assert RectificationRecord.objects.get().by == year.east_secretary
    assert "现场.jpg" in timeline
    assert original == picture
    assert [access.kind for access in Access.objects.order_by("pk")] == [
        "SIGN_IN",
        "DOWNLOAD",
        "SIGN_OUT",
    ]


def test_photos_in_an_object_store_are_stored_served_backed_up_and_restored(
    in_s3, client, tmp_path
):
    year = Year()
    record = year.report(year.patch())
    evidence = store(record, check(upload()), year.east_secretary)
    client.force_login(year.east_secretary)
    page = client.get(f"/patches/evidence/{evidence.pk}/thumb/")
    with evidence.file.open() as stream:
        original = stream.read()

    make_backup(tmp_path / "a.zip")
    storages["default"].delete(evidence.file.name)
    gone = client.get(f"/patches/evidence/{evidence.pk}/original/")
    restore(tmp_path / "a.zip", replace=True)
    client.force_login(year.east_secretary)
    back = client.get(f"/patches/evidence/{evidence.pk}/original/")
    part = client.get(f"/patches/evidence/{evidence.pk}/original/", headers={"Range": "bytes=7-99"})

    assert page.status_code == 200
    assert b"".join(page.streaming_content).startswith(b"\xff\xd8")
    assert gone.status_code == 404
    assert b"".join(back.streaming_content) == original
    assert (part.status_code, b"".join(part.streaming_content)) == (206, original[7:100])


def test_files_without_a_row_are_found_in_an_object_store(in_s3):
    year = Year()
    evidence = store(year.report(year.patch()), check(upload()), year.east_secretary)
    own = {evidence.file.name, evidence.display.name, evidence.thumb.name}
    stray = storages["default"].save("evidence/2024/09/stray.jpg", ContentFile(b"123"))

    young, _ = compare(timedelta(hours=1))
    orphans, lost = compare(timedelta(seconds=-5))  # 刚写的也算

    assert young == []
    found = {orphan.name: orphan.size for orphan in orphans}  # 还有前面的测试留在桶里的
    assert found[stray] == 3
    assert own.isdisjoint(found)
    assert lost == []


def test_progress_of_a_long_import_is_seen_from_another_server(in_s3):
    batch = make_batch(Year().target())
    progress = ImportJobStatus(batch)

    progress.start()
    progress.written = 0
    progress.tick("写入", 300, 1000)
    seen = ImportJobStatus(batch).current()
    progress.finish()

    assert (seen["step"], seen["done"], seen["total"]) == ("写入", 300, 1000)
    assert ImportJobStatus(batch).current() is None


def test_two_towns_on_one_machine_keep_their_logins_and_files_apart(s3, tmp_path):
    """同一台机器两个端口、一个浏览器：登进乙镇不退出甲镇；照片各在桶里自己的文件夹。"""
    year = Year()
    patch = year.patch(code="T0012")
    first_town = {"COOKIE_PREFIX": "town01_", "SECRET_KEY": "first-town", "S3_PREFIX": "town01"}
    second_town = {"COOKIE_PREFIX": "town02_", "SECRET_KEY": "second-town", "S3_PREFIX": "town02"}

    with (
        Server(tmp_path, **s3, **first_town) as first,
        Server(tmp_path, **s3, **second_town) as second,
    ):
        one = Visitor(first, prefix="town01_").sign_in("dong", PASSWORD)
        two = Visitor(second, one.cookies, prefix="town02_").sign_in("dong", PASSWORD)
        back, _ = Visitor(first, two.cookies, prefix="town01_").get("/my/")
        status, _, _ = two.report(
            patch.pk, done_on=TODAY().isoformat(), camera=named(photo_bytes(), "现场.jpg")
        )
        shown, _ = two.get(f"/patches/evidence/{Evidence.objects.get().pk}/original/")

    assert (back, status, shown) == (200, 302, 200)
    names = ("file", "display", "thumb")
    stored = {getattr(Evidence.objects.get(), name).name for name in names}
    assert {f"town02/{name}" for name in stored} <= keys_in(s3)
    assert not stored & keys_in(s3)


def keys_in(s3):
    import boto3

    client = boto3.client(
        "s3",
        endpoint_url=s3["S3_ENDPOINT"],
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return {row["Key"] for row in client.list_objects_v2(Bucket=BUCKET)["Contents"]}
