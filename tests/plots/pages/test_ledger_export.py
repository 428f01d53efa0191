"""台账导出的页面：照什么筛的写在标题下面和文件名里；条件用不上的不导出。"""

import io
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook

from taiping.ground import dates
from tests.worlds.factories import make_plan, make_target, make_user
from villages.models import Role

pytestmark = pytest.mark.django_db


def test_the_export_says_its_filter_under_the_title_and_in_its_name(client, town):
    client.force_login(town.huang)

    answer = client.get(f"/patches/export.xlsx?village={town.east.pk}&q=T1&due=366")
    sheet = load_workbook(io.BytesIO(answer.content)).active

    assert sheet["A2"].value == "筛选：村：东村；含“T1”；366 天内截止"
    name = unquote(answer["Content-Disposition"])
    assert f"东村图斑台账_含“T1”、366天内截止_{dates.today():%Y%m%d}.xlsx" in name


def test_the_name_of_an_export_is_safe_and_short_whatever_was_searched(client, town):
    client.force_login(town.huang)

    answer = client.get("/patches/export.xlsx", {"q": 'a/b:c*?"<>|\\ d' + "长" * 80})

    name = unquote(answer["Content-Disposition"]).partition("utf-8''")[2]
    assert name.startswith("2024年太平镇图斑台账_含“abcd长")
    assert not set(name) & set('/\\:*?"<>| ')
    assert len(name) < 80


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("due=abc", "“几天内截止”：请填整数，如 7。"),
        ("village=999999", "“村”：没有这个村，或不是您负责的村，请重新选。"),
        ("on=2024-02-30", "“看哪一天”："),
        ("status=NONE", "“目前状态”：没有“NONE”这一项，请重新选。"),
        ("plan=1999", "“方案”：没有“1999”这一项，请重新选。"),
        ("done=yes", "“这一步”："),
    ],
)
def test_an_export_whose_condition_cannot_be_used_refuses(client, town, query, sentence):
    """条件写错了导出全部，人会当成筛过的：不导出，说清是哪一条，带着条件回台账。"""
    client.force_login(town.huang)

    answer = client.get(f"/patches/export.xlsx?{query}&q=T")

    page = answer.content.decode()
    assert answer.status_code == 400
    assert sentence in page
    assert "没有导出" in page
    assert f"/patches/?{query}&amp;q=T" in page


def test_coordinates_are_not_exported_either_when_a_condition_cannot_be_used(client, town):
    client.force_login(make_user(role=Role.ADMIN))

    answer = client.get("/patches/geo.geojson?due=abc")

    assert answer.status_code == 400
    assert "“几天内截止”：请填整数，如 7。" in answer.content.decode()


def test_a_plan_without_patches_has_no_empty_table_to_take(client, town):
    """只有监测的方案：回台账页，那里说得清为什么；条件照旧带着。"""
    plan = make_plan(2023)
    make_target(plan, measured_by="READINGS")
    client.force_login(town.huang)

    answer = client.get("/patches/export.xlsx?plan=2023", follow=True)

    assert answer.redirect_chain == [("/patches/?plan=2023", 302)]
    page = answer.content.decode()
    assert "2023年度方案没有图斑，没有可以导出的台账。" in page
    assert "2023年度方案的任务都靠监测量，没有图斑。" in page
