"""演示照片：画的田块，没有字，每张不同；附在几条上报和全部要照片的步骤上，经过和真照片一样的检查。"""

import io
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from plots.evidence import check, store
from plots.models import Kind, RectificationRecord
from taiping.demo.casting import SEED

SHOWN = 12  # 不要求照片的步骤，挑这么多条上报附一张
SIZE = (960, 720)
SKIES = ((178, 205, 226), (203, 214, 219), (222, 221, 208))
SOILS = ((133, 98, 66), (148, 112, 78), (120, 94, 70))
CROPS = ((84, 128, 58), (112, 150, 66), (150, 160, 70))
TAKEN, EXIF_IFD = 0x9003, 0x8769


def load():
    """给演示记录附上画的照片，返回张数。"""
    reports = RectificationRecord.objects.filter(is_demo=True, kind=Kind.REPORT, copy_of=None).select_related(
        "patch", "milestone", "by"
    ).order_by("pk")
    made = 0
    for record, number in wanted(list(reports)):
        for turn in range(number):
            rng = Random(f"{SEED}-{record.patch.code}-{record.milestone.code}-{record.done_on}-{turn}")
            content = picture(rng, timezone.localtime(record.created_at))
            upload = SimpleUploadedFile(f"演示照片{made + 1:03d}.jpg", content, "image/jpeg")
            store(record, check(upload), record.by, at=record.created_at, is_demo=True)
            made += 1
    return made


def wanted(reports):
    """[(记录, 几张)]：要照片的步骤按要求的张数；别的里面隔开挑几条，村里报的最后一步优先。"""
    needed = [(record, record.milestone.min_photos) for record in reports
              if record.milestone.min_photos and record.completes]
    free = [record for record in reports if not record.milestone.min_photos and record.completes]
    shown = [record for record in free if record.milestone.needs_external_ref] or free
    pace = max(len(shown) // SHOWN, 1)
    return needed + [(record, 1) for record in shown[pace // 2 :: pace][:SHOWN]]


def picture(rng, taken_at):
    """一张田块画：天、远山、一垄垄作物；JPEG 字节，带拍摄时间，没有位置。"""
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
        draw.polygon([(centre + row * 8, horizon), (foot - 26, height), (foot + 26, height)], fill=crop)
    for _ in range(500):
        x, y = rng.randrange(width), rng.randrange(horizon, height)
        size = 1 + (y - horizon) * 5 // (height - horizon)
        draw.ellipse((x, y, x + size, y + size * 2), fill=tuple(min(part + rng.randint(-24, 40), 255) for part in crop))
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[TAKEN] = f"{taken_at:%Y:%m:%d %H:%M:%S}"
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()
