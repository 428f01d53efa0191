"""用真浏览器：登录，看总览，换一天；手机上不横着滚，没有脚本也能看。"""

import re

import pytest

from tests.worlds.factories import PASSWORD, make_user
from tests.worlds.kept import again, demo_2024, plan_2024
from villages.models import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def plan():
    again(plan_2024)


def test_a_leader_logs_in_and_reads_the_dashboard(plan, new_context):
    make_user("zhenzhang", role=Role.LEADER, name="镇领导")
    page = new_context().new_page()

    page.goto("/")
    page.get_by_label("用户名").fill("zhenzhang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()

    assert page.get_by_role("heading", level=1).inner_text() == "2024年耕地保护总览"

    page.get_by_label("看哪一天").fill("2024-10-20")
    page.get_by_role("button", name="查看").click()

    assert "截至2024年10月20日，8项任务都还没有数据" in page.locator(".verdict").inner_text()
    assert page.get_by_role("row", name="永久基本农田 底线").is_visible()

    page.get_by_role("link", name="9月20日").click()

    assert "比对核实今天截止" in page.locator(".verdict").inner_text()


@pytest.mark.parametrize(
    "path",
    ["/?on=2024-10-20", "/plan/", "/plan/groups/", "/plan/shares/", "/plan/readings/", "/help/"],
)
def test_a_phone_never_scrolls_sideways(plan, page_as, path):
    page = page_as(make_user(role=Role.STAFF), viewport=PHONE, java_script_enabled=False)

    page.goto(path)

    assert page.get_by_role("heading", level=1).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_leaders_print_fits_two_pages(page_as):
    """演示数据的哪一天 A4 都正好两页，逾期多的、方案结束以后的也是；导航、筛选、按钮不印出来。"""
    again(demo_2024)
    page = page_as(make_user(role=Role.LEADER))
    for on in (
        "2024-10-05",
        "2024-10-20",
        "2024-11-14",
        "2024-11-30",
        "2024-12-31&basis=recorded",
        "2025-02-01",
    ):
        page.goto(f"/?year=2024&on={on}")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 2, on

    page.emulate_media(media="print")
    assert page.get_by_role("heading", name="工作组").is_visible()
    assert not page.get_by_role("navigation", name="主要页面").is_visible()
    assert not page.get_by_role("button", name="查看").is_visible()
    assert page.get_by_role("heading", name="各村").is_visible()


def test_the_figures_stand_beside_the_curve_and_one_tap_away_on_a_phone(page_as):
    again(demo_2024)
    leader = make_user(role=Role.LEADER)
    wide, phone = page_as(leader), page_as(leader, viewport=PHONE)
    for page in (wide, phone):
        page.goto("/?on=2024-10-20")
    chart, table = (
        wide.locator("#curves .chart").first,
        wide.locator("#curves .chart-panel table").first,
    )

    assert table.is_visible()
    assert table.bounding_box()["x"] > chart.bounding_box()["x"] + chart.bounding_box()["width"]

    table = phone.locator("#curves .chart-panel table").first
    assert not table.is_visible()
    phone.locator("#curves").get_by_text("看数").first.click()
    assert table.is_visible()
