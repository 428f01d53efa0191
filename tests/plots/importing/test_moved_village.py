"""表里的编号系统里有，却在别的村：先问是换了村还是另外一块，不会悄悄多出一块；换了村的记录跟着走，撤回也回得来。"""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from plots.importing import apply_batch, preview
from plots.importing.moves import NEW
from plots.importing.taking import REST_FOLLOW, answer_moves
from plots.importing.undo import undo
from plots.models import BatchBefore, Kind, Mend, Patch
from tests.worlds.factories import make_patch
from tests.worlds.import_town import ImportTown, saved
from tests.worlds.patch_files import HEADER, xlsx

pytestmark = pytest.mark.django_db
MOVED = [1, "团碾", "T-1", 3.5, "塆里", "张三"]
FOLLOW = "从白云换来"


@pytest.fixture
def town(db):
    return ImportTown()


@pytest.fixture
def old(town):
    return make_patch(town.target, town.baiyun, code="T-1", area_mu=Decimal("3.5"))


def answered(town, content, answer):
    """上传、照 answer 答了的批次。"""
    batch = town.batch(content)
    answer_moves(preview(batch, by=town.staff), answer, by=town.staff)
    return batch


def places():
    return list(Patch.objects.order_by("pk").values_list("village__name", "code", "area_mu"))


def test_a_row_in_another_village_is_asked_and_nothing_is_added(town, old):
    review = town.look(xlsx(HEADER, MOVED))

    assert [str(problem) for problem in review.problems] == [
        "第 2 行“村”：系统里白云已经有 T-1，文件里没有写它。是它换了村，请选“从白云换来”；"
        "是另外一块，请选“新增”；村写错了请改。"
    ]
    assert [move.answers for move in review.moves] == [[FOLLOW, NEW]]
    assert (review.found.new, review.found.changed) == ([], [])


def test_a_patch_that_follows_keeps_its_records_and_can_be_put_back(town, old):
    town.act("report", "T-1", by=town.staff, on=date(2024, 9, 5))
    batch = answered(town, xlsx(HEADER, [1, "团碾", "T-1", 3.5, "塆里"]), FOLLOW)

    done = apply_batch(batch, by=town.staff)

    assert places() == [("团碾", "T-1", Decimal("3.5"))]
    assert (done.counts["moved"], done.counts["amended"], done.counts["new"]) == (1, 0, 0)
    told = done.counts["changes"][0][2]
    assert told == [("小地名", "", "塆里"), ("村", "白云", "团碾")]
    assert old.records.filter(kind=Kind.REPORT).last().village == town.tuannian

    undo(batch, by=town.staff)

    assert saved() == [("白云", "T-1", Decimal("3.5"), "", "")]
    assert old.records.filter(kind=Kind.REPORT).last().village == town.baiyun


def test_village_and_area_move_in_one_amendment_and_come_back_together(town, old):
    batch = answered(town, xlsx(HEADER, [1, "团碾", "T-1", 5]), REST_FOLLOW)

    done = apply_batch(batch, by=town.staff)

    assert places() == [("团碾", "T-1", Decimal(5))]
    assert (done.counts["moved"], done.counts["amended"]) == (1, 1)
    assert old.records.filter(kind=Kind.AMEND).count() == 1
    assert BatchBefore.objects.get().changes[0][1]["village"] == [town.baiyun.pk, town.tuannian.pk]

    undone = undo(batch, by=town.staff)

    assert (undone.back, undone.stuck) == (1, [])
    assert places() == [("白云", "T-1", Decimal("3.5"))]


def test_another_patch_with_the_same_number_is_added(town, old):
    apply_batch(answered(town, xlsx(HEADER, MOVED), NEW), by=town.staff)

    assert places() == [("白云", "T-1", Decimal("3.5")), ("团碾", "T-1", Decimal("3.5"))]


def test_a_number_whose_own_row_is_in_the_file_is_not_asked(town, old):
    review = town.look(xlsx(HEADER, MOVED, [2, "白云", "T-1", 3.5]))

    assert review.moves == [] and [row.code for row in review.found.new] == ["T-1"]


def test_a_patch_that_has_ended_is_not_asked_about(town, old):
    town.act("remove", "T-1", by=town.staff, on=date(2024, 9, 5), note="重复")

    assert town.look(xlsx(HEADER, MOVED)).moves == []


def test_only_one_of_two_rows_can_take_the_patch(town, old):
    third = town.add_village("铁鹅")
    content = xlsx(HEADER, MOVED, [2, third.name, "T-1", 3.5])
    review = preview(answered(town, content, FOLLOW), by=town.staff)

    assert [problem.advice for problem in review.problems] == [
        "第 2 行也选了从白云换来，只能有一行，请改选。"
    ]
    assert len(review.found.changed) == 1


def test_all_at_once_leaves_what_could_come_from_two_villages(town, old):
    third = town.add_village("铁鹅")
    make_patch(town.target, third, code="T-1")
    batch = answered(town, xlsx(HEADER, MOVED), REST_FOLLOW)

    review = preview(batch, by=town.staff)

    assert [move.answers for move in review.moves] == [[FOLLOW, "从铁鹅换来", NEW]]
    assert not Mend.objects.exists()


def test_ten_moved_rows_cost_no_more_questions_to_the_database(town, django_assert_max_num_queries):
    for n in range(10):
        make_patch(town.target, town.baiyun, code=f"T-{n}")
    batch = town.batch(xlsx(HEADER, *([n, "团碾", f"T-{n}", 1] for n in range(10))))

    with django_assert_max_num_queries(20):
        assert len(preview(batch, by=town.staff).moves) == 10


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("follow", [("团碾", "T-1", Decimal("3.5"))]),
        ("new", [("白云", "T-1", Decimal("3.5")), ("团碾", "T-1", Decimal("3.5"))]),
    ],
)
def test_the_command_is_told_which(town, old, tmp_path, given, expected):
    file = tmp_path / "下发.xlsx"
    file.write_bytes(xlsx(HEADER, MOVED))
    options = {"target": town.target.code, "by": town.staff.username, "issued_on": "2024-01-02"}
    said = StringIO()

    with pytest.raises(CommandError, match="没有导入"):
        call_command("import_patches", str(file), **options, stdout=StringIO(), stderr=said)
    assert "--moved follow（换了村，按更正办理）或 --moved new" in said.getvalue()
    assert places() == [("白云", "T-1", Decimal("3.5"))]

    call_command("import_patches", str(file), **options, stdout=StringIO(), moved=given)

    assert places() == expected
