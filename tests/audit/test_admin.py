"""后台：都是中文，行再多查询数不变，只加不改的改不了。"""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tasks.models import Milestone, Plan, Reading, RemedyRoute, Target
from tests.worlds import factories as make
from tests.worlds.money import make_payment, make_receipt, make_subsidy
from tests.worlds.scored import make_item, make_score
from villages.models import LoginFailure, ReadingKey, Role, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    user = make.make_user("guanli", role=Role.ADMIN, name="管理员老周")
    client.force_login(user)
    return user


def floor_target(plan):
    return make.make_target(plan, kind="FLOOR", measured_by="READINGS", name="耕地保有量")


def make_scored(plan, village, user, number):
    section = make_item(plan, f"work{number}", "任务完成", 10, rule="SECTION")
    target = make.make_target(plan)
    make_item(plan, f"rate{number}", "整治", 5, rule="PROPORTIONAL", section=section, target=target)
    item = make_item(plan, f"lead{number}", "组织领导", 5, section=section)
    make_score(item, village, "4", on=plan.ends_on, by=user)


SUPERVISED = ("subsidy", "remedyroute", "score")


def make_supervised(model, plan, village, user, number):
    if model.startswith("subsidy"):
        subsidy = make_subsidy(make.make_steps_target(plan, f"t{number}"), code=f"s{number}")
        make_payment(subsidy, village, "1", by=user)
        make_receipt(plan, "1", by=user)
    elif model == "remedyroute":
        route = RemedyRoute.objects.create(code=f"route{number}", name=f"路径{number}")
        route.items.create(name="材料")
    else:
        make_scored(plan, village, user, number)


def make_row(model, number):
    """造出一行，连同这一行列表上要显示的那些相关的东西。"""
    plan = None if model == "plan" else Plan.objects.first() or make.make_plan(2020)
    village = make.make_village(aliases="甲、乙")
    user = make.make_user(villages=[village], role=Role.SECRETARY)
    if model == "plan":
        make.make_target(make.make_plan(2030 + number))
    elif model == "cadre":
        make.make_cadre(user=user)
    elif model == "workinggroup":
        group = make.make_group(plan, parent=make.make_group(plan))
        make.make_membership(group)
    elif model in ("target", "milestone", "allocation"):
        target = make.make_target(plan, group=make.make_group(plan))
        make.make_milestone(target)
        make.make_allocation(target, village, quota=Decimal("3.5"))
    elif model == "reading":
        make.make_reading(floor_target(plan), village=village, by=user)
    elif model == "requirement":
        plan.requirements.create(clause=f"四（{number}）", title="强化资金保障", wording="资金到位")
    elif model in ("duty", "dutyentry"):
        target = make.make_target(plan)
        duty = plan.duties.create(code=f"duty{number}", name="巡查", problem_target=target)
        duty.entries.create(village=village, on=date(2020, 5, number), count=1, by=user)
    elif model.startswith(SUPERVISED):
        make_supervised(model, plan, village, user, number)
    elif model == "planfile":
        make.make_plan_file(user)
    elif model == "readingkey":
        key = ReadingKey(name=f"大屏{number}", made_by=user)
        key.issue()
        key.save()
    elif model == "loginfailure":
        LoginFailure.objects.create(
            username=user.username, ip_address="10.0.0.8", failures_since_start=5
        )


MODELS = [
    "requirement",
    "duty",
    "dutyentry",
    "user",
    "village",
    "posting",
    "cadre",
    "plan",
    "workinggroup",
    "target",
    "milestone",
    "allocation",
    "subsidy",
    "subsidyreceipt",
    "subsidypayment",
    "reading",
    "scoreitem",
    "score",
    "planfile",
    "remedyroute",
    "loginfailure",
    "readingkey",
]
PEOPLE = ("user", "village", "posting", "cadre", "loginfailure", "readingkey")


def changelist(model):
    app = "villages" if model in PEOPLE else "tasks"
    return reverse(f"admin:{app}_{model}_changelist")


