"""帮助里的图：真的打开那一页，写在引号里的字一个一个找得到，才算；印出来每种角色正好两页 A4。

重新照一遍：python3 manage.py test tests/browser/test_help.py --renew-help
"""

import io
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.conf import settings as project
from django.contrib.auth import get_user_model
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from plots.models import Patch, Status
from taiping.dashboard.helping import DESK, GUIDES, PHONE
from tests.worlds.factories import make_user
from tests.worlds.kept import again, demo_2024
from villages.models import LoginFailure, Role, Village

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PICTURES = Path(project.BASE_DIR) / "static" / "help"
MOST_BYTES = 60 * 1024
QUOTED = re.compile("“([^”]+)”")
WIDTH = {PHONE: 360, DESK: 1280}
UNDER_HEADER = 72  # 页头一直在最上面，从它下面照起
# 人看得见的字，格子里的字和名字，按钮；收着的菜单里的也算
WORDS = """() => {
  const named = [...document.querySelectorAll("[aria-label], input, option")];
  const said = named.flatMap((e) => [e.getAttribute("aria-label"), e.value, e.textContent]);
  return [document.body.innerText, document.body.textContent, document.title, ...said].join(" ");
}"""


def demo_accounts():
    """演示的账号；没有的现开一个。"""
    people = get_user_model().objects
    return {
        role: people.filter(role=role, is_demo=True).order_by("username").first()
        or make_user(role.lower(), role=role, name=f"演示·{GUIDES[role].name}")
        for role in GUIDES
    }


def patch_of(**conditions):
    return Patch.objects.filter(village__name="团碾", **conditions).order_by("code").first()


def places():
    """{图: (地址, 从哪里照起)}；没有写从哪里的从页头照起。"""
    late = patch_of(status=Status.PENDING, target__code="abandoned")
    returned = patch_of(status=Status.RETURNED)
    village = late.village_id
    return {
        "cun-tasks": ("/my/", "main"),
        "cun-report": (f"/patches/{late.pk}/report/", "main form"),
        "cun-returned": (f"/patches/{returned.pk}/report/", "main"),
        "cun-timeline": (f"/patches/{returned.pk}/", "main"),
        "cun-map": ("/patches/map/", ".map-page"),
        "zhen-today": ("/today/", ""),
        "zhen-import": ("/patches/import/", ""),
        "zhen-review": ("/review/", ""),
        "zhen-reading": ("/plan/readings/", ""),
        "zhen-papers": ("/bulletin/", ""),
        "ling-late": ("/", ""),
        "ling-goals": ("/", "#targets"),
        "ling-village": (f"/villages/{village}/", ""),
        "ling-order": (f"/patches/{late.pk}/remark/", ""),
        "ling-screen": ("/screen/", ""),
        "guan-account": ("/admin/villages/user/add/", ""),
        "guan-posting": ("/admin/villages/posting/", ""),
        "guan-plan": ("/plan/import/", ""),
        "guan-unlock": ("/admin/villages/loginfailure/", ""),
        "guan-audit": ("/admin/audit/change/", ""),
    }


def photograph(page, job, start):
    """从 start 照起，缩到 job.size，颜色减到文件够小。"""
    width, (wide, high) = WIDTH[job.size], job.size
    page.set_viewport_size({"width": width, "height": high * width // wide})
    if start:
        place = page.locator(start).first.bounding_box()["y"]
        page.evaluate("(top) => window.scrollTo(0, top)", place - UNDER_HEADER)
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    small = shot.resize(job.size, Image.Resampling.LANCZOS)
    for colours in (64, 32, 16, 12, 8):
        file = io.BytesIO()
        small.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if len(file.getvalue()) <= MOST_BYTES:
            break
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{job.picture}.png").write_bytes(file.getvalue())


@pytest.fixture
def demo(media, settings):
    settings.FIXED_TODAY = date(2024, 10, 20)
    again(demo_2024)
    LoginFailure.objects.create(
        username="演示账号", ip_address="10.0.0.8", user_agent="x", failures_since_start=5
    )
    noon = timezone.make_aware(datetime(2024, 10, 20, 12))
    village = Village.objects.get(name="团碾")
    village.aliases = "团碾社区"
    village.save(update_fields=["aliases"])
    accounts = demo_accounts()
    LogEntry.objects.update(actor=accounts[Role.ADMIN], timestamp=noon)
    return accounts


@pytest.mark.parametrize("role", GUIDES)
def test_what_the_help_says_is_on_the_page(demo, page_as, request, role):
    guide, where, missing = GUIDES[role], places(), {}
    page = page_as(demo[role], viewport={"width": WIDTH[guide.jobs[0].size], "height": 900})
    page.emulate_media(reduced_motion="reduce")
    for job in guide.jobs:
        path, start = where[job.picture]
        assert page.goto(path).status == 200, path
        page.wait_for_load_state("networkidle")
        told = page.evaluate(WORDS)
        quoted = {words for step in job.steps for words in QUOTED.findall(str(step))}
        if absent := {words for words in quoted if words not in told}:
            missing[f"{job.title} {path}"] = absent
        if request.config.getoption("--renew-help", default=False):
            photograph(page, job, start)

    assert missing == {}


def test_every_picture_is_there_small_and_of_its_size():
    wrong = {}
    jobs = [job for guide in GUIDES.values() for job in guide.jobs]
    for job in jobs:
        file = PICTURES / f"{job.picture}.png"
        with Image.open(file) as picture:
            if picture.size != job.size or file.stat().st_size > MOST_BYTES:
                wrong[job.picture] = (picture.size, file.stat().st_size)

    assert wrong == {}
    assert {file.stem for file in PICTURES.glob("*")} == {job.picture for job in jobs}
    assert [len(guide.jobs) for guide in GUIDES.values()] == [5, 5, 5, 5]


def test_every_card_prints_on_two_pages(demo, page_as):
    page = page_as(demo[Role.STAFF])
    for role in GUIDES:
        page.goto(f"/help/?role={role}")
        page.wait_for_load_state("networkidle")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2, role

    page.emulate_media(media="print")
    expect(page.locator(".help-job img")).to_have_count(5)
    expect(page.get_by_role("heading", name="常办的五件事")).to_be_visible()
    expect(page.get_by_role("heading", name="状态是怎么定的")).not_to_be_visible()
