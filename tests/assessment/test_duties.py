"""常态工作怎么得分：应做、已做各段相加；少做的只数已经到头的各段；没有要求几次的空着。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.assessment.figures import sheet_of
from tests.worlds.duty_town import DutyTown
from tests.worlds.kept import again
from tests.worlds.scored import make_item
from villages.models import Village

pytestmark = pytest.mark.django_db
DAY = date(2024, 3, 20)


@pytest.fixture
def town():
    """巡查改成每月 2 次：到 3 月 20 日是三段，应做 6 次。东村做了 5 次，西村 1 次。"""
    town = again(DutyTown)
    town.patrol.every, town.patrol.required = "MONTH", 2
    town.patrol.save()
    for on in (date(2024, 1, 5), date(2024, 1, 6), date(2024, 1, 7), date(2024, 2, 1)):
        town.did(town.patrol, town.east, on)
    town.did(town.patrol, town.east, date(2024, 3, 5))
    town.did(town.patrol, town.west, date(2024, 2, 9))
    return town


def cells(town, item, on=DAY):
    sheet = sheet_of(town.plan, on)
    found = [cell for row in sheet.rows for cell in row.cells if cell.item == item]
    return [(cell.text, cell.why) for cell in found]


def test_rate_is_done_over_asked_of_all_periods_so_far(town):
    item = make_item(town.plan, "patrol", "巡查", 10, rule="PROPORTIONAL", duty=town.patrol)

    assert cells(town, item) == [
        ("8.33", "应做 6 次，已做 5 次，83.3%"),
        ("1.67", "应做 6 次，已做 1 次，16.6%"),
    ]
    assert cells(town, item, date(2024, 1, 31))[0] == ("10.00", "应做 2 次，已做 3 次，150%")
    assert item.words == "巡查按完成率"


def test_missed_ones_count_only_in_periods_that_are_over(town):
    """东村 1 月多做的 1 次不补 2 月少做的 1 次；3 月还没有到头，不数。"""
    item = make_item(
        town.plan,
        "missed",
        "少巡查",
        10,
        rule="PENALTY",
        counted="MISSED",
        each=1,
        off=Decimal("1.5"),
        duty=town.patrol,
    )

    assert cells(town, item) == [
        ("8.50", "到头的各段少做 1 次，扣 1.50 分"),
        ("5.50", "到头的各段少做 3 次，扣 4.50 分"),
    ]
    assert cells(town, item, date(2024, 1, 31)) == [
        ("10.00", "到头的各段少做 0 次"),
        ("10.00", "到头的各段少做 0 次"),
    ]
    assert item.words == "巡查少做的每满 1 次扣 1.50 分"


def test_a_duty_without_a_required_count_is_blank_not_nothing(town):
    item = make_item(
        town.plan, "publicity", "宣传", 10, rule="FULL_OR_NOTHING", duty=town.publicity
    )

    assert cells(town, item) == [("", "没有要求做几次，算不出完成率")] * 2


def test_points_open_the_entries_of_that_village_and_duty(town, client, settings):
    settings.FIXED_TODAY = DAY
    make_item(town.plan, "patrol", "巡查", 10, rule="PROPORTIONAL", duty=town.patrol)
    client.force_login(town.mayor)

    page = client.get("/assessment/").content.decode().replace("&amp;", "&")
    at = f"/duties/?plan=2024&on=2024-03-20&village={town.east.pk}&duty=patrol"

    assert f'href="{at}">8.33</a>' in page
    assert client.get(at).context["page"].paginator.count == 5


def test_queries_do_not_grow_and_progress_is_not_asked_for_duties_alone(
    town, django_assert_num_queries
):
    make_item(town.plan, "patrol", "巡查", 10, rule="PROPORTIONAL", duty=town.patrol)

    with django_assert_num_queries(6):
        sheet_of(town.plan, DAY)
    for village in Village.objects.all():
        town.did(town.patrol, village, date(2024, 3, 6))
    town.add_village("新村")

    with django_assert_num_queries(6):
        sheet_of(town.plan, DAY)