def test_every_model_of_people_and_plan_is_in_the_admin():
    ours = [
        model._meta.model_name
        for model in admin.site._registry
        if model._meta.app_label in ("villages", "tasks", "auth")
    ]

    assert sorted(ours) == sorted(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_list_takes_the_same_queries_for_one_row_and_three(model, boss, client):
    def count(rows):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(changelist(model))
        assert page.status_code == 200
        assert page.context["cl"].result_count >= rows
        return len(queries)

    make_row(model, 1)
    count(1)  # 头一次多查会话
    one = count(1)
    make_row(model, 2)
    make_row(model, 3)

    assert count(3) == one


@pytest.mark.parametrize(("model", "inlines"), [("target", 2), ("workinggroup", 1), ("user", 1)])
def test_form_takes_the_same_queries_however_many_choices(model, inlines, boss, client):
    def count():
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{changelist(model)}add/")
        assert len(page.context["inline_admin_formsets"]) == inlines
        return len(queries)

    make_row(model, 1)
    count()
    one = count()
    for number in range(2, 5):
        make_row(model, number)

    assert count() == one


def test_target_page_takes_the_same_queries_for_one_step_and_three(boss, client):
    target = make.make_target(make.make_plan())
    url = reverse("admin:tasks_target_change", args=[target.pk])

    def count():
        make.make_milestone(target, due_on=None)
        make.make_allocation(target)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    count()
    one = count()
    count()

    assert count() == one


@pytest.mark.parametrize("entry", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_list_and_form_opens_with_a_chinese_title(entry, boss, client):
    opts = entry._meta
    listing = client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"))
    adding = client.get(reverse(f"admin:{opts.app_label}_{opts.model_name}_add"))
    name = str(opts.verbose_name)

    assert listing.status_code == 200
    assert name in str(listing.context["title"])
    assert not name.isascii()
    assert adding.status_code in (200, 403)  # 403：这一类不在后台新增
    if adding.status_code == 200:
        assert str(adding.context["title"]) == f"增加 {name}"


def test_index_is_in_floor_order_and_leads_back_to_the_site(boss, client):
    page = client.get("/admin/")
    apps = [app["name"] for app in page.context["app_list"]]
    people = [model["name"] for model in page.context["app_list"][0]["models"]]

    assert apps[:2] == ["人员与村", "方案与任务"]
    assert people == ["账号", "村", "包村", "干部", "登录失败和锁定", "接口密钥"]
    assert '<a href="/">回到系统</a>' in page.content.decode()


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEADER, Role.SECRETARY])
def test_only_administrators_enter_the_admin(role, client):
    village = make.make_village("东村", aliases="只有后台看得见的别名")
    client.force_login(make.make_user(role=role, villages=[village]))

    for url in ("/admin/", changelist("village"), changelist("user")):
        page = client.get(url, follow=True)
        assert page.status_code == 403
        assert "只有后台看得见的别名" not in page.content.decode()


def step_rows(*steps):
    rows = {
        "milestones-TOTAL_FORMS": len(steps),
        "milestones-INITIAL_FORMS": 0,
        "allocations-TOTAL_FORMS": 0,
        "allocations-INITIAL_FORMS": 0,
    }
    for i, (order, name, due_on) in enumerate(steps):
        step = {
            "order": order,
            "code": f"s{order}",
            "name": name,
            "due_on": due_on,
            "actor": "VILLAGE",
            "min_photos": 0,
        }
        rows |= {f"milestones-{i}-{field}": value for field, value in step.items()}
    return rows


def target_post(plan):
    return {
        "plan": plan.pk,
        "code": "abandoned",
        "name": "自然撂荒地整治",
        "kind": "WORKLOAD",
        "measured_by": "PATCHES",
        "unit": "亩",
        "decimals": 2,
        "quota": "608",
        "order": 1,
    }


def test_steps_whose_dates_go_back_are_refused_and_nothing_is_saved(boss, client):
    plan = make.make_plan()
    steps = step_rows((1, "复耕复种", "2024-09-30"), (2, "比对", ""), (3, "举证上传", "2024-09-01"))

    page = client.post(f"{changelist('target')}add/", target_post(plan) | steps)

    assert page.status_code == 200
    assert (
        "“举证上传”在“复耕复种”之后，截止日期 2024-09-01 却早于它的 2024-09-30。请改日期，或改顺序。"
        in page.content.decode()
    )
    assert Target.objects.count() == 0


