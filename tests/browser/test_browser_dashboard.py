"""用真浏览器：登录，看总览，换一天；手机上不横着滚，没有脚本也能看。"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tasks.models import Target
from tests.worlds.factories import (
    PASSWORD,
    make_milestone,
    make_patch,
    make_plan,
    make_record,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again, demo_2024, plan_2024
from villages.models import Role

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}
DAYS = [
    "2024-01-03",
    "2024-03-01",
    "2024-09-10",
    "2024-09-25",
    "2024-10-05",
    "2024-10-20",
    "2024-11-05",
    "2024-11-20",
    "2024-12-05",
    "2024-12-20",
    "2024-12-31",
    "2024-12-31&basis=recorded",
]
OVERFLOW = """() => {
  const box = document.querySelector("#deadlines .table-box");
  return box.scrollWidth - box.clientWidth;
}"""


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

    expect(page.get_by_role("heading", level=1)).to_have_text("2024年耕地保护总览")

    page.get_by_label("看哪一天").fill("2024-10-20")
    page.get_by_role("button", name="查看").click()

    expect(page.locator(".verdict")).to_contain_text("截至2024年10月20日，8项任务都还没有数据")
    expect(page.get_by_role("row", name="永久基本农田 底线")).to_be_visible()

    page.get_by_role("link", name="9月20日", exact=True).click()

    expect(page.locator(".verdict")).to_contain_text("比对核实今天截止")


@pytest.mark.parametrize(
    "path",
    ["/?on=2024-10-20", "/plan/", "/plan/groups/", "/plan/shares/", "/plan/readings/", "/help/"],
)
def test_a_phone_never_scrolls_sideways(plan, page_as, path):
    page = page_as(make_user(role=Role.STAFF), viewport=PHONE, java_script_enabled=False)

    page.goto(path)

    expect(page.get_by_role("heading", level=1)).to_be_visible()
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
    expect(page.get_by_role("heading", name="工作组")).to_be_visible()
    expect(page.get_by_role("navigation", name="主要页面")).not_to_be_visible()
    expect(page.get_by_role("button", name="查看")).not_to_be_visible()
    expect(page.get_by_role("heading", name="各村")).to_be_visible()


def test_the_curves_are_small_multiples_and_their_figures_are_one_tap_away(page_as):
    """宽的屏幕一行三四张，手机一行一张；推算和数点一下才出来，没有脚本也点得开。"""
    again(demo_2024)
    leader = make_user(role=Role.LEADER)
    in_a_row = {}
    for width in (360, 1280, 1920):
        viewport = {"width": width, "height": 900}
        page = page_as(leader, viewport=viewport, java_script_enabled=False)
        page.goto("/?on=2024-10-20")
        tops = [panel.bounding_box()["y"] for panel in page.locator(".chart-panel").all()]
        in_a_row[width] = tops.count(tops[0])

        table = page.locator(".chart-panel table").first
        expect(table).not_to_be_visible()
        page.locator("#curves summary").first.click()
        expect(table).to_be_visible()

    assert in_a_row == {360: 1, 1280: 3, 1920: 4}


def within(page, selector, height):
    """selector 里到 height 为止看得见的字；它整个在这一屏里才算。"""
    box = page.locator(selector).bounding_box()
    assert box["y"] + box["height"] <= height, (selector, box)
    return page.locator(selector).inner_text()


def test_the_first_fold_answers_the_four_questions(page_as):
    """1280×800 不滚动：什么逾期、哪几个村最差、比上周动了多少、任务数到不到得了。"""
    again(demo_2024)
    page = page_as(make_user(role=Role.LEADER), viewport={"width": 1280, "height": 800})

    page.goto("/?year=2024&on=2024-10-20")
    late, worst, moved, goals = (
        within(page, f"#{name}", 800) for name in ("attention", "worst", "moved", "goals")
    )

    assert "自然撂荒地整治 · 复耕复种 逾期20天 3个：团碾2、太平1" in " ".join(late.split())
    assert worst.index("团碾") < worst.index("太平") < worst.index("坪漆")
    assert "5个逾期 自然撂荒地整治 · 复耕复种，逾期20天" in " ".join(worst.split())
    assert "比上周" in moved
    assert "上报 +21 个：" in moved
    assert "该村里办的逾期 −4 个：" in moved
    for name in Target.objects.values_list("name", flat=True):
        assert name in goals
    assert "上报 56.7% +11个 · 核实 4.3% +3个" in goals
    assert "镇级核实按近14天进度，预计2025年8月10日做完现有图斑，晚268天" in goals


@pytest.mark.parametrize(("width", "most"), [(1280, 3800), (1920, 2550)])
def test_the_page_is_not_long_on_any_day_of_the_year(page_as, width, most):
    again(demo_2024)
    page = page_as(make_user(role=Role.LEADER), viewport={"width": width, "height": 800})
    too_long = {}
    for on in DAYS:
        page.goto(f"/?year=2024&on={on}")
        height = page.evaluate("document.documentElement.scrollHeight")
        fold = page.locator(".first").bounding_box()
        if height > most or fold["y"] + fold["height"] > 800:
            too_long[on] = (height, fold)

    assert too_long == {}


def test_the_switch_beside_the_date_compares_with_any_day_or_none(page_as):
    again(demo_2024)
    page = page_as(make_user(role=Role.LEADER), java_script_enabled=False)

    page.goto("/?year=2024&on=2024-10-20")
    expect(page.get_by_role("columnheader", name="±上报")).to_have_count(2)
    page.get_by_role("link", name="上月", exact=True).click()
    expect(page.get_by_role("link", name="2024年9月20日那天")).to_be_visible()
    page.get_by_text("任一天").click()
    page.get_by_label("和哪一天比").fill("2024-10-01")
    page.get_by_role("button", name="比较").click()
    expect(page.get_by_role("heading", name="比10月1日")).to_be_visible()
    page.get_by_role("link", name="不比").click()
    expect(page.locator("#moved")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="±上报")).to_have_count(0)


def test_the_jumps_stay_in_sight_and_lead_to_their_section(page_as):
    again(demo_2024)
    page = page_as(make_user(role=Role.LEADER), viewport={"width": 1280, "height": 800})

    page.goto("/?year=2024&on=2024-10-20")
    jumps = page.get_by_role("navigation", name="这一页的各节")
    for name, heading in (("节点", "时间节点"), ("曲线", "进度曲线")):
        jumps.get_by_role("link", name=name).click()
        title = page.get_by_role("heading", name=heading).bounding_box()
        bar = jumps.bounding_box()
        assert bar["y"] + bar["height"] <= title["y"] < 800, (name, bar, title)


@pytest.mark.parametrize("dates", [3, 7, 12])
def test_the_matrix_is_right_with_few_and_with_many_dates(page_as, dates):
    """一步一行；宽的自己一个框里横着拖，第一列留着；900 以下一项任务一张单子；没有数的一列收窄。"""
    plan = make_plan()
    village = make_village("东村")
    target, other = (make_target(plan, code, name=code, order=n) for n, code in enumerate("甲乙"))
    days = [date(2024, 3, 1) + timedelta(days=20 * number) for number in range(dates)]
    for number, day in enumerate(days):
        step = make_milestone(target, f"s{number}", name=f"步骤{number}", due_on=day, order=number)
        if number == 0:
            first = step
    make_milestone(other, "late", name="还没有图斑的", due_on=date(2024, 12, 31))
    patches = [make_patch(target, village) for _ in range(3)]
    make_record(patches[0], first, on=date(2024, 2, 20), by=make_user(role=Role.STAFF))
    leader = make_user(role=Role.LEADER)

    for width in (360, 768, 1280, 1920):
        page = page_as(leader, viewport={"width": width, "height": 900})
        page.goto("/?year=2024&on=2024-04-01")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        box = page.locator("#deadlines .table-box").bounding_box()
        cell = page.locator("#deadlines .one-line").first
        assert re.sub(r"\s+", " ", cell.inner_text()).startswith("逾期 1/3 ")
        assert cell.bounding_box()["height"] <= 30  # 一行
        if width < 900:
            expect(page.locator("#deadlines thead")).not_to_be_visible()
            assert page.evaluate(OVERFLOW) <= 0
            assert (
                page.locator("#deadlines .step-name").get_by_text(f"步骤{dates - 1}").is_visible()
            )
            continue
        assert box["width"] >= width - 60  # 窗口多宽就多宽
        folded, *_ = page.locator("#deadlines thead .folded").all()
        assert folded.bounding_box()["width"] <= 100
        if dates < 12 or width == 1920:
            assert page.evaluate(OVERFLOW) <= 0
        page.evaluate("document.querySelector('#deadlines .table-box').scrollLeft = 9999")
        name = page.locator("#deadlines tbody th").first.bounding_box()
        assert abs(name["x"] - box["x"]) <= 2
