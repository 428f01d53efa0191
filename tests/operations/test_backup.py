"""备份和恢复：存下的一样不少地回来；坏的、改过的、更新版本的备份什么也不动。"""

import json
import threading
import zipfile
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from plots import actions
from plots.evidence import attach
from plots.ledger.replay import all_differences
from plots.models import Evidence, Patch, RectificationRecord
from taiping.operations.backup import ArchiveError, make_backup, making, restore, rows
from taiping.reports.bulletin.template import own_template
from tests.worlds.factories import make_patch, make_reading, make_target, make_user
from tests.worlds.kept import again
from tests.worlds.photos import upload
from tests.worlds.town import TwoVillages, sep
from villages.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(settings, tmp_path):
    """每个测试自己的上传文件夹。"""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


@pytest.fixture
def town(media):
    """一个镇：一块报了、退回了、又报了，带一张照片；一条监测；一个带微秒的时刻。"""
    town = again(TwoVillages)
    town.report(step=town.evidence)
    town.do("send_back", on=sep(6), step=town.replant)
    record = town.report(on=sep(8), area_mu="4", note="第二次，种了四亩")
    attach(record, [upload()], by=town.east_secretary)
    make_reading(make_target(town.target.plan, kind="FLOOR", measured_by="READINGS"), by=town.huang)
    Patch.objects.update(
        created_at=timezone.now().replace(microsecond=123456), extra={"备注": "=1+1", "数": None}
    )
    return town


def everything():
    """全部数据，连主键，除了登录状态。"""
    return {model._meta.label: list(rows.dump(model)) for model in rows.kept_models(apps)}


def files(media):
    return {
        str(path.relative_to(media)): path.read_bytes()
        for path in media.rglob("*")
        if path.is_file()
    }


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def wipe(media):
    """像新装的机器：表是空的，文件夹也是空的。"""
    with transaction.atomic():
        rows.empty(apps)
    for path in media.rglob("*"):
        if path.is_file():
            path.unlink()


def rewritten(archive, target, change):
    """照抄一份备份，change(名字, 内容) 说这一项换成什么，None 是去掉。"""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def manifest_with(**changes):
    return lambda name, content: (
        json.dumps({**json.loads(content), **changes}) if name == "manifest.json" else content
    )


def test_everything_saved_comes_back_on_an_empty_installation(town, media, tmp_path):
    before, photos = everything(), files(media)
    said = run("backup", tmp_path / "a.zip")
    wipe(media)
    assert User.objects.count() == 0

    told = run("restore", tmp_path / "a.zip")

    assert everything() == before
    assert files(media) == photos
    assert len(photos) == 3
    assert "3 个文件，逐项核对过，并在一个临时数据库里装过一遍" in said
    assert "复核台账：状态和下一步都与记录一致。" in told
    assert Evidence.objects.get().file.size > 0


def test_the_offices_own_bulletin_template_comes_back_but_covers_no_other(
    town, media, tmp_path, settings
):
    settings.DATA_DIR = tmp_path / "old"
    own_template().parent.mkdir(parents=True)
    own_template().write_bytes(b"own template")
    make_backup(tmp_path / "a.zip")
    settings.DATA_DIR = tmp_path / "new"

    restore(tmp_path / "a.zip", replace=True)
    restored = own_template().read_bytes()
    own_template().write_bytes(b"a newer one")
    restore(tmp_path / "a.zip", replace=True)

    assert restored == b"own template"
    assert own_template().read_bytes() == b"a newer one"


def test_work_goes_on_after_a_restore_with_new_numbers(town, media, tmp_path):
    make_backup(tmp_path / "a.zip")
    last = RectificationRecord.objects.order_by("pk").last().pk
    wipe(media)
    restore(tmp_path / "a.zip")

    record = town.report(on=sep(9))
    patch = make_patch(town.target, town.west)

    assert record.pk > last
    assert patch.pk > town.patch.pk
    assert list(all_differences()) == []


def test_an_installation_in_use_is_only_replaced_when_told_to(town, media, tmp_path):
    make_backup(tmp_path / "a.zip")
    before = everything()
    make_user("houlai", name="后来的人")
    with_newcomer = everything()

    with pytest.raises(CommandError, match="这里已经有账号或方案"):
        run("restore", tmp_path / "a.zip")
    assert everything() == with_newcomer

    run("restore", tmp_path / "a.zip", "--replace")
    assert everything() == before


def test_a_file_of_the_same_name_with_other_content_is_not_overwritten(town, media, tmp_path):
    make_backup(tmp_path / "a.zip")
    name, photo = Evidence.objects.get().file.name, Evidence.objects.get().file.read()
    (media / name).write_bytes(b"other")

    restore(tmp_path / "a.zip", replace=True)

    evidence = Evidence.objects.get()
    assert (media / name).read_bytes() == b"other"
    assert evidence.file.name != name
    assert evidence.file.read() == photo


def cut(archive, target):
    target.write_bytes(archive.read_bytes()[:-2000])


