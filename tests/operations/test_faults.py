"""运行中的故障：磁盘满、只读、数据库断了、表不全……都是一页话：出了什么事，存下没有，管理员做什么。

故障都是真的：SQLite 自己的限额和只读开关，PostgreSQL 自己报的错误码，真的断掉连接，真的改走一张表。
"""

import errno
import io
import logging
import sqlite3
import threading

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.test import Client

from plots.actions import messages as told
from plots.importing import job
from plots.models import Evidence, Patch, RectificationRecord
from taiping.ground import faults
from taiping.ground.faults import fault_of
from taiping.operations.logs import LineFormatter, RequestFilter
from tests.worlds.factories import PASSWORD, make_batch, make_patch, make_user
from tests.worlds.photos import encoded, upload
from tests.worlds.year import TODAY
from villages.models import Session

pytestmark = pytest.mark.django_db(transaction=True)
LONG_NOTE = "一" * 1000  # 三千字节：SQLite 的一页里放下一条，就放不下第二条
UNSAVED, UNSURE = "这次填的内容没有存下。请不要关这一页", "这次填的内容可能已经存下了一部分"


@pytest.fixture(autouse=True)
def fresh_connection():
    """故障是在这条连接上造的；用完换一条新的。"""
    yield
    connection.close()


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter("{levelname} {name} {message}", style="{"))
    handler.addFilter(RequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def secretary(year):
    client = Client(raise_request_exception=False)
    client.force_login(year.east_secretary)
    return client


@pytest.fixture
def patch(year):
    return year.patch(code="T0012")


def sql(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def is_sqlite():
    return connection.vendor == "sqlite"


def fill_the_disk():
    """SQLite 不许再长一页；PostgreSQL 写整改记录时报它自己的 53100（磁盘满）。"""
    if is_sqlite():
        sql("VACUUM")
        with connection.cursor() as cursor:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
        return
    sql(
        "CREATE OR REPLACE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER disk_full BEFORE INSERT ON plots_rectificationrecord EXECUTE FUNCTION disk_full()",
    )


@pytest.fixture
def full_disk():
    yield fill_the_disk
    connection.close()
    if not is_sqlite():
        sql(
            "DROP TRIGGER IF EXISTS disk_full ON plots_rectificationrecord",
            "DROP FUNCTION IF EXISTS disk_full",
        )


def make_read_only():
    if is_sqlite():
        sql("PRAGMA query_only = ON")
        return
    sql("SET default_transaction_read_only = on")  # 从下一个事务起
    if connection.in_atomic_block:
        sql("SET TRANSACTION READ ONLY")


def cut_the_connection():
    """数据库那一头断开；这一头要到下一次查才知道。"""
    if is_sqlite():
        connection.connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    other.close()


@pytest.fixture
def writer():
    """另一个程序正占着数据库。"""
    other = connection.copy()

    def hold(patch):
        cursor = other.cursor()
        if is_sqlite():
            cursor.execute("BEGIN IMMEDIATE")
            sql("PRAGMA busy_timeout = 50")
        else:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM plots_patch WHERE id = %s FOR UPDATE", [patch.pk])
            sql("SET lock_timeout = '50ms'")

    yield hold
    other.close()


def report_form(client, patch):
    form = client.get(f"/patches/{patch.pk}/report/").context["form"]
    given = {
        name: form[name].value()
        for name in form.fields
        if name not in ("camera", "files", "area_mu")
    }
    return {
        **{name: "" if value is None else value for name, value in given.items()},
        "done_on": TODAY().isoformat(),
    }


def send(client, patch, given, **changes):
    return client.post(f"/patches/{patch.pk}/report/", {**given, **changes})


def assert_page(response, fault, sentence):
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, str(fault.retry_after))
    for words in (
        f"<h1>{fault.name}</h1>",
        fault.happened,
        sentence,
        fault.advice,
        response["X-Request-ID"],
    ):
        assert words in page


def test_full_disk_is_told_and_the_same_report_is_taken_afterwards(
    year, secretary, patch, full_disk, log
):
    earlier = year.report(year.patch(target=patch.target, code="T0011"), note=LONG_NOTE)
    given = report_form(secretary, patch)
    full_disk()

    refused = send(secretary, patch, given, note=LONG_NOTE)

    assert_page(refused, faults.FULL, UNSAVED)
    assert "浏览器的“后退”再交一次" in refused.content.decode()
    assert RectificationRecord.objects.get() == earlier
    lines = log.getvalue().splitlines()
    assert [line for line in lines if line.startswith("ERROR")] == lines
    assert len(lines) == 1
    assert "故障：磁盘满了" in lines[0]
    connection.close()
    if not is_sqlite():
        sql("DROP TRIGGER disk_full ON plots_rectificationrecord")
    assert send(secretary, patch, given, note="腾出地方了").status_code == 302
    assert RectificationRecord.objects.latest("pk").note == "腾出地方了"


class SmallDisk(FileSystemStorage):
    """写到一半满了的盘：半个文件留在那里，和真的一样。"""

    def _save(self, name, content):
        super()._save(name, ContentFile(content.read(100)))
        raise OSError(errno.ENOSPC, "No space left on device")


def test_photo_that_fills_the_disk_leaves_nothing(
    secretary, patch, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    given = report_form(secretary, patch)
    for name in ("file", "display", "thumb"):
        monkeypatch.setattr(Evidence._meta.get_field(name), "storage", SmallDisk())

    refused = send(secretary, patch, given, camera=upload(encoded()))

    assert_page(refused, faults.FULL, "照片可能要重新选")
    assert RectificationRecord.objects.count() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_read_only_database_is_told_at_login_and_pages_still_open(secretary, patch):
    make_user("lin")
    stranger = Client(raise_request_exception=False)
    make_read_only()

    login = stranger.post("/accounts/login/", {"username": "lin", "password": PASSWORD})
    report = send(secretary, patch, report_form(secretary, patch))

    assert_page(login, faults.READ_ONLY, UNSAVED)
    assert_page(report, faults.READ_ONLY, UNSAVED)
    assert secretary.get(f"/patches/{patch.pk}/").status_code == 200


def test_health_says_when_the_database_cannot_be_written(client):
    good = client.get("/healthz?format=json").json()["database"]
    make_read_only()

    bad = client.get("/healthz?format=json")

    assert good == {"ok": True, "text": "数据库连得上，写得进"}
    assert bad.status_code == 503
    assert bad.json()["database"]["ok"] is False
    assert "写不进去" in bad.json()["database"]["text"]


def test_health_does_not_wait_for_somebody_who_is_writing(client, patch, writer):
    writer(patch)

    assert client.get("/healthz?format=json").json()["database"]["ok"] is True


def test_new_login_that_is_not_stored_is_not_a_bad_request(monkeypatch):
    """登录时会话先建后写：写不下时，Django 说成“请求不对”，400。"""
    make_user("lin")
    save = Session.save

    def save_in_a_full_database(row, *args, **kwargs):
        if kwargs.get("force_update"):
            make_read_only()
        return save(row, *args, **kwargs)

    monkeypatch.setattr(Session, "save", save_in_a_full_database)

    response = Client(raise_request_exception=False).post(
        "/accounts/login/", {"username": "lin", "password": PASSWORD}
    )

    assert_page(response, faults.READ_ONLY, UNSAVED)


def test_what_is_done_stays_done_when_only_the_session_is_not_stored(
    secretary, patch, monkeypatch, log
):
    given = report_form(secretary, patch)
    reported = told.reported
    monkeypatch.setattr(told, "reported", lambda *args: (reported(*args), make_read_only())[0])

    response = send(secretary, patch, given)

    assert response.status_code == 302
    assert RectificationRecord.objects.count() == 1
    assert "故障：数据写不进去，登录的最近使用时间没有记下" in log.getvalue()


def test_trouble_after_the_record_was_stored_does_not_say_it_was_not(secretary, patch, monkeypatch):
    given = report_form(secretary, patch)

    def fail(*args):
        make_read_only()
        Patch.objects.update(place="写不进")

    monkeypatch.setattr(told, "reported", fail)

    response = send(secretary, patch, given)

    assert_page(response, faults.READ_ONLY, UNSURE)
    assert UNSAVED not in response.content.decode()
    assert RectificationRecord.objects.count() == 1


def test_connection_lost_while_storing_does_not_claim_to_know(secretary, patch, monkeypatch):
    """提交到了数据库，答复没有回来。"""
    given = report_form(secretary, patch)
    commit = connection._commit

    def _commit():
        commit()
        cut_the_connection()
        with connection.wrap_database_errors:
            connection.connection.cursor().execute("SELECT 1")

    monkeypatch.setattr(connection, "_commit", _commit)

    response = send(secretary, patch, given)

    monkeypatch.undo()
    connection.close()
    assert_page(response, faults.AWAY, UNSURE)
    assert RectificationRecord.objects.count() == 1


def test_first_page_after_the_database_restarted_opens(secretary, patch, log):
    cut_the_connection()

    assert secretary.get(f"/patches/{patch.pk}/").status_code == 200
    assert "换一条连接再试一次" in log.getvalue()
    assert "ERROR" not in log.getvalue()


def test_post_is_never_done_twice(secretary, patch, monkeypatch):
    given, calls = report_form(secretary, patch), []
    reported = told.reported

    def fail(*args):
        calls.append(reported(*args))
        cut_the_connection()
        return Patch.objects.count()

    monkeypatch.setattr(told, "reported", fail)

    response = send(secretary, patch, given)

    connection.close()
    assert_page(response, faults.AWAY, UNSURE)
    assert len(calls) == RectificationRecord.objects.count() == 1


def test_database_that_stays_away_is_told_once_after_one_more_try(
    secretary, patch, monkeypatch, log
):
    tries = []

    def refuse(*args):
        tries.append(1)
        raise OperationalError(
            'connection to server at "10.0.0.3", port 5432 failed: the connection already closed'
        )

    connection.close()
    monkeypatch.setattr(connection, "get_new_connection", refuse)

    response = secretary.get(f"/patches/{patch.pk}/")

    monkeypatch.undo()
    assert_page(response, faults.AWAY, "这一页现在打不开")
    assert "10.0.0.3" not in response.content.decode()
    assert len(tries) > 1
    assert len([line for line in log.getvalue().splitlines() if line.startswith("ERROR")]) == 1


def test_somebody_else_writing_for_too_long_is_told(secretary, patch, writer):
    given = report_form(secretary, patch)
    writer(patch)

    response = send(secretary, patch, given)

    assert_page(response, faults.BUSY, UNSAVED)
    assert RectificationRecord.objects.count() == 0


def test_missing_table_names_the_command(secretary, patch):
    given = report_form(secretary, patch)
    sql("ALTER TABLE plots_rectificationrecord RENAME TO gone")
    try:
        response = send(secretary, patch, given)
        page = secretary.get(f"/patches/{patch.pk}/")
    finally:
        sql("ALTER TABLE gone RENAME TO plots_rectificationrecord")

    assert_page(response, faults.TABLES, UNSAVED)
    assert_page(page, faults.TABLES, "这一页现在打不开")
    assert "quickstart --no-serve" in page.content.decode()


def test_object_storage_that_does_not_answer_is_told(secretary, patch, settings, monkeypatch):
    from botocore.config import Config

    given = report_form(secretary, patch)
    options = {
        "bucket_name": "zhaopian",
        "endpoint_url": "http://127.0.0.1:9",
        "region_name": "us-east-1",
        "access_key": "test",
        "secret_key": "test",
        "client_config": Config(
            connect_timeout=2, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}
        ),
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    for name in ("file", "display", "thumb"):
        monkeypatch.setattr(Evidence._meta.get_field(name), "storage", storages["default"])

    response = send(secretary, patch, given, camera=upload(encoded()))

    assert_page(response, faults.STORAGE, UNSAVED)
    assert "127.0.0.1" not in response.content.decode()
    assert RectificationRecord.objects.count() == 0


def test_script_gets_the_same_words_as_data(secretary):
    sql("ALTER TABLE plots_patch RENAME TO gone")
    try:
        response = secretary.get(
            "/patches/map/data.geojson?bbox=106,29,107,30&zoom=12", HTTP_ACCEPT="application/json"
        )
    finally:
        sql("ALTER TABLE gone RENAME TO plots_patch")

    assert response.status_code == 503
    assert response.json()["error"].startswith(faults.TABLES.happened)


def test_background_import_says_what_went_wrong(year, monkeypatch):
    batch = make_batch(year.target(), by=year.huang)

    def fail(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(job, "apply_batch", fail)

    job.start(batch, by=year.huang).join(timeout=30)

    batch.refresh_from_db()
    assert batch.counts["failure"] == (
        "服务器的磁盘满了，新的内容存不下；已经存下的都在。这份文件没有导完，好了以后请再导入一次，已经写进去的不会重复。"
    )


def test_import_that_a_stop_interrupts_writes_nothing_and_says_so(year, monkeypatch):
    target = year.target()
    batch = make_batch(target, by=year.huang)
    begun = threading.Event()

    @transaction.atomic
    def long_import(batch, *, by, tick):
        make_patch(target, year.east, code="半路上的")
        begun.set()
        while True:
            tick("写入", 1, 9)

    monkeypatch.setattr(job, "apply_batch", long_import)
    monkeypatch.setattr(job, "stopping", threading.Event())
    thread = job.start(batch, by=year.huang)
    assert begun.wait(timeout=30)

    job.stopping.set()
    thread.join(timeout=30)

    batch.refresh_from_db()
    assert not thread.is_alive()
    assert Patch.objects.count() == 0
    assert batch.counts["failure"] == job.STOPPED
    assert batch.pk not in job.applied


def sqlite_error(tmp_path, content=b"", mode="rw", statement="CREATE TABLE x(y)"):
    file = tmp_path / "x.sqlite3"
    file.write_bytes(content)
    with pytest.raises(sqlite3.Error) as caught:
        sqlite3.connect(f"file:{file}?mode={mode}", uri=True).execute(statement)
    return caught.value


def test_damaged_and_read_only_files_are_known(tmp_path):
    assert fault_of(sqlite_error(tmp_path, b"not a database" * 100)) is faults.DAMAGED
    assert fault_of(sqlite_error(tmp_path, mode="ro")) is faults.READ_ONLY
    assert fault_of(sqlite_error(tmp_path, statement="SELECT * FROM gone")) is faults.TABLES
    with pytest.raises(sqlite3.Error) as missing:
        sqlite3.connect(f"file:{tmp_path}/none/x.sqlite3", uri=True)
    assert fault_of(missing.value) is faults.READ_ONLY


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (errno.ENOSPC, faults.FULL),
        (errno.EDQUOT, faults.FULL),
        (errno.EROFS, faults.READ_ONLY),
        (errno.EACCES, faults.READ_ONLY),
        (errno.EPERM, faults.READ_ONLY),
        (errno.EIO, faults.DISK),
        (errno.EMFILE, faults.BUSY),
        (errno.ENOENT, None),
        (errno.ECONNRESET, None),
    ],
)
def test_errors_of_the_system_are_known_by_number(code, fault):
    assert fault_of(OSError(code, "x")) is fault


def test_the_cause_is_found_behind_other_errors():
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError:
            raise RuntimeError("没有写成") from None
    except RuntimeError as error:
        assert fault_of(error) is faults.FULL


def test_own_mistakes_are_not_called_faults():
    with pytest.raises(ProgrammingError if not is_sqlite() else OperationalError) as caught:
        sql("SELEC 1")

    assert fault_of(caught.value) is None
    assert fault_of(ValueError("disk full")) is None
    assert fault_of(None) is None
