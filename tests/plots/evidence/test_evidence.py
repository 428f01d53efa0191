"""举证材料的检查：按内容收，不看名字；不收的说清是哪个文件、里面是什么、该怎么办。"""

import hashlib
import io
import sys
import zipfile

import openpyxl
import pytest
from PIL import Image

from plots import evidence
from plots.evidence import EvidenceError, check, check_all
from tests.worlds.photos import corners, encoded, heic, noisy, office, pdf, upload


def refusal(content, name="IMG_0001.jpg"):
    with pytest.raises(EvidenceError) as caught:
        check(upload(content, name))
    (sentence,) = caught.value.sentences
    assert sentence.startswith(f"“{name}”")
    assert sentence.endswith("。")
    return sentence


# 按内容认


@pytest.mark.parametrize(
    ("content", "suffix", "kind"),
    [
        (encoded(), ".jpg", "PHOTO"),
        (encoded(format="PNG"), ".png", "PHOTO"),
        (encoded(format="WEBP"), ".webp", "PHOTO"),
        (heic(), ".heic", "PHOTO"),
        (pdf(), ".pdf", "DOCUMENT"),
        (office(), ".docx", "DOCUMENT"),
        (office("xl/workbook.xml"), ".xlsx", "DOCUMENT"),
    ],
)
def test_sort_comes_from_the_content_never_from_the_name(content, suffix, kind):
    checked = check(upload(content, "随便起的名字.exe"))

    assert (checked.file_type.suffix, checked.kind) == (suffix, kind)
    assert checked.sha256 == hashlib.sha256(content).hexdigest()


def test_a_workbook_from_a_real_writer_is_taken():
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)

    assert check(upload(stream.getvalue(), "台账.xlsx")).file_type.label == "Excel 表格"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"<!DOCTYPE html><script>alert(1)</script>", "里面是网页"),
        (b"\xef\xbb\xbf\n<html><body>x</body></html>", "里面是网页"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "里面是SVG 矢量图"),
        (b'<?xml version="1.0"?><svg></svg>', "里面是SVG 矢量图"),
        (b"MZ\x90\x00" + b"\x00" * 60, "里面是程序"),
        (b"\x7fELF" + b"\x00" * 60, "里面是程序"),
        (b"#!/bin/sh\nls", "里面是程序"),
        (encoded(format="GIF"), "里面是GIF 动图"),
        (encoded(format="BMP"), "里面是BMP 图片"),
        (encoded(format="TIFF"), "里面是TIFF 图片"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00isommp42", "里面是视频"),
        (b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", "里面是AVIF 图片"),
        (b"Rar!\x1a\x07", "里面是压缩包"),
        ("今天下雨".encode(), "里面是纯文字"),
        (b"\x00\x01\x02\x03\x04", "里面是认不出的内容"),
        (b"GIF89a<script>alert(1)</script>", "里面是GIF 动图"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "老格式的 Office 文件，或加了密码"),
    ],
)
def test_strangers_renamed_as_photos_are_named_for_what_they_are(content, found):
    sentence = refusal(content)

    assert found in sentence
    assert "请" in sentence


# 坏的、空的、太大的


def test_empty_file_is_refused():
    assert refusal(b"") == "“IMG_0001.jpg”是空文件（0 字节）。请重新选择，或重新拍一张。"


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
@pytest.mark.parametrize(
    "whole",
    [noisy(), noisy(progressive=True), noisy(format="PNG"), noisy(format="WEBP")],
    ids=["jpeg", "progressive", "png", "webp"],
)
def test_truncated_photo_is_refused(whole, part):
    assert check(upload(whole))
    assert "但不完整或已损坏" in refusal(whole[: int(len(whole) * part)])


def test_photo_whose_second_half_arrived_as_zeros_is_refused():
    whole = noisy()
    half = len(whole) // 2

    assert "但不完整或已损坏" in refusal(whole[:half] + bytes(len(whole) - half))


