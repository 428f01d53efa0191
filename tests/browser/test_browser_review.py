"""核实得快：J K P R 四个键，下一块就地换上；勾几个，按钮上马上说几个能、几个不能；没有脚本也都办得成。"""

import pytest
from playwright.sync_api import expect

from plots.models import Patch, Status
from tests.worlds.year import TODAY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def queue(year):
    """三块别人报的，一块黄玲自己报的。"""
    target = year.target()
    for code, by in (("T1", None), ("T2", None), ("T3", None), ("自己报的", year.huang)):
        patch = year.patch(target=target, code=code)
        year.report(patch, by=by, step=target.milestones.get(code="evidence"))
    return {patch.code: patch for patch in Patch.objects.all()}


def status_of(code):
    return Patch.objects.get(code=code).status


def heading(page):
    return page.get_by_role("heading", level=1)


def test_keys_walk_pass_and_return_and_the_next_comes_in_place(year, queue, page_as):
    page = page_as(year.huang)
    page.goto(f"/review/{queue['T1'].pk}/")
    page.evaluate("window.sameDocument = true")

    page.keyboard.press("j")
    expect(heading(page)).to_have_text("核实 T2")
    page.keyboard.press("k")
    expect(heading(page)).to_have_text("核实 T1")
    page.keyboard.press("p")
    expect(heading(page)).to_have_text("核实 T2")
    expect(page.get_by_role("status")).to_contain_text("T1 镇级核实通过")
    assert page.evaluate("window.sameDocument") is True
    assert page.url.endswith(f"/review/{queue['T2'].pk}/")
    assert status_of("T1") == Status.CLOSED

    page.keyboard.press("r")  # 没有勾理由：先到理由那里
    assert status_of("T2") == Status.AWAITING
    page.keyboard.press("Space")
    page.keyboard.press("r")
    expect(heading(page)).to_have_text("核实 T3")
    assert status_of("T2") == Status.RETURNED
    expect(page.locator(".nav .count").first).to_have_text("2")


def test_letters_typed_into_the_note_decide_nothing(year, queue, page_as):
    page = page_as(year.huang)
    page.goto(f"/review/{queue['T1'].pk}/")

    page.get_by_label("说明").press_sequentially("pjrk")
    page.keyboard.press("Control+p")

    expect(heading(page)).to_have_text("核实 T1")
    assert status_of("T1") == Status.AWAITING


def test_a_mistake_is_told_in_place_and_nothing_is_lost(year, queue, page_as):
    page = page_as(year.huang)
    page.goto(f"/review/{queue['T1'].pk}/")
    page.get_by_label("说明").fill("北边没种")
    page.get_by_label("日期").fill("2099-01-01")

    page.get_by_role("button", name="退回", exact=True).click()

    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_label("说明")).to_have_value("北边没种")
    assert status_of("T1") == Status.AWAITING


def test_when_the_fetch_fails_the_form_goes_the_plain_way(year, queue, page_as):
    page = page_as(year.huang)
    page.goto(f"/review/{queue['T1'].pk}/")
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('断了')); }")

    page.keyboard.press("p")

    expect(heading(page)).to_have_text("核实 T2")
    assert status_of("T1") == Status.CLOSED
    assert page.evaluate("window.sameDocument") is None


def test_the_button_counts_what_is_ticked_and_what_cannot(year, queue, page_as):
    page = page_as(year.huang)
    page.goto("/review/")
    passing = page.get_by_role("button", name="核实通过")
    expect(passing).to_be_disabled()

    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("Space")
    page.get_by_label("勾选 自己报的").check()

    expect(passing).to_have_text("核实通过 2 个（1 个不能）")
    expect(page.get_by_role("button", name="退回")).to_have_text("退回 2 个（1 个不能）")
    page.keyboard.press("p")
    page.get_by_role("button", name="核实通过 2 个（1 个不能）").click()
    expect(heading(page)).to_have_text("核实通过：2 个办成，1 个没有办成")
    page.get_by_role("link", name="回到待核实").click()
    expect(heading(page)).to_have_text("待核实")


def test_without_scripts_it_is_decided_all_the_same(year, queue, page_as):
    page = page_as(year.huang, java_script_enabled=False)
    page.goto("/review/")
    page.locator(".menu").first.locator("summary").click()
    expect(page.get_by_role("link", name="导入图斑")).to_be_visible()
    page.locator(".menu").first.locator("summary").click()

    page.get_by_label("勾选 T1").check()
    page.get_by_role("button", name="核实通过勾选的").click()
    page.get_by_role("button", name="核实通过 1 个").click()

    expect(heading(page)).to_have_text("核实通过：1 个办成")
    assert status_of("T1") == Status.CLOSED


@pytest.mark.parametrize("path", ["/today/", "/review/", "/confirmations/"])
def test_on_a_phone_nothing_sticks_out_and_all_can_be_pressed(year, queue, page_as, path):
    from tests.browser.test_browser_phone import SMALL

    year.patch(due=-3)
    page = page_as(year.huang, viewport=PHONE)
    page.goto(path)
    page.wait_for_load_state()
    page.locator(".menu").first.locator("summary").click()

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(SMALL) == []


def test_one_menu_at_a_time_and_escape_closes_it(year, page_as):
    page = page_as(year.huang)
    page.goto("/today/")
    do, papers = page.locator(".menu summary").all()

    do.click()
    papers.click()
    expect(page.get_by_role("link", name="导入图斑")).not_to_be_visible()
    expect(page.get_by_role("link", name="村级确认表").first).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator(".menu[open]")).to_have_count(0)
    expect(papers).to_be_focused()


def test_opening_the_system_staff_see_what_is_to_do_today(year, queue, page_as):
    page = page_as(year.huang)
    page.goto("/home/")

    expect(heading(page)).to_have_text("今天要办的")
    expect(page.locator(".work-row").first).to_contain_text("4")
    page.get_by_role("link", name="开始核实").click()
    expect(page.get_by_role("row")).to_have_count(5)
    assert TODAY().isoformat() in page.locator("tbody tr").first.inner_text()
