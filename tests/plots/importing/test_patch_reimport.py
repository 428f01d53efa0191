"""再导一次图斑表：同一份不变，改动说清旧的和新的；import_patches 命令。"""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from plots import actions
from plots.importing import Refused, apply_batch
from plots.importing.messages import headline, quota_text
from plots.ledger.replay import all_differences
from plots.models import Batch, Patch, Status
from tests.worlds.factories import make_patch, make_steps_target
from tests.worlds.import_town import BOTH, ROWS, ImportTown, saved
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, csv, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return again(ImportTown)


def test_the_same_file_again_changes_nothing(town):
    content = xlsx(HEADER, *ROWS)
    town.load(content)
    before = list(Patch.objects.order_by("pk").values())

    review = town.load(content)

    assert (review.is_empty, review.found.unchanged) == (True, 2)
    assert headline(review).startswith("没有变化")
    assert list(Patch.objects.order_by("pk").values()) == before


def test_changes_are_told_old_and_new_and_empty_cells_change_nothing(town):
    town.load(xlsx([*HEADER, "备注"], [*ROWS[0], "旧"], ROWS[1]))

    review = town.load(xlsx([*HEADER, "备注"], [1, "团碾", "T-1", 4, None, "王五", "新"]))

    assert review.found.changed[0].fields == [
        ("面积（亩）", "3.50", "4.00"),
        ("承包人（项目主体）", "张三", "王五"),
        ("备注", "旧", "新"),
    ]
    assert (review.found.kept, review.found.unchanged) == (1, 0)
    assert saved() == [BOTH[0], ("团碾", "T-1", Decimal(4), "塆里", "王五")]
    assert Patch.objects.get(code="T-1").extra == {"备注": "新"}


def test_a_file_for_one_target_never_moves_patches_of_another(town):
    other = make_steps_target(town.plan, "restructured", name="种植结构调整")
    theirs = make_patch(other, town.tuannian, code="T-1", area_mu=Decimal(9), place="老地方")

    review = town.load(xlsx(HEADER, *ROWS))

    theirs.refresh_from_db()
    assert (theirs.target, theirs.area_mu, theirs.place) == (other, Decimal(9), "老地方")
    assert review.notes[-1] == (
        "有 1 个图斑在别的目标任务里也有同村同号的（如 团碾 T-1（种植结构调整））；那边的不动，这里按新图斑导入。"
    )
    assert Patch.objects.filter(target=town.target).count() == 2


def test_rows_of_another_target_are_passed_over_and_unknown_targets_refused(town):
    make_steps_target(town.plan, "restructured", name="种植结构调整")
    header = ["目标任务", "村", "图斑编号", "面积（亩）"]
    content = xlsx(
        header,
        ["自然撂荒地整治", "团碾", "T-1", 1],
        ["种植结构调整", "没有的村", "T-2", 1],
        ["修路", "团碾", "T-3", 1],
    )

    review = town.look(content)

    assert [row.code for row in review.found.new] == ["T-1"]
    assert "有 1 行写的是别的目标任务，没有读，那边的图斑不动。" in review.notes
    assert [str(problem) for problem in review.problems] == [
        "第 4 行“目标任务”：“修路”不是这份方案里的目标任务，请填“自然撂荒地整治”，或把这一格空着。"
    ]


def test_the_same_code_in_another_village_is_a_new_patch_and_pointed_out(town):
    make_patch(town.target, town.baiyun, code="T-1")

    review = town.look(xlsx(HEADER, ROWS[0], [2, "白云", "T-1", 1]))  # 两块都在文件里，不用问

    assert len(review.found.new) == 1
    assert review.notes == [
        "有 1 个编号在这项任务的别的村也有（如 团碾 T-1），按新图斑导入；如果是村填错了，请先改表，或在图斑页更正。"
    ]


def test_sum_is_compared_with_the_quota_and_pointed_out(town):
    assert quota_text(town.look(xlsx(HEADER, *ROWS))) == (
        "下发合计 15.50 亩、2 个，与方案一致。",
        True,
    )

    told, agrees = quota_text(town.look(xlsx(HEADER, ROWS[0])))

    assert not agrees
    assert told == (
        "下发合计 3.50 亩、1 个；方案是 2 个、15.50 亩，少 12 亩、少 1 个。请核对，不改也能导入。"
    )


