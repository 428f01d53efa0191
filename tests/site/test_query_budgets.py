"""一次请求问数据库多少遍：定好的数，多了这里先知道。提交的一次里，记录也只从头看一遍。"""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots.actions import transaction as one_transaction
from plots.ledger import replay as ledger
from plots.models import Evidence, Status
from tests.worlds.factories import make_shape
from tests.worlds.geo_files import square
from tests.worlds.photos import TONGLIANG, exif, noisy, upload
from tests.worlds.year import TODAY, Year

pytestmark = pytest.mark.django_db
TRANSACTION = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@pytest.fixture
def year():
    return Year()


@pytest.fixture
def replays(monkeypatch):
    """数从头看记录看了几遍。"""
    seen = []

    def counted(patch, records, milestones):
        seen.append(patch.pk)
        return ledger_replay(patch, records, milestones)

    ledger_replay = ledger.replay
    monkeypatch.setattr(ledger, "replay", counted)
    monkeypatch.setattr(one_transaction, "replay", counted)
    return seen


def asked(call):
    """(回答, 问了的查询)；事务的开头和结尾不算。"""
    with CaptureQueriesContext(connection) as captured:
        response = call()
    queries = [query["sql"] for query in captured]
    return response, [sql for sql in queries if not sql.startswith(TRANSACTION)]


def repeated(queries):
    return [sql for sql, times in Counter(queries).items() if times > 1]


def awaiting(year):
    patch = year.patch()
    year.report(patch, step=patch.target.milestones.get(code="evidence"))
    patch.refresh_from_db()
    assert patch.status == Status.AWAITING
    return patch


def typed(client, path, **given):
    """打开表单，照它的提交标识和 seen 填。"""
    form = client.get(path).context["form"]
    hidden = {name: form[name].value() for name in ("client_key", "seen")}
    return {**hidden, "done_on": TODAY().isoformat(), **given}


def test_a_report(client, year, replays):
    patch = year.patch()
    client.force_login(year.east_secretary)
    path = f"/patches/{patch.pk}/report/"
    step = patch.target.milestones.get(code="replant")
    data = typed(client, path, step=step.pk, amount="whole")
    replays.clear()

    response, queries = asked(lambda: client.post(path, data))

    assert (response.status_code, patch.records.count()) == (302, 1)
    assert len(queries) <= 20
    assert len(replays) <= 1
    assert repeated(queries) == []


def test_a_report_with_two_photos_of_a_drawn_patch(client, year, replays, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    patch = year.patch()
    make_shape(patch, square())
    client.force_login(year.east_secretary)
    path = f"/patches/{patch.pk}/report/"
    step = patch.target.milestones.get(code="replant")
    photos = [upload(noisy(exif=exif(gps=TONGLIANG))) for _ in range(2)]
    data = typed(client, path, step=step.pk, amount="whole", files=photos, device="29.8,106.0,12")
    replays.clear()

    response, queries = asked(lambda: client.post(path, data))

    assert (response.status_code, Evidence.objects.count()) == (302, 2)
    assert len(queries) <= 20
    assert len(replays) <= 1
    assert repeated(queries) == []


@pytest.mark.parametrize("verdict", ["pass", "return"])
def test_a_decision(client, year, replays, verdict):
    patch = awaiting(year)
    client.force_login(year.huang)
    path = f"/review/{patch.pk}/"
    data = typed(client, path, verdict=verdict, note="北边没种")
    replays.clear()

    response, queries = asked(lambda: client.post(path, data))

    assert (response.status_code, patch.records.count()) == (302, 3)
    assert len(queries) <= 18
    assert len(replays) <= 1
    assert repeated(queries) == []


@pytest.mark.parametrize("who", ["huang", "east_secretary", "mayor"])
def test_a_patch_page(client, year, replays, who):
    patch = awaiting(year)
    client.force_login(getattr(year, who))
    replays.clear()

    response, queries = asked(lambda: client.get(f"/patches/{patch.pk}/"))

    assert response.status_code == 200
    assert len(queries) <= 12
    assert len(replays) <= 1
    assert repeated(queries) == []


@pytest.mark.parametrize(("query", "budget"), [("", 13), ("?q=T", 14), ("?sort=near", 13)])
def test_my_tasks(client, year, query, budget):
    """头一次打开记下看的时间；以后每次一样多，多问的一句是上次看过以后核实通过了什么；督办单一句、写在图斑上的督办一句。"""
    for _ in range(3):
        make_shape(year.patch(due=-1), square())
    year.east_secretary.tasks_seen_at = timezone.now()
    year.east_secretary.save(update_fields=["tasks_seen_at"])
    client.force_login(year.east_secretary)
    client.get("/my/")

    response, queries = asked(lambda: client.get(f"/my/{query}"))

    assert len(response.context["cards"]) == 3
    assert len(queries) == budget
    assert repeated(queries) == []


@pytest.mark.parametrize("who", ["huang", "east_secretary", "mayor"])
def test_the_ledger_page(client, year, who):
    for _ in range(3):
        awaiting(year)
    client.force_login(getattr(year, who))

    response, queries = asked(lambda: client.get("/patches/"))

    assert response.status_code == 200
    assert len(queries) <= 12
    assert repeated(queries) == []


ACTIONS = {
    "exempt": {"note": "影像为水田"},
    "defer": {"note": "鱼塘没有到期"},
    "remark": {"note": "抓紧"},
    "amend": {"code": "T9", "area_mu": "9", "reason": "图纸有误"},
    "split": {"code1": "A", "area1": "6", "code2": "B", "area2": "4", "reason": "两户"},
}


@pytest.mark.parametrize("verb", ACTIONS)
def test_what_is_done_on_the_patch_page_asks_nothing_twice(client, year, verb):
    patch = year.patch(area_mu=10)
    year.report(patch, step=patch.target.milestones.get(code="replant"))
    client.force_login(year.huang)
    path = f"/patches/{patch.pk}/{verb}/"
    more = {"village": year.east.pk} if verb == "amend" else {}
    data = typed(client, path, **ACTIONS[verb], **more)

    response, queries = asked(lambda: client.post(path, data))

    assert (response.status_code, patch.records.count() > 1) == (302, True)
    assert repeated(queries) == []


def test_bulk_asks_nothing_twice(client, year):
    target = year.target()
    patches = [year.patch(target=target, code=f"B{n}") for n in range(3)]
    client.force_login(year.huang)
    given = {"verb": "report", "pk": [patch.pk for patch in patches]}
    form = client.post("/patches/bulk/", given).context["form"]
    hidden = {name: form[name].value() for name in ("client_key", "seen")}
    data = {**given, **hidden, "done_on": TODAY().isoformat(), "note": ""}

    _, queries = asked(lambda: client.post("/patches/bulk/", data))

    assert [patch.records.count() for patch in patches] == [1, 1, 1]
    assert repeated(queries) == []
