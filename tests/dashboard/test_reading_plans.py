"""没有图斑的方案（粮油）：总览、大屏、村页说的都是监测数和它的单位，没有一处“0 个图斑”。数都是手算的，见 grain_town。

8月20日：早稻 540/1000 亩（两个村报了一个），收割过了 20 天还差 460；产量 70.2496/120.5 吨，测产 11 天后截止；
机耕道 3.125/12 公里，时间过了 232/334，落后。东村早稻逾期，西村一次没报，南村的产量由镇里测，北村没有份。
"""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from taiping.dashboard.charts import chart, nice_range, tick_words
from taiping.progress.burnup import burn_ups
from taiping.progress.comparison import compared
from taiping.progress.output import as_json, as_table
from taiping.progress.progress import plan_progress, progress_of_two_days
from taiping.progress.words import verdict
from tests.worlds.factories import make_milestone, make_reading, make_target
from tests.worlds.grain_town import GrainTown, day
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db
ON = "2024-08-20"


@pytest.fixture
def town():
    found = again(GrainTown)
    found.summer()
    return found


def seen(client, user, address):
    client.force_login(user)
    response = client.get(address)
    assert response.status_code == 200
    response.text = response.content.decode()
    return response


def words_of(text):
    """页面上的字，去掉标签和空白。"""
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", text))


def test_the_tiles_count_tasks_and_silence_and_nothing_speaks_of_patches(town, client):
    """逾期的是早稻；没有截止已过、一个数也没有的；15 天内要截止的是产量。"""
    page = seen(client, town.mayor, f"/?on={ON}").text

    body = words_of(page[page.index("<main") : page.index("</main>")])
    for tile in (
        "1项任务逾期",
        "0项任务截止已过，还没有报数",
        "0项任务7天内截止",
        "1项任务15天内截止",
    ):
        assert tile in body
    for word in ("图斑", "核实", "上报", "退回", "差错率"):
        assert word not in body


def test_the_verdict_names_silence(town):
    """晚稻 8月10日截止，一个数也没有：还没有数据，其中 1 项截止已过；只有它一项的方案也说。"""
    late = make_target(town.plan, "late", name="晚稻", measured_by="READINGS", order=9)
    make_milestone(late, name="移栽", due_on=day(8, 10), actor="TOWN")

    told = verdict(plan_progress(town.plan, day(8, 20)))
    town.plan.targets.exclude(code="late").delete()
    alone = verdict(plan_progress(town.plan, day(8, 20)))

    assert told == (
        "截至2024年8月20日，4项任务中1项逾期、2项预警、1项还没有数据，"
        "其中1项截止已过、还没有报数；最紧的是粮食产量，距测产截止还有11天。"
    )
    assert alone == "截至2024年8月20日，1项任务截止已过、还没有报数。"


def test_a_silent_target_is_counted_by_the_tile_and_listed_with_its_days(town, client):
    town.early.readings.all().delete()

    page = words_of(seen(client, town.mayor, f"/?on={ON}").text)

    assert "0项任务逾期1项任务截止已过，还没有报数" in page
    assert "早稻·移栽截止已过102天，还没有监测数" in page
    assert "西村2项" not in page and "西村1项没有报数早稻·移栽，截止已过102天，还没有监测数" in page


def test_each_village_has_its_reading_its_share_and_its_quota(town, client):
    page = seen(client, town.mayor, f"/?on={ON}").text
    table = words_of(page[page.index('id="villages"') : page.index('id="groups"')])

    assert "村村该办的逾期拖得最久的一步早稻（亩）粮食产量（吨）" in table
    assert "东村1项早稻·收割，逾期20天540.00/600.0090%逾期70.2496/70.250099.9%" in table
    assert "西村1项没报数早稻·移栽，截止已过102天，还没有监测数没报数/400.00" in table
    assert "南村0—没报数/50.2500" in table
    assert "北村" not in table
    assert "还有1个村没有分到任务，也没有监测数，不列。" in table


def test_the_groups_count_their_late_tasks(town, client):
    page = seen(client, town.mayor, f"/?on={ON}").text

    groups = words_of(page[page.index('id="groups"') : page.index('id="curves"')])

    assert "工作组负责的目标任务逾期任务粮油组早稻逾期1" in groups


def test_what_moved_is_told_in_the_unit_of_each_task(town, client):
    """比 8月13日：产量东村首报，机耕道没动；比 8月5日：早稻东村 450 → 540。"""
    week = words_of(seen(client, town.mayor, f"/?on={ON}").text)
    longer = words_of(seen(client, town.mayor, f"/?on={ON}&since=2024-08-05").text)

    assert "粮食产量首报70.250吨：东村首报70.250另有2项任务的监测数没有动" in week
    assert "早稻+90.00亩：东村+90.00" in longer


def test_a_village_that_fell_back_is_told_with_a_minus(town):
    town.read(town.early, day(8, 18), "530.5", town.east)

    now, then = progress_of_two_days(town.plan, day(8, 20), day(8, 13), "done")
    moved = compared(then, now)

    assert [(row.target.code, row.words, row.villages, row.more) for row in moved.readings] == [
        ("early", "−9.50 亩", [(town.east, "−9.50")], 0),
        ("output", "首报70.250 吨", [(town.east, "首报70.250")], 0),
    ]
    assert moved.still == 1


def test_the_big_screen_counts_tasks_too(town, client):
    page = words_of(seen(client, town.mayor, f"/screen/?on={ON}").text)

    assert "1项任务逾期0项任务截止已过，还没有报数" in page
    assert "监测数/任务数" in page
    assert "村里该办的逾期、没报数的东村早稻·收割1项西村早稻·移栽1项没报数" in page
    assert "图斑" not in page


