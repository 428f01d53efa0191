"""眼下正在办的请求：哪个线程在办哪一个。停服务时照着它说。"""

import threading
import time
from contextlib import contextmanager

_running = {}  # 线程号 → (请求, 开始的时刻)


@contextmanager
def noted(request):
    me = threading.get_ident()
    _running[me] = request, time.monotonic()
    try:
        yield
    finally:
        _running.pop(me, None)


def describe(thread):
    """这个线程正在办的：“POST /patches/3/report/（dong，已经 12 秒）”；没有在办是空。"""
    request, since = _running.get(thread, (None, 0))
    if request is None:
        return ""
    user = getattr(request, "_cached_user", None)  # 不为了一句话去查数据库
    name = getattr(user, "username", "") or "没有登录的人"
    return f"{request.method} {request.path}（{name}，已经 {time.monotonic() - since:.0f} 秒）"
