"""手机上登录：“显示密码”看得见打的字。"""

import os

import pytest
from playwright.sync_api import expect

from tests.browser.test_browser_phone import PHONE, SMALL
from tests.worlds.factories import PASSWORD, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOGIN, PASSWORD_PAGE, ACCOUNT = "/accounts/login/", "/accounts/password/", "/accounts/"


def take(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_password_is_shown_while_ticked_and_never_sent_as_plain_text(new_context):
    make_user("dong", name="东村书记")
    page = new_context(viewport=PHONE).new_page()
    page.goto(LOGIN)
    password, box = page.get_by_label("密码", exact=True), page.get_by_label("显示密码")
    page.get_by_label("用户名").fill("dong")
    password.fill(PASSWORD)

    box.check()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_attribute("autocapitalize", "none")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    take(page, "login")

    box.uncheck()
    expect(password).to_have_attribute("type", "password")

    box.check()
    page.evaluate(
        """() => document.querySelector("form").addEventListener("submit", () => {
          sessionStorage.sent = document.querySelector("#id_password").type;
        })"""
    )
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert page.evaluate("sessionStorage.sent") == "password"


def test_one_tick_shows_the_three_of_a_password_change(page_as):
    page = page_as(make_user("dong"), viewport=PHONE)
    page.goto(PASSWORD_PAGE)

    page.get_by_label("显示密码").check()

    assert page.locator("main input[type=password]").count() == 0
    assert page.evaluate(SMALL) == []
    take(page, "password")
    page.get_by_label("显示密码").uncheck()
    assert page.locator("main input[type=password]").count() == 3


def test_without_scripts_there_is_nothing_to_tick_for_it(new_context):
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(LOGIN)

    expect(page.get_by_text("显示密码")).to_be_hidden()
    take(page, "login-plain")
