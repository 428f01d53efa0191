"""命令行和总览页说的是同一份手算的数；空方案、没有村、没有图斑、没有监测也说得清楚。"""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.worlds.factories import (
    make_milestone,
    make_plan,
    make_reading,
    make_steps_target,
    make_target,
)
from tests.worlds.hand_example import Example
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db


@pytest.fixture
def example(db):
    return again(Example)


def printed(**options):
    out = StringIO()
    call_command("progress", stdout=out, **options)
    return out.getvalue()


def as_json(**options):
    return json.loads(printed(format="json", **options))


def step(code, name, due_on, reached, on_time, late, overdue, state):
    """一个节点在 JSON 里的样子；reached、on_time、late 是（数量, 个）。"""
    return {
        "code": code,
        "name": name,
        "due_on": due_on,
        "reached": reached[0],
        "reached_count": reached[1],
        "on_time": on_time[0],
        "on_time_count": on_time[1],
        "late": late[0],
        "late_count": late[1],
        "overdue_count": overdue,
        "state": state,
    }


def none_carried(zero):
    """没有结转出去、也没有结转来的，没有反弹的。"""
    carried = {"carried": zero, "carried_count": 0, "brought": zero, "brought_count": 0}
    return {**carried, "relapsed_count": 0}


def place(name, quota, quota_count, reported, confirmed, overdue):
    return {
        "name": name,
        "quota": quota,
        "quota_count": quota_count,
        "reported": reported[0],
        "confirmed": confirmed[0],
        "reported_count": reported[1],
        "confirmed_count": confirmed[1],
        "overdue_count": overdue,
        "carried_count": 0,
    }


NEW = {
    "town",
    "parent",
    "quota_most",
    "quota_count_most",
    "overdue_by",
    "reason",
    "short",
    "short_count",
    "actor",
    "forecast_on",
}


def old(found, is_step=False):
    """只留早就有的键：新键不动它们的样子。"""
    if isinstance(found, list):
        return [old(row, is_step) for row in found]
    if not isinstance(found, dict):
        return found
    gone = NEW | {"quota", "quota_count"} if is_step else NEW
    return {key: old(value, key == "milestones") for key, value in found.items() if key not in gone}


def test_json_of_the_year_in_december(example):
    assert old(as_json(as_of="2024-12-02")) == {
        "plan": 2024,
        "plan_code": "2024",
        "as_of": "2024-12-02",
        "basis": "done",
        "overdue_count": 1,
        "targets": [
            {
                "code": "non_grain",
                "name": "重点图斑",
                "kind": "WORKLOAD",
                "unit": "亩",
                "quota": "29.7",
                "quota_count": 4,
                "reported": "23.5",
                "confirmed": "23.5",
                "reported_count": 4,
                "confirmed_count": 4,
                "exempt": "6.2",
                "exempt_count": 1,
                "deferred_count": 0,
                **none_carried("0.0"),
                "patch_count": 4,
                "state": "DONE_LATE",
                "milestones": [
                    step(
                        "verify",
                        "比对核实",
                        "2024-09-20",
                        ("23.8", 4),
                        ("18.5", 2),
                        ("5.3", 1),
                        0,
                        "DONE_LATE",
                    ),
                    step(
                        "replant",
                        "复耕复种",
                        "2024-09-30",
                        ("23.5", 4),
                        ("15.0", 2),
                        ("8.5", 1),
                        0,
                        "DONE_LATE",
                    ),
                    step(
                        "evidence",
                        "举证上传",
                        "2024-10-31",
                        ("23.5", 4),
                        ("15.0", 2),
                        ("8.5", 1),
                        0,
                        "DONE_LATE",
                    ),
                    step(
                        "check",
                        "镇级核实",
                        "2024-11-15",
                        ("23.5", 4),
                        ("15.0", 2),
                        ("8.5", 1),
                        0,
                        "DONE_LATE",
                    ),
                ],
                "villages": [
                    place("东村", "18.5", 2, ("18.5", 2), ("18.5", 2), 0),
                    place("西村", "6.2", None, ("0.0", 1), ("0.0", 1), 0),
                    place("南村", None, None, ("5.0", 1), ("5.0", 1), 0),
                ],
            },
            {
                "code": "abandoned",
                "name": "自然撂荒地整治",
                "kind": "WORKLOAD",
                "unit": "亩",
                "quota": "36.00",
                "quota_count": None,
                "reported": "36.00",
                "confirmed": "36.00",
                "reported_count": 6,
                "confirmed_count": 6,
                "exempt": "5.00",
                "exempt_count": 1,
                "deferred_count": 0,
                **none_carried("0.00"),
                "patch_count": 7,
                "state": "DONE_LATE",
                "milestones": [
                    step(
                        "replant",
                        "复耕复种",
                        "2024-09-30",
                        ("40.00", 6),
                        ("27.00", 3),
                        ("13.00", 3),
                        1,
                        "DONE_LATE",
                    ),
                    step(
                        "evidence",
                        "举证上传",
                        "2024-10-31",
                        ("36.00", 6),
                        ("33.50", 5),
                        ("2.50", 1),
                        1,
                        "DONE_LATE",
                    ),
                    step(
                        "check",
                        "镇级核实",
                        "2024-11-15",
                        ("36.00", 6),
                        ("26.00", 3),
                        ("10.00", 2),
                        1,
                        "DONE_LATE",
                    ),
                ],
                "villages": [
                    place("东村", "20.00", None, ("19.50", 2), ("19.50", 2), 0),
                    place("西村", "16.00", None, ("16.50", 3), ("16.50", 3), 0),
                    place("南村", None, None, ("0.00", 1), ("0.00", 1), 1),
                ],
            },
            {
                "code": "illegal",
                "name": "违法占用",
                "kind": "CASES",
                "unit": "亩",
                "quota": None,
                "quota_count": 3,
                "reported": "0.80",
                "confirmed": "0.80",
                "reported_count": 1,
                "confirmed_count": 1,
                "exempt": "0.00",
                "exempt_count": 0,
                "deferred_count": 0,
                **none_carried("0.00"),
                "patch_count": 3,
                "state": "AT_RISK",
                "milestones": [
                    step(
                        "rectify",
                        "整改落实",
                        None,
                        ("0.80", 1),
                        ("0.80", 1),
                        ("0.00", 0),
                        0,
                        "AT_RISK",
                    ),
                    step(
                        "close",
                        "核实销号",
                        None,
                        ("0.80", 1),
                        ("0.80", 1),
                        ("0.00", 0),
                        0,
                        "AT_RISK",
                    ),
                ],
                "villages": [
                    place("东村", None, None, ("0.80", 1), ("0.80", 1), 0),
                    place("西村", None, None, ("0.00", 0), ("0.00", 0), 0),
                    place("南村", None, None, ("0.00", 0), ("0.00", 0), 0),
                ],
            },
        ],
    }


