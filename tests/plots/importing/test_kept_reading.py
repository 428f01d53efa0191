"""预览读好的行留到确认时用：文件只读一遍；系统里、对照的东西变了照新的；留下的丢了照样导入。"""

from datetime import datetime
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from plots.importing import apply_batch, keep, preview, source
from plots.importing.batches import forget
from plots.models import Batch, Patch, PatchShape, RectificationRecord
from taiping.ground.tables import keeping
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import shapefile, square
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, xlsx
from tests.worlds.town import TwoVillages, sep
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
ROWS = ([1, "团碾", "T-1", 3.5, "塆里", "张三"], [2, "白云", "0002", 12, None, "李四"])
GOOD = xlsx(HEADER, *ROWS)
AREAS = {"T-1": Decimal("3.5"), "0002": Decimal(12)}


@pytest.fixture
def staff(client):
    user = make_user(role=Role.STAFF, name="黄玲")
    client.force_login(user)
    return user


@pytest.fixture
def target(db):
    make_village("团碾")
    make_village("白云")
    return make_steps_target(make_plan())


@pytest.fixture
def reads(monkeypatch):
    """读了几次文件：每读一次记一笔。"""
    made = []

    def counted(name):
        read = getattr(source, name)

        def read_and_count(*args, **options):
            made.append(name)
            return read(*args, **options)

        monkeypatch.setattr(source, name, read_and_count)

    counted("read_sheets")
    counted("vector_sheets")
    return made


def looked_at(client, target, content=GOOD, name="下发.xlsx", kind="TABLE"):
    """上传、看过预览的批次的页面。"""
    data = {
        "kind": kind,
        "issued_on": "2024-01-02",
        "target": target.pk,
        "file": SimpleUploadedFile(name, content),
    }
    url = client.post("/patches/import/", data).url
    assert client.get(url).status_code == 200
    return url


def confirm(client, url):
    return client.post(url, {"do": "apply", "rows": "2"}, follow=True).content.decode()


def areas():
    return dict(Patch.objects.values_list("code", "area_mu"))


def kept_file():
    return f"{Batch.objects.get().file.name}{keeping.SUFFIX}"


def test_the_file_is_read_once_for_the_preview_and_the_import(client, staff, target, reads):
    url = looked_at(client, target)

    confirm(client, url)

    assert areas() == AREAS
    assert reads == ["read_sheets"]
    row = Patch.objects.get(code="T-1")
    assert (row.village.name, row.place, row.contractor) == ("团碾", "塆里", "张三")


def test_what_changed_in_the_system_meanwhile_is_compared_again(client, staff, target, reads):
    url = looked_at(client, target)
    theirs = make_patch(target, Village.objects.get(name="团碾"), code="T-1", area_mu=Decimal(9))

    done = confirm(client, url)

    assert "新增 1 个，改动 1 个" in done
    theirs.refresh_from_db()
    assert (theirs.area_mu, theirs.place) == (Decimal("3.5"), "塆里")
    assert reads == ["read_sheets"]


def test_a_lost_or_broken_copy_only_means_reading_again(client, staff, target, reads):
    url = looked_at(client, target)
    storages["progress"].delete(kept_file())

    confirm(client, url)

    assert areas() == AREAS
    assert reads == ["read_sheets", "read_sheets"]

    Patch.objects.all().delete()
    Batch.objects.all().delete()
    url = looked_at(client, target)
    with storages["progress"].open(kept_file(), "wb") as stream:
        stream.write(b"half a fi")

    confirm(client, url)

    assert areas() == AREAS


def test_a_store_that_cannot_be_written_does_not_stop_the_import(
    client, staff, target, monkeypatch
):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storages["progress"], "save", full)

    confirm(client, looked_at(client, target))

    assert areas() == AREAS


