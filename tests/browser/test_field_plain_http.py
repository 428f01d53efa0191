"""内网只有 http 的：没有离线的一页、记不下手机的位置；照片缩小、一张张传、草稿、接着传照样有。"""

import pytest
from playwright.sync_api import expect

from plots.models import Evidence, RectificationRecord
from tests.browser.test_field_report import PHONE, choose, opened, press, sent
from tests.conftest import BROWSER, LAUNCH_ARGS, keep_home
from tests.worlds.factories import PASSWORD
from tests.worlds.photos import noisy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
NAME = "gengdi.lan"


@pytest.fixture
def phone(browser_type, line, settings, year, django_db_serialized_rollback):
    """从内网的名字进来的手机：浏览器不当它是安全的来源。"""
    settings.ALLOWED_HOSTS = [NAME]
    home = f"http://{NAME}:{line.port}"
    strangers, rule = [], f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    browser = browser_type.launch(executable_path=BROWSER, args=[*LAUNCH_ARGS, rule])
    context = browser.new_context(base_url=home, viewport=PHONE, locale="zh-CN")
    keep_home(context, home, strangers)
    page = context.new_page()
    page.goto("/my/")
    page.get_by_label("用户名").fill(year.east_secretary.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("h1")).to_have_text("我的任务")
    yield page
    browser.close()
    assert strangers == []


def test_everything_but_the_offline_page_works_without_https(year, phone, line):
    patch = year.patch(code="T0012")
    assert phone.evaluate("[isSecureContext, 'serviceWorker' in navigator]") == [False, False]
    opened(phone, patch)
    choose(phone, noisy(1500))
    phone.get_by_label("说明").fill("内网")
    line.cut_before_answer(b"POST /patches/", stay_down=True)
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("存在这部手机里")
    page = phone.context.new_page()
    phone.close()

    line.up()
    page.goto("/my/")

    expect(page.locator("#outbox")).to_contain_text("已收到", timeout=15_000)
    assert RectificationRecord.objects.get().note == "内网"
    assert Evidence.objects.count() == 1
    assert len(sent(line, "PUT")) == 1