def test_json_of_what_was_known_in_october(example):
    found = as_json(as_of="2024-10-01", basis="recorded")

    listed, workload, _ = found["targets"]
    assert (found["basis"], found["overdue_count"]) == ("recorded", 3)
    assert old(listed["milestones"], is_step=True)[1] == step(
        "replant", "复耕复种", "2024-09-30", ("15.0", 2), ("15.0", 2), ("0.0", 0), 2, "OVERDUE"
    )
    assert [row["overdue_count"] for row in listed["villages"]] == [1, 1, 0]
    assert [row["overdue_count"] for row in workload["villages"]] == [1, 0, 0]
    assert (workload["deferred_count"], workload["patch_count"]) == (1, 6)


def test_json_says_why_whose_and_when(example):
    # N4 只做了 5 亩就算完成、核实通过，比图斑少 0.3 亩；撂荒只剩 A5，报了举证没有核实，等镇里。
    found = as_json(as_of="2024-12-20")
    listed, workload, cases = found["targets"]

    assert found["overdue_by"] == {"village": 0, "town": 1, "district": 0}
    assert (listed["short_count"], listed["short"]) == (1, "0.3")
    assert (workload["reason"], cases["reason"]) == (
        "过了截止才够数",
        "整改落实：按近14天进度，2025年1月3日才完，比方案结束晚3天",
    )
    assert [row["overdue_by"]["town"] for row in workload["villages"]] == [0, 0, 1]
    # 整改近14天多了 1 个，还差 1 个；销号近14天没有动
    assert [row["forecast_on"] for row in cases["milestones"]] == ["2025-01-03", None]
    assert [(row["actor"], row["quota"]) for row in workload["milestones"]] == [
        ("VILLAGE", None),
        ("VILLAGE", None),
        ("TOWN", None),
    ]


