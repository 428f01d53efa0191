"""手机里留的一份任务：没有网络时看得见、填得成，和上报页上的是同一张表。"""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry import box

from tests.worlds.factories import make_shape, make_user
from tests.worlds.sending import JSON, Phone, digest, jpeg
from villages.models import Role

pytestmark = pytest.mark.django_db


def kept(client):
    return json.loads(client.get("/my/tasks.json", **JSON).content)


def test_what_is_kept_is_what_the_report_page_checks_by(client, year):
    patch = year.patch(code="T0012", place="王家湾", area_mu=Decimal("3.5"))
    make_shape(patch, box(106.05, 29.85, 106.051, 29.851), crs="EPSG:4490")
    year.report(patch, area_mu="1.5")
    client.force_login(year.east_secretary)

    [task] = kept(client)["tasks"]
    page = client.get(f"/patches/{patch.pk}/report/").context

    rules = kept(client)["rules"]
    assert {**rules, **task} == json.loads(json.dumps(page["facts"]))
    assert (task["left"], task["first"]) == ("2", page["form"].steps[0].pk)
    assert task["part"] == {"done": "1.50", "left": "2.00"}
    assert [step["name"] for step in task["steps"]] == ["复耕复种", "举证上传"]
    assert task["outline"][0][0] in [[106.05, 29.85], [106.051, 29.85], [106.051, 29.851]]


def test_sent_back_comes_first_with_the_reason(client, year):
    year.patch(due=-3, code="T0001")
    back = year.patch(code="T0002")
    year.report(back)
    year.send_back(back)
    client.force_login(year.east_secretary)

    first, second = kept(client)["tasks"]

    assert (first["code"], second["code"]) == ("T0002", "T0001")
    assert first["returned"]["text"] == "未见复耕复种；北边那角没种"
    assert second["returned"] is None


def test_photos_already_there_are_taken_off_what_is_lacking(client, year, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    target = year.target()
    target.milestones.filter(code="replant").update(min_photos=3)
    patch = year.patch(target=target)
    client.force_login(year.east_secretary)
    phone, content = Phone(client, patch), jpeg()
    phone.put(content)
    phone.send(digest(content), amount="part", area_mu="1")

    [task] = kept(client)["tasks"]

    assert task["steps"][0]["photos"] == 2
    assert task["lacking"] == [[False, "报“复耕复种”还缺 2 张照片"]]


def test_as_many_questions_to_the_database_for_thirty_as_for_three(
    client, year, django_assert_num_queries
):
    target = year.target()
    target.milestones.filter(code="replant").update(min_photos=1)
    for number in range(3):
        year.report(year.patch(target=target, code=f"T{number}"), area_mu="1", photos=1)
    client.force_login(year.east_secretary)
    with CaptureQueriesContext(connection) as few:
        kept(client)
    for number in range(3, 30):
        year.report(year.patch(target=target, code=f"T{number}"), area_mu="1", photos=1)

    with django_assert_num_queries(len(few)):
        assert len(kept(client)["tasks"]) == 30


def test_only_ones_own_villages_and_only_who_reports(client, year):
    year.patch(village=year.west)
    client.force_login(year.east_secretary)
    assert kept(client)["tasks"] == []

    client.force_login(make_user(role=Role.LEADER))
    assert client.get("/my/tasks.json", **JSON).status_code == 403
