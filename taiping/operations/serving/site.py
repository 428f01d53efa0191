"""一个正在服务的网站：开起来，跑着，收到信号就停下——先把手里的办完，再说清有没有没办完的。"""

import contextlib
import os
import select
import signal
import sys
import time

from django.conf import settings
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.task import ThreadedTaskDispatcher

from plots.importing import job
from taiping.operations.serving import running
from taiping.operations.serving.connections import Listener, channels_of
from taiping.operations.serving.limits import connections_allowed

THREADS = 8
MAX_BODY_BYTES = 256 * 1024 * 1024  # 一次交来的全部内容；单个文件、个数的上限在设置里，比这小得多
MAX_HEAD_BYTES = 64 * 1024  # 网址和请求头一共；一千条连接各交这么多，也撑不满内存
SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # SIGBREAK 是 Windows 关窗口、注销时的
DOOR_SECONDS = 0.2  # 停的时候，再等已经到门口的多久
IMPORT_SECONDS = 5  # 叫停了导入，等它撤回

poll = wasyncore.poll2 if hasattr(select, "poll") else wasyncore.poll


class Site:
    """几个监听的地址（localhost 常有两个）、一组办事的线程、一张连接表。"""

    def __init__(self, application, **given):
        self.adjustments = Adjustments(
            threads=THREADS,
            ident=None,
            max_request_body_size=MAX_BODY_BYTES,
            max_request_header_size=MAX_HEAD_BYTES,
            connection_limit=connections_allowed(settings.SERVE_CONNECTIONS),
            cleanup_interval=1,
            channel_timeout=settings.SERVE_IDLE_SECONDS,
            **given,
        )
        self.map = {}
        self.threads = ThreadedTaskDispatcher()
        self.signals = 0
        self.listeners = [
            Listener(
                application,
                self.map,
                dispatcher=self.threads,
                adj=self.adjustments,
                sockinfo=sockinfo,
                head_seconds=settings.SERVE_HEAD_SECONDS,
            )
            for sockinfo in self.adjustments.listen
        ]
        self.threads.set_thread_count(THREADS)

    def run(self):
        """服务到收到停止信号（先要 listen_to_signals）；返回没有办完的，一句一件，都办完了是空的。"""
        while not self.signals:
            poll(timeout=1, map=self.map)
        return self.stop(settings.SERVE_STOP_SECONDS)

    def listen_to_signals(self):
        """都由自己接：在后台启动的程序，系统会叫它不理 SIGINT。"""
        for name in SIGNALS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self.signalled)

    def signalled(self, *_):
        self.signals += 1
        self.listeners[0].pull_trigger()  # 叫醒 poll，不用等它到点

    def stop(self, seconds):
        """不接新的，办完手里的；到了时限或又收到信号就不等了。"""
        self.take_in()
        for listener in self.listeners:
            listener.accepting = False
            wasyncore.dispatcher.close(listener)  # 只关监听；叫醒用的还要用
        deadline = time.monotonic() + seconds
        while self.signals < 2 and time.monotonic() < deadline and (self.busy() or job.running()):
            self.close_idle()
            poll(timeout=0.1, map=self.map)
        cut = [self.describe(channel) for channel in self.busy()] + self.stop_imports()
        if not cut:
            self.close_idle()
            self.threads.shutdown(timeout=1)
        return cut

    def take_in(self):
        """信号和请求前后脚到：已经到门口的先收进来，不然一关门就断了。"""
        end = time.monotonic() + DOOR_SECONDS
        while time.monotonic() < end:
            poll(timeout=DOOR_SECONDS, map=self.map)

    def busy(self):
        return [channel for channel in channels_of(self.map) if channel.is_busy]

    def close_idle(self):
        for channel in channels_of(self.map):
            if not channel.is_busy:
                channel.handle_close()

    def describe(self, channel):
        if sentence := running.describe(channel.worker):
            return f"{sentence}：没有办完。"
        waiting = channel.requests[0] if channel.requests else channel.request
        if waiting is None or channel.worker:
            return f"给 {channel.addr[0]} 的一页办完了，没有发完。"
        undone = "排着队，没有开始办" if channel.requests else "内容没有传完，没有办"
        return f"{waiting.command} {waiting.path}：{undone}。"

    def stop_imports(self):
        """还在导入的，叫它停下、撤回；说出哪几个没有导入。"""
        threads = job.running()
        if not threads:
            return []
        job.stopping.set()
        deadline = time.monotonic() + (IMPORT_SECONDS if self.signals < 2 else 0)
        for thread in threads:
            thread.join(timeout=max(0, deadline - time.monotonic()))
        numbers = [int(thread.name.removeprefix(job.NAME)) for thread in threads]
        undone = [number for number in numbers if number not in job.applied]  # 有的赶在最后导完了
        return [
            f"批次 {number} 的导入：没有导完，请再导入一次，已经写进去的不会重复。"
            for number in undone
        ]


def leave(code):
    """马上离开：没办完的线程不再往下走，说了没存下的就不会又存下。"""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
