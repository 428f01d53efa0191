"""账号：管理员发密码，本人头一次登录换掉，退出、停用、重发以后进不来。"""

import re

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from taiping.demo.accounts import clear
from tests.worlds.factories import PASSWORD, make_user, make_village
from villages.accounts.passwords import issue_password, new_password
from villages.models import Role, Session, User
from villages.rules import sees_village

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD_PAGE, ACCOUNT = "/accounts/login/", "/accounts/password/", "/accounts/"
NEW = "Qiushou-wancheng-9"


def log_in(client, username, password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": username, "password": password, **extra})


def change_password(client, old, new, again=None):
    return client.post(
        PASSWORD_PAGE,
        {"old_password": old, "new_password1": new, "new_password2": again or new},
        follow=True,
    )


@pytest.fixture
def boss(client):
    user = make_user("guanli", role=Role.ADMIN, name="管理员老周")
    client.force_login(user)
    return user


@pytest.fixture
def phone():
    """另一台设备。"""
    return Client()


def password_shown(page):
    return re.search(r"密码 <strong>(\w+)</strong>", page.content.decode())[1]


def test_stranger_is_sent_to_the_login_page_and_back_after_it(client):
    make_user("tuannian", name="团碾书记")

    refused = client.get(ACCOUNT)
    page = client.get(refused.url).content.decode()
    entered = log_in(client, "tuannian", next=ACCOUNT)

    assert refused.url == f"{LOGIN}?next={ACCOUNT}"
    assert "用户名" in page
    assert "密码" in page
    assert settings.SYSTEM_TITLE in page
    assert "testserver" not in page
    assert entered.url == ACCOUNT
    assert "团碾书记" in client.get(ACCOUNT).content.decode()


def test_wrong_password_is_told_in_words_and_what_was_typed_is_kept(client):
    make_user("tuannian")

    page = log_in(client, "tuannian", "不是这个密码").content.decode()

    assert "用户名或密码不对，请核对后再试" in page
    assert 'value="tuannian"' in page
    assert client.get(ACCOUNT).status_code == 302


def test_deactivated_account_cannot_log_in(client):
    make_user("tuannian", is_active=False)

    page = log_in(client, "tuannian").content.decode()

    assert "账号已停用，请找管理员" in page
    assert client.get(ACCOUNT).status_code == 302


def test_next_leads_only_to_this_site(client):
    make_user("tuannian")

    assert log_in(client, "tuannian", next="https://example.com/").url == "/home/"


def test_logging_out_needs_a_post_and_closes_the_door(client):
    client.force_login(make_user())

    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/").url == LOGIN
    assert client.get(ACCOUNT).status_code == 302


def test_account_page_names_the_villages_of_a_secretary_only(client):
    east, _ = make_village("东村"), make_village("西村")
    client.force_login(make_user(name="东村书记", villages=[east]))

    page = client.get(ACCOUNT).content.decode()

    assert "东村" in page
    assert "西村" not in page
    assert "村支部书记" in page


def test_own_password_is_changed_and_other_devices_are_logged_out(client, phone):
    user = make_user("tuannian")
    client.force_login(user)
    phone.force_login(user)

    page = change_password(client, PASSWORD, NEW)

    assert "密码已经改好" in page.content.decode()
    assert page.redirect_chain[-1][0] == ACCOUNT
    assert phone.get(ACCOUNT).status_code == 302
    assert log_in(phone, "tuannian", NEW).url == "/home/"


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("不是这个密码", NEW, NEW, "现在的密码不对"),
        (PASSWORD, NEW, NEW + "1", "两次填的新密码不一样"),
        (PASSWORD, PASSWORD, PASSWORD, "新密码和现在的一样"),
        (PASSWORD, "dongcun", "dongcun", "10"),
        (PASSWORD, "20240930001", "20240930001", "数字"),
    ],
)
def test_bad_new_password_is_refused_in_words(client, old, new, again, told):
    user = make_user()
    client.force_login(user)

    page = change_password(client, old, new, again)

    user.refresh_from_db()
    assert page.redirect_chain == []
    assert told in " ".join(
        str(error) for errors in page.context["form"].errors.values() for error in errors
    )
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMIN])
def test_issued_password_opens_nothing_but_the_page_that_changes_it(client, role):
    user = make_user("xinren", role=role)
    password = issue_password(user)
    log_in(client, "xinren", password)

    for url in ("/", ACCOUNT, "/admin/", reverse("admin:villages_user_changelist")):
        assert (client.get(url).status_code, client.get(url)["Location"]) == (302, PASSWORD_PAGE)
    assert "现在的密码是管理员发放的" in client.get(PASSWORD_PAGE).content.decode()

    same = change_password(client, password, password)
    assert "新密码和现在的一样" in same.content.decode()
    assert client.get(ACCOUNT).status_code == 302

    done = client.post(
        PASSWORD_PAGE, {"old_password": password, "new_password1": NEW, "new_password2": NEW}
    )
    assert done.url == "/home/"
    page = client.get(ACCOUNT)
    assert page.status_code == 200
    assert "密码已经改好" in page.content.decode()


