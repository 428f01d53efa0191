"""没有信号：任务看得见，表填得成，照片拍得下；回来自己交上去。"""

import pytest
from playwright.sync_api import expect

from plots.models import Evidence, RectificationRecord
from tests.browser.line import until
from tests.browser.test_field_report import ALBUM, PHONE, big_photo, given, opened, press
from tests.worlds.factories import PASSWORD, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
KEPT = """async () => (await new Promise((resolve) => {
  const asked = indexedDB.open("taiping", 1);
  asked.onsuccess = () => {
    const rows = asked.result.transaction("tasks").objectStore("tasks").getAll();
    rows.onsuccess = () => { asked.result.close(); resolve(rows.result.length); };
  };
}))"""

WHOSE = KEPT.replace("rows.result.length", "rows.result.map((row) => row.user)")


@pytest.fixture(scope="module")
def photo():
    return big_photo(7)


@pytest.fixture
def patch(year):
    return year.patch(code="T0012", place="王家湾")


@pytest.fixture
def phone(year, patch, page_as, line):
    """打开过一次“我的任务”，离线的一页和任务都存好了。"""
    page = page_as(year.east_secretary, base_url=line.url, viewport=PHONE, service_workers="allow")
    page.goto("/my/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(lambda: page.evaluate(KEPT) == 1, page=page)
    until(lambda: page.evaluate("caches.keys().then((all) => all.length)") == 1, page=page)
    return page


def test_from_start_to_end_without_signal_and_back(phone, patch, photo, line):
    line.down()

    phone.goto("/my/")
    expect(phone.locator(".lead")).to_contain_text("现在连不上")
    phone.locator(".task-card", has_text="王家湾").click()
    expect(phone.locator(".report-form[data-ready]")).to_be_attached()
    expect(phone.locator("h1")).to_have_text("上报 T0012")
    phone.set_input_files(ALBUM, [given(photo)])
    expect(phone.locator(".shot canvas")).to_have_count(1)
    phone.get_by_label("说明").fill("山上没信号")
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")

    phone.goto("/my/")
    expect(phone.locator("#outbox li")).to_contain_text("等网络")
    assert not RectificationRecord.objects.exists()

    line.up()
    phone.goto("/my/")
    expect(phone.locator("#outbox li")).to_contain_text("已收到", timeout=15_000)
    expect(phone.locator("#outbox li")).to_contain_text("已上报 T0012 复耕复种")
    expect(phone.get_by_text("下面列的还是交以前的")).to_be_visible()
    record = RectificationRecord.objects.get()
    assert (record.note, Evidence.objects.count()) == ("山上没信号", 1)
    assert record.made_at is not None
    phone.get_by_role("button", name="知道了").click()
    expect(phone.locator("#outbox")).to_be_hidden()


NO_RETRY = """{
  const set = window.setTimeout;
  window.setTimeout = (work, wait, ...given) => (wait >= 5000 ? 0 : set(work, wait, ...given));
}"""


@pytest.mark.parametrize("event", ["online", "visibilitychange"])
def test_what_waits_goes_by_itself_when_the_signal_or_the_person_is_back(phone, patch, line, event):
    """一下也不用按：连上网，或是回到这一页。过几秒自己再试的那个钟停掉，交上去的只能是它。"""
    phone.add_init_script(NO_RETRY)
    opened(phone, patch)
    phone.get_by_label("说明").fill("自己会交")
    line.down()
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("存在这部手机里")
    line.up()

    target = "window" if event == "online" else "document"
    phone.evaluate(f"{target}.dispatchEvent(new Event('{event}'))")

    expect(phone.locator(".messages")).to_contain_text("已上报")
    assert RectificationRecord.objects.get().note == "自己会交"


@pytest.fixture(params=["普通的", "下一步要编号", "后一步要编号和照片", "只剩一步", "报过一部分"])
def some_patch(request, year):
    """各种样子的一块：格子多的、少的。"""
    needs = {"needs_external_ref": True, "min_photos": 2}
    late = needs if request.param == "后一步要编号和照片" else {}
    patch = year.patch(target=year.target(**late), code="T0077", place="李家沟")
    if request.param == "下一步要编号":
        patch.target.milestones.filter(code="replant").update(**needs)
    if request.param == "只剩一步":
        year.report(patch)
    if request.param == "报过一部分":
        year.report(patch, area_mu="1.5")
    return patch


def test_offline_form_is_the_form(some_patch, phone, line):
    """没有网络时摆出来的格子，和有网络时的一格不差。"""
    patch = some_patch
    lacking = """() => [...document.querySelectorAll(".report-form .lacking, .report-form .hint:not([hidden])")]
      .map((one) => [one.className, one.textContent.trim(), one.closest(".only-together") !== null])"""
    asked = """() => [...document.querySelectorAll(".report-form [name]")]
      .filter((one) => one.name !== "csrfmiddlewaretoken" && one.name !== "client_key" && one.name !== "made_at"
        && !one.closest(".more-camera"))
      .map((one) => [one.name, one.type, one.id, one.type === "file" ? "" : one.value, one.checked || false,
        (one.labels && one.labels[0] ? one.labels[0].textContent : "").trim()])"""
    opened(phone, patch)
    online = phone.evaluate(asked)
    words, said = phone.locator(".report-form > button").inner_text(), phone.evaluate(lacking)

    line.down()
    opened(phone, patch)
    expect(phone.locator(".lead")).to_contain_text("现在连不上")

    assert phone.evaluate(asked) == online
    expect(phone.locator(".report-form > button")).to_have_text(words, use_inner_text=True)
    assert phone.evaluate(lacking) == said


def test_other_pages_say_what_is_there(phone, line):
    line.down()
    phone.goto("/plan/")

    expect(phone.get_by_text("这一页要有网络才能看")).to_be_visible()
    expect(phone.locator(".task-card")).to_have_count(1)


def test_another_person_on_the_phone_sees_nothing_of_it(year, phone, patch, line):
    opened(phone, patch)
    phone.get_by_label("说明").fill("我写的")
    phone.wait_for_timeout(500)
    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("button", name="登录")).to_be_visible()
    assert phone.evaluate(KEPT) == 0

    other = make_user("linren", villages=[year.west])
    phone.get_by_label("用户名").fill(other.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    phone.goto("/my/")
    expect(phone.get_by_text("这部手机里还有别人没交的 1 份")).to_be_visible()
    expect(phone.get_by_text("王家湾")).to_have_count(0)
    assert not RectificationRecord.objects.exists()


def test_somebody_else_logs_in_without_logging_out_and_the_tasks_are_wiped(year, phone):
    other = make_user("linren", villages=[year.west])
    phone.context.clear_cookies()
    phone.goto("/accounts/login/")
    phone.get_by_label("用户名").fill(other.username)
    phone.get_by_label("密码").fill(PASSWORD)
    phone.get_by_role("button", name="登录").click()
    expect(phone.locator("#outbox")).to_be_attached()
    until(lambda: phone.evaluate(WHOSE) == [other.pk], page=phone)

    phone.get_by_role("button", name="退出").click()
    expect(phone.get_by_role("button", name="登录")).to_be_visible()
    assert phone.evaluate(WHOSE) == []


def test_two_phones_on_one_patch_the_second_is_told(year, phone, patch, line):
    line.down()
    opened(phone, patch)
    phone.get_by_label("说明").fill("第二部手机")
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")
    year.report(patch, area_mu="4")

    line.up()
    phone.goto("/my/")
    expect(phone.locator("#outbox li")).to_contain_text("别人先动了，请看")
    phone.get_by_role("link", name="看了再交").click()
    expect(phone.locator("[data-draft]")).to_contain_text("4.00 亩")
    press(phone)

    expect(phone.locator(".messages")).to_contain_text("已上报 T0012 复耕复种，6.00 亩")


def test_closed_meanwhile_keeps_the_words_until_deleted(year, phone, patch, line):
    line.down()
    opened(phone, patch)
    phone.get_by_label("说明").fill("晚了一步")
    press(phone)
    expect(phone.locator("[data-sending]")).to_contain_text("都已存在这部手机里")
    for _ in range(2):
        year.report(patch)

    line.up()
    phone.goto("/my/")
    expect(phone.locator("#outbox li")).to_contain_text("没收下")
    expect(phone.locator("#outbox li")).to_contain_text("待镇里核实")
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="存成文件").click()
    assert "晚了一步" in saved.value.path().read_text(encoding="utf-8")
    phone.on("dialog", lambda dialog: dialog.accept())
    phone.get_by_role("button", name="删掉").click()
    expect(phone.locator("#outbox")).to_be_hidden()


def test_full_phone_says_so_and_loses_nothing_already_kept(phone, patch, photo, line):
    opened(phone, patch)
    phone.set_input_files(ALBUM, [given(photo, "第一张.jpg")])
    expect(phone.locator(".shot canvas")).to_have_count(1)
    phone.evaluate(
        """() => { IDBObjectStore.prototype.put = () => { throw new DOMException("满了", "QuotaExceededError"); }; }"""
    )

    phone.set_input_files(ALBUM, [given(big_photo(8), "第二张.jpg")])

    expect(phone.locator("[data-sending]")).to_contain_text("手机存储满了")
    expect(phone.locator(".shot canvas")).to_have_count(1)
