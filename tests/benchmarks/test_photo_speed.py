"""一张一千二百万像素的照片查多久、占多少内存：和整张解开再缩小的老做法比，在同一次运行里。"""

import io
import subprocess
import sys

import pytest
from PIL import Image

from plots.evidence import photo
from plots.evidence.sniff import JPEG
from tests import ROOT

SIZE = (4000, 3000)
WHERE = {"table": "照片", "column": f"{SIZE[0]}×{SIZE[1]} 的 JPEG"}
LEAST_TIMES = 1.6  # 老做法至少是这么多倍
# 在自己的进程里量：解开的像素不归 Python 管，只看得见进程最多占了多少
MEASURED = """
import os, sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from plots.evidence import photo
from plots.evidence.sniff import JPEG
from tests.benchmarks.test_photo_speed import decoded_whole

if sys.argv[2] == "whole":
    photo._shrunk = decoded_whole
content = Path(sys.argv[1]).read_bytes()

def most():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

before = most()
photo.examine(content, JPEG)
print(most() - before)
"""


@pytest.fixture(scope="module")
def content():
    """手机照片那样压不小的：大块的明暗上撒着颗粒，五六兆。"""
    light = Image.effect_noise((100, 75), 80).resize(SIZE, Image.Resampling.BICUBIC)
    grain = [Image.effect_noise(SIZE, 40) for _ in range(3)]
    picture = Image.merge("RGB", [Image.blend(light, each, 0.4) for each in grain])
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=90)
    return stream.getvalue()


def decoded_whole(image, side, orientation):
    """老做法：三比四的照片，说的大小是正方形，解码时就没有缩。"""
    image.draft("RGB", (side, side))
    image.load()
    image.thumbnail((side, side))
    return image.convert("RGB")


def test_decoded_whole(content, measure, monkeypatch):
    monkeypatch.setattr(photo, "_shrunk", decoded_whole)

    found = measure("老做法", lambda: photo.examine(content, JPEG), floor=True, **WHERE)

    assert Image.open(io.BytesIO(found.display)).size == (1600, 1200)


def test_photo(content, measure):
    found = measure(
        "查一张", lambda: photo.examine(content, JPEG), goal=round(1 / LEAST_TIMES, 2), **WHERE
    )

    assert Image.open(io.BytesIO(found.display)).size == (1600, 1200)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="从 /proc 里看")
def test_memory(content, benchmark, tmp_path, capsys):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)

    def most(way):
        command = [sys.executable, "-c", MEASURED, path, way]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        return int(told.stdout) / 1024

    benchmark.group = "一张照片占的内存"
    now = benchmark.pedantic(most, ("near",), rounds=1)
    whole = most("whole")

    benchmark.extra_info.update(now=now, whole=whole)
    with capsys.disabled():
        words = f"{now:.0f} 兆，老做法 {whole:.0f} 兆，是 {whole / now:.1f} 倍"
        sys.stdout.write(f"\n查一张照片最多多占 {words}\n")
    assert whole / now > LEAST_TIMES
