"""没交以前先在手机上查一遍：哪里不对，说的和服务器是同一句。"""

import pytest
from playwright.sync_api import expect

from tests.browser.test_field_report import PHONE, opened, press, sent

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
WRONG = {
    "没填日期": {"done_on": ""},
    "日期没到": {"done_on": "2099-01-01"},
    "日期太早": {"done_on": "2001-01-01"},
    "面积没填": {"amount": "part"},
    "面积不是数": {"amount": "part", "area_mu": "0"},
    "面积多了": {"amount": "part", "area_mu": "99.5"},
    "面积和全部不一样": {"amount": "whole", "area_mu": "3.5"},
    "只做一部分报两步": {"amount": "part", "area_mu": "3.5", "step": 1},
    "缺照片和编号": {},
    "两步一起缺": {"step": 1},
}
ERRORS = """() => [...document.querySelectorAll(".report-form .error")]
  .map((one) => one.textContent.trim().replace(/浏览器不会留住.*/, ""))"""
FILL = """(fields) => {
  const form = document.querySelector(".report-form");
  for (const [name, value] of Object.entries(fields)) {
    if (name === "step") document.getElementById(`id_step_${value}`).checked = true;
    else if (name === "amount") form.elements.amount.value = value;
    else form.elements[name].value = value;
  }
}"""


@pytest.fixture
def demanding(year):
    needs = {"min_photos": 2, "needs_external_ref": True}
    patch = year.patch(target=year.target(**needs), code="T0020")
    patch.target.milestones.filter(code="replant").update(min_photos=1, needs_external_ref=True)
    return patch


@pytest.mark.parametrize("fields", WRONG.values(), ids=WRONG)
def test_phone_says_the_very_sentences_of_the_server(year, demanding, page_as, line, fields):
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    opened(page, demanding)
    page.evaluate(FILL, fields)
    press(page)
    expect(page.locator(".report-form .error-summary")).to_be_visible()
    said = page.evaluate(ERRORS)
    assert sent(line, "POST /patches/") == []

    with page.expect_navigation():
        page.evaluate("document.querySelector('.report-form').submit()")  # 不经过脚本

    assert said and sorted(page.evaluate(ERRORS)) == sorted(said)
