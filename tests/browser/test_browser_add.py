"""在地里加一块图斑：从我的任务点过去，选任务，取位置，拍照，一次交。"""

import hashlib
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from plots.models import Evidence, Patch
from tests.browser.test_browser_phone import SMALL
from tests.browser.test_field_report import big_photo, given

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}
HERE = {"latitude": 29.8512, "longitude": 106.0512, "accuracy": 15}


@pytest.fixture
def open_year(year):
    """两项任务都让村里加。"""
    for name in ("自然撂荒地整治", "种植结构调整"):
        target = year.target(name=name)
        target.villages_may_add = True
        target.save(update_fields=["villages_may_add"])
    return year


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "found.jpg"
    Image.new("RGB", (1200, 900), "green").save(path)
    return path


def test_photos_of_a_new_patch_are_shrunk_too_and_known_by_the_original(open_year, page_as):
    content = big_photo(3)
    phone = page_as(open_year.east_secretary, viewport=PHONE)
    phone.goto("/patches/add/")
    phone.get_by_role("link", name="种植结构调整").click()
    phone.get_by_label("面积（亩）").fill("3.5")
    phone.get_by_label("从相册选").set_input_files([given(content), given(content[:90], "坏.txt")])
    phone.get_by_label("从相册选").set_input_files([given(content)])
    expect(phone.locator("[name=originals]")).not_to_have_value("")
    phone.get_by_role("button", name="添加图斑").click()

    expect(phone.locator(".messages")).to_contain_text("照片和文件 1 个")
    kept = Evidence.objects.get()
    assert kept.was_shrunk
    assert kept.original_sha256 == hashlib.sha256(content).hexdigest()
    assert kept.original_size == len(content)
    assert str(kept.lat) == "29.855000"


def fits(page):
    page.wait_for_load_state()
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_patch_found_in_the_field_goes_in_with_its_place_and_photo(open_year, page_as, picture):
    phone = page_as(open_year.east_secretary, viewport=PHONE)
    said = []
    phone.on("pageerror", lambda error: said.append(str(error)))
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation(HERE)
    phone.goto("/my/")

    phone.get_by_role("link", name="加一块图斑").click()
    phone.get_by_role("link", name="种植结构调整").click()
    assert fits(phone)
    assert phone.evaluate(SMALL) == []
    phone.get_by_label("面积（亩）").fill("3.5")
    phone.get_by_label("小地名").fill("王家湾")
    phone.get_by_role("button", name="用我现在的位置").click()
    expect(phone.get_by_text("已记下位置，精度 15 米。")).to_be_visible()
    assert phone.evaluate(SMALL) == []
    phone.get_by_label("拍照", exact=True).set_input_files(picture)
    phone.get_by_role("button", name="添加图斑").click()

    expect(phone).to_have_url(re.compile(r"/patches/\d+/$"))
    expect(phone.get_by_role("status").first).to_contain_text("记下了位置，照片和文件 1 个")
    patch = Patch.objects.get(place="王家湾")
    assert (str(patch.found_lat), patch.found_accuracy_m) == ("29.851200", 15)
    expect(phone.locator("#small-map canvas").first).to_be_visible()
    assert fits(phone)
    assert said == []


def test_a_position_taken_by_mistake_is_taken_off(open_year, page_as):
    phone = page_as(open_year.east_secretary, viewport=PHONE)
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({**HERE, "accuracy": 1500})
    phone.goto("/patches/add/")
    phone.get_by_role("link", name="自然撂荒地整治").click()

    phone.get_by_role("button", name="用我现在的位置").click()
    expect(phone.get_by_text("偏差太大，到开阔的地方重新取一次。")).to_be_visible()
    phone.get_by_role("button", name="添加图斑").click()
    expect(phone.get_by_text("已记下位置，精度 1500 米。")).to_be_visible()  # 面积没填，退回来还在
    phone.get_by_role("button", name="不记位置").click()
    phone.get_by_label("面积（亩）").fill("2")
    phone.get_by_role("button", name="添加图斑").click()

    expect(phone).to_have_url(re.compile(r"/patches/\d+/$"))
    assert Patch.objects.get(area_mu=2).spot is None


def test_without_scripts_a_patch_is_added_all_the_same(open_year, page_as):
    phone = page_as(open_year.east_secretary, viewport=PHONE, java_script_enabled=False)
    phone.goto("/patches/add/")
    phone.get_by_role("link", name="自然撂荒地整治").click()

    expect(phone.get_by_role("button", name="用我现在的位置")).not_to_be_visible()
    phone.get_by_label("面积（亩）").fill("2")
    phone.get_by_role("button", name="添加图斑").click()

    expect(phone).to_have_url(re.compile(r"/patches/\d+/$"))
