"""没登录的人、任何一个账号送来的很长的请求：回答是一句话，CPU 时间只按长度长，数据库和日志里不存下几 MB。"""

import io
import logging

import pytest
from axes.models import AccessAttempt
from django.conf import settings as project
from django.test import Client

from taiping.audit.models import Access
from taiping.operations.logs import LONGEST_LINE, LineFormatter, RequestFilter
from tests.worlds.factories import PASSWORD, make_patch, make_steps_target, make_user
from tests.worlds.hostile import TOO_MUCH, times_longer
from tests.worlds.servers import Server, Visitor
from villages.models import Role, Session

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PIECES = ["x", "password", "a://b:", "\u0301\u0316"]
FLOOR = 0.02  # 一次请求本来就要几毫秒到几十毫秒
MB = 1_000_000


@pytest.fixture
def log():
    """正式的格式，写到一个字符串里。"""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    options = project.LOGGING["formatters"]["line"]
    handler.setFormatter(LineFormatter(options["format"], style=options["style"]))
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def clerk(client):
    make_patch(make_steps_target())
    user = make_user("huang", role=Role.STAFF)
    client.force_login(user)
    return user


def as_header(text):
    """请求头里只能是字节，服务器按 latin-1 交过来。"""
    return text.encode().decode("latin-1")


STRANGERS = {
    "用户名": lambda client, text: client.post(LOGIN, {"username": text, "password": "y"}),
    "密码": lambda client, text: client.post(LOGIN, {"username": "a", "password": text}),
    "网址": lambda client, text: client.get(f"/{text}"),
    "Host": lambda client, text: client.get("/", HTTP_HOST=as_header(text)),
    "Origin": lambda client, text: client.post(LOGIN, {}, HTTP_ORIGIN=f"https://{as_header(text)}"),
    "浏览器": lambda client, text: client.get(LOGIN, HTTP_USER_AGENT=as_header(text)),
    "Cookie": lambda client, text: client.get(
        LOGIN, HTTP_COOKIE=as_header(f"sessionid={text}; csrftoken={text}; {text}")
    ),
    "next": lambda client, text: client.get(LOGIN, {"next": text}),
    "登录后去哪里": lambda client, text: client.get("/patches/", {"q": text}),
    "语言": lambda client, text: client.get(LOGIN, HTTP_ACCEPT_LANGUAGE=as_header(text)),
    "要什么": lambda client, text: client.get(
        LOGIN, HTTP_ACCEPT=as_header(text), HTTP_ACCEPT_ENCODING=as_header(text)
    ),
    "没见过": lambda client, text: client.get(
        LOGIN, HTTP_IF_NONE_MATCH=as_header(text), HTTP_IF_MODIFIED_SINCE=as_header(text)
    ),
    "哪个文件": lambda client, text: client.get("/healthz", {"format": text, text: "1"}),
}
SIGNED_IN = {
    "导出": lambda client, text: client.get("/patches/export.xlsx", {"z": text}),
    "找": lambda client, text: client.get("/patches/", {"q": text}),
    "页": lambda client, text: client.get("/patches/", {"page": text}),
    "年": lambda client, text: client.get(
        "/patches/", {"year": text, "village": text, "sort": text, "due": text}
    ),
    "天": lambda client, text: client.get(
        "/", {"on": text, "since": text, "basis": text, "year": text}
    ),
    "勾选": lambda client, text: client.post(
        "/patches/bulk/", {"verb": "confirm", "pk": text, "back": text}
    ),
    "粘贴": lambda client, text: client.post(
        "/patches/import/",
        {"kind": "TABLE", "issued_on": "2024-01-02", "target": text, "pasted": text},
    ),
    "地图": lambda client, text: client.get(
        "/patches/map/data.geojson", {"bbox": text, "zoom": text}
    ),
    "改密码": lambda client, text: client.post(
        "/accounts/password/", {"old_password": text, "new_password1": text, "new_password2": text}
    ),
    "哪一次登录": lambda client, text: client.post("/accounts/sessions/end/", {"which": text}),
}


def slow_pieces(ask):
    """拼成很长的字以后，用的时间比字长得快的。"""
    return [
        piece
        for piece in PIECES
        if times_longer(ask, lambda length, piece=piece: (piece * length)[:length], 20_000, FLOOR)
        > TOO_MUCH
    ]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_long_request_takes_time_in_proportion(name):
    client = Client(enforce_csrf_checks=name == "Origin")

    assert slow_pieces(lambda text: STRANGERS[name](client, text)) == []
    assert STRANGERS[name](client, "x" * 80_000).status_code < 500


