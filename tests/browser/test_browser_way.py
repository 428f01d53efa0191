"""整条路用真浏览器走一遍：导入下发的表、村里手机上报、镇里退回、村里再报、另一人核实、总览的数跟着动。"""

import re

import pytest
from openpyxl import Workbook
from PIL import Image
from playwright.sync_api import expect

from plots.models import Patch, RectificationRecord, Status
from tests.worlds.year import TODAY, in_days

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def picture(tmp_path):
    def taken(color):
        path = tmp_path / f"{color}.jpg"
        Image.new("RGB", (1200, 900), color).save(path)
        return path

    return taken


def fits(page):
    page.wait_for_load_state()  # 样式到齐了再量
    return page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def needing_a_photo(year):
    target = year.target(due=3, min_photos=1, needs_external_ref=True)
    return year.patch(target=target, code="T0012", place="王家湾", area_mu="3.5")


def import_through_the_page(page, year, tmp_path):
    """区里下发的一张小表，从导入页传上去，看过预览再导入。"""
    year.target(due=3, min_photos=1, needs_external_ref=True)
    book = Workbook()
    for row in (
        ["图斑编号", "村", "小地名", "面积（亩）"],
        ["T0012", "东村", "王家湾", 3.5],
        ["W0001", "西村", "", 8],
    ):
        book.active.append(row)
    book.save(tmp_path / "下发.xlsx")
    page.goto("/patches/import/")
    page.get_by_label("目标任务").select_option(label=f"{year.plan.name} · 自然撂荒地整治")
    page.locator("input[type=file]").set_input_files(tmp_path / "下发.xlsx")
    page.get_by_role("button", name="上传并预览").click()
    page.get_by_role("button", name="导入这份文件").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已导入：下发.xlsx")
    return Patch.objects.get(code="T0012")


def report_both_steps(phone, picture, note):
    """在手机上从“我的任务”点开图斑，两步一起报，带一张照片和上传编号。"""
    phone.goto("/my/")
    assert fits(phone)
    phone.get_by_role("link", name=re.compile("T0012")).click()
    assert fits(phone)
    if phone.get_by_label("一起报到举证上传").count():
        phone.get_by_label("一起报到举证上传").check()
    phone.get_by_label("拍照", exact=True).set_input_files(picture)
    phone.get_by_label("国土调查云上传编号").fill("YDC-0091")
    phone.get_by_label("说明").fill(note)
    phone.get_by_role("button", name=re.compile("^上报")).click()
    expect(phone).to_have_url(re.compile("/my/$"))
    assert fits(phone)


def confirmed_on_dashboard(page):
    page.goto("/")
    row = page.get_by_role("row", name=re.compile("^自然撂荒地整治")).first
    return row.locator("td[data-label=核实]").inner_text().split()[0]


def test_the_whole_way_from_the_county_table_to_the_dashboard(year, page_as, picture, tmp_path):
    huang, liu = page_as(year.huang), page_as(year.liu)
    patch = import_through_the_page(huang, year, tmp_path)
    phone = page_as(year.east_secretary, viewport=PHONE)
    phone.goto("/my/")
    expect(phone.locator(".task-card")).to_have_count(1)
    assert confirmed_on_dashboard(huang) == "0.00"

    report_both_steps(phone, picture("green"), "油菜已经种上")
    said = phone.get_by_role("status").inner_text()
    assert said.startswith("已上报 T0012 复耕复种、举证上传，3.50 亩。下一步：镇级核实，")
    expect(phone.get_by_text("1 个待核实")).to_be_visible()

    huang.goto("/review/")
    huang.get_by_role("link", name="T0012").click()
    photo = huang.get_by_role("img", name=re.compile("举证上传的照片"))
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    huang.get_by_label("需补充近景").check()
    huang.get_by_label("举证上传").check()
    huang.get_by_label("说明").fill("看不清苗")
    huang.get_by_role("button", name="退回").click()
    assert (
        huang.get_by_role("status").inner_text()
        == "T0012 已退回到“举证上传”，东村会在“我的任务”最前面看到。"
    )
    expect(huang.get_by_text("都核实完了")).to_be_visible()

    phone.goto("/my/")
    first = phone.locator(".task-card").first.inner_text()
    assert "T0012" in first
    assert "需补充近景；看不清苗" in first
    report_both_steps(phone, picture("olive"), "补了近景")

    liu.goto("/review/")
    liu.get_by_role("link", name="从第一个开始").click()
    liu.get_by_role("button", name="核实通过").click()
    expect(liu.get_by_role("status")).to_have_text("T0012 镇级核实通过，3.50 亩，已销号。")
    patch.refresh_from_db()
    assert patch.status == Status.CLOSED
    assert confirmed_on_dashboard(liu) == "3.50"


def test_report_works_without_scripts_and_keeps_what_was_typed(year, page_as, picture):
    patch = needing_a_photo(year)
    phone = page_as(year.east_secretary, viewport=PHONE, java_script_enabled=False)

    phone.goto(f"/patches/{patch.pk}/report/")
    phone.get_by_label("完成日期").fill(in_days(1).isoformat())
    phone.get_by_label("说明").fill("雨前种完")
    phone.get_by_role("button", name="上报复耕复种").click()

    assert phone.get_by_role("alert").get_by_role("link").inner_text().startswith("完成日期：")
    expect(phone.get_by_label("说明")).to_have_value("雨前种完")
    assert fits(phone)

    phone.get_by_label("完成日期").fill(TODAY().isoformat())
    phone.get_by_label("只完成一部分").check()
    phone.get_by_label("这次做了多少亩").fill("1.2")
    phone.get_by_role("button", name="上报复耕复种").click()

    expect(phone.get_by_role("status")).to_contain_text("1.20 亩，这一步还剩 2.30 亩")
    assert RectificationRecord.objects.get().note == "雨前种完"


def test_area_and_upload_number_appear_only_when_they_are_asked_for(year, page_as):
    patch = needing_a_photo(year)
    phone = page_as(year.east_secretary, viewport=PHONE)

    phone.goto(f"/patches/{patch.pk}/report/")

    area, number = phone.get_by_label("这次做了多少亩"), phone.get_by_label("国土调查云上传编号")
    expect(area).not_to_be_visible()
    expect(number).not_to_be_visible()
    phone.get_by_label("只完成一部分").check()
    expect(area).to_be_visible()
    phone.get_by_label("一起报到举证上传").check()
    expect(number).to_be_visible()
    expect(phone.get_by_role("button", name="上报复耕复种、举证上传")).to_be_visible()


def test_everything_to_press_on_a_phone_is_big_enough(year, page_as):
    back = year.patch(due=9, code="T0099")
    year.report(back)
    year.send_back(back)
    phone = page_as(year.east_secretary, viewport=PHONE, java_script_enabled=False)

    for path in ("/my/", f"/patches/{back.pk}/report/"):
        phone.goto(path)
        small = phone.evaluate(
            """() => [...document.querySelectorAll("main a, main button, main label.choice, main label.button")]
            .filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 44).map(e => e.innerText)"""
        )
        assert small == []
        assert fits(phone)


def test_review_fits_a_phone_and_enter_does_not_pass_by_accident(year, page_as):
    patch = year.patch(code="T0012")
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    phone = page_as(year.huang, viewport=PHONE)

    phone.goto("/review/")
    assert fits(phone)
    phone.goto(f"/review/{patch.pk}/")
    assert fits(phone)
    phone.get_by_label("日期").press("Enter")

    expect(phone.get_by_role("alert")).to_contain_text("请按“核实通过”或“退回”")
    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
