"""猜密码的另两道上限：一个用户名在所有地址，一个地址上的所有用户名；怎么掂量，真用户不受牵连；一次解锁三道都解。"""

from datetime import timedelta

import pytest
from axes.models import AccessLog
from django.test import Client
from django.utils import timezone

from tests.plots.actions.test_concurrency import together
from tests.worlds.factories import PASSWORD, make_user
from villages.models import LoginFailure, Role

pytestmark = pytest.mark.django_db
LOGIN, LISTING = "/accounts/login/", "/admin/villages/loginfailure/"
OFFICE, PHONE, OUTSIDE = "10.0.0.8", "223.104.1.7", "203.0.113.9"
PAIR_LIMIT, ACCOUNT_LIMIT, ADDRESS_LIMIT = 3, 6, 9


@pytest.fixture(autouse=True)
def counting(settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = PAIR_LIMIT
    settings.LOGIN_ACCOUNT_MAX_FAILURES = ACCOUNT_LIMIT
    settings.LOGIN_ADDRESS_MAX_FAILURES = ADDRESS_LIMIT
    settings.AXES_COOLOFF_TIME = timedelta(minutes=15)


@pytest.fixture
def secretary():
    return make_user("tuannian", name="团碾书记")


@pytest.fixture
def boss(client):
    client.force_login(make_user("guanli", role=Role.ADMIN))
    return client


def log_in(username="tuannian", password=PASSWORD, address=OUTSIDE, **extra):
    return Client().post(
        LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address, **extra
    )


def fail(username="tuannian", address=OUTSIDE, times=1, **extra):
    answers = [
        log_in(username, "bu-shi-zhe-ge", address, **extra).status_code for _ in range(times)
    ]
    return answers[-1]


def guess_from_everywhere(username="tuannian", times=ACCOUNT_LIMIT):
    """从 times 个地址各猜一次，返回每次的状态码。"""
    return [fail(username, f"198.51.100.{number}") for number in range(1, times + 1)]


def spray(address=OUTSIDE, times=ADDRESS_LIMIT, name="caide"):
    """从一个地址换着用户名猜，返回每次的状态码。"""
    return [fail(f"{name}{number}", address) for number in range(times)]


def locks_page(response):
    return response.status_code == 429 and "请等 15 分钟" in response.content.decode()


class TestAccount:
    def test_one_account_from_all_addresses_has_a_ceiling(self, secretary):
        answers = guess_from_everywhere()

        assert answers == [200] * (ACCOUNT_LIMIT - 1) + [429]
        assert locks_page(log_in(address=OUTSIDE))

    def test_other_accounts_are_not_touched(self, secretary):
        make_user("wanshou")

        guess_from_everywhere()

        assert log_in("wanshou", address="198.51.100.1").status_code == 302

    @pytest.mark.parametrize(
        "variant", ["TuanNian", " tuannian ", "ｔｕａｎｎｉａｎ", "tuan\u200bnian", "tuan nian"]
    )
    def test_other_ways_of_writing_the_name_count_as_the_same(self, secretary, variant):
        guess_from_everywhere(variant)

        assert log_in().status_code == 429

    def test_unknown_name_is_answered_just_like_a_known_one(self, secretary, monkeypatch):
        moment = timezone.now()  # 页面上写到几点几分，两次登录之间钟不能走
        monkeypatch.setattr(timezone, "now", lambda: moment)
        known = guess_from_everywhere()
        unknown = guess_from_everywhere("meiyouzhegeren")

        pages = [log_in(name).content.decode() for name in ("tuannian", "meiyouzhegeren")]
        assert known == unknown
        assert "请等 15 分钟" in pages[0]
        assert pages[0] == pages[1]

    def test_outsider_does_not_lock_a_person_out_of_his_own_place(self, secretary):
        log_in(address=PHONE)

        guess_from_everywhere()

        assert log_in(address=OUTSIDE).status_code == 429
        assert log_in(address=PHONE).status_code == 302

    def test_own_place_is_remembered_after_logging_out_but_not_for_ever(self, secretary):
        phone = Client(REMOTE_ADDR=PHONE)
        phone.post(LOGIN, {"username": "tuannian", "password": PASSWORD})
        phone.post("/accounts/logout/")
        guess_from_everywhere()
        AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=29))
        lately = log_in(address=PHONE).status_code

        AccessLog.objects.update(attempt_time=timezone.now() - timedelta(days=31))

        assert lately == 302
        assert log_in(address=PHONE).status_code == 429

    def test_somebody_elses_place_is_not_his(self, secretary):
        make_user("wanshou")
        log_in("wanshou", address=OUTSIDE)

        guess_from_everywhere()

        assert log_in(address=OUTSIDE).status_code == 429

    def test_own_place_still_has_the_old_ceiling(self, secretary):
        log_in(address=PHONE)

        assert fail(address=PHONE, times=PAIR_LIMIT) == 429
        assert log_in(address=PHONE).status_code == 429

    def test_right_password_does_not_forget_what_was_guessed_elsewhere(self, secretary):
        guess_from_everywhere(times=ACCOUNT_LIMIT - 1)
        log_in(address=PHONE)

        assert fail(address="198.51.100.77") == 429


