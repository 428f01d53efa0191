"""这台机器上最多能同时开多少条连接。"""

import select

try:
    import resource
except ImportError:  # Windows
    resource = None

MAX_SELECT = 450  # Windows 没有 poll，select 一次最多看 512 个
FILES_EACH = 2  # 一条连接要几个文件号（大的内容另有临时文件）
FILES_OWN = 200  # 程序自己要多少


def connections_allowed(wanted: int) -> int:
    """想要 wanted 条，系统肯给几条；软限制不够就提到硬限制为止。"""
    if not hasattr(select, "poll"):
        wanted = min(wanted, MAX_SELECT)
    if resource is None:
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted * FILES_EACH + FILES_OWN
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY:
        return wanted
    return min(wanted, max(50, (soft - FILES_OWN) // FILES_EACH))
