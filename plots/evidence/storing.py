"""存举证材料：先写文件、再写数据库，所以不会有记录而没有文件；事务不成，写下的文件删掉。"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from plots.evidence.checking import Checked, EvidenceError, check_all
from plots.evidence.position import locate
from plots.evidence.sniff import JPEG
from plots.models import Attachment, Evidence, Patch, PendingEvidence, RectificationRecord
from plots.models.evidence import Material
from taiping.ground import dates
from villages.models import User, Village

logger = logging.getLogger(__name__)
_written = ContextVar("written", default=None)
REPORTED = Material.DeviceMoment.REPORTED
Device = tuple[Decimal, Decimal, int | None]  # 浏览器给的：纬度、经度（度），精度（米）


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
    material: Checked | PendingEvidence,
    by: User,
    at: datetime | None = None,
    is_demo: bool = False,
) -> Evidence:
    """给整改记录添一份材料：查过的，或先传来的；返回 Evidence。

    同一份已经在这条记录上，返回原来的（重复提交）。先传来的文件已经写好，只换个主人。
    """
    is_pending = isinstance(material, PendingEvidence)
    same = Evidence.objects.filter(record=record, original_sha256=material.original_sha256)
    if first := same.first():
        return first
    with saving():
        evidence = Evidence(
            patch=record.patch,
            record=record,
            is_demo=is_demo or record.is_demo,
            **(_taken_over(material) if is_pending else read(material, by)),
        )
        evidence.created_at = at or dates.now()
        evidence.position, evidence.position_m = locate(record.patch, evidence.lat, evidence.lon)
        evidence.device_position, evidence.device_position_m = locate(
            record.patch, evidence.device_lat, evidence.device_lon
        )
        if not is_pending:
            write_files(evidence, material)
        evidence.save(force_insert=True)
        if is_pending:
            material.delete()
    return evidence


def attach_files(
    files: Sequence[Checked],
    by: User,
    *,
    patch: Patch | None = None,
    village: Village | None = None,
    at: datetime | None = None,
    is_demo: bool = False,
) -> list[Attachment]:
    """把查过的文件存成附件：图斑的，或一个村的，都不写就是镇里的；要在 saving() 里面，主人也在里面存。"""
    kept = []
    for checked in files:
        attachment = Attachment(
            patch=patch,
            village=village,
            is_demo=is_demo,
            created_at=at or dates.now(),
            **read(checked, by),
        )
        write_files(attachment, checked)
        attachment.save(force_insert=True)
        kept.append(attachment)
    return kept


def drop_attachments(attachments: Iterable[Attachment]) -> int:
    """删掉附件，文件在事务成了以后删；只有演示数据才会删，主人要先删。返回几份。"""
    files = []
    count = 0
    for one in list(attachments):
        files += [part for part in (one.file, one.display, one.thumb) if part]
        count += one.delete()[0]
    transaction.on_commit(lambda: _delete((part.storage, part.name) for part in files))
    return count


def read(
    checked: Checked, by: User, device: Device | None = None, when: str = REPORTED
) -> dict[str, Any]:
    """查过的文件 → Material 各栏的值，文件另写。device 是浏览器给的位置，只记在照片上；没给是 None。"""
    facts = checked.facts
    lat, lon, accuracy = device if device and checked.is_photo else (None, None, None)
    return {
        "kind": checked.kind,
        "name": checked.name,
        "size": checked.size,
        "sha256": checked.sha256,
        "original_sha256": checked.original_sha256,
        "original_size": checked.original_size,
        "taken_at": facts.taken_at,
        "lat": facts.lat,
        "lon": facts.lon,
        "bearing": facts.bearing,
        "by": by,
        "device_lat": lat,
        "device_lon": lon,
        "device_accuracy_m": accuracy,
        "device_when": when,
    }


def _taken_over(pending):
    names = [field.name for field in Material._meta.fields]
    return {name: getattr(pending, name) for name in names}


def write_files(material: Material, checked: Checked) -> None:
    """写下原件，照片还有浏览图和缩略图；要在 saving() 里面。"""
    _write(material, "file", checked.file_type.suffix, File(checked.upload.file))
    if checked.is_photo:
        _write(material, "display", JPEG.suffix, ContentFile(checked.display))
        _write(material, "thumb", JPEG.suffix, ContentFile(checked.thumb))


def _write(material, field_name, suffix, content):
    """存盘的名字是随机的，与原文件名无关；后缀由内容定。先记下名字再写，写到一半出错也删得掉。"""
    field = material._meta.get_field(field_name)
    name = field.generate_filename(material, f"{uuid4().hex}{suffix}")
    _written.get().append((field.storage, name))
    setattr(material, field_name, field.storage.save(name, content, max_length=field.max_length))


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
