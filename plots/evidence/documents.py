"""文件的检查：PDF 完整、docx 和 xlsx 打得开、里面不是压缩炸弹、不带宏。只看结构，不解析内容。"""

import io
import re
import zipfile
import zlib

from plots.evidence.sniff import DOCX, XLSX, FileType

MAX_MEMBERS = 5000
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_RATIO = 100  # 正常的表格文字约压到二十分之一
RATIO_FLOOR_BYTES = 5 * 1024 * 1024  # 解开不到这么大的，再小也不算炸弹
PDF_TAIL_BYTES = 4096
PDF_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF")
PDF_OBJECT = re.compile(rb"\d\s{1,20}\d{1,20}\s{1,20}obj\b")
MAX_LOOKS = 1000  # 看几个 obj；真的 PDF 第一个就是
LOOK_BEHIND_BYTES = 64


class Refused(Exception):
    """不收的理由：文件名后面接着说的那半句。"""


def check_pdf(content: bytes) -> None:
    """不完整的、不像的抛 Refused。"""
    start = PDF_START.findall(content[-PDF_TAIL_BYTES:])
    # 只看最后一个；截断的文件没有它，或它指到文件外面。
    if not start or int(start[-1][:12]) >= len(content) or not _has_object(content):
        raise Refused("是 PDF 文件，但不完整或已损坏。请在电脑上打开看看，重新导出后再选")


def _has_object(content):
    """有没有“1 0 obj”这样的一处。"""
    at = content.find(b"obj")
    for _ in range(MAX_LOOKS):
        if at == -1:
            return False
        if PDF_OBJECT.search(content, max(at - LOOK_BEHIND_BYTES, 0), at + len(b"obj") + 1):
            return True
        at = content.find(b"obj", at + 1)
    return False


def office_type(content: bytes) -> FileType:
    """压缩包的内容 → DOCX 或 XLSX；别的一律 Refused。"""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            _refuse_bomb(members, len(content))
            file_type = _main_part({info.filename for info in members})
            if any(info.flag_bits & 0x1 for info in members):
                raise Refused("加了密码。请去掉密码，另存后再选")
            _read_through(archive, members)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
        ValueError,
    ):
        raise Refused(
            "像 Word、Excel 文件或压缩包，但不完整或已损坏，打不开。请重新保存后再选"
        ) from None
    return file_type


def _main_part(names):
    if "[Content_Types].xml" not in names:
        raise Refused("里面是压缩包。请解开后选里面的照片或文件")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("带有宏，不收。请另存为不带宏的 .docx 或 .xlsx 后再选")
    if "word/document.xml" in names:
        return DOCX
    if "xl/workbook.xml" in names:
        return XLSX
    raise Refused("不是 Word 的 .docx，也不是 Excel 的 .xlsx。请另存为这两种，或导出成 PDF 后再选")


def _refuse_bomb(members, packed):
    unpacked = sum(info.file_size for info in members)
    too_dense = unpacked > RATIO_FLOOR_BYTES and unpacked > packed * MAX_RATIO
    if len(members) > MAX_MEMBERS or unpacked > MAX_UNPACKED_BYTES or too_dense:
        raise Refused(f"解开后有 {unpacked / 1024 / 1024:.0f} MB，大得不正常。请导出成 PDF 后再选")


def _read_through(archive, members):
    """每一项都读一遍，校验和不对就是损坏；谎报大小的读到报的大小为止，校验和对不上。"""
    for info in members:
        with archive.open(info) as stream:
            while stream.read(1 << 20):
                pass
