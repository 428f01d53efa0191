"""常态工作的数：应做、已做、哪个村没有做、发现的问题；任何一天，两种口径，手算一遍。"""

from datetime import date
from decimal import Decimal

import pytest

from plots.ledger.duties import duties_on
from plots.pages.duties.actions import withdraw
from tasks.models import Duty
from tasks.models.duty_periods import Period, period_at, periods_until
from tests.worlds.duty_town import DutyTown, noon, oct
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return again(DutyTown)


def test_weeks_run_from_monday_and_stay_inside_the_plan(town):
    assert period_at("WEEK", oct(20), town.plan) == Period("WEEK", oct(14), oct(20))
    assert period_at("WEEK", date(2024, 12, 31), town.plan).ends_on == date(2024, 12, 31)
    assert period_at("MONTH", oct(20), town.plan).name == "10月"
    assert period_at("QUARTER", oct(20), town.plan) == Period("QUARTER", oct(1), date(2024, 12, 31))
    assert period_at("NONE", oct(20), town.plan).now_name == "全年"
    assert period_at("WEEK", date(2025, 3, 1), town.plan).ends_on == date(2024, 12, 31)


def test_every_week_of_the_plan_is_there_once(town):
    weeks = list(periods_until("WEEK", oct(20), town.plan))

    assert (weeks[0].name, weeks[-1].starts_on) == ("10月14日至20日", date(2024, 1, 1))
    assert len(weeks) == len({week.starts_on for week in weeks}) == 42
    assert weeks[3].name == "9月23日至29日" and weeks[2].name == "9月30日至10月6日"


def test_asked_done_and_rate_of_this_week(town):
    """东村做了三次、西村没做：应 2 次，已做 3 次，150%；没有做的是西村。"""
    town.did(town.patrol, town.east, oct(14), 2)
    town.did(town.patrol, town.east, oct(20))
    town.did(town.patrol, town.west, oct(13))  # 上周的

    row = town.on(oct(20))

    assert (row.asked, row.done, row.rate, row.rate_text) == (2, 3, Decimal("1.5"), "150%")
    assert (row.lacking, row.short) == ([town.west], [town.west])
    assert row.done_by == {town.east.pk: 3}
    assert row.of_village(town.west).rate == 0


def test_nothing_is_asked_where_the_plan_is_silent(town):
    town.did(town.publicity, town.east, oct(1), 5)

    row = town.on(oct(20), "publicity")

    assert (row.asked, row.rate, row.rate_text, row.done) == (None, None, "", 5)
    assert row.lacking == [town.west] and row.short == []


def test_duties_of_the_town_are_not_multiplied_by_villages(town):
    town.did(town.siting, None, oct(8))

    row = town.on(oct(20), "siting")

    assert (row.asked, row.done, row.rate_text, row.lacking) == (2, 1, "50%", [])


def test_a_duty_handed_to_the_villages_keeps_what_the_town_did_apart(town):
    """本来由镇做，记了三次；改成由村做以后：已做只算村里的，没有记的村还是没有记，镇里的三次另说。"""
    town.did(town.siting, None, oct(8), 3)
    town.did(town.siting, town.east, oct(9))
    was = town.on(oct(20), "siting")
    assert (was.asked, was.done, was.by_town) == (2, 4, 0)

    Duty.objects.filter(code="siting").update(who=Duty.Who.VILLAGE)
    row = town.on(oct(20), "siting")

    assert (row.asked, row.done, row.by_town, row.rate_text) == (4, 1, 3, "25%")
    assert row.lacking == [town.west]
    assert row.of_village(town.east).done == 1


def test_a_past_day_does_not_know_what_came_later(town):
    town.did(town.patrol, town.east, oct(15))
    town.did(town.patrol, town.west, oct(15), created_at=noon(oct(18)))  # 三天以后补记的

    assert town.on(oct(16)).done == 2
    assert town.on(oct(16), basis="recorded").done == 1
    assert town.on(oct(14)).done == 0


def test_a_withdrawn_entry_was_never_there_but_was_known_then(town, settings):
    settings.FIXED_TODAY = oct(18)
    entry = town.did(town.patrol, town.east, oct(15))

    withdraw(entry, by=town.huang, reason="记到别的村了")

    assert town.on(oct(16)).done == 0
    assert town.on(oct(16), basis="recorded").done == 1
    assert town.on(oct(18), basis="recorded").done == 0


def test_problems_are_the_patches_made_from_them(town):
    """三处：一处当天制止、已经销号，一处第二天制止，一处还没有制止；写了四处，还有一处没有添加。"""
    entry = town.did(town.patrol, town.east, oct(14), problems=4)
    first = town.found(entry, "补-001", stopped_on=oct(14))
    town.found(entry, "补-002", stopped_on=oct(15))
    town.found(entry, "补-003")
    town.close(first, oct(17))

    row = town.on(oct(20))
    assert (row.told, row.found, row.not_added) == (4, 3, 1)
    assert (row.stopped_at_once, row.still_open) == (1, 2)
    assert town.on(oct(16)).still_open == 3
    assert town.on(oct(16), basis="recorded").still_open == 3


def test_removed_problems_do_not_count(town):
    entry = town.did(town.patrol, town.east, oct(14), problems=1)
    patch = town.found(entry, "补-001")
    town.act("remove", patch, by=town.huang, on=oct(16), at=noon(oct(16)), note="不是耕地")

    assert (town.on(oct(15)).found, town.on(oct(16)).found) == (1, 0)


def test_a_split_problem_is_followed_in_its_parts(town):
    entry = town.did(town.patrol, town.east, oct(14), problems=1)
    patch = town.found(entry, "补-001", area_mu=Decimal(3))
    parts = [{"code": "补-001-1", "area_mu": "1"}, {"code": "补-001-2", "area_mu": "2"}]
    town.act(
        "split", patch, by=town.huang, on=oct(16), at=noon(oct(16)), reason="两户", children=parts
    )

    row = town.on(oct(16))
    assert (row.found, row.still_open) == (2, 2)


def test_each_period_of_a_duty(town):
    town.did(town.patrol, town.east, oct(1))
    town.did(town.patrol, town.west, oct(2))
    town.did(town.patrol, town.east, oct(16))

    weeks = town.over(oct(20))

    assert [week.done for week in weeks[:3]] == [1, 0, 2]
    assert [week.rate_text for week in weeks[:3]] == ["50%", "0%", "100%"]
    assert weeks[0].duty == town.patrol and sum(week.done for week in weeks) == 3


@pytest.mark.parametrize("times", [1, 30])
def test_the_number_of_queries_does_not_grow(town, django_assert_num_queries, times):
    for number in range(times):
        entry = town.did(town.patrol, town.east, oct(14), problems=1)
        town.found(entry, f"补-{number:03d}")

    with django_assert_num_queries(5):
        duties_on(town.plan, oct(20), villages=[town.east, town.west])


def test_a_plan_without_duties_asks_once(town, django_assert_num_queries):
    Duty.objects.all().delete()

    with django_assert_num_queries(1):
        assert duties_on(town.plan, oct(20), villages=[town.east, town.west]) == []