def one_byte_changed(archive, target):
    with zipfile.ZipFile(archive) as zipped:
        photo = zipped.read(next(name for name in zipped.namelist() if name.endswith(".jpg")))
    content = bytearray(archive.read_bytes())
    content[content.index(photo) + len(photo) // 2] ^= 1
    target.write_bytes(content)


def row_changed(archive, target):
    rewritten(
        archive,
        target,
        lambda name, content: (
            content.replace("东村".encode(), "西村".encode())
            if name == "data/villages.village.jsonl"
            else content
        ),
    )


def table_missing(archive, target):
    rewritten(
        archive, target, lambda name, content: None if name == "data/plots.patch.jsonl" else content
    )


def another_zip(archive, target):
    rewritten(archive, target, lambda name, content: None if name == "manifest.json" else content)


def not_a_zip(archive, target):
    target.write_text("这不是备份")


def of_a_newer_version(archive, target):
    known = json.loads(zipfile.ZipFile(archive).read("manifest.json"))["migrations"]
    rewritten(
        archive, target, manifest_with(migrations=[*known, ["plots", "0999_from_the_future"]])
    )


def rows_miscounted(archive, target):
    tables = json.loads(zipfile.ZipFile(archive).read("manifest.json"))["tables"]
    tables["villages.village"]["rows"] += 1
    rewritten(archive, target, manifest_with(tables=tables))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (cut, "不是完整的备份文件"),
        (one_byte_changed, "不是完整的备份文件"),
        (row_changed, "哈希不一致"),
        (table_missing, "和清单对不上"),
        (another_zip, "不是本系统的备份文件"),
        (not_a_zip, "不是完整的备份文件"),
        (of_a_newer_version, "请先把系统更新到那个版本"),
        (rows_miscounted, "行数和清单不一致"),
    ],
)
def test_a_wrong_archive_changes_nothing(town, media, tmp_path, spoil, words):
    make_backup(tmp_path / "a.zip")
    Evidence.objects.get().file.delete(save=False)  # 有文件要补：坏备份也不许补
    make_user("houlai", name="后来的人")
    before, photos = everything(), files(media)
    spoil(tmp_path / "a.zip", tmp_path / "bad.zip")

    with pytest.raises(ArchiveError, match=words):
        restore(tmp_path / "bad.zip", replace=True)

    assert everything() == before
    assert files(media) == photos


def old_apps():
    """数据表眼下这个版本的模型。"""
    loader = MigrationExecutor(connection).loader
    nodes = [node for node in loader.applied_migrations if node in loader.graph.nodes]
    return loader.project_state(nodes).apps


def old_backup(path):
    """像旧版本那样备份：数据表先退回到那个版本。"""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "apps", old_apps())
        patched.setattr(making, "refuse_unmigrated", lambda: None)
        return make_backup(path)


def test_a_backup_from_an_older_version_is_brought_up_to_date(town, media, tmp_path):
    before = {label: len(found) for label, found in everything().items()}
    call_command("migrate", "plots", "0004", verbosity=0)
    manifest = old_backup(tmp_path / "old.zip")
    call_command("migrate", verbosity=0)

    restore(tmp_path / "old.zip", replace=True)

    assert "copy_of_id" not in manifest["tables"]["plots.rectificationrecord"]["columns"]
    assert {label: len(found) for label, found in everything().items()} == before
    assert (
        RectificationRecord.objects.filter(copy_of=None).count()
        == RectificationRecord.objects.count()
        > 0
    )
    assert list(all_differences()) == []


def test_backup_is_one_moment_while_people_keep_writing(town, media, tmp_path):
    stop, errors = threading.Event(), []

    def write():
        try:
            while not stop.is_set():
                actions.report(make_patch(town.target, town.west), by=town.huang, on=sep(5))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        make_backup(tmp_path / "a.zip")
    finally:
        stop.set()
        writer.join()
    written = Patch.objects.count()
    restore(tmp_path / "a.zip", replace=True)

    assert errors == []
    assert written > 1
    assert list(all_differences()) == []


def test_dated_backups_keep_the_newest_and_touch_nothing_else(town, media, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    days = [timezone.localtime() - timedelta(days=number) for number in (1, 2, 3)]
    old = [folder / f"gengdi-{day:%Y%m%d-%H%M%S}.zip" for day in days]
    others = [
        folder / "别的.zip",
        folder / "tongliang-20240101-010101.zip",
        folder / "gengdi-最要紧的.zip",
    ]
    for path in old + others:
        path.write_text("旧的")

    said = run("backup", "--dir", folder, "--keep", "2")

    left = sorted(set(folder.iterdir()) - set(others))
    assert len(left) == 2
    assert left[0] == old[0]
    assert zipfile.is_zipfile(left[1])
    assert said.count("已删除旧备份") == 2
    assert all(path.exists() for path in others)


def test_a_backup_is_never_written_over_and_a_lost_file_is_named(town, media, tmp_path):
    name = Evidence.objects.get().thumb.name
    default_storage.delete(name)

    said = run("backup", tmp_path / "a.zip")

    assert f"提醒：{name} 记在数据库里，文件却已经不在了" in said
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="已经有了，没有覆盖"):
        run("backup", tmp_path / "a.zip")
    assert list(tmp_path.glob("*.part")) == []


def test_a_backup_needs_one_place_to_go(db):
    for args in ((), ("a.zip", "--dir", "b")):
        with pytest.raises(CommandError, match="只写一样"):
            run("backup", *args)
