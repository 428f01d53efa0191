"""手机上登录：“显示密码”看得见打的字，勾“保持登录”关了浏览器再开还在。"""

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


def test_password_is_shown_when_asked_and_never_sent_as_plain_text(new_context):
    make_user("dong", name="东村书记")
    page = new_context(viewport=PHONE).new_page()
    page.goto(LOGIN)
    password = page.get_by_label("密码")
    show, hide = (page.get_by_role("button", name=name) for name in ("显示密码", "隐藏密码"))
    page.get_by_label("用户名").fill("dong")
    password.fill(PASSWORD)

    show.click()
    expect(password).to_have_attribute("type", "text")
    expect(password).to_have_attribute("autocapitalize", "none")
    assert page.evaluate(SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    take(page, "login")

    hide.click()
    expect(password).to_have_attribute("type", "password")

    show.click()
    page.evaluate(
        """() => document.querySelector("form").addEventListener("submit", () => {
          sessionStorage.sent = document.querySelector("#id_password").type;
        })"""
    )
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    assert page.evaluate("sessionStorage.sent") == "password"


def test_one_press_shows_the_three_of_a_password_change(page_as):
    page = page_as(make_user("dong"), viewport=PHONE)
    page.goto(PASSWORD_PAGE)

    page.get_by_role("button", name="显示密码").click()

    expect(page.locator("main input[type=password]")).to_have_count(0)
    assert page.evaluate(SMALL) == []
    take(page, "password")
    page.get_by_role("button", name="隐藏密码").click()
    expect(page.locator("main input[type=password]")).to_have_count(3)


def test_without_scripts_there_is_nothing_to_press_for_it(new_context):
    page = new_context(viewport=PHONE, java_script_enabled=False).new_page()
    page.goto(LOGIN)

    expect(page.get_by_text("显示密码")).to_be_hidden()
    expect(page.get_by_label("在这台手机上保持登录")).to_be_visible()
    take(page, "login-plain")


def test_ticked_it_outlives_the_browser(new_context, live_server):
    make_user("dong", name="东村书记")
    before = new_context(viewport=PHONE)
    page = before.new_page()
    page.goto(LOGIN)
    page.get_by_label("用户名").fill("dong")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("在这台手机上保持登录").check()
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出")).to_be_visible()
    page.goto(ACCOUNT)
    expect(page.get_by_text("保持登录，到")).to_be_visible()
    take(page, "account")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    kept = [
        cookie for cookie in before.cookies() if cookie["expires"] > 0
    ]  # 别的关了浏览器就没有了
    after = new_context(viewport=PHONE)
    after.add_cookies(kept)
    reopened = after.new_page()
    reopened.goto(ACCOUNT)

    expect(reopened.get_by_role("heading", level=1)).to_have_text("我的账号")