def test_holder_of_an_issued_password_can_still_log_out(client):
    user = make_user("xinren")
    log_in(client, "xinren", issue_password(user))

    assert client.post("/accounts/logout/").url == LOGIN


def test_issued_passwords_are_random_and_easy_to_copy():
    passwords = {new_password() for _ in range(200)}

    assert len(passwords) == 200
    assert all(re.fullmatch(r"[a-hj-km-np-zA-HJ-NP-Z2-9]{12}", password) for password in passwords)


def new_account(**fields):
    return {
        "username": "dongcun",
        "name": "东村书记",
        "role": "SECRETARY",
        "phone": "",
        "postings-TOTAL_FORMS": 0,
        "postings-INITIAL_FORMS": 0,
        **fields,
    }


def test_administrator_opens_an_account_and_sees_its_password_once(boss, client, phone):
    east = make_village("东村")
    form = client.get("/admin/villages/user/add/").content.decode()
    post = new_account(**{"postings-TOTAL_FORMS": 1, "postings-0-village": east.pk})

    page = client.post("/admin/villages/user/add/", post, follow=True)

    user = User.objects.get(username="dongcun")
    password = password_shown(page)
    assert 'type="password"' not in form
    assert user.must_change_password
    assert [posting.village for posting in user.postings.all()] == [east]
    assert "还没有包村" not in page.content.decode()
    assert password not in client.get(page.request["PATH_INFO"]).content.decode()
    assert log_in(phone, "dongcun", password).url == "/home/"
    assert phone.get("/").url == PASSWORD_PAGE


def test_secretary_without_a_village_is_saved_with_a_warning(boss, client):
    page = client.post("/admin/villages/user/add/", new_account(), follow=True).content.decode()

    assert User.objects.filter(username="dongcun").exists()
    assert "“东村书记”是村支部书记，还没有包村" in page


def test_reissued_password_ends_the_sessions_and_the_old_password(boss, client, phone):
    secretary = make_user("dongcun", name="东村书记")
    log_in(phone, "dongcun")
    assert phone.get(ACCOUNT).status_code == 200
    post = {"action": "reissue", "_selected_action": [secretary.pk]}

    asked = client.post("/admin/villages/user/", post)
    assert "给下面 1 个账号重新发放密码" in asked.content.decode()
    assert phone.get(ACCOUNT).status_code == 200

    page = client.post("/admin/villages/user/", post | {"confirmed": "1"}, follow=True)
    password = password_shown(page)

    assert phone.get(ACCOUNT).url.startswith(LOGIN)
    assert log_in(phone, "dongcun").status_code == 200
    assert log_in(phone, "dongcun", password).status_code == 302
    assert phone.get(ACCOUNT).url == PASSWORD_PAGE


def test_password_is_reissued_from_the_page_of_the_account(boss, client):
    secretary = make_user("dongcun", villages=[make_village()])
    url = f"/admin/villages/user/{secretary.pk}/change/"
    posting = secretary.postings.get()
    post = new_account(
        **{
            "is_active": "on",
            "_reissue": "1",
            "postings-TOTAL_FORMS": 1,
            "postings-INITIAL_FORMS": 1,
            "postings-0-id": posting.pk,
            "postings-0-user": secretary.pk,
            "postings-0-village": posting.village_id,
        }
    )

    assert "重新发放密码" in client.get(url).content.decode()
    page = client.post(url, post, follow=True)

    secretary.refresh_from_db()
    assert secretary.check_password(password_shown(page))
    assert secretary.must_change_password


def test_administrator_does_not_reissue_their_own_password(boss, client):
    post = {"action": "reissue", "_selected_action": [boss.pk], "confirmed": "1"}

    page = client.post("/admin/villages/user/", post, follow=True).content.decode()

    boss.refresh_from_db()
    assert "您自己的密码没有重发" in page
    assert boss.check_password(PASSWORD)


