"""读外来的文件有限度：在另一个进程里读，用时太长、占内存太多，就真的结束它。

线程停不下来：文件里一个没有尽头的查询，就占住一个线程到重启，几个这样的文件整个网站就停了。
读完的进程留着，下一个文件接着用，平常只多几毫秒。Linux 和 Windows 一样。
"""

import faulthandler
import gc
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import contextmanager
from types import GeneratorType
from typing import Any, TypeVar

import psutil
from django.conf import settings

from taiping.ground.memory import give_back

MB = 1024 * 1024
WORKERS = 2  # 同时读几个文件；别的等一等
WAIT_SECONDS = 10  # 等不到空的进程，就请人过一会儿再来
POLL_SECONDS = 0.05  # 隔多久看一眼用了多少内存
KEPT_MB = 400  # 读完还占着这么多内存的，不留着用
ORPHAN_SECONDS = 15  # 网站自己先没了，读着的进程最多再活这么久

_spawning = multiprocessing.get_context("spawn")
_places = threading.BoundedSemaphore(WORKERS)
_idle = []
Result = TypeVar("Result")
PART = "一段"  # 结果还没有完，后面还有


class OverLimit(Exception):
    """没有读完：用时太长、占内存太多，或者读到一半进程没了。再试一次还是一样。"""


class Busy(Exception):
    """别的文件正在读，这一个还没有开始。"""


def limited(function: Callable[..., Result], *args) -> Result:
    """在另一个进程里做 function(*args)，返回它的结果；它抛的错照样抛。

    function 是模块里的函数，参数和结果都要能 pickle。超过设置里的 READ_SECONDS（秒）、READ_MEMORY_MB（MB）
    抛 OverLimit；等不到空的进程抛 Busy。
    """
    with _worker() as worker:
        return worker.do(function, args, settings.READ_SECONDS, settings.READ_MEMORY_MB)


@contextmanager
def _worker():
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Busy("别的文件正在读，还没有轮到这一份。请过一会儿再打开这一页。")
    try:
        worker = _take_idle() or Worker()
        try:
            yield worker
        finally:
            if worker.is_reusable():
                _idle.append(worker)
            else:
                worker.end()
    finally:
        _places.release()


def _take_idle():
    while _idle:
        worker = _idle.pop()
        if worker.is_reusable():
            return worker
        worker.end()
    return None


class Worker:
    """一个读文件的进程，一次做一件事。"""

    def __init__(self):
        self.pipe, theirs = _spawning.Pipe()
        self.process = _spawning.Process(target=_serve, args=(theirs,), name="reading", daemon=True)
        self.process.start()
        theirs.close()
        self.seen = psutil.Process(self.process.pid)
        self.is_done = True

    def do(self, function: Callable, args: tuple, seconds: int, megabytes: int) -> Any:
        self.is_done = False
        try:
            self.pipe.send((seconds, function, args))
            good, answer = self._answer(seconds, megabytes)
        except (EOFError, BrokenPipeError, ConnectionError):
            raise OverLimit(
                "读到一半出了问题，没有读完，不会再试。请在原来的软件里打开，另存一份再传。"
            ) from None
        self.is_done = True
        if good:
            return answer
        raise answer

    def _answer(self, seconds, megabytes):
        """(做成没有, 结果)；一段段送来的（function 是生成器），结果是各段的列表。"""
        end, parts = time.monotonic() + seconds, []
        while True:
            self._wait(end, seconds, megabytes)
            good, answer = self.pipe.recv()
            if good != PART:
                return good, (parts if good and answer == PART else answer)
            parts.append(answer)

    def _wait(self, end, seconds, megabytes):
        while not self.pipe.poll(POLL_SECONDS):
            if time.monotonic() > end:
                raise OverLimit(
                    f"读这个文件用时太长，{seconds} 秒还没有读完，已经停下，不会再试。请只留要用的内容，另存一份再传。"
                )
            if self.megabytes() > megabytes:
                raise OverLimit(
                    f"读这个文件要用的内存太多，超过 {megabytes} MB，已经停下，不会再试。请只留要用的内容，另存一份再传。"
                )

    def megabytes(self) -> float:
        try:
            return self.seen.memory_info().rss / MB
        except psutil.Error:
            return 0  # 进程刚没了，下一眼管道就会说

    def is_reusable(self) -> bool:
        return self.is_done and self.process.is_alive() and self.megabytes() <= KEPT_MB

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe):
    """读文件的进程：来一件做一件，网站没了就跟着结束。"""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # 按 Ctrl+C 的是网站，由它来结束这里
    gc.disable()  # 读出来的几百万个值没有一个是垃圾，一遍遍地找白费时间；占得多了整个进程都不留
    nowhere = open(os.devnull, "w")  # noqa: PTH123, SIM115 进程在，它就开着
    while True:
        try:
            seconds, function, args = pipe.recv()
        except (EOFError, OSError):
            return
        # 网站中途被强行结束时，没有人来结束这里：到时候自己走，C 代码占着解释器也走得了
        faulthandler.dump_traceback_later(seconds + ORPHAN_SECONDS, exit=True, file=nowhere)
        try:
            made = function(*args)
            args = None  # 上百兆的文件，做的人用完就放得下
            answer = (True, _sent_in_parts(pipe, made))
        except BaseException as error:  # 读取库会抛不是 Exception 的错；哪一种都要带回去
            error.add_note(traceback.format_exc())
            answer = (False, error)
        faulthandler.cancel_dump_traceback_later()
        _send(pipe, answer)
        made = answer = args = None
        give_back()  # 进程留着，读过的不留着


def _sent_in_parts(pipe, answer):
    """生成器的一段段地送过去，大的结果不用一下子都摆在管道里。"""
    if not isinstance(answer, GeneratorType):
        return answer
    for part in answer:
        pipe.send((PART, part))
    return PART


def _send(pipe, answer):
    try:
        pipe.send(answer)
    except OSError:
        raise SystemExit from None
    except Exception as error:  # 结果或错误不能 pickle
        pipe.send((False, RuntimeError(f"{error}\n{answer[1]!r}")))
