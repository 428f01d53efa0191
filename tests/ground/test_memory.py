"""线程合用内存，大事做完还给系统：别的系统上没有 malloc_trim、mallopt，照样不出错。"""

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


# 四个线程先后各用四十兆、放掉，各留一小块在最上面：各有一处内存的，四处都占着
IN_THREADS = """
import sys
import threading

import psutil

from taiping.ground import memory

if sys.argv[1] == "share":
    memory.share()
me, kept = psutil.Process(), []
turn = [threading.Event() for _ in range(5)]

def work(at):
    turn[at].wait()
    pieces = [b"x" * 5000 for _ in range(8_000)]
    kept.append(pieces[-1])
    del pieces
    turn[at + 1].set()
    done.wait()

done = threading.Event()
threads = [threading.Thread(target=work, args=(at,)) for at in range(4)]
for thread in threads:
    thread.start()
before = me.memory_info().rss
turn[0].set()
turn[4].wait()
print(me.memory_info().rss - before)
done.set()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="只有 glibc 给每个线程各留一处")
def test_threads_share_what_one_of_them_has_used():
    """一个线程用过、放掉的，下一个接着用：四个线程只占一份，不是四份。"""

    def used(how):
        command = [sys.executable, "-c", IN_THREADS, how]
        return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)

    assert used("share") < 80 * 1024 * 1024
    assert used("apart") > 120 * 1024 * 1024


def test_elsewhere_it_only_collects(monkeypatch):
    monkeypatch.setattr(memory, "_glibc", lambda name: None)

    memory.give_back()
    memory.share()
