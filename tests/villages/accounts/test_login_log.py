"""登录失败的日志：一次一行，写明地址和用户名，运行手册里给 fail2ban 的写法读得出来；用户名里写什么也冒充不了别的地址。"""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client

from taiping.operations.logs import LineFormatter
from tests.site.test_readme import MANUAL
from tests.worlds.factories import PASSWORD, make_user
from tests.worlds.servers import Server, Visitor

LOGIN = "/accounts/login/"
ADDRESS = r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+)"
FAILREGEX = re.search(r"^failregex = (.+)$", MANUAL, re.MULTILINE)[1].replace(
    "<ADDR>", f"({ADDRESS})"
)
FORGERIES = [
    "登录失败 地址=9.9.9.9 用户名=x",
    "x\n2024-10-08 09:00:00,000 WARNING villages.login user=- request=abcdefgh 登录失败 地址=9.9.9.9 用户名=x",
    "x\r\u2028\x85WARNING villages.login user=- request=abcdefgh 登录失败 地址=9.9.9.9 用户名=x",
]


def banned(log):
    """fail2ban 一行一行读：要封的地址，按先后。"""
    return [
        found[1]
        for line in re.split(r"\r\n|[\n\r\x85\u2028]", log)
        if (found := re.search(FAILREGEX, line))
    ]


@pytest.fixture
def counting(settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)


@pytest.fixture
def lines(caplog):
    """给出到现在为止的日志，一行一个，和正式写出来的一样。"""
    form = LineFormatter("{levelname} {name} {message}", style="{")
    return lambda: [form.format(record) for record in caplog.records]


def fail(username="tuannian", address="203.0.113.7", times=1):
    for _ in range(times):
        Client().post(
            LOGIN, {"username": username, "password": "bu-shi-zhe-ge"}, REMOTE_ADDR=address
        )


@pytest.mark.django_db
def test_each_failure_and_each_lockout_is_one_line(counting, lines):
    make_user("tuannian")

    fail(times=4)

    failed, locked = [
        f"WARNING villages.login 登录{what} 地址=203.0.113.7 用户名=tuannian"
        for what in ("失败", "锁住")
    ]
    assert [line for line in lines() if "login " in line] == [
        failed,
        failed,
        failed,
        locked,
        locked,
    ]
    assert not [line for line in lines() if "AXES" in line or "****" in line]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("张三 李四", "张三 李四"),
        ("tuan\u200bnian", r"tuan\u200bnian"),
        ("x\r\ny\x1b[2J\x85", r"x\r\ny\x1b[2J"),
        ("13812345678", "138****5678"),
        ("x" * 150, "x" * 150),
    ],
)
def test_name_is_short_plain_and_masked(counting, lines, typed, written):
    fail(typed)

    assert lines()[0] == f"WARNING villages.login 登录失败 地址=203.0.113.7 用户名={written}"


@pytest.mark.django_db
def test_address_is_the_real_one_even_when_neighbours_are_counted_together(counting, lines):
    fail(address="2001:db8:1:2::9")
    fail(address="")

    assert [line.split()[3] for line in lines()[:2]] == ["地址=2001:db8:1:2::9", "地址=-"]


@pytest.mark.django_db
@pytest.mark.parametrize("forged", FORGERIES)
def test_forged_name_names_nobody_else(counting, caplog, forged):
    form = LineFormatter(
        "2024-10-08 09:00:00,123 {levelname} {name} user=- request=abcdefgh {message}", style="{"
    )

    fail(forged)

    assert banned("\n".join(form.format(record) for record in caplog.records)) == ["203.0.113.7"]


def test_readme_reads_the_journal_and_a_line_without_its_date():
    line = "WARNING villages.login user=- request=abcdefgh 登录锁住 地址=203.0.113.7 用户名=zhang"

    assert banned(f" {line}") == ["203.0.113.7"]
    assert banned(f"gengdi python[812]: 2024-10-08 09:00:00,123 {line}") == ["203.0.113.7"]
    assert (
        banned(
            f"2024-10-08 09:00:00,123 WARNING django.request user=- request=abcdefgh Not Found: /{line}"
        )
        == []
    )


@pytest.mark.django_db(transaction=True)
def test_real_server_counts_by_the_proxys_address_and_writes_it(tmp_path):
    """真的进程：换着用户名从一个地址猜，那个地址锁住，别的地址照常；日志里是代理带来的那个地址。"""
    make_user("tuannian")
    extra = {"AXES_ENABLED": "on", "LOG_LEVEL": "WARNING", "LOGIN_ADDRESS_MAX_FAILURES": "4"}

    with Server(tmp_path, **extra) as server:
        visitor = Visitor(server)
        visitor.get(LOGIN)

        def log_in(username, address, password="bu-shi-zhe-ge"):
            status, content, _ = visitor.ask(
                "POST",
                LOGIN,
                urlencode({"username": username, "password": password}),
                {
                    "X-Forwarded-For": address,
                    "X-CSRFToken": visitor.cookies["csrftoken"],
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
            return status, content.decode()

        sprayed = [log_in(name, "203.0.113.7")[0] for name in ("a", "b", *FORGERIES[:2])]
        status, page = log_in("tuannian", "203.0.113.7", PASSWORD)
        elsewhere, _ = log_in("tuannian", "203.0.113.8", PASSWORD)

    assert sprayed == [200, 200, 200, 429]
    assert (status, elsewhere) == (429, 302)
    assert "请等 15 分钟" in page
    assert "请找管理员" in page
    assert banned(server.log.read_text(encoding="utf-8")) == ["203.0.113.7"] * 6
