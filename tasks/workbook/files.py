"""上传的方案文件：存下、看一遍、导入；读好的表在旁边留一份，确认时不用再读。"""

from uuid import uuid4

from django.core.files.base import File

from taiping.ground import dates
from taiping.ground.form_fields import suffix_of
from taiping.ground.tables import Kept
from tasks import workbook
from tasks.models import PlanFile


def new_plan_file(file: File, by) -> PlanFile:
    """原样存下。"""
    record = PlanFile(name=file.name, by=by)
    record.file.save(f"{uuid4().hex}{suffix_of(file.name)}", file, save=False)
    record.save()
    return record


def examine_file(record: PlanFile, content: bytes, code: str = "") -> workbook.PlanReview:
    """看一遍，code 给了就当作这个代码的方案；读到限度还没读完的，记下来，以后打开不再读。"""
    if record.unreadable:
        return workbook.unreadable(record.unreadable)
    kept = None if record.applied_at else Kept(record.file)
    review = workbook.examine(content, record.name, code=code, kept=kept)
    if review.too_heavy:
        record.unreadable = review.too_heavy
        record.save(update_fields=["unreadable"])
    return review


def import_file(record: PlanFile, content: bytes, *, by, **options) -> workbook.PlanReview:
    """写进系统，options 见 import_plan；有错抛 PlanFileError，一点不动。"""
    kept = Kept(record.file)
    review = workbook.import_plan(content, record.name, kept=kept, by=by, **options)
    record.applied_at = dates.now()
    record.save(update_fields=["applied_at"])
    kept.forget()
    return review
