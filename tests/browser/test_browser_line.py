"""在一条会断的网上：登录、断了、又通了。"""

import pytest
from playwright.sync_api import Error, expect

from tests.worlds.factories import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}


def test_secretary_logs_in_loses_the_signal_and_comes_back(year, new_context, line):
    year.patch(code="T0012", place="王家湾")
    phone = new_context(base_url=line.url, viewport=PHONE).new_page()

    phone.goto("/my/")
    phone.get_by_label("用户名").fill(year.east_secretary.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    expect(phone.locator(".task-card")).to_have_count(1)
    assert phone.evaluate("isSecureContext")

    line.down()
    with pytest.raises(Error, match="net::ERR_"):
        phone.reload()
    expect(phone).to_have_url("chrome-error://chromewebdata/")  # 浏览器自己的“无法访问此网站”
    line.up()
    phone.goto("/my/")

    expect(phone.locator(".task-card")).to_have_count(1)
    assert line.requests.count("POST /accounts/login/?next=/my/") == 1
    assert line.requests.count("GET /my/") == 3  # 没登录的一次、登录后的一次、又通了的一次


def test_page_as_goes_through_the_line_when_asked(year, page_as, line):
    year.patch(code="T0012")
    line.speed(50_000, latency=0.02)

    phone = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    phone.goto("/my/")

    expect(phone.locator(".task-card")).to_have_count(1)
    assert line.requests[0] == "GET /my/"


SEND = """async (size) => {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  body.append("photo", new Blob([new Uint8Array(size)]));
  try { return (await fetch("/my/", { method: "POST", body })).status; } catch (error) { return "断了"; }
}"""


def test_browser_sends_again_by_itself_unless_the_signal_stays_away(year, page_as, line):
    """用过的连接断了，浏览器自己再发一遍，脚本看不出来；一直没有信号，脚本才知道断了。"""
    phone = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    phone.goto("/my/")

    line.cut_after(200_000, match=b"POST /my/")
    assert phone.evaluate(SEND, 500_000) == 200
    assert line.requests.count("POST /my/") == 2

    line.cut_after(200_000, match=b"POST /my/", stay_down=True)
    assert phone.evaluate(SEND, 500_000) == "断了"
    line.up()
    assert phone.evaluate(SEND, 500_000) == 200
    assert line.cuts == 2
