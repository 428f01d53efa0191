"""/healthz：数据库、数据表、磁盘、上传的文件；有一样不好是 503，什么时候都不说路径和密码。"""

import shutil
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from taiping.operations import health

pytestmark = pytest.mark.django_db


def ask(client):
    text, data = client.get("/healthz"), client.get("/healthz?format=json")
    assert text.status_code == data.status_code
    return text.status_code, text.content.decode(), data.json()


def test_all_good(client):
    status, text, data = ask(client)

    assert status == 200
    assert text.splitlines()[0] == "ok"
    assert data["ok"] is True
    assert {name for name in data if name != "ok"} == {"database", "migrations", "disk", "media"}


def test_broken_database_is_503(client, monkeypatch):
    def refuse():
        raise DatabaseError("password authentication failed for user gengdi at 10.0.0.3")

    monkeypatch.setattr(health.connection, "cursor", refuse)

    status, text, data = ask(client)

    assert status == 503
    assert "数据库连不上" in text
    assert data["database"]["ok"] is False
    assert "gengdi" not in text + str(data)
    assert "10.0.0.3" not in text + str(data)


def test_waiting_migration_is_503(client):
    MigrationRecorder(connection).record_unapplied("auth", "0012_alter_user_first_name_max_length")

    status, text, data = ask(client)

    assert (status, data["migrations"]["ok"]) == (503, False)
    assert "请运行 quickstart --no-serve" in text


def test_full_disk_is_503(client, monkeypatch, settings):
    settings.HEALTH_MIN_FREE_MB = 500
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=499 * health.MB))

    status, text, data = ask(client)

    assert (status, data["disk"]["ok"]) == (503, False)
    assert "少于 500 MB" in text


def test_media_folder_that_takes_no_file_is_503(client, settings, tmp_path):
    """文件夹的位置上是一个文件：存什么都存不进去。"""
    settings.MEDIA_ROOT = tmp_path / "media"
    assert ask(client)[0] == 200
    (tmp_path / "media").write_text("不是文件夹")

    status, text, data = ask(client)

    assert (status, data["media"]["ok"]) == (503, False)
    assert str(tmp_path) not in text + str(data)


def test_it_shows_no_secret(client, settings):
    _, text, data = ask(client)

    for secret in (settings.SECRET_KEY, str(settings.DATA_DIR), str(settings.BASE_DIR)):
        assert secret not in text + str(data)
