"""照片：拍摄信息从原件读，不可信的当没有；浏览图和缩略图转正、不带拍摄信息。"""

import io
import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from plots.evidence import EvidenceError, check, photo
from tests.worlds.photos import TONGLIANG, corners, encoded, exif, heic, upload

RED, LIME, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corner_colours(content):
    image = Image.open(io.BytesIO(content))
    right, bottom = image.width - 4, image.height - 4
    return [image.getpixel(at) for at in ((3, 3), (right, 3), (3, bottom), (right, bottom))]


def near(colours, expected):
    return all(
        abs(a - b) < 40
        for one, two in zip(colours, expected, strict=True)
        for a, b in zip(one, two, strict=True)
    )


# 拍摄信息


def facts(**block):
    return check(upload(encoded(exif=exif(**block)))).facts


def test_facts_are_read_from_the_original():
    found = facts(taken="2024:09:05 10:11:12", gps={**TONGLIANG, 17: 123.44})

    assert found.taken_at == datetime(2024, 9, 5, 2, 11, 12, tzinfo=UTC)  # 没写时差，按北京时间
    assert (found.lat, found.lon, found.bearing) == (
        Decimal("29.855000"),
        Decimal("106.060000"),
        Decimal("123.4"),
    )


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_facts_are_read_from_other_formats_too(format):
    block = exif(taken="2024:09:05 10:11:12", gps=TONGLIANG)

    found = check(upload(encoded(format=format, exif=block))).facts

    assert (found.taken_at.day, found.lat) == (5, Decimal("29.855000"))


@pytest.mark.parametrize(
    ("taken", "offset", "expected"),
    [
        ("2024:09:05 10:00:00", "+08:00", datetime(2024, 9, 5, 2, tzinfo=UTC)),
        ("2024:09:05 10:00:00", "-05:30", datetime(2024, 9, 5, 15, 30, tzinfo=UTC)),
        ("2024:09:05 10:00:00", "乱写", datetime(2024, 9, 5, 2, tzinfo=UTC)),
        ("0000:00:00 00:00:00", "", None),
        ("    :  :     :  :  ", "", None),
        ("1970:01:01 00:00:00", "", None),
        ("2024-09-05", "", None),
        ("0001:01:01 00:00:00", "+08:00", None),
    ],
)
def test_camera_time_with_and_without_offset(taken, offset, expected):
    assert facts(taken=taken, offset=offset.encode("gbk").decode("latin-1")).taken_at == expected


def test_camera_clock_wins_over_satellite_clock():
    gps = {**TONGLIANG, 7: (23.0, 0.0, 0.0), 29: "2024:09:03"}

    assert (
        facts(taken="2024:09:05 10:00:00", gps=gps).taken_at.astimezone(UTC).date().isoformat()
        == "2024-09-05"
    )


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        ({**TONGLIANG, 1: "S", 3: "W"}, ("-29.855000", "-106.060000")),
        ({1: "N", 2: (29.5,), 3: "E", 4: (106.25, 0.0, 0.0)}, ("29.500000", "106.250000")),
    ],
)
def test_coordinates_with_other_refs_and_forms(gps, expected):
    found = facts(gps=gps)

    assert (str(found.lat), str(found.lon)) == expected


