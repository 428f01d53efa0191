"""用 LibreOffice 打开写出的表：格子里显示成什么、印在纸上多大。没有装就跳过并说明。"""

import csv
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest

WORD = re.compile(
    r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">([^<]*)</word>'
)
HAN = re.compile(r"[一-鿿]+")
PAGE = "<page "
TIMEOUT = 180  # 秒


class Word(NamedTuple):
    """纸上的一串字；size 是一个汉字宽几磅，就是字号。"""

    page: int
    text: str
    size: float


def shown_rows(content: bytes) -> list[list[str]]:
    """第一张表各行显示出来的字。"""
    with tempfile.TemporaryDirectory() as folder:
        made = _converted(Path(folder), content, "csv:Text - txt - csv (StarCalc):44,34,76,1")
        with made.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))


def han_words(content: bytes) -> list[Word]:
    """印成 PDF，每页上全是汉字的一串串字。"""
    if not shutil.which("pdftotext"):
        pytest.skip("没有 pdftotext，看不了印出来的字")
    with tempfile.TemporaryDirectory() as folder:
        made = _converted(Path(folder), content, "pdf")
        told = subprocess.run(
            ["pdftotext", "-bbox", made, "-"], check=True, capture_output=True, timeout=TIMEOUT
        )
    words = []
    for number, page in enumerate(told.stdout.decode().split(PAGE)[1:], start=1):
        for left, right, text in WORD.findall(page):
            if HAN.fullmatch(text):
                words.append(Word(number, text, (float(right) - float(left)) / len(text)))
    return words


def _converted(folder: Path, content: bytes, kind: str) -> Path:
    if not shutil.which("soffice"):
        pytest.skip("没有 LibreOffice，看不了它打开的样子")
    source = folder / "表.xlsx"
    source.write_bytes(content)
    profile = (folder / "profile").as_uri()  # 几个测试同时跑，各用各的
    given = [f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
    subprocess.run(
        ["soffice", *given, "--outdir", folder, source],
        check=True,
        capture_output=True,
        timeout=TIMEOUT,
    )
    return next(folder.glob(f"表*.{kind.partition(':')[0]}"))
