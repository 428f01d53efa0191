"""复制为另一批：后来又下发一批图斑、时限另算，管理员在方案页上把任务复制成另一项。"""

import re
import threading
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from taiping.reports.bulletin import write_bulletin
from tasks import workbook
from tasks.models import Allocation, Milestone, Plan, Target
from tasks.models.structure import LARGEST_ORDER
from tests.villages.accounts.test_sessions import idle, log_in
from tests.worlds import factories as make
from tests.worlds.january import January
from tests.worlds.plan_files import load_2024
from tests.worlds.town import TwoVillages
from villages.models import Role

pytestmark = pytest.mark.django_db

BETWEEN = re.compile(r">\s+<")
SAME = ("kind", "measured_by", "unit", "decimals", "group", "clause", "wording", "villages_may_add")
SAME_STEP = ("order", "code", "name", "wording", "actor", "min_photos", "needs_external_ref")


@pytest.fixture
def town():
    """自然撂荒地整治后面还有两项任务；举证上传有开始日期、自己的任务数，要编号和照片。"""
    town = TwoVillages(order=4, clause="二（三）", wording="完成608亩", villages_may_add=True)
    town.group = make.make_group(town.plan, "撂荒地整治工作组")
    Target.objects.filter(pk=town.target.pk).update(group=town.group, quota_count=9)
    town.target.milestones.filter(code="evidence").update(
        starts_on=date(2024, 10, 1),
        quota=Decimal(50),
        quota_count=5,
        min_photos=2,
        needs_external_ref=True,
        wording="10月底前",
    )
    town.next = make.make_target(town.plan, "next", name="下一项", order=5)
    town.last = make.make_target(town.plan, "last", name="最后一项", order=9)
    make.make_allocation(town.target, town.east, quota=Decimal(60), lot="A")
    town.target.refresh_from_db()
    return town


@pytest.fixture
def boss(town, client):
    client.force_login(town.admin)
    return client


def address(target):
    return reverse("tasks:target_copy", args=[target.pk])


def form_of(target, **changes):
    """照表单填好的一份：11 月起另一批的日期；日期写步骤的代码，如 due_on_check。"""
    given = {
        "code": f"{target.code}_2",
        "name": f"{target.name}（第二批）",
        "due_on_replant": "2024-11-10",
        "starts_on_evidence": "2024-11-11",
        "due_on_evidence": "2024-11-30",
        "due_on_check": "2024-12-15",
        **changes,
    }
    return {field_name(target, name): value for name, value in given.items()}


def field_name(target, name):
    for step in target.milestones.all():
        name = name.replace(f"_on_{step.code}", f"_on_{step.pk}")
    return name


def page_of(response):
    return BETWEEN.sub("><", unescape(response.content.decode()))


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (Target, Milestone, Allocation)
    ]


def errors_of(response, target):
    """{格子: [话]}；日期的格子写步骤的代码。"""
    names = {
        field_name(target, f"{day}_on_{step.code}"): f"{day}_on_{step.code}"
        for step in target.milestones.all()
        for day in ("starts", "due")
    }
    return {
        names.get(name, name): list(said) for name, said in response.context["form"].errors.items()
    }


def test_the_admin_copies_a_target_and_sees_it_in_the_plan(town, boss):
    plan_page = page_of(boss.get("/plan/"))
    response = boss.post(address(town.target), form_of(town.target))
    after = page_of(boss.get(response.url))

    assert f'<a href="{address(town.target)}">复制为另一批</a>' in plan_page
    assert response.url == "/plan/?plan=2024#abandoned_2"
    assert 'id="abandoned_2"' in after
    assert "已由“自然撂荒地整治”复制出“自然撂荒地整治（第二批）”。" in after
    assert "任务数和各村的分解还空着" in after
    copy = town.plan.targets.get(code="abandoned_2")
    assert copy.name == "自然撂荒地整治（第二批）"
    assert {name: getattr(copy, name) for name in SAME} == {
        name: getattr(town.target, name) for name in SAME
    }
    assert (copy.quota, copy.quota_count) == (None, None)


def test_the_steps_come_along_with_their_own_days_and_no_quota(town, boss):
    boss.post(address(town.target), form_of(town.target))

    copies = town.plan.targets.get(code="abandoned_2").milestones.all()
    assert list(copies.values(*SAME_STEP)) == list(town.target.milestones.values(*SAME_STEP))
    assert list(copies.values_list("starts_on", "due_on")) == [
        (None, date(2024, 11, 10)),
        (date(2024, 11, 11), date(2024, 11, 30)),
        (None, date(2024, 12, 15)),
    ]
    assert set(copies.values_list("quota", "quota_count")) == {(None, None)}
    share = Allocation.objects.get(target__code="abandoned_2")
    assert (share.village, share.lot, share.quota) == (town.east, "A", None)


def test_no_field_of_the_models_is_forgotten(town, boss):
    """以后加了字段，不是空着就是照抄；这里的名单要跟着想一想。"""
    boss.post(address(town.target), form_of(town.target))
    copy = town.plan.targets.get(code="abandoned_2")

    different = {
        field.name
        for field in Target._meta.concrete_fields
        if getattr(copy, field.attname) != getattr(town.target, field.attname)
    }
    step, was = (target.milestones.get(code="evidence") for target in (copy, town.target))
    in_steps = {
        field.name
        for field in Milestone._meta.concrete_fields
        if getattr(step, field.attname) != getattr(was, field.attname)
    }

    assert different == {"id", "code", "name", "quota", "quota_count", "order"}
    assert in_steps == {"id", "target", "starts_on", "due_on", "quota", "quota_count"}


