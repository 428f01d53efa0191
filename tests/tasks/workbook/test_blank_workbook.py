"""空白方案表：办事人员照着填，例子不用删，填完就能装出一个镇；没有填的说还没有填。"""

import io
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from taiping.progress.progress import plan_progress
from tasks import workbook
from tasks.models import (
    Allocation,
    Duty,
    Milestone,
    Plan,
    Reading,
    RemedyRoute,
    Target,
    WorkingGroup,
)
from tasks.workbook.columns import BY_TITLE, TABLES
from tasks.workbook.examples import CORE, EXAMPLES, GUIDE, OPTIONAL
from tests.worlds.factories import make_user
from tests.worlds.plan_files import imported, refused, saved, sheet_rows
from villages.models import Village

pytestmark = pytest.mark.django_db
NOTHING = "这份方案表还什么也没有填。请先填“方案”“村”“目标任务”“时间节点”几张，存好再传"


def blank():
    return openpyxl.load_workbook(io.BytesIO(workbook.blank_xlsx()))


def fill_plan(sheet, **given):
    """“方案”一张：项目旁边的内容。"""
    for row in sheet.iter_rows(min_row=2):
        if row[0].value in given:
            row[1].value = given[row[0].value]


def fill(sheet, *rows):
    """照表头填，从例子下面头一个空行起；一行是 {表头: 值}。"""
    headers = [cell.value for cell in sheet[1]]
    number = 2
    while sheet.cell(number, 1).value is not None:
        number += 1
    for row in rows:
        for header, value in row.items():
            sheet.cell(number, headers.index(header) + 1).value = value
        number += 1


def small_town():
    """河口乡的粮食方案：两个村，粮食（其中早稻）、撂荒地、示范点每村 1–3 个。"""
    book = blank()
    fill_plan(
        book["方案"],
        年度=2025,
        标题="河口乡2025年粮食生产实施方案",
        发文单位="河口乡人民政府",
        开始日期=datetime(2025, 1, 1),
        结束日期="2025-12-31",
    )
    fill(book["村"], {"村名": "上河"}, {"村名": "下河", "别名": "下河社区"})
    fill(book["干部"], {"姓名": "周平", "职务": "乡长"})
    fill(book["工作组"], {"名称": "粮食专班", "组长": "周平", "成员": "【各村支部书记】"})
    target = {"类型": "工作量", "靠什么量": "监测", "单位": "万亩", "责任工作组": "粮食专班"}
    fill(
        book["目标任务"],
        {"代码": "grain", "名称": "粮食播种面积", "任务数": 1.2, **target},
        {"代码": "rice", "名称": "早稻", "任务数": "0.4", "上级任务": "粮食播种面积", **target},
        {"代码": "sites", "名称": "示范点", "任务数": 4, **target, "单位": "个", "显示小数位": 0},
    )
    fill(
        book["时间节点"],
        *(
            {"目标代码": code, "代码": "sown", "名称": "播种", "截止日期": datetime(2025, 6, 30)}
            for code in ("grain", "rice", "sites")
        ),
    )
    fill(
        book["任务分解"],
        {"目标代码": "sites", "村": "上河", "任务数": "1-3"},
        {"目标代码": "sites", "村": "下河社区", "任务数": "1–3"},
    )
    fill(
        book["监测"],
        {"目标代码": "grain", "日期": "2025-06-20", "数值": 1.21, "来源": "乡统计"},
        {"目标代码": "rice", "日期": datetime(2025, 6, 20), "数值": 0.3, "来源": "乡统计"},
    )
    return saved(book)


def test_every_sheet_is_there_the_ones_to_fill_first_come_first():
    sheets = sheet_rows(workbook.blank_xlsx())

    core, optional = ([table.title for table in tables] for tables in (CORE, OPTIONAL))
    assert list(sheets) == [GUIDE, *core, *optional]
    assert len(core) == 8
    assert sorted([*core, *optional]) == sorted(table.title for table in TABLES)


def test_every_column_is_explained_in_the_guide_from_the_columns_own_words():
    told = [tuple(row[1:4]) for row in sheet_rows(workbook.blank_xlsx())[GUIDE]]

    for table in TABLES:
        for column in table.sheet_columns:
            rows = [row for row in told if row[0] == column.header]
            hints = [row[2] or "" for row in rows]
            assert any(hint.startswith(column.hint.rstrip("。")) for hint in hints), column
    assert ("截止日期", None, "如 2024-09-30；没定就留空，按方案结束日期判断") in told


def test_every_choice_and_reference_has_its_list():
    book = blank()
    references = {"group", "target", "village", "duty", "score_item", "route", "milestone"}

    for title, table in BY_TITLE.items():
        if table.kind == "plan":
            continue
        sheet = book[title]
        listed = {str(rule.sqref).rstrip("0123456789").split(":")[0]: rule for rule in lists(sheet)}
        letters = {letter.rstrip("0123456789") for letter in listed}
        for number, column in enumerate(table.sheet_columns, start=1):
            letter = openpyxl.utils.get_column_letter(number)
            has_list = bool(column.choices) or column.kind in {"bool", *references}
            assert (letter in letters) == has_list, (title, column.header)


def lists(sheet):
    return sheet.data_validations.dataValidation