def test_area_of_a_patch_with_records_is_amended_so_that_history_stays_true(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    actions.report(patch, by=town.staff, on=date(2024, 9, 5))
    content = xlsx(HEADER, [1, "团碾", "T-1", 8, "塆里"])

    review = town.look(content)
    town.load(content)

    assert [change.by_amend for change in review.found.changed] == [True]
    patch.refresh_from_db()
    assert (patch.area_mu, patch.place, patch.status) == (Decimal(8), "塆里", Status.UNDERWAY)
    amend = patch.records.get(kind="AMEND")
    assert amend.details["changes"] == [
        {"field": "area_mu", "label": "面积（亩）", "old": "10", "new": "8"}
    ]
    assert "下发.xlsx" in amend.note
    assert list(all_differences()) == []


def test_an_amendment_that_cannot_be_is_listed_in_the_preview_and_nothing_saved(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    actions.report(patch, by=town.staff, on=date(2024, 9, 5), area_mu="6")
    content = xlsx(HEADER, [1, "团碾", "T-1", 5, "塆里"], ROWS[1])

    review = town.look(content)
    with pytest.raises(Refused):
        town.load(content)

    assert len(review.problems) == 1
    assert "第 2 行“面积（亩）”：“复耕复种”已上报 6.00 亩，比更正后的 5.00 亩还多" in str(
        review.problems[0]
    )
    assert patch.records.count() == 1
    assert Patch.objects.values_list("area_mu", "place").get() == (Decimal(10), "")


def test_reported_between_preview_and_import_is_amended_too(town, monkeypatch):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    from plots.importing import apply

    examine = apply.examine

    def examine_then_reported(batch, **options):
        review = examine(batch, **options)
        actions.report(patch, by=town.staff, on=date(2024, 9, 5))
        return review

    monkeypatch.setattr(apply, "examine", examine_then_reported)
    town.load(xlsx(HEADER, [1, "团碾", "T-1", 8]))

    assert list(all_differences()) == []
    assert patch.records.filter(kind="AMEND").count() == 1


def test_a_split_patch_keeps_its_area(town):
    patch = make_patch(town.target, town.tuannian, code="T-1", area_mu=Decimal(10))
    children = [{"code": "T-1-1", "area_mu": "6"}, {"code": "T-1-2", "area_mu": "4"}]
    actions.split(patch, by=town.staff, on=date(2024, 9, 5), children=children, reason="两户")

    same = town.look(xlsx(HEADER, [1, "团碾", "T-1", 10]))
    other = town.look(xlsx(HEADER, [1, "团碾", "T-1", 9]))

    assert same.is_empty and not same.problems
    assert "已经拆分，原来的面积 10.00 亩不能再改" in str(other.problems[0])


def test_a_file_is_imported_only_once(town):
    batch = town.batch(xlsx(HEADER, *ROWS))
    apply_batch(batch, by=town.staff)

    with pytest.raises(Refused, match=r"已经在 .* 导入过了"):
        apply_batch(batch, by=town.staff)

    assert Patch.objects.count() == 2


def test_queries_do_not_grow_with_rows(town, django_assert_max_num_queries):
    rows = [[n, "团碾", f"T-{n}", 1] for n in range(300)]
    batch = town.batch(xlsx(HEADER, *rows))

    with django_assert_max_num_queries(29):  # 整改路径的名称一次，又改过没有前后各看一次
        apply_batch(batch, by=town.staff)

    assert Patch.objects.count() == 300


def run(path, *args, **kwargs):
    out, err = StringIO(), StringIO()
    try:
        issued = {"issued_on": "2024-01-02", **kwargs}
        call_command("import_patches", path, *args, stdout=out, stderr=err, **issued)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), error
    return out.getvalue(), err.getvalue(), None


def test_command_dry_run_writes_nothing_and_then_imports(town, tmp_path):
    path = tmp_path / "下发.xlsx"
    path.write_bytes(xlsx(HEADER, *ROWS))

    out, _, _ = run(path, "--target", "abandoned", "--year", "2024", "--dry-run")
    assert "会新增 2 个" in out and "与方案一致" in out
    assert (Patch.objects.count(), Batch.objects.count()) == (0, 0)

    out, _, _ = run(path, "--target", "abandoned")
    assert "新增 2 个" in out
    assert saved() == BOTH
    assert Batch.objects.get().file.read() == path.read_bytes()

    out, _, _ = run(path, "--target", "abandoned")
    assert "没有变化" in out
    assert Batch.objects.count() == 1


def test_command_lists_the_errors_and_exits_with_1(town, tmp_path):
    path = tmp_path / "下发.csv"
    path.write_bytes(csv(["村", "图斑编号", "面积（亩）"], ["团碾", "T-1", "三亩"]))

    _, err, error = run(path, "--target", "abandoned")

    assert "第 2 行“面积（亩）”：“三亩”不是数字，请填如 3.50。" in err
    assert error.returncode == 1
    assert (Patch.objects.count(), Batch.objects.count()) == (0, 0)


def test_command_says_which_targets_there_are(town, tmp_path):
    path = tmp_path / "下发.csv"
    path.write_bytes(b"x")

    *_, error = run(path, "--target", "road")

    assert (
        str(error)
        == "2024年度方案里没有代码是“road”的目标任务。可以用：abandoned（自然撂荒地整治）。"
    )
