"""复制为另一批：后来又下发一批图斑、时限另算，管理员在方案页上把任务复制成另一项。"""

from datetime import date

import pytest

from tasks.models import Allocation, Milestone, Target
from tasks.models.structure import LARGEST_ORDER
from tests.worlds import factories as make
from tests.worlds.copying import (
    address,
    copying_town,
    errors_of,
    everything,
    form_of,
    page_of,
)

pytestmark = pytest.mark.django_db

SAME = ("kind", "measured_by", "unit", "decimals", "group", "clause", "wording", "villages_may_add")
SAME_STEP = ("order", "code", "name", "wording", "actor", "min_photos", "needs_external_ref")


@pytest.fixture
def town():
    return copying_town()


@pytest.fixture
def boss(town, client):
    client.force_login(town.admin)
    return client


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

    assert list(town.plan.targets.order_by("order", "pk").values_list("code", "order")) == [
        ("abandoned", 4),
        ("abandoned_2", 5),
        ("next", 6),
        ("last", 9),  # 前面有空当，不用动
    ]


def test_targets_of_one_order_are_put_apart(town, boss):
    Target.objects.filter(pk=town.next.pk).update(order=4)

    boss.post(address(town.target), form_of(town.target))

    found = town.plan.targets.order_by("order", "pk").values_list("code", flat=True)
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
        "name": ["这一格要填。"],
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
