"""图形检查：每一种查得出、数对、两边都说；变了重做，认定了不再提，数变了又提。"""

from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from plots import actions
from plots.actions.check_dismissal import dismiss, reopen
from plots.actions.permissions import NotAllowed
from plots.geometry import checks
from plots.geometry.attach import refresh
from plots.geometry.checks import recheck
from plots.models import GeometryCheck, Patch
from taiping.ground.geometry.allowance import Allowance
from taiping.ground.tables import TooHeavy
from tests.worlds.factories import (
    make_boundary,
    make_patch,
    make_plan,
    make_shape,
    make_steps_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import bow_tie, square
from tests.worlds.patch_files import HEADER, xlsx
from villages.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(db):
    return make_steps_target(make_plan())


@pytest.fixture
def east(db):
    return make_village("东村")


def drawn(target, village, geometry, mu="15", **fields):
    patch = make_patch(target, village, area_mu=Decimal(mu), **fields)
    make_shape(patch, geometry)
    return patch


def found(*kinds):
    checks = GeometryCheck.objects.order_by("patch__code", "pk")
    return [
        (check.patch.code, check.figures)
        for check in (checks.filter(kind__in=kinds) if kinds else checks)
    ]


def test_a_good_patch_has_nothing_to_say(target, east):
    drawn(target, east, square())
    drawn(target, east, square(100))  # 挨着，共一条边

    recheck()

    assert found() == []


@pytest.mark.parametrize(("mu", "percent"), [("10", "50"), ("20", "-25")])
def test_stated_and_measured_area_that_differ(target, east, mu, percent):
    drawn(target, east, square(), mu, code="T-1")

    recheck()

    assert found("AREA") == [("T-1", {"stated_mu": mu, "measured_mu": "15", "percent": percent})]


def test_tolerance_is_a_setting(target, east, settings):
    drawn(target, east, square(), "14.5")  # 多 3.4%

    recheck()
    assert found() == []
    settings.GEO_AREA_TOLERANCE = 3
    recheck()

    assert GeometryCheck.objects.get().sentence == "图斑面积 14.50 亩，图形量算 15.00 亩，大 3.4%。"


def test_overlap_is_said_on_both_with_metres_and_percent(target, east):
    """百米见方和五十米见方叠住 20 × 50 米：1000 平方米，占大的 10%、小的 40%。"""
    other = make_steps_target(target.plan, "restructured", name="种植结构调整")
    drawn(target, east, square(), code="大")
    drawn(other, make_village("西村"), square(80, 0, 50), "3.75", code="小")

    recheck()

    assert found() == [
        ("大", {"sqm": "1000", "percent": "10"}),
        ("小", {"sqm": "1000", "percent": "40"}),
    ]


def test_many_are_checked_a_few_at_a_time_with_the_same_result(target, east, monkeypatch):
    """十块排成一行，一块叠住下一块；图形一次只读一对、几对、全部，查出来的一样，多少块也不漏。"""
    for number in range(10):
        drawn(target, east, square(number * 80), code=f"{number:02}")
    recheck()
    at_once = found()
    assert [code for code, _ in at_once].count("05") == 2 and len(at_once) == 18

    for most in (1, 300, 1000):
        GeometryCheck.objects.all().delete()
        monkeypatch.setattr(checks, "PART_BYTES", most)
        recheck()
        assert found() == at_once


def test_a_shape_removed_by_someone_else_in_between_is_left_out(target, east, monkeypatch):
    """外接框读过、图形还没有读，另一个人正好把中间那块撤了：别的照查，不出错。"""
    first, second, third = (
        drawn(target, east, square(at), code=code)
        for at, code in ((0, "甲"), (60, "乙"), (80, "丙"))
    )
    whole = checks.stored_shapes

    def without(*gone):
        return lambda pks: [row for row in whole(pks) if row[0] not in gone]

    monkeypatch.setattr(checks, "stored_shapes", without(second.pk))
    recheck()
    assert [code for code, _ in found()] == ["丙", "甲"]

    monkeypatch.setattr(checks, "stored_shapes", without(first.pk, second.pk, third.pk))
    recheck()
    assert found() == []


def test_all_the_parts_together_have_a_limit(settings):
    """每一段都做得完，合起来没有完：前几段用完了时间，后面的不再做，说怎么办。"""
    settings.READ_SECONDS = 30
    allowed = Allowance(points=1000)
    assert allowed.do(abs, -1) == 1
    allowed.seconds = 0

    with pytest.raises(TooHeavy, match="简化图形，或拆成几份再传"):
        allowed.do(abs, -1)


def test_another_plan_and_split_parents_do_not_overlap(target, east):
    drawn(target, east, square())
    drawn(make_steps_target(make_plan(2025)), east, square(50))
    parent = drawn(target, east, square(20), code="原")
    Patch.objects.filter(pk=parent.pk).update(
        until_on=date(2024, 5, 1), until_at="2024-05-01T00:00Z"
    )

    recheck()

    assert found() == []


def test_slivers_are_not_overlap(target, east):
    drawn(target, east, square())
    drawn(target, east, square(99.995))  # 叠住 5 毫米宽一条，半平方米

    recheck()

    assert found() == []


def test_drawn_twice(target, east):
    drawn(target, east, square(), code="甲")
    drawn(target, east, square(2), code="乙")

    recheck()

    assert set(GeometryCheck.objects.values_list("kind", flat=True)) == {"DUPLICATE"}
    # 重叠 9800，合起来 10200
    assert GeometryCheck.objects.filter(figures__iou_percent="96.1").count() == 2


def test_parts_and_repairs(target, east):
    drawn(target, east, bow_tie(), "7.5", code="T-1")

    recheck()

    assert found("PARTS") == [("T-1", {"parts": 2})]
    assert found("REPAIRED") == [("T-1", {})]


def test_outside_the_stated_village_and_the_township(target, east):
    """东村在 x 0–200，西村在 200–400：甲有一半在西村，乙有四分之一在镇外，丙在边上只差一线。"""
    west = make_village("西村")
    make_boundary(east, square(0, 0, 200))
    make_boundary(west, square(200, 0, 200))
    drawn(target, east, square(150), code="甲")
    drawn(target, west, square(325), code="乙")
    drawn(target, east, square(100.5), code="丙")  # 0.5% 在西村

    recheck()

    assert found("VILLAGE") == [("甲", {"sqm": "5000", "percent": "50", "in": "西村"})]
    assert found("TOWN") == [("乙", {"sqm": "2500", "percent": "25"})]
    assert "主要落在西村" in GeometryCheck.objects.get(kind="VILLAGE").sentence


def test_the_township_is_unknown_until_every_village_has_a_boundary(target, east):
    west = make_village("西村")
    make_boundary(east, square(0, 0, 200))
    drawn(target, west, square(900), code="甲")

    recheck()
    assert found() == []
    make_boundary(west, square(200, 0, 200))
    recheck()

    assert [code for code, _ in found("TOWN")] == ["甲"]
    assert found("VILLAGE") == []  # 全在镇外，只说一次


def test_only_what_changed_is_done_again_and_its_neighbours_are_told(target, east):
    one, two = drawn(target, east, square(), code="甲"), drawn(target, east, square(500), code="乙")
    far = drawn(target, east, square(5000), "1", code="远")
    recheck()
    make_shape(two, square(50), parts=1)

    refresh([two.pk])
    assert {code for code, _ in found("OVERLAP")} == {"甲", "乙"}
    make_shape(two, square(500))
    refresh([two.pk])

    assert found("OVERLAP") == []
    assert [check.patch_id for check in GeometryCheck.objects.all()] == [far.pk]
    assert one.checks.count() == 0


def test_correcting_the_area_or_the_village_does_the_checks_again(target, east):
    huang, west = make_user(role=Role.STAFF), make_village("西村")
    make_boundary(east, square(0, 0, 200))
    make_boundary(west, square(200, 0, 200))
    patch = drawn(target, east, square(), "10")
    recheck()
    assert list(patch.checks.values_list("kind", flat=True)) == ["AREA"]

    actions.amend(patch, by=huang, on=date(2024, 9, 5), reason="按图形更正", area_mu="15")
    assert not patch.checks.exists()
    actions.amend(patch, by=huang, on=date(2024, 9, 5), reason="村写错了", village=west)

    assert patch.checks.get().kind == "VILLAGE"


def test_a_table_that_changes_the_area_does_the_checks_again(target, east, tmp_path):
    patch = drawn(target, east, square(), code="T-1")
    path = tmp_path / "下发.xlsx"
    path.write_bytes(xlsx(HEADER, [1, "东村", "T-1", 30, None, None]))

    make_user("huang", role=Role.STAFF)
    given = {"target": "abandoned", "year": 2024, "by": "huang", "verbosity": 0}

    call_command("import_patches", str(path), issued_on="2024-01-02", **given)

    assert patch.checks.get().figures["percent"] == "-50"


def test_splitting_takes_the_parent_out_of_the_checks(target, east):
    patch = drawn(target, east, square(), "20")
    drawn(target, east, square(50), code="邻")
    recheck()
    assert GeometryCheck.objects.count() == 3

    actions.split(
        patch,
        by=make_user(role=Role.STAFF),
        on=date(2024, 9, 5),
        reason="一块两户",
        children=[{"code": "1", "area_mu": "12"}, {"code": "2", "area_mu": "8"}],
    )

    assert not GeometryCheck.objects.exists()


def test_dismissal_holds_until_the_figures_change(target, east):
    huang = make_user(role=Role.STAFF, name="黄玲")
    one, two = drawn(target, east, square(), code="甲"), drawn(target, east, square(80), code="乙")
    recheck()

    dismiss(one.checks.get(), by=huang, reason=" 两户  共用 ")
    recheck()
    mirror = two.checks.get()
    assert (mirror.dismissed_by, mirror.dismissed_reason) == (huang, "两户 共用")
    make_shape(two, square(70))
    refresh([two.pk])

    assert GeometryCheck.objects.standing().count() == 2
    dismiss(one.checks.get(), by=huang, reason="看过")
    reopen(two.checks.get(), by=huang)
    assert GeometryCheck.objects.standing().count() == 2


def test_dismissal_needs_a_reason_and_the_town(target, east):
    drawn(target, east, square(), "10")
    recheck()
    check = GeometryCheck.objects.get()

    for by, reason in (
        (make_user(role=Role.STAFF), " "),
        (make_user(role=Role.STAFF), "长" * 201),
        (make_user(role=Role.LEADER), "看过"),
        (make_user(villages=[east]), "看过"),
    ):
        with pytest.raises(NotAllowed):
            dismiss(check, by=by, reason=reason)

    assert GeometryCheck.objects.standing().count() == 1


def test_command_does_everything_again_and_says_what_it_found(target, east, capsys):
    drawn(target, east, square(), "10")
    drawn(target, east, square(300))

    call_command("recheck_geometry")

    assert capsys.readouterr().out.strip() == (
        "检查了 2 块有图形的图斑：面积不符 1 处。没有村界，出界没有查。"
    )


def test_checking_takes_the_same_number_of_queries_for_many(
    target, east, django_assert_max_num_queries
):
    for at in range(12):
        drawn(target, east, square(at * 80))

    with django_assert_max_num_queries(12):
        recheck()

    assert GeometryCheck.objects.filter(kind="OVERLAP").count() == 22  # 十一对，每对两边
