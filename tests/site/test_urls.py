"""每一个地址：没登录的人一律先去登录，只有写明公开的除外。"""

import pytest
from django.urls import reverse

from tests.worlds.addresses import site_urls, walk
from tests.worlds.factories import make_user
from villages.models import Role

pytestmark = pytest.mark.django_db

ONLY_READ = {"plots:field", "plots:service_worker", "plots:manifest"}
BY_KEY = {"dashboard:api_progress"}  # 不看登录，看接口密钥
OPEN = {"villages:login", "healthz", *ONLY_READ}


def test_the_walk_finds_the_pages():
    names = {name for name, _ in site_urls()}

    assert {
        "dashboard:dashboard",
        "dashboard:village",
        "tasks:plan",
        "tasks:readings",
        "villages:login",
    } <= names


@pytest.mark.parametrize(("name", "path"), site_urls())
def test_anonymous_is_sent_to_login(client, name, path):
    for method in (client.get, client.post):
        response = method(path)
        if name == "plots:photo":
            assert response.status_code == 405  # 只收 PUT、DELETE
        elif name in BY_KEY:
            assert response.status_code == (405 if method == client.post else 401)
        elif name in OPEN:
            is_refused = method == client.post and name in ONLY_READ
            assert response.status_code == (405 if is_refused else 200)
        else:
            assert response.status_code == 302
            assert response.url.startswith("/accounts/login/")


@pytest.mark.parametrize("name", [name for name, _ in walk() if name.startswith("admin:")][:40])
def test_admin_is_closed_to_everyone_but_administrators(client, name):
    path = dict(walk())[name]
    client.force_login(make_user(role=Role.STAFF))

    response = client.get(path)

    if name not in ("admin:login", "admin:logout", "admin:jsi18n"):
        assert response.status_code in (302, 403)
        assert response.status_code == 403 or "/login/" in response.url


@pytest.mark.parametrize("role", Role.values)
def test_no_page_breaks_on_odd_parameters(client, role):
    """地址里写错的参数给一句话或 404，不会是 500；没有方案时也一样。"""
    client.force_login(make_user(role=role))
    odd = ["?on=2024-02-30&year=9999", "?on=abc&basis=x&year=20x4", "?on=%00"]

    answers = {
        (path, query): client.get(path + query).status_code
        for name, path in site_urls()
        if name != "villages:logout"
        for query in odd
    }

    assert [key for key, status in answers.items() if status >= 500] == []


def test_nav_marks_where_i_am(client):
    client.force_login(make_user(role=Role.STAFF))

    page = client.get(reverse("tasks:groups")).content.decode()

    assert '<a href="/plan/" aria-current="page">方案</a>' in page
