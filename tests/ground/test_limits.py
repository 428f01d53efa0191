"""读外来的文件有限度：没有尽头的、太占内存的、读坏了进程的，都真的停下，用一句话说，别人不受影响。"""

import io
import operator
import os
import sqlite3
import threading
import time
import zipfile
from contextlib import closing

import psutil
import pytest
from django.core.files.base import ContentFile

from plots.importing import preview
from plots.models import Batch
from taiping.ground import limits
from taiping.ground.geometry import reading
from taiping.ground.limits import Busy, OverLimit, limited
from taiping.ground.tables import TableError, TooHeavy, read_workbook
from tests.worlds.factories import make_plan, make_plan_file, make_steps_target, make_user
from tests.worlds.geo_files import gpkg, square
from villages.models import Role

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fid, NULL AS geom FROM n"
TOO_LONG = TooHeavy("读这个文件用时太长，1 秒还没有读完，已经停下，不会再试。")
FACTS = {"图斑编号": ["0001"], "村名": ["团碾村"]}


@pytest.fixture
def short(settings):
    """时间的限度改小，不用等。"""
    settings.READ_SECONDS = 1


@pytest.fixture
def narrow(settings):
    """内存的限度改小。"""
    settings.READ_MEMORY_MB = 300


def still_serves(settings):
    """后来的文件照样读；时间放宽，机器再忙也起得来一个新的进程。"""
    settings.READ_SECONDS = 60
    return limited(abs, -1) == 1


@pytest.fixture(autouse=True)
def no_idle_worker_is_left():
    yield
    while limits._idle:
        limits._idle.pop().end()


def with_schema(statements, folder):
    """一份正常的 GeoPackage，再加上几条建表的句子。"""
    path = folder / "图斑.gpkg"
    path.write_bytes(gpkg([square()], FACTS))
    with closing(sqlite3.connect(path)) as database:
        database.executescript(statements)
    return path.read_bytes()


def children():
    return [
        child for child in psutil.Process().children() if "spawn_main" in " ".join(child.cmdline())
    ]


def test_what_the_function_returns_and_raises_comes_back():
    assert limited(sorted, [3, 1, 2]) == [1, 2, 3]
    with pytest.raises(ZeroDivisionError):
        limited(divmod, 1, 0)


def test_the_process_is_kept_for_the_next_file():
    first = limited(os.getpid)

    assert limited(os.getpid) == first != os.getpid()


def test_an_endless_one_is_really_ended_and_says_it_took_too_long(short, settings):
    with pytest.raises(OverLimit, match="读这个文件用时太长，1 秒还没有读完"):
        limited(time.sleep, 3600)

    assert children() == []
    assert still_serves(settings)


def test_a_hungry_one_is_really_ended_and_says_it_took_too_much_memory(narrow):
    with pytest.raises(OverLimit, match="要用的内存太多，超过 300 MB"):
        limited(operator.mul, "满", 2_000_000_000)

    assert children() == []


def test_a_file_that_kills_its_reader_is_refused_in_words():
    with pytest.raises(OverLimit, match="读到一半出了问题"):
        limited(os._exit, 3)

    assert limited(abs, -1) == 1


def test_a_third_file_at_the_same_moment_is_asked_to_come_back(short, settings, monkeypatch):
    monkeypatch.setattr(limits, "WAIT_SECONDS", 0.05)
    said = []

    def read_slowly():
        try:
            limited(time.sleep, 3600)
        except OverLimit as error:
            said.append(str(error))

    two = [threading.Thread(target=read_slowly) for _ in range(limits.WORKERS)]
    for thread in two:
        thread.start()
    while limits._places._value:
        time.sleep(0.01)
    with pytest.raises(Busy, match="过一会儿再打开"):
        limited(abs, -1)
    for thread in two:
        thread.join()

    assert len(said) == limits.WORKERS
    assert still_serves(settings)


