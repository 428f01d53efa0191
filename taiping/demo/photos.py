"""演示照片：画的田块，没有字，每张不同；附在几条上报和全部要照片的步骤上，经过和真照片一样的检查。

有演示图形的，多数带拍摄位置和朝向（也是编的）；有的没有位置，真照片也常这样。
"""

import io
from math import atan2, degrees
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from plots.evidence import check, store
from plots.models import Kind, PatchShape, RectificationRecord
from taiping.demo.casting import SEED

SHOWN = 12  # 不要求照片的步骤，挑这么多条上报附一张
SIZE = (960, 720)
SKIES = ((178, 205, 226), (203, 214, 219), (222, 221, 208))
SOILS = ((133, 98, 66), (148, 112, 78), (120, 94, 70))
CROPS = ((84, 128, 58), (112, 150, 66), (150, 160, 70))
TAKEN, EXIF_IFD, GPS_IFD = 0x9003, 0x8769, 0x8825
WITHOUT = 4  # 每这么多张有一张没有位置


def load():
    """给演示记录附上画的照片，返回张数。"""
    reports = (
        RectificationRecord.objects.filter(is_demo=True, kind=Kind.REPORT, copy_of=None)
        .select_related("patch", "milestone", "by")
        .order_by("pk")
    )
    made = 0
    for record, number in wanted(list(reports)):
        for turn in range(number):
            rng = Random(
                f"{SEED}-{record.patch.code}-{record.milestone.code}-{record.done_on}-{turn}"
            )
            content = picture(
                rng,
                timezone.localtime(record.created_at),
                None if made % WITHOUT == 3 else spot(record.patch),
            )
            upload = SimpleUploadedFile(f"演示照片{made + 1:03d}.jpg", content, "image/jpeg")
            store(record, check(upload), record.by, at=record.created_at, is_demo=True)
            made += 1
    return made


def wanted(reports):
    """[(记录, 几张)]：要照片的步骤按要求的张数；别的里面隔开挑几条，村里报的最后一步优先。"""
    needed = [
        (record, record.milestone.min_photos)
        for record in reports
        if record.milestone.min_photos and record.completes
    ]
    free = [record for record in reports if not record.milestone.min_photos and record.completes]
    shown = [record for record in free if record.milestone.needs_external_ref] or free
    pace = max(len(shown) // SHOWN, 1)
    return needed + [(record, 1) for record in shown[pace // 2 :: pace][:SHOWN]]


def spot(patch):
    """这块图斑边上的一个地方和从那里看它的朝向：（经度, 纬度, 方位角）；没有图形是 None。"""
    shape = PatchShape.objects.filter(patch=patch).first()
    if shape is None:
        return None
    west, south, east, north = shape.box
    rng = Random(f"{SEED}-位置-{patch.code}")
    side, up = rng.choice((-1, 1)), rng.choice((-1, 1))
    lon = (west + east) / 2 + side * (east - west) * rng.uniform(0.1, 0.45)
    lat = (south + north) / 2 + up * (north - south) * rng.uniform(0.1, 0.45)
    return lon, lat, (degrees(atan2(-side, -up)) + rng.uniform(-25, 25)) % 360


def picture(rng, taken_at, at=None):
    """一张田块画：天、远山、一垄垄作物；JPEG 字节，带拍摄时间；at 是拍摄的（经度, 纬度, 方位角）。"""
    width, height = SIZE
    image = Image.new("RGB", SIZE, rng.choice(SKIES))
    draw = ImageDraw.Draw(image)
    horizon = height * rng.randint(30, 42) // 100
    hills = [(x, horizon - rng.randint(10, 90)) for x in range(0, width + 1, width // 6)]
    draw.polygon([(0, horizon), *hills, (width, horizon)], fill=(122, 146, 118))
    draw.rectangle((0, horizon, width, height), fill=rng.choice(SOILS))
    crop, centre = rng.choice(CROPS), width * rng.randint(30, 70) // 100
    for row in range(-16, 17):
        foot = centre + row * rng.randint(88, 96)
        draw.polygon(
            [(centre + row * 8, horizon), (foot - 26, height), (foot + 26, height)], fill=crop
        )
    for _ in range(500):
        x, y = rng.randrange(width), rng.randrange(horizon, height)
        size = 1 + (y - horizon) * 5 // (height - horizon)
        draw.ellipse(
            (x, y, x + size, y + size * 2),
            fill=tuple(min(part + rng.randint(-24, 40), 255) for part in crop),
        )
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TAKEN] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    if at:
        lon, lat, bearing = at
        exif.get_ifd(GPS_IFD).update(
            {
                1: "N",
                2: sexagesimal(lat),
                3: "E",
                4: sexagesimal(lon),
                16: "T",
                17: round(bearing, 1),
            }
        )
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()


def sexagesimal(number):
    """度 → （度, 分, 秒）。"""
    whole, rest = divmod(number * 3600, 3600)
    return int(whole), int(rest // 60), round(rest % 60, 2)
