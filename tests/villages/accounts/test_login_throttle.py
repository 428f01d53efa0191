"""猜密码：连错几次先锁住，说清等多久；隔一阵自己解开，管理员也能解；别人、别处不受牵连。"""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone

from tests.worlds.factories import PASSWORD, make_user
from villages.models import LoginFailure, Role

pytestmark = pytest.mark.django_db
LOGIN, ACCOUNT = "/accounts/login/", "/accounts/"
OFFICE, OUTSIDE = "10.0.0.8", "203.0.113.9"


@pytest.fixture(autouse=True)
def counting(settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)


@pytest.fixture
def secretary():
    return make_user("tuannian", name="团碾书记")


def log_in(username="tuannian", password=PASSWORD, address=OFFICE, client=None, **extra):
    client = client or Client()
    return client.post(
        LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address, **extra
    )


def fail(times, **where):
    for _ in range(times):
        response = log_in(password="bu-shi-zhe-ge", **where)
    return response


def test_third_wrong_password_locks_and_says_how_long_to_wait(secretary):
    assert fail(2).status_code == 200

    locked = fail(1)
    right = log_in()

    words = locked.content.decode()
    assert locked.status_code == 429
    assert "请等 15 分钟" in words
    assert "请找管理员" in words
    assert "团碾书记" not in words
    assert right.status_code == 429
    assert isinstance(right.wsgi_request.user, AnonymousUser)


def test_waiting_it_out_opens_the_door(secretary):
    fail(3)
    fail(2)  # 锁着的时候再试，不用从头等
    LoginFailure.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))

    assert log_in().status_code == 302


def test_minutes_left_go_down(secretary):
    fail(3)
    LoginFailure.objects.update(attempt_time=timezone.now() - timedelta(minutes=10, seconds=30))

    assert "请等 5 分钟" in log_in().content.decode()


def test_right_password_forgets_the_wrong_ones(secretary):
    fail(2)
    log_in()

    assert fail(2).status_code == 200
    assert LoginFailure.objects.get().failures_since_start == 2


def test_others_and_other_places_are_not_locked(secretary):
    make_user("wanshou")
    fail(3)

    assert log_in("wanshou").status_code == 302
    assert log_in(address=OUTSIDE).status_code == 302


def test_unknown_name_is_locked_the_same_way():
    """锁不锁不看有没有这个账号，否则就成了打听账号的办法。"""
    assert fail(3, username="meiyouzhegeren").status_code == 429


def test_changing_browser_or_claiming_another_address_does_not_help(secretary):
    for number in range(3):
        fail(
            1,
            HTTP_USER_AGENT=f"Mozilla/5.0 ({number})",
            HTTP_X_FORWARDED_FOR=f"198.51.100.{number}",
        )

    assert log_in(HTTP_X_FORWARDED_FOR="198.51.100.77").status_code == 429


def test_administrator_unlocks_in_the_admin(secretary, client):
    client.force_login(make_user("guanli", role=Role.ADMIN))
    fail(2)
    fail(1, HTTP_USER_AGENT="另一个浏览器")
    row = LoginFailure.objects.first()
    listing = client.get("/admin/villages/loginfailure/").content.decode()

    page = client.post(
        "/admin/villages/loginfailure/",
        {"action": "unlock", "_selected_action": [row.pk]},
        follow=True,
    ).content.decode()

    assert "tuannian" in listing
    assert OFFICE in listing
    assert "已经解锁：tuannian" in page
    assert log_in().status_code == 302


def test_nobody_else_unlocks(secretary, client):
    client.force_login(make_user(role=Role.STAFF))
    fail(3)

    refused = client.post(
        "/admin/villages/loginfailure/",
        {
            "action": "unlock",
            "_selected_action": [LoginFailure.objects.get().pk],
        },
    )

    assert refused.status_code in (302, 403)
    assert log_in().status_code == 429


def test_typed_passwords_are_not_stored(secretary):
    fail(2)

    row = LoginFailure.objects.get()
    assert "bu-shi-zhe-ge" not in f"{row.get_data}{row.post_data}"
    assert PASSWORD not in f"{row.get_data}{row.post_data}"
