"""check_files：没有记录的文件列得出、删得掉；有记录的、刚写的、不归我们的一个不动。"""

import os
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from plots.evidence import attach
from plots.models import Batch, Evidence
from taiping.operations.stored_files import compare
from tests.worlds.factories import make_batch, make_plan_file
from tests.worlds.kept import again
from tests.worlds.photos import upload
from tests.worlds.town import TwoVillages

pytestmark = pytest.mark.django_db
HOUR = 3600


@pytest.fixture
def town(media):
    """一条上报带照片（原件、浏览图、缩略图），一个批次，一份方案文件，都在；都是昨天写的。"""
    town = again(TwoVillages)
    attach(town.report(step=town.replant), [upload()], by=town.east_secretary)
    for row in (make_batch(town.target), make_plan_file(town.admin)):
        default_storage.save(row.file.name, ContentFile(b"1"))
    age(media, 24)
    return town


def age(media, hours):
    for path in media.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - hours * HOUR,) * 2)


def put(media, name, hours=24, content=b"12345"):
    path = media / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.time() - hours * HOUR,) * 2)
    return path


def files(media):
    return sorted(str(path.relative_to(media)) for path in media.rglob("*") if path.is_file())


def run(*args):
    out, errors = StringIO(), StringIO()
    call_command("check_files", *args, stdout=out, stderr=errors)
    return out.getvalue(), errors.getvalue()


def test_when_every_file_has_its_row_nothing_is_said(town, media):
    before = files(media)

    said, errors = run("--delete")

    assert said == "上传的文件都有记录。\n"
    assert errors == ""
    assert len(before) == 5
    assert files(media) == before


def test_files_without_a_row_are_listed_and_only_removed_when_told(town, media):
    kept = files(media)
    for name in (
        "evidence/2024/09/a.jpg",
        "evidence/b.pdf",
        "batches/2024/c.xlsx",
        "plans/2023/d.xlsx",
        "progress/e.json",
    ):
        put(media, name)
    with_orphans = files(media)

    listed, _ = run()
    after_listing = files(media)
    removed, _ = run("--delete")

    assert "没有记录的文件有 5 个，共 0.0 MB，见上。确实不要，加 --delete 再运行一次。" in listed
    assert "           5  evidence/2024/09/a.jpg" in listed
    assert after_listing == with_orphans
    assert "没有记录的文件有 5 个，已删掉 5 个" in removed
    assert files(media) == kept


def test_a_file_just_written_may_belong_to_a_save_in_progress(town, media):
    fresh = put(media, "evidence/2024/09/fresh.jpg", hours=0)
    put(media, "evidence/2024/09/young.jpg", hours=3)

    default, _ = run()
    longer, _ = run("--hours", "5", "--delete")

    assert "young.jpg" in default
    assert "fresh.jpg" not in default
    assert longer == "上传的文件都有记录。\n"
    assert fresh.exists()


def test_what_others_put_beside_our_files_is_not_ours_to_remove(town, media):
    strangers = [put(media, name) for name in ("readme.txt", "别的系统/x.jpg")]

    said, _ = run("--delete")

    assert said == "上传的文件都有记录。\n"
    assert all(path.exists() for path in strangers)


def test_rows_whose_file_is_gone_are_named(town, media):
    evidence = Evidence.objects.get()
    (media / evidence.thumb.name).unlink()
    (media / Batch.objects.get().file.name).unlink()

    _, errors = run()

    assert f"提醒：“举证材料”编号 {evidence.pk} 的“缩略图”：{evidence.thumb.name}" in errors
    assert f"“批次”编号 {Batch.objects.get().pk} 的“文件”" in errors
    assert errors.count("提醒") == 2


def test_one_that_cannot_be_removed_does_not_stop_the_rest(town, media, monkeypatch):
    stubborn, other = put(media, "evidence/a.jpg"), put(media, "evidence/b.jpg")
    delete = type(default_storage._wrapped).delete

    def refuse(self, name):
        if name == "evidence/a.jpg":
            raise PermissionError(13, "Permission denied")
        delete(self, name)

    monkeypatch.setattr(type(default_storage._wrapped), "delete", refuse)
    said, errors = run("--delete")

    assert "没有删掉 evidence/a.jpg" in errors
    assert "没有记录的文件有 2 个，已删掉 1 个" in said
    assert stubborn.exists()
    assert not other.exists()


@pytest.mark.parametrize("hours", ["0", "-1", "1000000"])
def test_a_span_that_would_catch_saves_in_progress_is_refused(town, hours):
    with pytest.raises(CommandError, match="请写 1 到 100000"):
        run("--hours", hours)


def test_nothing_uploaded_yet(media):
    assert compare(timedelta(hours=1)) == ([], [])


def test_what_a_preview_kept_counts_with_its_file(town, media):
    """预览读好留下的：原文件有记录，它也算有；原文件没有记录了，它也没有。"""
    batch = Batch.objects.get()
    kept = put(media, f"{batch.file.name}.read")
    stray = put(media, "batches/2024/没有记录的.xlsx.read")

    run("--delete")

    assert kept.exists()
    assert not stray.exists()
