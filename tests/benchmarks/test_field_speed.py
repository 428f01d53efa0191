"""田里的一次上报有多快：三张五兆的照片，整张表一次交（没有脚本），和一张一张传（有脚本），走同一条慢网。

运行：python3 manage.py test tests/benchmarks/test_field_speed.py --benchmark-only --benchmark-columns=median
真的慢网每秒 2 万字节、每个方向晚 0.4 秒，整张表要 13 分钟；平常两样都放快十倍来量，几倍还是几倍。
设 FIELD_FULL=1 用真的快慢量。断了以后等几秒再传，是真的几秒，放快以后显得长。

要求：一次上报往上走的不超过 1.5 MB；时间不超过整张表的十分之一。
从按下“从相册选”数起，到页面上说“已上报”为止；字节是线上真的走过的，请求头和重传的都算。
"""

import os
import re
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import expect

from plots.models import Evidence, RectificationRecord
from tests import ROOT
from tests.browser.line import Line, until
from tests.worlds.photos import TONGLIANG, encoded, exif
from tests.worlds.servers import Server, environment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FASTER = 1 if os.environ.get("FIELD_FULL") else 10
BYTES_PER_SECOND, LATENCY = 20_000 * FASTER, 0.4 / FASTER
MOST_BYTES, LEAST_TIMES = 1_500_000, 10
PATIENCE = 3_000_000 / FASTER  # 毫秒
PHONE = {"width": 360, "height": 740}
UNDER = (
    f"三张照片的一次上报，每秒 {BYTES_PER_SECOND // 1000} kB、每个方向晚 {LATENCY * 1000:.0f} 毫秒"
)
took = {}  # 哪一种办法 → 秒，几种比的时候用


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """三张 4000×3000 的照片，每张五兆多，带位置和横竖；内容是随机的，每张不同。"""
    folder = tmp_path_factory.mktemp("photos")
    shot = exif(taken="2026:09:01 10:00:00", gps=TONGLIANG, orientation=6)
    paths = []
    for number in range(3):
        noise = Image.merge("RGB", [Image.effect_noise((4000, 3000), 28)] * 3)
        field = Image.linear_gradient("L").resize((4000, 3000)).convert("RGB")
        path = folder / f"{number}.jpg"
        path.write_bytes(encoded(Image.blend(field, noise, 0.5), quality=91, exif=shot))
        paths.append(path)
    return paths


@pytest.fixture
def line(year, tmp_path):
    """真的服务（静态文件压好、由 whitenoise 发）前面的一条线；先不限快慢。"""
    given = {
        "DJANGO_SETTINGS_MODULE": "taiping.settings",
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"],
        check=True,
        cwd=ROOT,
        env=environment(tmp_path, **given),
    )
    with Server(tmp_path, **given) as server, Line(server.port) as line:
        yield line


@pytest.fixture
def phone(year, line, browser):
    """phone(java_script_enabled=…)：东村书记已登录的手机，浏览器的缓存照常。"""
    contexts = []

    def open_phone(**given):
        context = browser.new_context(base_url=line.url, viewport=PHONE, locale="zh-CN", **given)
        contexts.append(context)
        client = Client()
        client.force_login(year.east_secretary)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": line.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    yield open_phone
    for context in contexts:
        context.close()


@pytest.fixture
def say(capsys):
    """在 pytest 的点和表之间说一句。"""

    def say_out(words):
        with capsys.disabled():
            sys.stdout.write(f"\n{words}\n")

    return say_out


def report(page, line, photos, patch, benchmark, way, *, is_cut=False):
    """选三张照片、上报、等到“已上报”；返回（秒，往上走的字节）。is_cut：中间断了，过一秒再通。"""
    page.goto(f"/patches/{patch.pk}/report/", wait_until="networkidle")
    line.speed(BYTES_PER_SECOND, LATENCY)
    before = line.bytes_up

    def send():
        page.locator("#id_files").set_input_files(photos)
        page.get_by_role("button", name=re.compile("^上报")).click()
        if is_cut:
            until(lambda: line.cuts, page, PATIENCE / 1000)
            page.wait_for_timeout(1000)
            line.up()
        expect(page.get_by_text(re.compile(f"已上报 {patch.code}"))).to_be_visible(timeout=PATIENCE)

    benchmark.group = UNDER
    started = time.monotonic()
    benchmark.pedantic(send, rounds=1)
    took[way], sent = time.monotonic() - started, line.bytes_up - before
    benchmark.extra_info["bytes_up"] = sent
    assert RectificationRecord.objects.count() == 1
    assert Evidence.objects.count() == 3
    return took[way], sent


def told(way, seconds, sent):
    words = f"{way}：{seconds:.1f} 秒，往上走 {sent / 1e6:.2f} MB"
    if way != "整张表" and (whole := took.get("整张表")):
        words += f"，是整张表的 1/{whole / seconds:.1f}"
    return words


def assert_fast_enough(seconds):
    """整张表那一项没有一起跑，就没得比。"""
    if whole := took.get("整张表"):
        assert whole / seconds >= LEAST_TIMES


def test_whole_form_at_once(year, phone, line, photos, benchmark, say):
    page = phone(java_script_enabled=False)

    seconds, sent = report(page, line, photos, year.patch(code="T0012"), benchmark, "整张表")

    say(told("整张表", seconds, sent))
    assert sent > sum(photo.stat().st_size for photo in photos)


def test_photo_by_photo(year, phone, line, photos, benchmark, say):
    seconds, sent = report(phone(), line, photos, year.patch(code="T0012"), benchmark, "一张一张")

    say(told("一张一张", seconds, sent))
    assert sent <= MOST_BYTES
    assert_fast_enough(seconds)


def test_photo_by_photo_cut_in_the_middle(year, phone, line, photos, benchmark, say):
    """第二张传到一半断一秒；只重传断了的那一张。"""
    page, patch = phone(), year.patch(code="T0012")
    line.cut_after(600_000, match=b"PUT /", stay_down=True)

    seconds, sent = report(page, line, photos, patch, benchmark, "断一次", is_cut=True)

    say(told("一张一张，中间断一次", seconds, sent))
    assert line.cuts == 1
    assert sum(asked.startswith("PUT /") for asked in line.requests) == 4
    assert sent <= MOST_BYTES
    if FASTER == 1:  # 断了以后等的几秒没有跟着放快
        assert_fast_enough(seconds)


@pytest.mark.parametrize("name", ["my", "report"])
def test_page_on_the_wire(year, phone, line, benchmark, say, name):
    """头一次打开和再打开：几个请求，往下走多少字节（压缩后，连同响应头）。"""
    patch = year.patch(code="T0012")
    path = {"my": "/my/", "report": f"/patches/{patch.pk}/report/"}[name]
    page, seen = phone(), {}

    def visit():
        for visit_ in ("头一次", "再打开"):
            requests, down = len(line.requests), line.bytes_down
            page.goto(path, wait_until="networkidle")
            seen[visit_] = (len(line.requests) - requests, line.bytes_down - down)

    benchmark.group = "田里的两页，头一次和再打开"
    benchmark.pedantic(visit, rounds=1)

    words = [
        f"{visit_} {count} 个请求、{down / 1000:.1f} kB" for visit_, (count, down) in seen.items()
    ]
    say(f"{path}：{'，'.join(words)}")
    benchmark.extra_info.update(seen)
    assert seen["再打开"][1] < seen["头一次"][1]
