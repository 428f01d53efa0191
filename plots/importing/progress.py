"""进度：长文件导入到哪里了。记在数据文件夹的一个小文件里，不写库：导入占着写事务，库里写不进也看不到。"""

import json
import time
from contextlib import suppress

from django.conf import settings

EVERY, STALE = 0.5, 120  # 秒：隔多久写一次；多久没有动静就算中断了


class Progress:
    """一个批次的进度；start 之后不断 tick，finish 收起。别的进程用 current 看。"""

    def __init__(self, batch):
        self.path = settings.DATA_DIR / "progress" / f"batch-{batch.pk}.json"
        self.written = 0.0

    def start(self):
        self._write("读表", 0, 0)

    def tick(self, step, done, total):
        if time.monotonic() - self.written >= EVERY:
            self._write(step, done, total)

    def finish(self):
        self.path.unlink(missing_ok=True)

    def current(self):
        """{"step", "done", "total"}；没有在导入，或早已中断，是 None。"""
        try:
            if time.time() - self.path.stat().st_mtime > STALE:
                return None
            return json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, step, done, total):
        self.written = time.monotonic()
        told = json.dumps({"step": step, "done": done, "total": total}, ensure_ascii=False)
        self.path.parent.mkdir(exist_ok=True)
        with suppress(OSError):  # 只是给人看的，写不成不影响导入
            self.path.write_text(told, encoding="utf-8")
