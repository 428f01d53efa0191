"""保持登录：只给村支部书记，认手机，看得见、退得掉；改密码、管理员、改角色、改设置都管得住。"""

import time
from datetime import datetime, timedelta

import pytest
from auditlog.models import LogEntry
from django.conf import settings as project
from django.contrib.admin.models import LogEntry as AdminLog
from django.test import Client
from django.utils import timezone

from tests.plots.pages.test_report_page import photo
from tests.villages.accounts.test_sessions import (
    ACCOUNT,
    END,
    LOGIN,
    NEW,
    OFFICE_PC,
    PASSWORD_PAGE,
    WECHAT,
    is_in,
)
from tests.worlds.factories import PASSWORD, make_user
from villages.accounts.devices import kind_of
from villages.accounts.passwords import issue_password
from villages.accounts.staying import COOKIE
from villages.models import PastPassword, Role, Session

pytestmark = pytest.mark.django_db
USERS = "/admin/villages/user/"
DAY_SECONDS = 24 * 60 * 60
THIRTY_DAYS = 30 * DAY_SECONDS
DOWNLOADER = "AndroidDownloadManager/14 (Linux; U; Android 14; V2309A Build/UP1A)"
NEWER_WECHAT = "Mozilla/5.0 (Linux; Android 15; V2309A) Chrome/134 Mobile MicroMessenger/8.1"
WORDS = "在这台手机上保持登录"


class Clock:
    """停住的钟，要走多久走多久。"""

    def __init__(self):
        self.moment = datetime(2024, 11, 27, 10, tzinfo=timezone.get_default_timezone())

    def passes(self, **length):
        self.moment += timedelta(**length)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.moment)
    monkeypatch.setattr(time, "time", lambda: clock.moment.timestamp())
    return clock


@pytest.fixture
def secretary():
    return make_user("dong", name="东村书记")


def stay(username, password=PASSWORD, agent=WECHAT, client=None, **typed):
    """在一台手机上登录，勾了“保持登录”。"""
    client = client or Client(HTTP_USER_AGENT=agent)
    client.post(LOGIN, {"username": username, "password": password, "stay": "on", **typed})
    return client


def session_cookie(client):
    return client.cookies[project.SESSION_COOKIE_NAME]


def copied(client, *names, agent):
    """把一台手机里的几块 Cookie 抄到另一台上。"""
    other = Client(HTTP_USER_AGENT=agent)
    for name in names:
        other.cookies[name] = client.cookies[name].value
    return other


class TestWhoStays:
    def test_the_box_is_offered_unticked_with_its_few_words(self, secretary):
        page = Client().get(LOGIN)

        assert page.context["form"]["stay"].value() is None
        text = page.content.decode()
        assert WORDS in text
        assert "只给村支部书记；30 天不用才要重新登录；别人也用的手机不要勾" in text

    def test_secretary_who_ticks_it_comes_back_for_weeks(self, secretary, clock):
        phone = stay("dong")
        cookie = session_cookie(phone)

        for _ in range(3):
            clock.passes(days=29)
            assert is_in(phone)

        assert cookie["max-age"] == THIRTY_DAYS
        assert cookie["httponly"]
        assert session_cookie(phone)["max-age"] == THIRTY_DAYS

    def test_thirty_days_without_use_end_it(self, secretary, clock):
        phone = stay("dong")

        clock.passes(days=31)

        assert not is_in(phone)

    def test_secretary_who_does_not_tick_it_keeps_the_half_hour(self, secretary, clock):
        phone = Client()
        phone.post(LOGIN, {"username": "dong", "password": PASSWORD})
        assert session_cookie(phone)["max-age"] == ""
        assert COOKIE not in phone.cookies

        clock.passes(minutes=31)

        assert not is_in(phone)

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.STAFF, Role.LEADER])
    def test_office_keeps_the_half_hour_and_is_told_so(self, role, clock):
        make_user("zhen", role=role)
        office = stay("zhen", agent=OFFICE_PC)

        assert session_cookie(office)["max-age"] == ""
        assert COOKIE not in office.cookies
        page = office.get(ACCOUNT).content.decode()
        assert "“保持登录”只给村支部书记：您的登录 30 分钟没有动静会自己退出。" in page
        assert "写着“保持登录”的" not in page

        clock.passes(minutes=31)
        assert not is_in(office)

    def test_other_number_of_days(self, secretary, clock, settings):
        settings.PHONE_LOGIN_DAYS = 7
        phone = stay("dong")

        assert session_cookie(phone)["max-age"] == 7 * DAY_SECONDS
        clock.passes(days=8)
        assert not is_in(phone)

    def test_zero_takes_the_box_away_and_a_forged_tick_means_nothing(
        self, secretary, clock, settings
    ):
        settings.PHONE_LOGIN_DAYS = 0
        phone = stay("dong")

        assert WORDS not in Client().get(LOGIN).content.decode()
        assert session_cookie(phone)["max-age"] == ""
        clock.passes(minutes=31)
        assert not is_in(phone)

    def test_clicks_within_a_minute_write_nothing(self, secretary, clock):
        phone = stay("dong")
        phone.get(ACCOUNT)
        before = Session.objects.get(user=secretary).session_data

        clock.passes(seconds=30)
        answer = phone.get(ACCOUNT)

        assert Session.objects.get(user=secretary).session_data == before
        assert {COOKIE, project.SESSION_COOKIE_NAME}.isdisjoint(answer.cookies)


