"""上传的东西撑不爆、骗不过：解开太大的表、实体声明、太深的 JSON，哪个入口都是一句话，不是出错页。"""

import io
import zipfile

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from plots.models import Batch
from taiping.ground.tables import TableError, read_workbook, reading, refuse_unfit
from tasks.models import PlanFile
from tests.worlds.factories import make_plan, make_steps_target, make_user
from villages.models import Role

pytestmark = pytest.mark.django_db
MB = 1024 * 1024
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><workbook>&c;</workbook>"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def workbook(**parts):
    """像 xlsx 的压缩包；parts 是路径（__ 当 /，_ 当 .）→ 内容，数字是这么多 MB 的空格。"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"xl__workbook_xml": b"<workbook/>", **parts}.items():
            with archive.open(
                name.replace("__", "/").replace("_", "."), "w", force_zip64=True
            ) as part:
                for _ in range(content if isinstance(content, int) else 0):
                    part.write(b" " * MB)
                part.write(content if isinstance(content, bytes) else b"")
    return stream.getvalue()


def upload(content, name="下发.xlsx"):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize("part", ["xl__worksheets__sheet1_xml", "xl___rels__workbook_xml_rels"])
def test_a_small_file_that_unpacks_a_thousand_times_larger_is_refused_at_once(part):
    content = workbook(**{part: 40})

    assert len(content) < MB // 10
    with pytest.raises(TableError, match="解开后太大了"):
        read_workbook(content)


def test_parts_that_are_too_much_together_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_UNPACKED", 5 * MB)

    refuse_unfit(workbook(xl__sharedStrings_xml=4))
    with pytest.raises(TableError, match="解开后太大了"):
        refuse_unfit(workbook(xl__sharedStrings_xml=3, xl__styles_xml=3))


@pytest.mark.parametrize(
    "declared", [LAUGHS, LAUGHS.decode().encode("utf-16"), b" " * (MB - 5) + LAUGHS]
)
def test_entity_declarations_are_refused_before_any_parser_sees_them(declared):
    with pytest.raises(TableError, match="声明，没有读"):
        refuse_unfit(workbook(xl__workbook_xml=declared))


@pytest.mark.parametrize(
    "content", [workbook(xl__worksheets__sheet1_xml=40), workbook(xl__workbook_xml=LAUGHS)]
)
def test_both_import_pages_tell_it_in_a_sentence(client, content):
    target = make_steps_target(make_plan())
    client.force_login(make_user(role=Role.ADMIN))

    patches = client.post(
        "/patches/import/",
        {"target": target.pk, "kind": "TABLE", "issued_on": "2024-01-02", "file": upload(content)},
        follow=True,
    )
    plans = client.post("/plan/import/", {"file": upload(content, "方案.xlsx")}, follow=True)
    marked = client.get(f"/plan/import/{PlanFile.objects.get().pk}/errors.xlsx")

    for page in (patches, plans):
        assert page.status_code in (200, 422)
        assert "解开后太大了" in page.content.decode() or "声明，没有读" in page.content.decode()
    assert marked.status_code == 404


def test_json_nested_without_end_is_a_sentence(client):
    client.force_login(make_user(role=Role.ADMIN))

    page = client.post("/plan/import/", {"file": upload(b"[" * 200_000, "方案.json")}, follow=True)

    assert page.status_code == 200
    assert "这不是 JSON 文件，或者文件不完整" in page.content.decode()


@pytest.mark.parametrize(
    "name", ["../../etc/下发.csv", "..\\..\\下发.csv", "/etc/passwd.csv", "下发\u202e.csv"]
)
def test_a_wicked_name_never_decides_where_a_file_goes(client, media, name):
    target = make_steps_target(make_plan())
    client.force_login(make_user(role=Role.STAFF))
    rows = "村,图斑编号,面积(亩)\n东村,T1,1.5\n".encode()

    client.post(
        "/patches/import/",
        {
            "target": target.pk,
            "kind": "TABLE",
            "issued_on": "2024-01-02",
            "file": upload(rows, name),
        },
    )

    batch = Batch.objects.get()
    stored = [path for path in media.rglob("*") if path.is_file()]
    assert [path.relative_to(media).parts[0] for path in stored] == ["batches"]
    assert stored[0].stem.isalnum()
    assert default_storage.exists(batch.file.name)
    assert "/" not in batch.name
    assert "\\" not in batch.name


def test_uploads_have_no_public_address(client, settings):
    make_steps_target(make_plan())
    staff = make_user(role=Role.STAFF)
    name = default_storage.save("batches/2024/x.csv", io.BytesIO(b"1"))

    client.force_login(staff)
    answers = [
        client.get(f"{prefix}/{name}").status_code
        for prefix in ("", "/media", "/static", "/uploads")
    ]

    assert settings.MEDIA_URL in ("", "/")
    assert answers == [404] * 4
