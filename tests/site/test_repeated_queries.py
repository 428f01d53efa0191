"""同一句查询在一次打开里不问两遍：每一页、每种人走一遍。"""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.worlds.kept import again
from tests.worlds.walk_town import OWN, WalkTown, client_of

pytestmark = pytest.mark.django_db
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
LEAVING = {"villages:logout", "admin:logout"}


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return again(WalkTown)


def repeated(client, path):
    """打开一页时一字不差问了不止一遍的查询；打不开的不看。"""
    if client.get(path).status_code != 200:
        return []
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    times = Counter(query["sql"] for query in asked)
    return [sql for sql, count in times.items() if count > 1 and not sql.startswith(TRANSACTION)]


def ours(town):
    """我们自己的页面；后台的查询由 Django 的后台决定。"""
    for name, path in town.addresses(OWN):
        if name not in LEAVING and not name.startswith("admin:"):
            yield path


def test_no_page_asks_the_same_thing_twice(town):
    found = {}
    for word, user in town.visitors.items():
        client = client_of(user)
        for path in ours(town):
            if again := repeated(client, path):
                found[word, path] = again

    assert found == {}


def test_a_repeat_would_be_noticed(town, monkeypatch):
    from plots.actions import permissions

    def ask_twice(user, patch):
        return {verb for verb in permissions.VERBS if not permissions.refusal(verb, user, patch)}

    monkeypatch.setattr(permissions, "allowed", ask_twice)
    patch = town.things[OWN]["patch"]

    assert repeated(client_of(town.visitors["东村书记"]), f"/patches/{patch.pk}/") != []