class TestRulesThatChangeLater:
    def test_switched_off_it_falls_back_to_the_half_hour(self, secretary, clock, settings):
        busy, idle = stay("dong"), stay("dong")
        clock.passes(minutes=20)
        assert is_in(busy)
        clock.passes(minutes=20)

        settings.PHONE_LOGIN_DAYS = 0

        assert not is_in(idle)
        assert is_in(busy)
        assert session_cookie(busy)["max-age"] == ""
        clock.passes(minutes=31)
        assert not is_in(busy)

    def test_shortened_it_is_shorter_for_those_already_in(self, secretary, clock, settings):
        used, unused = stay("dong"), stay("dong")
        clock.passes(days=9)
        assert is_in(used)
        clock.passes(days=6)

        settings.PHONE_LOGIN_DAYS = 10

        assert not is_in(unused)
        assert is_in(used)
        assert session_cookie(used)["max-age"] == 10 * DAY_SECONDS

    def test_who_is_secretary_no_longer_is_out_when_idle(self, secretary, clock):
        phone = stay("dong")
        clock.passes(days=2)

        secretary.role = Role.STAFF
        secretary.save(update_fields=["role"])

        assert not is_in(phone)

    def test_who_is_secretary_no_longer_has_the_half_hour_while_at_work(self, secretary, clock):
        phone = stay("dong")
        clock.passes(minutes=10)

        secretary.role = Role.STAFF
        secretary.save(update_fields=["role"])

        assert is_in(phone)
        assert session_cookie(phone)["max-age"] == ""
        clock.passes(minutes=31)
        assert not is_in(phone)

    def test_an_address_that_opens_nothing_does_not_know_him_either(self, secretary, clock):
        phone = stay("dong")
        clock.passes(days=2)
        secretary.role = Role.LEADER
        secretary.save(update_fields=["role"])

        page = phone.get("/mei-you-zhe-ye/")

        assert page.status_code == 404
        assert "东村书记" not in page.content.decode()

    def test_a_password_used_up_is_asked_for_without_a_new_login(self, secretary, clock, settings):
        settings.PASSWORD_MAX_DAYS = 90
        phone = stay("dong")
        assert is_in(phone)
        PastPassword.objects.update(set_at=clock.moment - timedelta(days=91))

        assert phone.get(ACCOUNT).url == PASSWORD_PAGE
        assert "密码已经用满 90 天" in phone.get(PASSWORD_PAGE).content.decode()

    def test_what_was_typed_is_kept_when_the_rule_ends_it(self, year, clock):
        patch = year.patch()
        url = f"/patches/{patch.pk}/report/"
        phone = stay("dong")
        form = phone.get(url).context["form"]
        typed = {"client_key": form["client_key"].value(), "note": "北边种了油菜"}
        clock.passes(days=2)
        year.east_secretary.role = Role.STAFF
        year.east_secretary.save(update_fields=["role"])

        sent_away = phone.post(url, {**typed, "camera": photo()})

        assert sent_away.url == f"{LOGIN}?next={url}"
        assert "登录已经超时" in phone.get(sent_away.url).content.decode()


class TestDevice:
    def test_a_newer_browser_on_the_same_phone_stays(self, secretary, clock):
        phone = stay("dong")
        clock.passes(days=3)

        assert phone.get(ACCOUNT, HTTP_USER_AGENT=NEWER_WECHAT).status_code == 200

    def test_a_download_by_the_phones_own_tool_does_not_end_it(self, secretary, clock):
        phone = stay("dong")
        clock.passes(days=3)

        assert phone.get(ACCOUNT, HTTP_USER_AGENT=DOWNLOADER).status_code == 200
        assert is_in(phone)

    def test_huawei_phones_call_themselves_both(self):
        huawei = "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) HuaweiBrowser/15"

        assert kind_of(huawei) == kind_of(DOWNLOADER) == "安卓手机"

    def test_cookies_carried_to_a_computer_end_it_for_both(self, secretary):
        phone = stay("dong")
        thief = copied(phone, project.SESSION_COOKIE_NAME, COOKIE, agent=OFFICE_PC)

        refused = thief.get(ACCOUNT, follow=True)

        assert refused.redirect_chain[0][0] == f"{LOGIN}?next={ACCOUNT}"
        assert "只在勾它的那台手机上算数" in refused.content.decode()
        assert "只在勾它的那台手机上算数" not in thief.get(LOGIN).content.decode()
        assert not is_in(phone)
        assert not Session.objects.filter(user=secretary).exists()

    def test_the_login_cookie_alone_opens_nothing_on_the_same_kind_of_phone(self, secretary):
        phone = stay("dong")
        thief = copied(phone, project.SESSION_COOKIE_NAME, agent=WECHAT)

        assert not is_in(thief)

    def test_another_phones_cookie_does_not_do(self, secretary):
        make_user("xi")
        phone, other = stay("dong"), stay("xi")
        thief = copied(phone, project.SESSION_COOKIE_NAME, agent=WECHAT)
        thief.cookies[COOKIE] = other.cookies[COOKIE].value

        assert not is_in(thief)
        assert is_in(other)

    def test_the_phones_cookie_is_hidden_from_scripts_and_not_kept_on_the_server(self, secretary):
        phone = stay("dong")
        cookie = phone.cookies[COOKIE]

        kept = str(Session.objects.get(user=secretary).get_decoded())

        assert cookie["max-age"] == THIRTY_DAYS
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert len(cookie.value) >= 40
        assert cookie.value not in kept

    def test_each_login_gets_a_cookie_of_its_own(self, secretary):
        phone = stay("dong")
        first = phone.cookies[COOKIE].value
        phone.post("/accounts/logout/")

        stay("dong", client=phone)

        assert phone.cookies[COOKIE].value != first
        assert is_in(phone)


