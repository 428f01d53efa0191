"""用真浏览器走一遍登录；页面只向自己的网站要东西。"""

import re

import pytest
from playwright.sync_api import expect

from tests.worlds.factories import PASSWORD, make_user
from villages.models import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]


def test_leader_logs_in_and_arrives_at_the_dashboard(page):
    make_user("zhenzhang", role=Role.LEADER)

    page.goto("/")
    expect(page).to_have_url(re.compile(r"/accounts/login/"))
    page.get_by_label("用户名").fill("zhenzhang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    expect(page).to_have_url(re.compile(r"^http://[^/]+/$"))
    expect(page.get_by_role("button", name="退出")).to_be_visible()


def test_login_page_fits_a_phone(new_context):
    phone = new_context(viewport={"width": 360, "height": 740}).new_page()
    phone.goto("/accounts/login/")
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
