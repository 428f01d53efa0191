"""登录：多久没动静就退出，填的字留着；自己的登录看得见、退得掉；密码的几条规矩。"""

import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from tests.plots.pages.test_report_page import photo
from tests.worlds.factories import PASSWORD, make_user
from tests.worlds.year import TODAY
from villages.accounts.passwords import issue_password
from villages.accounts.sessions import device_of
from villages.models import PastPassword, Role, Session
from villages.models.sessions import SessionStore

pytestmark = pytest.mark.django_db
LOGIN, ACCOUNT, PASSWORD_PAGE, END = (
    "/accounts/login/",
    "/accounts/",
    "/accounts/password/",
    "/accounts/sessions/end/",
)
NEW = "Qiushou-wancheng-9"
WECHAT = "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/120 Mobile MicroMessenger/8.0"
OFFICE_PC = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"


def log_in(username, password=PASSWORD, client=None, next_page="", **extra):
    client = client or Client()
    client.post(LOGIN, {"username": username, "password": password, "next": next_page}, **extra)
    return client


def is_in(client):
    return client.get(ACCOUNT).status_code == 200


def idle(user, minutes):
    """这个人的登录已经 minutes 分钟没有动静。"""
    for row in Session.objects.filter(user=user):
        store = SessionStore(row.session_key)
        data = {**store.load(), "seen": int(timezone.now().timestamp()) - minutes * 60}
        Session.objects.filter(pk=row.pk).update(
            session_data=store.encode(data),
            expire_date=row.expire_date - timedelta(minutes=minutes),
            seen_at=row.seen_at - timedelta(minutes=minutes),
        )


@pytest.fixture
def secretary():
    return make_user("dong", name="东村书记")


