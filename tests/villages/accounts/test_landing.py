"""没有动静退出以后：哪个按钮都不通到白页；登录后落在点得开的页，填的字在原来的表单里。"""

from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse

from plots.models.checks import GeometryCheck
from tests.villages.accounts.test_sessions import LOGIN, idle, log_in
from tests.worlds.addresses import Fields, walk
from tests.worlds.factories import PASSWORD, make_patch
from tests.worlds.kept import again
from tests.worlds.walk_town import OWN, WalkTown, client_of
from villages.accounts.landing import opens

pytestmark = [pytest.mark.any_database, pytest.mark.django_db]
WRITTEN = "登录超时前写的一句"
TEXT = ("text", "search", "")


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    town = again(WalkTown)
    town.waiting = make_patch(town.target, town.east, code="DONG-0002")
    return town


class Buttons(Fields):
    """页面上的表单，另记下哪些格子是打字的：typed[第几张表]。"""

    def __init__(self, page):
        self.typed = []
        super().__init__(page)

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        given = dict(attrs)
        if tag == "form":
            self.typed.append([])
        is_text = tag == "textarea" or (tag == "input" and given.get("type", "") in TEXT)
        if is_text and self.forms and given.get("name"):
            self.typed[-1].append(given["name"])


def buttons_of(page, url):
    """[(在哪一页, 交到哪里, 填了字的格子)]。"""
    found = Buttons(page.decode("utf-8", "replace"))
    for (method, action, fields), typed in zip(found.forms, found.typed, strict=True):
        if method.lower() == "post":
            yield (
                url,
                urljoin(url, action).partition("#")[0],
                {**fields, **dict.fromkeys(typed, WRITTEN)},
                bool(typed),
            )


def kind_of(action):
    """交到哪里；后台各种东西的添加、修改、删除、挑选是同一段程序，各算一种。"""
    path = action.split("?")[0]
    parts = path.strip("/").split("/")
    in_admin_list = parts[0] == "admin" and len(parts) >= 3
    return ("admin", "list" if len(parts) == 3 else parts[-1]) if in_admin_list else path


def all_buttons(town, user):
    """这个人看得见的每一页上的每一张表单；同一种只要一张。"""
    client, found = client_of(user), {}
    # 没有网络时的那一页上，表在 template 里，由脚本摆出来、交出去
    pages = [path for name, path in town.addresses(OWN) if name != "plots:field"]
    log_in(user.username)  # “我的登录”里多一行，才有退出它的按钮
    for url in dict.fromkeys(pages):
        response = client.get(url)
        if response.status_code == 200 and response.get("Content-Type", "").startswith("text/html"):
            for button in buttons_of(response.content, url):
                found.setdefault(
                    (kind_of(button[1]), button[3] and tuple(sorted(button[2]))), button
                )
    if user.is_town:
        picked = {"verb": "send_back", "pk": [town.waiting.pk], "back": "year=2024"}
        bulk = reverse("plots:patch_bulk")
        for button in buttons_of(client.post(bulk, picked).content, bulk):
            found[bulk, "第二步"] = button
    return list(found.values())


def press_after_idle(user, page, action, fields):
    """登录、闲到超时、按下去、重新登录：(被送去的地方, 最后落在的一页)。"""
    client = log_in(user.username)
    idle(user, 31)
    sent_away = client.post(action, fields, HTTP_REFERER=f"http://testserver{page}")
    shown = client.get(sent_away.url)
    again = {"username": user.username, "password": PASSWORD, "next": shown.context["next"]}
    return sent_away.url, client.post(LOGIN, again, follow=True)


@pytest.mark.parametrize("person", ["east_boss", "staff", "leader", "admin"])
def test_no_button_leads_to_a_blank_page_after_idling(town, person):
    user = getattr(town, person)
    buttons, wrong = all_buttons(town, user), []
    enough = {"east_boss": 5, "staff": 14, "leader": 3, "admin": 30}[person]

    for page, action, fields, is_typed in buttons:
        away, landed = press_after_idle(user, page, action, fields)
        text = landed.content.decode()
        if (
            not away.startswith(LOGIN)
            or landed.status_code != 200
            or "<h1" not in text
            or not landed.redirect_chain
        ):
            wrong.append((page, action, away, landed.status_code))
        elif is_typed and not action.startswith("/admin/") and WRITTEN not in text:
            wrong.append((page, action, away, "填的字没有了"))

    assert len(buttons) >= enough
    assert wrong == []


def test_an_address_that_opens_is_one_that_answers_to_get(town):
    """opens() 说的和真的一样：地址一个不漏，新添的只收提交的视图忘了说，这里就不过。"""
    client, wrong = client_of(town.admin), []

    for _, path in town.addresses(OWN):
        if opens(path) != (client.get(path).status_code != 405):
            wrong.append(path)

    assert wrong == []
    assert [name for name, path in walk() if not opens(path)] == [
        "villages:logout",
        "villages:end_session",
        "plots:photo",
        "plots:bulk_undo",
        "plots:check_dismiss",
        "admin:logout",
    ]


