"""三个村报了两个：总览、村页、大屏、通报、周报、命令行都说没有报齐，没有一处说低于底线。"""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.core.management import call_command

from taiping.reports.bulletin import write_bulletin
from tests.worlds.factories import make_milestone, make_reading, make_target
from tests.worlds.town import Town

pytestmark = pytest.mark.django_db
AFTER = "on=2025-01-02&year=2024"


@pytest.fixture
def town(client):
    town = Town()
    town.villages = [town.add_village(name) for name in ("东村", "西村", "南村")]
    town.add_mayor()
    town.floor = make_target(
        town.plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        quota=Decimal(100),
        decimals=0,
    )
    make_milestone(town.floor, "hold", name="年底保有", due_on=date(2024, 12, 31))
    for village in town.villages[:2]:
        make_reading(town.floor, village=village, value=Decimal(30))
    client.force_login(town.mayor)
    return town


def bulletin_of(town):
    blocks = write_bulletin(town.plan, date(2025, 1, 2), "done").blocks
    return "".join(block.lead + block.text for block in blocks if block.kind == "paragraph")


def weekly_of(town, client):
    content = client.get(f"/weekly.xlsx?{AFTER}")
    raw = b"".join(content.streaming_content) if content.streaming else content.content
    sheet = openpyxl.load_workbook(io.BytesIO(raw))["总表"]
    return ["".join(str(cell or "") for cell in row) for row in sheet.values]


def test_the_bulletin_says_how_many_have_reported_and_blames_no_one(town):
    text = bulletin_of(town)

    assert "（一）耕地保有量（无数据，截止已过2天，3个村报了2个）。底线100亩" in text
    assert "低于底线" not in text


def test_pages_say_the_same(town, client):
    for path in ("/", "/screen/"):
        page = client.get(f"{path}?{AFTER}").content.decode()
        assert "3 个村报了 2 个" in page
        assert "低于底线" not in page


def test_the_village_page_has_the_villages_own_number(town, client):
    east = client.get(f"/villages/{town.villages[0].pk}/?{AFTER}").content.decode()

    assert ">30 亩</a>" in east
    assert "个村报了" not in east


def test_the_command_line_says_it_too(town):
    out = io.StringIO()

    call_command("progress", as_of="2025-01-02", stdout=out)

    assert "3个村报了2个" in out.getvalue()


def test_later_numbers_of_some_villages_are_told_beside_the_towns(town, client):
    make_reading(town.floor, on=date(2024, 3, 31), value=Decimal(110))

    page = client.get(f"/?{AFTER}").content.decode()

    assert "高出底线 10 亩" in page
    assert "3 个村报了 2 个更晚的数" in page
    assert "2024年3月31日监测为110亩，高出底线10亩（3个村报了2个更晚的数）。" in bulletin_of(town)


def test_the_weekly_remark_says_it(town, client):
    rows = weekly_of(town, client)

    assert [row for row in rows if "耕地保有量" in row and "3个村报了2个" in row]