def test_the_table_says_the_same(example):
    lines = [" ".join(line.split()) for line in printed(as_of="2024-12-02").splitlines()]

    assert lines == [
        "截至2024年12月2日，3项任务中2项逾期完成、1项预警。",
        "",
        "重点图斑 逾期完成 任务数 29.7 亩、4 个 核实 23.5 亩 上报 23.5 亩 个数 4/4/4，核减 1 个 过了截止才够数",
        "比对核实 2024-09-20 逾期完成 完成 23.8 亩 4 个 过了截止才够数",
        "复耕复种 2024-09-30 逾期完成 完成 23.5 亩 4 个 过了截止才够数",
        "举证上传 2024-10-31 逾期完成 完成 23.5 亩 4 个 过了截止才够数",
        "镇级核实 2024-11-15 逾期完成 完成 23.5 亩 4 个 过了截止才够数",
        "自然撂荒地整治 逾期完成 任务数 36.00 亩 核实 36.00 亩 上报 36.00 亩"
        " 个数 6/6/7，核减 1 个（村该办 1 个） 过了截止才够数",
        "复耕复种 2024-09-30 逾期完成 完成 40.00 亩 6 个，逾期 1 个（村该办 1 个） 过了截止才够数",
        "举证上传 2024-10-31 逾期完成 完成 36.00 亩 6 个，逾期 1 个（村该办 1 个） 过了截止才够数",
        "镇级核实 2024-11-15 逾期完成 完成 36.00 亩 6 个，逾期 1 个（村该办 1 个） 过了截止才够数",
        "违法占用 预警 任务数 3 个 核实 0.80 亩 上报 0.80 亩 个数 1/1/3 时间过了92%，完成33%",
        "整改落实 没定截止日期 预警 完成 0.80 亩 1 个 时间过了92%，完成33%",
        "核实销号 没定截止日期 预警 完成 0.80 亩 1 个 时间过了92%，完成33%",
    ]


def cells(page, section, head):
    """总览里一节的表格中，以 head 开头的那一行：各格的文字。"""
    part = page.split(f'id="{section}"')[1].split("</section>")[0]
    for row in re.findall(r"<tr>(.*?)</tr>", part, re.S):
        texts = [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)
        ]
        if texts[0].split()[0] == head:
            return texts
    raise AssertionError(f"{section} 里没有“{head}”")


@pytest.mark.parametrize(
    ("address", "targets", "villages", "overdue"),
    [
        (
            "/?on=2024-12-02",
            [
                ("重点图斑", "逾期完成", "29.7 亩 4 个", "23.5 亩 4 个", "23.5 亩 4 个"),
                (
                    "自然撂荒地整治",
                    "逾期完成 1 个逾期 村该办 1 个",
                    "36.00 亩",
                    "36.00 亩 6 个",
                    "36.00 亩 6 个",
                ),
                ("违法占用", "预警 时间过了92%，完成33%", "3 个", "1 个", "1 个"),
            ],
            [
                ("东村", ("2 / 2 / 2 18.5 亩、2 个", "2 / 2 / 2 20 亩", "1 / 1 / 1")),
                ("西村", ("1 / 1 / 1 6.2 亩", "3 / 3 / 3 16 亩", "0 / 0 / 1")),
                ("南村", ("1 / 1 / 1", "1 / 1 / 2", "0 / 0 / 1")),
            ],
            1,
        ),
        (
            "/?on=2024-10-01&basis=recorded",
            [
                (
                    "重点图斑",
                    "逾期 2 个逾期 村该办 1 个 · 镇该办 1 个 比对核实：逾期11天，还差1个",
                    "29.7 亩 4 个",
                    "0.0 亩 0 个",
                    "0.0 亩 0 个",
                ),
                (
                    "自然撂荒地整治",
                    "正常 1 个逾期 村该办 1 个 举证上传：还有30天",
                    "36.00 亩",
                    "0.00 亩 0 个",
                    "0.00 亩 0 个",
                ),
                (
                    "违法占用",
                    "预警 整改落实：时间过了75%，完成33%",
                    "3 个",
                    "0 个",
                    "1 个",
                ),
            ],
            [
                ("东村", ("0 / 0 / 2 18.5 亩、2 个", "0 / 0 / 2 20 亩", "0 / 1 / 1")),
                ("西村", ("0 / 0 / 1 6.2 亩", "0 / 0 / 1 16 亩", "0 / 0 / 1")),
                ("南村", ("0 / 0 / 1", "0 / 0 / 3", "0 / 0 / 1")),
            ],
            3,
        ),
    ],
)
def test_the_page_shows_the_same(example, leader, address, targets, villages, overdue):
    page = leader.get(address).content.decode()

    for name, *expected in targets:
        assert cells(page, "targets", name)[1:5] == expected
    for name, expected in villages:
        assert cells(page, "villages", name)[-3:] == list(expected)
    assert f'<span class="figure">{overdue} <small>个图斑</small></span>至少有一步逾期' in page


