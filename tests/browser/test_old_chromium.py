"""取 Chromium 86：取来的和记下的不一样就不用，也不留下半个。"""

import sys

import pytest

from tests.browser import old_chromium

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="这个 Chromium 86 只能在 Linux 上运行"
)


@pytest.fixture
def bin_folder(tmp_path, monkeypatch):
    """只有这里的命令；取来的放进 tmp_path 里，碰不到自己的缓存。"""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("CHROMIUM_86", raising=False)
    return folder


def command(folder, name, words):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)


def test_another_package_is_not_used(bin_folder):
    command(bin_folder, "node", "exit 0")
    command(bin_folder, "npm", "echo something else > chrome-aws-lambda-5.3.1.tgz")

    with pytest.raises(old_chromium.CannotFetch, match="校验和不一样"):
        old_chromium.fetch()

    assert old_chromium.found() is None
    assert list(old_chromium.cached().parent.iterdir()) == []


def test_reason_is_told_when_it_cannot_be_had(bin_folder):
    with pytest.raises(old_chromium.CannotFetch, match="没有 node 和 npm"):
        old_chromium.fetch()
    command(bin_folder, "node", "exit 0")
    command(bin_folder, "npm", "echo 网络不通 >&2; exit 1")
    with pytest.raises(old_chromium.CannotFetch, match="网络不通"):
        old_chromium.fetch()


def test_the_one_named_comes_first(bin_folder, tmp_path, monkeypatch):
    named = tmp_path / "chromium"
    named.touch()
    monkeypatch.setenv("CHROMIUM_86", str(named))

    assert old_chromium.found() == named
