"""照看图的软件那样读照片：写法不同的时间和位置认得出，夹着杂物的画面收得下；读不出的只少那一样。"""

import io
import struct
import zlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from PIL import Image

from plots.evidence import EvidenceError, check
from tests.worlds.photos import TONGLIANG, corners, encoded, exif, upload

TEN_PAST = datetime(2024, 9, 5, 2, 11, 12, tzinfo=UTC)  # 北京时间 10:11:12


def facts(**block):
    return check(upload(encoded(exif=exif(**block)))).facts


@pytest.mark.parametrize(
    ("taken", "offset"),
    [
        ("2024-09-05 10:11:12", ""),
        ("2024/09/05 10:11:12", ""),
        ("2024-09-05T10:11:12", ""),
        ("2024-09-05T02:11:12Z", ""),
        ("2024-09-05T02:11:12.345Z", ""),
        ("2024:09:05 10:11:12+08:00", ""),
        ("2024:09:05 10:11:12.50", "+0800"),
        ("2024:09:05 02:11:12", "Z"),
        ("2024:09:05 02:11:12", "UTC"),
        ("2024:09:05 10:11:12", "UTC+8"),
        ("2024:09:05 07:56:12", "+05:45"),
        ("2024:09:04 21:11:12", "-5"),
        ("2024:9:5 10:11:12", ""),
        ("2024:09:05 10:11:12 AM", ""),
    ],
)
def test_one_moment_in_many_ways_of_writing(taken, offset):
    assert facts(taken=taken, offset=offset).taken_at == TEN_PAST


@pytest.mark.parametrize(
    ("taken", "clock"),
    [
        ("2024:09:05 24:11:12", "2024-09-05 00:11:12"),  # 有的手机零点写成当天的 24 点
        ("2024:09:05 10:11", "2024-09-05 10:11:00"),
        ("2024:09:05 23:59:60", "2024-09-06 00:00:00"),
        ("2024:09:05 3:11:12 PM", "2024-09-05 15:11:12"),
        ("2024:09:05 12:11:12 AM", "2024-09-05 00:11:12"),
    ],
)
def test_odd_hours_are_the_hour_they_mean(taken, clock):
    assert f"{facts(taken=taken).taken_at:%Y-%m-%d %H:%M:%S}" == clock


@pytest.mark.parametrize(
    ("half", "encoding", "clock"),
    [("上午", "utf-8", "03:11"), ("下午", "utf-8", "15:11"), ("下午", "gbk", "15:11")],
)
def test_the_half_of_the_day_in_chinese(half, encoding, clock):
    word = half.encode(encoding)
    block = exif(taken=f"2024:09:05 {'#' * len(word)}3:11:12").replace(b"#" * len(word), word)

    assert f"{check(upload(encoded(exif=block))).facts.taken_at:%H:%M}" == clock


@pytest.mark.parametrize(
    "taken",
    ["2024:09:05 25:11:12", "2024:09:05 10:61:12", "2024:02:30 10:11:12", "2024:09:05 10" * 40],
)
def test_a_time_that_cannot_be_costs_the_time_and_nothing_else(taken):
    found = facts(taken=taken, gps=TONGLIANG)

    assert (found.taken_at, found.lat) == (None, Decimal("29.855000"))


def test_the_offset_of_the_whole_file_serves_when_the_shot_has_none():
    block = Image.Exif()
    block[0x8769] = {0x9003: "2024:09:05 02:11:12", 0x9010: "+00:00"}

    assert check(upload(encoded(exif=block.tobytes()))).facts.taken_at == TEN_PAST


@pytest.mark.parametrize(
    ("gps", "lat"),
    [
        ({**TONGLIANG, 2: (29.0, 50.0, 60.0)}, "29.850000"),
        ({**TONGLIANG, 2: (29.0, 60.0, 0.0)}, "30.000000"),
        ({**TONGLIANG, 1: "North", 3: "East"}, "29.855000"),
        ({**TONGLIANG, 1: "n", 3: "e"}, "29.855000"),
    ],
)
def test_positions_as_phones_write_them(gps, lat):
    assert facts(gps=gps).lat == Decimal(lat)


@pytest.mark.parametrize(("ref", "lat"), [("S", Decimal("-29.855000")), ("N", None)])
def test_a_minus_that_says_the_same_as_the_letter(ref, lat):
    block = exif(gps={**TONGLIANG, 1: ref})
    signed = block.replace(struct.pack(">HHL", 2, 5, 3), struct.pack(">HHL", 2, 10, 3))
    signed = signed.replace(struct.pack(">LL", 29, 1), struct.pack(">lL", -29, 1))

    assert check(upload(encoded(exif=signed))).facts.lat == lat


def with_seconds(pair):
    """度、分是整数，秒是 pair（分子、分母）的照片。"""
    block = exif(taken="2024:09:05 10:11:12", gps={**TONGLIANG, 2: (29.0, 51.0, 18.0)})
    return block.replace(struct.pack(">LL", 18, 1), struct.pack(">LL", *pair))


