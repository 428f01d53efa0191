"""从过去某天的台账点开一块图斑：先说那天是什么样，下面是现在的。"""

from datetime import date

import pytest

from plots import actions
from tests.worlds.factories import (
    make_patch,
    make_plan,
    make_record,
    make_steps_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def patch():
    """9 月底该复耕，10 月 15 日才做完；东村的，当时没做完。"""
    patch = make_patch(make_steps_target(make_plan()), make_village("东村"), code="T1")
    by = make_user(role=Role.STAFF)
    make_record(patch, patch.target.milestones.get(code="replant"), by=by, on=date(2024, 10, 15))
    return patch


@pytest.fixture
def leader(client):
    client.force_login(make_user(role=Role.LEADER))
    return client


def said(client, path):
    page = client.get(path).content.decode()
    return " ".join(page.split('id="main"')[1].split('class="grid-2"')[0].split())


def test_a_link_from_a_past_day_opens_a_page_that_says_what_was_so_on_that_day(leader, patch):
    listed = leader.get("/patches/?plan=2024&on=2024-10-05&state=overdue").content.decode()
    path = f"/patches/{patch.pk}/?plan=2024&on=2024-10-05"

    assert f'href="{path.replace("&", "&amp;")}"' in listed
    assert "2024年10月5日那天（按完成日期）" in said(leader, path)
    assert "待整治" in said(leader, path).split("那天（按完成日期）")[1]
    assert "下一步复耕复种" in said(leader, path)
    assert "下面是现在的情况" in said(leader, path)
    assert "下一步举证上传" in said(leader, path.replace("10-05", "10-16"))


def test_the_same_day_by_entry_is_told_by_entry(leader, patch):
    path = f"/patches/{patch.pk}/?on=2024-10-16&basis=recorded"

    assert "2024年10月16日那天（按录入日期）" in said(leader, path)


def test_a_patch_that_was_not_there_yet_says_so(leader, patch):
    patch.since_on = date(2024, 9, 10)
    patch.save(update_fields=["since_on"])

    assert "那天（按完成日期）这块图斑不在台账里" in said(
        leader, f"/patches/{patch.pk}/?on=2024-09-01"
    )


@pytest.mark.parametrize("query", ["", "?on=", "?on=2024-13-40"])
def test_without_a_day_the_page_is_of_today(leader, patch, query):
    assert "那天" not in said(leader, f"/patches/{patch.pk}/{query}")


def test_todays_ledger_links_to_the_plain_page(leader, patch):
    actions.remark(patch, by=make_user(role=Role.STAFF), note="抓紧")

    assert f'href="/patches/{patch.pk}/"' in leader.get("/patches/?plan=2024").content.decode()