def test_the_copy_stands_right_after_the_original(town, boss):
    boss.post(address(town.target), form_of(town.target))

    assert list(town.plan.targets.order_by("order").values_list("code", "order")) == [
        ("abandoned", 4),
        ("abandoned_2", 5),
        ("next", 6),
        ("last", 9),  # 前面有空当，不用动
    ]


def test_targets_of_one_order_are_put_apart(town, boss):
    Target.objects.filter(pk=town.next.pk).update(order=4)

    boss.post(address(town.target), form_of(town.target))

    found = town.plan.targets.order_by("order").values_list("code", flat=True)
    assert list(found) == ["abandoned", "abandoned_2", "next", "last"]


def test_no_room_behind_the_largest_order_is_said(town, boss):
    Target.objects.filter(pk=town.last.pk).update(order=LARGEST_ORDER)
    Target.objects.filter(pk=town.target.pk).update(order=LARGEST_ORDER - 1)
    before = everything()

    page = page_of(boss.post(address(town.target), form_of(town.target)))

    assert "任务的顺序已经排到最大的数，后面放不下了。" in page
    assert everything() == before


def test_the_form_suggests_names_and_shows_the_old_days_beside_empty_cells(town, boss):
    form = boss.get(address(town.target)).context["form"]
    page = page_of(boss.get(address(town.target)))

    assert (form["code"].value(), form["name"].value()) == (
        "abandoned_2",
        "自然撂荒地整治（第二批）",
    )
    days = [item for _, *pair in form.rows for item in pair]
    assert [item.value() for item in days] == [None] * 6
    assert [item.field.required for item in days] == [False, True, True, True, False, True]
    assert "原来是 2024年10月1日" in page
    assert page.count("原来没有定，选填") == 2


@pytest.mark.parametrize(
    ("code", "name", "taken", "suggested"),
    [
        ("grain", "粮食", ["grain_2", "grain_3"], ("grain_4", "粮食（第四批）")),
        ("grain_2", "粮食（第二批）", [], ("grain_3", "粮食（第三批）")),
        ("zone_2", "二号片区", [], ("zone_2_2", "二号片区（第二批）")),
        ("x" * 30, "长" * 50, [], ("x" * 28 + "_2", "长" * 45 + "（第二批）")),
        ("x" * 30, "粮食", ["x" * 28 + "_2"], ("x" * 28 + "_3", "粮食（第三批）")),
    ],
)
def test_the_suggestion_is_the_next_free_one(town, boss, code, name, taken, suggested):
    target = make.make_target(town.plan, code, name=name)
    for other in taken:
        make.make_target(town.plan, other)
    if code == "grain_2":
        make.make_target(town.plan, "grain")

    form = boss.get(address(target)).context["form"]

    assert (form["code"].value(), form["name"].value()) == suggested


def test_every_mistake_is_told_at_once_and_nothing_typed_is_lost(town, boss):
    before = everything()
    given = form_of(
        town.target,
        code="撂荒二",
        name="",
        due_on_replant="2024-02-30",
        starts_on_evidence="2024-12-01",
        due_on_evidence="2024-11-30",
        due_on_check="2025-03-01",
    )

    response = boss.post(address(town.target), given)

    assert errors_of(response, town.target) == {
        "code": ["只能用英文字母、数字、下划线和短横，如 abandoned_2。"],
        "name": ["这个字段是必填项。"],
        "due_on_replant": ["“2024-02-30”这一天不存在，请写成 2024-10-20 这样。"],
        "due_on_evidence": ["截止日期不能早于开始日期。"],
        "due_on_check": [
            "“镇级核实”的截止日期 2025-03-01 不在方案的起止日期（2024-01-01 至 2024-12-31）之内。"
            "请改其中一个。"
        ],
    }
    page = page_of(response)
    assert "还没有复制，请先改下面 5 处" in page
    for typed in ("撂荒二", "2024-02-30", "2024-12-01", "2024-11-30", "2025-03-01"):
        assert f'value="{typed}"' in page
    assert everything() == before


def test_days_are_entered_not_taken_over(town, boss):
    before = everything()
    blank = {name: "" for name in form_of(town.target) if "_on_" in name}

    response = boss.post(address(town.target), form_of(town.target) | blank)

    told = ["请填这一批的日期，不沿用原来的。"]
    days = ("due_on_replant", "starts_on_evidence", "due_on_evidence", "due_on_check")
    assert errors_of(response, town.target) == dict.fromkeys(days, told)
    assert everything() == before


def test_deadlines_do_not_run_backwards(town, boss):
    given = form_of(town.target, due_on_replant="2024-12-20")

    response = boss.post(address(town.target), given)

    assert errors_of(response, town.target) == {
        "due_on_evidence": [
            "“举证上传”在“复耕复种”之后，截止日期 2024-11-30 却早于它的 2024-12-20。请改日期，或改顺序。"
        ],
        "due_on_check": [
            "“镇级核实”在“复耕复种”之后，截止日期 2024-12-15 却早于它的 2024-12-20。请改日期，或改顺序。"
        ],
    }


@pytest.mark.parametrize("code", ["next", "abandoned"])
def test_a_code_in_use_is_refused_in_words(town, boss, code):
    before = everything()

    response = boss.post(address(town.target), form_of(town.target, code=code))

    name = {"next": "下一项", "abandoned": "自然撂荒地整治"}[code]
    assert errors_of(response, town.target) == {"code": [f"“{name}”的代码就是 {code}，请换一个。"]}
    assert everything() == before


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
