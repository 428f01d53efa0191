"""周报印出来的样子：字多大、行多高、怎么分行，图和数。"""

from datetime import UTC, date

import pytest
from django.utils import timezone

from plots import actions
from plots.models import Patch
from taiping.ground.books.printing import ROOM
from taiping.reports.weekly import weekly_workbook
from tasks.models import Plan
from tests.reports.test_weekly import NAMES, opened
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_user
from tests.worlds.kept import again, demo_2024
from tests.worlds.office import han_words
from tests.worlds.reports_town import FIRST_DAY, ReportsTown
from tests.worlds.town import NOON
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return again(ReportsTown)


def test_sheets_print_on_a4_landscape_with_no_letter_under_nine_points(town):
    book = opened(town.plan)

    assert book.sheetnames == NAMES
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert smallest_printed(sheet) >= 9
    assert book["总表"].freeze_panes == "B5"
    assert book["总表"].auto_filter.ref == "A4:X7"
    assert book["分村"].auto_filter.ref == "A4:P6"  # 合计行不参加筛选
    # 一页宽的：标题、口径和表头每页都有
    assert "A1:P1" in book["分村"].merged_cells
    assert book["分村"].print_title_rows == "$1:$4"
    # 两页宽的：标题在页眉里，任务名和表头每页都有
    assert "太平镇2024年耕地保护工作周报 总表" in book["总表"].oddHeader.center.text
    assert "截至2024年10月20日，按完成日期" in book["总表"].oddHeader.center.text
    assert (book["总表"].print_title_rows, book["总表"].print_title_cols) == ("$3:$4", "$A:$A")
    assert book["明细"].print_title_cols == "$A:$C"
    signing = [
        cell
        for row in book["总表"].iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, str)
    ]
    assert {"填报人：", "审核人：", "截止日期：2024年10月20日"} <= set(signing)


def smallest_printed(sheet):
    """印出来最小的字几磅：字号乘缩放；缩到一页宽的，缩放由列宽算。"""
    sizes = [cell.font.sz for row in sheet.iter_rows() for cell in row if cell.value is not None]
    widths = [each.width for each in sheet.column_dimensions.values()]
    if sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage:
        scale = min(1, ROOM / sum(widths))
    else:
        scale = sheet.page_setup.scale / 100
    return min(sizes) * scale


@pytest.mark.parametrize("on", [date(2024, 10, 20), date(2024, 12, 31)])
def test_the_paper_itself_has_no_letter_under_nine_points(on):
    """演示的一镇，用 LibreOffice 印出来量：每页的每一串汉字。"""
    again(demo_2024)

    words = han_words(weekly_workbook(Plan.objects.get(year=2024), on))

    assert len({word.page for word in words}) > 20
    small = [word for word in words if word.size < 9 and len(word.text) > 1]
    assert small == []


def test_headings_break_by_meaning_and_no_line_begins_with_a_comma(town):
    actions.defer(
        Patch.objects.get(code="A4"),
        by=make_user(role=Role.STAFF),
        on=date(2024, 10, 2),
        at=NOON,
        note="一二三四五六七八九十，" * 9,
    )
    book = opened(town.plan)

    lines = []
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            for cell in row:
                lines += cell.split("\n") if isinstance(cell, str) else []
    assert [line for line in lines if line.startswith(("，", "；", "、", "。"))] == []
    assert lines.count("一二三四五六七八九十，") == 18  # 暂缓清单和明细里各九行
    heads = [row[14].value for row in book["总表"].iter_rows(min_row=3, max_row=4)]
    assert heads == ["逾期\n（个）", None]
    assert book["明细"]["E3"].value == "承包人\n（项目主体）"


