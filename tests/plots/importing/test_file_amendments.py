"""文件里改了面积：不论办过事没有，都按更正办；按录入日期看以前的日子，还是原来的面积。"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from plots import actions
from plots.importing import Refused, apply_batch
from plots.importing.undo import undo
from plots.ledger.replay import all_differences
from plots.models import Batch, Kind, Patch, Status
from taiping.progress.progress import plan_progress
from tests.worlds.factories import make_patch
from tests.worlds.import_town import ROWS, ImportTown
from tests.worlds.patch_files import HEADER, xlsx

pytestmark = pytest.mark.django_db
AGO = timezone.now() - timedelta(days=60)


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return ImportTown()


def add(town, code="T-1", area=10):
    return make_patch(town.target, town.tuannian, code=code, area_mu=Decimal(area), created_at=AGO)


def area_known(town, days_ago):
    """按录入日期看，那天系统里一共多少亩。"""
    day = timezone.localdate() - timedelta(days=days_ago)
    (figures,) = plan_progress(town.plan, day, "recorded").targets
    return figures.patch_area


def test_a_patch_nobody_worked_on_leaves_the_past_as_it_was(town):
    """补正的文件把 10 亩改成 13 亩：今天是 13 亩，系统以前知道的一直是 10 亩。"""
    patch = add(town)

    town.load(xlsx(HEADER, [1, "团碾", "T-1", 13]))

    amendment = patch.records.get()
    assert (amendment.kind, amendment.by) == (Kind.AMEND, town.staff)
    assert (amendment.village, amendment.area_mu) == (town.tuannian, 10)
    assert "下发.xlsx" in amendment.note
    assert [area_known(town, days) for days in (30, 1, 0)] == [10, 10, 13]
    assert list(all_differences()) == []


def test_corrected_twice_the_past_has_both(town):
    patch = add(town)
    for area in (13, 12):
        town.load(xlsx(HEADER, [1, "团碾", "T-1", area]))

    assert [row.area_mu for row in patch.records.order_by("pk")] == [10, 13]
    assert [area_known(town, days) for days in (1, 0)] == [10, 12]


def test_nobody_named_nothing_changed(town):
    add(town)
    batch = town.batch(xlsx(HEADER, [1, "团碾", "T-1", 13], ROWS[1]))

    with pytest.raises(Refused) as refused:
        apply_batch(batch, by=None)

    assert "第 2 行“面积（亩）”：改面积、换村要记下是谁改的" in str(refused.value.problems[0])
    assert Patch.objects.get().area_mu == 10


def test_a_larger_area_is_told_before_and_reopens(town):
    patch = add(town)
    actions.report(patch, by=town.staff, on=date(2024, 9, 5))
    content = xlsx(HEADER, [1, "团碾", "T-1", 13])

    review = town.look(content)
    town.load(content)

    assert any("有 1 个办过事的图斑面积变大（如 团碾 T-1）" in note for note in review.notes)
    patch.refresh_from_db()
    assert patch.next_milestone.code == "replant"
    assert list(all_differences()) == []


@pytest.mark.parametrize("area", [7, 13])
def test_a_wrong_file_taken_back_leaves_a_closed_patch_closed(town, area):
    """导错了文件，销了号的变小、变大；撤回以后和没有导过一样，不用谁重报。"""
    other = town.add_village("东村", secretary="dong")
    patch = make_patch(town.target, other, code="T-1", area_mu=Decimal(10), created_at=AGO)
    boss = town.secretaries[other.pk]
    actions.report(
        patch, by=boss, on=date(2024, 9, 5), step=town.target.milestones.get(code="evidence")
    )
    actions.send_back(patch, by=town.staff, on=date(2024, 9, 6), note="未见复种")
    actions.report(patch, by=boss, on=date(2024, 9, 7))
    actions.confirm(patch, by=town.staff, on=date(2024, 9, 8))
    days = [date(2024, 9, day) for day in range(4, 10)]
    before = [figures_of(town, day) for day in days]
    batch = town.batch(xlsx(HEADER, [1, "东村", "T-1", area]))
    apply_batch(batch, by=town.staff)
    assert [figures_of(town, day) for day in days] != before

    undone = undo(Batch.objects.get(pk=batch.pk), by=town.staff)

    patch.refresh_from_db()
    assert (undone.back, undone.stuck) == (1, [])
    assert (patch.area_mu, patch.status) == (10, Status.CLOSED)
    assert [figures_of(town, day) for day in days] == before
    assert list(all_differences()) == []


def figures_of(town, day):
    progress = plan_progress(town.plan, day)
    (figures,) = progress.targets
    steps = [(row.reached, row.reached_count, row.on_time_count) for row in figures.milestones]
    return figures.patch_area, steps, progress.filed


def test_reported_since_the_area_goes_back_by_another_amendment(town):
    patch = add(town)
    actions.report(patch, by=town.staff, on=date(2024, 9, 5), area_mu="4")
    batch = town.batch(xlsx(HEADER, [1, "团碾", "T-1", 13]))
    apply_batch(batch, by=town.staff)
    actions.report(patch, by=town.staff, on=date(2024, 9, 6), area_mu="5")

    undo(Batch.objects.get(pk=batch.pk), by=town.staff)

    patch.refresh_from_db()
    assert (patch.area_mu, patch.status) == (10, Status.UNDERWAY)
    assert list(all_differences()) == []


def test_an_import_whose_patches_were_only_corrected_can_still_be_taken_back(town):
    first = town.batch(xlsx(HEADER, *ROWS))
    apply_batch(first, by=town.staff)
    town.load(xlsx(HEADER, [1, "团碾", "T-1", 4]))

    undo(Batch.objects.get(pk=first.pk), by=town.staff)

    assert not Patch.objects.exists()


def test_the_amendment_of_a_demo_patch_is_marked_as_demo(town):
    patch = add(town)
    patch.is_demo = True
    patch.save()

    town.load(xlsx(HEADER, [1, "团碾", "T-1", 13]))

    assert patch.records.get().is_demo
