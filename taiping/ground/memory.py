"""内存：服务开始前怎样收拾；一件大事做完，把用过的还给系统，不会一直占着导入十万行时的那么多。"""

import ctypes
import gc
import sys
from functools import cache

MANY = 50_000  # 新添这么多个对象才找一遍有没有可回收的：一页就有几万个，做完自己就没了


@cache
def _trim():
    """C 库的 malloc_trim；不是 glibc 的没有。"""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return None


def give_back() -> None:
    """收走没有人用的对象，空出来的内存还给系统。要几十毫秒，只在大事做完时做。"""
    gc.collect()
    if trim := _trim():
        trim(0)


def settle() -> None:
    """服务开始前：启动时装下的模块和模板一直在用，不再从头查它们有没有可回收的；一页做到一半也少查几遍。"""
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY)
