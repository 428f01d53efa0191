"""错误页说怎么办；系统自己的错有一个编号，日志里找得到；日志里没有密码和电话。"""

import io
import logging
import re

import pytest
from django.conf import settings
from django.db import DatabaseError, DataError
from django.test import Client

from taiping.operations import views
from taiping.operations.logs import LineFormatter, RequestFilter, masked
from tests.worlds.factories import PASSWORD, make_user
from villages.models import Role

pytestmark = pytest.mark.django_db
PHONE = "1" + "38" + "0013" + "8000"  # 拼出来的，不是谁的号码


@pytest.fixture
def log():
    """正式的格式和过滤，写到一个字符串里。"""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    options = settings.LOGGING["formatters"]["line"]
    handler.setFormatter(LineFormatter(options["format"], style=options["style"]))
    handler.addFilter(RequestFilter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def quiet_client():
    """像真的服务器那样：出错给错误页，不把异常抛给测试。"""
    return Client(raise_request_exception=False)


def broken(monkeypatch, error):
    def checks():
        raise error

    monkeypatch.setattr(views, "checks", checks)


class TestServerError:
    def test_number_on_the_page_is_found_in_the_log(self, quiet_client, monkeypatch, log):
        quiet_client.force_login(make_user("huang", role=Role.STAFF))
        broken(monkeypatch, RuntimeError("算不下去了"))

        response = quiet_client.get("/healthz")

        page = response.content.decode()
        number = re.search(r"编号 <strong>(\w+)</strong>", page)[1]
        told = log.getvalue()
        assert response.status_code == 500
        assert "刚才的操作没有保存" in page
        assert "算不下去了" not in page
        assert response["X-Request-ID"] == number
        assert f"事故编号 {number}" in told
        assert re.search(
            rf"ERROR django.request user=\S+ request={number} Internal Server Error: /healthz", told
        )
        assert "RuntimeError: 算不下去了" in told

    def test_page_needs_no_database(self, quiet_client, monkeypatch, django_db_blocker):
        broken(monkeypatch, DatabaseError("连不上"))

        with django_db_blocker.block():
            response = quiet_client.get("/healthz")

        assert response.status_code == 500
        assert "请把编号" in response.content.decode()

    def test_page_comes_even_without_collected_static_files(self, quiet_client, monkeypatch):
        def missing(name):
            raise ValueError(name)

        monkeypatch.setattr("taiping.operations.errors.staticfiles_storage.url", missing)
        broken(monkeypatch, RuntimeError("算不下去了"))

        assert "请把编号" in quiet_client.get("/healthz").content.decode()

    def test_every_request_has_its_own_number(self, client):
        numbers = {client.get("/accounts/login/")["X-Request-ID"] for _ in range(20)}

        assert len(numbers) == 20
        assert all(re.fullmatch(r"[a-z2-9]{8}", number) for number in numbers)


class TestPages:
    def test_missing_page_says_what_to_check(self, client):
        client.force_login(make_user())

        response = client.get("/patches/999999/")

        assert response.status_code == 404
        assert "请核对网址是不是完整" in response.content.decode()

    def test_forbidden_page_says_why(self, client):
        client.force_login(make_user(role=Role.LEADER))

        response = client.get("/patches/add/")

        assert response.status_code == 403
        assert "图斑由镇工作人员添加" in response.content.decode()

    def test_stale_form_says_how_to_send_it_again(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(make_user())

        response = strict.post("/accounts/password/", {"old_password": PASSWORD})

        page = response.content.decode()
        assert response.status_code == 403
        assert "刚才的内容没有保存" in page
        assert "刷新那一页" in page
        assert "CSRF" not in page

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (
                ValueError("A string literal cannot contain NUL (0x00) characters."),
                "看不见的空字符",
            ),
            (DataError("integer out of range"), "太大、太长或不是数"),
            (
                OverflowError("Python int too large to convert to SQLite INTEGER"),
                "太大、太长或不是数",
            ),
            (ValueError("Field 'id' expected a number but got 'x'."), "太大、太长或不是数"),
        ],
    )
    def test_value_that_only_the_database_refuses_is_told_in_words(
        self, client, monkeypatch, log, error, words
    ):
        broken(monkeypatch, error)

        response = client.get("/healthz")

        assert response.status_code == 400
        assert words in response.content.decode()
        assert "填的值存不下：GET /healthz" in log.getvalue()

    def test_other_errors_are_not_taken_for_bad_input(self, quiet_client, monkeypatch):
        broken(monkeypatch, ValueError("算不下去了"))

        assert quiet_client.get("/healthz").status_code == 500

    def test_nul_never_breaks_a_page(self, client):
        client.force_login(make_user(role=Role.ADMIN))

        answers = [
            client.get("/plan/", {"year": "20\x0024"}),
            client.get("/patches/", {"q": "a\x00", "b\x00": "1"}),
            client.get("/admin/villages/user/", {"q": "\x00"}),
            client.get("/villages/1\x00/"),
            client.post("/accounts/password/", {"old_password": "a\x00b"}),
            client.post("/accounts/login/", {"username": "a\x00b", "password": "\x00"}),
        ]

        assert [answer.status_code for answer in answers if answer.status_code >= 500] == []


class TestLog:
    def test_line_has_time_level_user_and_request(self, client, log, caplog):
        caplog.set_level(logging.INFO)
        client.force_login(make_user("huang", role=Role.STAFF))

        response = client.get("/patches/999999/")

        line = next(line for line in log.getvalue().splitlines() if "django.request" in line)
        number = response["X-Request-ID"]
        assert re.fullmatch(
            rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d,\d{{3}} INFO django.request user=huang request={number} Not Found: \S+",
            line,
        )

    def test_outside_a_request_there_is_a_dash(self, log):
        logging.getLogger("taiping").warning("定时任务")

        assert "user=- request=- 定时任务" in log.getvalue()

    def test_typed_passwords_and_phones_are_not_in_it(self, client, log):
        make_user("dong")
        for password in ("Zheshi-mima-1", PASSWORD):
            client.post("/accounts/login/", {"username": "dong", "password": password})
        logging.getLogger("taiping").error("导入第 3 行：%s，password=%s", PHONE, "Zheshi-mima-1")
        logging.getLogger("taiping").error({"password": "Zheshi-mima-1", "phone": PHONE})

        told = log.getvalue()
        assert PHONE not in told
        assert "138****8000" in told
        assert "Zheshi-mima-1" not in told
        assert PASSWORD not in told

    def test_phone_in_a_traceback_is_masked_too(self, log):
        try:
            raise ValueError(f"Key (phone)=({PHONE}) already exists")
        except ValueError:
            logging.getLogger("taiping").exception("存不进去")

        assert "138****8000" in log.getvalue()
        assert PHONE not in log.getvalue()

    def test_a_name_cannot_forge_a_line(self, log):
        logging.getLogger("taiping").warning(
            "文件 %s", "图斑.xlsx\n2026-01-01 00:00:00 INFO user=admin 全部通过\x1b[2J"
        )

        assert log.getvalue().count("\n") == 1
        assert "\x1b" not in log.getvalue()

    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("postgres://gengdi:mima@127.0.0.1/x", "postgres://gengdi:***@127.0.0.1/x"),
            ("SECRET_KEY='abc'", "SECRET_KEY=***"),
            ("图斑 13800 面积 138001380001234", "图斑 13800 面积 138001380001234"),
            ("'new_password1': 'x y'", "'new_password1': ***"),
            ("sessionid=abc; a=1", "sessionid=***; a=1"),
        ],
    )
    def test_masking(self, text, clean):
        assert masked(text) == clean
