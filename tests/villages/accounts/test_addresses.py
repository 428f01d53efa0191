"""地址：代理怎么写都理成一种；不是地址的不存，也不挡着人登录。"""

import pytest
from axes.models import AccessAttempt
from django.test import Client

from taiping.audit.models import Access
from taiping.ground.addresses import sound_address
from tests.worlds.factories import PASSWORD, make_user
from tests.worlds.servers import Server, Visitor
from villages.accounts.lockout import NO_ADDRESS

LOGIN = "/accounts/login/"
RUBBISH = [
    "evil",
    "[::1",
    "1.2.3.4:x",
    "1.2.3.4, 5.6.7.8",
    "999.1.1.1",
    "1.2.3.4\0",
    "１.2.3.4",
    "x" * 100_000,
    "-",
    "",
]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("10.0.0.8", "10.0.0.8"),
        (" 10.0.0.8 ", "10.0.0.8"),
        ("1.2.3.4:567", "1.2.3.4"),
        ("[1.2.3.4]:80", "1.2.3.4"),
        ("[::1]:99", "::1"),
        ("[::1]", "::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:80", "fe80::1"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:1.2.3.4]:5", "1.2.3.4"),
        (None, ""),
        *[(text, "") for text in RUBBISH],
    ],
)
def test_every_way_of_writing_an_address_becomes_one(given, expected):
    assert sound_address(given) == expected


@pytest.fixture
def counting(settings):
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 3


def log_in(address, password=PASSWORD):
    return Client().post(LOGIN, {"username": "tuannian", "password": password}, REMOTE_ADDR=address)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["[::1]:99", *RUBBISH])
def test_a_malformed_address_keeps_nobody_from_signing_in(counting, address):
    make_user("tuannian")

    wrong = log_in(address, "bu-shi-zhe-ge")
    stored = AccessAttempt.objects.get().ip_address
    right = log_in(address)

    assert (wrong.status_code, right.status_code) == (200, 302)
    is_known = address == "[::1]:99"
    assert stored == ("::1" if is_known else NO_ADDRESS)
    assert {access.address for access in Access.objects.all()} == {"::1" if is_known else ""}


@pytest.mark.django_db
def test_guesses_without_an_address_are_still_counted(counting):
    make_user("tuannian")

    for address in ("evil", "evil2", ""):
        last = log_in(address, "bu-shi-zhe-ge")

    assert last.status_code == 429
    assert log_in("unknown").status_code == 429


@pytest.mark.django_db
def test_ports_do_not_make_one_address_into_many(counting):
    make_user("tuannian")

    for port in (1, 2, 3):
        last = log_in(f"10.0.0.8:{port}", "bu-shi-zhe-ge")

    assert last.status_code == 429
    assert AccessAttempt.objects.get().ip_address == "10.0.0.8"


@pytest.mark.django_db(transaction=True)
def test_the_real_server_takes_what_a_proxy_writes(tmp_path):
    make_user("tuannian")
    told = ["[::1]:99", "203.0.113.9:4711", "::ffff:203.0.113.7", "2001:db8::9", "evil"]

    with Server(tmp_path) as server:
        for text in told:
            visitor = Visitor(server)
            visitor.get(LOGIN)
            fields = f"username=tuannian&password={PASSWORD}"
            status, _, _ = visitor.ask(
                "POST",
                LOGIN,
                fields,
                {
                    "X-Forwarded-For": text,
                    "X-CSRFToken": visitor.cookies["csrftoken"],
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
            assert status == 302, text

    stored = list(Access.objects.order_by("pk").values_list("address", flat=True))
    assert stored == ["::1", "203.0.113.9", "203.0.113.7", "2001:db8::9", ""]
