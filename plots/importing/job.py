"""长文件在后台导入：页面马上返回，自己隔两秒看一次进度。结果和失败的原因都记在批次上。"""

import logging
import threading

from django.contrib.auth import get_user_model
from django.db import Error, connection

from plots.importing import Refused, apply_batch
from plots.importing.progress import ImportJobStatus
from plots.models import Batch
from taiping.ground.faults import fault_of
from taiping.ground.memory import give_back
from villages.accounts.audit_actor import acting

LONG = 5000  # 行数多于这些就在后台导入
LONG_CLOUD = 300  # 上传结果每一行都是一次上报，慢得多
KEPT_PROBLEMS = 200
NAME = "import-"  # 导入的线程都这样起名
# 图斑表要么全写要么不写，上传结果一段一段地写：两种都说得通的话
BROKEN = (
    "导入时出了意外，没有导完。请再导入一次，已经写进去的不会重复；还不行请把这份文件交给管理员。"
)
STOPPED = "导入到一半服务停了，没有导完。请再导入一次，已经写进去的不会重复。"

logger = logging.getLogger(__name__)
stopping = threading.Event()
applied = set()  # 这次开着服务以来，在后台导完的批次


class Stopped(Exception):
    """服务要停了，导入不再往下做。"""


def is_long(batch, rows):
    return rows > (LONG_CLOUD if batch.kind == Batch.Source.CLOUD else LONG)


def start(batch, *, by, **options):
    """在后台导入；立刻返回线程。"""
    progress = ImportJobStatus(batch)
    progress.start()
    thread = threading.Thread(
        target=run, args=(batch.pk, by.pk, progress, options), name=f"{NAME}{batch.pk}"
    )
    thread.start()
    return thread


def running():
    """正在导入的线程。"""
    return [thread for thread in threading.enumerate() if thread.name.startswith(NAME)]


def run(batch_pk, by_pk, progress, options):
    def tick(step, done, total):
        if stopping.is_set():
            raise Stopped
        progress.tick(step, done, total)

    try:
        batch = Batch.objects.get(pk=batch_pk)
        by = get_user_model().objects.get(pk=by_pk)
        with acting(by):
            apply_batch(batch, by=by, tick=tick, **options)
        applied.add(batch_pk)
    except Refused as refusal:
        note_failure(batch_pk, str(refusal), refusal.problems)
    except Stopped:
        note_failure(batch_pk, STOPPED)
    except Exception as error:
        note_trouble(batch_pk, error)
    finally:
        progress.finish()
        connection.close()
        give_back()


def note_trouble(batch_pk, error):
    """不是文件的错：认得出的故障说是什么，别的留下经过。连原因都记不下时，日志里有。"""
    fault = fault_of(error)
    logger.error(
        "批次 %s 没有导入：%s",
        batch_pk,
        fault.name if fault else error,
        exc_info=None if fault else error,
    )
    sentence = (
        f"{fault.happened}这份文件没有导完，好了以后请再导入一次，已经写进去的不会重复。"
        if fault
        else BROKEN
    )
    connection.close()  # 断了的连接换一条
    try:
        note_failure(batch_pk, sentence)
    except Error as again:
        logger.error("批次 %s 没有导入的原因也没能记下：%s", batch_pk, again)


def note_failure(batch_pk, sentence, problems=()):
    """为什么没有导入，留给下一次打开预览页时说；已经导入的批次不动。"""
    counts = {"failure": sentence, "problems": [str(each) for each in problems[:KEPT_PROBLEMS]]}
    Batch.objects.filter(pk=batch_pk, applied_at=None).update(counts=counts)
