"""先传来的材料：照片一张一张先到，表后交；断了再传只传没到的。没有交的表，过期清掉。"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from plots.evidence.checking import Checked, EvidenceError
from plots.evidence.listing import mark_twins
from plots.evidence.position import locate
from plots.evidence.storing import Device, read, saving, write_files
from plots.models import Evidence, Patch, PendingEvidence, RectificationRecord
from plots.models.evidence import Material, position_words
from taiping.ground.actors import actors
from villages.models import User

logger = logging.getLogger(__name__)


class Spoiled(EvidenceError):
    """路上变了样：文件是好的，再传一次就是。"""


class Full(EvidenceError):
    """没交的太多了：文件是好的，腾出地方再传。"""


CLEANED_AT_ONCE = 50  # 一次请求里顺手清掉的，多了让交照片的人等


def waiting_for(patch: Patch, client_key: UUID, by: User) -> QuerySet[PendingEvidence]:
    """这张表先传来的，按来的先后。"""
    return PendingEvidence.objects.filter(patch=patch, client_key=client_key, by=by)


def keep(
    patch: Patch,
    client_key: UUID,
    checked: Checked,
    by: User,
    *,
    original_sha256: str,
    original_size: int | None = None,
    device: Device | None = None,
    when: str = Material.DeviceMoment.REPORTED,
) -> PendingEvidence | Evidence:
    """留下查过的一份；已经有了返回原来的。传坏了的、没交的太多了、图斑不在了抛 EvidenceError。

    original_sha256、original_size（字节）是手机上缩小以前的；没缩小的要和收到的一样。
    """
    is_whole = original_size in (None, checked.size)
    if is_whole and checked.sha256 != original_sha256:
        raise Spoiled(f"“{checked.name}”传到这里变了样，没有收下，请再传一次。")
    drop(PendingEvidence.objects.filter(created_at__lt=_oldest())[:CLEANED_AT_ONCE])
    most = settings.EVIDENCE_PENDING_MAX
    if PendingEvidence.objects.filter(by=by).count() >= most:
        raise Full(
            f"您传来还没有交的照片已经有 {most} 张，先把前面的上报交了，或在“我的任务”里删掉不要的，再传。"
        )
    pending = PendingEvidence(patch=patch, client_key=client_key, **read(checked, by, device, when))
    pending.original_sha256 = original_sha256
    pending.original_size = original_size or checked.size
    try:
        with saving():
            write_files(pending, checked)
            pending.save(force_insert=True)
    except IntegrityError:  # 同一张正好从另一条连接也到了，或者正收着，图斑随导入撤回了
        if first := arrived_one(patch, client_key, by, original_sha256):
            return first
        raise EvidenceError(
            f"没有收下“{checked.name}”：这块图斑不在了，请联系{actors.town}里。"
        ) from None
    return pending


def drop(pending: Iterable[PendingEvidence]) -> None:
    """不要了：删掉这些行，提交以后删掉文件。"""
    for one in list(pending):
        files = [field for field in (one.file, one.display, one.thumb) if field]
        if PendingEvidence.objects.filter(pk=one.pk).delete()[0]:
            transaction.on_commit(lambda files=files: _delete(files))


def _delete(files):
    for field in files:
        try:
            field.storage.delete(field.name)
        except OSError:
            logger.exception("没有删掉不要的文件 %s", field.name)


def _oldest():
    return timezone.now() - timedelta(days=settings.EVIDENCE_PENDING_DAYS)


def arrived(patch: Patch, client_key: UUID, by: User) -> list[PendingEvidence | Evidence]:
    """这张表的照片到了哪些：先传来的，和表已经交了、挂在那次上报上的。"""
    found = list(waiting_for(patch, client_key, by))
    record = RectificationRecord.objects.filter(patch=patch, client_key=client_key, by=by).first()
    if record is None:
        return found
    together = Evidence.objects.filter(
        patch=patch, record__by=by, record__created_at=record.created_at
    )
    return [*found, *together]


def arrived_one(
    patch: Patch, client_key: UUID, by: User, original_sha256: str
) -> PendingEvidence | Evidence | None:
    """这张表的这一张，到了的；没到是 None。"""
    for one in arrived(patch, client_key, by):
        if one.original_sha256 == original_sha256:
            return one
    return None


def told(material: PendingEvidence | Evidence, user: User) -> dict[str, Any]:
    """收到以后说给还站在地里的人听的：{"sha256", "position", "metres", "words"}。

    words 一句话：在图斑外多远，没有位置，或这张照片已经交过；没有要说的是空。
    """
    position, metres = locate(material.patch, material.lat, material.lon)
    mark_twins([material], user)
    said = [position_words(position, metres), material.twins.sentence.rstrip("。")]
    if material.is_photo and material.lat is None:
        said[0] = "照片里没有位置"
    return {
        "sha256": material.original_sha256,
        "position": position,
        "metres": metres,
        "words": "；".join(filter(None, said)),
    }
