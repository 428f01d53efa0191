"""备份里的值：数据库里有过的都装得回去，分毫不差；另一种数据库真存不下的，一句话说清在哪里；装不上的备份不算备份。"""

import hashlib
import json
import os
import shutil
import signal
import tempfile
import zipfile
from collections import namedtuple
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from axes.models import AccessAttempt
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection, models

from plots.models import Batch, Patch
from taiping.operations.backup import ArchiveError, make_backup, proving, restore
from tests.operations.test_backup import everything
from tests.worlds.factories import make_batch, make_patch, make_user, make_village
from villages.models import User, Village

pytestmark = pytest.mark.django_db(transaction=True)
POSTGRES = connection.vendor == "postgresql"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def patch():
    return make_patch(village=make_village("东村"), code="T1")


def changed(archive, target, label, column, values):
    """照抄一份备份，把 label 这张表前几行的 column 换成 values，哈希照新的写：像是旧系统里真有这些值。"""
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w") as new:
        manifest, name = json.loads(old.read("manifest.json")), f"data/{label}.jsonl"
        at = manifest["tables"][label]["columns"].index(column)
        rows = [json.loads(line) for line in old.read(name).splitlines()]
        for row, value in zip(rows, values, strict=False):
            row[at] = value
        content = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        manifest["entries"][name] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
        }
        for entry in old.namelist():
            if entry not in (name, "manifest.json"):
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def run(*args):
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def log_entry(**fields):
    return LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(User),
        object_pk="1",
        object_repr="",
        action=1,
        **fields,
    )


def test_addresses_that_old_versions_stored_come_back_sound_or_empty(tmp_path):
    for agent in ("甲", "乙", "丙"):
        AccessAttempt.objects.create(
            username="dong", user_agent=agent, ip_address="::1", failures_since_start=1
        )
    for _ in range(4):
        log_entry(remote_addr="10.0.0.8")
    make_backup(tmp_path / "a.zip")
    changed(
        tmp_path / "a.zip",
        tmp_path / "b.zip",
        "axes.accessattempt",
        "ip_address",
        ["[::1]:99", "evil", "::1"],
    )
    told = ["1.2.3.4:567", "evil", "fe80::1%eth0"]
    old = changed(tmp_path / "b.zip", tmp_path / "c.zip", "auditlog.logentry", "remote_addr", told)

    restore(old, replace=True)

    attempts = AccessAttempt.objects.order_by("pk").values_list("ip_address", flat=True)
    entries = LogEntry.objects.order_by("pk").values_list("remote_addr", flat=True)
    assert list(attempts) == [None, None, "::1"]
    assert list(entries) == ["1.2.3.4", None, "fe80::1", "10.0.0.8"]


def test_two_bad_addresses_that_mean_the_same_do_not_collide(tmp_path):
    for address in ("10.0.0.8", "10.0.0.9"):
        AccessAttempt.objects.create(
            username="dong", user_agent="甲", ip_address=address, failures_since_start=1
        )
    make_backup(tmp_path / "a.zip")
    told = ["1.2.3.4:1", "1.2.3.4:2"]
    old = changed(tmp_path / "a.zip", tmp_path / "b.zip", "axes.accessattempt", "ip_address", told)

    restore(old, replace=True)

    assert AccessAttempt.objects.filter(ip_address=None).count() == 2


def test_odd_values_come_back_as_they_were(tmp_path, patch):
    early, late = (
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    )
    make_batch(
        patch.target, kind="ODD", created_at=early, applied_at=late, name=" " * 3, crs="不是坐标系"
    )
    make_user("a" * 150, phone="不是电话", name="")
    make_user("A" * 150, name=" 首尾空格 ")
    Patch.objects.update(
        extra={
            "深": [[[{"空": None, "": ""}]]],
            "大数": 10**40,
            "长": "字" * 300_000,
            "𠮷": "🌾\u2028",
        }
    )
    Village.objects.update(order=32767, aliases="“引号”\\n\\\n\t\r\x01")
    null = models.Value(None, models.JSONField())
    log_entry(changes=null, serialized_data=None)
    log_entry(changes=None, serialized_data={"a": None})
    Batch.objects.update(layout=null)
    before = everything()

    said = run("backup", tmp_path / "a.zip")
    restore(tmp_path / "a.zip", replace=True)

    assert everything() == before
    assert "并在一个临时数据库里装过一遍" in said
    assert [
        LogEntry.objects.filter(changes=None).count(),
        LogEntry.objects.filter(changes__isnull=True).count(),
    ] == [1, 1]
    assert Batch.objects.filter(layout=None).count() == 1


