"""田间上报：照片列出来、先缩小、一张一张传；断了、关了、按几下，只记一次，一张不少。"""

import hashlib
import re
from datetime import date

import pytest
from PIL import Image
from playwright.sync_api import expect

from plots.models import Evidence, PendingEvidence, RectificationRecord
from tests.browser.line import until
from tests.worlds.factories import PASSWORD
from tests.worlds.photos import TONGLIANG, encoded, exif

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
PHONE = {"width": 360, "height": 740}
ALBUM, CAMERA = "#id_files", "#id_camera"


def big_photo(seed=0, **options):
    """相机里出来的样子：3000×2000，横着存、竖着看，里面有位置。"""
    image = Image.effect_noise((3000, 2000), 12 + seed).convert("RGB")
    return encoded(image, quality=90, exif=exif(gps=TONGLIANG, orientation=6), **options)


def given(content, name="现场.jpg"):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


@pytest.fixture(scope="module")
def photos():
    return [big_photo(seed) for seed in range(3)]


@pytest.fixture
def patch(year):
    return year.patch(code="T0012", place="王家湾")


@pytest.fixture
def phone(year, patch, page_as, line):
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    opened(page, patch)
    return page


def opened(page, patch):
    page.goto(f"/patches/{patch.pk}/report/")
    expect(page.locator(".report-form[data-ready]")).to_be_attached()


def choose(page, *contents, where=ALBUM):
    before = page.locator(".shot canvas").count()
    page.set_input_files(
        where, [given(content, f"现场{n}.jpg") for n, content in enumerate(contents)]
    )
    expect(page.locator(".shot canvas")).to_have_count(before + len(contents))


def press(page):
    page.locator(".report-form > button[type=submit]").click()


def sent(line, method):
    return [request for request in line.requests if request.startswith(method)]


def test_three_photos_are_listed_shrunk_and_reported(phone, photos, line):
    choose(phone, *photos[:2])
    choose(phone, photos[2], where=CAMERA)
    expect(phone.locator(".shot", has_text="已收到")).to_have_count(3)
    expect(phone.locator("[data-sending]")).to_contain_text("已收到 3 张，还没有上报")
    up = line.bytes_up

    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报 T0012 复耕复种")
    kept = list(Evidence.objects.order_by("pk"))
    assert [item.original_sha256 for item in kept] == [
        hashlib.sha256(photo).hexdigest() for photo in photos
    ]
    assert {item.record.client_key for item in kept} == {
        RectificationRecord.objects.get().client_key
    }
    assert [str(item.lat) for item in kept] == ["29.855000"] * 3
    for item, photo in zip(kept, photos, strict=True):
        with Image.open(item.file) as stored:
            assert stored.size == (1365, 2048), "转正了，长边 2048"
            assert stored.getexif()[0x0112] == 1
        assert (item.original_size, item.was_shrunk) == (len(photo), True)
    assert up < sum(map(len, photos)) / 2
    assert not PendingEvidence.objects.exists()


def test_photo_chosen_before_the_script_arrived_is_not_left_behind(
    year, patch, page_as, line, photos
):
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE)
    late = []
    page.route("**/field/report*.js", lambda route: late.append(route))
    page.goto(f"/patches/{patch.pk}/report/", wait_until="commit")
    page.set_input_files(ALBUM, [given(photos[0])])
    until(lambda: late, page=page)
    late[0].continue_()
    expect(page.locator(".shot canvas")).to_have_count(1)

    press(page)

    expect(page.locator(".messages")).to_contain_text("已上报")
    assert Evidence.objects.count() == 1


def test_each_photo_shows_its_size_and_place_and_can_be_taken_off(phone, photos):
    bare = encoded(Image.effect_noise((600, 400), 50).convert("RGB"))
    choose(phone, photos[0], bare)

    first, second = phone.locator(".shot").all()
    expect(first).to_contain_text(re.compile(r"\d+ KB（原照片 \d\.\d MB）"))
    expect(second).to_contain_text("没有位置")
    expect(first).to_contain_text("已收到")
    first.get_by_role("button", name="去掉").click()

    expect(phone.locator(".shot")).to_have_count(1)
    press(phone)
    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert [item.original_sha256 for item in Evidence.objects.all()] == [
        hashlib.sha256(bare).hexdigest()
    ]


def test_original_is_sent_when_asked(phone, photos):
    phone.get_by_text("传原图").click()
    choose(phone, photos[0])
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报")
    kept = Evidence.objects.get()
    assert (kept.size, kept.was_shrunk) == (len(photos[0]), False)


