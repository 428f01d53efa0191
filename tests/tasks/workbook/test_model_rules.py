"""方案表认模型自己的规矩：句子只写在模型里，添一条规矩不用在方案表里再写。"""

import pytest
from django.db import connection
from django.db.models import CheckConstraint, Q
from django.test.utils import CaptureQueriesContext

from tasks import workbook
from tasks.models import Milestone, Target
from tasks.workbook.columns import BY_KIND
from tasks.workbook.model_rules import KINDS, SENTENCES, constraints_of
from tests.worlds.plan_files import edit, load_2024

pytestmark = pytest.mark.django_db


def told(plan, *changes):
    review = workbook.examine(edit(workbook.export_xlsx(plan), *changes), "方案.xlsx")
    return [str(problem) for problem in review.errors]


def test_every_sentence_is_about_a_rule_the_models_have():
    rules = [rule.name for kind in KINDS for rule in constraints_of(BY_KIND[kind].model)]

    assert set(SENTENCES) <= set(rules)


def test_a_rule_added_to_a_model_is_kept_by_the_plan_file_too(monkeypatch):
    plan = load_2024()
    rule = CheckConstraint(
        condition=Q(min_photos__lte=9),
        name="milestone_photos_are_few",
        violation_error_message="一步最多要九张照片。",
    )
    constraints = [*Milestone._meta.constraints, rule]
    monkeypatch.setattr(Milestone._meta, "constraints", constraints)

    assert told(plan, ("时间节点", "J3", 10)) == [
        "“时间节点”第 3 行 J“至少几张照片”：一步最多要九张照片。"
    ]


def test_two_broken_rules_in_one_row_are_both_told():
    plan = load_2024()
    row = 2 + list(Target.objects.order_by("order", "pk").values_list("code", flat=True)).index(
        "abandoned"
    )

    said = told(plan, ("目标任务", f"C{row + 1}", "底线"), ("目标任务", f"F{row + 1}", 9))

    assert [sentence.split("：", 1)[1] for sentence in said] == [
        "底线任务靠监测量，请把“靠什么量”改成“监测”。",
        "“9”太大，显示小数位最多 6 位。",
    ]


def rules_asked(content):
    with CaptureQueriesContext(connection) as asked:
        workbook.examine(content, "方案.xlsx")
    return [query["sql"] for query in asked if "_check" in query["sql"]]


def test_only_changed_rows_are_asked_about_and_the_same_values_once():
    plan = load_2024()
    unchanged = workbook.export_xlsx(plan)
    two_alike = edit(unchanged, ("目标任务", "F3", 3), ("目标任务", "F4", 3))

    assert rules_asked(unchanged) == []
    assert len(rules_asked(two_alike)) == 1