def test_the_page_shows_each_step(example, leader):
    page = leader.get("/?on=2024-11-08").content.decode()

    *_, replant, evidence, check, _ = cells(page, "deadlines", "自然撂荒地整治")
    figures = 'id="figures"' + page.split('id="chart-abandoned"')[1]

    assert replant == "复耕复种 逾期完成 6 /7 1 个逾期"
    assert evidence == "举证上传 逾期 5 /7 2 个 逾期 8天"
    assert check == "镇级核实 预警 2 /7 还有 7天"
    assert cells(figures, "figures", "复耕复种")[1:] == ["40.00", "3", "3", "50%"]
    assert cells(figures, "figures", "举证上传")[1:4] == ["33.50", "5", "0"]


def test_the_line_on_the_bar_is_what_the_list_is_still_held_to(example, leader):
    listed, workload, _ = leader.get("/?on=2024-12-02").context["rows"]

    assert (listed.mu.confirmed, listed.mu.line) == (
        "100.0",
        "100.0",
    )  # 23.5 亩，核减 6.2 以后要的就是 23.5
    assert (workload.mu.confirmed, workload.mu.line) == ("100.0", "100.0")  # 36 亩以上不扣


def test_without_villages_patches_or_readings_nothing_is_made_up(leader):
    plan = make_plan(2025)
    floor = make_target(
        plan,
        "retained",
        name="耕地保有量",
        kind="FLOOR",
        measured_by="READINGS",
        order=1,
        decimals=0,
    )
    make_milestone(floor, due_on=date(2025, 12, 31))
    make_steps_target(plan, order=2)

    floor, patches = as_json(as_of="2025-10-20")["targets"]

    assert (floor["state"], floor["quota"], floor["reported"], floor["confirmed"]) == (
        "NO_DATA",
        "100",
        None,
        None,
    )
    assert old(floor["milestones"], is_step=True) == [
        step("step1", "第1步", "2025-12-31", (None, 0), (None, 0), (None, 0), 0, "NO_DATA")
    ]
    assert (floor["villages"], patches["villages"], patches["patch_count"]) == ([], [], 0)
    assert (patches["state"], [row["state"] for row in patches["milestones"]]) == (
        "NO_DATA",
        ["NO_DATA"] * 3,
    )
    assert [row["overdue_count"] for row in patches["milestones"]] == [0, 0, 0]
    assert (patches["reported"], patches["confirmed"], patches["milestones"][0]["reached"]) == (
        None,
        None,
        None,
    )
    page = leader.get("/?on=2025-10-20").content.decode()
    for words in ("没有监测数", "还没有下发图斑", "还没有村", "2项任务都还没有数据"):
        assert words in page


def test_a_corrected_reading_is_on_time_only_as_far_as_it_stands():
    plan = make_plan()
    road = make_target(plan, "road", unit="公里", measured_by="READINGS", quota=Decimal(12))
    make_milestone(road, due_on=date(2024, 9, 30))
    make_reading(road, on=date(2024, 9, 20), value=Decimal("12.4"))
    make_reading(road, on=date(2024, 10, 10), value=Decimal(11))

    (before,), (after,) = (as_json(as_of=day)["targets"] for day in ("2024-10-01", "2024-10-11"))

    assert old(before["milestones"], is_step=True) == [
        step("step1", "第1步", "2024-09-30", ("12.40", 0), ("12.40", 0), ("0.00", 0), 0, "DONE")
    ]
    assert old(after["milestones"], is_step=True) == [
        step("step1", "第1步", "2024-09-30", ("11.00", 0), ("11.00", 0), ("0.00", 0), 0, "OVERDUE")
    ]


def test_an_empty_plan_is_an_empty_list(leader):
    make_plan(2025)

    assert as_json(as_of="2025-05-01") == {
        "town": "太平镇",
        "plan": 2025,
        "plan_code": "2025",
        "as_of": "2025-05-01",
        "basis": "done",
        "targets": [],
        "overdue_count": 0,
        "overdue_by": {"village": 0, "town": 0, "district": 0},
    }
    assert printed(as_of="2025-05-01").strip() == "截至2025年5月1日，2025年度方案还没有目标任务。"
    assert leader.get("/?on=2025-05-01").status_code == 200


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "还没有年度方案"),
        ({"year": 2031}, "还没有年度方案"),
        ({"as_of": "2024-13-01"}, "“2024-13-01”这一天不存在"),
        ({"as_of": "9999-12-31"}, "太远了"),
    ],
)
def test_a_wrong_question_is_answered_in_words(options, words):
    with pytest.raises(CommandError, match=words):
        printed(**options)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("2023-06-01", "从2024年1月1日开始，2023年6月1日还没有开始"),
        ("2025-02-01", "2024年度方案已于2024年12月31日结束"),
    ],
)
def test_days_outside_the_plan_are_shown_and_said(example, leader, on, words):
    response = leader.get(f"/?on={on}")

    assert response.status_code == 200
    assert words in response.content.decode()
