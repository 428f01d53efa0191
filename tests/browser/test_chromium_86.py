"""旧手机（Chromium 86）上：看得全、按得着、报得对。

它不认 :has()、inset、padding-inline：那时候底栏跑到左上角，填了 0.1 亩却报成整块。
"""

import re
from decimal import Decimal

import pytest
from PIL import Image
from playwright.sync_api import expect

from plots.models import Evidence, RectificationRecord
from tests.worlds.factories import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
BAR = """() => {
  const box = document.querySelector(".nav").getBoundingClientRect();
  return [box.left, innerWidth - box.right, innerHeight - box.bottom].map(Math.round);
}"""
SIDES = """() => {
  const style = getComputedStyle(document.querySelector("main"));
  return [style.paddingLeft, style.paddingRight].map(parseFloat);
}"""


@pytest.fixture
def phone(year, old_phone):
    """东村书记在旧手机上登录进来，停在“我的任务”。"""
    old_phone.goto("/my/")
    old_phone.get_by_label("用户名").fill(year.east_secretary.username)
    old_phone.get_by_label("密码").fill(PASSWORD)
    old_phone.get_by_role("button", name="登录").click()
    expect(old_phone.get_by_role("heading", level=1)).to_have_text("我的任务")
    return old_phone


def open_report(phone, patch):
    phone.get_by_role("link", name=re.compile(patch.code)).first.click()
    expect(phone).to_have_url(re.compile(rf"/patches/{patch.pk}/report/$"))


def test_this_really_is_the_old_one(phone):
    assert "HeadlessChrome/86." in phone.evaluate("navigator.userAgent")
    assert not phone.evaluate("CSS.supports('selector(:has(a))')")
    assert not phone.evaluate("CSS.supports('inset', '0')")


def test_bar_is_at_the_bottom_and_words_keep_off_the_edge(year, phone):
    patch = year.patch(code="T0012")

    for path in ("/my/", f"/patches/{patch.pk}/report/", f"/patches/{patch.pk}/", "/help/"):
        phone.goto(path)
        assert (path, phone.evaluate(BAR)) == (path, [0, 0, 0])
        assert min(phone.evaluate(SIDES)) >= 8, path
        assert phone.evaluate("document.documentElement.scrollWidth") == 360, path


def test_part_of_a_patch_is_recorded_as_the_part(year, phone):
    patch = year.patch(code="T0012", area_mu="3.5")
    phone.reload()

    open_report(phone, patch)
    phone.get_by_label("只完成一部分").check()
    phone.get_by_label("这次做了多少亩").fill("1.2")
    phone.get_by_role("button", name=re.compile("^上报")).click()
    expect(phone.get_by_text("已上报 T0012")).to_be_visible()

    record = RectificationRecord.objects.get()
    assert (record.area_mu, record.completes) == (Decimal("1.20"), False)


def test_whole_patch_without_a_photo(year, phone):
    patch = year.patch(code="T0012", area_mu="3.5")
    phone.reload()

    open_report(phone, patch)
    phone.get_by_role("button", name=re.compile("^上报")).click()
    expect(phone.get_by_text("已上报 T0012")).to_be_visible()

    record = RectificationRecord.objects.get()
    assert (record.area_mu, record.completes) == (Decimal("3.50"), True)


def test_photo_from_the_album_arrives(year, phone, tmp_path):
    patch = year.patch(code="T0012")
    Image.new("RGB", (1200, 900), "green").save(tmp_path / "苗.jpg")
    phone.reload()

    open_report(phone, patch)
    phone.locator("#id_files").set_input_files(tmp_path / "苗.jpg")
    phone.get_by_role("button", name=re.compile("^上报")).click()
    expect(phone.get_by_text("已上报 T0012")).to_be_visible()

    assert RectificationRecord.objects.get().patch == patch
    assert Evidence.objects.count() == 1
