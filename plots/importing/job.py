"""长文件在后台导入：页面马上返回，自己隔两秒看一次进度。结果和失败的原因都记在批次上。"""

import logging
import threading

from django.contrib.auth import get_user_model
from django.db import connection

from plots.importing import Refused, apply_batch
from plots.importing.progress import Progress
from plots.models import Batch
from villages.acting import acting

LONG = 5000  # 行数多于这些就在后台导入
LONG_CLOUD = 300  # 国土调查云结果每一行都是一次上报，慢得多
KEPT_PROBLEMS = 200
BROKEN = "导入时出了意外，什么也没有写进去。请再试一次；还不行请把这份文件交给管理员。"

logger = logging.getLogger(__name__)


def is_long(batch, rows):
    return rows > (LONG_CLOUD if batch.kind == Batch.Source.CLOUD else LONG)


def start(batch, *, by, **options):
    """在后台导入；立刻返回线程。"""
    progress = Progress(batch)
    progress.start()
    thread = threading.Thread(target=run, args=(batch.pk, by.pk, progress, options), name=f"import-{batch.pk}")
    thread.start()
    return thread


def run(batch_pk, by_pk, progress, options):
    try:
        batch = Batch.objects.get(pk=batch_pk)
        by = get_user_model().objects.get(pk=by_pk)
        with acting(by):
            apply_batch(batch, by=by, tick=progress.tick, **options)
    except Refused as refusal:
        note_failure(batch_pk, str(refusal), refusal.problems)
    except Exception:
        logger.exception("批次 %s 没有导入", batch_pk)
        note_failure(batch_pk, BROKEN)
    finally:
        progress.finish()
        connection.close()


def note_failure(batch_pk, sentence, problems=()):
    """为什么没有导入，留给下一次打开预览页时说；已经导入的批次不动。"""
    told = {"failure": sentence, "problems": [str(problem) for problem in problems[:KEPT_PROBLEMS]]}
    Batch.objects.filter(pk=batch_pk, applied_at=None).update(counts=told)