def test_steps_in_order_are_saved_with_the_target(boss, client):
    plan = make.make_plan()
    steps = step_rows((1, "复耕复种", "2024-09-30"), (2, "比对", ""), (3, "举证上传", "2024-10-31"))

    page = client.post(f"{changelist('target')}add/", target_post(plan) | steps)

    assert page.status_code == 302
    assert list(Milestone.objects.values_list("name", "due_on")) == [
        ("复耕复种", date(2024, 9, 30)),
        ("比对", None),
        ("举证上传", date(2024, 10, 31)),
    ]


def test_one_step_alone_cannot_be_moved_before_the_one_it_follows(boss, client):
    target = make.make_target(make.make_plan())
    make.make_milestone(target, name="复耕复种", due_on=date(2024, 9, 30))
    evidence = make.make_milestone(target, name="举证上传", due_on=date(2024, 10, 31))
    post = {
        "target": target.pk,
        "order": 2,
        "code": evidence.code,
        "name": "举证上传",
        "due_on": "2024-09-29",
        "actor": "VILLAGE",
        "min_photos": 0,
    }

    page = client.post(reverse("admin:tasks_milestone_change", args=[evidence.pk]), post)

    evidence.refresh_from_db()
    assert "“举证上传”在“复耕复种”之后" in page.content.decode()
    assert evidence.due_on == date(2024, 10, 31)


def test_split_that_misses_the_quota_is_pointed_out(boss, client):
    plan = make.make_plan()
    short = make.make_target(plan, name="少分了的", quota=Decimal(608))
    make.make_allocation(short, quota=Decimal("300.5"))
    make.make_allocation(short, quota=Decimal(300))
    make.make_target(plan, name="没分的")

    page = client.get(changelist("target")).content.decode()

    assert "600.50 亩（少 7.50）" in page
    assert "未分解" in page


def test_reading_is_only_looked_at_here(boss, client):
    """录入和撤回在方案页上，那里差得多的要先问一遍；后台不开后门。"""
    retained = floor_target(make.make_plan())
    post = {"target": retained.pk, "on": "2024-06-30", "value": "32300", "source": "国土变更调查"}
    reading = make.make_reading(retained, value=Decimal(32300), by=boss)
    change = reverse("admin:tasks_reading_change", args=[reading.pk])
    delete = reverse("admin:tasks_reading_delete", args=[reading.pk])
    assert client.get(change).status_code == 200
    assert client.post(f"{changelist('reading')}add/", post).status_code == 403
    assert client.post(change, post | {"value": "1"}).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    assert Reading.objects.get().value == Decimal(32300)


def test_plan_with_readings_cannot_be_deleted(boss, client):
    plan = make.make_plan()
    make.make_reading(floor_target(plan))

    client.post(reverse("admin:tasks_plan_delete", args=[plan.pk]), {"post": "yes"})

    assert Plan.objects.count() == 1


def test_plan_is_copied_to_the_next_year_with_a_reminder(boss, client):
    plan = make.make_plan(2024)
    make.make_milestone(make.make_target(plan, "abandoned", quota=Decimal(608)))
    post = {"action": "copy_to_next_year", "_selected_action": [plan.pk]}

    first = client.post(changelist("plan"), post, follow=True).content.decode()
    again = client.post(changelist("plan"), post, follow=True).content.decode()

    assert "任务数沿用上一年，请逐项核对" in first
    assert Target.objects.get(plan__year=2025).quota == Decimal(608)
    assert "任务数沿用上一年" not in again
    assert Plan.objects.filter(year=2025).count() == 1


def test_alias_that_means_another_village_is_refused(boss, client):
    make.make_village("白云", aliases="白云村")
    post = {"name": "白云社区", "code": "", "aliases": "白云社、白云村", "order": 2}

    page = client.post(f"{changelist('village')}add/", post)
    assert "“白云村”已经是白云的名字或别名，一种写法只能指一个村，请去掉。" in page.content.decode()
    assert Village.objects.count() == 1

    client.post(f"{changelist('village')}add/", post | {"aliases": "白云社， 白云社区居委会"})
    assert Village.objects.get(name="白云社区").aliases == "白云社、白云社区居委会"


def test_village_cannot_take_a_name_that_is_an_alias_of_another(boss, client):
    make.make_village("白云", aliases="白云村")

    page = client.post(f"{changelist('village')}add/", {"name": "白云村", "order": 2})

    assert "“白云村”已经是白云的名字或别名" in page.content.decode()
    assert Village.objects.count() == 1
