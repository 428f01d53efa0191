"""存举证材料：先写文件、再写数据库，所以不会有记录而没有文件；事务不成，写下的文件删掉。"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from plots.evidence.checking import Checked, EvidenceError, check_all
from plots.evidence.position import locate
from plots.evidence.sniff import JPEG
from plots.models import Evidence, RectificationRecord
from villages.models import User

logger = logging.getLogger(__name__)
_written = ContextVar("written", default=None)


@contextmanager
def saving() -> Iterator[None]:
    """一个事务：里面出了任何错（包括提交时），数据库回滚，里面写下的文件也删掉。

    上报和材料一起存时，把 actions.report 和 store 都放进来；可以套，里面一层出错只删里面写下的。
    放在别的事务里面时，外面那个事务回滚只会留下没有记录的文件，不会有缺文件的记录。
    """
    written = _written.get()
    outermost = written is None
    if outermost:
        written = []
        token = _written.set(written)
    before = len(written)
    try:
        with transaction.atomic():
            yield
    except BaseException:
        _delete(written[before:])
        del written[before:]
        raise
    finally:
        if outermost:
            _written.reset(token)


def _delete(written):
    for storage, name in written:
        try:
            storage.delete(name)
        except OSError:
            logger.exception("没有删掉不要的文件 %s", name)


def store(
    record: RectificationRecord,
    checked: Checked,
    by: User,
    at: datetime | None = None,
    is_demo: bool = False,
    device: tuple[Decimal, Decimal, int | None] | None = None,
) -> Evidence:
    """给整改记录添一份查过的材料，返回 Evidence；同一份已经在这条记录上，返回原来的（重复提交）。

    device 是上报时浏览器给的位置 (纬度, 经度, 精度米)，Decimal 度；没给是 None，只记在照片上。
    """
    if first := Evidence.objects.filter(record=record, sha256=checked.sha256).first():
        return first
    facts = checked.facts
    position, metres = locate(record.patch, facts.lat, facts.lon)
    lat, lon, accuracy = device if device and checked.file_type.is_photo else (None, None, None)
    device_position, device_metres = locate(record.patch, lat, lon)
    with saving():
        evidence = Evidence(
            patch=record.patch,
            record=record,
            kind=checked.kind,
            name=checked.name,
            size=checked.size,
            sha256=checked.sha256,
            taken_at=facts.taken_at,
            lat=facts.lat,
            lon=facts.lon,
            bearing=facts.bearing,
            position=position,
            position_m=metres,
            by=by,
            device_lat=lat,
            device_lon=lon,
            device_accuracy_m=accuracy,
            device_position=device_position,
            device_position_m=device_metres,
            created_at=at or timezone.now(),
            is_demo=is_demo or record.is_demo,
        )
        _write(evidence, "file", checked.file_type.suffix, File(checked.upload.file))
        if checked.file_type.is_photo:
            _write(evidence, "display", JPEG.suffix, ContentFile(checked.display))
            _write(evidence, "thumb", JPEG.suffix, ContentFile(checked.thumb))
        evidence.save(force_insert=True)
    return evidence


def _write(evidence, field_name, suffix, content):
    """存盘的名字是随机的，与原文件名无关；后缀由内容定。先记下名字再写，写到一半出错也删得掉。"""
    field = Evidence._meta.get_field(field_name)
    name = field.generate_filename(evidence, f"{uuid4().hex}{suffix}")
    _written.get().append((field.storage, name))
    setattr(evidence, field_name, field.storage.save(name, content, max_length=field.max_length))


def attach(
    record: RectificationRecord,
    uploads: Sequence[UploadedFile],
    by: User,
    at: datetime | None = None,
) -> list[Evidence]:
    """查全部上传的文件，都合格才存，一个事务；有不合格的 EvidenceError 列出全部，什么也不存。"""
    good, errors = check_all(uploads)
    if errors:
        raise EvidenceError(*errors)
    with saving():
        return [store(record, checked, by, at) for checked in good]
