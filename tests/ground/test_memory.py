"""大事做完，内存还给系统：别的系统上没有 malloc_trim，照样不出错。"""

import subprocess
import sys

import pytest

from taiping.ground import memory

pytestmark = pytest.mark.any_database

# 在自己的进程里量：测试的进程早有空着的内存，新用的两百兆看不出来。
MEASURED = """
import psutil

from taiping.ground import memory

me = psutil.Process()
before = me.memory_info().rss
pieces = [b"x" * 5000 for _ in range(40_000)]
kept = pieces[-1]
full = me.memory_info().rss
del pieces
memory.give_back()
print(full - before, me.memory_info().rss - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="只有 glibc 有 malloc_trim")
def test_what_was_used_is_given_back():
    """两百兆，一小块一小块的：占着时一百五十兆以上，还了以后不到五十兆。"""
    said = subprocess.run(
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=True
    )

    full, after = map(int, said.stdout.split())
    assert full > 150 * 1024 * 1024
    assert after < 50 * 1024 * 1024


def test_elsewhere_it_only_collects(monkeypatch):
    monkeypatch.setattr(memory, "_trim", lambda: None)

    memory.give_back()
