"""照片：整张解开一遍看是否完整，读拍摄时间和位置，做转正的浏览图和缩略图。"""

import io
import math
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone as django_timezone
from PIL import Image

from plots.evidence.documents import Refused
from plots.evidence.sniff import HEIC, JPEG, PNG, WEBP, FileType

FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", HEIC: "HEIF"}
# Exif 的标签号：方向、两个子目录、拍摄时间和时差；位置目录里的另起
ORIENTATION = 0x0112
EXIF_IFD = 0x8769
GPS_IFD = 0x8825
TAKEN = 0x9003
TAKEN_OFFSET = 0x9011
LAT_REF, LAT, LON_REF, LON, BEARING = 1, 2, 3, 4, 17
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
OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")
PNG_END = b"IEND\xaeB`\x82"
# 解开一张照片要做多少事，不只看像素：JPEG 可以一遍遍地描同一张图，PNG 可以切成几百万小块。
JPEG_SCAN = b"\xff\xda"  # 每描一遍开头的标记；图像数据里的 FF 后面总垫着 00，不会和它混
MAX_SCANNED_PIXELS = 1_600_000_000  # 八千万像素描二十遍；相机一般描一遍，渐进式的十遍以内
MAX_PNG_CHUNKS = 20_000  # 平常一块 8 KB 以上


@dataclass(frozen=True)
class Facts:
    """从原件读出的：拍摄时间、纬度、经度（度）、方位角（度）；没有或不可信就是 None。"""

    taken_at: datetime | None = None
    lat: Decimal | None = None
    lon: Decimal | None = None
    bearing: Decimal | None = None


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
    """照片的全部字节 → Examined；坏的、太大的 Refused。"""
    try:
        with Image.open(io.BytesIO(content), formats=[FORMATS[file_type]]) as image:
            _refuse_huge(image)
            _refuse_laborious(image, content, file_type)
            if file_type is PNG:
                with Image.open(io.BytesIO(content), formats=["PNG"]) as again:
                    again.verify()  # 逐块核对校验和，解码时不核对
            facts, orientation = _exif(image)
            display = _shrunk(image, settings.EVIDENCE_DISPLAY_PX, orientation)
    except Refused:
        raise
    except Image.DecompressionBombError:
        raise Refused(f"像素太多，最多 {_millions()}。请换一张普通大小的照片") from None
    except Exception:
        # 坏照片会让解码库抛出各种各样的异常，对交照片的人都是一个意思。
        raise Refused(_damaged(file_type)) from None
    if (file_type is JPEG and not _has_end(content)) or (
        file_type is PNG and PNG_END not in content
    ):
        raise Refused(_damaged(file_type))
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
    at = len(b"\x89PNG\r\n\x1a\n")
    for _ in range(MAX_PNG_CHUNKS):
        if at >= len(content):
            return False
        at += 12 + int.from_bytes(content[at : at + 4], "big")
    return True


def _millions():
    return f"{settings.EVIDENCE_MAX_PIXELS / 10_000:.6g} 万像素"


def _has_end(content):
    """JPEG 的图像数据后面有没有结束标记；传了一半、后面补成零的照片没有。"""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return False
        marker = content[at + 1]
        if marker == 0xDA:
            return content.find(b"\xff\xd9", at) != -1
        if marker == 0xFF:  # 填充
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return False


def _shrunk(image, side, orientation):
    """转正、长边不超过 side 的 RGB 图；不带任何拍摄信息。"""
    size = _fitted(image.size, side)
    # JPEG 解到不小于要的最近一档（一半、四分之一……），省时间和内存；要几档看短的一边，所以说的是缩好以后的大小
    image.draft("RGB", size)
    image.load()
    if image.mode not in ("RGB", "RGBA", "L", "LA"):
        is_see_through = "transparency" in image.info or image.mode == "PA"
        image = image.convert("RGBA" if is_see_through else "RGB")
    image = _resized(image, size)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    if image.mode in ("RGBA", "LA"):
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image.getchannel("A"))
        return paper
    return image.convert("RGB")


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


def _exif(image):
    """(Facts, 方向)。拍摄信息坏了不怪照片：读不出就当没有。"""
    try:
        exif = image.getexif()
        orientation = exif.get(ORIENTATION, 1)
    except Exception:
        return Facts(), 1
    shot = _ifd(exif, EXIF_IFD)
    gps = _ifd(exif, GPS_IFD)
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), "NS", 90)
    lon = _degrees(gps.get(LON), gps.get(LON_REF), "EW", 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):  # 没定上位的手机写 0, 0
        lat = lon = None
    # 相机的钟和卫星的钟可以差一天；拍摄时间只认相机的。
    taken_at = _moment(shot.get(TAKEN), shot.get(TAKEN_OFFSET))
    return Facts(taken_at, lat, lon, _bearing(gps.get(BEARING))), orientation


def _ifd(exif, tag):
    try:
        return dict(exif.get_ifd(tag))
    except Exception:
        return {}


def _text(value):
    if isinstance(value, bytes):
        value = value.decode("ascii", errors="ignore")
    return value.replace("\x00", "").strip() if isinstance(value, str) else ""


def _moment(written, offset):
    """“2024:09:05 10:11:12”加时差（没有就按系统的时区）→ 带时区的时刻。"""
    try:
        moment = datetime.strptime(_text(written), "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    if not 1990 <= moment.year <= 2100:  # 电池掉过电的相机写 1970 或 0001
        return None
    given = OFFSET.fullmatch(_text(offset))
    if not given or int(given[2]) > 14 or int(given[3]) > 59:
        return django_timezone.make_aware(moment)
    away = timedelta(hours=int(given[2]), minutes=int(given[3]))
    return moment.replace(tzinfo=timezone(-away if given[1] == "-" else away))


def _number(value):
    """有理数 → float；分母是 0、不是数的 → None。"""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(value, ref, letters, limit):
    """度、分、秒（可以只有前一两样）和“N”“S”之类 → Decimal 度，letters 的第二个是负的；不对的是 None。"""
    given = value if isinstance(value, (tuple, list)) else (value,)
    parts = [_number(part) for part in given]
    ref = _text(ref).upper()
    if not 1 <= len(parts) <= 3 or ref not in tuple(letters):
        return None
    if any(part is None or part < 0 for part in parts) or any(part >= 60 for part in parts[1:]):
        return None
    degrees = sum(part / 60**power for power, part in enumerate(parts))
    if degrees > limit:
        return None
    return round(Decimal(str(-degrees if ref == letters[1] else degrees)), 6)


def _bearing(value):
    number = _number(value)
    if number is None or not 0 <= number <= 360:
        return None
    return round(Decimal(str(number)), 1) % 360
