"""用起来以后什么不能改、合在一起的规矩：后台和导入方案说的是同样的话。"""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from tasks import workbook
from tasks.models import Milestone, Plan, Target
from tests.worlds import factories as make
from tests.worlds.admin_forms import post_of
from tests.worlds.kept import again
from tests.worlds.plan_files import edit
from tests.worlds.town import TwoVillages, sep
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(client):
    """复耕复种、举证上传都有记录，镇级核实还没有；另有一项靠监测的，有监测数。"""
    town = again(TwoVillages, order=2)
    town.report(step=town.evidence, on=sep(5))
    town.floor = make.make_target(
        town.plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        order=1,
    )
    make.make_reading(town.floor, on=date(2024, 6, 30))
    client.force_login(make.make_user("boss", role=Role.ADMIN))
    return town


def refused_in_admin(client, row, changes):
    """后台改这一条：拒绝的话，去了重复；没有存。"""
    model = type(row)
    before = list(model.objects.order_by("pk").values())
    url = reverse(f"admin:tasks_{model._meta.model_name}_change", args=[row.pk])
    page = client.post(url, post_of(client.get(url)) | changes)
    assert page.status_code == 200
    assert list(model.objects.order_by("pk").values()) == before
    said = []
    for form in [page.context["adminform"].form, *rows_of(page)]:
        for messages in form.errors.values():
            said += messages
    return list(dict.fromkeys(said))


def rows_of(page):
    return [form for each in page.context["inline_admin_formsets"] for form in each.formset.forms]


def refused_by_file(plan, *changes):
    content = edit(workbook.export_xlsx(plan), *changes)
    with pytest.raises(workbook.PlanFileError) as refusal:
        workbook.import_plan(content, "方案.xlsx")
    return [problem.advice for problem in refusal.value.problems]


def test_what_a_target_is_measured_by_is_fixed_once_it_has_patches(town, client):
    sentence = "“自然撂荒地整治”已经有图斑，“靠什么量”不能再改，请改回原来的。"

    in_admin = refused_in_admin(client, town.target, {"measured_by": "READINGS"})
    by_file = refused_by_file(town.plan, ("目标任务", "D4", "监测"))

    assert in_admin == by_file == [sentence]


def test_what_a_target_is_measured_by_is_fixed_once_it_has_readings(town, client):
    changes = {"measured_by": "PATCHES", "kind": "WORKLOAD"}

    in_admin = refused_in_admin(client, town.floor, changes)
    by_file = refused_by_file(town.plan, ("目标任务", "D3", "图斑"), ("目标任务", "C3", "工作量"))

    assert in_admin == ["“耕地保有量”已经有监测数，“靠什么量”不能再改，请改回原来的。"]
    assert in_admin[0] in by_file


def test_a_target_with_patches_stays_in_its_plan(town, client):
    other = make.make_plan(2025)

    said = refused_in_admin(client, town.target, {"plan": other.pk})

    assert "“自然撂荒地整治”已经有图斑，不能换到别的方案。" in said


def test_a_target_without_patches_may_still_change(town, client):
    target = make.make_target(town.plan, "empty", name="还没下发")
    url = reverse("admin:tasks_target_change", args=[target.pk])

    page = client.post(url, post_of(client.get(url)) | {"measured_by": "READINGS"})

    assert page.status_code == 302


def test_readings_are_not_counted(town, client):
    sentence = (
        "靠监测量的任务只看监测数，不看个数：请把“任务个数”留空。要按个数量的，用任务数，单位写个。"
    )

    in_admin = refused_in_admin(client, town.floor, {"quota_count": 5})
    by_file = refused_by_file(town.plan, ("目标任务", "H3", 5))

    assert in_admin == by_file == [sentence]
    share = make.make_allocation(town.floor, town.east)
    in_admin = refused_in_admin(client, share, {"quota_count": 5})
    by_file = refused_by_file(town.plan, ("任务分解", "F3", 5))
    assert in_admin == by_file == [sentence]


def test_steps_with_records_keep_their_order(town, client):
    sentence = (
        "“复耕复种”和“举证上传”都已经有整改记录，先后不能再改。"
        "要加步骤，在它们前面、中间、后面插一步。"
    )
    changes = {"milestones-0-order": 2, "milestones-1-order": 1}
    dates = {"milestones-0-due_on": "2024-10-31", "milestones-1-due_on": "2024-09-30"}

    in_admin = refused_in_admin(client, town.target, changes | dates)
    by_file = refused_by_file(
        town.plan,
        ("时间节点", "C3", 2),
        ("时间节点", "C4", 1),
        ("时间节点", "G3", "2024-10-31"),
        ("时间节点", "G4", "2024-09-30"),
    )

    assert in_admin == by_file == [sentence]


