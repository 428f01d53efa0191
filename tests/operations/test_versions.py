"""旧代码遇上更新过的数据库：不开始服务、不更新、不备份，说清怎么办；照说的恢复更新前的备份，就又能用。"""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from taiping.operations import versions
from taiping.operations.backup import ArchiveError, make_backup, restore
from taiping.operations.versions import (
    NewerDatabase,
    newer_sentence,
    refuse_newer_database,
    unknown_steps,
)
from tests.worlds.kept import again
from tests.worlds.servers import ROOT, Server, environment, free_port
from tests.worlds.town import TwoVillages
from villages.models import User

LATER = ("plots", "0999_from_the_future")
SAID = "数据库是更新版本的系统建的（有 1 步这里没有的数据表更新，如 plots.0999_from_the_future），旧代码在上面用会丢数据。"
ADVICE = "请换上新代码，或恢复更新前的备份。"


@pytest.fixture
def newer():
    """更新版本的系统在这个数据库上走过一步。"""
    recorder = MigrationRecorder(connection)
    recorder.record_applied(*LATER)
    yield recorder
    recorder.record_unapplied(*LATER)


@pytest.mark.django_db
class TestOneProcess:
    def test_health_says_so(self, client, newer):
        told = client.get("/healthz?format=json")

        assert told.status_code == 503
        assert told.json()["migrations"] == {"ok": False, "text": SAID + ADVICE}

    def test_quickstart_stops_before_touching_anything(self, newer, capsys):
        before = MigrationRecorder(connection).applied_migrations()

        with pytest.raises(CommandError) as refused:
            call_command("quickstart", "--no-serve")

        assert str(refused.value) == SAID + ADVICE
        assert MigrationRecorder(connection).applied_migrations().keys() == before.keys()
        assert not User.objects.exists()

    def test_backup_is_refused_it_would_leave_columns_out(self, newer, tmp_path):
        with pytest.raises(ArchiveError, match="数据库是更新版本的系统建的"):
            make_backup(tmp_path / "a.zip")

        assert list(tmp_path.iterdir()) == []

    def test_every_step_of_ours_counts_and_the_first_is_named(self, newer):
        newer.record_applied("villages", "0998_x")
        newer.record_applied("audit", "0998_y")

        assert "有 3 步" in newer_sentence()
        assert "如 audit.0998_y）" in newer_sentence()

    @pytest.mark.parametrize(
        "step", [("axes", "0999_later"), ("auth", "0999_later"), ("gone_app", "0001_initial")]
    )
    def test_other_peoples_steps_and_removed_apps_do_not_stop_us(self, step, caplog):
        recorder = MigrationRecorder(connection)
        recorder.record_applied(*step)

        refuse_newer_database()

        assert (f"{step[0]}.{step[1]}" in caplog.text) == (step[0] != "gone_app")

    def test_same_version_is_silent(self):
        assert newer_sentence() == ""
        assert unknown_steps(MigrationRecorder(connection).applied_migrations()) == []

    def test_steps_merged_into_one_are_not_newer(self, monkeypatch):
        """以后把几步合成一步、删掉旧文件，老数据库里还记着旧名字。"""
        disk = versions.MigrationLoader(None).disk_migrations
        merged = type("Migration", (), {"replaces": [("plots", "0001_old"), ("plots", "0002_old")]})
        loader = type(
            "Loader", (), {"disk_migrations": {**disk, ("plots", "0001_squashed"): merged}}
        )
        monkeypatch.setattr(versions, "MigrationLoader", lambda given: loader)

        assert unknown_steps([("plots", "0002_old"), ("plots", "0003_new")]) == [
            ("plots", "0003_new")
        ]

    def test_database_that_does_not_answer_is_not_called_newer(self, monkeypatch):
        def refuse():
            raise DatabaseError("连不上")

        monkeypatch.setattr(versions, "newer_sentence", refuse)

        assert refuse_newer_database() is None


@pytest.mark.django_db(transaction=True)
class TestServed:
    def test_serve_refuses_in_one_sentence(self, newer, tmp_path):
        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(free_port())],
            cwd=ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )

        assert done.returncode == 1
        assert SAID + ADVICE in done.stderr
        assert "Traceback" not in done.stderr
        assert "服务，按" not in done.stdout

    def test_other_wsgi_servers_are_refused_too(self, newer, tmp_path):
        done = subprocess.run(
            [sys.executable, "-c", "import taiping.wsgi"],
            cwd=ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
        )

        assert done.returncode == 1
        assert f"{NewerDatabase.__name__}: {SAID}" in done.stderr

    def test_the_backup_from_before_brings_it_back(self, tmp_path, settings):
        settings.MEDIA_ROOT = tmp_path / "media"
        town = again(TwoVillages)
        make_backup(tmp_path / "before.zip")
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE plots_later (id integer)")
        MigrationRecorder(connection).record_applied(*LATER)

        restore(tmp_path / "before.zip", replace=True)

        assert newer_sentence() == ""
        assert "plots_later" not in connection.introspection.table_names()
        assert User.objects.filter(username=town.admin.username).exists()
        with Server(tmp_path):
            pass
