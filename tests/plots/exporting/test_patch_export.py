"""导出 = 导入：填好的模板导得进来，导出的台账原样导回没有变化，改几格就只改那几格。"""

import io
from datetime import UTC, date
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from plots import actions
from plots.exporting.workbooks import ledger_workbook, template_workbook
from plots.importing import apply_batch, preview
from plots.ledger.as_of import LedgerAt
from plots.models import Batch, Patch
from taiping.ground.tables import read_workbook
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.office import han_words
from villages.models import Role

pytestmark = pytest.mark.django_db
EXTRA = {
    "备注": "=1+1",
    "序列": "-5",
    "高差": -5,
    "坡度": 12.5,
    "TBDLMJ": 900.5,
    "+号": "@x",
    "BSM": "0012",
}


@pytest.fixture
def staff(db):
    return make_user(role=Role.STAFF)


@pytest.fixture
def target(db):
    """自然撂荒地整治：团碾两块（一块已报第一步），白云一块拆成了两块。"""
    target = make_steps_target(make_plan(), quota=Decimal("99.3"), quota_count=4)
    tuannian, baiyun = make_village("团碾"), make_village("白云")
    first = make_patch(
        target,
        tuannian,
        code="0001",
        area_mu=Decimal("3.333333"),
        place="=HYPERLINK(1)",
        contractor="张三、李四",
        land_before="水田",
        land_after="果园",
        extra=EXTRA,
    )
    make_patch(
        target, tuannian, code="500151124201JC00012", area_mu=Decimal("12"), extra={"备注": "陡坡"}
    )
    parent = make_patch(target, baiyun, code="-3", area_mu=Decimal("10"), remedy_id="reclaim")
    staff = make_user(role=Role.STAFF)
    actions.report(first, by=staff, on=date(2024, 9, 5))
    children = [{"code": "-3-1", "area_mu": "6"}, {"code": "-3-2", "area_mu": "4"}]
    actions.split(parent, by=staff, on=date(2024, 9, 6), children=children, reason="两户")
    return target


def review_of(content, target, by, act=preview):
    batch = Batch(target=target, name="台账.xlsx", by=by)
    batch.file.save("x.xlsx", ContentFile(content), save=False)
    batch.save()
    return act(batch, by=by)


def ledger(target):
    return ledger_workbook(Patch.objects.filter(target=target).order_by("code"), "台账")


def stored():
    return list(Patch.objects.order_by("pk").values())


def test_ledger_shows_facts_status_and_dates(target):
    rows = read_workbook(ledger(target))[0].rows

    assert rows[0][1][0] == "台账"
    assert rows[1][1][0].startswith("单位：亩、个")
    header = [text.replace("\n", "") for text in rows[2][1]]  # 表头照意思分了行
    assert rows[2][1][5:7] == ["承包人\n（项目主体）", "变化前\n地类"]
    assert header[:15] == [
        "目标任务",
        "村",
        "图斑编号",
        "面积（亩）",
        "小地名",
        "承包人（项目主体）",
        "变化前地类",
        "变化后地类",
        "整改路径",
        "状态",
        "下一步",
        "截止日期",
        "复耕复种完成日期",
        "举证上传完成日期",
        "镇级核实完成日期",
    ]
    assert set(header[15:]) == set(EXTRA)
    first = dict(
        zip(header, next(values for _, values in rows if values[2] == "0001"), strict=True)
    )
    assert first == {
        "目标任务": "自然撂荒地整治",
        "村": "团碾",
        "图斑编号": "0001",
        "面积（亩）": 3.333333,
        "小地名": "=HYPERLINK(1)",
        "承包人（项目主体）": "张三、李四",
        "变化前地类": "水田",
        "变化后地类": "果园",
        "整改路径": None,
        "状态": "整治中",
        "下一步": "举证上传",
        "截止日期": date(2024, 10, 31),
        "复耕复种完成日期": date(2024, 9, 5),
        "举证上传完成日期": None,
        "镇级核实完成日期": None,
        **EXTRA,
    }
    assert rows[-1][1][:4] == ["合计", "4 个", None, 25.333333]


def test_text_that_looks_like_a_formula_stays_text_and_numbers_stay_numbers(target):
    sheet = openpyxl.load_workbook(io.BytesIO(ledger(target))).active
    cells = {
        cell.value: cell.data_type
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }

    assert (cells["=HYPERLINK(1)"], cells["=1+1"], cells["@x"], cells["-5"]) == ("s", "s", "s", "s")
    assert (cells[-5], cells[3.333333]) == ("n", "n")
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("D4", "A3:V8")


def test_the_ledger_exported_goes_back_in_without_a_change(target, staff):
    before = stored()

    review = review_of(ledger(target), target, staff)

    assert [str(problem) for problem in [*review.problems, *review.warnings]] == []
    assert (review.is_empty, review.found.unchanged, review.found.kept) == (True, 4, 0)
    assert review.found.file_mu == Decimal("25.333333")
    assert "有 1 行是已拆分、已结转、已移出的图斑，没有读。" in review.notes
    assert stored() == before