class TestIdle:
    def test_default_is_thirty_minutes(self):
        assert settings.SESSION_COOKIE_AGE == 30 * 60

    def test_half_an_hour_without_a_click_logs_out(self, secretary):
        client = log_in("dong")

        idle(secretary, 31)

        assert not is_in(client)

    def test_every_click_pushes_the_limit_back(self, secretary):
        client = log_in("dong")

        for _ in range(3):
            idle(secretary, 20)
            assert is_in(client)

    def test_clicks_within_a_minute_write_nothing(self, secretary):
        client = log_in("dong")
        client.get(ACCOUNT)
        before = Session.objects.get(user=secretary).session_data

        client.get(ACCOUNT)

        assert Session.objects.get(user=secretary).session_data == before

    def test_cookie_ends_with_the_browser(self, secretary):
        cookie = log_in("dong").cookies[settings.SESSION_COOKIE_NAME]

        assert cookie["max-age"] == ""
        assert cookie["httponly"]

    def test_expired_rows_are_swept(self, secretary):
        log_in("dong")
        idle(secretary, 31)

        call_command("clearsessions")

        assert not Session.objects.exists()

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "x",
            "../../etc",
            '"a\\000bcdefghijk"',
            "龙".encode().decode("latin-1") * 12,
            "a" * 5000,
        ],
    )
    def test_odd_cookie_is_just_nobody(self, value):
        client = Client(HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={value}")

        assert client.get(ACCOUNT).status_code == 302
        assert client.post(ACCOUNT, {"note": "x"}).status_code == 302


class TestDraft:
    def report(self, client, patch, **changes):
        form = client.get(f"/patches/{patch.pk}/report/").context["form"]
        typed = {
            "client_key": form["client_key"].value(),
            "seen": form["seen"].value(),
            "step": form["step"].value(),
            "done_on": TODAY().isoformat(),
            "amount": "part",
            "area_mu": "3.5",
            "note": "北边种了油菜",
            **changes,
        }
        return typed

    def test_text_of_a_report_survives_the_timeout(self, year):
        patch = year.patch()
        client = log_in("dong")
        url = f"/patches/{patch.pk}/report/"
        typed = self.report(client, patch)
        idle(year.east_secretary, 31)

        sent_away = client.post(url, typed)
        login_page = client.get(sent_away.url).content.decode()
        log_in("dong", client=client, next_page=url)
        page = client.get(url)

        form = page.context["form"]
        assert sent_away.url == f"{LOGIN}?next={url}"
        assert "登录已经超时" in login_page
        assert patch.records.count() == 0
        assert [form[name].value() for name in ("note", "area_mu", "amount")] == [
            "北边种了油菜",
            "3.5",
            "part",
        ]
        assert "北边种了油菜" in page.content.decode()
        assert "填的内容已经放回来了，还没有提交" in page.content.decode()

        client.post(url, typed)
        record = patch.records.get()
        assert (record.note, record.by) == ("北边种了油菜", year.east_secretary)
        assert "北边种了油菜" not in client.get(url).content.decode().split("<form", 2)[-1]

    def test_photos_have_to_be_chosen_again_and_it_says_so(self, year):
        patch = year.patch()
        client = log_in("dong")
        url = f"/patches/{patch.pk}/report/"
        typed = self.report(client, patch)
        idle(year.east_secretary, 31)

        client.post(url, {**typed, "camera": photo()})
        log_in("dong", client=client)

        assert "照片和文件没能留下，请重新选" in client.get(url).content.decode()

    def test_next_person_on_the_same_computer_does_not_get_it(self, year):
        patch = year.patch()
        client = log_in("dong")
        url = f"/patches/{patch.pk}/report/"
        typed = self.report(client, patch)
        idle(year.east_secretary, 31)

        client.post(url, typed)
        log_in("huang", client=client)

        assert "北边种了油菜" not in client.get(url).content.decode()
        assert client.session.get("draft") is None

    def test_stranger_leaves_nothing_behind(self, year):
        patch = year.patch()
        client = Client()

        client.post(f"/patches/{patch.pk}/report/", {"note": "陌生人写的"})

        assert not Session.objects.exists()

    def test_passwords_are_never_kept(self, year):
        client = log_in("dong")
        idle(year.east_secretary, 31)

        client.post(PASSWORD_PAGE, {"old_password": PASSWORD, "new_password1": NEW, "note": "别的"})

        assert client.session["draft"]["fields"] == {"note": ["别的"]}


class TestMyLogins:
    def test_each_login_is_listed_with_device_and_address(self, secretary):
        log_in("dong", HTTP_USER_AGENT=WECHAT, REMOTE_ADDR="10.0.0.21")
        office = log_in("dong", HTTP_USER_AGENT=OFFICE_PC, REMOTE_ADDR="10.0.0.8")

        page = office.get(ACCOUNT).content.decode()

        for words in (
            "安卓手机 · 微信",
            "10.0.0.21",
            "Windows 电脑 · Edge",
            "10.0.0.8",
            "就是这里",
        ):
            assert words in page
        assert not any(row.session_key in page for row in Session.objects.all())

    def test_one_is_ended_and_this_one_stays(self, secretary):
        phone, office, other = log_in("dong"), log_in("dong"), log_in("dong")
        rows = office.get(ACCOUNT).context["sessions"]
        keys = {row.session_key: number for number, row, _ in rows}

        page = office.post(END, {"which": keys[phone.session.session_key]}, follow=True)

        assert "已经退出 1 个登录" in page.content.decode()
        assert [is_in(client) for client in (phone, office, other)] == [False, True, True]

    def test_all_others_are_ended_at_once(self, secretary):
        phone, office, other = log_in("dong"), log_in("dong"), log_in("dong")

        office.post(END, {"which": "others"})

        assert [is_in(client) for client in (phone, office, other)] == [False, True, False]

    def test_nobody_ends_somebody_elses(self, secretary):
        make_user("xi")
        east, west = log_in("dong"), log_in("xi")
        number = east.get(ACCOUNT).context["sessions"][0][0]

        page = west.post(END, {"which": number}, follow=True)
        west.post(END, {"which": "others"})

        assert "没有要退出的登录" in page.content.decode()
        assert is_in(east)

    def test_ending_needs_a_post(self, secretary):
        assert log_in("dong").get(END).status_code == 405

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (WECHAT, "安卓手机 · 微信"),
            (OFFICE_PC, "Windows 电脑 · Edge"),
            ("", "认不出的设备"),
            ("curl/8", "认不出的设备"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1",
                "苹果手机 · Safari",
            ),
        ],
    )
    def test_device_is_told_in_words(self, agent, words):
        assert device_of(agent) == words


