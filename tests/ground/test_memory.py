"""大事做完，内存还给系统：别的系统上没有 malloc_trim，照样不出错。"""

import sys

import psutil
import pytest

from taiping.ground import memory

pytestmark = pytest.mark.any_database


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="只有 glibc 有 malloc_trim")
def test_what_was_used_is_given_back():
    me = psutil.Process()
    before = me.memory_info().rss
    pieces = [b"x" * 5000 for _ in range(40_000)]  # 两百兆，一小块一小块的
    kept = pieces[-1]
    full = me.memory_info().rss
    del pieces

    memory.give_back()

    assert kept and full - before > 150 * 1024 * 1024
    assert me.memory_info().rss - before < 50 * 1024 * 1024


def test_elsewhere_it_only_collects(monkeypatch):
    monkeypatch.setattr(memory, "_trim", lambda: None)

    memory.give_back()
