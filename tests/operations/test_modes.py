"""谁读得到：数据文件夹里的一切只有运行系统的用户能读；以前建的 quickstart 收紧；收不紧的 check --deploy 说。"""

import os
import stat
import subprocess
import sys

import pytest
from django.core.checks import Tags, run_checks
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile

from taiping.ground.modes import close_folder, is_open, tighten
from tests.worlds.servers import ROOT

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="Windows 的权限不是这一套，运行手册里写着怎么设"
)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def open_ones(folder):
    return [
        path.name
        for path in (folder, *folder.rglob("*"))
        if mode(path) & 0o077 and not path.is_symlink()
    ]


def run(folder, *command):
    """真的命令，在 umask 最松的终端里。"""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "HTTPS", "ALLOWED_HOSTS", "DJANGO_SETTINGS_MODULE")
    }
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        umask=0,
        env={
            **env,
            "SECRET_KEY": "x" * 60,
            "DATA_DIR": str(folder),
            "PYTHONIOENCODING": "utf-8",
            "LOG_LEVEL": "ERROR",
        },
    )


def test_what_an_old_version_left_open_is_closed_and_told(tmp_path):
    folder = tmp_path / "data"
    (folder / "media" / "evidence").mkdir(parents=True)
    (folder / "media" / "evidence" / "a.jpg").write_bytes(b"1")
    (folder / "db.sqlite3").touch()
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o644)

    first = run(folder, "quickstart", "--no-demo", "--no-serve")
    second = run(folder, "quickstart", "--no-demo", "--no-serve")

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    # 两个文件夹、照片、数据库和它的两个日志；数据文件夹本身一启动就收紧了
    assert "已收紧 6 个文件和文件夹的权限" in first.stdout
    assert "已收紧" not in second.stdout
    assert open_ones(folder) == []
    assert mode(folder) == 0o700
    assert mode(folder / "db.sqlite3") == 0o600


def test_a_new_installation_is_closed_from_the_start(tmp_path):
    made = run(tmp_path / "data", "migrate", "--verbosity", "0")

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "data" / "db.sqlite3").exists()
    assert open_ones(tmp_path / "data") == []


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_an_uploaded_file_and_its_folder_are_closed_whatever_the_umask(settings, tmp_path, kind):
    settings.MEDIA_ROOT = tmp_path / "media"
    big = TemporaryUploadedFile("a.jpg", "image/jpeg", 1, None)
    big.write(b"1")
    before = os.umask(0)
    try:
        default_storage.save(
            "evidence/2024/a.jpg", ContentFile(b"1") if kind == "memory" else File(big)
        )
    finally:
        os.umask(before)

    assert open_ones(tmp_path / "media" / "evidence") == []


def test_links_and_the_shared_temporary_folder_are_left_alone(tmp_path):
    outside, inside = tmp_path / "outside", tmp_path / "data"
    outside.mkdir()
    (outside / "b").touch()
    (outside / "b").chmod(0o644)
    inside.mkdir()
    (inside / "link").symlink_to(outside / "b")
    shared = tmp_path / "tmp"
    shared.mkdir()
    shared.chmod(0o1777)

    close_folder(shared)
    tighten([inside])

    assert mode(outside / "b") == 0o644
    assert mode(shared) == 0o1777
    assert is_open(shared)


def deploy_warnings():
    found = run_checks(tags=[Tags.security], include_deployment_checks=True)
    return [warning for warning in found if warning.id == "taiping.W001"]


def test_check_names_what_others_can_read_and_what_to_run(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir(mode=0o755)
    settings.DATA_DIR.chmod(0o755)

    told = deploy_warnings()
    settings.DATA_DIR.chmod(0o700)

    assert [warning.msg for warning in told] == [
        f"{settings.DATA_DIR} 这台机器上别的用户也读得到。"
    ]
    assert "quickstart --no-demo --no-serve" in told[0].hint
    assert deploy_warnings() == []


def test_a_folder_that_cannot_be_closed_does_not_stop_the_start(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)

    def refuse(*args, **kwargs):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("pathlib.Path.chmod", refuse)
    close_folder(folder)

    assert tighten([folder]) == (0, 1)
