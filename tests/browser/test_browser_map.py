"""用真浏览器看地图：画得出、点得开、筛得动；别的村的不在里面；不向外要东西，控制台里一声不响。"""

import re

import pytest
from playwright.sync_api import expect

from tests.plots.pages.test_map import DEGREES, Land, field
from tests.worlds.factories import make_shape, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}
EVERYTHING = "/patches/map/?year=2024"
CLOSE = "#18/29.8505/106.0505"  # DONG-1 在正中间


@pytest.fixture
def land():
    return Land()


@pytest.fixture
def opened(page_as):
    """opened(user, 地址)：打开地图，等图斑画好；控制台里有一声就失败。"""
    said = []

    def open_map(user, path=EVERYTHING, **kwargs):
        page = page_as(user, **kwargs)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path)
        expect(page.locator("#map")).to_have_attribute("data-shown", re.compile(r"\d+"))
        return page

    yield open_map
    assert said == []


def in_list(page):
    return page.locator("#map-list a").all_inner_texts()


def ink(page):
    """画布上有颜色的像素个数。"""
    return page.evaluate("""() => {
        const canvas = document.querySelector("#map canvas"), pen = canvas.getContext("2d");
        return pen.getImageData(0, 0, canvas.width, canvas.height).data.filter((value, at) => at % 4 === 3 && value).length;
    }""")


def click_middle(page):
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 20)


def test_a_clerk_opens_the_map_and_clicks_through_to_a_patch(land, opened):
    page = opened(land.staff, EVERYTHING + CLOSE)

    assert in_list(page) == ["DONG-1"]  # 这个范围里只有它
    assert ink(page) > 1000
    legend = page.locator(".legend")
    for word in (
        "待整治",
        "整治中",
        "已退回",
        "待核实",
        "已销号",
        "核查无问题",
        "暂缓",
        "粗红边：下一步已逾期",
    ):
        expect(legend.get_by_text(word, exact=True)).to_be_visible()
    click_middle(page)

    popup = page.locator(".leaflet-popup-content")
    expect(popup).to_contain_text("东村，柏树湾")
    expect(popup).to_contain_text("自然撂荒地整治，12.50 亩")
    expect(popup).to_contain_text("下一步已逾期")
    popup.get_by_role("link", name="DONG-1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("图斑 DONG-1")

    page.go_back()
    expect(page).to_have_url(re.compile(r"#18/"))  # 还在原来看的地方
    expect(page.locator("#map-words")).to_have_text("这个范围里有 1 个图斑。")


def test_list_follows_the_map_and_the_map_shows_village_names(land, opened):
    page = opened(land.staff)
    assert sorted(in_list(page)) == ["DONG-1", "DONG-2", "XI-1"]
    expect(page.locator(".map-village")).to_have_text(["东村", "西村"])

    page.goto(EVERYTHING + "#17/29.8505/106.0805")
    page.reload()

    expect(page.locator("#map-words")).to_have_text("这个范围里有 1 个图斑。")
    assert in_list(page) == ["XI-1"]
    page.get_by_role("button", name="看全部图斑").click()
    expect(page.locator("#map-words")).to_have_text("这个范围里有 3 个图斑。")


def test_a_condition_narrows_the_list_and_the_map_alike(land, opened):
    page = opened(land.staff)

    page.get_by_text("更多条件").click()
    page.get_by_label("目前状态").select_option("已销号")
    page.get_by_role("button", name="筛选").click()

    expect(page.locator("#map")).to_have_attribute("data-shown", "1")
    assert in_list(page) == ["DONG-2"]
    expect(page.get_by_text("状态：已销号")).to_be_visible()
    click_middle(page)
    expect(
        page.locator(".leaflet-popup-content").get_by_role("link", name="DONG-2")
    ).to_be_visible()


def test_a_secretary_sees_only_the_own_village(land, opened, page_as):
    page = opened(make_user("dong", villages=[land.east]), viewport=PHONE)

    assert in_list(page) == ["DONG-1", "DONG-2"]
    expect(page.locator(".map-village")).to_have_text(["东村"])
    assert "XI-" not in page.content()
    raw = page.evaluate(
        "fetch('/patches/map/data.geojson?year=2024').then((answer) => answer.text())"
    )
    assert "DONG-1" in raw and "XI-" not in raw
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_without_scripts_there_is_a_sentence_and_the_list(land, page_as):
    page = page_as(land.staff, java_script_enabled=False, viewport=PHONE)

    page.goto(EVERYTHING)

    expect(page.get_by_text("浏览器没有运行脚本，画不出地图")).to_be_visible()
    assert in_list(page) == ["DONG-1", "DONG-2", "XI-1"]
    expect(page.locator("#map")).not_to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_locate_me_says_where_or_why_not(land, opened):
    page = opened(land.staff)

    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 29.8505, "longitude": 106.0505, "accuracy": 12})
    page.get_by_role("button", name="我在哪里").click()

    expect(page.locator("#locate-words")).to_have_text("您在蓝点的位置，误差约 12 米。")
    expect(page.locator("#map-words")).to_contain_text("这个范围里有")


def test_a_lost_connection_is_said_and_the_map_recovers(land, opened):
    page = opened(land.staff)

    page.evaluate(
        "() => { window.working = window.fetch; window.fetch = () => Promise.reject(new TypeError()); }"
    )
    page.get_by_role("button", name="缩小").click()
    expect(page.locator("#map-words")).to_contain_text("网络不通，图斑没有取到。")

    page.evaluate("() => { window.fetch = window.working; }")
    page.get_by_role("button", name="缩小").click()
    expect(page.locator("#map-words")).to_have_text("这个范围里有 3 个图斑。")


def test_patch_page_draws_its_own_shape(land, page_as):
    said = []
    page = page_as(land.staff)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    make_shape(land.bare, field(106.090, 29.850), crs=DEGREES)

    page.goto(f"/patches/{land.bare.pk}/")

    expect(page.locator("#small-map canvas")).to_be_visible()
    assert said == []
