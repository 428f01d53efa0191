"""考核项：跟着方案表进出，复制到下一年，写错的一处处说；评过分的删不掉。"""

import io
from decimal import Decimal

import openpyxl
import pytest

from tasks import workbook
from tasks.models import Plan, Score, ScoreItem
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_village
from tests.worlds.kept import again, plan_2024
from tests.worlds.plan_files import imported, refused, saved
from tests.worlds.scored import make_item, make_score

pytestmark = pytest.mark.django_db
SHEET = "考核项"
HEADERS = [
    *(
        "代码",
        "名称",
        "大项",
        "满分",
        "怎么评",
        "目标代码",
        "目标任务名称",
        "常态工作",
        "做到哪一步算",
    ),
    *("数什么", "每几个", "扣几分", "最低分", "最高分", "百分以外", "由谁评", "依据", "顺序"),
]
GOOD = [
    {"代码": "work", "名称": "任务完成", "满分": 70, "怎么评": "大项"},
    {
        "代码": "rate",
        "名称": "撂荒地整治",
        "大项": "work",
        "满分": 70,
        "怎么评": "按完成率",
        "目标代码": "abandoned",
        "最高分": "80.5",
        "由谁评": "规划建设办",
    },
    {
        "代码": "late",
        "名称": "不逾期",
        "满分": 20,
        "怎么评": "扣分",
        "数什么": "村该办的逾期（个）",
        "每几个": 2,
        "扣几分": "0.5",
    },
    {"代码": "lead", "名称": "组织领导", "满分": 5},
    {"代码": "patrol", "名称": "巡查", "满分": 5, "怎么评": "按完成率", "常态工作": "patrol"},
    {"代码": "minus", "名称": "被通报", "满分": 0, "最低分": -5, "百分以外": "是"},
]


@pytest.fixture
def plan():
    again(plan_2024)
    return Plan.objects.get()


def with_rows(plan, rows):
    """方案表，“考核项”里换成这几行。"""
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    sheet = book[SHEET]
    assert [cell.value for cell in sheet[1]] == HEADERS
    for number, given in enumerate(rows, start=3):
        for place, header in enumerate(HEADERS, start=1):
            sheet.cell(number, place).value = given.get(header)
    return saved(book)


def changed(number, **given):
    """GOOD 的第几行改几格。"""
    rows = [dict(row) for row in GOOD]
    rows[number] |= given
    return rows


def shape(plan):
    found = plan.score_items.select_related("section", "target").order_by("order", "pk")
    return [(item.code, item.rule, item.full, item.section and item.section.code) for item in found]


def test_a_table_is_filled_in_from_the_workbook_and_comes_out_the_same(plan):
    assert plan.score_items.count() == 0

    imported(with_rows(plan, GOOD))

    assert shape(plan) == [
        ("work", "SECTION", 70, None),
        ("rate", "PROPORTIONAL", 70, "work"),
        ("late", "PENALTY", 20, None),
        ("lead", "HAND", 5, None),
        ("patrol", "PROPORTIONAL", 5, None),
        ("minus", "HAND", 0, None),
    ]
    rate, late = plan.score_items.get(code="rate"), plan.score_items.get(code="late")
    assert (rate.target.code, rate.ceiling, rate.assessor) == (
        "abandoned",
        Decimal("80.5"),
        "规划建设办",
    )
    assert (late.counted, late.each, late.off) == ("OVERDUE", 2, Decimal("0.5"))
    assert plan.score_items.get(code="minus").floor == -5
    assert plan.score_items.get(code="patrol").duty.code == "patrol"
    for item in plan.score_items.all():
        item.full_clean()
    assert imported(workbook.export_xlsx(plan)).is_empty
    assert imported(workbook.export_json(plan).encode(), name="方案.json").is_empty