@pytest.mark.parametrize(
    "gps",
    [
        {29: "2024:09:05"},
        {1: "N", 2: (29.0, 51.0, 18.0)},
        {2: (29.0, 51.0, 18.0), 4: (106.0, 3.0, 36.0)},
        {**TONGLIANG, 2: (95.0, 0.0, 0.0)},
        {**TONGLIANG, 4: (181.0, 0.0, 0.0)},
        {**TONGLIANG, 2: (29.0, 75.0, 0.0)},
        {**TONGLIANG, 1: "?"},
        {**TONGLIANG, 2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
        {**TONGLIANG, 2: ()},
    ],
    ids=[
        "clock only",
        "half",
        "no refs",
        "lat 95",
        "lon 181",
        "75 minutes",
        "odd ref",
        "null island",
        "blank",
    ],
)
def test_untrustworthy_coordinates_are_unknown(gps):
    found = facts(gps=gps)

    assert (found.lat, found.lon) == (None, None)


def test_rationals_with_zero_denominators_are_unknown():
    block = exif(taken="2024:09:05 10:00:00", gps={**TONGLIANG, 17: 90.0})
    # 18 秒写成 18/1，106 度写成 106/1：把一处的分母改成 0。
    broken = block.replace(
        (18).to_bytes(4, "big") + (1).to_bytes(4, "big"), (18).to_bytes(4, "big") + bytes(4)
    )

    found = check(upload(encoded(exif=broken))).facts

    assert broken != block
    assert (found.lat, found.lon, found.bearing) == (None, None, Decimal("90.0"))
    assert found.taken_at is not None


@pytest.mark.parametrize(
    ("given", "kept"), [(359.97, Decimal("0.0")), (400.0, None), (0.0, Decimal("0.0"))]
)
def test_bearing_is_a_direction_or_unknown(given, kept):
    assert facts(gps={**TONGLIANG, 17: given}).bearing == kept


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_rubbish_in_the_exif_block_does_not_refuse_the_photo():
    for rubbish in (
        b"Exif\x00\x00rubbish",
        b"Exif\x00\x00MM\x00*\xff\xff\xff\xff",
        exif(gps=TONGLIANG)[:60],
    ):
        found = check(upload(encoded(exif=rubbish))).facts
        assert (found.taken_at, found.lat) == (None, None)


# 浏览图和缩略图


@pytest.mark.parametrize("orientation", range(1, 9))
def test_copies_stand_upright(orientation):
    upright = corners()
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    as_shot = upright.transpose(undo[orientation]) if orientation in undo else upright

    checked = check(upload(encoded(as_shot, exif=exif(orientation=orientation))))

    for copy in (checked.display, checked.thumb):
        assert Image.open(io.BytesIO(copy)).size == (64, 48)
        assert near(corner_colours(copy), [RED, LIME, BLUE, WHITE])


def test_iphone_photo_stands_upright_once():
    as_shot = corners().transpose(Image.Transpose.ROTATE_90)

    checked = check(upload(heic(exif=exif(orientation=6)), "IMG_1.HEIC"))
    turned = check(upload(encoded(as_shot, "HEIF", exif=exif(orientation=6, gps=TONGLIANG))))

    assert Image.open(io.BytesIO(checked.display)).size == (48, 64)
    assert near(corner_colours(turned.display), [RED, LIME, BLUE, WHITE])
    assert turned.facts.lat == Decimal("29.855000")


def test_copies_have_their_sizes_and_carry_no_metadata():
    block = exif(taken="2024:09:05 10:00:00", gps=TONGLIANG)

    checked = check(
        upload(
            encoded(corners((2000, 1000)), exif=block, icc_profile=b"profile", comment=b"secret")
        )
    )

    for copy, size in ((checked.display, (1600, 800)), (checked.thumb, (320, 160))):
        image = Image.open(io.BytesIO(copy))
        assert (image.format, image.size) == ("JPEG", size)
        assert dict(image.getexif()) == {}
        assert not {"exif", "icc_profile", "comment", "xmp"} & image.info.keys()
        assert b"MakerOfPhone" not in copy


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "CMYK"])
def test_every_colour_mode_becomes_a_plain_jpeg(mode):
    image = (
        Image.new("RGBA", (40, 30), (0, 0, 0, 0)) if mode in ("RGBA", "LA") else corners((40, 30))
    )
    format = "JPEG" if mode == "CMYK" else "PNG"

    copy = Image.open(io.BytesIO(check(upload(encoded(image.convert(mode), format))).display))

    assert (copy.mode, copy.size) == ("RGB", (40, 30))
    if mode in ("RGBA", "LA"):
        assert copy.getpixel((5, 5)) == WHITE  # 透明处是白纸，不是黑的


def scanned_again(content, times):
    """渐进式 JPEG 最后一遍再描 times 遍：每遍只有几十个字节，解开却要把整张图走一遍。"""
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:end] + content[last:end] * times + content[end:]


def test_a_jpeg_drawn_over_thousands_of_times_is_refused_before_it_is_decoded(monkeypatch):
    content = encoded(Image.new("L", (2000, 2000), 128), progressive=True)
    monkeypatch.setattr("plots.evidence.photo._shrunk", lambda *given: pytest.fail("已经在解了"))

    with pytest.raises(EvidenceError, match="存法不寻常，解开太费时"):
        check(upload(scanned_again(content, 2000)))


def test_an_ordinary_progressive_jpeg_is_accepted():
    content = encoded(Image.new("RGB", (3000, 2000), "green"), progressive=True)

    assert content.count(b"\xff\xda") > 5
    assert check(upload(content)).kind == "PHOTO"


def test_a_png_cut_into_a_million_pieces_is_refused_before_it_is_decoded(monkeypatch):
    content = encoded(format="PNG")
    empty = b"\0\0\0\0abCd" + zlib.crc32(b"abCd").to_bytes(4, "big")
    monkeypatch.setattr("plots.evidence.photo._shrunk", lambda *given: pytest.fail("已经在解了"))

    with pytest.raises(EvidenceError, match="存法不寻常，解开太费时"):
        check(upload(content[:33] + empty * 100_000 + content[33:]))


# 解开时就缩小


@pytest.mark.parametrize(
    ("size", "decoded", "shown"),
    [
        ((4000, 3000), (2000, 1500), (1600, 1200)),
        ((3024, 4032), (1512, 2016), (1200, 1600)),
        ((3100, 2325), (3100, 2325), (1600, 1200)),  # 一半就小了
        ((6600, 600), (1650, 150), (1600, 145)),
    ],
)
def test_a_jpeg_is_decoded_near_the_size_it_is_shown_at(monkeypatch, size, decoded, shown):
    seen, resized = [], photo._resized

    def watched(image, wanted):
        seen.append(image.size)
        return resized(image, wanted)

    monkeypatch.setattr(photo, "_resized", watched)

    copy = check(upload(encoded(corners(size), quality=70))).display

    assert seen[0] == decoded
    assert Image.open(io.BytesIO(copy)).size == shown
    assert near(corner_colours(copy), [RED, LIME, BLUE, WHITE])


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_cut_anywhere_is_refused_though_it_is_decoded_small(progressive):
    whole = encoded(
        Image.effect_noise((3400, 2600), 90).convert("RGB"), quality=70, progressive=progressive
    )

    for part in range(1, 20):
        at = len(whole) * part // 20
        for cut in (whole[:at], whole[:at] + bytes(len(whole) - at)):
            with pytest.raises(EvidenceError, match="不完整或已损坏"):
                check(upload(cut))
