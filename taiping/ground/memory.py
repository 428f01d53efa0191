"""内存：服务开始前怎样收拾；一件大事做完，把用过的还给系统，不会一直占着导入十万行时的那么多。"""

import ctypes
import gc
import sys
from functools import cache

MANY = 10_000  # 新添这么多个对象才找一遍有没有可回收的：一页就有几万个，做完自己就没了
ONE_ARENA = -8, 1  # glibc 的 M_ARENA_MAX：最多一处


@cache
def _glibc(name):
    """C 库里的这个函数；不是 glibc 的没有。"""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError):
        return None


def share() -> None:
    """各个线程合用一处内存，要在开线程以前说。

    glibc 平常给每个线程各留一处，办过一样的事，八个线程就各占一遍；Python 一次只跑一个线程，合用也不抢。
    """
    if mallopt := _glibc("mallopt"):
        mallopt(*ONE_ARENA)


def give_back() -> None:
    """收走没有人用的对象，空出来的内存还给系统。要几十毫秒，只在大事做完时做。"""
    gc.collect()
    if trim := _glibc("malloc_trim"):
        trim(0)


def settle() -> None:
    """服务开始前：启动时装下的模块和模板一直在用，不再从头查它们有没有可回收的；一页做到一半也少查几遍。"""
    give_back()
    gc.freeze()
    gc.set_threshold(MANY)