class TestAddress:
    def test_one_address_over_all_accounts_has_a_ceiling(self, secretary):
        answers = spray()

        assert answers == [200] * (ADDRESS_LIMIT - 1) + [429]
        assert locks_page(log_in(address=OUTSIDE))
        assert log_in(address=PHONE).status_code == 302

    def test_colleague_who_works_here_is_not_locked_by_a_neighbours_typing(self, secretary):
        log_in(address=OFFICE)

        spray(OFFICE)

        assert log_in("caide99", address=OFFICE).status_code == 429
        assert log_in(address=OFFICE).status_code == 302

    def test_one_person_hammering_counts_as_one_persons_typing(self, secretary):
        """锁住以前就记下的多于上限（并发时会有），也只按上限算。"""
        fail("laowang", OFFICE, times=PAIR_LIMIT + 2)
        LoginFailure.objects.update(failures_since_start=ADDRESS_LIMIT + 20)

        assert log_in(address=OFFICE).status_code == 302

    def test_several_browsers_of_one_person_count_once(self, secretary):
        fail("laowang", OFFICE)
        fail("laowang", OFFICE, HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/120")
        LoginFailure.objects.update(failures_since_start=ADDRESS_LIMIT)

        assert LoginFailure.objects.count() == 2
        assert log_in(address=OFFICE).status_code == 302

    def test_own_account_does_not_reset_the_count(self, secretary):
        make_user("neiren")
        spray(times=ADDRESS_LIMIT - 1)

        own = log_in("neiren", address=OUTSIDE)

        assert own.status_code == 302
        assert fail("haiyouyige") == 429
        assert log_in(address=OUTSIDE).status_code == 429

    def test_neighbouring_ipv6_addresses_are_one_place(self, secretary):
        answers = [
            fail(f"caide{number}", f"2001:db8:1:2::{number + 1:x}")
            for number in range(ADDRESS_LIMIT)
        ]

        assert answers[-1] == 429
        assert log_in(address="2001:db8:1:2:aaaa::1").status_code == 429
        assert log_in(address="2001:db8:1:3::1").status_code == 302


class TestNoAddress:
    @pytest.mark.parametrize("address", ["", "evil", "1.2.3.4.5"])
    def test_guesses_are_counted_for_the_account(self, secretary, address):
        assert fail(address=address, times=PAIR_LIMIT) == 429
        assert log_in(address=address).status_code == 429

    def test_nobody_else_is_locked(self, secretary):
        spray("", times=ADDRESS_LIMIT + 1)

        assert log_in(address="").status_code == 302

    def test_list_says_so_too(self, boss):
        spray("", times=ADDRESS_LIMIT + 1)

        page = boss.get(LISTING).content.decode()

        assert page.count("没有锁") == ADDRESS_LIMIT + 1

    def test_it_is_nobodys_own_place(self, secretary):
        log_in(address="")

        guess_from_everywhere()

        assert log_in(address="").status_code == 429


class TestTime:
    @pytest.mark.parametrize("guess", [guess_from_everywhere, spray])
    def test_both_ceilings_open_by_themselves(self, secretary, guess):
        guess()
        locked = log_in(address=OUTSIDE).status_code

        LoginFailure.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))

        assert locked == 429
        assert log_in(address=OUTSIDE).status_code == 302

    @pytest.mark.parametrize("guess", [guess_from_everywhere, spray])
    def test_wait_is_told_until_enough_of_them_are_too_old(self, secretary, guess):
        """够数的那几次里最早的一次过了时限，就又不够数了；更早的不管。"""
        guess()
        oldest = LoginFailure.objects.order_by("attempt_time").first()
        LoginFailure.objects.filter(pk=oldest.pk).update(
            attempt_time=timezone.now() - timedelta(minutes=10, seconds=30)
        )

        assert "请等 5 分钟" in log_in(address=OUTSIDE).content.decode()

    def test_longest_of_several_locks_is_told(self, secretary):
        fail(times=PAIR_LIMIT)
        LoginFailure.objects.update(attempt_time=timezone.now() - timedelta(minutes=10, seconds=30))
        guess_from_everywhere(times=ACCOUNT_LIMIT)
        LoginFailure.objects.exclude(ip_address=OUTSIDE).update(
            attempt_time=timezone.now() - timedelta(minutes=2)
        )

        assert "请等 5 分钟" in log_in(address=OUTSIDE).content.decode()
        LoginFailure.objects.filter(ip_address=OUTSIDE).update(attempt_time=timezone.now())
        assert "请等 15 分钟" in log_in(address=OUTSIDE).content.decode()

    def test_trying_while_locked_does_not_prolong_it(self, secretary):
        spray()
        LoginFailure.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))

        fail("youyige")
        fail("youyige")

        assert "请等 5 分钟" in log_in(address=OUTSIDE).content.decode()


