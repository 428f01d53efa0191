"""复制为另一批：按两次、两个人同时按、谁能按、记在审计里，几份方案、进出方案表都认得。"""

import threading
from datetime import date

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection
from django.test import Client

from taiping.reports.bulletin import write_bulletin
from tasks import workbook
from tasks.models import Milestone, Plan, Target
from tests.villages.accounts.test_sessions import idle, log_in
from tests.worlds import factories as make
from tests.worlds.copying import (
    address,
    copying_town,
    errors_of,
    everything,
    field_name,
    form_of,
    page_of,
)
from tests.worlds.january import January
from tests.worlds.plan_files import load_2024
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return copying_town()


@pytest.fixture
def boss(town, client):
    client.force_login(town.admin)
    return client


def test_pressing_twice_copies_once(town, boss):
    first = boss.post(address(town.target), form_of(town.target))
    before = everything()
    second = boss.post(address(town.target), form_of(town.target))

    assert second.url == first.url
    assert "“自然撂荒地整治（第二批）”已经复制好了，没有再复制一次。" in page_of(
        boss.get(second.url)
    )
    assert everything() == before
    other_days = form_of(town.target, due_on_check="2024-12-16")
    response = boss.post(address(town.target), other_days)
    assert errors_of(response, town.target) == {
        "code": ["“自然撂荒地整治（第二批）”的代码就是 abandoned_2，请换一个。"]
    }


def test_a_code_taken_at_the_last_moment_is_a_sentence(town, boss, monkeypatch):
    """后台添任务不锁方案：看过以后、存以前被用掉的，由库里的规矩挡住。"""
    before = everything()

    def taken(*args, **kwargs):
        raise IntegrityError("target_code_is_unique_in_plan")

    monkeypatch.setattr(Milestone, "save", taken)
    response = boss.post(address(town.target), form_of(town.target))

    assert errors_of(response, town.target) == {
        "code": ["刚刚有人在这份方案里用了这个代码，请换一个。"]
    }
    assert everything() == before


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_one_copy_and_one_sentence(town):
    """两个管理员同时按，日期不同：一个成了，另一个看到一句话。"""
    answers = [None, None]
    barrier = threading.Barrier(2)
    people = [town.admin, make.make_user("guanli2", role=Role.ADMIN)]
    forms = [form_of(town.target), form_of(town.target, due_on_check="2024-12-16")]
    url = address(town.target)

    def press(place):
        browser = Client(raise_request_exception=False)
        browser.force_login(people[place])
        barrier.wait(timeout=20)
        answers[place] = browser.post(url, forms[place]).status_code
        connection.close()

    threads = [threading.Thread(target=press, args=[place]) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(answers) == [200, 302]
    copy = Target.objects.get(code="abandoned_2")
    assert copy.milestones.count() == 3
    assert list(town.plan.targets.order_by("order").values_list("order", flat=True)) == [4, 5, 6, 9]


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.SECRETARY])
def test_only_administrators_copy(town, client, role):
    client.force_login(make.make_user(role=role))
    before = everything()

    answers = [
        client.get(address(town.target)),
        client.post(address(town.target), form_of(town.target)),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "复制为另一批" not in page_of(client.get("/plan/"))
    assert everything() == before


def test_every_new_and_moved_row_is_in_the_audit(town, boss):
    LogEntry.objects.all().delete()

    boss.post(address(town.target), form_of(town.target))

    found = LogEntry.objects.order_by("pk")
    assert {entry.actor for entry in found} == {town.admin}
    assert [(entry.get_action_display(), entry.object_repr) for entry in found] == [
        ("update", "下一项"),
        ("create", "自然撂荒地整治（第二批）"),
        ("create", "自然撂荒地整治（第二批） · 复耕复种"),
        ("create", "自然撂荒地整治（第二批） · 举证上传"),
        ("create", "自然撂荒地整治（第二批） · 镇级核实"),
        ("create", "自然撂荒地整治（第二批） · 东村"),
    ]


def test_the_links_keep_the_older_plan(client):
    january = January()
    client.force_login(january.admin)
    client.get("/plan/?plan=2024")
    form = client.get(address(january.target))
    after = client.get("/plan/").context["plan"]

    response = client.post(address(january.target), form_of(january.target))

    assert '<a href="/plan/?plan=2024#abandoned">← 2024年度方案</a>' in page_of(form)
    assert after == january.plan
    assert response.url == "/plan/?plan=2024#abandoned_2"
    assert [target.plan for target in Target.objects.filter(code="abandoned_2")] == [january.plan]


def test_a_target_without_steps_is_copied_too(town, boss):
    response = boss.post(address(town.next), {"code": "next_2", "name": "下一项（第二批）"})

    assert response.status_code == 302
    assert town.plan.targets.get(code="next_2").milestones.count() == 0


def test_the_plan_file_goes_out_and_comes_back(client):
    plan = load_2024()
    client.force_login(make.make_user(role=Role.ADMIN))
    target = plan.targets.get(code="abandoned")
    days = {
        name: "2024-12-20"
        for name, field in client.get(address(target)).context["form"].fields.items()
        if field.required and "_on_" in name
    }
    client.post(
        address(target), {"code": "abandoned_2", "name": "自然撂荒地整治（第二批）", **days}
    )
    content = workbook.export_xlsx(plan)
    before = everything()

    same = workbook.import_plan(content, "方案.xlsx")
    Plan.objects.all().delete()
    workbook.import_plan(content, "方案.xlsx")

    assert same.diff.is_empty
    copy = Target.objects.get(code="abandoned_2")
    assert (copy.order, copy.quota) == (5, None)
    assert len(before[0]) == Target.objects.count() == 9
    assert set(copy.milestones.exclude(due_on=None).values_list("due_on", flat=True)) == {
        date(2024, 12, 20)
    }


def test_a_batch_without_patches_is_one_quiet_line(town, boss):
    boss.post(address(town.target), form_of(town.target))
    day = date(2024, 12, 31)

    dashboard = page_of(boss.get(f"/?on={day}"))
    bulletin = str(write_bulletin(town.plan, day))

    assert "自然撂荒地整治（第二批）" in dashboard
    assert "还没有下发图斑" in dashboard
    assert "自然撂荒地整治（第二批）" in bulletin
    assert boss.get(f"/bulletin/?on={day}").status_code == 200


def test_opening_the_form_asks_as_much_for_one_step_as_for_many(
    town, boss, django_assert_num_queries
):
    one = make.make_target(town.plan, "one")
    make.make_milestone(one)
    boss.get(address(one))

    for target in (one, town.target):
        with django_assert_num_queries(8):
            boss.get(address(target))


def test_what_was_typed_survives_the_timeout_of_a_login(town):
    client, url = log_in(town.admin.username), address(town.target)
    typed = form_of(town.target, name="第二批撂荒地", due_on_check="2024-12-18")
    idle(town.admin, 31)

    client.post(url, typed)
    log_in(town.admin.username, client=client, next_page=url)
    form = client.get(url).context["form"]

    assert not Target.objects.filter(code="abandoned_2").exists()
    assert form["name"].value() == "第二批撂荒地"
    assert form[field_name(town.target, "due_on_check")].value() == "2024-12-18"
