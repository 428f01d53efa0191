"""连接：一个人占再多空连接，新来的也连得上。

一条连接在做四件事之一：等请求头、收内容（慢慢传照片）、在办、发结果。只有第一种可以随便断：没有交来任何东西，
浏览器自己会再连。请求头要在 head_seconds 里交完，一秒一个字节地磨也不行；办完以后闲着最多 idle_seconds。
连接快满时，先断占得最多的那个地址的空连接，老的在前；还不够才断收发最慢的；正在办的从不断。
"""

import logging
import threading
import time
from collections import Counter
from contextlib import suppress

from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from taiping.ground.faults import fault_of
from taiping.operations.serving.refusals import Discarded, Refusal

logger = logging.getLogger(__name__)

STALLED_SECONDS = 120  # 内容传到一半、结果发到一半，一个字节都没有动，就算断了
ROOM_SHARE = 0.05  # 满了就一次腾出这么多，不用每来一个都挑一遍


class Channel(HTTPChannel):
    worker = None  # 正在办它的线程
    served = 0  # 办完了几个请求
    received_bytes = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiting_since = time.monotonic()  # 从什么时候起等一个完整的请求头
        self.head_begun = True  # 新连上的不算闲着：它还什么也没有交过

    def readable(self):
        return self._fileno is not None and super().readable()

    def writable(self):
        return self._fileno is not None and super().writable()

    def received(self, data):
        self.received_bytes += len(data)
        served = self.served
        try:
            taken = super().received(data)
        except OSError as error:
            taken = self._refuse(error, data)
        if self.requests or self.is_uploading or self.served > served:
            self.head_begun = False
        elif not self.head_begun:
            self.head_begun = True
            self.waiting_since = time.monotonic()
        return taken

    def _refuse(self, error, data):
        """大的内容先存成临时文件，磁盘满了存不下：余下的收完不要，再答一页话，不是突然断线。"""
        fault = fault_of(error)
        if fault is None or not self.is_uploading:
            raise error
        with suppress(OSError):
            self.request.body_rcv.getbuf().close()
        self.request.body_rcv.buf = Discarded()
        self.request.error = Refusal(fault, self.request)
        return super().received(data)

    def service(self):
        self.worker = threading.get_ident()
        try:
            super().service()
        finally:
            self.worker = None
            self.served += 1
            self.waiting_since = time.monotonic()

    @property
    def is_uploading(self):
        return self.request is not None and self.request.headers_finished

    @property
    def is_busy(self):
        """交来了东西，还没有办完、答完。"""
        return bool(self.requests or self.worker or self.total_outbufs_len or self.is_uploading)

    def is_overdue(self, head_seconds, idle_seconds):
        if self.requests or self.worker:
            return False
        if self.is_busy:
            return time.time() - self.last_activity > STALLED_SECONDS
        allowed = head_seconds if self.head_begun else idle_seconds
        return time.monotonic() - self.waiting_since > allowed

    def speed(self):
        """收发的快慢，字节每秒；还没有收到内容的也不会除以零。"""
        return self.received_bytes / (time.time() - self.creation_time + 1)


class Listener(TcpWSGIServer):
    """一个监听的地址。几个地址的连接记在同一张表（_map）里，一起数。"""

    channel_class = Channel

    def __init__(self, *args, head_seconds, **kwargs):
        self.head_seconds = head_seconds
        super().__init__(*args, **kwargs)

    def readable(self):
        # waitress 每一轮先问这里，这时没有还没处理的事件，断连接是安全的
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        if len(self._map) >= self.adj.connection_limit:
            self.make_room()
        return self.accepting and len(self._map) < self.adj.connection_limit

    def maintenance(self, now):
        for channel in list(self.active_channels.values()):
            if channel.is_overdue(self.head_seconds, self.adj.channel_timeout):
                channel.handle_close()

    def make_room(self):
        wanted = max(1, int(self.adj.connection_limit * ROOM_SHARE))
        victims = victims_first(channels_of(self._map))[:wanted]
        for channel in victims:
            channel.handle_close()
        if victims:
            logger.warning(
                "连接满了（%d 条），断开了 %d 条没有在办事的。",
                self.adj.connection_limit,
                len(victims),
            )


def channels_of(socket_map):
    return [item for item in list(socket_map.values()) if isinstance(item, Channel)]


def victims_first(channels):
    """可以断的，先断的在前：空着的先于在收发的；同类里，占得多的地址先，等得久的、传得慢的先。"""
    held = Counter(channel.addr[0] for channel in channels)

    def rank(channel):
        return (
            channel.is_busy,
            -held[channel.addr[0]],
            channel.speed() if channel.is_busy else channel.waiting_since,
        )

    idle = [channel for channel in channels if not channel.requests and not channel.worker]
    return sorted(idle, key=rank)
