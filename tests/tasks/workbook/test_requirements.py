"""工作要求：跟着方案表进出，复制到下一年，方案页上看得到原文，也看得到去哪里办。"""

import io

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Plan, Requirement
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_user
from tests.worlds.kept import again, plan_2024
from tests.worlds.plan_files import edit, imported, refused, saved
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    again(plan_2024)
    return Plan.objects.get()


def without_sheet(content, name):
    book = openpyxl.load_workbook(io.BytesIO(content))
    del book[name]
    return saved(book)


def titles(plan):
    return list(plan.requirements.order_by("order", "pk").values_list("clause", "title"))


def test_the_notices_four_are_there_word_for_word(plan):
    assert titles(plan) == [
        ("四（一）", "提高思想认识"),
        ("四（二）", "强化资金保障"),
        ("四（三）", "强化宣传引导"),
        ("四（四）", "严格督查考核"),
    ]
    money = plan.requirements.get(clause="四（二）")
    assert "奖补资金按铜委办便笺〔2024〕36号文件执行" in money.wording


def test_clerk_changes_one_and_leaves_the_rest(plan):
    imported(edit(workbook.export_xlsx(plan), ("工作要求", "B4", "资金到位")))

    assert [title for _, title in titles(plan)][1] == "资金到位"
    assert len(titles(plan)) == 4


def test_same_clause_twice_is_told_with_its_row(plan):
    [told] = refused(edit(workbook.export_xlsx(plan), ("工作要求", "A4", "四（一）")))

    assert (
        told == "“工作要求”第 4 行 A“方案条款”：“四（一）”和第 3 行重复，请改成不同的，或删去一行。"
    )


def test_an_older_workbook_without_the_sheet_takes_nothing_away(plan):
    diff = imported(without_sheet(workbook.export_xlsx(plan), "工作要求"), delete_missing=True)

    assert diff.missing == []
    assert len(titles(plan)) == 4


def test_rows_taken_out_are_deleted_only_when_asked(plan):
    content = edit(
        workbook.export_xlsx(plan), *[("工作要求", f"{letter}6", None) for letter in "ABCDE"]
    )

    imported(content)
    assert len(titles(plan)) == 4
    imported(content, delete_missing=True)
    assert [clause for clause, _ in titles(plan)] == ["四（一）", "四（二）", "四（三）"]


def test_next_years_plan_keeps_them_and_the_document_number(plan):
    Requirement.objects.filter(clause="四（四）").update(
        wording="2024年考核按〔2024〕36号文件执行。"
    )

    new = copy_to_next_year(plan)

    assert titles(new) == titles(plan)
    assert new.requirements.get(clause="四（四）").wording == "2025年考核按〔2024〕36号文件执行。"


def test_plan_page_says_the_words_and_leads_only_where_one_may_go(client, plan):
    Requirement.objects.filter(clause="四（一）").update(menu="待核实")

    client.force_login(make_user(role=Role.STAFF))
    page = client.get("/plan/").content.decode()
    assert "一级抓一级，层层抓落实。”" in page
    assert "看待核实" in page

    client.force_login(make_user(role=Role.SECRETARY))
    page = client.get("/plan/").content.decode()
    assert "一级抓一级，层层抓落实。”" in page
    assert "看待核实" not in page
