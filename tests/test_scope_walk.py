"""每个地址、每样东西、每个角色走一遍：别村的东西打不开、看不见、改不了；领导只能看和督办。"""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from plots import actions
from plots.evidence import saving
from plots.models import Batch, Evidence, Patch, RectificationRecord
from tasks.models import Allocation, PlanFile, Reading
from tests.factories import (
    make_allocation,
    make_batch,
    make_patch,
    make_plan,
    make_plan_file,
    make_reading,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.test_urls import site_urls
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
# 这些字样只出现在西村的东西里；东村的人在任何一页看到任何一个，就是漏了。
SECRETS = ["西村秘密", "XI-0001", "西坡地", "西家湾老李", "西村照片", "77.77", "西村书记老王"]
ACTIONS = ["report", "confirm", "send_back", "exempt", "defer", "resume", "remark", "amend", "split"]


@pytest.fixture
def town(db):
    """东村和西村各一块图斑；西村的有记录、举证材料、任务数和监测。"""
    plan = make_plan()
    target = make_steps_target(plan, villages_may_add=True)
    floor = make_target(plan, "retained", kind="FLOOR", measured_by="READINGS")
    east, west = make_village("东村"), make_village("西村秘密")
    staff = make_user("zhen", role=Role.STAFF, name="镇里小黄")
    boss = make_user("xi", name="西村书记老王", villages=[west])
    mine = make_patch(target, east, code="DONG-0001")
    theirs = make_patch(
        target, west, code="XI-0001", area_mu=Decimal("77.77"), place="西坡地", contractor="西家湾老李",
        batch=make_batch(target, "下发表.xlsx", by=staff),
    )
    make_allocation(target, west, quota=Decimal("77.77"))
    make_reading(floor, village=west, value=Decimal("77.77"))
    record = actions.report(theirs, by=boss, on=date(2024, 9, 5), note="西村秘密")
    with saving():
        evidence = Evidence(patch=theirs, record=record, kind="PHOTO", name="西村照片.jpg", size=3, sha256="0" * 64, by=boss)
        for field in ("file", "display", "thumb"):
            getattr(evidence, field).save(f"{field}.jpg", ContentFile(b"\xff\xd8\xff"), save=False)
        evidence.save()
    plan_file = make_plan_file(staff)
    return {
        "east": east, "west": west, "mine": mine, "theirs": theirs, "evidence": evidence, "plan": plan,
        "plan_file": plan_file, "staff": staff, "boss": boss, "target": target,
    }


def addresses(town):
    """每个地址换上西村那样东西的主键；台账类的再带上会点到西村的条件。"""
    keys = {
        "dashboard:village": town["west"].pk, "dashboard:village_confirmation": town["west"].pk,
        "plots:evidence_file": town["evidence"].pk, "tasks:plan_import_preview": town["plan_file"].pk,
        "plots:import_preview": Batch.objects.first().pk, "plots:import_errors": Batch.objects.first().pk,
        "plots:import_file": Batch.objects.first().pk,
    }
    for name, path in site_urls():
        if name == "villages:logout":
            continue
        path = path.replace("/1/", f"/{keys.get(name, town['theirs'].pk)}/")
        if name == "plots:patch_action":
            yield from ((name, path.replace("/x/", f"/{action}/")) for action in ACTIONS)
        elif name == "plots:evidence_file":
            yield from ((name, path.replace("/x/", f"/{which}/")) for which in ("original", "display", "thumb"))
        else:
            yield name, path
    for query in (f"village={town['west'].pk}", "q=XI-0001", "q=西坡地", "on=2024-10-20&state=all", "sort=-area"):
        yield "plots:patch_list", f"/patches/?year=2024&{query}"
        yield "plots:patch_export", f"/patches/export.xlsx?year=2024&{query}"
    yield "dashboard:dashboard", "/?on=2024-10-20"


def body(response):
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    if raw[:2] == b"PK":  # xlsx 是压缩的，解开看里面的字
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            raw = b"".join(archive.read(name) for name in archive.namelist())
    return raw.decode("utf-8", "replace")


def counted():
    return [model.objects.count() for model in (Patch, RectificationRecord, Evidence, Reading, Allocation, Village, PlanFile)]


def state(patch):
    return Patch.objects.values_list("status", "area_mu", "village", "code", "until_on").get(pk=patch.pk)


def test_the_secrets_are_there_to_leak(town, client):
    client.force_login(town["boss"])

    page = body(client.get(f"/patches/{town['theirs'].pk}/"))

    for secret in ("XI-0001", "西坡地", "西家湾老李", "77.77", "西村秘密"):
        assert secret in page


def test_another_villages_secretary_sees_nothing_of_it(town, client):
    client.force_login(make_user("dong", name="东村书记", villages=[town["east"]]))

    leaks = []
    for name, path in addresses(town):
        response = client.get(path, follow=True)
        text = body(response).replace("q=XI-0001", "").replace("XI-0001” value", "")
        # 自己在搜索框里打的字会原样显示，不算漏
        shown = [secret for secret in SECRETS if secret in text and secret not in path]
        if shown or response.status_code >= 500:
            leaks.append((name, path, response.status_code, shown))

    assert leaks == []


def test_another_villages_secretary_changes_nothing(town, client):
    client.force_login(make_user("dong", name="东村书记", villages=[town["east"]]))
    before, patch = counted(), state(town["theirs"])
    form = {
        "on": "2024-09-10", "done_on": "2024-09-10", "step": "evidence", "note": "改一下", "reason": "改一下", "extent": "all",
        "area_mu": "1", "code": "X", "village": town["east"].pk, "patches": [town["theirs"].pk], "action": "report",
        "do": "apply",
    }

    for _, path in addresses(town):
        assert client.post(path, form).status_code < 500

    assert counted() == before
    assert state(town["theirs"]) == patch


def test_a_leader_reads_everything_and_changes_nothing_but_a_remark(town, client):
    client.force_login(make_user("zhenzhang", role=Role.LEADER, name="镇长"))
    before, patch = counted(), state(town["theirs"])
    form = {
        "on": "2024-09-10", "done_on": "2024-09-10", "note": "", "reason": "x", "extent": "all", "area_mu": "1", "code": "X",
    }

    assert "XI-0001" in body(client.get("/patches/?year=2024"))
    for name, path in addresses(town):
        assert client.post(path, form).status_code < 500, name

    assert counted() == before
    assert state(town["theirs"]) == patch


@pytest.mark.parametrize("action", [name for name in ACTIONS if name not in ("remark", "report")])
def test_a_secretary_cannot_do_the_towns_work_on_their_own_patch(town, client, action):
    client.force_login(town["boss"])
    before, patch = counted(), state(town["theirs"])

    response = client.post(f"/patches/{town['theirs'].pk}/{action}/", {"on": "2024-09-10", "note": "x", "reason": "x"})

    assert response.status_code == 403
    assert counted() == before
    assert state(town["theirs"]) == patch
