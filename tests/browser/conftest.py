"""浏览器测试的装置：网站前面的一条线（line），旧手机里的浏览器（old_phone），用 axe-core 看页面的（inspector）。"""

from datetime import date

import pytest
from axes.models import AccessAttempt
from playwright.sync_api import expect

from tests.browser import old_chromium
from tests.browser.axe import DESK, Inspector
from tests.browser.line import Line
from tests.conftest import keep_home
from tests.worlds.factories import make_cadre, make_group
from tests.worlds.kept import again
from tests.worlds.walk_town import WalkTown

# 等到为止，最多这么久（毫秒）：机器忙的时候，缩三张照片就要几秒
expect.set_options(timeout=20_000)


def pytest_addoption(parser):
    parser.addoption("--renew-help", action="store_true", help="重新照帮助里的图（static/help）")


@pytest.fixture
def line(live_server):
    """立在测试网站前面的线，见 Line；浏览器从 line.url 进，网站也认得（127.0.0.1，浏览器当它是安全的来源）。"""
    with Line(live_server.thread.port) as line:
        yield line


@pytest.fixture(scope="session")
def old_browser(browser_type):
    """Chromium 86；没有就跳过，在最后的小结里说出来。"""
    path = old_chromium.found()
    if not path:
        pytest.skip(old_chromium.NO_OLD_BROWSER)
    browser = browser_type.launch(executable_path=path, args=old_chromium.LAUNCH_ARGS)
    yield browser
    browser.close()


@pytest.fixture
def old_phone(old_browser, line, django_db_serialized_rollback):
    """旧手机上新的一页，还没登录；从 line 进网站，也只许进这个网站。"""
    strangers = []
    context = old_browser.new_context(
        base_url=line.url,
        viewport={"width": 360, "height": 740},
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    keep_home(context, line.url, strangers)
    yield old_chromium.new_page(context)
    context.close()
    assert strangers == [], f"页面向别的网站发了请求：{strangers}"


@pytest.fixture
def inspector(settings):
    """今天停在演示的那天（页上有说明的一条）；看完的页有一处不对就算失败，全部说出来。"""
    settings.FIXED_TODAY = date(2024, 10, 20)
    inspector = Inspector()
    yield inspector
    assert not inspector.found, inspector.told()


@pytest.fixture
def axe_town(media):
    """有全部东西的小镇，后台每一张表里也有一行。"""
    town = again(WalkTown)
    make_cadre("演示干部")
    make_group(town.plan, "第一工作组")
    AccessAttempt.objects.create(
        username="caide", ip_address="10.0.0.8", user_agent="x", failures_since_start=5
    )
    return town


@pytest.fixture
def axe_page(page_as):
    """axe_page(user)：那个人的一页，每人只开一次。不拦请求，浏览器才记得住样式和脚本，快一倍；别的测试拦着。"""
    opened = {}

    def page_of(user):
        if user not in opened:
            opened[user] = page_as(user, viewport=DESK)
            opened[user].context.unroute_all()
        return opened[user]

    return page_of
