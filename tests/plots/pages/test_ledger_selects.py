"""台账的筛选：下拉是自己写的，选项、选中的和 Django 写的一样。"""

import lxml.html
import pytest

from plots.models import Status
from tasks.models import Target
from tests.worlds.factories import make_plan

pytestmark = pytest.mark.django_db
LIST = "/patches/"


@pytest.fixture
def liu(client, town):
    """刘主任看全镇：有整改路径，有工作组，还有一份别的方案。"""
    make_plan(2023)
    office = town.plan.groups.create(name="“东片”<工作组>")
    Target.objects.filter(pk=town.target.pk).update(kind=Target.Kind.CASES, group=office)
    client.force_login(town.liu)
    return client


def selects(text):
    """{名字: [(组, 值, 说法, 选中没有)]}。"""
    found = {}
    for select in lxml.html.fromstring(text).iter("select"):
        found[select.get("name")] = [
            (
                option.getparent().get("label"),
                option.get("value"),
                option.text,
                option.get("selected") is not None,
            )
            for option in select.iter("option")
        ]
    return found


def chosen(rows):
    return [value for _, value, _, is_chosen in rows if is_chosen]


@pytest.mark.parametrize("asked", ["", "chosen", "wrong"])
def test_the_selects_say_what_was_chosen_as_django_would(liu, town, asked):
    east, group = town.east.pk, town.plan.groups.get().pk
    every = {
        "plan": "2024",
        "target": "abandoned",
        "village": str(east),
        "group": str(group),
        "status": Status.AWAITING,
        "step": "abandoned:replant",
        "actor": "TOWN",
        "timing": "late",
        "route": "council",
        "basis": "recorded",
        "state": "open",
        "milestone": "replant",
        "done": "no",
    }
    given = {"": {}, "chosen": every, "wrong": dict.fromkeys(every, "<没有>") | {"plan": "2024"}}

    page = liu.get(LIST, given[asked])

    shown = selects(page.content)
    form = page.context["form"]
    assert {name: shown[name] for name in every} == {
        name: selects(str(form[name]))[name] for name in every
    }
    if asked == "chosen":
        assert {name: chosen(shown[name]) for name in every} == {
            name: [value] for name, value in every.items()
        }


def test_a_select_used_wrongly_is_marked(liu):
    page = lxml.html.fromstring(liu.get(LIST, {"status": "没有"}).content)

    marked = [each.get("name") for each in page.iter("select") if each.get("aria-invalid")]

    assert marked == ["status"]