class TestEnding:
    def test_it_is_listed_with_its_last_day_and_ended_there(self, secretary):
        phone, office = stay("dong"), Client(HTTP_USER_AGENT=OFFICE_PC)
        office.post(LOGIN, {"username": "dong", "password": PASSWORD})
        page = office.get(ACCOUNT)
        text = page.content.decode()
        numbers = {row.session_key: number for number, row, _ in page.context["sessions"]}

        assert text.count("保持登录，到 2024-12-27") == 1
        assert "写着“保持登录”的，30 天不用才退出" in text

        office.post(END, {"which": numbers[phone.session.session_key]})
        assert [is_in(client) for client in (phone, office)] == [False, True]

    def test_the_list_tells_what_holds_now(self, secretary, clock, settings):
        stay("dong")
        clock.passes(days=8)
        phone = stay("dong")

        settings.PHONE_LOGIN_DAYS = 5
        page = phone.get(ACCOUNT)

        assert len(page.context["sessions"]) == 1
        assert "保持登录，到 2024-12-10" in page.content.decode()

    def test_own_new_password_ends_it_everywhere_else(self, secretary, clock):
        lost, here = stay("dong"), stay("dong")

        here.post(
            PASSWORD_PAGE, {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
        )

        assert Session.objects.filter(user=secretary).count() == 1
        assert not is_in(lost)
        clock.passes(days=29)
        assert is_in(here)

    def test_password_given_by_the_administrator_ends_it(self, secretary):
        phone = stay("dong")

        issue_password(secretary)

        assert not Session.objects.filter(user=secretary).exists()
        assert not is_in(phone)

    def test_first_login_with_a_given_password_stays_after_it_is_changed(self, secretary, clock):
        password = issue_password(secretary)
        phone = stay("dong", password)

        phone.post(
            PASSWORD_PAGE, {"old_password": password, "new_password1": NEW, "new_password2": NEW}
        )
        clock.passes(days=29)

        assert is_in(phone)

    def test_logging_out_ends_it(self, secretary):
        phone = stay("dong")
        kept = session_cookie(phone).value

        phone.post("/accounts/logout/")
        phone.cookies[project.SESSION_COOKIE_NAME] = kept

        assert not is_in(phone)

    def test_administrator_ends_them_all_and_it_is_on_record(self, secretary, client):
        make_user("xi", name="西村书记")
        phone, pad, other = stay("dong"), stay("dong"), stay("xi")
        boss = make_user("guanli", role=Role.ADMIN)
        client.force_login(boss)

        asked = client.get(USERS).content.decode()
        page = client.post(
            USERS, {"action": "end_logins", "_selected_action": [secretary.pk]}, follow=True
        )

        assert "结束选中账号的全部登录" in asked
        assert "东村书记的 2 个登录已经结束" in page.content.decode()
        assert [is_in(each) for each in (phone, pad, other)] == [False, False, True]
        change = LogEntry.objects.get_for_object(secretary).filter(actor=boss).get()
        assert change.changes == {"登录": ["2 个", "全部结束"]}
        assert AdminLog.objects.filter(user=boss, object_id=secretary.pk).count() == 1
        assert is_in(stay("dong"))

    def test_administrator_does_not_end_his_own(self, client):
        boss = make_user("guanli", role=Role.ADMIN)
        client.force_login(boss)

        page = client.post(
            USERS, {"action": "end_logins", "_selected_action": [boss.pk]}, follow=True
        )

        assert "您自己的登录没有结束" in page.content.decode()
        assert is_in(client)

    @pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.SECRETARY])
    def test_nobody_else_ends_them(self, secretary, client, role):
        phone = stay("dong")
        client.force_login(make_user(role=role))

        refused = client.post(USERS, {"action": "end_logins", "_selected_action": [secretary.pk]})

        assert refused.status_code in (302, 403, 404)
        assert is_in(phone)
