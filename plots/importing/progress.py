"""进度：长文件导入到哪里了。记在上传文件存储里的一个小文件里，不写库：导入占着写事务，库里写不进也看不到。"""

import json
import time
from contextlib import suppress

from django.core.files.base import ContentFile
from django.core.files.storage import storages

WRITE_SECONDS, STALE_SECONDS = 0.5, 120  # 秒：隔多久写一次；多久没有动静就算中断了


class ImportJobStatus:
    """一个批次的进度；start 之后不断 tick，finish 收起。别的进程、别的服务器用 current 看。"""

    def __init__(self, batch):
        self.storage, self.name = storages["progress"], f"progress/batch-{batch.pk}.json"
        self.written = 0.0

    def start(self):
        self._write("读表", 0, 0)

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