def test_a_reference_offers_the_rows_to_fill_not_the_examples():
    book = blank()

    (rule,) = (rule for rule in lists(book["任务分解"]) if str(rule.sqref).startswith("C"))

    first = 3 + len(EXAMPLES["village"])
    assert rule.formula1.startswith(f"'村'!$A${first}:$A$")
    assert book["村"].cell(first, 1).value is None
    assert book["村"].cell(first - 1, 1).value == "※ 例：东村"


def test_dates_are_dates_and_codes_and_ranges_are_text_far_below_the_drawn_rows():
    book = blank()

    for place in ("G6", "G20"):
        assert book["时间节点"][place].number_format == "yyyy-mm-dd"
    assert book["时间节点"].column_dimensions["G"].number_format == "yyyy-mm-dd"
    assert book["村"].column_dimensions["B"].number_format == "@"
    assert book["任务分解"].column_dimensions["E"].number_format == "@"


def test_an_untouched_one_says_that_nothing_was_filled_in(client):
    content = workbook.blank_xlsx()

    (sentence,) = refused(content)
    assert NOTHING in sentence

    client.force_login(make_user(role="ADMIN"))
    file = io.BytesIO(content)
    file.name = "空白方案表.xlsx"
    page = client.post(reverse("tasks:plan_import"), {"file": file}, follow=True)
    assert page.status_code == 200
    assert NOTHING in page.text
    assert not Plan.objects.exists()


def test_a_clerk_fills_it_in_and_the_town_stands():
    routes = RemedyRoute.objects.count()

    review = workbook.import_plan(small_town(), "空白方案表.xlsx")

    assert review.warnings == []
    assert list(Village.objects.order_by("order").values_list("name", flat=True)) == [
        "上河",
        "下河",
    ]
    plan = Plan.objects.get()
    assert (plan.year, plan.ends_on) == (2025, date(2025, 12, 31))
    assert dict(Target.objects.values_list("code", "parent__code")) == {
        "grain": None,
        "rice": "grain",
        "sites": None,
    }
    assert {step.due_on for step in Milestone.objects.all()} == {date(2025, 6, 30)}
    ends = Allocation.objects.values_list("quota", "quota_most")
    assert set(ends) == {(Decimal(1), Decimal(3))}
    assert WorkingGroup.objects.get().memberships.count() == 2
    assert RemedyRoute.objects.count() == routes  # 例子没有变成路径
    assert Reading.objects.count() == 2


def test_the_figures_of_that_town_are_right():
    imported(small_town())

    progress = plan_progress(Plan.objects.get(), date(2025, 7, 10))

    told = {row.target.code: (row.confirmed, row.state.value) for row in progress.targets}
    assert told == {
        "grain": (Decimal("1.21"), "DONE"),
        "rice": (Decimal("0.3"), "OVERDUE"),
        "sites": (None, "NO_DATA"),
    }
    assert len(progress.families) == 2


def test_a_sheet_left_blank_is_no_sheet_and_deletes_nothing():
    imported(small_town())
    town = Plan.objects.get()
    Duty.objects.create(plan=town, code="patrol", name="巡查")

    diff = imported(small_town(), delete_missing=True)

    assert diff.is_empty
    assert diff.missing == []
    assert Duty.objects.exists()


def test_quickstart_takes_it_too(tmp_path):
    file = tmp_path / "河口乡.xlsx"
    file.write_bytes(small_town())
    out = io.StringIO()

    call_command("import_plan", file, stdout=out)

    assert "2025年度方案：新增" in out.getvalue()


def test_a_row_written_over_the_example_with_its_mark_kept_is_pointed_out():
    book = openpyxl.load_workbook(io.BytesIO(small_town()))
    book["村"]["A3"], book["村"]["C3"] = "※ 例：中河", None

    review = workbook.examine(saved(book), "空白方案表.xlsx")

    (warning,) = review.warnings
    assert (warning.sheet, warning.row) == ("村", 3)
    assert "这一行以“※”开头，当作例子，没有读它。" in warning.advice
    assert not [change for change in review.diff.new if change.label == "中河"]


def test_an_example_whose_mark_was_taken_off_is_a_row():
    book = openpyxl.load_workbook(io.BytesIO(small_town()))
    book["村"]["A3"] = "东村"

    imported(saved(book))

    assert Village.objects.filter(name="东村").exists()


def test_the_command_writes_it_and_says_what_does_not_go_together(tmp_path):
    place = tmp_path / "空白方案.xlsx"

    call_command("export_plan", "--empty", "-o", place, stdout=io.StringIO())
    assert openpyxl.load_workbook(place).sheetnames[0] == GUIDE

    for given, sentence in (
        (("2024", "--empty", "-o", place), "空白方案表不用写代码，两样只写一样。"),
        (("--empty", "-o", tmp_path / "x.json"), "“x.json”要以 .xlsx 结尾。"),
        (
            ("-o", place),
            "没有写是哪份方案的代码。现有的：还一份也没有。要空白的，写 --empty。",
        ),
    ):
        with pytest.raises(CommandError) as refusal:
            call_command("export_plan", *given, stdout=io.StringIO())
        assert str(refusal.value) == sentence


def test_only_an_administrator_downloads_it(client):
    client.force_login(make_user(role="STAFF"))
    assert client.get(reverse("tasks:plan_blank")).status_code == 403

    client.force_login(make_user(role="ADMIN"))
    assert reverse("tasks:plan_blank") in client.get(reverse("tasks:plan_import")).text
    answer = client.get(reverse("tasks:plan_blank"))
    assert openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames[0] == GUIDE