def test_json_into_an_empty_town_brings_the_whole_tree(plan):
    imported(with_rows(plan, GOOD))
    content, before = workbook.export_json(plan).encode(), shape(plan)
    plan.delete()

    imported(content, name="方案.json")

    assert shape(Plan.objects.get()) == before


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (changed(1, 大项="nobody"), "“nobody”不是“考核项”表里的代码"),
        (changed(1, 大项="lead"), "“组织领导”不是大项，不能归在它下面"),
        (changed(1, 目标代码="nothing"), "“nothing”不是目标任务的代码"),
        (changed(1, 目标代码=None), "要写看哪项任务，或哪项常态工作，只写一样。"),
        (changed(1, 满分="1.234"), "分数最多 2 位小数"),
        (changed(1, 满分=-1), "满分不能是负数"),
        (changed(1, 最高分=60), "最高分不能低于满分。"),
        (changed(2, 扣几分=None), "扣分的要写数什么、每几个、扣几分"),
        (changed(2, 目标代码="retained"), "“耕地保有量”靠监测量，没有图斑，数不出逾期几个"),
        (changed(2, 数什么="退回（次）", 目标代码="abandoned"), "退回次数不分任务"),
        (changed(3, 每几个=1), "只有扣分的才填"),
        (changed(3, 最低分=-5), "百分以内的最低是 0 分"),
        (changed(5, 最低分=None), "满分是 0 的扣分项，要写最低分"),
        (changed(4, 常态工作="nothing"), "“nothing”不是“常态工作”表里的代码"),
        (changed(4, 常态工作="siting"), "由镇里做，不能拿来评村"),
        (changed(4, 目标代码="abandoned"), "要写看哪项任务，或哪项常态工作，只写一样。"),
        (changed(3, 常态工作="patrol"), "人工评的不看目标任务和常态工作"),
        (changed(2, 常态工作="patrol"), "逾期、退回不看常态工作"),
        (changed(2, 数什么="常态工作少做的"), "数少做的，要写是哪项常态工作"),
        (changed(0, 大项="rate"), "大项只写名称和满分"),
        (changed(3, 代码="late"), "“late”和第 5 行重复"),
    ],
)
def test_every_mistake_is_told_with_its_row(plan, rows, told):
    sentences = refused(with_rows(plan, rows))

    assert any(told in sentence for sentence in sentences), sentences
    assert all(sentence.startswith(f"“{SHEET}”第 ") for sentence in sentences), sentences
    assert not ScoreItem.objects.exists()


def test_marks_that_do_not_add_up_are_warned_of_not_refused(plan):
    content = with_rows(plan, changed(3, 满分="4.5"))

    review = workbook.import_plan(content, "方案.xlsx")

    assert [str(problem) for problem in review.warnings] == [
        "“考核项”：百分以内的满分合计 99.50，不是 100，少 0.50。请核对，照此导入也可以。"
    ]
    assert plan.score_items.count() == 6


def test_an_older_workbook_without_the_sheet_takes_nothing_away(plan):
    imported(with_rows(plan, GOOD))
    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))
    del book[SHEET]

    diff = imported(saved(book), delete_missing=True)

    assert diff.missing == []
    assert plan.score_items.count() == 6


def test_rows_taken_out_are_deleted_only_when_asked_and_never_a_scored_one(plan):
    imported(with_rows(plan, GOOD))
    score = make_score(plan.score_items.get(code="lead"), make_village("东村"), "8")
    content = with_rows(plan, [*GOOD[:2], {}, {}, {}, {}])

    imported(content)
    assert plan.score_items.count() == 6
    with pytest.raises(workbook.PlanFileError, match="考核项“组织领导（lead）”还有1 条评分在用"):
        workbook.import_plan(content, "方案.xlsx", delete_missing=True)
    assert plan.score_items.count() == 6
    Score.objects.filter(pk=score.pk).delete()
    imported(content, delete_missing=True)
    assert [code for code, *_ in shape(plan)] == ["work", "rate"]


def test_a_section_still_used_by_a_row_that_stays_is_not_deleted(plan):
    imported(with_rows(plan, GOOD))
    rows = [{}, changed(1, 大项="work")[1], *GOOD[2:]]

    review = workbook.examine(with_rows(plan, rows), "方案.xlsx")

    (sentence,) = review.blocked
    assert "“work”不在文件的“考核项”表里" in sentence


def test_next_years_plan_has_the_items_and_no_scores(plan):
    imported(with_rows(plan, GOOD))
    make_score(plan.score_items.get(code="lead"), make_village("东村"), "8")
    make_item(plan, "demo-lead", "演示·组织领导", 10, is_demo=True)

    new = copy_to_next_year(plan)

    assert shape(new) == shape(plan)[:6]
    assert new.score_items.get(code="rate").target == new.targets.get(code="abandoned")
    assert new.score_items.get(code="rate").section.plan == new
    assert new.score_items.get(code="patrol").duty == new.duties.get(code="patrol")
    assert not Score.objects.filter(item__plan=new).exists()


def test_demo_items_are_not_written_into_the_plan_workbook(plan):
    make_item(plan, "demo-lead", "演示·组织领导", 10, is_demo=True)

    book = openpyxl.load_workbook(io.BytesIO(workbook.export_xlsx(plan)))

    assert [row[0].value for row in book[SHEET].iter_rows(min_row=3)] == []
    assert "demo-lead" not in workbook.export_json(plan)