@pytest.mark.parametrize(
    "statements",
    [
        f"CREATE VIEW 没完 AS {ENDLESS};",
        f"DROP TABLE 图斑; CREATE VIEW 图斑 AS {ENDLESS};",
        f"CREATE VIEW 属性 AS {ENDLESS}; INSERT INTO gpkg_contents(table_name, data_type, identifier) "
        "VALUES ('属性', 'attributes', '属性');",
        "CREATE TRIGGER 偷改 AFTER INSERT ON 图斑 BEGIN DELETE FROM 图斑; END;",
        "CREATE VIRTUAL TABLE 全文 USING fts5(a);",
        "CREATE VIRTUAL TABLE rtree_假的 USING fts5(a);",
    ],
)
def test_a_geopackage_whose_layers_are_computed_is_refused_before_gdal_opens_it(
    statements, monkeypatch, tmp_path
):
    content = with_schema(statements, tmp_path)

    def never(*args, **kwargs):
        raise AssertionError("已经交给 GDAL 了")

    monkeypatch.setattr(reading.pyogrio, "list_layers", never)

    with pytest.raises(TableError, match="不是存着的图层"):
        reading._read_vector(content, ".gpkg", "图斑.gpkg")


def test_an_ordinary_geopackage_with_its_own_triggers_and_index_is_read():
    layers = reading.read_vector(gpkg([square()], FACTS), ".gpkg", "图斑.gpkg")

    assert [(layer.name, layer.rows) for layer in layers] == [("图斑", [["0001", "团碾村"]])]


def heavy_workbook():
    """一份看上去不大、解开有上百 MB 的 xlsx：每一格都有字，读要好几秒。"""
    stream = io.BytesIO()
    row = "".join(
        f'<c t="inlineStr"><is><t>{letter * 20}</t></is></c>' for letter in "abcdefghijklmnopqrst"
    )
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "xl/workbook.xml",
            (
                '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
                'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
                '<sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
            ),
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
                'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
                'Target="worksheets/sheet1.xml"/></Relationships>'
            ),
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            )
            for number in range(1, 100_000):
                noise = os.urandom(40).hex()
                sheet.write(
                    f'<row r="{number}"><c t="inlineStr"><is><t>{noise}</t></is></c>{row}</row>'.encode()
                )
            sheet.write(b"</sheetData></worksheet>")
    return stream.getvalue()


def test_a_workbook_that_takes_too_long_is_ended(settings):
    settings.READ_SECONDS = 0.2  # 快的机器一秒就读得完

    with pytest.raises(TableError, match=r"用时太长|内存太多"):
        read_workbook(heavy_workbook())


@pytest.fixture
def staff(db):
    return make_user(role=Role.STAFF)


def slow_batch(staff):
    """一份读不完的批次。"""
    batch = Batch(
        target=make_steps_target(make_plan()), kind=Batch.Source.TABLE, name="慢.xlsx", by=staff
    )
    batch.file.save("slow.xlsx", ContentFile(b"PK"), save=False)
    batch.save()
    return batch


def test_a_batch_that_was_too_slow_says_so_and_is_not_tried_again(
    client, staff, short, monkeypatch
):
    batch, tried = slow_batch(staff), []

    def endless(content):
        tried.append(content)
        raise TOO_LONG

    monkeypatch.setattr("plots.importing.source.read_workbook", endless)
    client.force_login(staff)

    first = client.get(f"/patches/import/{batch.pk}/").content.decode()
    again = client.get(f"/patches/import/{batch.pk}/").content.decode()

    assert len(tried) == 1
    assert "读这个文件用时太长" in first
    assert "读这个文件用时太长" in again
    assert preview(Batch.objects.get(pk=batch.pk), by=staff).unreadable.startswith(
        "读这个文件用时太长"
    )
    assert client.get(f"/patches/import/{batch.pk}/errors.xlsx").status_code == 404
    assert len(tried) == 1


def test_a_plan_file_that_was_too_slow_is_not_tried_again_either(client, db, monkeypatch):
    admin, tried = make_user(role=Role.ADMIN), []
    record = make_plan_file(admin)
    record.file.save("慢.xlsx", ContentFile(b"PK"))

    def endless(content, kept):
        tried.append(content)
        raise TOO_LONG

    monkeypatch.setattr("tasks.workbook.read_xlsx", endless)
    client.force_login(admin)

    first = client.get(f"/plan/import/{record.pk}/").content.decode()
    again = client.post(f"/plan/import/{record.pk}/").content.decode()

    assert "读这个文件用时太长" in first
    assert "读这个文件用时太长" in again
    assert len(tried) == 1


def test_what_is_given_in_parts_comes_back_whole_and_in_order(tmp_path):
    """os.walk 一段段地给。"""
    for name in ("甲", "乙", "丙"):
        (tmp_path / name / "里面").mkdir(parents=True)

    assert limited(os.walk, str(tmp_path)) == list(os.walk(tmp_path))