def test_png_with_a_flipped_byte_is_refused():
    whole = bytearray(noisy(format="PNG"))
    whole[len(whole) // 2] ^= 0xFF

    assert "是 PNG 照片，但不完整或已损坏" in refusal(bytes(whole))


def test_a_photo_with_several_frames_as_new_phones_make_is_taken():
    many = encoded(format="MPO", save_all=True, append_images=[corners()])

    assert check(upload(many)).file_type.label == "JPEG 照片"


def test_pixel_limit_is_checked_before_decoding(settings):
    settings.EVIDENCE_MAX_PIXELS = 10_000

    sentence = refusal(encoded(Image.new("1", (200, 100)), "PNG"))

    assert "有 200×100 像素，最多 1 万像素" in sentence


def test_decompression_bomb_of_the_library_is_a_sentence_too(settings, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    settings.EVIDENCE_MAX_PIXELS = 80_000_000

    assert "像素太多，最多 8000 万像素" in refusal(encoded())


def test_large_files_are_refused_with_both_sizes(settings):
    settings.EVIDENCE_PHOTO_MAX_MB = 1
    settings.EVIDENCE_DOCUMENT_MAX_MB = 2
    mega = 1024 * 1024

    assert "有 1.1 MB，一个照片最多 1 MB" in refusal(encoded() + bytes(mega))
    assert "有 2.1 MB，一个文件最多 2 MB" in refusal(pdf() + bytes(2 * mega), "合同.pdf")
    assert check(upload(office(word__media=bytes(range(256)) * 4), "a.docx"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (pdf()[:-20], "不完整或已损坏"),
        (b"%PDF-1.7\n" + b"x" * 500, "不完整或已损坏"),
        (pdf().replace(b"startxref\n", b"startxref\n9999"), "不完整或已损坏"),
        (office()[:-40], "不完整或已损坏"),
        (office()[:60], "不完整或已损坏"),
        (office(word__media=bytes(range(256))).replace(b"PQRS", b"PQRT"), "不完整或已损坏"),
        (office("ppt/presentation.xml"), "不是 Word 的 .docx"),
        (office(word__vbaProject=b"x"), "带有宏"),
        (office(bomb=bytes(8 * 1024 * 1024)), "大得不正常"),
        (office(bomb=bytes(101 * 1024 * 1024)), "大得不正常"),
    ],
    ids=[
        "cut pdf",
        "no pdf",
        "pdf points outside",
        "cut zip",
        "head of zip",
        "crc",
        "slides",
        "macro",
        "ratio",
        "total",
    ],
)
def test_bad_documents_are_refused(content, found):
    assert found in refusal(content, "验收.docx")


def test_zip_that_lies_about_its_size_is_refused():
    honest = office(bomb=bytes(8 * 1024 * 1024))
    lying = honest.replace((8 * 1024 * 1024).to_bytes(4, "little"), (100).to_bytes(4, "little"))

    assert lying != honest
    assert "不完整或已损坏" in refusal(lying, "验收.docx")


def test_plain_zip_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("照片/1.jpg", encoded())

    assert "里面是压缩包。请解开后选里面的照片" in refusal(stream.getvalue(), "照片.docx")


def test_heic_without_the_optional_package_says_what_to_do(monkeypatch):
    photo = heic()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)

    sentence = refusal(photo, "IMG_1.HEIC")

    assert "HEIC 照片，系统现在读不了" in sentence
    assert "“兼容性最佳”" in sentence
    assert "HEIC" not in evidence.accepted_words()


def test_every_error_of_a_submission_is_told_at_once():
    good, errors = check_all(
        [upload(name="好.jpg"), upload(b"", "空.jpg"), upload(b"MZ\x00", "程序.jpg")]
    )

    assert [one.name for one in good] == ["好.jpg"]
    assert [sentence.split("”")[0] for sentence in errors] == ["“空.jpg", "“程序.jpg"]


def test_too_many_files_are_refused(settings):
    settings.EVIDENCE_MAX_FILES = 2

    good, errors = check_all([upload(noisy(20)) for _ in range(3)])

    assert (good, errors) == ([], ["这次选了 3 个文件，一次最多 2 个。请挑最能说明情况的 2 个。"])


def test_the_same_file_chosen_twice_counts_once():
    good, errors = check_all([upload(name="a.jpg"), upload(name="b.jpg"), upload(pdf(), "c.pdf")])

    assert errors == []
    assert evidence.photo_count(good) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (r"C:\Users\张三\照片.jpg", "照片.jpg"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "abSet-Cookie: x.jpg"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
        ("..", "材料.jpg"),
        (".jpg", "jpg"),
    ],
)
def test_names_lose_paths_and_invisible_characters(given, kept):
    file = upload()
    file._name = given  # Django 自己也去路径；这里不靠它

    assert check(file).name == kept
