"""路上、手机上有人有事捣乱：别的网关假装收到了，钟慢一年，登录断了，改到一半又连上。报的不丢，也不替人报。"""

import pytest
from PIL import Image
from playwright.sync_api import expect

from plots.models import Evidence, PendingEvidence, RectificationRecord
from tests.browser.line import until
from tests.browser.test_field_report import ALBUM, PHONE, choose, given, opened, press, sent
from tests.worlds.photos import TONGLIANG, encoded, exif

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
REPORTS = """() => new Promise((resolve) => {
  const asked = indexedDB.open("taiping", 1);
  asked.onsuccess = () => {
    const found = asked.result.transaction("reports").objectStore("reports").getAll();
    found.onsuccess = () => { asked.result.close(); resolve(found.result); };
  };
})"""
MODULE = """(name) => document.querySelector("script[src*='field/report']").src.replace(/report[^/]*$/, name)"""


@pytest.fixture(scope="module")
def photo():
    return encoded(exif=exif(gps=TONGLIANG))


@pytest.fixture
def patch(year):
    return year.patch(code="T0012", place="王家湾")


@pytest.fixture
def phone(year, patch, page_as, line):
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    opened(page, patch)
    return page


@pytest.mark.parametrize("where", ["**/report/", "**/photos/", "**/photos/*"])
def test_page_of_somebody_elses_gateway_is_not_an_answer(phone, photo, line, where):
    """要先登录的无线网、运营商的提示页，什么地址都答 200 和一页网页：不是收到了。"""
    choose(phone, photo)
    expect(phone.locator(".shot", has_text="已收到")).to_have_count(1)
    if where.endswith("*"):
        PendingEvidence.objects.all().delete()
    welcome = {"status": 200, "content_type": "text/html", "body": "<h1>欢迎</h1>"}
    phone.route(where, lambda route: route.fulfill(**welcome))
    press(phone)

    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")
    assert not RectificationRecord.objects.exists()
    phone.unroute(where)
    phone.get_by_role("button", name="现在再试").click()
    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert (RectificationRecord.objects.count(), Evidence.objects.count()) == (1, 1)


@pytest.mark.parametrize("away", [-400, 400], ids=["慢一年", "快一年"])
def test_clock_of_the_phone_wrong_by_a_year(year, patch, page_as, line, away):
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    page.add_init_script(
        f"""{{ const Real = Date, away = {away} * 86400000;
        window.Date = class extends Real {{
          constructor(...given) {{ if (given.length) super(...given); else super(Real.now() + away); }}
          static now() {{ return Real.now() + away; }}
        }}; }}"""
    )
    opened(page, patch)

    press(page)

    expect(page.locator(".messages")).to_contain_text("已上报 T0012")


def test_draft_is_not_sent_for_a_login_that_ended(phone, photo, line):
    phone.context.clear_cookies()
    phone.set_input_files(ALBUM, [given(photo)])
    expect(phone.locator("[data-sending]")).to_contain_text("登录以后接着交")
    phone.get_by_label("说明").fill("还没写完")

    until(
        lambda: [one["fields"]["note"] for one in phone.evaluate(REPORTS)] == ["还没写完"],
        page=phone,
    )
    assert [one["state"] for one in phone.evaluate(REPORTS)] == ["draft"]


def test_changed_while_waiting_is_not_sent_half_written(phone, line):
    line.down()
    phone.get_by_text("只完成一部分").click()
    phone.get_by_label("这次做了多少亩").fill("4")
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")

    phone.get_by_label("这次做了多少亩").fill("1")
    expect(phone.locator("[data-sending]")).to_contain_text("再按一次上报")
    until(lambda: phone.evaluate(REPORTS)[0]["state"] == "draft", page=phone)
    line.up()
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    phone.wait_for_timeout(6000)
    assert not RectificationRecord.objects.exists()

    press(phone)
    expect(phone.locator(".messages")).to_contain_text("1.00 亩")


