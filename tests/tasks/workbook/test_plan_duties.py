"""常态工作随方案走：方案表里一张表，旧的方案表没有这张表也照样导入，复制为下一年带着走；通知的七项。"""

import io
from datetime import date

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from tasks import workbook
from tasks.models import Duty, DutyEntry, Plan, Target
from tasks.next_year import copy_to_next_year
from tests.worlds.duty_town import oct
from tests.worlds.factories import make_plan, make_target, make_user
from tests.worlds.plan_files import edit, imported, load_2024, refused, saved, without
from villages.models import Village

pytestmark = pytest.mark.django_db

NOTICE = {
    "patrol": ("日常监督巡查", "二（四）；三（三）五", "VILLAGE", "illegal"),
    "siting": ("用地论证", "三（三）一", "TOWN", None),
    "homestead": ("宅基地审批监管", "三（三）二", "TOWN", "illegal"),
    "facility": ("设施农业备案监管", "三（三）三", "TOWN", "illegal"),
    "road": ("农村道路“进出平衡”", "三（三）四", "TOWN", "illegal"),
    "publicity": ("宣传引导", "四（三）", "VILLAGE", None),
    "mediation": ("矛盾纠纷调解", "二（二）；三（一）", "VILLAGE", None),
}


@pytest.fixture
def plan():
    return load_2024()


def test_the_seven_of_the_notice_without_any_number(plan):
    rows = plan.duties.values_list("code", "name", "clause", "who", "problem_target__code")

    assert {code: tuple(rest) for code, *rest in rows} == NOTICE
    assert set(plan.duties.values_list("required", "every")) == {(None, "NONE")}
    assert "对发现乱占耕地违法行为即时制止" in plan.duties.get(code="patrol").wording


def test_the_office_fills_in_how_often(plan):
    content = edit(workbook.export_xlsx(plan), ("常态工作", "D3", "每周"), ("常态工作", "E3", 2))

    diff = imported(content)

    duty = plan.duties.get(code="patrol")
    assert (duty.every, duty.required, duty.required_text) == ("WEEK", 2, "每个村每周 2 次")
    [change] = diff.changed
    assert (change.word, change.label) == ("常态工作", "日常监督巡查（patrol）")
    assert [name for name, *_ in change.fields] == ["多久一次", "每期应做"]


def test_a_workbook_without_the_sheet_says_nothing_about_duties(plan):
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    del book["常态工作"]

    diff = imported(saved(book), delete_missing=True)

    assert diff.is_empty and diff.missing == []
    assert plan.duties.count() == 7


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        ("E3", 0, "至少是 1"),
        ("H3", "nothing", "“nothing”不是目标任务的代码"),
        ("H3", "retained", "“耕地保有量”靠监测量，没有图斑"),
        ("G3", "没有的组", "不是“工作组”表里的名称"),
        ("D3", "每年", "不在可选的里面，请填：每周、每月、每季度、不定期"),
        ("A4", "patrol", "和第 3 行重复"),
    ],
)
def test_mistakes_are_told_with_their_cell(plan, cell, value, sentence):
    [told] = refused(edit(workbook.export_xlsx(plan), ("常态工作", cell, value)))

    assert (told.startswith(f"“常态工作”第 {cell[1:]} 行") and sentence in told) or "大于" in told


def test_duties_that_have_entries_are_not_deleted(plan):
    village = Village.objects.first()
    duty = plan.duties.get(code="publicity")
    DutyEntry.objects.create(duty=duty, village=village, on=oct(1), count=1)
    content = workbook.export_xlsx(plan)

    [told] = refused(without(content, "常态工作", "publicity"), delete_missing=True)

    assert told == (
        "常态工作“宣传引导（publicity）”还有1 条履职记录在用，不能删除。"
        "请把它补进文件，或先处理用到它的那些。"
    )


def test_next_years_plan_has_them_with_its_own_target(plan):
    DutyEntry.objects.create(
        duty=plan.duties.get(code="patrol"), village=Village.objects.first(), on=oct(1), count=1
    )

    new = copy_to_next_year(plan)

    assert new.duties.count() == 7 and not DutyEntry.objects.filter(duty__plan=new).exists()
    patrol = new.duties.get(code="patrol")
    assert patrol.problem_target == Target.objects.get(plan=new, code="illegal")
    assert patrol.group.plan == new


def test_the_model_keeps_a_duty_inside_its_plan(plan):
    other = make_target(make_plan(2025), "other")
    duty = Duty(plan=plan, code="x", name="x", problem_target=other)

    with pytest.raises(ValidationError, match="要在同一份方案里"):
        duty.full_clean()
    duty.problem_target = Target.objects.get(plan=plan, code="retained")
    with pytest.raises(ValidationError, match="靠监测量"):
        duty.full_clean()


def test_a_duty_with_entries_stays_in_its_plan_and_the_plan_around_them(plan):
    village, duty = Village.objects.first(), plan.duties.get(code="publicity")
    DutyEntry.objects.create(duty=duty, village=village, on=date(2024, 1, 3), count=1)
    duty.plan, duty.group, duty.problem_target = make_plan(2025), None, None

    with pytest.raises(ValidationError, match="“宣传引导”已经记过，不能换方案。"):
        duty.full_clean()

    plan.starts_on = date(2024, 1, 4)
    with pytest.raises(ValidationError, match="2024-01-03 已经有整改记录、监测数、履职记录或评分"):
        plan.full_clean()


def test_the_plan_page_shows_each_with_its_clause(plan, client):
    client.force_login(make_user())

    page = client.get("/plan/").content.decode()

    for name, clause, *_ in NOTICE.values():
        assert name in page and f"（方案{clause}）" in page
    assert page.count("还没有填要做几") == 7
    assert Plan.objects.count() == 1
