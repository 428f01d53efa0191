"""后台给办公室的人用：六件常办的事在最前，没有英文，字不小于 14 像素。"""

import re

import pytest
from playwright.sync_api import expect

from tests.worlds.factories import make_user
from villages.models import LoginFailure, Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
DESK = {"width": 1280, "height": 800}
PAGES = (
    "/admin/",
    "/admin/villages/user/",
    "/admin/villages/user/add/",
    "/admin/villages/posting/",
    "/admin/villages/loginfailure/",
    "/admin/villages/village/",
    "/admin/tasks/milestone/",
    "/admin/tasks/target/",
    "/admin/plots/patch/",
    "/admin/plots/reason/",
    "/admin/audit/change/",
    "/admin/audit/access/",
)
SMALL = """() => {
  const words = (e) => [...e.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim());
  return [...document.querySelectorAll("body *")]
    .filter((e) => words(e) && e.getClientRects().length && !e.closest(".visually-hidden"))
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 14)
    .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${getComputedStyle(e).fontSize}`);
}"""
# 页面上的字，加上只给读屏的人听的；人自己填的（用户名、代码、文件名）是别的颜色的链接和格子，不看
WORDS = """() => {
  const skipped = "script, style, svg, option, .field-username, .field-code, .field-fields_changed, .field-name, input, textarea";
  const texts = [...document.querySelectorAll("body *")].filter((e) => !e.closest(skipped));
  const said = texts.flatMap((e) => [...e.childNodes].filter((one) => one.nodeType === 3).map((one) => one.textContent));
  const heard = texts.flatMap((e) => [e.getAttribute("alt"), e.getAttribute("aria-label"), e.getAttribute("title")]);
  return [...said, ...heard, document.title].filter(Boolean).join("\\n");
}"""
ENGLISH = re.compile(r"[A-Za-z]{3,}(?: [A-Za-z]+)*")
KNOWN = {"XLSX", "JSON", "PDF", "Chrome", "Safari", "Edge", "Linux"}


@pytest.fixture
def boss(year, page_as):
    patch = year.patch(code="图1")
    year.report(patch)
    LoginFailure.objects.create(
        username="caide", ip_address="10.0.0.8", user_agent="x", failures_since_start=5
    )
    return page_as(make_user("guanli", role=Role.ADMIN), viewport=DESK)


def test_the_six_tasks_come_first_and_lead_where_they_say(boss):
    boss.goto("/admin/")

    titles = boss.locator(".office-tasks strong").all_inner_texts()
    assert titles == ["发账号", "改包村", "解锁", "导方案", "村别名", "看审计"]
    for title in titles:
        boss.goto("/admin/")
        boss.locator(".office-tasks a", has_text=title).click()
        expect(boss.locator("h1").first).to_be_visible()
        expect(boss.locator("text=404")).to_have_count(0)


def test_there_is_no_raw_english(boss):
    found = {}
    for path in PAGES:
        boss.goto(path)
        found[path] = [
            words for words in ENGLISH.findall(boss.evaluate(WORDS)) if words not in KNOWN
        ]

    wrong = [f"{path}: {words}" for path, words in found.items() if words]
    assert not wrong, "\n".join(wrong)


def test_a_mistake_is_titled_in_chinese(boss):
    boss.goto("/admin/villages/user/add/")
    boss.locator("[name=_save]").click()

    expect(boss).to_have_title(re.compile("^有错："))


def test_nothing_is_smaller_than_fourteen_pixels(boss):
    found = {}
    for path in PAGES:
        boss.goto(path)
        found[path] = sorted(set(boss.evaluate(SMALL)))

    assert {path: small for path, small in found.items() if small} == {}


def test_yes_and_no_are_words(boss):
    boss.goto("/admin/villages/user/")

    assert "否" in boss.locator("td.field-must_change_password").all_inner_texts()
    expect(boss.locator("#result_list img")).to_have_count(0)