def test_reason_goes_back_to_the_check_it_was_written_for(town):
    check = town.things[OWN]["check"]
    other = GeometryCheck.objects.create(patch=check.patch, kind="AREA", sentence="面积差三成")
    url, page = (
        reverse("plots:check_dismiss", args=[check.pk]),
        f"/patches/checks/?village={town.east.pk}",
    )

    _, landed = press_after_idle(town.staff, page, url, {"reason": WRITTEN, "back": page})

    text = landed.content.decode()
    assert landed.request["PATH_INFO"] + "?" + landed.request["QUERY_STRING"] == page
    assert (
        f'id="reason-{check.pk}" name="reason" maxlength="200" required value="{WRITTEN}"' in text
    )
    assert f'id="reason-{other.pk}" name="reason" maxlength="200" required value=""' in text
    assert text.count('<details class="no-print" open>') == 1
    assert GeometryCheck.objects.filter(dismissed_at=None).count() == 3


def test_bulk_form_comes_back_with_the_patches_picked(town):
    first = client_of(town.staff).post(
        "/patches/bulk/", {"verb": "send_back", "pk": [town.waiting.pk], "back": "q=DONG"}
    )
    form = first.context["form"]
    typed = {
        "verb": "send_back",
        "pk": [town.waiting.pk],
        "back": "q=DONG",
        "client_key": form["client_key"].value(),
        "seen": form["seen"].value(),
        "done_on": "2024-09-20",
        "note": WRITTEN,
    }

    _, landed = press_after_idle(town.staff, "/patches/bulk/", "/patches/bulk/", typed)

    assert landed.context["patches"] == [town.waiting]
    assert landed.context["back"] == "/patches/?q=DONG"
    assert [landed.context["form"][name].value() for name in ("note", "done_on")] == [
        WRITTEN,
        "2024-09-20",
    ]
    assert "还没有提交" in landed.content.decode()
    assert town.waiting.records.count() == 0


def test_another_person_gets_none_of_it(town):
    client = log_in("zhen")
    idle(town.staff, 31)
    client.post("/patches/bulk/", {"verb": "confirm", "pk": [town.waiting.pk], "note": WRITTEN})
    log_in("guanli", client=client)

    page = client.get("/patches/bulk/", follow=True)

    assert page.redirect_chain == [("/patches/", 302)]
    assert WRITTEN not in page.content.decode()


@pytest.mark.parametrize(
    "where",
    [
        "/accounts/logout/",
        "/accounts/sessions/end/",
        "/admin/logout/",
        "http://testserver/accounts/logout/",
        "/accounts/login/",
        "/accounts/log%6Fut/",
        "/patches/checks/1/dismiss/?a=b",
        "/mei/you/",
        "//evil.example.com/",
        "/\\evil",
        "http://testserver",
    ],
)
def test_login_takes_nobody_to_where_there_is_nothing(town, where):
    for client in (Client(), client_of(town.admin)):
        login = {"username": "guanli", "password": PASSWORD, "next": where}
        landed = client.post(LOGIN, login, follow=True)
        asked = client.get(LOGIN, {"next": where}, follow=True)

        assert (landed.status_code, asked.status_code) == (200, 200)
        assert landed.redirect_chain[0] == ("/home/", 302)
        assert asked.redirect_chain[0] == ("/home/", 302)


@pytest.mark.parametrize(
    ("referer", "next_page"),
    [
        ("http://testserver/patches/?q=a&page=2", "/patches/?q=a&page=2"),
        ("", ""),
        ("http://evil.example.com/patches/", ""),
        ("http://testserver/accounts/logout/", ""),
        ("http://testserver/meiyou/", ""),
        ("javascript:alert(1)", ""),
        ("http://testserver/accounts/sessions/end/", ""),
        ("http://[", ""),
    ],
)
def test_only_our_own_pages_are_gone_back_to(client, referer, next_page):
    """不是本站的、点不开的，不写回哪里：登录以后到各人的首页。"""
    sent_away = client.post("/accounts/sessions/end/", {"which": "others"}, HTTP_REFERER=referer)

    shown = client.get(sent_away.url)

    assert shown.context["next"] == next_page


def test_long_conditions_are_left_behind_not_the_page(client):
    sent_away = client.get("/patches/?q=" + "%E8%A5%BF" * 800)

    assert sent_away.url == "/accounts/login/?next=/patches/"


def test_405_page_says_so_and_leads_back(town):
    client = client_of(town.staff)

    page = client.get("/accounts/sessions/end/", HTTP_REFERER="http://testserver/accounts/")
    typed_in = client.get("/accounts/sessions/end/")

    assert page.status_code == 405
    assert page["Allow"] == "POST"
    assert "这个地址不能这样打开" in page.content.decode()
    assert '<a class="button" href="/accounts/">回刚才那一页</a>' in page.content.decode()
    assert '<a class="button" href="/">回首页</a>' in typed_in.content.decode()
    assert "镇里小黄" in typed_in.content.decode()