class TestOff:
    def test_without_an_account_ceiling(self, secretary, settings):
        settings.LOGIN_ACCOUNT_MAX_FAILURES = 0

        assert set(guess_from_everywhere(times=ACCOUNT_LIMIT * 2)) == {200}
        assert log_in().status_code == 302

    def test_without_an_address_ceiling(self, secretary, settings):
        settings.LOGIN_ADDRESS_MAX_FAILURES = 0

        assert set(spray(times=ADDRESS_LIMIT * 2)) == {200}
        assert log_in().status_code == 302

    def test_without_the_pair_every_failure_counts_for_the_other_two(self, secretary, settings):
        settings.AXES_FAILURE_LIMIT = 0

        assert fail(times=ACCOUNT_LIMIT - 1) == 200
        assert fail() == 429
        assert fail("caide", OFFICE, times=5) == 200
        assert fail("caide2", OFFICE, times=ADDRESS_LIMIT - 5) == 429

    def test_without_any(self, secretary, settings):
        settings.AXES_FAILURE_LIMIT = settings.LOGIN_ACCOUNT_MAX_FAILURES = (
            settings.LOGIN_ADDRESS_MAX_FAILURES
        ) = 0

        assert fail(times=ADDRESS_LIMIT * 2) == 200
        assert log_in().status_code == 302


