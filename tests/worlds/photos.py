"""测试用的照片和文件：现做的，带真的拍摄信息。"""

import io
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

TONGLIANG = {1: "N", 2: (29.0, 51.0, 18.0), 3: "E", 4: (106.0, 3.0, 36.0)}  # 29.855, 106.06


def exif(*, taken="", offset="", gps=None, orientation=None):
    block = Image.Exif()
    block[0x010F] = "MakerOfPhone"
    if orientation:
        block[0x0112] = orientation
    shot = {tag: value for tag, value in ((0x9003, taken), (0x9011, offset)) if value}
    if shot:
        block[0x8769] = shot
    if gps:
        block[0x8825] = gps
    return block.tobytes()


def corners(size=(64, 48)):
    """左上红、右上绿、左下蓝、右下白：转没转正，看四角就知道。"""
    image, (width, height) = Image.new("RGB", size, "white"), size
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("lime", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image


def encoded(image=None, format="JPEG", **options):
    stream = io.BytesIO()
    options = {"quality": 95, **options} if format != "PNG" else options
    (image or corners()).save(stream, format, **options)
    return stream.getvalue()


def noisy(side=400, format="JPEG", **options):
    """压不小的照片，每次不同。"""
    return encoded(Image.effect_noise((side, side), 90).convert("RGB"), format, **options)


def heic(**options):
    import pillow_heif

    pillow_heif.register_heif_opener()
    return encoded(format="HEIF", **options)


def pdf():
    body = b"%PDF-1.4\n1 0 obj\n<</Type /Catalog>>\nendobj\n"
    table = (
        b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<</Size 2 /Root 1 0 R>>\n"
    )
    return body + table + b"startxref\n%d\n%%%%EOF\n" % len(body)


def office(main="word/document.xml", **members):
    """docx（默认）或 xlsx（main="xl/workbook.xml"）的骨架；members 里的双下划线是斜杠，尾巴补 .bin。"""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(main, "<document/>")
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".bin", content)
    return stream.getvalue()


def upload(content=None, name="IMG_0001.jpg"):
    return SimpleUploadedFile(name, encoded() if content is None else content)