class TestPasswords:
    def change(self, client, old, new):
        return client.post(
            PASSWORD_PAGE, {"old_password": old, "new_password1": new, "new_password2": new}
        )

    def told(self, response):
        return " ".join(
            str(e) for errors in response.context["form"].errors.values() for e in errors
        )

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            ("qiushouwancheng", "密码里只有 1 类字符"),
            ("qiushou20240909x", "密码里只有 2 类字符"),
            ("Wo-shi-Dongcun-9", "密码里有您的用户名"),
            ("Aa-東村书记-2024", "密码里有您的姓名"),
            ("Aa-zhe-shi-yi-ge-hen-chang-0233-1122-33a", "密码里有您的电话"),
            ("Ab-3", "10"),
        ],
    )
    def test_weak_password_is_refused_in_words(self, new, words):
        make_user("dongcun", name="東村书记", phone="0233-1122-33")

        assert words in self.told(self.change(log_in("dongcun"), PASSWORD, new))

    def test_used_password_does_not_come_back(self, secretary):
        client = log_in("dong")
        self.change(client, PASSWORD, NEW)

        refused = self.change(client, NEW, PASSWORD)

        assert "您以前用过" in self.told(refused)
        assert self.change(client, NEW, NEW + "x").status_code == 302

    def test_only_the_last_few_are_remembered_as_hashes(self, secretary):
        for number in range(8):
            secretary.set_password(f"{NEW}{number}")
            secretary.save()

        hashes = list(PastPassword.objects.filter(user=secretary).values_list("hash", flat=True))

        assert len(hashes) == 5
        assert not any(NEW in encoded for encoded in hashes)

    def test_never_expires_unless_asked(self, secretary):
        PastPassword.objects.update(set_at=timezone.now() - timedelta(days=4000))

        assert is_in(log_in("dong"))

    def test_expired_password_opens_only_the_page_that_changes_it(self, secretary, settings):
        settings.PASSWORD_MAX_DAYS = 90
        assert is_in(log_in("dong"))
        PastPassword.objects.update(set_at=timezone.now() - timedelta(days=91))

        client = log_in("dong")

        assert client.get(ACCOUNT).url == PASSWORD_PAGE
        assert "密码已经用满 90 天" in client.get(PASSWORD_PAGE).content.decode()
        assert self.change(client, PASSWORD, NEW).status_code == 302
        assert is_in(client)
        assert is_in(log_in("dong", NEW))

    def test_issued_password_is_no_reuse_of_the_persons_own(self, secretary):
        issue_password(secretary)

        assert PastPassword.objects.filter(user=secretary).count() == 2


def test_deactivated_account_keeps_its_name_and_loses_its_logins(client):
    client.force_login(make_user("guanli", role=Role.ADMIN))
    secretary = make_user("dong", name="东村书记")
    phone = log_in("dong")

    client.post(
        f"/admin/villages/user/{secretary.pk}/change/",
        {
            "username": "dong",
            "name": "东村书记",
            "role": "SECRETARY",
            "phone": "",
            "postings-TOTAL_FORMS": 0,
            "postings-INITIAL_FORMS": 0,
        },
    )

    secretary.refresh_from_db()
    assert not secretary.is_active
    assert not is_in(phone)
    assert not is_in(log_in("dong"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_own_logins_fit_a_phone_and_one_is_ended_there(page_as):
    user = make_user("dong", name="东村书记")
    log_in("dong", HTTP_USER_AGENT=OFFICE_PC, REMOTE_ADDR="2001:db8:85a3:8d3:1319:8a2e:370:7348")
    page = page_as(user, viewport={"width": 360, "height": 740}, java_script_enabled=False)

    page.goto(ACCOUNT)
    width = page.evaluate("document.documentElement.scrollWidth")
    page.screenshot(path=os.environ["SHOT"], full_page=True) if os.environ.get("SHOT") else None
    page.get_by_role("button", name="退出它").click()

    assert width <= 360
    assert page.get_by_text("已经退出 1 个登录").is_visible()
    assert Session.objects.filter(user=user).count() == 1
