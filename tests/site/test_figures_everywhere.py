"""同一天的数在网页、周报、通报、JSON 里一样：数是手算的（tests/worlds/reports_town.py），四处都要找得到。"""

import io
import json
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.management import call_command
from docx import Document
from openpyxl import load_workbook

from tests.progress.test_progress_by_hand import pair, rows
from tests.progress.test_progress_command import cells
from tests.worlds.factories import make_user
from tests.worlds.hand_example import Example, day
from tests.worlds.hand_tables import TARGETS
from tests.worlds.kept import again
from tests.worlds.reports_town import DAY, ReportsTown
from villages.models import Role

pytestmark = pytest.mark.django_db

# 任务代码：核实亩、核实个、上报亩、上报个、逾期个。来历写在 tests/reports/test_weekly.py。
BY_HAND = {
    "自然撂荒地整治": ("20.00", 3, "30.00", 4, 3),
    "存量重点图斑": ("10.00", 2, "10.00", 2, 0),
}


@pytest.fixture
def town():
    return again(ReportsTown)


def from_json():
    out = io.StringIO()
    call_command("progress", as_of=DAY.isoformat(), format="json", stdout=out)
    return {
        row["name"]: (
            row["confirmed"],
            row["confirmed_count"],
            row["reported"],
            row["reported_count"],
            sum(village["overdue_count"] for village in row["villages"]),
        )
        for row in json.loads(out.getvalue())["targets"]
    }


def from_workbook(client):
    answer = client.get(f"/weekly.xlsx?on={DAY}")
    sheet = load_workbook(io.BytesIO(answer.content))["总表"]
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
    return {
        name: (
            f"{rows[name][6]:.2f}",
            rows[name][7],
            f"{rows[name][4]:.2f}",
            rows[name][5],
            rows[name][14],
        )
        for name in BY_HAND
    }


def from_page(client):
    rows = client.get(f"/?on={DAY}").context["rows"]
    return {
        row.target.name: (
            f"{row.figures.confirmed:.2f}",
            row.figures.confirmed_count,
            f"{row.figures.reported:.2f}",
            row.figures.reported_count,
            row.figures.overdue_count,
        )
        for row in rows
        if row.target.name in BY_HAND
    }


def test_json_workbook_and_page_say_what_was_worked_out_by_hand(town, client):
    client.force_login(make_user(role=Role.LEADER))

    json_says = from_json()

    assert {name: json_says[name] for name in BY_HAND} == BY_HAND
    assert from_workbook(client) == BY_HAND
    assert from_page(client) == BY_HAND


WORDS = {
    "NS": "未到时段",
    "OT": "正常",
    "AR": "预警",
    "OD": "逾期",
    "D": "按期完成",
    "DL": "逾期完成",
    "ND": "无数据",
}


def test_every_day_of_the_year_worked_out_by_hand_reads_the_same_everywhere(client):
    """手算的一年，每一天、两种口径：网页、周报、通报、JSON 里的上报、核实、核减、暂缓、逾期、状态都是手算的数。"""
    example, by_day = again(Example), defaultdict(dict)
    client.force_login(example.mayor)
    for (code, basis), table in TARGETS.items():
        for on, texts in rows(table):
            by_day[day(on), basis][code] = texts[0].split()
    assert len(by_day) >= 24

    for (on, basis), by_hand in by_day.items():
        asked = {"year": 2024, "on": on.isoformat(), "basis": basis}
        page = client.get("/", asked).content.decode()
        book = load_workbook(io.BytesIO(client.get("/weekly.xlsx", asked).content))
        lines = {row[0]: row for row in book["总表"].iter_rows(values_only=True)}
        out = io.StringIO()
        call_command(
            "progress", as_of=on.isoformat(), basis=basis, year=2024, format="json", stdout=out
        )
        said = {row["code"]: row for row in json.loads(out.getvalue())["targets"]}
        for code, (*amounts, deferred, patches, overdue, state) in by_hand.items():
            where, (reported, confirmed, exempt) = (on, basis, code), map(pair, amounts)
            row, line = said[code], lines[said[code]["name"]]
            shown = cells(page, "targets", row["name"])
            if patches == "0":  # 那天系统里还没有图斑：没有数，不是 0
                assert (
                    row["reported"],
                    row["confirmed"],
                    {*line[4:16], *line[17:23]},
                    line[23],
                ) == (
                    None,
                    None,
                    {None, "—"},
                    "还没有下发图斑",
                ), where
                assert (*shown[3:5], shown[-1]) == ("—", "—", "还没有下发图斑"), where
                continue
            assert (Decimal(row["reported"]), row["reported_count"]) == reported, where
            assert (Decimal(row["confirmed"]), row["confirmed_count"]) == confirmed, where
            assert (
                Decimal(row["exempt"]),
                row["exempt_count"],
                row["deferred_count"],
                row["patch_count"],
            ) == (*exempt, int(deferred), int(patches)), where
            written = [Decimal(str(value)) for value in (*line[4:8], *line[17:20], line[14])]
            assert written == [*reported, *confirmed, *exempt, int(deferred), int(overdue)], where
            assert (line[16], shown[1].split()[0]) == (WORDS[state], WORDS[state]), where
            for text, (amount, count) in ((shown[3], confirmed), (shown[4], reported)):
                *mu, number, _ = text.split()
                assert int(number) == count, where
                assert [Decimal(value) for value in mu[:1]] == (
                    [] if code == "illegal" else [amount]
                ), where  # 只按个数的不写亩
            assert f"{overdue} 个逾期" in shown[1] if int(overdue) else "个逾期" not in shown[1], (
                where
            )
        if len(by_hand) == 3:
            late, whole = (
                sum(int(texts[place]) for texts in by_hand.values()) for place in (-2, -3)
            )
            had = f"共有图斑{whole}个，{f'其中{late}个逾期（' if late else '没有逾期的。'}"
            told = had if whole else "还没有下发图斑，暂无整治进展的数据。"
            assert told in client.get("/bulletin/", asked).content.decode(), (on, basis)


def test_the_bulletin_says_the_same_in_words(town, client):
    client.force_login(make_user(role=Role.LEADER))

    answer = client.get(f"/bulletin/download.docx?on={DAY}")
    document = Document(io.BytesIO(answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)

    abandoned = next(line for line in text.splitlines() if "自然撂荒地整治（" in line)
    listed = next(line for line in text.splitlines() if "存量重点图斑（" in line)
    assert "已上报4个、30亩" in abandoned
    assert "已核实3个、20亩" in abandoned
    assert "已核实2个、10亩" in listed