@pytest.mark.parametrize("name", SIGNED_IN)
def test_a_users_long_request_takes_time_in_proportion(name, client, clerk):
    assert slow_pieces(lambda text: SIGNED_IN[name](client, text)) == []
    assert SIGNED_IN[name](client, "x" * 80_000).status_code < 500


@pytest.mark.parametrize("text", ["x" * 151, "x" * 10 * MB, "a://b:" * MB], ids=len)
def test_a_username_longer_than_any_is_refused_in_a_sentence_and_kept_nowhere(
    client, settings, log, text
):
    settings.AXES_ENABLED = True

    page = client.post(LOGIN, {"username": text, "password": "Zheshi-mima-1"})

    assert page.status_code == 200
    assert "用户名最多 150 个字，请核对后再填。" in page.content.decode()
    assert len(page.content) < 20_000
    assert not AccessAttempt.objects.exists()
    assert not Access.objects.exists()
    assert len(log.getvalue()) < 2 * LONGEST_LINE


def test_a_password_longer_than_any_is_never_hashed(client, settings):
    settings.AXES_ENABLED = True
    user = make_user("dong")
    long = "Aa1-" * 251

    page = client.post(LOGIN, {"username": "dong", "password": long})
    client.force_login(user)
    changed = client.post(
        "/accounts/password/",
        {"old_password": PASSWORD, "new_password1": long, "new_password2": long},
    )

    assert "密码最多 1000 个字，请核对后再填。" in page.content.decode()
    assert not AccessAttempt.objects.exists()
    assert "新密码最多 1000 个字，请核对后再填。" in changed.content.decode()
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_longest_username_and_password_still_sign_in(client):
    user = make_user("x" * 150)
    user.set_password("Aa1-" * 250)
    user.save(update_fields=["password"])

    page = client.post(LOGIN, {"username": "x" * 150, "password": "Aa1-" * 250})

    assert page.status_code == 302


def test_a_long_question_of_an_export_is_kept_short_in_the_audit_and_the_log(
    client, clerk, log, caplog
):
    caplog.set_level("INFO")
    Access.objects.all().delete()

    client.get("/patches/export.xlsx", {"password": "Zheshi-mima-1", "z": "x" * 7000})
    client.get("/" + "y" * 7000)

    what = Access.objects.get().what
    assert "/patches/export.xlsx?password=***" in what
    assert len(what) <= 300
    lines = log.getvalue().splitlines()
    assert [line for line in lines if "Not Found: /yyy" in line and "只记开头" in line]
    assert max(map(len, lines)) < 2 * LONGEST_LINE


def test_a_form_of_somebody_timed_out_is_not_kept_by_the_megabyte(client, clerk):
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")

    client.post("/patches/1/report/", {"note": "短", "n" * MB: "1"})

    assert max(len(row.session_data) for row in Session.objects.all()) < 10_000


@pytest.mark.parametrize(
    "number",
    [
        "0e999999999",
        "1e999999999",
        "1e-999999999",
        "-0e-999999999",
        "9" * 100_000,
        "0." + "0" * 100_000,
        "NaN",
        "１" * 50_000,
    ],
)
def test_numbers_out_of_all_proportion_are_refused_in_words(client, number):
    patch = make_patch(make_steps_target())
    client.force_login(make_user(role=Role.ADMIN))
    day = {"done_on": "2024-09-05", "client_key": "6f4a8f0e-52f1-4c55-9d0e-3f5d6f0c2024", "seen": 0}

    pages = [
        client.post(
            "/patches/add/",
            {"target": patch.target.code, "village": patch.village_id, "area_mu": number},
        ),
        client.post(f"/patches/{patch.pk}/report/", {**day, "amount": "part", "area_mu": number}),
        client.post(
            f"/patches/{patch.pk}/amend/",
            {**day, "code": "T1", "village": patch.village_id, "area_mu": number},
        ),
        client.post(
            f"/patches/{patch.pk}/split/",
            {**day, "code1": "a", "area1": number, "code2": "b", "area2": number},
        ),
        client.post(
            "/plan/readings/", {"target": 1, "on": "2024-09-05", "value": number, "source": "x"}
        ),
        client.post(
            f"/admin/tasks/target/{patch.target_id}/change/", {"quota": number, "order": number}
        ),
        client.get("/patches/", {"due": number, "page": number, "village": number}),
        client.get("/patches/map/data.geojson", {"bbox": f"{number},1,2,3", "zoom": number}),
    ]

    assert [page.status_code for page in pages if page.status_code >= 500] == []
    assert max(len(page.content) for page in pages) < 2 * MB


