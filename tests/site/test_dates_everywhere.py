"""同一天，怎么写、从哪里问都一样：总览、台账、地图、导出、周报、通报、监测表、命令行、表格里的格子。"""

import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from plots.models import Kind
from taiping.ground import tables
from tasks.models import Reading
from tests.worlds.factories import (
    make_patch,
    make_plan,
    make_record,
    make_shape,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import square
from villages.models import Role

pytestmark = pytest.mark.django_db
DAY = date(2024, 10, 20)
SPELLINGS = [
    "2024-10-20",
    " 2024-10-20 ",
    "2024/10/20",
    "2024.10.20",
    "2024年10月20日",
    "20241020",
    "２０２４－１０－２０",
]
WRONG = {
    "abc": "“abc”不是日期，请写成 2024-10-20 这样",
    "2024-02-30": "“2024-02-30”这一天不存在，请写成 2024-10-20 这样",
    "1999-12-31": "“1999-12-31”太远了，请填 2000 年到 2100 年之间的日期",
    "2101年1月1日": "“2101年1月1日”太远了，请填 2000 年到 2100 年之间的日期",
}


class Town:
    """东村有一块图斑，2024 年 10 月 21 日才核实：按 10 月 20 日看还没有。"""

    def __init__(self, client):
        plan, self.village = make_plan(), make_village("东村")
        target = make_steps_target(plan)
        patch = make_patch(target, self.village)
        make_shape(patch, square())
        last = target.milestones.order_by("order").last()
        make_record(patch, last, kind=Kind.PASS, on=date(2024, 10, 21))
        self.floor = make_target(plan, "basic", kind="FLOOR", measured_by="READINGS")
        self.client = client
        client.force_login(make_user(role=Role.ADMIN))

    def get(self, name, on, *args, **params):
        return self.client.get(reverse(name, args=args), {"on": on, **params}, follow=True)

    def village_page(self, name, on):
        return self.get(name, on, self.village.pk)


def asked(name, *given):
    return lambda town, on: town.get(name, on, *given).context["question"].on == DAY


def of_village(name):
    return lambda town, on: town.village_page(name, on).context["question"].on == DAY


def filtered(name):
    return lambda town, on: town.get(name, on).context["filters"].day == DAY


def named(name, written, *given):
    return lambda town, on: written in town.get(name, on, *given).headers["Content-Disposition"]


def drawn(town, on):
    response = town.get("plots:map_data", on, state="confirmed")
    return json.loads(response.getvalue())["features"] == []


def added(town, on):
    form = {"target": town.floor.pk, "on": on, "value": "100", "source": "变更调查"}
    town.client.post(reverse("tasks:readings"), form)
    return list(Reading.objects.values_list("on", flat=True)) == [DAY]


def printed(town, on):
    out = io.StringIO()
    call_command("progress", as_of=on, stdout=out)
    return "截至2024年10月20日" in out.getvalue()


def written(command):
    def says(town, on):
        out = io.StringIO()
        call_command(command, as_of=on, output=str(town.folder / "文件"), stdout=out)
        return "截至 2024-10-20" in out.getvalue()

    return says


ENTRIES = {
    "总览": asked("dashboard:dashboard"),
    "大屏": asked("dashboard:screen"),
    "村页": of_village("dashboard:village"),
    "确认表": of_village("reports:village_confirmation"),
    "通报": asked("reports:bulletin"),
    "通报 Word": named("reports:bulletin_docx", "_2024-10-20.docx"),
    "周报": named("reports:weekly", "_2024-10-20.xlsx"),
    "台账": filtered("plots:patch_list"),
    "台账导出": named("plots:patch_export", "_20241020.xlsx"),
    "坐标导出": named("plots:geo_export", "_20241020.geojson", "geojson"),
    "地图": filtered("plots:patch_map"),
    "地图上的图形": drawn,
    "监测表": added,
    "命令 progress": printed,
    "命令 weekly": written("weekly"),
    "命令 bulletin": written("bulletin"),
    "表格里的格子": lambda town, on: tables.as_date(on) == DAY,
}


@pytest.fixture
def town(client, tmp_path):
    town = Town(client)
    town.folder = tmp_path
    return town


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_day_is_understood_however_it_is_written(town, entry):
    misread = []
    for on in SPELLINGS:
        if not ENTRIES[entry](town, on):
            misread.append(on)
        Reading.objects.all().delete()

    assert misread == []


def page(name, *given):
    return lambda town, on: town.get(name, on, *given).content.decode()


def refused(command, **options):
    def said(town, on):
        given = {name: str(town.folder / value) for name, value in options.items()}
        with pytest.raises(CommandError) as refusal:
            call_command(command, as_of=on, **given)
        return str(refusal.value)

    return said


def post_reading(town, on):
    form = {"target": town.floor.pk, "on": on, "value": "100", "source": "变更调查"}
    return town.client.post(reverse("tasks:readings"), form).content.decode()


def cell(town, on):
    with pytest.raises(ValueError) as refusal:
        tables.as_date(on)
    return str(refusal.value)


ANSWERS = {
    "总览": page("dashboard:dashboard"),
    "大屏": page("dashboard:screen"),
    "村页": lambda town, on: town.village_page("dashboard:village", on).content.decode(),
    "确认表": lambda town, on: town.village_page(
        "reports:village_confirmation", on
    ).content.decode(),
    "通报": page("reports:bulletin"),
    "通报 Word": page("reports:bulletin_docx"),
    "周报": page("reports:weekly"),
    "台账": page("plots:patch_list"),
    "地图": page("plots:patch_map"),
    "监测表": post_reading,
    "命令 progress": refused("progress"),
    "命令 weekly": refused("weekly", output="周报.xlsx"),
    "命令 bulletin": refused("bulletin", output="通报.docx"),
    "表格里的格子": cell,
}


@pytest.mark.parametrize("entry", ANSWERS)
def test_a_wrong_day_is_told_in_the_same_words(town, entry):
    answers = {on: ANSWERS[entry](town, on) for on in WRONG}

    assert [on for on, words in WRONG.items() if words not in answers[on]] == []