def test_mistakes_are_found_before_anything_is_sent(phone, line):
    before = len(sent(line, "POST"))
    phone.get_by_text("只完成一部分").click()
    press(phone)

    expect(phone.locator("#field-area_mu .error")).to_have_text(
        "请填这次做了多少亩，要大于 0，如 3.50。"
    )
    phone.get_by_label("这次做了多少亩").fill("99")
    press(phone)
    expect(phone.locator("#field-area_mu .error")).to_contain_text("请改成不超过剩下的面积")
    assert len(sent(line, "POST")) == before

    phone.get_by_label("这次做了多少亩").fill("4")
    press(phone)
    expect(phone.locator(".messages")).to_contain_text("4.00 亩，这一步还剩 6.00 亩")


SIZES = """async () => {
  const rows = await new Promise((resolve) => {
    const asked = indexedDB.open("taiping", 1);
    asked.onsuccess = () => {
      const found = asked.result.transaction("photos").objectStore("photos").getAll();
      found.onsuccess = () => { asked.result.close(); resolve(found.result); };
    };
  });
  return rows.map((row) => row.bytes.byteLength);
}"""


@pytest.mark.parametrize("share", [0.2, 0.9])
def test_cut_on_the_way_goes_on_where_it_stopped(phone, photos, line, share):
    line.down()
    phone.get_by_label("说明").fill("种了油菜")
    phone.set_input_files(ALBUM, [given(photo, f"{n}.jpg") for n, photo in enumerate(photos)])
    expect(phone.locator(".shot canvas")).to_have_count(3)
    line.cut_after(int(sum(phone.evaluate(SIZES)) * share), match=b"PUT /", stay_down=True)
    line.up()
    press(phone)
    until(lambda: line.cuts, page=phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")
    assert not RectificationRecord.objects.exists()

    line.up()
    phone.get_by_role("button", name="现在再试").click()

    expect(phone.locator(".messages")).to_contain_text("已上报", timeout=20_000)
    assert RectificationRecord.objects.get().note == "种了油菜"
    assert Evidence.objects.count() == 3
    assert len(sent(line, "PUT")) == 4, "断在半路的那张再传一遍，收到的不再传"


def test_cut_after_the_server_kept_it_makes_no_second_record(phone, photos, line):
    choose(phone, photos[0])
    expect(phone.locator(".shot", has_text="已收到")).to_have_count(1)
    line.cut_before_answer(b"POST /patches/", stay_down=True)
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")
    assert RectificationRecord.objects.count() == 1
    puts = len(sent(line, "PUT"))

    line.up()
    phone.get_by_role("button", name="现在再试").click()

    expect(phone.locator(".messages")).to_contain_text("这张表已经收到过")
    assert (RectificationRecord.objects.count(), Evidence.objects.count()) == (1, 1)
    assert len(sent(line, "PUT")) == puts


def test_three_taps_are_one_report_and_one_sending(phone, photos, line):
    choose(phone, photos[0])
    line.speed(200_000, latency=0.1)
    phone.evaluate(
        "navigation.addEventListener('navigate',"
        " () => { sessionStorage.left = Number(sessionStorage.left || 0) + 1; })"
    )
    phone.evaluate(
        "for (let n = 0; n < 3; n += 1) document.querySelector('.report-form > button').click()"
    )

    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert RectificationRecord.objects.count() == 1
    assert len(sent(line, "POST /patches/")) == len(sent(line, "PUT")) == 1
    assert phone.evaluate("sessionStorage.left") == "1", "再打开一次，“已上报”就让前一次看掉了"


def test_killed_page_comes_back_whole(phone, photos, patch, line):
    phone.get_by_text("只完成一部分").click()
    phone.get_by_label("这次做了多少亩").fill("0.3")
    phone.get_by_label("说明").fill("北边先种了")
    choose(phone, photos[0])
    page = phone.context.new_page()
    phone.close()

    opened(page, patch)

    expect(page.get_by_text("上次填的还在，没有交上去")).to_be_visible()
    expect(page.get_by_label("这次做了多少亩")).to_have_value("0.3")
    expect(page.get_by_label("说明")).to_have_value("北边先种了")
    expect(page.locator(".shot canvas")).to_have_count(1)
    press(page)
    expect(page.locator(".messages")).to_contain_text("已上报 T0012 复耕复种，0.30 亩")
    assert Evidence.objects.count() == 1


def test_starting_over_asks_first_and_says_what_goes(phone, patch, photos):
    asked = []
    phone.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    phone.get_by_label("说明").fill("写错了")
    choose(phone, photos[0])
    opened(phone, patch)

    phone.get_by_role("button", name="不要了，从头填").click()

    expect(phone.locator(".shot")).to_have_count(0)
    expect(phone.get_by_label("说明")).to_have_value("")
    assert asked == ["上次填的和 1 张照片、文件都不留，从头填？"]


def test_sent_back_meanwhile_is_shown_and_sent_after_a_look(year, phone, patch):
    phone.get_by_label("说明").fill("种了油菜")
    year.report(patch, by=year.huang, area_mu="1")

    press(phone)
    expect(phone.locator("[data-draft]")).to_contain_text("这块图斑有了新的记录")
    expect(phone.locator("[data-draft]")).to_contain_text("上报了“复耕复种”1.00 亩")
    expect(phone.locator("[data-draft]")).to_be_in_viewport()
    expect(phone.get_by_label("说明")).to_have_value("种了油菜")
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报 T0012 复耕复种，9.00 亩")


def test_login_that_ended_is_told_before_the_photos_go(year, phone, photos, patch, line):
    phone.context.clear_cookies()

    phone.set_input_files(ALBUM, [given(photos[0])])
    expect(phone.locator("[data-sending]")).to_contain_text("登录以后接着交")
    assert sent(line, "PUT") == []

    phone.get_by_role("link", name="去登录").click()
    phone.get_by_label("用户名").fill(year.east_secretary.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    expect(phone.locator(".shot canvas")).to_have_count(1)
    press(phone)
    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert Evidence.objects.count() == 1


def test_server_restarted_in_the_middle_is_only_a_wait(phone, photos, line):
    """系统重新启动的那一会儿，前面的网关答的是它自己的英文页。"""
    down = "**/photos/**"
    phone.route(down, lambda route: route.fulfill(status=502, body="<h1>502 Bad Gateway</h1>"))
    choose(phone, photos[0])
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")

    phone.unroute(down)
    phone.get_by_role("button", name="现在再试").click()

    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert RectificationRecord.objects.count() == Evidence.objects.count() == 1
    assert len(sent(line, "PUT")) == 1


def test_token_that_changed_is_taken_and_sent_again(phone, photos, line):
    phone.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').value = 'x'.repeat(64)")
    phone.context.clear_cookies(name="csrftoken")
    choose(phone, photos[0])
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert Evidence.objects.count() == 1


def test_second_window_on_the_same_report_makes_no_second_record(phone, photos, patch):
    choose(phone, photos[0])
    second = phone.context.new_page()
    opened(second, patch)
    expect(second.locator(".shot canvas")).to_have_count(1)
    choose(second, photos[1])
    press(phone)
    expect(phone.locator(".messages")).to_contain_text("已上报")

    press(second)

    expect(second.locator(".messages")).to_contain_text("已上报")
    assert RectificationRecord.objects.count() == 1
    assert Evidence.objects.count() == 2


def test_without_any_script_the_whole_report_goes_as_before(year, patch, page_as, line, photos):
    page = page_as(
        year.east_secretary, base_url=line.url, viewport=PHONE, java_script_enabled=False
    )
    page.goto(f"/patches/{patch.pk}/report/")
    page.set_input_files(ALBUM, [given(photos[0])])
    page.get_by_label("说明").fill("没有脚本")

    press(page)

    expect(page.locator(".messages")).to_contain_text("已上报 T0012")
    assert Evidence.objects.get().size == len(photos[0])


def test_digest_made_by_the_phone_is_the_digest(phone):
    made = phone.evaluate(
        """async () => {
          const { sha256 } = await import(document.querySelector("script[src*='field/report']").src
            .replace(/report[^/]*$/, "sha256.js"));
          return [0, 1, 55, 56, 63, 64, 65, 1000].map((n) => sha256(new Uint8Array(n).fill(n % 251)));
        }"""
    )

    expected = [
        hashlib.sha256(bytes([n % 251]) * n).hexdigest() for n in (0, 1, 55, 56, 63, 64, 65, 1000)
    ]
    assert made == expected


def test_heic_the_browser_cannot_open_goes_as_it_is_and_is_told(phone):
    phone.set_input_files(
        ALBUM,
        [
            {
                "name": "苹果.heic",
                "mimeType": "image/heic",
                "buffer": b"\0\0\0\x18ftypheic" + b"\0" * 400,
            }
        ],
    )

    expect(phone.locator(".shot")).to_contain_text("苹果.heic")
    expect(phone.locator(".shot")).to_contain_text(re.compile("HEIC|损坏"))
    press(phone)
    expect(phone.locator("#field-camera .error")).to_have_count(1)


def test_on_a_fixed_day_the_phone_asks_the_server_what_today_is(town, page_as, line, settings):
    settings.FIXED_TODAY = date(2024, 10, 20)
    phone = page_as(town.east_secretary, base_url=line.url, viewport=PHONE)
    opened(phone, town.patch)
    expect(phone.locator("#id_done_on")).to_have_value("2024-10-20")

    phone.locator("#id_done_on").fill("2024-10-21")
    press(phone)
    said = "日期 2024年10月21日 还没有到，请填今天（2024年10月20日）或以前的日期。"
    expect(phone.locator("#field-done_on .error")).to_have_text(said)
    assert sent(line, "POST") == []

    phone.locator("#id_done_on").fill("2024-10-20")
    press(phone)
    phone.wait_for_url("**/my/")
    assert RectificationRecord.objects.get().done_on == date(2024, 10, 20)
