"""演示照片：画的田块，没有字，每张不同；附在几条上报和全部要照片的步骤上，经过和真照片一样的检查。

有演示图形的，多数带拍摄位置和朝向（也是编的）；有的没有位置，真照片也常这样。
"""

import io
from datetime import datetime
from math import cos, degrees, pi, sin
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from plots.evidence import check, store
from plots.models import Kind, Patch, PatchShape, RectificationRecord

SIZE = (960, 720)
SKIES = ("#b2cde2", "#cbd6db", "#deddd0")
SOILS = ("#856242", "#94704e", "#785e46")
CROPS = ((84, 128, 58), (112, 150, 66), (150, 160, 70))
TAKEN, EXIF_IFD, GPS_IFD = 0x9003, 0x8769, 0x8825
WITHOUT = 4  # 每这么多张有一张没有位置


def load(wanted: dict[int, int] | None = None) -> int:
    """给演示记录附上画的照片，返回张数；wanted 是 {记录主键: 张数}，要照片的步骤至少按要求的张数。"""
    wanted, made = wanted or {}, 0
    reports = RectificationRecord.objects.filter(is_demo=True, kind=Kind.REPORT, copy_of=None)
    for record in reports.select_related("patch", "milestone", "by").order_by("pk"):
        required = record.milestone.min_photos if record.completes else 0
        for _ in range(max(required, wanted.get(record.pk, 0))):
            made += 1
            rng = Random(made)
            at = None if made % WITHOUT == 0 else spot(record.patch, rng)
            entered = timezone.localtime(record.created_at)
            taken_at = datetime.combine(record.done_on, entered.time())
            name, content = f"演示照片{made:03d}.jpg", picture(rng, taken_at, at)
            upload = SimpleUploadedFile(name, content, "image/jpeg")
            store(record, check(upload), record.by, at=record.created_at, is_demo=True)
    return made


def spot(patch: Patch, rng: Random) -> tuple[float, float, float] | None:
    """这块图斑边上的一个地方和从那里看它的朝向：（经度, 纬度, 方位角）；没有图形是 None。"""
    shape = PatchShape.objects.filter(patch=patch).first()
    if shape is None:
        return None
    west, south, east, north = shape.box
    turn, far = rng.uniform(0, 2 * pi), rng.uniform(0.1, 0.45)
    lon = (west + east) / 2 + far * (east - west) * sin(turn)
    lat = (south + north) / 2 + far * (north - south) * cos(turn)
    return lon, lat, (degrees(turn) + 180 + rng.uniform(-25, 25)) % 360


def picture(rng: Random, taken_at: datetime, at: tuple[float, float, float] | None = None) -> bytes:
    """一张田块画：天、远山、一垄垄作物；JPEG 字节，带拍摄时间；at 是拍摄的（经度, 纬度, 方位角）。"""
    width, height = SIZE
    image = Image.new("RGB", SIZE, rng.choice(SKIES))
    draw = ImageDraw.Draw(image)
    horizon = height * rng.randint(30, 42) // 100
    hills = [(x, horizon - rng.randint(10, 90)) for x in range(0, width + 1, width // 6)]
    draw.polygon([(0, horizon), *hills, (width, horizon)], fill="#7a9276")
    draw.rectangle((0, horizon, width, height), fill=rng.choice(SOILS))
    crop, centre = rng.choice(CROPS), width * rng.randint(30, 70) // 100
    for row in range(-16, 17):
        top, foot = centre + row * 8, centre + row * rng.randint(88, 96)
        draw.polygon([(top, horizon), (foot - 26, height), (foot + 26, height)], fill=crop)
    for _ in range(500):
        x, y = rng.randrange(width), rng.randrange(horizon, height)
        size = 1 + (y - horizon) * 5 // (height - horizon)
        leaf = tuple(min(part + rng.randint(-24, 40), 255) for part in crop)
        draw.ellipse((x, y, x + size, y + size * 2), fill=leaf)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=_exif(taken_at, at))
    return out.getvalue()


def _exif(taken_at, at):
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TAKEN] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    if at:
        lon, lat, bearing = at
        place = {1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)}  # 度，分、秒都是 0
        exif.get_ifd(GPS_IFD).update({**place, 16: "T", 17: round(bearing, 1)})
    return exif