def test_page_kept_by_the_browser_is_not_used_for_a_second_report(phone):
    """后退回到已经交过的那一页：从头再来，不让人以为又交了一次。"""
    with phone.expect_navigation():
        phone.evaluate(
            "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        )


def test_step_done_by_somebody_else_is_told_once(year, phone, patch):
    phone.get_by_label("说明").fill("种了油菜")
    year.report(patch, by=year.huang)

    press(phone)
    expect(phone.locator("[data-draft]")).to_contain_text("上报了“复耕复种”")
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报 T0012 举证上传")


def test_photo_taken_off_while_it_travels_stays_off(phone, photo, line):
    choose(phone, photo)
    expect(phone.locator(".shot", has_text="已收到")).to_have_count(1)
    line.speed(20_000, latency=0.5)
    second = encoded(Image.effect_noise((600, 400), 50).convert("RGB"))
    phone.set_input_files(ALBUM, [given(second, "第二张.jpg")])
    until(lambda: len(sent(line, "PUT")) == 2, page=phone)
    phone.locator(".shot", has_text="第二张").get_by_role("button", name="去掉").click()
    expect(phone.locator(".shot")).to_have_count(1)
    line.speed(10_000_000, latency=0)
    phone.wait_for_timeout(2000)

    expect(phone.locator(".shot")).to_have_count(1)


def test_no_room_for_now_is_told_and_goes_when_there_is_room(phone, photo, settings):
    settings.EVIDENCE_PENDING_MAX = 0
    phone.set_input_files(ALBUM, [given(photo)])
    expect(phone.locator("[data-sending]")).to_contain_text("没有交的照片已经有 0 张")

    settings.EVIDENCE_PENDING_MAX = 100
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert Evidence.objects.count() == 1


def test_report_given_up_on_the_phone_is_given_up_on_the_server(phone, photo):
    choose(phone, photo)
    expect(phone.locator(".shot", has_text="已收到")).to_have_count(1)
    phone.on("dialog", lambda dialog: dialog.accept())

    phone.goto("/my/")
    phone.get_by_role("button", name="删掉").click()

    expect(phone.locator("#outbox")).to_be_hidden()
    until(lambda: not PendingEvidence.objects.exists(), page=phone)


AREAS = [
    "3,5",
    "３．５",
    "３.5",
    "abc",
    "0x10",
    "3。5",
    "1e1",
    "1.1234567",
    " 3.5 ",
    "-1",
    "NaN",
    "9.9999999",
]


@pytest.mark.parametrize("area", AREAS)
def test_area_the_phone_lets_through_or_not_is_what_the_server_says(phone, area, line):
    phone.get_by_text("只完成一部分").click()
    phone.get_by_label("这次做了多少亩").fill(area)
    press(phone)
    expect(phone.locator(".messages, .report-form .error-summary").first).to_be_visible()
    if phone.locator(".messages").count():
        return
    said = phone.locator("#field-area_mu .error").all_inner_texts()

    with phone.expect_navigation():
        phone.evaluate("document.querySelector('.report-form').submit()")  # 不经过脚本

    assert phone.locator("#field-area_mu .error").all_inner_texts() == said


def tiff(*entries, order=b"II"):
    """一块写坏的拍摄信息：entries 是 (号, 类型, 个数, 值)。"""
    side = "little" if order == b"II" else "big"

    def number(value, size):
        return value.to_bytes(size, side)

    head = order + number(42, 2) + number(8, 4) + number(len(entries), 2)
    body = b"".join(
        number(tag, 2) + number(kind, 2) + number(count, 4) + number(value, 4)
        for tag, kind, count, value in entries
    )
    return head + body + number(0, 4)


def exif_block(content):
    return b"Exif\0\0" + content


BROKEN = {
    "指着自己": tiff((0x8769, 4, 1, 8), (0x8825, 4, 1, 8)),
    "指到外面": tiff((0x8825, 4, 1, 0xFFFFFFF0)),
    "多得没边": tiff((0x9000, 5, 0xFFFFFFFF, 4)),
    "目录在外面": b"II*\0\xff\xff\xff\x7f",
    "只有开头": b"II*\0",
    "几万项": b"MM\0*\0\0\0\x08\xff\xff",
    "坐标没有分母": tiff((0x8825, 4, 1, 26))
    + b"\x04\0"
    + b"".join(tag.to_bytes(2, "little") + b"\x05\0\x03\0\0\0\x08\0\0\0" for tag in (1, 2, 3, 4))
    + bytes(4),
}


@pytest.mark.parametrize("block", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("tail", [0, 300_000])
def test_broken_exif_neither_hangs_nor_throws(phone, block, tail):
    content = b"\xff\xd8\xff\xe1\x01\x00" + exif_block(block) + bytes(64) + bytes(tail)

    found = phone.evaluate(
        """async ({ module, bytes }) => {
          const { exifOf, placeOf, withExif } = await import(module), given = new Uint8Array(bytes);
          const kept = exifOf(given), started = performance.now();
          const place = kept && placeOf(kept);
          return { place: place || null, long: withExif(new Uint8Array([255, 216, 1]), kept).length,
            time: performance.now() - started };
        }""",
        {"module": phone.evaluate(MODULE, "exif.js"), "bytes": list(content)},
    )

    assert found["place"] is None
    assert found["time"] < 200


def test_exif_too_long_to_carry_is_known_so_the_photo_goes_whole(phone):
    """带一大块厂商数据的，拍摄信息放不进 JPEG 的一段：宁可传原照片，也不把位置丢了。"""
    long = tiff((0x927C, 7, 70_000, 26)) + bytes(70_000)

    stuck = phone.evaluate(
        """async ({ module, bytes }) => {
          const { exifOf, isStuck } = await import(module);
          return bytes.map((one) => new Uint8Array(one)).map((one) => isStuck(one, exifOf(one)));
        }""",
        {
            "module": phone.evaluate(MODULE, "exif.js"),
            "bytes": [list(b"RIFF" + bytes(8) + exif_block(long)), list(b"RIFF" + bytes(200))],
        },
    )

    assert stuck == [True, False]
