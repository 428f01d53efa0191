"""走遍全站：每个地址、五种人、八种方法，自己的、别村的、没有的。

没有事故页，别村的东西看不见、改不了，405 是我们自己的一页，看的方法什么也不改；领导只能看和督办。
"""

import io

import pytest
from django.apps import apps
from openpyxl import load_workbook

from tests.worlds.kept import again
from tests.worlds.walk_town import (
    ACTIONS,
    FOREIGN,
    MISSING,
    NOWHERE,
    OWN,
    SECRETS,
    WalkTown,
    client_of,
    text_of,
    without_numbers,
)

pytestmark = pytest.mark.django_db
# 没登录也打得开的：登录、健康、没有网络时的一页和它的两个文件（里面没有任何人的东西）
OPEN = {"healthz", "villages:login", "plots:field", "plots:service_worker", "plots:manifest"}
ODD_METHODS = ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"]
OUR_405 = "这个地址不能这样打开"
OUTSIDERS = ["没登录", "东村书记"]
# 会变的只有这几样：登录自己的续期、访问记录、导入的进度
MOVING = {
    "villages.session",
    "audit.access",
    "axes.accesslog",
    "axes.accessattempt",
    "axes.accessfailurelog",
}
# 看了就记的：上次看我的任务，好告诉本人以后有什么；今天的提醒看过没有
SEEN = {"tasks_seen_at", "reminded_on", "reminder_count", "reminders_read_on"}
FORM = {
    "on": "2024-09-10",
    "done_on": "2024-09-10",
    "step": "evidence",
    "note": "改一下",
    "reason": "改一下",
    "extent": "all",
    "area_mu": "1",
    "code": "X",
    "action": "report",
    "do": "apply",
    "which": "others",
    "value": "1",
    "verdict": "pass",
}
LEAVING = {"villages:logout", "admin:logout"}


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return again(WalkTown)


def everything():
    """数据库里的全部内容，登录和访问记录除外。"""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    kept = [
        model for model in models if not model._meta.proxy and model._meta.label_lower not in MOVING
    ]
    return {model._meta.label: rows_of(model) for model in kept}


def rows_of(model):
    names = [field.attname for field in model._meta.concrete_fields if field.name not in SEEN]
    return list(model._base_manager.order_by("pk").values_list(*names))


def addresses(town):
    """[(名字, 地址)]：自己的、西村的、没有的，同一个地址只走一次。"""
    found = {}
    for whose in (OWN, FOREIGN, MISSING):
        for name, path in town.addresses(whose):
            found.setdefault(path, (name, path))
    for whose in (OWN, FOREIGN):
        for name, path in town.asked(whose):
            found.setdefault(path, (name, path))
    return list(found.values())


def typed(path):
    """自己打在地址里的字会原样显示，不算漏。"""
    return [secret for secret in SECRETS if secret in path]


def leaks(response, path):
    text = text_of(response)
    return [secret for secret in SECRETS if secret in text and secret not in typed(path)]


def test_the_secrets_are_there_to_leak(town):
    client = client_of(town.west_boss)
    patch = town.things[FOREIGN]["patch"]
    urls = [
        f"/patches/{patch.pk}/",
        "/patches/export.xlsx?year=2024",
        "/plan/readings/",
        "/assessment/",
        "/duties/",
        f"/orders/{town.things[FOREIGN]['order'].pk}/",
        "/accounts/",
        "/patches/map/data.geojson?bbox=105,29,108,31&zoom=15",
    ]

    seen = "".join(text_of(client.get(url)) for url in urls)

    assert [secret for secret in SECRETS if secret not in seen] == []


@pytest.mark.parametrize("person", ["没登录", "东村书记", "工作人员", "领导", "管理员"])
def test_looking_breaks_nothing_shows_nothing_and_changes_nothing(town, person):
    client, before, wrong = client_of(town.visitors[person]), everything(), []

    for name, path in addresses(town):
        got, headed = client.get(path), client.head(path)
        if max(got.status_code, headed.status_code) >= 500 or got.status_code != headed.status_code:
            wrong.append((name, path, got.status_code, headed.status_code))
        if person in OUTSIDERS and (leaks(got, path) or leaks(headed, path)):
            wrong.append((name, path, leaks(got, path)))
        if got.status_code == 405 and OUR_405 not in text_of(got):
            wrong.append((name, path, "405 是白页"))
        if person == "没登录" and got.status_code == 200 and name not in OPEN:
            wrong.append((name, path, "没登录就打开了"))

    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("person", ["没登录", "东村书记", "工作人员", "领导", "管理员"])