def test_one_step_with_records_alone_does_not_jump_either(town, client):
    said = refused_in_admin(client, town.replant, {"order": 9, "due_on": "2024-12-01"})

    assert said[0].startswith("“复耕复种”和“举证上传”都已经有整改记录，先后不能再改。")


def test_the_same_places_with_other_numbers_are_the_same_order(town, client):
    url = reverse("admin:tasks_target_change", args=[town.target.pk])
    post = post_of(client.get(url)) | {f"milestones-{i}-order": 10 * (i + 1) for i in range(3)}

    page = client.post(url, post)

    assert page.status_code == 302
    assert list(town.target.milestones.values_list("order", flat=True)) == [10, 20, 30]


def test_a_step_with_patches_stays_in_its_target(town, client):
    other = make.make_target(town.plan, "other", name="别的任务")

    said = refused_in_admin(client, town.check, {"target": other.pk})

    assert said == ["“自然撂荒地整治”已经有图斑，它的步骤“镇级核实”不能换到别的任务。"]


def test_deadlines_do_not_run_backwards_and_a_blank_one_is_skipped(town, client):
    sentence = (
        "“镇级核实”在“复耕复种”之后，截止日期 2024-09-01 却早于它的 2024-09-30。"
        "请改日期，或改顺序。"
    )
    changes = {"milestones-1-due_on": "", "milestones-2-due_on": "2024-09-01"}

    in_admin = refused_in_admin(client, town.target, changes)
    by_file = refused_by_file(town.plan, ("时间节点", "G4", None), ("时间节点", "G5", "2024-09-01"))

    assert in_admin == by_file == [sentence]


def test_a_deadline_lies_within_the_plan(town, client):
    sentence = (
        "“镇级核实”的截止日期 2025-01-15 不在方案的起止日期（2024-01-01 至 2024-12-31）之内。"
        "请改其中一个。"
    )

    alone = refused_in_admin(client, town.check, {"due_on": "2025-01-15"})
    in_rows = refused_in_admin(client, town.target, {"milestones-2-due_on": "2025-01-15"})
    by_file = refused_by_file(town.plan, ("时间节点", "G5", "2025-01-15"))

    assert alone == in_rows == by_file == [sentence]


def test_the_plan_contains_its_deadlines_records_and_readings(town, client):
    changes = {"starts_on": "2024-09-10", "ends_on": "2024-11-01"}
    deadline = (
        "“镇级核实”的截止日期 2024-11-15 不在方案的起止日期（2024-09-10 至 2024-11-01）之内。"
        "请改其中一个。"
    )
    first = "2024-06-30 已经有整改记录、监测数、履职记录或评分，开始日期 2024-09-10 不能晚于这天。"

    in_admin = refused_in_admin(client, town.plan, changes)
    by_file = refused_by_file(town.plan, ("方案", "B5", "2024-09-10"), ("方案", "B6", "2024-11-01"))

    assert sorted(in_admin) == sorted([deadline, first])
    assert sorted(by_file) == sorted([deadline, first])


def test_records_after_the_end_do_not_hold_the_plan(town):
    """来年才补办的本来就在外面：不妨碍再改结束日期。"""
    make.make_record(town.patch, town.check, on=date(2025, 2, 1))
    town.plan.ends_on = date(2024, 12, 30)

    town.plan.full_clean()

    town.plan.ends_on = date(2024, 9, 4)
    with pytest.raises(ValidationError) as refusal:
        town.plan.full_clean()
    said = refusal.value.message_dict["ends_on"]
    assert (
        "2024-09-05 已经有整改记录、监测数、履职记录或评分，结束日期 2024-09-04 不能早于这天。"
        in said
    )


def test_two_steps_of_one_target_do_not_share_a_name(town, client):
    sentence = "第 1 步也叫“复耕复种”，同一任务的步骤名称要各不相同，请换一个。"

    alone = refused_in_admin(client, town.check, {"name": "复耕复种"})
    in_rows = refused_in_admin(client, town.target, {"milestones-2-name": "复耕复种"})
    by_file = refused_by_file(town.plan, ("时间节点", "E5", "复耕复种"))

    assert alone == in_rows == by_file == [sentence]


def test_dates_names_wording_and_quotas_may_change(town, client):
    changed = edit(
        workbook.export_xlsx(town.plan),
        ("时间节点", "E3", "复耕"),
        ("时间节点", "G3", "2024-10-08"),
        ("目标任务", "G4", 700),
    )

    workbook.import_plan(changed, "方案.xlsx")

    assert Milestone.objects.get(pk=town.replant.pk).name == "复耕"
    assert Target.objects.get(pk=town.target.pk).quota == 700


def test_cleaning_what_did_not_change_asks_little(town, django_assert_num_queries):
    plan, target = Plan.objects.get(), Target.objects.get(pk=town.target.pk)

    with django_assert_num_queries(1):
        plan.clean()
    with django_assert_num_queries(1):
        target.clean()
