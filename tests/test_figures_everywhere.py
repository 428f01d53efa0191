"""同一天的数在网页、周报、通报、JSON 里一样：数是手算的（tests/reports_town.py），四处都要找得到。"""

import io
import json

import pytest
from django.core.management import call_command
from docx import Document
from openpyxl import load_workbook

from tests.factories import make_user
from tests.reports_town import DAY, ReportsTown
from villages.models import Role

pytestmark = pytest.mark.django_db

# 任务代码：核实亩、核实个、上报亩、上报个、逾期个。来历写在 tests/test_weekly.py。
BY_HAND = {"自然撂荒地整治": ("20.00", 3, "30.00", 4, 3), "存量重点图斑": ("10.00", 2, "10.00", 2, 0)}


@pytest.fixture
def town():
    return ReportsTown()


def from_json():
    out = io.StringIO()
    call_command("progress", as_of=DAY.isoformat(), format="json", stdout=out)
    return {
        row["name"]: (row["confirmed"], row["confirmed_count"], row["reported"], row["reported_count"],
                      sum(village["overdue_count"] for village in row["villages"]))
        for row in json.loads(out.getvalue())["targets"]
    }


def from_workbook(client):
    answer = client.get(f"/weekly.xlsx?on={DAY}")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))["总表"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    return {
        name: (f"{rows[name][6]:.2f}", rows[name][7], f"{rows[name][4]:.2f}", rows[name][5], rows[name][13]) for name in BY_HAND
    }


def from_page(client):
    rows = client.get(f"/?on={DAY}").context["rows"]
    return {
        row.target.name: (
            f"{row.figures.confirmed:.2f}", row.figures.confirmed_count, f"{row.figures.reported:.2f}",
            row.figures.reported_count, row.figures.overdue_count,
        )
        for row in rows if row.target.name in BY_HAND
    }


def test_json_workbook_and_page_say_what_was_worked_out_by_hand(town, client):
    client.force_login(make_user(role=Role.LEADER))

    json_says = from_json()

    assert {name: json_says[name] for name in BY_HAND} == BY_HAND
    assert from_workbook(client) == BY_HAND
    assert from_page(client) == BY_HAND


def test_the_bulletin_says_the_same_in_words(town, client):
    client.force_login(make_user(role=Role.LEADER))

    answer = client.get(f"/bulletin/download.docx?on={DAY}")
    document = Document(io.BytesIO(b"".join(answer.streaming_content) if answer.streaming else answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)

    abandoned = next(line for line in text.splitlines() if "自然撂荒地整治（" in line)
    listed = next(line for line in text.splitlines() if "存量重点图斑（" in line)
    assert "已上报4个、30亩" in abandoned
    assert "已核实3个、20亩" in abandoned
    assert "已核实2个、10亩" in listed
