"""照片的一段段：到没到头，哪些段是画面，哪些只是说明。照解码库那样走，夹着杂物也走得下去。"""

import zlib
from collections.abc import Iterator

from plots.evidence.sniff import JPEG, PNG, FileType

START, SCAN, JPEG_END = b"\xff\xd8", 0xDA, b"\xff\xd9"
ALONE = {*range(0xC0), *range(0xD0, 0xDA), 0xFF}  # 后面没有长度的标记，和不是标记的
APPS = range(0xE0, 0xF0)
DRAWING = range(0xC0, 0xE0)  # 解开画面要用的段
EXIF, ADOBE = b"Exif\0", b"Adobe"
ADOBE_BYTES = 12  # 再短的说不全颜色怎么存，解码库不认
PNG_START, PNG_LAST = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
PNG_KEPT = {b"tRNS", b"eXIf", b"gAMA"}


def has_end(content: bytes, file_type: FileType) -> bool:
    """有没有结束标记；传了一半的、后面补成零的没有。别的格式自己写着长度，不看。"""
    if file_type is PNG:
        return PNG_LAST in content
    if file_type is not JPEG:
        return True
    scan = next((at for marker, at, _ in _jpeg_segments(content) if marker == SCAN), None)
    return scan is not None and content.find(JPEG_END, scan) != -1


def picture_only(content: bytes, file_type: FileType) -> bytes:
    """只留画面和读得出的拍摄信息，别的说明都去掉；认不出的格式原样。"""
    if file_type is JPEG:
        return _bare_jpeg(content)
    return _bare_png(content) if file_type is PNG else content


def _jpeg_segments(content) -> Iterator[tuple[int, int, int]]:
    """(标记, 从哪里, 到哪里)，到第一遍画面为止；段和段之间的杂物跳过去，和解码库一样。"""
    at = content.find(b"\xff", len(START))
    while at != -1 and at + 4 <= len(content):
        marker = content[at + 1]
        if marker in ALONE:
            end = at + (1 if marker == 0xFF else 2)
        else:
            end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
            yield marker, at, end
            if marker == SCAN:
                return
        at = content.find(b"\xff", end)


def _bare_jpeg(content):
    kept = [START]
    for marker, at, end in _jpeg_segments(content):
        if marker == SCAN:
            kept.append(content[at:])
        elif marker in DRAWING or _is_useful(content[at + 4 : end], marker):
            kept.append(content[at:end])
    return b"".join(kept)


def _is_useful(body, marker):
    if marker not in APPS:
        return False
    return body.startswith(EXIF) or (body.startswith(ADOBE) and len(body) >= ADOBE_BYTES)


def _bare_png(content):
    """关键的块（名字大写开头）和拍摄信息；校验和不对的说明不要。"""
    kept = [PNG_START]
    at = len(PNG_START)
    while at + 12 <= len(content):
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        name, block = content[at + 4 : at + 8], content[at:end]
        if name[:1].isupper() or (name in PNG_KEPT and _is_sound(block)):
            kept.append(block)
        at = end
    return b"".join(kept)


def _is_sound(block):
    return zlib.crc32(block[4:-4]).to_bytes(4, "big") == block[-4:]
