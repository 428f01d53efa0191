"""收下之前的检查：看内容认种类，坏的、太大的、不收的说清是哪个文件、里面是什么、该怎么办。"""

import hashlib
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from plots.evidence import documents, photo, sniff
from plots.evidence.documents import Refused
from plots.evidence.facts import Facts
from plots.models import Evidence, PendingEvidence

MEGABYTE = 1024 * 1024
MAX_NAME_CHARS = 200
MAX_GIVEN_CHARS = 1000  # 再长的只看最后这么多：后缀在那里


class EvidenceError(Exception):
    """不收这些文件；sentences 每句说一个文件，str() 是全部。"""

    def __init__(self, *sentences: str):
        self.sentences = sentences
        super().__init__("\n".join(sentences))


@dataclass(frozen=True)
class Checked:
    """查过、可以存的一个文件；浏览图和缩略图（JPEG 字节）已经做好，文件没有。"""

    upload: UploadedFile
    name: str
    size: int
    sha256: str
    file_type: sniff.FileType
    facts: Facts
    display: bytes
    thumb: bytes
    original: tuple[str, int] | None = None  # 手机上缩小过的：原照片的 SHA-256、多少字节

    @property
    def original_sha256(self) -> str:
        return self.original[0] if self.original else self.sha256

    @property
    def original_size(self) -> int:
        return self.original[1] if self.original else self.size

    @property
    def is_photo(self) -> bool:
        return self.file_type.is_photo

    @property
    def kind(self) -> Evidence.Type:
        return Evidence.Type.PHOTO if self.is_photo else Evidence.Type.DOCUMENT


def check(upload: UploadedFile) -> Checked:
    """上传的一个文件 → Checked；不收时 EvidenceError，说一句话。"""
    name = clean_name(upload.name)
    try:
        return _checked(upload, name)
    except Refused as refusal:
        raise EvidenceError(f"“{_shown(name)}”{refusal}。") from None


def check_all(uploads: Sequence[UploadedFile]) -> tuple[list[Checked], list[str]]:
    """(合格的 Checked 列表, 全部错误的句子)。同一个文件选了两次只留一个；有一个错误就一个也不要存。"""
    if len(uploads) > settings.EVIDENCE_MAX_FILES:
        most = settings.EVIDENCE_MAX_FILES
        return [], [
            f"这次选了 {len(uploads)} 个文件，一次最多 {most} 个。请挑最能说明情况的 {most} 个。"
        ]
    good = {}
    errors = []
    for upload in uploads:
        try:
            checked = check(upload)
        except EvidenceError as error:
            errors.extend(error.sentences)
        else:
            good.setdefault(checked.sha256, checked)
    return list(good.values()), errors


def photo_count(given: Iterable[Checked | PendingEvidence]) -> int:
    """有几张不同的照片：上报时报给 actions.report 的 photos。"""
    return len({one.sha256 for one in given if one.is_photo})


def accepted_words() -> str:
    """收哪些东西，一句话；装了 HEIC 库才说收 HEIC。"""
    heic = "、HEIC" if photo.heic_is_readable() else ""
    return f"照片（JPEG、PNG、WebP{heic}）和文件（PDF、Word 的 .docx、Excel 的 .xlsx）"


def _checked(upload, name):
    if not upload.size:
        raise Refused("是空文件（0 字节）。请重新选择，或重新拍一张")
    upload.seek(0)
    head = upload.read(sniff.HEAD_BYTES)
    file_type = sniff.photo_or_pdf(head)
    if file_type is None and not head.startswith(sniff.ZIP):
        raise Refused(_unknown(head))
    if file_type is sniff.HEIC and not photo.heic_is_readable():
        raise Refused(
            "是苹果手机的 HEIC 照片，系统现在读不了。请在手机“设置 → 相机 → 格式”里选“兼容性最佳”后重拍，"
            "或转成 JPEG 后再选"
        )
    _refuse_large(upload.size, is_photo=bool(file_type and file_type.is_photo))
    content = head + upload.read()
    seen = photo.Examined(Facts(), display=b"", thumb=b"")
    if file_type is None:
        file_type = documents.office_type(content)
    elif file_type is sniff.PDF:
        documents.check_pdf(content)
    else:
        seen = photo.examine(content, file_type)
    return Checked(
        upload,
        name or f"材料{file_type.suffix}",
        len(content),
        hashlib.sha256(content).hexdigest(),
        file_type,
        *seen,
    )


def _unknown(head):
    if head.startswith(sniff.OLD_OFFICE):
        return "是老格式的 Office 文件，或加了密码。请打开后去掉密码，另存为 .docx 或 .xlsx 再选"
    return f"里面是{sniff.stranger(head)}。这里只收{accepted_words()}，请重新选择"


def _refuse_large(size, *, is_photo):
    if size > most_megabytes(is_photo) * MEGABYTE:
        actual = math.ceil(size / MEGABYTE * 10) / 10
        raise Refused(too_large(is_photo).replace("{size}", f"{actual:g}"))


def most_megabytes(is_photo: bool) -> int:
    return settings.EVIDENCE_PHOTO_MAX_MB if is_photo else settings.EVIDENCE_DOCUMENT_MAX_MB


def too_large(is_photo: bool) -> str:
    """太大了的那半句，前面接文件名；话里的 {size} 是多少 MB。"""
    what = "照片" if is_photo else "文件"
    how = "把照片改小或截图" if is_photo else "压缩里面的图片或拆成几个文件"
    return f"有 {{size}} MB，一个{what}最多 {most_megabytes(is_photo)} MB。请{how}后再选"


def clean_name(name: str | None) -> str:
    """文件名只留最后一段，去掉控制字符和看不见的字符，最长 200 个字，后缀留着。"""
    name = str(name or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = unicodedata.normalize("NFC", name[-MAX_GIVEN_CHARS:])
    name = "".join(letter for letter in name if not unicodedata.category(letter).startswith("C"))
    suffix = PurePosixPath(name).suffix[:10]
    stem = name[: len(name) - len(suffix)] if suffix else name
    return f"{stem[: MAX_NAME_CHARS - len(suffix)]}{suffix}".strip(" .")


def _shown(name):
    """错误里的文件名：太长的中间省去。"""
    return name if len(name) <= 40 else f"{name[:24]}…{name[-12:]}"
