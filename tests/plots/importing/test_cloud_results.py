"""国土调查云的结果：一行对一块图斑，记为举证这一步，带着上传编号；再导一次不变。"""

from datetime import date, datetime

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from plots import actions
from plots.importing import Refused, apply_batch, preview
from plots.ledger.replay import all_differences
from plots.models import Batch, RectificationRecord, Status
from tests.worlds.factories import make_patch
from tests.worlds.kept import again
from tests.worlds.patch_files import xlsx
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db
HEADER = ["图斑编号", "状态", "提交时间", "流水号", "提交人"]
ROW = ["T1", "已提交", datetime(2024, 10, 8, 12, 33), "YC-0001", "周书记"]


@pytest.fixture
def town(db):
    """东村的图斑 T1 已报复耕复种，T2 还没动。"""
    town = again(TwoVillages, needs_ref=True)
    town.second = make_patch(town.target, town.east, code="T2")
    town.report(on=sep(5))
    return town


def batch_of(town, *rows, header=HEADER, by=None):
    batch = Batch(
        target=town.target, kind=Batch.Source.CLOUD, name="举证.xlsx", by=by or town.huang
    )
    batch.file.save("x.xlsx", ContentFile(xlsx(header, *rows)), save=False)
    batch.save()
    return batch


def look(town, *rows, header=HEADER, **options):
    return preview(batch_of(town, *rows, header=header), by=town.huang, **options)


def load(town, *rows, header=HEADER, **options):
    return apply_batch(batch_of(town, *rows, header=header), by=town.huang, **options)


def test_a_submitted_row_becomes_the_evidence_step(town):
    load(town, ROW)

    record = RectificationRecord.objects.get(milestone=town.evidence)
    assert (record.patch, record.done_on, record.external_ref) == (
        town.patch,
        date(2024, 10, 8),
        "YC-0001",
    )
    assert (record.by, record.note, record.completes) == (
        town.huang,
        "提交人：周书记",
        True,
    )
    assert town.now() == Status.AWAITING
    assert list(all_differences()) == []


def test_the_same_file_again_changes_nothing(town):
    load(town, ROW)
    before = town.state()

    review = load(town, ROW)

    assert (review.is_empty, review.unchanged) == (True, 1)
    assert town.state() == before


def test_what_was_sent_back_is_not_reported_again_by_the_old_file_but_by_a_new_one(town):
    load(town, ROW)
    actions.send_back(town.patch, by=town.liu, on=date(2024, 10, 10), note="看不清")

    again = look(town, ROW)
    assert (again.is_empty, again.unchanged) == (True, 1)
    load(town, ["T1", "已提交", datetime(2024, 10, 12, 9, 0), "YC-0001", "周书记"])

    assert town.now() == Status.AWAITING


def test_a_number_typed_by_hand_before_is_not_reported_twice(town):
    actions.report(town.patch, by=town.east_secretary, on=date(2024, 10, 7), external_ref="YC-0001")

    review = look(town, ROW)

    assert (review.is_empty, review.unchanged) == (True, 1)


def test_rows_not_submitted_are_passed_over_and_said(town):
    review = look(town, ROW, ["T2", "未提交", None, None, None], ["T2", None, None, None, None])

    assert [row.patch.code for row in review.rows] == ["T1"]
    assert review.notes == [
        "有 1 行的状态是“未提交”，还没有提交成功，没有读。",
        "有 1 行的状态是“空的”，还没有提交成功，没有读。",
    ]


def test_an_earlier_step_not_reported_is_said_and_can_be_reported_along(town):
    row = ["T2", "审核通过", "2024/10/9 08:30", "YC-0002", None]

    review = look(town, row)
    assert [str(refusal) for refusal in review.refusals] == [
        "第 2 行：“复耕复种”还没有上报，请先上报，或勾选“同时把前面的步骤按同一天上报”。"
    ]
    assert look(town, row, with_earlier=True).refusals == []
    load(town, row, with_earlier=True)

    told = town.second.records.order_by("pk").values_list(
        "milestone__code", "done_on", "external_ref"
    )
    assert list(told) == [
        ("replant", date(2024, 10, 9), ""),
        ("evidence", date(2024, 10, 9), "YC-0002"),
    ]


def test_nothing_is_saved_until_refused_rows_are_skipped_on_purpose(town):
    rows = (ROW, ["T2", "已提交", "2024-10-09", "YC-0002", None])
    with pytest.raises(Refused, match="有 1 行不能上报，没有导入。"):
        load(town, *rows)
    assert not RectificationRecord.objects.filter(milestone=town.evidence).exists()

    review = load(town, *rows, skip_refused=True)

    assert review.counts == {"reported": 1, "unchanged": 0, "skipped": 1}
    assert town.now() == Status.AWAITING
    assert town.second.records.count() == 0


def test_the_refusal_of_the_action_is_shown_with_the_row(town):
    review = look(town, ["T1", "已提交", "2024-09-01", "YC-0001", None])

    assert "日期 2024年9月1日 早于上报“复耕复种”的日期 2024年9月5日" in str(review.refusals[0])
    assert "第 2 行" in str(review.refusals[0])
    assert RectificationRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            ["X9", "已提交", "2024-10-08", "YC-1", None],
            "第 2 行“图斑编号”：“自然撂荒地整治”里没有编号 X9 的图斑",
        ),
        ([1.23457e18, "已提交", "2024-10-08", "YC-1", None], "科学计数法"),
        (["T1", "已提交", "2024-10-08", 1.23457e18, None], "第 2 行“流水号”："),
        (["T1", "已提交", "2024-10-08", None, None], "第 2 行“流水号”：没有上传编号"),
        (["T1", "已提交", None, "YC-1", None], "第 2 行“提交时间”：没有提交时间"),
        (["T1", "已提交", "上周", "YC-1", None], "第 2 行“提交时间”：“上周”不是时间"),
    ],
)
def test_bad_cells_are_said(town, row, told):
    review = look(town, row)

    assert len(review.problems) == 1
    assert told in str(review.problems[0])


def test_a_code_in_two_villages_needs_the_village(town):
    make_patch(town.target, town.west, code="T1")

    told = str(look(town, ROW).problems[0])
    by_village = look(town, [*ROW, "东村"], header=[*HEADER, "村"])

    assert "东村、西村都有编号 T1 的图斑，分不清是哪一块，请在表里加上“村”这一列。" in told
    assert [row.patch for row in by_village.rows] == [town.patch]


def test_several_rows_of_one_patch_use_the_last(town):
    later = ["T1", "已提交", datetime(2024, 10, 9, 8, 0), "YC-0003", None]

    review = look(town, later, ROW)

    assert [(row.ref, row.number) for row in review.rows] == [("YC-0003", 2)]
    assert review.notes == ["有 1 块图斑不止一行，用的是最后提交的一行：T1（用第 2 行）。"]


def test_a_target_without_an_upload_step_says_so(town):
    town.target.milestones.update(needs_external_ref=False)

    assert "没有要填上传编号的步骤" in look(town, ROW).unreadable


def test_command_reports_in_the_name_of_a_person(town, tmp_path, capsys):
    path = tmp_path / "举证.xlsx"
    path.write_bytes(xlsx(HEADER, ROW))

    with pytest.raises(CommandError, match="--by"):
        call_command("import_patches", path, "--target", "abandoned", "--year", "2024", "--cloud")
    call_command(
        "import_patches",
        path,
        "--target",
        "abandoned",
        "--year",
        "2024",
        "--cloud",
        "--by",
        "huang",
    )

    assert "上报 1 个" in capsys.readouterr().out
    assert town.now() == Status.AWAITING