def test_the_ledger_exported_builds_the_same_patches_elsewhere(target, staff):
    content = ledger(target)
    facts = (
        "village",
        "code",
        "area_mu",
        "place",
        "contractor",
        "land_before",
        "land_after",
        "remedy",
        "extra",
    )
    alive = list(Patch.objects.current().order_by("code").values(*facts))
    for patch in Patch.objects.order_by("-pk"):
        patch.records.all().delete()
        patch.delete()

    review_of(content, target, staff, apply_batch)

    assert list(Patch.objects.order_by("code").values(*facts)) == alive


def test_one_cell_changed_in_the_ledger_changes_only_that(target, staff):
    book = openpyxl.load_workbook(io.BytesIO(ledger(target)))
    sheet = book.active
    row = next(row for row in sheet.iter_rows(min_row=4) if row[2].value == "500151124201JC00012")
    row[4].value, row[9].value = "新塆", "已销号"
    stream = io.BytesIO()
    book.save(stream)

    review = review_of(stream.getvalue(), target, staff, apply_batch)

    assert [(change.row.code, change.fields) for change in review.found.changed] == [
        ("500151124201JC00012", [("小地名", "", "新塆")])
    ]
    assert Patch.objects.get(code="500151124201JC00012").get_status_display() == "待整治"


def test_a_ledger_of_several_targets_goes_back_target_by_target(target, staff):
    cases = make_target(
        target.plan, "illegal", name="违法占用耕地问题", kind="CASES", quota=None, quota_count=1
    )
    make_milestone(cases, "rectify", name="整改落实", due_on=None)
    make_patch(cases, code="W-1", remedy_id="council", area_mu=Decimal(1))
    content = ledger_workbook(Patch.objects.order_by("target", "code"), "台账")

    reviews = [review_of(content, one, staff) for one in (target, cases)]

    assert [(review.is_empty, review.problems, review.warnings) for review in reviews] == [
        (True, [], [])
    ] * 2
    assert [review.found.unchanged for review in reviews] == [4, 1]
    due = read_workbook(content)[0].rows[-2][1][11]
    assert due == date(2024, 12, 31)


def test_the_template_filled_in_is_imported(target, staff):
    make_village("双福")
    book = openpyxl.load_workbook(io.BytesIO(template_workbook(target)))
    sheet = book["图斑"]
    header = [cell.value for cell in sheet[3]]
    assert header == [
        "村",
        "图斑编号",
        "面积（亩）",
        "小地名",
        "承包人（项目主体）",
        "变化前地类",
        "变化后地类",
        "备注",
    ]
    for column, value in enumerate(
        ["双福", "0099", 4.5, "坡上", "王五", "旱地", "林地", "看过"], start=1
    ):
        sheet.cell(4, column).value = value
    stream = io.BytesIO()
    book.save(stream)

    review_of(stream.getvalue(), target, staff, apply_batch)

    patch = Patch.objects.get(code="0099")
    assert (patch.village.name, patch.area_mu, patch.place, patch.contractor) == (
        "双福",
        Decimal("4.5"),
        "坡上",
        "王五",
    )
    assert (patch.land_before, patch.land_after, patch.extra) == ("旱地", "林地", {"备注": "看过"})


def test_the_blank_template_is_ready_for_filling(target, staff):
    target.kind = "CASES"
    sheet = openpyxl.load_workbook(io.BytesIO(template_workbook(target)))["图斑"]

    assert sheet["B4"].number_format == "@"
    rules = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"村!$A$2:$A$3", "村!$B$2:$B$8"}
    review = review_of(template_workbook(target), target, staff)
    assert "表头下面没有图斑" in str(review.problems[0])


def ledger_on(target, on, basis="done"):
    """那天的台账 → {编号: {表头: 值}}，和说明行。"""
    then = LedgerAt(on, basis, target.milestones.all())
    patches = Patch.objects.filter(target=target).counting(on, basis).order_by("code")
    rows = read_workbook(ledger_workbook(patches, "台账", then))[0].rows
    header = [text.replace("\n", "") for text in rows[2][1]]
    told = {values[2]: dict(zip(header, values, strict=True)) for _, values in rows[3:-1]}
    return told, rows[1][1][0], rows[-1][1]


def test_the_ledger_of_a_past_day_tells_what_was_true_then(target):
    """9 月 5 日报了复耕，9 月 6 日拆了一块：各看前一天、当天，今天的状态不混进来。"""
    before, note, total = ledger_on(target, date(2024, 9, 4))
    after, _, _ = ledger_on(target, date(2024, 9, 6))

    assert "状态、下一步和完成日期是2024年9月4日的，按完成日期" in note
    assert {code: row["状态"] for code, row in before.items()} == {
        "0001": "待整治",
        "500151124201JC00012": "待整治",
        "-3": "待整治",
    }
    assert (before["0001"]["下一步"], before["0001"]["复耕复种完成日期"]) == ("复耕复种", None)
    assert total[:4] == ["合计", "3 个", None, 25.333333]
    assert (after["0001"]["状态"], after["0001"]["下一步"], after["0001"]["复耕复种完成日期"]) == (
        "整治中",
        "举证上传",
        date(2024, 9, 5),
    )
    assert sorted(after) == ["-3-1", "-3-2", "0001", "500151124201JC00012"]


