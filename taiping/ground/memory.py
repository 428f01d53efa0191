"""内存：一件大事做完，把用过的还给系统，服务不会一直占着导入十万行时的那么多。"""

import ctypes
import gc
import sys
from functools import cache


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
