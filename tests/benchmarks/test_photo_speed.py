"""一张一千二百万像素的照片查多久：和整张解开再缩小的老做法比，在同一次运行里。"""

import io
import time

import pytest
from PIL import Image

from plots.evidence import photo
from plots.evidence.sniff import JPEG

SIZE = (4000, 3000)


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


@pytest.fixture
def timed(benchmark):
    benchmark.group = f"{SIZE[0]}×{SIZE[1]} 的 JPEG"
    benchmark._timer, benchmark._max_time, benchmark._min_rounds = time.process_time, 3, 9
    return benchmark


def test_photo(content, timed):
    found = timed(photo.examine, content, JPEG)

    assert Image.open(io.BytesIO(found.display)).size == (1600, 1200)


def test_decoded_whole(content, timed, monkeypatch):
    monkeypatch.setattr(photo, "_shrunk", decoded_whole)

    found = timed(photo.examine, content, JPEG)

    assert Image.open(io.BytesIO(found.display)).size == (1600, 1200)
