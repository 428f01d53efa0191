"""结转的页面：管理员看了预览才结转；两个人同时按下只转一次；新方案的文件改的是结转来的那块。"""

import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client

from plots.importing import apply_batch, preview
from plots.ledger.replay import all_differences
from plots.models import Batch, Kind, Patch, RectificationRecord
from taiping.demo import patches as demo_patches
from tests.worlds.january import CARRIED_ON, January
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, xlsx
from tests.worlds.walk_town import client_of

pytestmark = pytest.mark.django_db
PAGE = "/patches/carry/?plan=2024&to=2025"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def town():
    return again(January)


def pressed(client, **changes):
    form = client.get(PAGE).context["form"]
    given = {"token": form["token"].value(), "on": CARRIED_ON.isoformat(), **changes}
    return client.post(PAGE, given, follow=True)


def test_an_administrator_looks_and_then_carries(town, client):
    client.force_login(town.admin)

    looked = client.get("/patches/carry/?plan=2024").content.decode()
    done = pressed(client)

    assert "结转 6 个到2025年度" in looked
    assert "6 个图斑已经从2024年度方案结转到2025年度方案。" in done.content.decode()
    assert done.context["count"] == 6
    again = client.get(PAGE).content.decode()
    assert "2024年度没有可以结转到2025年度的图斑" in again
    assert list(all_differences()) == []


def test_every_page_of_the_old_plan_leads_the_administrator_there(town, client):
    client.force_login(town.admin)
    link = 'href="/patches/carry/?plan=2024"'

    for address in ("/plan/?plan=2024", "/patches/?plan=2024&state=open", "/?plan=2024"):
        assert link in client.get(address).content.decode(), address
    assert link not in client.get("/?plan=2025").content.decode()
    client.force_login(town.huang)
    assert link not in client.get("/plan/?plan=2024").content.decode()


@pytest.mark.parametrize("who", ["huang", "mayor", "east_secretary"])
def test_nobody_else_carries(town, client, who):
    client.force_login(getattr(town, who))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"on": CARRIED_ON, "token": "x"}).status_code == 403
    assert not RectificationRecord.objects.filter(kind=Kind.CARRY).exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "x"}, "打开预览以后"),
        ({"on": "2099-01-01"}, "还没有到"),
        ({"on": "2024-12-30"}, "不在2025年度方案的起止日期"),
        ({"on": "三月"}, "日期"),
    ],
)
def test_a_refusal_keeps_the_page_and_carries_nothing(town, client, changes, words):
    client.force_login(town.admin)

    page = pressed(client, **changes)

    assert page.status_code == 422
    assert words in page.content.decode()
    assert not Patch.objects.filter(target__plan=town.new).exists()
    for address in ("to=wu", "to=2024", "to="):
        assert client.get(f"/patches/carry/?plan=2024&{address}").status_code == 200


def test_a_later_file_of_the_new_plan_changes_the_carried_one(town):
    town.carry()
    batch = Batch(target=town.new_target, name="2025年下发.xlsx", by=town.huang)
    rows = [[1, "东村", "没动", 10, "新坡", "张三"], [2, "东村", "新的", 3, None, None]]
    batch.file.save("x.xlsx", ContentFile(xlsx(HEADER, *rows)))
    old = Batch(target=town.target, name="又发一遍.xlsx", by=town.huang)
    old.file.save("y.xlsx", ContentFile(xlsx(HEADER, rows[0])))

    review = apply_batch(batch, by=town.huang)
    again = preview(old, by=town.huang)

    assert (len(review.found.new), len(review.found.changed)) == (1, 1)
    assert Patch.objects.filter(code="没动").count() == 2
    assert (town.there("没动").place, town.old("没动").place) == ("新坡", "没动的坡")
    assert (again.is_empty, "已经结转到别的方案" in again.notes[0]) == (True, True)


def test_clearing_the_demo_takes_the_carried_ones_too(town):
    for model in (Patch, RectificationRecord):
        model.objects.update(is_demo=True)
    town.carry()
    assert Patch.objects.filter(is_demo=True).count() == 14

    demo_patches.clear()

    assert not Patch.objects.exists()
    assert not RectificationRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(2))
def test_two_administrators_at_once_carry_once(attempt):
    town = again(January)
    token = client_of(town.admin).get(PAGE).context["form"]["token"].value()
    barrier, pages = threading.Barrier(2), []

    def press():
        try:
            client = Client()
            client.force_login(town.admin)
            connection.ensure_connection()
            barrier.wait(timeout=20)
            data = {"token": token, "on": CARRIED_ON.isoformat()}
            pages.append(client.post(PAGE, data, follow=True).content.decode())
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted("6 个图斑已经从" in page for page in pages) == [False, True]
    assert sum("可能别人刚刚结转过" in page for page in pages) == 1
    assert Patch.objects.filter(target__plan=town.new).count() == 6
    assert RectificationRecord.objects.filter(kind=Kind.CARRY).count() == 6
    assert list(all_differences()) == []
