"""方案里的叫法：由谁做照设置写、照设置读；工作主题、上传编号的叫法跟着方案走。"""

import pytest

from tasks import workbook
from tasks.models import Milestone, Plan
from tasks.next_year import copy_to_next_year
from tests.worlds.plan_files import clear, edit, imported, load_2024, refused, sheet_rows, without

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    return load_2024()


def actors_of(content):
    rows = sheet_rows(content)["时间节点"]
    at = rows[0].index("由谁做")
    return [row[at] for row in rows[2:]]


def test_a_county_reads_and_writes_its_own_words(settings, plan):
    here = workbook.export_xlsx(plan)
    settings.ACTOR_WORDS = ("组", "乡", "县")

    there = workbook.export_xlsx(plan)
    facts = workbook.export_json(plan)
    clear()
    imported(there)

    assert set(actors_of(here)) == {"村", "镇", "区"}
    words = dict(zip("村镇区", "组乡县", strict=True))
    assert actors_of(there) == [words[word] for word in actors_of(here)]
    assert workbook.export_json(Plan.objects.get()) == facts


def test_a_word_of_elsewhere_is_refused_with_those_of_here(settings, plan):
    here = workbook.export_xlsx(plan)
    settings.ACTOR_WORDS = ("组", "乡", "县")

    problems = refused(here)

    assert "“镇”不在可选的里面，请填：组、乡、县。" in problems[0]


def test_labels_say_the_words_of_the_setting(settings, plan):
    step = Milestone.objects.filter(actor="TOWN").first()
    settings.ACTOR_WORDS = ("组", "乡", "县")

    assert step.get_actor_display() == "乡"


def test_subject_and_label_go_with_the_plan(plan):
    content = workbook.export_xlsx(plan)
    content = edit(
        content,
        ("方案", "B10", "粮食生产"),
        ("方案", "B11", "农情平台编号"),
    )

    imported(content)

    plan.refresh_from_db()
    assert (plan.subject, plan.upload_label) == ("粮食生产", "农情平台编号")
    again = copy_to_next_year(plan)
    assert (again.subject, again.upload_label) == ("粮食生产", "农情平台编号")


def test_a_subject_that_no_file_can_be_named_after_is_refused(plan):
    content = edit(workbook.export_xlsx(plan), ("方案", "B10", "粮食/蔬菜"))

    problems = refused(content)

    assert "“粮食/蔬菜”不行：不能有空格和" in problems[0]


def test_a_workbook_made_before_the_two_rows_keeps_what_is_there(plan):
    Plan.objects.update(subject="粮食生产")
    content = without(workbook.export_xlsx(plan), "方案", "工作主题")

    imported(content)

    plan.refresh_from_db()
    assert plan.subject == "粮食生产"