def test_the_page_and_its_export_agree_on_a_past_day(target, client):
    client.force_login(make_user(role=Role.LEADER))

    page = client.get("/patches/?year=2024&on=2024-09-04&state=all").context["rows"]
    rows = read_workbook(
        client.get("/patches/export.xlsx?year=2024&on=2024-09-04&state=all").content
    )[0].rows

    assert rows[1][1][0].startswith("筛选：看 2024年9月4日")
    assert {values[2]: values[9] for _, values in rows[4:-1]} == {
        row.patch.code: row.text for row in page
    }
    assert {row.text for row in page} == {"待整治"}


def test_export_queries_do_not_grow_with_rows(target, django_assert_num_queries):
    patches, then = (
        Patch.objects.filter(target=target),
        LedgerAt(date(2024, 9, 5), "done", target.milestones.all()),
    )

    for given in ((), (then,)):
        with django_assert_num_queries(10 + len(given)):  # 末几次：路径，要不要材料，那天走哪条
            ledger_workbook(patches.filter(code="0001"), "台账", *given)
        with django_assert_num_queries(10 + len(given)):  # 末几次：路径，要不要材料，那天走哪条
            ledger_workbook(patches, "台账", *given)


def test_a_patch_found_without_fault_keeps_the_dates_of_what_was_done(target, staff):
    """核查无问题的，认定以前做完的一步照写原来的日期：今天导出的和看那一天的一样。"""
    patch = Patch.objects.get(code="0001")
    actions.exempt(patch, by=staff, on=date(2024, 9, 20), note="影像为水田")
    then = LedgerAt(date(2024, 9, 25), "done", target.milestones.order_by("order"))

    for given in ((), (then,)):
        sheet = read_workbook(ledger_workbook(Patch.objects.filter(pk=patch.pk), "台账", *given))[0]
        head, row = (values for _, values in sheet.rows[2:4])
        told = dict(zip([text.replace("\n", "") for text in head], row, strict=True))
        assert told["状态"] == "核查无问题"
        assert told["复耕复种完成日期"] == date(2024, 9, 5)
        assert told["举证上传完成日期"] is None


def test_the_total_has_two_decimals_and_large_areas_are_grouped(target):
    Patch.objects.filter(code="0001").update(area_mu=Decimal("12345.678"))
    sheet = openpyxl.load_workbook(io.BytesIO(ledger(target))).active
    areas = {row[2].value or row[0].value: row[3] for row in sheet.iter_rows(min_row=4)}

    assert areas["0001"].number_format == "#,##0.00"
    assert areas["500151124201JC00012"].number_format == "0.00"
    assert (areas["合计"].value, areas["合计"].number_format) == (12367.678, "#,##0.00")


def test_a_ledger_of_many_columns_prints_at_eight_points_with_every_column_kept(target):
    """一页宽放不下的印成几页宽：任务、村、编号和表头每页都有，标题、条件在每页的页眉里。"""
    condition = "筛选：村：团碾；下一步：举证上传"
    content = ledger_workbook(
        Patch.objects.filter(target=target).order_by("code"), "团碾台账", condition=condition
    )
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert (sheet["A1"].value, sheet["A2"].value) == ("团碾台账", condition)
    assert sheet.max_column == 15 + len(EXTRA)
    # 台账的字 10 磅，按 80% 印是 8 磅
    assert (sheet.page_setup.scale, len(sheet.col_breaks.brk)) == (80, 1)
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$A:$C", "$4:$4")
    assert condition in sheet.oddHeader.center.text
    assert sheet.freeze_panes == "D5"


def test_the_printed_ledger_is_legible(target):
    Patch.objects.filter(code="0001").update(
        contractor="重庆市铜梁区太平镇绿野生态农业开发有限公司", place="一个写得很长很长的小地名"
    )

    words = han_words(ledger(target))

    assert {word.page for word in words} == {1, 2}
    assert [word for word in words if word.size < 8] == []
    printed = "".join(word.text for word in words)
    for text in ("复耕复种", "完成日期", "坡度", "团碾"):
        assert text in printed


def test_a_ledger_with_its_condition_goes_back_in_without_a_change(target, staff):
    patches = Patch.objects.filter(target=target).order_by("code")

    review = review_of(ledger_workbook(patches, "台账", condition="筛选：逾期"), target, staff)

    assert (review.problems, review.is_empty, review.found.unchanged) == ([], True, 4)


def test_the_ledger_and_the_template_tell_who_made_them_and_when(target, settings):
    settings.FIXED_TODAY = date(2024, 10, 20)

    for content in (ledger(target), template_workbook(target)):
        made = openpyxl.load_workbook(io.BytesIO(content)).properties
        assert (made.creator, bool(made.title)) == (settings.SYSTEM_TITLE, True)
        assert timezone.localtime(made.created.replace(tzinfo=UTC)).date() == date(2024, 10, 20)