@pytest.mark.parametrize(
    ("pair", "lat"),
    [((0, 0), Decimal("29.850000")), ((0, 1), Decimal("29.850000")), ((7, 0), None)],
)
def test_a_zero_denominator_is_a_blank_or_costs_the_position_alone(pair, lat):
    found = check(upload(encoded(exif=with_seconds(pair)))).facts

    assert (found.lat, found.taken_at) == (lat, TEN_PAST)


# 画面


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


ODD_PARTS = {
    "stray bytes": b"\x01\x02\x03",
    "stray bytes with stuffing": b"\x00\xff\x00\x07",
    "padding": b"\xff\xff\xff",
    "a comment of no length": b"\xff\xfe\x00\x00",
    "half an adobe mark": segment(0xEE, b"Adobe"),
    "half a colour profile": segment(0xE2, b"ICC_PROFILE\x00\x01"),
    "broken photoshop block": segment(0xED, b"Photoshop 3.0\x008BIM\x03\xed\x00\x00" + bytes(8)),
    "a marker nobody knows": b"\xff\x02",
}


@pytest.mark.filterwarnings("ignore:Image appears to be a malformed MPO")
@pytest.mark.parametrize("part", ODD_PARTS.values(), ids=ODD_PARTS)
def test_a_jpeg_with_something_odd_between_its_parts_is_taken(part):
    whole = encoded(exif=exif(gps=TONGLIANG))
    at = whole.index(b"\xff\xdb")  # 画面的第一段

    checked = check(upload(whole[:at] + part + whole[at:]))

    assert Image.open(io.BytesIO(checked.display)).size == (64, 48)
    assert checked.facts.lat == Decimal("29.855000")


def test_an_odd_jpeg_cut_short_is_still_refused():
    whole = encoded(Image.effect_noise((400, 300), 90).convert("RGB"))
    at = whole.index(b"\xff\xdb")
    odd = whole[:at] + b"\x01\x02\x03" + whole[at:]

    for cut in (odd[: len(odd) // 2], odd[: len(odd) // 2] + bytes(len(odd) // 2)):
        with pytest.raises(EvidenceError, match="不完整或已损坏"):
            check(upload(cut))


def png_of(depth, colour, pixel, *, extra=b"", size=8):
    """每个点都是 pixel（几个数）的 PNG，每种颜色 depth 位。"""
    row = b"\0" + struct.pack(f">{len(pixel)}{'H' if depth == 16 else 'B'}", *pixel) * size
    head = struct.pack(">IIBBBBB", size, size, depth, colour, 0, 0, 0)
    body = b"".join([chunk(b"IHDR", head), extra, chunk(b"IDAT", zlib.compress(row * size))])
    return b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b"")


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


@pytest.mark.parametrize(
    ("depth", "colour", "pixel", "shown"),
    [
        (16, 0, (0x8000,), (128, 128, 128)),
        (16, 0, (0x0400,), (4, 4, 4)),
        (16, 2, (0x8000, 0x1000, 0xF000), (128, 16, 240)),
        (16, 4, (0x8000, 0xFFFF), (128, 128, 128)),
        (16, 6, (0x8000, 0x1000, 0xF000, 0), (255, 255, 255)),
        (8, 0, (0x80,), (128, 128, 128)),
    ],
)
def test_a_png_of_16_bits_is_shown_as_bright_as_it_is(depth, colour, pixel, shown):
    copy = Image.open(io.BytesIO(check(upload(png_of(depth, colour, pixel))).display))

    assert all(abs(a - b) < 8 for a, b in zip(copy.getpixel((4, 4)), shown, strict=True))


def test_a_png_turned_by_its_exif_stands_upright():
    as_shot = corners().transpose(Image.Transpose.ROTATE_90)
    block = exif(orientation=6, gps=TONGLIANG)

    checked = check(upload(encoded(as_shot, "PNG", exif=block), "转过的.png"))

    copy = Image.open(io.BytesIO(checked.display))
    assert copy.size == (64, 48)
    assert copy.getpixel((4, 4))[0] > 200 > 60 > copy.getpixel((4, 4))[1]  # 左上还是红的
    assert checked.facts.lat == Decimal("29.855000")


@pytest.mark.parametrize(
    "note",
    [
        chunk(b"tEXt", b"Comment\0ok")[:-1] + b"?",  # 校验和不对
        chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(3_000_000))),  # 解开太大的说明
        chunk(b"eXIf", b"MM\0*rubbish")[:-1] + b"?",
    ],
    ids=["wrong sum", "a bomb of words", "wrong exif"],
)
def test_a_png_with_a_broken_note_in_it_is_taken(note):
    content = png_of(8, 0, (0x80,), extra=note)

    assert check(upload(content)).is_photo


def test_a_png_whose_picture_has_a_wrong_sum_is_refused():
    content = bytearray(png_of(8, 0, (0x80,)))
    content[content.index(b"IDAT") + 6] ^= 0x55

    with pytest.raises(EvidenceError, match="不完整或已损坏"):
        check(upload(bytes(content)))
