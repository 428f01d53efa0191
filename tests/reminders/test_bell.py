"""页头的铃铛：今天几件、看过没有；不写邮箱也看得到，写在我的账号里。"""

import pytest

from taiping.reminders.sending import remind
from tests.worlds.year import TODAY, in_days
from villages.models import User

pytestmark = pytest.mark.django_db


def bell(client):
    return client.get("/help/").context["bell"]


@pytest.fixture
def secretary(client, year):
    User.objects.update(must_change_password=False)
    year.patch(due=-2)
    client.force_login(year.east_secretary)
    return client


def test_bell_is_unread_until_opened_today(secretary, year):
    assert bell(secretary) == {"is_unread": True, "count": 0, "words": "今天的提醒"}
    list(remind(TODAY()))
    assert bell(secretary) == {"is_unread": True, "count": 1, "words": "今天的提醒，1 件还没看"}

    opened = secretary.get("/reminders/")

    assert "逾期 1 个，最久的逾期 2 天" in opened.content.decode()
    assert bell(secretary) == {"is_unread": False, "count": 0, "words": "今天的提醒"}
    User.objects.update(reminders_read_on=in_days(-1), reminded_on=in_days(-1))
    assert bell(secretary)["is_unread"], "昨天看过的不算今天的"


def test_nothing_to_say_leaves_the_bell_quiet(client, year):
    User.objects.update(must_change_password=False)
    list(remind(TODAY()))
    client.force_login(year.west_secretary)

    assert not bell(client)["is_unread"]
    assert "今天没有要提醒的。" in client.get("/reminders/").content.decode()


def test_bell_asks_the_database_nothing(secretary, django_assert_num_queries):
    secretary.get("/help/")
    with django_assert_num_queries(4) as asked:
        secretary.get("/help/")
    tables = " ".join(one["sql"] for one in asked)
    assert "reminders_sending" not in tables
    assert "plots_patch" not in tables


def test_address_and_switch_are_kept_in_my_account(secretary, year):
    said = secretary.post(
        "/accounts/", {"email": "dong@example.com", "reminded_by_email": "yes"}, follow=True
    )

    assert "每天的提醒发到 dong@example.com" in said.content.decode()
    year.east_secretary.refresh_from_db()
    assert (year.east_secretary.email, year.east_secretary.reminded_by_email) == (
        "dong@example.com",
        True,
    )

    secretary.post("/accounts/", {"email": "dong@example.com"})
    year.east_secretary.refresh_from_db()
    assert year.east_secretary.reminded_by_email, "没有交来这一格，不能当成不要"

    secretary.post("/accounts/", {"email": "dong@example.com", "reminded_by_email": "no"})
    year.east_secretary.refresh_from_db()
    assert not year.east_secretary.reminded_by_email


def test_odd_address_is_told_beside_its_field_and_kept_as_typed(secretary, year):
    said = secretary.post("/accounts/", {"email": "王家湾", "reminded_by_email": "yes"})

    assert "这不像邮箱，请写成 名字@网站 的样子，或留空。" in said.content.decode()
    assert 'value="王家湾"' in said.content.decode()
    year.east_secretary.refresh_from_db()
    assert year.east_secretary.email == ""
