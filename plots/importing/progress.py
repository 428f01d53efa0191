"""进度：长文件读到、对比到、写到第几行。命令上隔一会儿印一行；后台导入的记在上传文件存储里的一个小文件里，不写库：导入占着写事务，库里写不进也看不到。"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import storages

READING, COMPARING, TIDYING = "读表", "和系统里的比", "收拾图形"
EVERY = 1000  # 多少行报一次
PRINT_SECONDS = 2  # 秒：命令上隔多久印一行
WRITE_SECONDS, STALE_SECONDS = 0.5, 120  # 秒：隔多久写一次；多久没有动静就算中断了


def silent(step: str, done: int, total: int) -> None:
    """不报进度。"""


def counted(
    rows: Iterable | Sized, tick: Callable, step: str, total: int | None = None, before: int = 0
) -> Iterator:
    """一行行地给出 rows，过 EVERY 行报一次 tick(step, 到第几行, 一共)；before 是前面几张表的行数。"""
    total = len(rows) if total is None else total
    for done, row in enumerate(rows, start=before + 1):
        if done % EVERY == 0 or done == total:
            tick(step, done, total)
        yield row


class Printed:
    """命令上的进度：隔 PRINT_SECONDS 秒印一行“读表：20000 / 100000 行”，很快做完的什么也不印。"""

    def __init__(self, write: Callable[[str], object]):
        self.write, self.printed = write, time.monotonic()

    def tick(self, step: str, done: int, total: int) -> None:
        if time.monotonic() - self.printed >= PRINT_SECONDS:
            self.printed = time.monotonic()
            self.write(f"{step}：{done} / {total} 行")


class ImportJobStatus:
    """一个批次的进度；start 之后不断 tick，finish 收起。别的进程、别的服务器用 current 看。"""

    def __init__(self, batch):
        self.storage, self.name = storages["progress"], f"progress/batch-{batch.pk}.json"
        self.written = 0.0

    def start(self):
        self._write(READING, 0, 0)

    def tick(self, step, done, total):
        if time.monotonic() - self.written >= WRITE_SECONDS:
            self._write(step, done, total)

    def finish(self):
        with suppress(Exception):
            self.storage.delete(self.name)

    def current(self):
        """{"step", "done", "total"}；没有在导入，或早已中断，是 None。"""
        try:
            with self.storage.open(self.name) as stream:
                status = json.loads(stream.read())
        except (OSError, ValueError):
            return None
        return status if time.time() - status["at"] <= STALE_SECONDS else None

    def _write(self, step, done, total):
        self.written = time.monotonic()
        status = {"step": step, "done": done, "total": total, "at": time.time()}
        with suppress(Exception):  # 只是给人看的，写不成不影响导入；各家存储的错误没有共同的类
            self.storage.save(self.name, ContentFile(json.dumps(status).encode()))
