"""我的任务在手机上：按远近排，位置不出手机；不给位置就照原样。"""

import pytest
from playwright.sync_api import expect

from tests.plots.pages.test_map import DEGREES, field
from tests.worlds.factories import make_shape

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}
HERE = {"latitude": 29.8512, "longitude": 106.0512, "accuracy": 12}


@pytest.fixture
def scattered(year):
    """先急后缓是：远、没有图形的、近。"""
    far = year.patch(due=-9, code="远", place="远湾")
    year.patch(due=-8, code="无", place="无图湾")
    near = year.patch(due=-7, code="近", place="近湾")
    make_shape(far, field(106.07, 29.85), crs=DEGREES)
    make_shape(near, field(106.05, 29.85), crs=DEGREES)
    return year


def places(phone):
    return phone.locator(".task-card .task-code").all_inner_texts()


def test_the_nearest_come_first_and_the_position_stays_on_the_phone(scattered, page_as):
    phone = page_as(scattered.east_secretary, viewport=PHONE)
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(HERE)
    sent, said = [], []
    phone.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    phone.on("pageerror", lambda error: said.append(str(error)))
    phone.goto("/my/")
    assert places(phone) == ["远湾", "无图湾", "近湾"]

    phone.get_by_role("link", name="按远近排").click()

    expect(phone.get_by_text("近的在前。手机位置的误差约 12 米")).to_be_visible()
    assert places(phone) == ["近湾", "远湾", "无图湾"]
    away = phone.locator("[data-away]:visible").all_inner_texts()
    assert [words.split()[-1] for words in away] == ["米", "公里"]
    expect(phone.get_by_text("下面 1 个还不知道在地图上哪里")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert [url for url in sent if "29.85" in url or "106.05" in url] == []
    assert said == []


def test_without_a_position_the_list_stays_and_says_why(scattered, page_as):
    phone = page_as(scattered.east_secretary, viewport=PHONE)

    phone.goto("/my/?sort=near")

    expect(phone.get_by_text("浏览器没有允许取位置，还按缓急排。")).to_be_visible()
    assert places(phone) == ["远湾", "无图湾", "近湾"]
    phone.get_by_role("link", name="按缓急排").click()
    expect(phone.get_by_role("heading", name="逾期 3 个")).to_be_visible()


def test_without_scripts_nothing_is_offered(scattered, page_as):
    phone = page_as(scattered.east_secretary, viewport=PHONE, java_script_enabled=False)

    phone.goto("/my/")

    expect(phone.get_by_role("link", name="按远近排")).not_to_be_visible()
    phone.goto("/my/?sort=near")
    expect(phone.get_by_text("下面先按缓急排")).to_be_visible()
