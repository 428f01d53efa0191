"""要紧的时候，axe-core 也一处不对没有：没登录、打不开、填错了、空的、导入有错、菜单打开着、演示数据满满的。

每一页平常的样子在 test_axe.py。
"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.shortcuts import render
from django.test import RequestFactory

from plots.models import Patch, Status
from tests.browser.axe import DESK
from tests.worlds.factories import make_user, make_village
from tests.worlds.kept import again, demo_2024
from tests.worlds.patch_files import HEADER, pasted
from tests.worlds.plan_files import edit
from tests.worlds.walk_town import client_of
from villages.models import Role, User

pytestmark = [
    pytest.mark.browser,
    pytest.mark.any_database,
    pytest.mark.django_db(transaction=True),
]
FAULT = {"name": "数据库正忙", "happened": "数据库正忙。", "advice": "看看谁占着它。"}
ERROR_PAGES = {
    "400.html": {"reason": "地址不完整。"},
    "400_host.html": {"host": "gengdi.example"},
    "403_csrf.html": {"is_origin": True, "origin": "https://gengdi.example"},
    "500.html": {"has_styles": True, "number": "abcd1234"},
    "503.html": {"has_styles": True, "number": "abcd1234", "fault": FAULT, "words": "没有存下。"},
}
ROWS = ([1, "没有的村", "T-1", "三亩", "塆里", "张三"], [2, "东村", "", 12, "", "李四"])

TOWNS = ["/today/", "/review/", "/patches/", "/patches/checks/"]
OPEN_ALL = """() => document.querySelectorAll("details").forEach((e) => { e.open = true; })"""
NO_DATES = (
    """() => document.querySelectorAll("main input[type=date]").forEach((e) => { e.value = ""; })"""
)


def send_empty(page, form="main form[method=post]"):
    """空着就交：浏览器自己的必填不管，看我们说的。"""
    with page.expect_navigation():
        page.evaluate(f"HTMLFormElement.prototype.submit.call(document.querySelector('{form}'))")


@pytest.fixture
def demo(media):
    again(demo_2024)


def test_not_logged_in(new_context, inspector):
    make_user("dong", name="东村书记")
    page = new_context(viewport=DESK).new_page()
    page.goto("/accounts/login/")
    inspector.look(page, "登录", on_a_phone=True)
    page.get_by_label("用户名").fill("dong")
    page.get_by_label("密码", exact=True).fill("不对的")
    page.get_by_role("button", name="登录").click()
    page.locator(".error-summary").wait_for()
    inspector.look(page, "登录，密码不对", on_a_phone=True)


def test_pages_that_cannot_be_opened(axe_town, page_as, inspector):
    page = page_as(axe_town.east_boss, viewport=DESK)
    for path, status in (("/没有这一页/", 404), ("/review/", 403), ("/patches/bulk/undo/", 405)):
        assert page.goto(path).status == status
        inspector.look(page, path, on_a_phone=True)
    request = RequestFactory().get("/")
    request.user = axe_town.east_boss
    for name, said in ERROR_PAGES.items():
        html = render(request, name, said).content.decode()
        page.set_content(html)
        inspector.look(page, name)


def test_forms_with_mistakes(axe_town, axe_page, inspector):
    patch = axe_town.things["自己的"]["patch"]
    secretary, staff = axe_page(axe_town.east_boss), axe_page(axe_town.staff)
    admin = axe_page(axe_town.admin)
    asked = [
        (secretary, f"/patches/{patch.pk}/report/"),
        (secretary, "/patches/add/"),
        (secretary, "/accounts/password/"),
        (staff, f"/patches/{patch.pk}/send_back/"),
        (staff, f"/patches/{patch.pk}/split/"),
        (staff, f"/patches/{patch.pk}/amend/"),
        (staff, "/patches/import/"),
        (admin, "/plan/import/"),
    ]
    for page, path in asked:
        page.goto(path)
        page.evaluate(NO_DATES)
        send_empty(page)
        assert page.locator(".error-summary, .errorlist, .field-error").count(), path
        inspector.look(page, f"{path} 错了", on_a_phone=True)
    admin.goto("/admin/villages/user/add/")
    send_empty(admin, "#user_form")
    inspector.look(admin, "增加账号错了")


def test_files_with_mistakes(axe_town, axe_page, inspector):
    staff, admin = axe_page(axe_town.staff), axe_page(axe_town.admin)
    data = {"kind": "TABLE", "target": axe_town.target.pk, "pasted": pasted(HEADER, *ROWS)}
    answer = client_of(axe_town.staff).post("/patches/import/", data)
    assert answer.status_code == 302
    staff.goto(answer.url)
    inspector.look(staff, "导入预览有错", on_a_phone=True)

    good = pasted(HEADER, [1, "东村", "新-1", 3.5, "塆里", "张三"])
    answer = client_of(axe_town.staff).post("/patches/import/", data | {"pasted": good})
    staff.goto(answer.url)
    inspector.look(staff, "导入预览没有错", on_a_phone=True)

    client = client_of(axe_town.admin)
    book = b"".join(client.get("/plan/export.xlsx"))
    for name, content in (
        ("没有改", book),
        ("有错", edit(book, ("目标任务", "G2", "不是数"), ("时间节点", "E2", "不是日期"))),
    ):
        file = SimpleUploadedFile("方案.xlsx", content)
        admin.goto(client.post("/plan/import/", {"file": file}).url)
        inspector.look(admin, f"方案预览{name}", on_a_phone=True)


def test_nothing_to_show(axe_page, inspector):
    village = make_village("空村")
    people = {role: make_user(role.lower(), role=role, name=str(role)) for role in Role}
    secretary = make_user("kong", name="空村书记", villages=[village])
    for path in ("/my/", "/patches/", "/patches/map/"):
        page = axe_page(secretary)
        page.goto(path)
        inspector.look(page, f"空的 {path}", on_a_phone=True)
    page = axe_page(people[Role.STAFF])
    for path in ("/", "/today/", "/review/", "/plan/", "/bulletin/", "/patches/checks/"):
        page.goto(path)
        inspector.look(page, f"空的 {path}", on_a_phone=True)


def test_the_demo_in_full(demo, axe_page, inspector):
    late = Patch.objects.filter(status=Status.PENDING, village__name="团碾").first()
    back = Patch.objects.filter(status=Status.RETURNED).first()
    waiting = Patch.objects.filter(status=Status.AWAITING).first()
    secretary = User.objects.get(role=Role.SECRETARY, postings__village__name="团碾")
    looked = [
        (secretary, ["/my/", f"/patches/{late.pk}/report/", "/patches/map/", "/help/"]),
        (
            make_user("zhen", role=Role.STAFF),
            [*TOWNS, f"/review/{waiting.pk}/", f"/patches/{back.pk}/"],
        ),
        (make_user("zhang", role=Role.LEADER), ["/?since=month", f"/villages/{late.village_id}/"]),
    ]
    for user, paths in looked:
        page = axe_page(user)
        for path in paths:
            page.goto(path)
            page.evaluate(OPEN_ALL)  # 菜单、更多条件、收着的表
            inspector.look(page, path, on_a_phone=True)