Case = namedtuple("Case", "label column value words back", defaults=(None,))
ONLY_SQLITE = [
    Case("villages.village", "name", "长" * 60, "“村名”有 60 个字，最多 50 个，存不下：“长长"),
    Case("villages.village", "order", 100_000, "“顺序”不在 0 到 32767 之间，存不下：“100000”"),
    Case(
        "villages.village",
        "aliases",
        "甲\0乙",
        r"“别名”里有一个看不见的空字符（NUL），存不下：“甲\x00乙”",
    ),
    Case("plots.patch", "extra", {"甲": ["\0"]}, "“其他列”里有一个看不见的空字符（NUL）"),
    Case("plots.patch", "extra", {"\ud800": 1}, "“其他列”里有半个字"),
]


@pytest.mark.parametrize("case", ONLY_SQLITE)
def test_what_only_sqlite_holds_comes_back_there_and_is_named_elsewhere(tmp_path, patch, case):
    make_backup(tmp_path / "a.zip")
    old = changed(tmp_path / "a.zip", tmp_path / "b.zip", case.label, case.column, [case.value])
    before, model = everything(), {"villages.village": Village, "plots.patch": Patch}[case.label]

    if POSTGRES:
        with pytest.raises(ArchiveError) as refusal:
            restore(old, replace=True)
        assert case.words in str(refusal.value)
        assert f"（{case.label}）编号 {model.objects.get().pk} 那一行" in str(refusal.value)
        assert "请在做备份的那个系统里改好这一行，再备份一次。这里什么也没有改。" in str(
            refusal.value
        )
        assert everything() == before
    else:
        restore(old, replace=True)
        assert getattr(model.objects.get(), case.column) == case.value
        make_backup(tmp_path / "again.zip")


NOWHERE = [
    Case(
        "villages.village",
        "order",
        10**30,
        f"“顺序”不在 0 到 {32767 if POSTGRES else 2**63 - 1} 之间",
    ),
    Case(
        "villages.village",
        "name",
        "\ud800",
        r"“村名”里有半个字（不成对的代理码），存不下：“\ud800”",
    ),
    Case("villages.village", "name", None, "“村名”是空的，这一格不许空"),
    Case("plots.patch", "area_mu", "NaN", "“面积（亩）”不是这一格该有的样子，存不下：“NaN”"),
    Case("plots.patch", "area_mu", "Infinity", "“面积（亩）”不是这一格该有的样子"),
    Case(
        "plots.patch",
        "area_mu",
        "1234567890.5",
        "“面积（亩）”不是这一格该有的样子，存不下：“1234567890.5”",
    ),
    Case("plots.patch", "area_mu", "0", "面积要大于 0 亩（patch_area_is_positive）"),
    Case("plots.patch", "area_mu", "三亩", "“面积（亩）”不是这一格该有的样子，存不下：“三亩”"),
    Case("plots.patch", "created_at", "2024-13-40", "“录入时间”不是这一格该有的样子"),
    Case("plots.patch", "village_id", 999_999, "“村”指着不存在的数据，存不下：“999999”"),
    Case("plots.patch", "status", "不认得", "没有这种状态（patch_status_is_known）"),
]


@pytest.mark.parametrize("case", NOWHERE)
def test_what_no_database_holds_is_named_and_nothing_changes(tmp_path, patch, case):
    make_backup(tmp_path / "a.zip")
    bad = changed(tmp_path / "a.zip", tmp_path / "b.zip", case.label, case.column, [case.value])
    before = everything()

    with pytest.raises(CommandError) as refusal:
        run("restore", bad, "--replace")

    assert case.words in str(refusal.value)
    assert f"（{case.label}）编号 " in str(refusal.value)
    assert str(refusal.value).endswith("这里什么也没有改。")
    assert everything() == before


