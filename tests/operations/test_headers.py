"""响应头：只用自己网站上的东西，页面不留在共用的电脑里；真浏览器走一遍，没有一处被策略拦下。"""

import gzip
import os
import re
import subprocess
import sys

import pytest
import shapely
from django.urls import reverse

from plots import evidence
from plots.models import Status
from tests import ROOT
from tests.worlds.factories import make_patch, make_shape, make_user
from tests.worlds.kept import again
from tests.worlds.photos import upload
from tests.worlds.town import TwoVillages
from villages.models import LoginFailure, Role

TOKEN = re.compile(rb'value="\w{64}"')  # 防伪造的令牌每次都不一样
# 测试自己的环境变量，正式部署时没有
LEFT_OUT = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")


def policy(response):
    parts = (part.split() for part in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in filter(None, parts)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/plan/",
        "/accounts/",
        "/admin/",
        "/admin/villages/user/",
        "/meiyou/",
        "/healthz",
        "/accounts/login/",
    ],
)
def test_every_page_allows_only_our_own_site(client, url):
    client.force_login(make_user(role=Role.ADMIN))

    response = client.get(url)

    told = policy(response)
    assert told["default-src"] == ["'self'"]
    assert (told["object-src"], told["base-uri"], told["frame-ancestors"]) == (["'none'"],) * 3
    assert told["form-action"] == ["'self'"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in response["Permissions-Policy"]
    assert "microphone=()" in response["Permissions-Policy"]


@pytest.mark.django_db
def test_pages_of_a_person_are_not_kept_by_the_browser(client):
    assert "no-store" not in client.get("/accounts/").headers.get("Cache-Control", "")

    client.force_login(make_user(role=Role.STAFF))

    assert client.get("/accounts/")["Cache-Control"] == "private, no-store"
    assert "no-store" in client.get("/admin/", follow=True).headers["Cache-Control"]


@pytest.mark.django_db
def test_pages_and_map_data_are_compressed_and_say_the_same(client):
    """信号弱的手机：一页总览压缩后不到一成半；不会解压的照样看得见。"""
    town, field = again(TwoVillages), shapely.box(106.05, 29.85, 106.051, 29.851)
    for number in range(30):
        make_shape(make_patch(town.target, town.east, code=f"P-{number}"), field, crs="EPSG:4490")
    client.force_login(town.mayor)

    for url in ("/patches/", reverse("plots:map_data") + "?bbox=105,29,107,31&zoom=15"):
        plain, packed = client.get(url), client.get(url, headers={"accept-encoding": "gzip"})
        bodies = [b"".join(found) for found in (plain, packed)]
        assert "Content-Encoding" not in plain.headers
        assert packed["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in packed["Vary"]
        assert TOKEN.sub(b"", gzip.decompress(bodies[1])) == TOKEN.sub(b"", bodies[0])
        assert len(bodies[1]) < len(bodies[0])


@pytest.mark.django_db
def test_evidence_keeps_its_own_stricter_policy_and_is_not_compressed_again(
    client, settings, tmp_path
):
    """举证材料的文件自己写了 sandbox，缩略图许浏览器存着；外层不改它，照片也不再压一遍。"""
    settings.MEDIA_ROOT = tmp_path
    town = again(TwoVillages)
    record = town.report()
    checked, _ = evidence.check_all([upload()])
    with evidence.saving():
        stored = evidence.store(record, checked[0], town.east_secretary)
    client.force_login(town.east_secretary)

    thumb = reverse("plots:evidence_file", args=[stored.pk, "thumb"])
    response = client.get(thumb, headers={"accept-encoding": "gzip"})

    assert "Content-Encoding" not in response.headers
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["Cache-Control"] == "private, no-cache"


def test_no_template_of_ours_has_inline_script_or_style():
    bad = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in (ROOT / "templates").rglob("*.*")
        for word in (
            "<style",
            " style=",
            "<script>",
            " onclick=",
            " onchange=",
            " onsubmit=",
            "javascript:",
        )
        if word in path.read_text(encoding="utf-8").lower()
    ]

    assert bad == []


def test_deploy_check_is_silent_with_the_settings_of_the_readme(tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in LEFT_OUT},
        "SECRET_KEY": "w7Kq2Zr9-" * 8 + "xB4mT6yP",
        "DATA_DIR": str(tmp_path),
        "HTTPS": "on",
        "ALLOWED_HOSTS": "gengdi.example.gov.cn,127.0.0.1",
        "TAIPING_NO_VENV": "1",
    }

    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_https_site_sends_hsts_and_secure_cookies(tmp_path):
    words = (
        "import django; django.setup(); from django.conf import settings as s; from django.test import Client;"
        "r = Client().get('/healthz', secure=True, HTTP_HOST='gengdi.example.gov.cn');"
        "print(r['Strict-Transport-Security'], s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " Client().get('/plan/', HTTP_HOST='gengdi.example.gov.cn')['Location'])"
    )
    environment = {
        **{name: value for name, value in os.environ.items() if name not in LEFT_OUT},
        "DJANGO_SETTINGS_MODULE": "taiping.settings",
        "SECRET_KEY": "x" * 60,
        "DATA_DIR": str(tmp_path),
        "HTTPS": "on",
        "ALLOWED_HOSTS": "gengdi.example.gov.cn",
        "LOG_LEVEL": "CRITICAL",
    }

    done = subprocess.run(
        [sys.executable, "-c", words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )

    assert done.stdout.split() == [
        "max-age=31536000;",
        "includeSubDomains;",
        "preload",
        "True",
        "True",
        "https://gengdi.example.gov.cn/plan/",
    ]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_browser_blocks_nothing_on_the_main_pages(page_as, new_context):
    """策略拦下什么，浏览器都在控制台里报一声；一声也不该有，后台也一样。"""
    town = again(TwoVillages)
    town.report(step=town.evidence)
    assert town.now() == Status.AWAITING
    LoginFailure.objects.create(username="dong", ip_address="10.0.0.8", failures_since_start=5)
    said = []

    def walk(page, urls):
        """几页轮着用：前一页还在安静下来的时候就看下一页；每一页都等到没有请求了才换地址。"""
        pages = [page, *(page.context.new_page() for _ in urls[1:4])]
        for each in pages:
            each.on("console", lambda m, page=each: heard(page, m.type, m.text))
            each.on("pageerror", lambda error, page=each: heard(page, "error", error))
        for number, url in enumerate(urls):
            each = pages[number % len(pages)]
            each.wait_for_load_state("networkidle")
            assert each.goto(url).status == 200, url
        for each in pages:
            each.wait_for_load_state("networkidle")

    def heard(page, kind, words):
        if "Service Worker registration blocked" in words:
            return  # 测试里不装后台脚本，不是策略拦的
        if kind in ("error", "warning"):
            said.append(f"{page.url}: {words}")

    patch = town.patch.pk
    walk(new_context().new_page(), ["/accounts/login/"])
    walk(
        page_as(town.admin),
        [
            "/",
            "/?on=2024-10-20",
            "/plan/",
            "/plan/groups/",
            "/plan/shares/",
            "/plan/readings/",
            "/plan/import/",
            "/patches/",
            f"/patches/{patch}/",
            "/patches/import/",
            "/patches/add/",
            "/review/",
            f"/review/{patch}/",
            f"/villages/{town.east.pk}/",
            "/bulletin/",
            "/help/",
            "/accounts/",
            "/accounts/password/",
            "/admin/",
            "/admin/villages/user/",
            "/admin/villages/user/add/",
            f"/admin/villages/user/{town.admin.pk}/change/",
            "/admin/villages/loginfailure/",
            "/admin/tasks/target/",
            f"/admin/tasks/target/{town.target.pk}/change/",
            "/admin/villages/posting/add/",
        ],
    )
    walk(page_as(town.east_secretary), ["/my/", f"/patches/{patch}/", "/accounts/"])

    assert said == []
