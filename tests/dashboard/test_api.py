"""别的系统取进度：凭接口密钥，和命令行的 JSON 一样；没有密钥、停用了、写错了都说清楚；只能看，记在访问记录里。"""

import json
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command

from taiping.audit.models import Access
from tests.worlds.factories import make_user
from tests.worlds.hand_example import Example
from tests.worlds.kept import again
from villages.models import ReadingKey, Role

pytestmark = pytest.mark.django_db
ADDRESS = "/api/progress"


@pytest.fixture
def example(db):
    return again(Example)


@pytest.fixture
def boss(client):
    client.force_login(make_user("boss", role=Role.ADMIN))
    return client


def issued(boss, name="区里的大屏"):
    """管理员在后台发一把；页上只显示这一次。"""
    page = boss.post("/admin/villages/readingkey/add/", {"name": name}, follow=True)
    words = page.content.decode()
    return words[words.index("gd_") :].split()[0]


def read(client, key, query=""):
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return client.get(f"{ADDRESS}{query}", headers=headers)


def test_the_same_json_as_the_command(example, boss):
    key = issued(boss)
    boss.logout()
    out = StringIO()
    call_command("progress", stdout=out, as_of="2024-10-01", basis="recorded", format="json")

    found = read(boss, key, "?on=2024-10-01&basis=recorded")

    assert found.status_code == 200
    assert found.json() == json.loads(out.getvalue())
    assert found.headers["Cache-Control"] == "no-store"


def test_the_key_is_shown_once_and_stored_as_a_hash(example, boss):
    key = issued(boss)
    stored = ReadingKey.objects.get()

    assert key not in (stored.start, stored.digest) and key.startswith(stored.start)
    for path in ("", f"{stored.pk}/change/"):
        assert key not in boss.get(f"/admin/villages/readingkey/{path}").content.decode()
    assert key not in str(list(LogEntry.objects.values_list("changes", flat=True)))


def test_without_a_key_nothing_is_told(example, client, boss):
    issued(boss)
    for given in ("", "gd_wrong", "密钥", "x" * 5000):
        found = read(client, given)
        assert found.status_code == 401
        assert set(found.json()) == {"problems"}
    signed_in = boss.get(ADDRESS)
    assert signed_in.status_code == 401  # 登录了也不是密钥


def test_an_ended_key_reads_no_more(example, boss):
    key = issued(boss)
    assert read(boss, key).status_code == 200

    boss.post(
        "/admin/villages/readingkey/",
        {"action": "end", "_selected_action": [ReadingKey.objects.get().pk]},
    )

    found = read(boss, key)
    assert found.status_code == 401 and "停用" in found.json()["problems"][0]


def test_everything_wrong_is_told_at_once_and_nothing_is_guessed(example, boss):
    key = issued(boss)

    found = read(boss, key, "?on=2024-13-01&basis=x&plan=1999&village=1")

    assert found.status_code == 400
    problems = found.json()["problems"]
    assert len(problems) == 4
    for words, problem in zip(("2024-13-01", "口径", "1999", "village"), problems, strict=True):
        assert words in problem and "下面" not in problem


def test_it_reads_and_never_writes(example, boss):
    key = issued(boss)
    headers = {"Authorization": f"Bearer {key}"}

    for ask in (boss.post, boss.put, boss.delete):
        assert ask(ADDRESS, headers=headers).status_code == 405
    for page in ("/", "/patches/", "/admin/"):
        boss.logout()
        assert boss.get(page, headers=headers).status_code == 302  # 密钥打不开别的页


def test_who_read_what_is_in_the_log(example, boss):
    key = issued(boss)
    before = Access.objects.count()

    for _ in range(3):
        read(boss, key, "?on=2024-10-01")
    read(boss, "gd_wrong", "?on=2024-10-01")

    [access] = Access.objects.order_by("pk")[before:]
    assert (access.kind, access.username) == ("DOWNLOAD", "区里的大屏")
    assert access.what == "接口　/api/progress?on=2024-10-01"


def test_only_the_administrator_issues_and_ends(example, client):
    for role in (Role.LEADER, Role.STAFF, Role.SECRETARY):
        client.force_login(make_user(role=role))
        assert client.get("/admin/villages/readingkey/add/").status_code in (302, 403, 404)
    assert not ReadingKey.objects.exists()
