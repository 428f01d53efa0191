"""下载和整数：文件名带不坏响应头、带不出文件夹；不是数的不报错。"""

import io
from urllib.parse import unquote

import pytest

from taiping.ground.web import XLSX, download, whole_number

pytestmark = pytest.mark.any_database


def name_of(response):
    return unquote(response.headers["Content-Disposition"])


def test_bytes_and_open_files_are_attachments_with_their_name():
    whole = download(b"PK", "2024年台账.xlsx")
    streamed = download(io.BytesIO(b"PK"), "a.zip", "application/zip")

    assert (whole.content, whole.headers["Content-Type"]) == (b"PK", XLSX)
    assert name_of(whole) == "attachment; filename*=utf-8''2024年台账.xlsx"
    assert b"".join(streamed.streaming_content) == b"PK"
    assert streamed.headers["Content-Type"] == "application/zip"
    assert name_of(streamed) == 'attachment; filename="a.zip"'


@pytest.mark.parametrize("content", [b"PK", io.BytesIO(b"PK")])
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("旱地/水田.xlsx", "旱地_水田.xlsx"),
        ("..\\a.xlsx", ".._a.xlsx"),
        ("a\r\nSet-Cookie: x.xlsx", "a__Set-Cookie: x.xlsx"),
    ],
)
def test_a_name_neither_breaks_the_header_nor_names_a_folder(content, name, kept):
    assert kept in name_of(download(content, name))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("999", 999),
        ("1000", None),  # 位数太多
        ("", None),
        (None, None),
        ("-1", None),
        ("1.5", None),
        (" 1", None),
        ("１２", None),
        ("²", None),
        ("9" * 10_000, None),
    ],
)
def test_only_a_few_plain_digits_are_a_number(text, number):
    assert whole_number(text, 3) == number
