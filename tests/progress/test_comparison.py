"""和早些时候比：比出来的，和分别算两天再相减的一样。"""

from datetime import date

import pytest

from taiping.progress.comparison import compared
from taiping.progress.progress import plan_progress, progress_of_two_days
from tasks.models import Plan
from tests.worlds.kept import again, demo_2024

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("basis", ["done", "recorded"])
@pytest.mark.parametrize("part", [False, True])
def test_what_moved_is_the_difference_of_two_days_worked_out_apart(basis, part):
    again(demo_2024)
    plan = Plan.objects.get(year=2024)
    now, before = date(2024, 11, 20), date(2024, 10, 1)
    villages = plan_progress(plan, now).villages[:2] if part else None

    figures, earlier = progress_of_two_days(plan, now, before, basis, villages)
    apart = plan_progress(plan, before, basis, villages)

    assert compared(earlier, figures) == compared(apart, figures)
    moved = compared(earlier, figures)
    assert sum(row.reported for row in moved.villages.values()) == moved.lines[0].total > 0


def test_no_day_to_compare_with_is_no_comparison():
    again(demo_2024)
    plan = Plan.objects.get(year=2024)

    figures, earlier = progress_of_two_days(plan, date(2024, 11, 20), None, "done")

    assert compared(earlier, figures) is None