@pytest.mark.parametrize("change", ["file", "village", "headers", "columns"])
def test_when_what_it_was_read_by_changed_it_is_read_again(client, staff, target, reads, change):
    url = looked_at(client, target)
    batch = Batch.objects.get()
    if change == "file":
        with storages["progress"].open(batch.file.name, "wb") as stream:
            stream.write(xlsx(HEADER, [1, "团碾", "T-9", 1, "", ""]))
    elif change == "village":
        Village.objects.filter(name="白云").update(aliases="白云坝")
    elif change == "headers":
        from plots.models.column_aliases import ColumnAlias

        ColumnAlias.objects.create(text="张三", field="PLACE")
    else:
        batch.layout = {"图斑": {"header": 1, "columns": {}, "used": True}}
        batch.save(update_fields=["layout"])

    confirm(client, url)

    assert reads == ["read_sheets", "read_sheets"]
    assert areas() == ({"T-9": Decimal(1)} if change == "file" else AREAS)


def test_a_file_with_mistakes_leaves_nothing_beside_it(client, staff, target):
    looked_at(client, target, xlsx(HEADER, [1, "没有这个村", "T-1", 3.5, "", ""]))

    assert not storages["progress"].exists(kept_file())


def test_the_copy_goes_with_the_import_and_with_a_forgotten_batch(client, staff, target):
    url, name = looked_at(client, target), kept_file()
    assert storages["progress"].exists(name)

    confirm(client, url)

    assert not storages["progress"].exists(name)

    looked_at(client, target)
    batch = Batch.objects.get(applied_at=None)
    name = f"{batch.file.name}{keeping.SUFFIX}"
    assert storages["progress"].exists(name)

    forget(batch)

    assert not storages["progress"].exists(name)


def test_shapes_come_back_exactly_as_they_were_read(client, staff, target, reads):
    rows = [["T-1", "团碾"], ["T-2", "白云"]]
    content = shapefile([square(), square(200)], ["图斑编号", "村名"], rows)
    url = looked_at(client, target, content, "下发.zip")
    read = preview(Batch.objects.get(), by=staff).found.new
    reads.clear()

    confirm(client, url)

    shapes = PatchShape.objects.values_list("patch__code", "wkb")
    assert {code: bytes(wkb) for code, wkb in shapes} == {row.code: row.shape.wkb for row in read}
    assert areas() == {row.code: row.area_mu for row in read}
    assert reads == []


def test_when_the_boundaries_changed_shapes_are_placed_again(client, staff, target, reads):
    content = shapefile([square()], ["图斑编号"], [["T-1"]])
    make_boundary(Village.objects.get(name="团碾"), square(-50, -50, 300))
    url = looked_at(client, target, content, "下发.zip")
    Village.objects.get(name="团碾").boundary.delete()
    make_boundary(Village.objects.get(name="白云"), square(-50, -50, 300))

    confirm(client, url)

    assert Patch.objects.get().village.name == "白云"
    assert reads == ["vector_sheets", "vector_sheets"]


def test_cloud_results_are_read_once_and_still_compared(client, reads):
    town = again(TwoVillages, needs_ref=True)
    town.report(on=sep(5))
    client.force_login(town.huang)
    header = ["图斑编号", "状态", "提交时间", "流水号", "提交人"]
    row = ["T1", "已提交", datetime(2024, 10, 8, 12, 33), "YC-0001", "周书记"]
    url = looked_at(client, town.target, xlsx(header, row), "举证.xlsx", kind="CLOUD")

    confirm(client, url)

    record = RectificationRecord.objects.get(milestone=town.evidence)
    assert (record.patch, record.external_ref) == (town.patch, "YC-0001")
    assert record.note == "提交人：周书记"
    assert reads == ["read_sheets"]


def test_kept_rows_are_the_rows_that_were_read(staff, target):
    """三种值都原样回来：文字、整数、小数；其他列里的日期已是文字。"""
    batch = Batch(target=target, name="下发.xlsx", by=staff)
    header = [*HEADER, "备注", "年份", "比例", "日期"]
    row = [1, "团碾", "T-1", 3.5, "塆里", "张三", "一\n二", 2024, 0.1, datetime(2024, 9, 5, 8, 30)]
    batch.file.save("x.xlsx", SimpleUploadedFile("x.xlsx", xlsx(header, row)), save=False)
    batch.save()
    review = preview(batch, by=staff)
    keep(review)

    again = apply_batch(batch, by=staff)

    assert again.sheets == []
    assert again.reading.rows == review.reading.rows
    assert again.reading.notes == review.reading.notes