def test_a_village_page_has_its_own_tiles(town, client):
    west = words_of(seen(client, town.mayor, f"/villages/{town.west.pk}/?on={ON}").text)
    north = words_of(seen(client, town.mayor, f"/villages/{town.north.pk}/?on={ON}").text)

    assert "0项任务逾期1项任务截止已过，还没有报数" in west
    assert "本村的图斑" not in west
    assert "这份方案没有分到本村的任务。" in north
    assert "没有分到本村的任务，也就没有时间节点。" in north


def points(curve):
    return list(zip(curve.days, curve.totals, strict=True))


def test_the_curve_of_a_reading_is_its_value_by_date(town):
    curves = {
        row.figures.target.code: row for row in burn_ups(plan_progress(town.plan, day(8, 20)))
    }

    assert list(curves) == ["early", "output", "road"]
    early = curves["early"]
    assert points(early.confirmed) == [(day(7, 20), 450), (day(8, 10), 540)]
    assert (early.unit, early.goal, points(early.reported)) == ("亩", 1000, [])


def test_the_chart_draws_steps_of_the_quota_to_their_deadlines(town):
    """早稻移栽 5月10日要 500 亩，收割要 1000 亩：任务数的线先低后高；表里没有数的月份是“—”。"""
    early = burn_ups(plan_progress(town.plan, day(8, 20)))[0]

    drawn = chart(early, town.plan, day(8, 20))

    assert drawn.ticks[0][1] == "0"
    assert re.fullmatch(r"M52 [\d.]+H[\d.]+V[\d.]+H[\d.]+H390", drawn.goal)
    assert drawn.reported == drawn.projection == ""
    assert len(drawn.dots) == 2
    assert drawn.days == [
        ("4月30日", ["—"]),
        ("5月31日", ["—"]),
        ("6月30日", ["—"]),
        ("7月31日", ["450.00"]),
        ("8月20日", ["540.00"]),
    ]
    assert [(name, goal, state.label) for name, goal, state in drawn.measured_steps] == [
        ("移栽", "500.00", "逾期完成"),
        ("收割", "1000.00", "逾期"),
    ]
    assert drawn.sentences == ["收割：逾期20天，还差460亩。"]


def test_the_axis_of_a_floor_begins_near_its_line(town):
    floor = make_target(
        town.plan, "kept", kind="FLOOR", measured_by="READINGS", quota=Decimal(32202), order=8
    )
    make_milestone(floor, due_on=day(12, 31))
    make_reading(floor, on=day(3, 31), value=Decimal(32150))
    make_reading(floor, on=day(6, 30), value=Decimal(32260))

    drawn = chart(burn_ups(plan_progress(town.plan, day(8, 20)))[-1], town.plan, day(8, 20))

    assert [label for _, label in drawn.ticks] == ["32100", "32200", "32300"]


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [(0, 1.32, (0, 1.6)), (0, 0.02, (0, 0.02)), (0, 130_000, (0, 160_000)), (7, 7.1, (7, 7.1))],
)
def test_the_axis_has_two_even_steps(low, high, found):
    assert nice_range(low, high) == pytest.approx(found)


def test_large_numbers_on_the_axis_are_written_in_wan():
    assert [tick_words(value) for value in (0, 0.8, 32100, 160_000)] == [
        "0",
        "0.8",
        "32100",
        "16万",
    ]


def test_without_any_reading_the_page_does_not_tell_to_import_patches(client):
    town = again(GrainTown)
    town.plan.targets.exclude(code="road").delete()

    page = words_of(seen(client, town.mayor, f"/?on={ON}").text)

    assert "还没有监测数，画不出曲线。监测数由镇工作人员在“方案→监测数”录入。" in page
    assert "各村都没有分到任务，也没有监测数。" in page
    assert "导入" not in page


def test_json_has_the_villages_readings_and_what_is_silent(town):
    early, output, road = as_json(plan_progress(town.plan, day(8, 20)))["targets"]

    east, west, _, north = early["villages"]
    assert (
        east["read_on"],
        east["share"],
        east["late_step"],
        east["days_late"],
        east["silent"],
    ) == (
        "2024-08-10",
        "0.900",
        "reap",
        20,
        False,
    )
    assert (west["confirmed"], west["share"], west["late_step"], west["silent"]) == (
        None,
        None,
        "plant",
        True,
    )
    assert (north["late_step"], north["silent"]) == (None, False)
    assert (output["villages"][0]["confirmed"], output["villages"][0]["quota"]) == (
        "70.2496",
        "70.2500",
    )
    assert early["silent"] == road["silent"] == []


def test_the_command_writes_one_measured_number(town):
    lines = as_table(plan_progress(town.plan, day(8, 20))).splitlines()

    early = next(line for line in lines if line.startswith("早稻"))
    assert "监测 540.00 亩" in early
    assert "核实" not in early
    assert not any(" 0 个" in line for line in lines)


@pytest.mark.parametrize("page", ["/", "/screen/", "/today/"])
def test_as_many_queries_for_one_village_as_for_many(town, client, page):
    client.force_login(town.huang if page == "/today/" else town.mayor)
    client.get(f"{page}?on={ON}")
    with CaptureQueriesContext(connection) as few:
        client.get(f"{page}?on={ON}")
    for number in range(20):
        village = town.add_village(f"第{number}组", order=20 + number)
        town.read(town.early, day(8, 1), "10", village)
    with CaptureQueriesContext(connection) as many:
        client.get(f"{page}?on={ON}")

    assert len(many) == len(few)
