"""六个镇三天的数，和用手算好的一样。"""

from decimal import Decimal

import pytest

from plots.ledger.duties import duties_on
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tests.towns import WORLDS, cases
from tests.worlds.kept import again
from tests.worlds.plans import patrols

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("world", "on"), cases())
def test_the_figures_are_those_worked_out_by_hand(world, on):
    town = again(WORLDS[world].town)

    progress = plan_progress(town.plan, on)

    told = {row.target.code: row for row in progress.targets}
    assert list(told) == [target.code for target in town.plan.targets.all()]
    for code, figure in WORLDS[world].figures[on].items():
        row = told[code]
        value = None if figure.value is None else Decimal(figure.value)
        assert (None if row.is_empty else row.confirmed) == value, code
        assert row.confirmed_count == figure.count, code
        assert (row.state, row.reason) == (figure.state, figure.reason), code
        assert values_of(row) == figure.villages, code
        late = [step for step in row.milestones if step.state == MilestoneState.OVERDUE]
        assert [step.milestone.name for step in late] == list(figure.overdue), code
        assert [step.milestone.name for step in row.silent] == list(figure.silent), code


def values_of(row):
    """{村: 做到的数}，没有数的、没做的不写。"""
    found = {}
    for village in row.villages:
        if village.reported:
            found[village.village.name] = village.reported
    return {name: f"{value.normalize():f}" for name, value in found.items()}


@pytest.mark.parametrize("on", sorted(patrols.FIGURES))
def test_the_patrols_of_the_week_are_those_worked_out_by_hand(on):
    town = again(patrols.PatrolTown)

    row = duties_on(town.plan, on, villages=town.villages)[0]

    lacking = [village.name for village in row.lacking]
    assert (row.asked, row.done, lacking) == patrols.PATROLS[on]
