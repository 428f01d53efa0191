"""拍摄信息：什么时候、在哪里、朝哪边拍的。照看图的软件那样读；读不出的只当没有这一样，不怪照片。"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from django.utils import timezone as django_timezone
from PIL import Image

# Exif 的标签号：方向、两个子目录、拍摄时间和时差；位置目录里的另起
ORIENTATION = 0x0112
EXIF_IFD = 0x8769
GPS_IFD = 0x8825
TAKEN = 0x9003
OFFSETS = (0x9011, 0x9010)  # 拍摄时间的时差；没有的，整个文件的时差
LAT_REF, LAT, LON_REF, LON, BEARING = 1, 2, 3, 4, 17
# 规范里是“2024:09:05 10:11:12”；手机和软件还写成 ISO 的样子，不写秒，带上时差、上下午
MOMENT = re.compile(
    r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T]+(上午|下午|)\s?(\d\d?):(\d\d)(?::(\d\d))?"
    r"(?:[.,]\d{1,9})?\s?(AM|PM|)\s?(Z|[A-Z]{0,3}[+-][\d:]{1,5}|)",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?", re.IGNORECASE)
UTC_WORDS = ("Z", "UTC", "GMT")
LONGEST = 60  # 时间最多这么多字，再长的不是时间


@dataclass(frozen=True)
class Facts:
    """从原件读出的：拍摄时间、纬度、经度（度）、方位角（度）；没有或不可信就是 None。"""

    taken_at: datetime | None = None
    lat: Decimal | None = None
    lon: Decimal | None = None
    bearing: Decimal | None = None


def facts_of(image: Image.Image) -> tuple[Facts, int]:
    """打开的照片 → (Facts, 方向)；方向是 Exif 的 1 到 8，没有是 1。"""
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
    offset = next(filter(None, (_text(shot.get(tag)) for tag in OFFSETS)), "")
    taken_at = _moment(_text(shot.get(TAKEN)), offset)
    return Facts(taken_at, lat, lon, _bearing(gps.get(BEARING))), orientation


def _ifd(exif, tag):
    try:
        return dict(exif.get_ifd(tag))
    except Exception:
        return {}


def _text(value):
    """标签里的文字；Pillow 把字节一个个当字母，上午、下午是 UTF-8 或 GBK 写的。"""
    if isinstance(value, str):
        value = value.encode("latin-1", errors="ignore")
    if not isinstance(value, bytes):
        return ""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("gb18030", errors="ignore")
    return text.replace("\x00", "").strip()


def _moment(written, offset):
    """“2024:09:05 10:11:12”加时差（没有就按系统的时区）→ 带时区的时刻；认不出是 None。"""
    given = MOMENT.fullmatch(written[:LONGEST])
    if not given:
        return None
    year, month, day = (int(part) for part in given.group(1, 2, 3))
    minute, second = int(given[6]), int(given[7] or 0)
    hour = _hour(int(given[5]), given[4] + given[8].upper())
    if hour is None or minute > 59 or second > 60:
        return None
    if not 1990 <= year <= 2100:  # 电池掉过电的相机写 1970 或 0001
        return None
    try:
        moment = datetime(year, month, day) + timedelta(hours=hour, minutes=minute, seconds=second)
    except ValueError:
        return None
    zone = _zone(given[9]) or _zone(offset)
    return moment.replace(tzinfo=zone) if zone else django_timezone.make_aware(moment)


def _hour(hour, half):
    """几点；half 是上午、下午。有的手机把零点写成当天的 24 点。不对的是 None。"""
    if half in ("下午", "PM") and hour < 12:
        hour += 12
    elif half in ("上午", "AM") and hour == 12:
        hour = 0
    return hour % 24 if hour <= 24 else None


def _zone(text):
    """“+08:00”“-0530”“+8”“Z” → 时区；不是时差的是 None。"""
    if text.upper() in UTC_WORDS:
        return UTC
    given = OFFSET.fullmatch(text)
    if not given or int(given[2]) > 14 or int(given[3] or 0) > 59:
        return None
    away = timedelta(hours=int(given[2]), minutes=int(given[3] or 0))
    return timezone(-away if given[1] == "-" else away)


def _number(value):
    """有理数 → float；不是数的、除不了的 → None。没有填的相机写 0/0，算 0。"""
    if (getattr(value, "numerator", 1), getattr(value, "denominator", 1)) == (0, 0):
        return 0.0
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _degrees(value, ref, letters, limit):
    """度、分、秒（可以只有前一两样）和“N”“South”之类 → Decimal 度，letters 的第二个是负的；不对的是 None。

    59.999 秒四舍五入写成 60.00 的照样算，是下一分。
    """
    given = value if isinstance(value, (tuple, list)) else (value,)
    parts = [_number(part) for part in given]
    letter = _text(ref)[:1].upper()
    if not 1 <= len(parts) <= 3 or not letter or letter not in letters or None in parts:
        return None
    is_negative = letter == letters[1]
    if is_negative:
        parts[0] = abs(parts[0])  # 负号和“S”“W”说的是一回事
    if any(part < 0 for part in parts) or any(part > 60 for part in parts[1:]):
        return None
    degrees = sum(part / 60**power for power, part in enumerate(parts))
    if degrees > limit:
        return None
    return round(Decimal(str(-degrees if is_negative else degrees)), 6)


def _bearing(value):
    number = _number(value)
    if number is None or not 0 <= number <= 360:
        return None
    return round(Decimal(str(number)), 1) % 360
