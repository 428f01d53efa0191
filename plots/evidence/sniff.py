"""看内容认文件：只看开头的字节，从不看文件名。"""

import re
from dataclasses import dataclass

HEAD_BYTES = 4096
SVG_TAG = re.compile(r"<svg[\s>]")
HTML_TAG = re.compile(r"<(!doctype html|html|head|body|script|iframe)[\s>]")


@dataclass(frozen=True)
class FileType:
    """收的一种文件：存盘用的后缀、发出时的类型、给人看的叫法、下载时认可的后缀。"""

    suffix: str
    content_type: str
    label: str
    is_photo: bool
    suffixes: tuple[str, ...]


OFFICE = "application/vnd.openxmlformats-officedocument."
JPEG = FileType(".jpg", "image/jpeg", "JPEG 照片", True, (".jpg", ".jpeg", ".jpe", ".jfif"))
PNG = FileType(".png", "image/png", "PNG 照片", True, (".png",))
WEBP = FileType(".webp", "image/webp", "WebP 照片", True, (".webp",))
HEIC = FileType(".heic", "image/heic", "HEIC 照片", True, (".heic", ".heif", ".hif"))
PDF = FileType(".pdf", "application/pdf", "PDF 文件", False, (".pdf",))
DOCX = FileType(".docx", OFFICE + "wordprocessingml.document", "Word 文件", False, (".docx",))
XLSX = FileType(".xlsx", OFFICE + "spreadsheetml.sheet", "Excel 表格", False, (".xlsx",))
ACCEPTED = (JPEG, PNG, WEBP, HEIC, PDF, DOCX, XLSX)
BY_SUFFIX = {file_type.suffix: file_type for file_type in ACCEPTED}

HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
ZIP = b"PK\x03\x04"

# 不收的常见东西：开头的字节 → 里面是什么。
STRANGERS = (
    (b"GIF8", "GIF 动图"),
    (b"BM", "BMP 图片"),
    (b"II*\x00", "TIFF 图片或相机原片"),
    (b"MM\x00*", "TIFF 图片或相机原片"),
    (b"MZ", "程序"),
    (b"\x7fELF", "程序"),
    (b"#!", "程序"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
    (b"\x1f\x8b", "压缩包"),
    (b"PK", "压缩包"),
    (b"\x1aE\xdf\xa3", "视频"),
    (b"\x00\x00\x01\x00", "图标"),
    (b"8BPS", "Photoshop 文件"),
    (b"{\\rtf", "RTF 文档"),
    (b"%!PS", "PostScript 文件"),
    (b"ID3", "录音"),
    (b"#!AMR", "录音"),
)
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def photo_or_pdf(head: bytes) -> FileType | None:
    """开头的字节 → JPEG、PNG、WebP、HEIC、PDF 之一；不是就是 None（docx、xlsx 要打开压缩包才知道）。"""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and _brands(head) & HEIC_BRANDS:
        return HEIC
    if head.startswith(b"%PDF-"):
        return PDF
    return None


def _brands(head):
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}


def stranger(head: bytes) -> str:
    """不收的文件里面是什么，用一个词说。"""
    if head[4:8] == b"ftyp":
        return "AVIF 图片" if b"avif" in _brands(head) else "视频"
    if head.startswith(b"RIFF"):
        return "视频或录音"
    for magic, words in STRANGERS:
        if head.startswith(magic):
            return words
    return _text(head) or "认不出的内容"


def _text(head):
    if b"\x00" in head:
        return ""
    text = head.decode("utf-8", errors="ignore").lower()
    if SVG_TAG.search(text):
        return "SVG 矢量图"
    if HTML_TAG.search(text):
        return "网页"
    if text.lstrip("\ufeff \r\n\t").startswith("<?xml"):
        return "XML 文件"
    odd = sum(1 for byte in head if byte < 32 and byte not in b"\t\r\n\f")
    return "" if odd else "纯文字"