def test_a_row_that_repeats_another_is_named(tmp_path, patch):
    make_village("西村")
    make_backup(tmp_path / "a.zip")
    bad = changed(
        tmp_path / "a.zip", tmp_path / "b.zip", "villages.village", "name", ["同村", "同村"]
    )

    with pytest.raises(
        ArchiveError, match=r"（villages.village）编号 \d+ 那一行存不下：和另一行重复"
    ):
        restore(bad, replace=True)

    assert sorted(Village.objects.values_list("name", flat=True)) == ["东村", "西村"]


@pytest.fixture
def scratch(monkeypatch, tmp_path):
    """临时文件夹放在看得见的地方。"""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def spoil(monkeypatch, break_it):
    """验证时装进去的和备份里的不一样：像是恢复的一套认不得某个值。"""
    replace_rows = proving.replace_rows

    def spoiled(archive, renamed):
        break_it()
        replace_rows(archive, renamed)

    monkeypatch.setattr(proving, "replace_rows", spoiled)


def forbid_the_village():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER forbid BEFORE INSERT ON villages_village BEGIN SELECT RAISE(ABORT, 'no'); END"
        )


def fill_the_disk():
    with connection.cursor() as cursor:
        # 建表时换下来的空页也占满
        cursor.execute("CREATE TABLE filler AS SELECT zeroblob(4000000) AS filled")
        cursor.execute("PRAGMA max_page_count = 1")


def test_a_good_proof_leaves_nothing_behind(tmp_path, patch, scratch):
    make_backup(tmp_path / "a.zip")

    assert list(scratch.iterdir()) == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "scratch"]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (forbid_the_village, "“村”表（villages.village）编号"),
        (fill_the_disk, "请给"),
    ],
)
def test_a_backup_that_does_not_load_is_kept_under_another_name(
    tmp_path, patch, scratch, monkeypatch, broken, words
):
    before = everything()
    spoil(monkeypatch, broken)

    with pytest.raises(CommandError) as refusal:
        run("backup", tmp_path / "a.zip")
    monkeypatch.undo()
    restore(tmp_path / "a.未验证.zip", replace=True)

    assert refusal.value.returncode == 1
    assert "备份写出来了，但没有验证成，不能当它是好的" in str(refusal.value)
    assert words in str(refusal.value)
    assert str(tmp_path / "a.未验证.zip") in str(refusal.value)
    assert not (tmp_path / "a.zip").exists()
    assert list(scratch.iterdir()) == []
    assert everything() == before


def test_no_room_for_the_proof_is_said_before_the_disk_fills(tmp_path, patch, scratch, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10, 10, 10))

    with pytest.raises(
        ArchiveError, match=r"临时文件夹只剩 0 MB，装一遍要 2 MB。请给 .*scratch 腾出空间"
    ):
        make_backup(tmp_path / "a.zip")

    assert (tmp_path / "a.未验证.zip").exists()
    assert list(scratch.iterdir()) == []


def test_an_unproven_backup_pushes_no_good_one_out(tmp_path, patch, monkeypatch):
    folder = tmp_path / "backups"
    folder.mkdir()
    good = [folder / f"gengdi-2024010{day}-010101.zip" for day in (1, 2, 3)]
    unproven = [folder / f"gengdi-2024010{day}-020202.未验证.zip" for day in (1, 2, 3)]
    for path in good + unproven:
        path.write_text("旧的")
    spoil(monkeypatch, forbid_the_village)

    with pytest.raises(CommandError, match="没有验证成"):
        run("backup", "--dir", folder, "--keep", "2")

    left = sorted(Path(folder).iterdir())
    assert [path for path in left if path in good] == good
    assert sum(".未验证." in path.name for path in left) == 2


def test_the_live_database_is_not_touched_by_the_proof(tmp_path, patch, monkeypatch):
    names = []
    spoil(
        monkeypatch,
        lambda: names.append((connection.vendor, str(connection.settings_dict["NAME"]))),
    )
    own = connection.settings_dict["NAME"]

    make_backup(tmp_path / "a.zip")

    assert [vendor for vendor, _ in names] == ["sqlite"]
    assert names[0][1] != str(own)
    assert connection.settings_dict["NAME"] == own
    assert Path(names[0][1]).parent.exists() is False


def test_a_backup_told_to_stop_during_the_proof_leaves_no_database_behind(
    tmp_path, patch, scratch, monkeypatch
):
    spoil(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGTERM))

    with pytest.raises(SystemExit):
        run("backup", tmp_path / "a.zip")

    assert list(scratch.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.未验证.zip"]
