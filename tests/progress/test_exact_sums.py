"""合计分毫不差：哪种数据库、什么次序都一样；刚好够的是完成，差一点的看得出差。"""

import json
import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from openpyxl import load_workbook

from plots.ledger.as_of import LedgerAt
from plots.models import Patch, RectificationRecord
from taiping.ground.area import enough_decimals
from taiping.progress.burnup import burn_ups
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_patch,
    make_plan,
    make_reading,
    make_record,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

MILLIONTH = Decimal("0.000001")
amounts = st.integers(1, 10**11).map(lambda number: number * MILLIONTH)
hundredths = st.integers(1, 10**6).map(lambda number: Decimal(number) / 100)
# 50 块图斑，单位百分之一亩，合计 87398
HUNDREDTHS = [110, 216, 269, 300, 302, 340, 387, 389, 433, 508, 515, 527, 548, 733, 913, 1305]
HUNDREDTHS += [1316, 1376, 1392, 1463, 1463, 1585, 1598, 1678, 1789, 1806, 1920, 1959, 1964, 2077]
HUNDREDTHS += [2202, 2222, 2230, 2268, 2306, 2347, 2403, 2514, 2592, 2616, 2756, 2906, 3086, 3086]
HUNDREDTHS += [3241, 3354, 3428, 3489, 3579, 3592]


def one_step_target(**fields):
    """一步的任务，9 月 30 日截止。"""
    target = make_target(make_plan(), "abandoned", name="自然撂荒地整治", **fields)
    make_milestone(target, "replant", name="复耕复种", due_on=date(2024, 9, 30))
    return target


def fill(target, village, by, areas, days):
    """每个面积一块图斑，在 4 月 1 日以后第几天报完。"""
    step = target.milestones.get()
    common = {"target": target, "village": village}
    patches = Patch.objects.bulk_create(
        Patch(**common, code=f"T{number}", area_mu=area) for number, area in enumerate(areas)
    )
    RectificationRecord.objects.bulk_create(
        RectificationRecord(
            patch=patch,
            village=village,
            milestone=step,
            kind="REPORT",
            done_on=date(2024, 4, 1) + timedelta(days=day),
            by=by,
            area_mu=patch.area_mu,
            completes=True,
        )
        for patch, day in zip(patches, days, strict=True)
    )


class TestAnyAreas(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.village = make_village("东村")
        cls.by = make_user("huang", role=Role.STAFF)

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(amounts | hundredths, st.integers(0, 100)), min_size=1, max_size=80))
    def test_every_sum_is_the_sum(self, rows):
        areas, days = [area for area, _ in rows], [day for _, day in rows]
        whole = sum(areas)
        target = one_step_target(quota=whole)
        fill(target, self.village, self.by, areas, days)

        progress = plan_progress(target.plan, date(2024, 12, 1))

        (figures,) = progress.targets
        assert figures.patch_area == figures.confirmed == figures.villages[0].confirmed == whole
        assert figures.state == MilestoneState.DONE
        (curve,) = burn_ups(progress)
        assert curve.confirmed.totals[-1] == whole
        ledger = LedgerAt(date(2024, 12, 1), "done", target.milestones.all())
        assert ledger.amounts(Patch.objects.all(), target.milestones.all()) == (whole, whole)
        for order in ("area_mu", "-area_mu", "code"):
            found = Patch.objects.order_by(order)[: len(areas)].aggregate(whole=Sum("area_mu"))
            assert found == {"whole": whole}


@pytest.mark.django_db
def test_a_target_exactly_fulfilled_is_done(leader):
    """50 块加起来刚好 873.98 亩，都按期完成。"""
    village, by = make_village("东村"), make_user(role=Role.STAFF)
    target = one_step_target(quota=Decimal("873.98"))
    fill(target, village, by, [Decimal(area) / 100 for area in HUNDREDTHS], [0] * 50)
    out = StringIO()

    page = leader.get("/?on=2024-12-01").content.decode()
    call_command("progress", as_of="2024-12-01", format="json", stdout=out)
    bulletin = leader.get("/bulletin/?on=2024-12-01").content.decode()

    (told,) = json.loads(out.getvalue())["targets"]
    assert (told["confirmed"], told["quota"], told["state"]) == ("873.98", "873.98", "DONE")
    assert ">873.98</a>" in page
    assert re.search(r"<td[^>]*>\s*873\.98 亩\s*</td>", page), "任务数"
    assert "其中1项按期完成" in page or "1项任务按期完成" in page
    assert "比任务数少" not in page + bulletin
    assert "逾期" not in bulletin.split("二、分任务进展")[1].split("三、")[0]


@pytest.mark.parametrize(
    ("amount", "goal", "decimals", "enough"),
    [
        ("0.9399", "0.94", 2, 4),
        ("0.939999", "0.94", 2, 6),
        ("0.93", "0.94", 2, 2),
        ("0.94", "0.94", 2, 2),
        ("0.9401", "0.94", 2, 2),  # 超过了的不用多写
        ("99.7", "100", 0, 1),
        ("0.9448", "0.9449", 2, 4),
        (None, "0.94", 2, 2),
        ("0.9399", None, 2, 2),
    ],
)
def test_as_many_decimals_as_tell_them_apart(amount, goal, decimals, enough):
    pair = [None if text is None else Decimal(text) for text in (amount, goal)]

    assert enough_decimals([pair], decimals) == enough


@pytest.fixture
def floor(db):
    """底线 0.94 万亩，监测 0.9399 万亩。"""
    target = make_target(
        make_plan(),
        "basic",
        name="永久基本农田",
        kind="FLOOR",
        measured_by="READINGS",
        unit="万亩",
        quota=Decimal("0.94"),
    )
    make_milestone(target, name="年底保有", due_on=date(2024, 12, 31))
    make_reading(target, value=Decimal("0.9399"))
    return target


@pytest.mark.parametrize("url", ["/?on=2024-12-01", "/screen/?on=2024-12-01"])
def test_a_floor_just_missed_is_not_shown_as_met(floor, leader, url):
    page = leader.get(url).content.decode()

    assert "0.9399" in page
    assert "低于底线 0.0001" in page
    assert "0.9400 万亩" in page


def test_a_floor_just_missed_is_told_in_the_bulletin_and_the_workbook(floor, leader):
    bulletin = leader.get("/bulletin/?on=2024-12-01").content.decode()
    sheet = load_workbook(BytesIO(leader.get("/weekly.xlsx?on=2024-12-01").content))["总表"]

    assert "底线0.9400万亩，2024年6月30日监测为0.9399万亩，低于底线0.0001万亩" in bulletin
    formats = {cell.value: cell.number_format for row in sheet.iter_rows() for cell in row}
    assert formats[0.9399] == "0.0000"


@pytest.mark.django_db
def test_a_village_just_short_is_not_shown_as_done(leader):
    """分到 20 亩，做了 19.998 亩。"""
    village = make_village("东村")
    target = one_step_target(quota=Decimal(100))
    make_allocation(target, village, quota=Decimal(20))
    make_record(make_patch(target, village, area_mu=Decimal("19.998")))

    page = leader.get(f"/villages/{village.pk}/?on=2024-12-01").content.decode()
    sheet = load_workbook(BytesIO(leader.get("/weekly.xlsx?on=2024-12-01").content))["分村面积"]

    assert "19.998 亩" in page
    assert "20.00 亩" not in page
    rows = {row[1].value: row for row in sheet.iter_rows()}
    assert [cell.value for cell in rows["东村"][3:7]] == [20, 19.998, 19.998, 19.998]
    assert {cell.number_format for cell in rows["东村"][3:7]} == {"0.000"}