@pytest.mark.parametrize(
    "number",
    [
        "0e999999999",
        "1e999999999",
        "9" * 100_000,
        "9" * 99,
        "0." + "0" * 100_000,
    ],
)
def test_numbers_out_of_all_proportion_in_a_table_are_problems_in_words(client, clerk, number):
    target = make_steps_target(code="again")
    rows = f"村\t图斑编号\t面积（亩）\n东村\tT1\t{number}\n合计\t\t{number}"

    page = client.post(
        "/patches/import/",
        {"kind": "TABLE", "issued_on": "2024-01-02", "target": target.pk, "pasted": rows},
        follow=True,
    )

    assert page.status_code in (200, 422)
    assert "请填如 3.50" in page.content.decode() or "太大了" in page.content.decode()


@pytest.mark.parametrize(
    "address", ["/" + "y" * MB, "/patches/?z=" + "y" * MB, "/patches/?" + "a=1&" * 100_000]
)
def test_an_address_longer_than_any_is_refused_in_a_sentence(client, clerk, log, address):
    page = client.get(address)

    assert page.status_code == 400
    assert "网址太长，最多 8000 个字符" in page.content.decode()
    assert len(page.content) < 20_000
    assert len(log.getvalue()) < 2 * LONGEST_LINE


@pytest.mark.parametrize(
    "page", ["/patches/?q=", "/patches/checks/?z=", "/review/?z=", "/?z=", "/patches/map/?z="]
)
def test_the_longest_address_does_not_make_a_page_of_megabytes(client, clerk, page):
    shown = client.get(page + "y" * 7900)

    assert shown.status_code == 200
    assert len(shown.content) < MB


@pytest.mark.parametrize("many", [2000, 100_000])
def test_very_many_ticks_are_refused_in_words(client, clerk, many):
    body = "&".join(["verb=confirm", *(f"pk={number}" for number in range(many))])

    page = client.post("/patches/bulk/", body, content_type="application/x-www-form-urlencoded")

    assert page.status_code == 400
    assert "请" in page.content.decode()


@pytest.mark.parametrize(
    "model", ["villages/user", "villages/village", "plots/patch", "audit/access", "audit/change"]
)
def test_very_many_words_in_a_search_of_the_admin_are_a_page(client, model):
    client.force_login(make_user(role=Role.ADMIN))

    page = client.get(f"/admin/{model}/", {"q": "a " * 2000})

    assert page.status_code == 400
    assert "要查的字太长，最多 100 个" in page.content.decode()
    assert client.get(f"/admin/{model}/", {"q": "a b"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_real_server_answers_everybody_after_the_longest_requests(tmp_path):
    make_user("huang", role=Role.STAFF)
    with Server(tmp_path, LOG_LEVEL="WARNING") as server:
        stranger = Visitor(server)
        stranger.get(LOGIN)
        token = {
            "X-CSRFToken": stranger.cookies["csrftoken"],
            "Content-Type": "application/x-www-form-urlencoded",
        }
        asked = [
            ("POST", LOGIN, "username=" + "x" * 10 * MB + "&password=y", token),
            ("POST", LOGIN, "username=a&password=" + "y" * 10 * MB, token),
            ("GET", "/" + "x" * 50_000, None, {}),
            ("GET", LOGIN, None, {"Host": "x" * 50_000}),
            ("POST", LOGIN, "", {**token, "Origin": "https://" + "x" * 50_000}),
            ("GET", "/patches/export.xlsx?z=" + "x" * 50_000, None, {}),
        ]

        asked.append(("GET", "/" + "x" * 100_000, None, {}))  # 请求头一共最多 64 KB，再长的进不了门

        answers = [Visitor(server, stranger.cookies).ask(*each) for each in asked]

        clerk = Visitor(server).sign_in("huang", PASSWORD)
        export = clerk.ask("GET", "/patches/export.xlsx?z=" + "a://b:" * 1300)
        log = server.log.read_text(encoding="utf-8", errors="replace")

    assert [status for status, _, _ in answers] == [200, 200, 400, 400, 403, 400, 431]
    assert "用户名最多 150 个字" in answers[0][1].decode()
    assert "密码最多 1000 个字" in answers[1][1].decode()
    assert "网址太长" in answers[2][1].decode()
    assert export[0] == 200
    assert max(map(len, log.splitlines())) < 2 * LONGEST_LINE
    assert max(len(access.what) for access in Access.objects.all()) <= 300