class TestUnlock:
    def unlock(self, boss, **which):
        rows = LoginFailure.objects.filter(**which).values_list("pk", flat=True)
        return boss.post(
            LISTING, {"action": "unlock", "_selected_action": rows[:1]}, follow=True
        ).content.decode()

    def test_an_account_is_freed_everywhere(self, secretary, boss):
        fail(times=PAIR_LIMIT)
        guess_from_everywhere()
        locked = log_in(address=PHONE).status_code

        page = self.unlock(boss, username="tuannian")

        assert locked == 429
        assert "已经解锁：tuannian" in page
        assert [
            log_in(address=address).status_code for address in (OUTSIDE, PHONE, "198.51.100.1")
        ] == [302] * 3

    def test_an_account_is_freed_from_the_address_it_was_tried_from(self, secretary, boss):
        fail(address=OFFICE)
        spray(OFFICE)
        LoginFailure.objects.exclude(username="tuannian").update(
            failures_since_start=2
        )  # 少他一个也还够数
        locked = log_in(address=OFFICE).status_code

        self.unlock(boss, username="tuannian")

        assert locked == 429
        assert log_in(address=OFFICE).status_code == 302

    def test_an_address_is_freed_for_one_who_is_not_in_the_list(self, secretary, boss):
        spray(OFFICE)
        LoginFailure.objects.update(failures_since_start=2)
        locked = log_in(address=OFFICE).status_code

        page = self.unlock(boss, ip_address=OFFICE, username="caide3")

        assert locked == 429
        assert f"地址 {OFFICE}" in page
        assert log_in(address=OFFICE).status_code == 302

    def test_other_addresses_stay_locked(self, secretary, boss):
        spray(OFFICE)
        spray(OUTSIDE, name="lingyixie")

        self.unlock(boss, ip_address=OFFICE, username="caide8")

        assert log_in(address=OUTSIDE).status_code == 429

    def test_no_address_is_not_a_place_to_unlock(self, secretary, boss):
        fail("laowang", "", times=PAIR_LIMIT)
        fail(address="", times=PAIR_LIMIT)

        self.unlock(boss, username="laowang")

        assert log_in(address="").status_code == 429

    def test_list_says_what_is_locked_and_what_unlocking_does(self, secretary, boss):
        fail("laowang", PHONE)
        fail(address=OFFICE, times=PAIR_LIMIT)
        spray(OUTSIDE)
        fail("xiaoli", "")

        page = boss.get(LISTING).content.decode()

        assert page.count("锁住（这个地址）") == ADDRESS_LIMIT
        assert page.count("锁住（这个用户名在这个地址）") == 1
        assert page.count("没有锁") == 2
        assert "认不出" in page
        assert (
            "解锁是把勾选的用户名（在所有地址）和勾选的地址（上面所有用户名）输错的次数都清掉"
            in page
        )

    def test_list_does_not_call_a_persons_own_place_locked(self, secretary, boss):
        log_in(address=PHONE)
        fail(address=PHONE)
        guess_from_everywhere()

        page = boss.get(LISTING).content.decode()

        assert page.count("锁住（这个用户名）") == ACCOUNT_LIMIT - 1
        assert page.count("没有锁") == 1

    @pytest.mark.parametrize("times", [1, 3])
    def test_list_asks_no_more_for_more_rows(self, boss, times, django_assert_num_queries):
        spray(times=times)

        with django_assert_num_queries(9):
            boss.get(LISTING)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", [OUTSIDE, ""])
def test_failures_at_the_same_moment_all_count(address, settings):
    settings.AXES_FAILURE_LIMIT = 9
    make_user("tuannian")

    together(*[lambda: fail(address=address)] * 4)
    together(*[lambda: fail(address=address)] * 4)

    assert LoginFailure.objects.get().failures_since_start == 8
    assert fail(address=address) == 429


@pytest.mark.django_db(transaction=True)
def test_failures_at_the_same_moment_count_for_the_address():
    make_user("tuannian")

    for first in range(0, ADDRESS_LIMIT, 3):
        together(
            *[lambda number=number: fail(f"caide{number}") for number in range(first, first + 3)]
        )

    assert log_in(address=OUTSIDE).status_code == 429
