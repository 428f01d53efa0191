"""导入：文件 → 认列 → 读行 → 和系统里的比 → 确认后一次写入。图斑表格和上传结果各一种。"""

import gc
from contextlib import contextmanager

from plots.importing.apply import (
    Refused,
    apply_patches,
    refuse_mended_since,
    rehearse_amendments,
)
from plots.importing.cloud import apply_cloud, examine_cloud
from plots.importing.keeping import keep
from plots.importing.progress import silent
from plots.importing.review import Review, examine
from plots.models import Batch
from taiping.ground.tables import Kept

__all__ = ["Refused", "apply_batch", "keep", "preview", "refuse_mended_since"]


@contextmanager
def without_collecting():
    """十万行要造几百万个对象，每隔一阵从头查一遍有没有可回收的，白花五分之一的时间；做完再查。"""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@without_collecting()
def preview(batch: Batch, *, by, with_earlier: bool = False, tick=silent) -> Review:
    """会改什么、有哪些错：PatchReview 或 CloudReview。什么也不写；tick(步骤, 到第几行, 一共) 报进度。"""
    if batch.kind == Batch.Source.CLOUD:
        return examine_cloud(batch, by=by, with_earlier=with_earlier)
    review = examine(batch, tick=tick)
    if review.is_clean:
        rehearse_amendments(review, by)
    return review


@without_collecting()
def apply_batch(
    batch: Batch, *, by, review=None, with_earlier=False, skip_refused=False, sure="", tick=silent
):
    """确认导入；不能导入抛 Refused，什么也不写。review 是刚做的预览；没有给，有 keep 留下的就不再读文件。"""
    options = {"by": by, "review": review, "tick": tick}
    if batch.kind == Batch.Source.CLOUD:
        review = apply_cloud(batch, with_earlier=with_earlier, skip_refused=skip_refused, **options)
    else:
        review = apply_patches(batch, sure=sure, **options)
    Kept(batch.file).forget()
    return review