def test_odd_methods_get_our_own_405_page(town, person):
    client, before, wrong = client_of(town.visitors[person]), everything(), []
    whose = FOREIGN if person in OUTSIDERS else OWN

    for place, (name, path) in enumerate(town.addresses(whose)):
        # 每个地址的五种方法管理员都试；别的人轮着试一种
        methods = ODD_METHODS if person == "管理员" else [ODD_METHODS[place % len(ODD_METHODS)]]
        for method in methods:
            if name == "plots:photo" and method in ("PUT", "DELETE"):
                continue  # 照片一张一张传，用的就是这两种
            response = client.generic(method, path)
            if (response.status_code, OUR_405 in text_of(response)) != (405, True) or leaks(
                response, path
            ):
                wrong.append((name, method, path, response.status_code))

    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("person", ["没登录", "东村书记", "领导"])
def test_those_who_may_not_change_anything_by_posting(town, person):
    """交到每一个地址：别村的书记在自己村的东西上也只有上报一件事，这里填的表不成，什么也没有变。"""
    client, before, wrong = client_of(town.visitors[person]), everything(), []
    # 领导写得了督办，撤得了督办单：这两样的话空着
    form = FORM if person != "领导" else FORM | {"note": "", "reason": ""}

    for name, path in addresses(town):
        if name in LEAVING:
            continue
        response = client.post(path, form)
        if response.status_code >= 500 or (person in OUTSIDERS and leaks(response, path)):
            wrong.append((name, path, response.status_code))
        if response.status_code == 405 and OUR_405 not in text_of(response):
            wrong.append((name, path, "405 是白页"))

    assert wrong == []
    assert everything() == before


@pytest.mark.parametrize("person", ["工作人员", "管理员"])
def test_posting_nonsense_breaks_nothing_for_those_who_may(town, person):
    client, wrong = client_of(town.visitors[person]), []

    for name, path in addresses(town):
        response = client.post(path, {} if name in LEAVING else FORM)
        client.force_login(town.visitors[person])
        if response.status_code >= 500 or (
            response.status_code == 405 and OUR_405 not in text_of(response)
        ):
            wrong.append((name, path, response.status_code))

    assert wrong == []


def test_foreign_and_missing_are_the_same_page(town):
    """别村的东西和没有的东西，书记看到的是同一页，只差地址里的数。"""
    client, differ, compared = client_of(town.east_boss), [], 0

    for (name, foreign), (_, missing) in zip(
        town.addresses(FOREIGN), town.addresses(MISSING), strict=True
    ):
        if foreign == missing:
            continue
        for method in (client.get, client.post):
            answers = [method(path) for path in (foreign, missing)]
            pages = [
                without_numbers(text_of(answer).replace(answer["X-Request-ID"], ""))
                for answer in answers
            ]
            compared += 1
            if answers[0].status_code != answers[1].status_code or pages[0] != pages[1]:
                differ.append((name, foreign, [answer.status_code for answer in answers]))

    assert compared > 40
    assert differ == []


def test_a_leader_reads_everything(town):
    page = text_of(client_of(town.leader).get("/patches/?year=2024"))

    assert "XI-0001" in page


@pytest.mark.parametrize("action", [name for name in ACTIONS if name not in ("remark", "report")])
def test_a_secretary_cannot_do_the_towns_work_on_their_own_patch(town, action):
    client, before = client_of(town.west_boss), everything()

    response = client.post(f"/patches/{town.things[FOREIGN]['patch'].pk}/{action}/", FORM)

    assert response.status_code == 403
    assert everything() == before


def test_a_leak_in_a_workbook_would_be_noticed(town):
    """xlsx 是压缩的：走的时候真的解开看了里面的字。"""
    response = client_of(town.west_boss).get("/patches/export.xlsx?year=2024")

    content = b"".join(response.streaming_content) if response.streaming else response.content
    assert "XI-0001" in str(list(load_workbook(io.BytesIO(content)).active.values))
    assert leaks(client_of(town.west_boss).get("/patches/export.xlsx?year=2024"), "/") != []


def test_the_missing_ones_are_missing(town):
    assert not any(
        thing.pk == NOWHERE for things in town.things.values() for thing in things.values()
    )