@pytest.mark.parametrize("change", [{"role": "STAFF", "is_active": "on"}, {"role": "ADMIN"}])
def test_last_administrator_stays(boss, client, change):
    make_user("lao", role=Role.ADMIN, is_active=False)
    url = f"/admin/villages/user/{boss.pk}/change/"
    post = new_account(username="guanli", name="管理员老周") | change

    page = client.post(url, post).content.decode()
    boss.refresh_from_db()
    assert "这是最后一个能用的管理员账号" in page
    assert (boss.role, boss.is_active) == (Role.ADMIN, True)

    make_user("dier", role=Role.ADMIN)
    assert client.post(url, post).status_code == 302
    boss.refresh_from_db()
    assert not (boss.is_admin and boss.is_active)


def test_accounts_are_never_deleted(boss, client):
    secretary = make_user("dongcun")

    refused = client.post(f"/admin/villages/user/{secretary.pk}/delete/", {"post": "yes"})
    client.post(
        "/admin/villages/user/",
        {"action": "delete_selected", "_selected_action": [secretary.pk], "post": "yes"},
    )

    assert refused.status_code == 403
    assert User.objects.filter(pk=secretary.pk).exists()


def test_deactivating_an_account_ends_its_sessions(boss, client, phone):
    secretary = make_user("dongcun")
    phone.force_login(secretary)
    url = f"/admin/villages/user/{secretary.pk}/change/"

    client.post(url, new_account())

    assert phone.get(ACCOUNT).url.startswith(LOGIN)


def test_account_that_is_enabled_again_does_not_get_its_old_login_back(boss, client, phone):
    secretary, other = make_user("dongcun", name="东村书记"), Client()
    log_in(phone, "dongcun")
    other.force_login(make_user("xicun"))
    url = f"/admin/villages/user/{secretary.pk}/change/"

    client.post(url, new_account())
    client.post(url, new_account(is_active="on"))

    secretary.refresh_from_db()
    assert secretary.is_active
    assert phone.get(ACCOUNT).url.startswith(LOGIN)
    assert other.get(ACCOUNT).status_code == 200
    assert log_in(phone, "dongcun").status_code == 302


def test_login_that_slips_in_while_disabling_is_ended_when_enabling(boss, client, phone):
    secretary = make_user("dongcun", name="东村书记", is_active=False)
    phone.force_login(secretary)

    client.post(f"/admin/villages/user/{secretary.pk}/change/", new_account(is_active="on"))

    assert phone.get(ACCOUNT).url.startswith(LOGIN)


def test_other_changes_of_an_account_leave_its_logins_alone(boss, client, phone):
    secretary = make_user("dongcun", name="东村书记")
    phone.force_login(secretary)

    client.post(
        f"/admin/villages/user/{secretary.pk}/change/", new_account(is_active="on", name="东村支书")
    )

    assert phone.get(ACCOUNT).status_code == 200


def test_administrator_who_disables_himself_is_out_at_once(boss, client):
    make_user("dier", role=Role.ADMIN)
    post = new_account(username="guanli", name="管理员老周", role="ADMIN")

    answer = client.post(f"/admin/villages/user/{boss.pk}/change/", post)

    assert answer.status_code == 302
    assert client.get(ACCOUNT).url.startswith(LOGIN)


def test_demo_accounts_that_are_only_disabled_lose_their_logins(client):
    demo = make_user("cun01", is_demo=True)
    client.force_login(demo)
    LogEntry.objects.create(user=demo, action_flag=1, object_repr="留下记录的")

    removed = clear()

    assert removed == {"账号": 0, "停用的账号": 1}
    assert not Session.objects.filter(user=demo).exists()


def test_user_name_that_differs_only_in_case_is_refused(boss, client):
    make_user("dongcun")

    page = client.post(
        "/admin/villages/user/add/", new_account(username="DongCun")
    ).content.decode()

    assert "已经有用户名“dongcun”，只差大小写" in page
    assert not User.objects.filter(username="DongCun").exists()


def test_rules_say_who_may_do_what():
    east, west = make_village("东村"), make_village("西村")
    people = {
        role: make_user(role=role, villages=[east] if role == Role.SECRETARY else [])
        for role in Role
    }

    def may(permission, thing=None):
        return [role.value for role, user in people.items() if user.has_perm(permission, thing)]

    everyone = ["ADMIN", "STAFF", "LEADER", "SECRETARY"]
    assert may("tasks.view_plan") == everyone
    assert may("tasks.add_reading") == ["ADMIN", "STAFF"]
    assert may("tasks.import_plan") == ["ADMIN"]
    assert [role.value for role, user in people.items() if sees_village(user, west)] == everyone[:3]
    assert all(sees_village(user, east) for user in people.values())
