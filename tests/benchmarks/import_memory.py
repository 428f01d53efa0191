"""新开的进程里一份接一份地导入，印出每一份最多占了多少兆、导完还占多少：

python -m tests.benchmarks.import_memory 新增.xlsx 再来.xlsx 都改.xlsx

和页面上一样：先预览、留下读好的行，再在后台导入。数据库是 DATABASE_URL 指的那个，空的先建表、造一项任务；
读文件的另一个进程不算在内。--command 是照 import_patches 命令导入，读文件的进程也算。
"""

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import django
import psutil

MB = 1024 * 1024


def main(paths, by_command):
    django.setup()
    from django.core.management import call_command

    from plots.models import Patch
    from tasks.models import Target
    from tests.benchmarks.import_world import make_world
    from tests.worlds.factories import make_user
    from villages.models import Role, User

    call_command("migrate", verbosity=0)
    if not Target.objects.exists():
        make_world()
        make_user(role=Role.STAFF)
    bring_in = _by_command if by_command else _by_page
    told = []
    for path in paths:
        with watching(with_reader=by_command) as seen:
            bring_in(Path(path), Target.objects.get(), User.objects.get())
        told.append({"peak": seen[0], "after": now(), "patches": Patch.objects.count()})
    sys.stdout.write(json.dumps(told) + "\n")


def _by_page(path, target, by):
    from django.core.files.base import ContentFile

    from plots.importing import job, keep, preview
    from plots.models import Batch
    from taiping.ground.memory import give_back

    file = ContentFile(path.read_bytes(), name=path.name)
    batch = Batch.objects.create(target=target, by=by, name=path.name, file=file)
    keep(preview(batch, by=by))
    give_back()  # 预览的那一页做完就还
    job.start(batch, by=by).join()


def _by_command(path, target, by):
    from django.core.management import call_command

    call_command("import_patches", path, "--target", target.code, by=by.username, stdout=sys.stderr)


@contextmanager
def watching(*, with_reader):
    """块里最多占了多少兆，隔百分之二秒看一眼；记在给出的 [兆] 里。"""
    seen, done = [0], threading.Event()

    def look():
        while not done.wait(0.02):
            seen[0] = max(seen[0], now(with_reader=with_reader))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    yield seen
    done.set()
    thread.join()
    time.sleep(0.1)


def now(*, with_reader=False):
    me = psutil.Process(os.getpid())
    sizes = [me.memory_info().rss]
    for child in me.children() if with_reader else ():
        try:
            sizes.append(child.memory_info().rss)
        except psutil.Error:  # 刚结束的
            continue
    return sum(sizes) // MB


if __name__ == "__main__":
    main([each for each in sys.argv[1:] if each != "--command"], "--command" in sys.argv)