def test_rows_of_a_sheet_are_even(town):
    town.key.name = "不符合政策退耕还林和种植结构调整"  # 两行才写得下
    town.key.save(update_fields=["name"])
    book = opened(town.plan)

    for name, last in (("总表", 7), ("分村", 6), ("时间节点", 11), ("逾期清单", 6)):
        heights = {book[name].row_dimensions[row].height for row in range(5, last + 1)}
        assert len(heights) == 1, name
    assert book["总表"].row_dimensions[5].height == 32


def test_the_chart_draws_the_rates_of_the_overview(town):
    book = opened(town.plan)

    assert [len(sheet._charts) for sheet in book] == [0, 1, *[0] * 8]
    series = book["完成率图"]._charts[0].series
    assert [(row.tx.v, row.val.numRef.f) for row in series] == [
        ("核实", "'总表'!$J$6:$J$7"),
        ("上报", "'总表'!$I$6:$I$7"),
    ]  # 底线那行不画
    assert (book["总表"]["I4"].value, book["总表"]["J4"].value) == ("上报", "核实")


def test_without_figures_there_is_no_empty_chart():
    plan = make_plan()
    make_steps_target(plan)

    assert "完成率图" not in opened(plan).sheetnames


def test_long_texts_are_seen_whole_and_no_row_is_higher_than_a_sheet_allows(town):
    long = "重庆市铜梁区太平镇绿野生态农业开发有限公司"
    Patch.objects.filter(code="A1").update(
        contractor=long, place="很长很长的小地名一直写到十五个字"
    )
    patch = Patch.objects.get(code="A8")
    actions.resume(
        patch, by=make_user(role=Role.STAFF), on=date(2024, 10, 1), at=NOON, note="可以整改了"
    )
    actions.defer(
        patch, by=make_user(role=Role.STAFF), on=date(2024, 10, 2), at=NOON, note="水" * 900
    )
    sheet = opened(town.plan)["明细"]
    rows = {row[2].value: row[0].row for row in sheet.iter_rows(min_row=5) if row[2].value}

    heights = {code: sheet.row_dimensions[row].height for code, row in rows.items()}

    assert heights["A1"] > 2 * heights["B1"]  # 承包人 21 个字，一行排 7 个
    assert heights["A8"] == 409


def test_numbers_are_numbers_and_there_is_no_formula(town):
    Patch.objects.filter(code="A4").update(code="=1+1", place="@家", contractor="+86")
    book = opened(town.plan)

    kinds = {
        cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert kinds <= {"n", "s", "d"}
    row = next(row for row in book["明细"].iter_rows(min_row=5) if row[2].value == "=1+1")
    assert [cell.data_type for cell in row[2:6]] == ["s", "s", "s", "n"]
    assert book["总表"]["J6"].number_format == "0.0%"
    assert book["总表"]["G6"].number_format == "0.00"


def test_demo_figures_say_so_in_every_title(town):
    make_patch(town.abandoned, town.south, code="演示-1", is_demo=True, created_at=FIRST_DAY)

    book = opened(town.plan)

    assert book["总表"]["A1"].value == "太平镇2024年耕地保护工作周报（含演示数据） 总表"
    assert "本次统计含演示数据" in book["说明"]["B2"].value


def test_the_file_tells_who_made_it_and_when(town, settings):
    settings.FIXED_TODAY = date(2024, 10, 20)

    made = opened(town.plan).properties

    assert (made.creator, made.title) == (settings.SYSTEM_TITLE, "太平镇2024年耕地保护工作周报")
    assert timezone.localtime(made.modified.replace(tzinfo=UTC)).date() == date(2024, 10, 20)


def test_a_long_name_of_a_target_is_seen_whole_in_the_heads(town):
    town.key.name = "铜梁区太平镇各村自然撂荒地和季节性撂荒地综合整治恢复耕种"
    town.key.save(update_fields=["name"])

    book = opened(town.plan)

    assert book["分村个数"].row_dimensions[3].height >= 3 * 14
    widths = [each.width for each in book["分村个数"].column_dimensions.values()]
    assert sum(widths) >= 72  # 标题 18 磅，再少的任务也写得下
