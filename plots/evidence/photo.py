"""照片：整张解开一遍看是否完整，读拍摄时间和位置，做转正的浏览图和缩略图。"""

import io
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from PIL import Image

from plots.evidence.documents import Refused
from plots.evidence.facts import Facts, facts_of
from plots.evidence.segments import PNG_START, has_end, picture_only
from plots.evidence.sniff import HEIC, JPEG, PNG, WEBP, FileType

FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}
TURN = Image.Transpose
UPRIGHT = {
    2: TURN.FLIP_LEFT_RIGHT,
    3: TURN.ROTATE_180,
    4: TURN.FLIP_TOP_BOTTOM,
    5: TURN.TRANSPOSE,
    6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE,
    8: TURN.ROTATE_90,
}
JPEG_QUALITY = 82
# 解开一张照片要做多少事，不只看像素：JPEG 可以一遍遍地描同一张图，PNG 可以切成几百万小块。
JPEG_SCAN = b"\xff\xda"  # 每描一遍开头的标记；图像数据里的 FF 后面总垫着 00，不会和它混
MAX_SCANNED_PIXELS = 1_600_000_000  # 八千万像素描二十遍；相机一般描一遍，渐进式的十遍以内
MAX_PNG_CHUNKS = 20_000  # 平常一块 8 KB 以上


class Examined(NamedTuple):
    """查过的一张照片：读出的拍摄信息，做好的浏览图和缩略图（JPEG 字节）。"""

    facts: Facts
    display: bytes
    thumb: bytes


def heic_is_readable() -> bool:
    """可选的 HEIC 库装了没有；装了就登记给 Pillow。"""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener()
    return True


def examine(content: bytes, file_type: FileType) -> Examined:
    """照片的全部字节 → Examined；坏的、太大的 Refused。

    夹在里面的说明（缩略图、软件的记号）坏了不怪照片：去掉再解一次，解得开就收。
    """
    if not has_end(content, file_type):
        raise Refused(_damaged(file_type))
    for attempt in _attempts(content, file_type):
        try:
            return _examined(attempt, content, file_type)
        except Refused:
            raise
        except Image.DecompressionBombError:
            raise Refused(f"像素太多，最多 {_millions()}。请换一张普通大小的照片") from None
        except Exception:  # noqa: S112 坏照片会让解码库抛出各种各样的异常，对交照片的人都是一个意思
            continue
    raise Refused(_damaged(file_type))


def _attempts(content, file_type) -> Iterator[bytes]:
    yield content
    bare = picture_only(content, file_type)
    if bare != content:
        yield bare


def _examined(attempt, content, file_type):
    with Image.open(io.BytesIO(attempt), formats=[FORMATS[file_type]]) as image:
        _refuse_huge(image)
        _refuse_laborious(image, content, file_type)
        if file_type is PNG:
            with Image.open(io.BytesIO(attempt), formats=["PNG"]) as again:
                again.verify()  # 逐块核对校验和，解码时不核对
        facts, orientation = facts_of(image)
        display = _shrunk(image, settings.EVIDENCE_DISPLAY_PX, orientation)
    return Examined(facts, _jpeg(display), _jpeg(_thumb(display), optimize=True))


def _damaged(file_type):
    return f"是 {file_type.label}，但不完整或已损坏，打不开。请重新选择，或重新拍一张"


def _refuse_huge(image):
    width, height = image.size
    if width * height > settings.EVIDENCE_MAX_PIXELS:
        raise Refused(f"有 {width}×{height} 像素，最多 {_millions()}。请换一张普通大小的照片")


def _refuse_laborious(image, content, file_type):
    """像素不多，解开却要做几百万遍的：是做出来拖住系统的，相机不会这样存。"""
    width, height = image.size
    scanned = file_type is JPEG and content.count(JPEG_SCAN) * width * height > MAX_SCANNED_PIXELS
    if scanned or (file_type is PNG and _has_many_chunks(content)):
        raise Refused(f"是 {file_type.label}，但存法不寻常，解开太费时。请打开后截图，或重新拍一张")


def _has_many_chunks(content):
    at = len(PNG_START)
    for _ in range(MAX_PNG_CHUNKS):
        if at >= len(content):
            return False
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return True


def _millions():
    return f"{settings.EVIDENCE_MAX_PIXELS / 10_000:.6g} 万像素"


def _shrunk(image, side, orientation):
    """转正、长边不超过 side 的 RGB 图；不带任何拍摄信息。"""
    size = _fitted(image.size, side)
    # JPEG 解到不小于要的最近一档（一半、四分之一……），省时间和内存；要几档看短的一边，所以说的是缩好以后的大小
    image.draft("RGB", size)
    image.load()
    image = _in_eight_bits(image)
    image = _resized(image, size)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    if image.mode in ("RGBA", "LA"):
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


def _in_eight_bits(image):
    """每种颜色 8 位，要透明的带透明；16 位的灰度照比例缩到 8 位，不是截断（截断了一片白）。"""
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if "transparency" in image.info or image.mode == "PA":
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "RGBA", "L", "LA") else image.convert("RGB")


def _fitted(size, side):
    """长边缩到 side 是多大；不放大。"""
    longest = max(*size, side)
    return tuple(max(1, edge * side // longest) for edge in size)


def _resized(image, size):
    # HAMMING 缩小时和 BICUBIC 一样好，快一半
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=2)


def _thumb(display):
    return _resized(display, _fitted(display.size, settings.EVIDENCE_THUMB_PX))


def _jpeg(image, *, optimize=False):
    """optimize 再看一遍，找最短的写法：小 5%，大图上要花五分之一的时间，只给一页几十张的缩略图用。"""
    bare = Image.new("RGB", image.size)
    bare.paste(image)  # 只抄像素：缩放过的图还带着原来的 info
    stream = io.BytesIO()
    bare.save(stream, "JPEG", quality=JPEG_QUALITY, optimize=optimize)
    return stream.getvalue()
