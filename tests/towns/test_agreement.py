"""六个镇三天：总览、大屏、周报、通报（网页和 Word）、JSON 说同样的数、同样的状态，点名同样的几步，和用手算的一样。"""

from decimal import Decimal

import pytest

from taiping.ground.area import figure as written
from taiping.progress.states import MilestoneState
from tests.towns import WORLDS, cases
from tests.towns.outputs import (
    from_bulletin,
    from_dashboard,
    from_json,
    from_screen,
    from_weekly,
)
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db


@pytest.fixture
def live_in(settings, client):
    """那个镇的镇长登录。"""

    def live_in(name):
        settings.TOWN_NAME = WORLDS[name].town.NAME
        town = again(WORLDS[name].town)
        client.force_login(town.mayor)
        return town

    return live_in


@pytest.mark.parametrize(("world", "on"), cases())
def test_every_output_tells_the_same_figures(world, on, live_in, client):
    town = live_in(world)
    dashboard, screen = from_dashboard(client, on), from_screen(client, on)
    weekly, told = from_weekly(client, on), from_json(on)
    bulletin = from_bulletin(client, on, steps_of(town))

    for code, figure in WORLDS[world].figures[on].items():
        target = town.target(code)
        label, name = MilestoneState(figure.state).label, target.name
        row = told.rows[name]
        assert (row["state"], row["reason"]) == (figure.state, figure.reason)
        assert number(row["confirmed"]) == number(figure.value)
        assert row["confirmed_count"] == figure.count
        assert {
            v["name"]: number(v["reported"]) for v in row["villages"] if number(v["reported"])
        } == {village: number(value) for village, value in figure.villages.items()}
        for place, rows in (("总览", dashboard.rows), ("大屏", screen.rows)):
            assert label in rows[name], (place, name)
            if not MilestoneState(figure.state).is_done:
                reason = figure.reason
                if target.is_floor and figure.value:  # 表里照小数位写满
                    margin = number(figure.value) - target.quota
                    reason = f"高出底线{written(margin, target.decimals)}{target.unit}"
                assert reason in rows[name], (place, name)
        for place, rows in (
            ("总览", dashboard.rows),
            ("大屏", screen.rows),
            ("通报", bulletin.rows),
        ):
            for words in words_of(target, figure, place):
                assert words in rows[name], (place, name, words)
        assert label in weekly.rows[name], name
        if not MilestoneState(figure.state).is_done:
            assert any(figure.reason in str(cell) for cell in weekly.rows[name]), name
        remark = str(weekly.rows[name][-1]).split("；")
        assert len(set(remark)) == len(remark), remark
        if figure.value and number(figure.value):
            assert number(figure.value) in map(number, weekly.rows[name]), name
        assert f"{name}（{label}" in bulletin.rows[name], name


@pytest.mark.parametrize(("world", "on"), cases())
def test_every_output_names_the_same_overdue_and_silent_steps(world, on, live_in, client):
    town = live_in(world)
    overdue, silent = set(), set()
    for code, figure in WORLDS[world].figures[on].items():
        name = town.target(code).name
        overdue |= {(name, step) for step in figure.overdue}
        silent |= {(name, step) for step in figure.silent}

    outputs = {
        "总览": from_dashboard(client, on),
        "大屏": from_screen(client, on),
        "周报": from_weekly(client, on),
        "通报": from_bulletin(client, on, steps_of(town)),
        "JSON": from_json(on),
    }

    assert {place: told.overdue for place, told in outputs.items()} == dict.fromkeys(
        outputs, overdue
    )
    assert {place: told.silent for place, told in outputs.items()} == dict.fromkeys(outputs, silent)


@pytest.mark.parametrize(("world", "on"), cases())
def test_they_read_as_a_clerk_of_that_town_would_write(world, on, live_in, client):
    town = live_in(world)
    said = WORLDS[world].sentences[on]

    assert said["总览"] in from_dashboard(client, on).text
    assert said["总览"] in from_screen(client, on).text
    bulletin = from_bulletin(client, on, steps_of(town)).text
    for sentence in said["通报"]:
        assert sentence in bulletin


def steps_of(town):
    targets = town.plan.targets.prefetch_related("milestones")
    return [(target.name, step.name) for target in targets for step in target.milestones.all()]


def words_of(target, figure, place):
    """一项任务那一行该有的数：1.9000万亩、22.50亩、4个；句子里整的不带小数。没有数的，说没有。"""
    if figure.value is None:
        return [figure.reason if target.by_patches else "没有监测数"]
    value = number(figure.value)
    if target.by_patches and not value:
        return []
    if place == "大屏" and target.by_patches and target.quota is None:
        return [f"{figure.count}/"]
    amount = written(value, target.decimals)
    if place == "大屏":
        return [amount]
    if place == "通报" and value == int(value):
        amount = written(value, 0)
    return [f"{amount}{target.unit}"]


def number(value):
    try:
        return None if value is None else Decimal(str(value))
    except ArithmeticError:
        return None
