"""演示数据哪份方案都造得出来：六个镇的、没有村的、一周一步的、几千户的；各页打得开，清得净。"""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.management import call_command

from plots.ledger.duties import duties_over
from plots.ledger.replay import all_differences
from plots.models import Patch, PatchShape
from taiping import demo
from taiping.demo import day, shapes
from taiping.demo.timelines import moment
from taiping.operations.management.commands import quickstart
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tasks import workbook
from tasks.models import Plan, Reading
from tests.towns import WORLDS
from tests.worlds.factories import (
    make_allocation,
    make_boundary,
    make_milestone,
    make_plan,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.geo_files import square
from tests.worlds.kept import Silent
from villages.models import Role, User, Village, VillageBoundary

pytestmark = pytest.mark.django_db
PAGES = (
    "/",
    "/screen/",
    "/plan/",
    "/patches/",
    "/patches/map/",
    "/duties/",
    "/plan/readings/",
    "/bulletin/",
    "/bulletin/download.docx",
    "/weekly.xlsx",
)


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path, monkeypatch):
    """演示的那一天记在测试自己的文件夹里，静态文件不用收集。"""
    settings.DEMO_DAY, settings.DEMO_DAY_FILE = None, tmp_path / "demo_day.txt"
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(quickstart.Command, "collect_static", lambda self: None)


def live_in(name, settings):
    """镇名、中央经线照那个镇的；方案装进来。"""
    town = WORLDS[name].town
    settings.TOWN_NAME, settings.MAP_MERIDIAN = town.NAME, town.MERIDIAN
    workbook.import_plan(town.content(), town.FILE)
    return Plan.objects.get()


def installed():
    """像那个镇的人第一次装，返回 quickstart 说的话。"""
    out = io.StringIO()
    call_command("quickstart", "--no-serve", stdout=out)
    return out.getvalue()


def seen_by(client, user, *pages):
    client.force_login(user)
    for page in pages:
        assert client.get(page).status_code == 200, page


def everything():
    """{模型: 有几行}，看的人的账号、登录、审计不算。"""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.label.startswith(
            ("audit", "villages.P", "villages.Session", "villages.User")
        ):
            found[model._meta.label] = model._base_manager.count()
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_every_kind_of_plan_gets_a_demo_that_opens_and_is_cleared(
    name, settings, client, django_capture_on_commit_callbacks
):
    plan = live_in(name, settings)
    before = everything()

    words = installed()

    assert plan.starts_on < settings.DEMO_DAY < plan.ends_on
    assert f"演示：系统里的今天是 {settings.DEMO_DAY.year}年" in words
    assert list(all_differences()) == []
    seen_by(client, make_user("viewer", role=Role.STAFF), *PAGES, "/today/")
    seen_by(client, make_user("farmer", villages=Village.objects.all()[:1]), "/my/")
    with django_capture_on_commit_callbacks(execute=True):
        call_command("clear_demo", stdout=io.StringIO())
    assert everything() == before
    assert set(User.objects.values_list("username", flat=True)) == {"viewer", "farmer"}
    assert settings.DEMO_DAY is None


def test_readings_go_towards_the_quotas_in_their_own_units(settings):
    """乙镇：公里三位小数，座是整数；各村的加起来是全镇的；有按期的、有晚的、有差一点的、有没报的。"""
    plan = live_in("works", settings)

    demo.load(Silent(), now=moment(date(2026, 12, 31), 0))

    told = {row.target.code: row for row in plan_progress(plan, date(2026, 12, 30)).targets}
    assert [told[code].state for code in ("field", "pond", "road", "canal", "money")] == [
        MilestoneState.OVERDUE,
        MilestoneState.DONE_LATE,
        MilestoneState.DONE,
        MilestoneState.NO_DATA,
        MilestoneState.OVERDUE,
    ]
    assert told["road"].confirmed == Decimal("18.6")
    assert {row.village.name: row.confirmed for row in told["road"].villages} == {
        "乙东": Decimal("6.2"),
        "乙西": Decimal("7.4"),
        "乙南": Decimal(5),
    }
    assert Decimal(2500) < told["field"].confirmed < Decimal(5000)
    readings = Reading.objects.all()
    assert set(readings.values_list("source", "is_demo")) == {("演示数据", True)}
    for row in readings.select_related("target"):
        assert row.value == round(row.value, row.target.decimals), row
        assert plan.outside(row.on) == ""
    roads = readings.filter(target__code="road", village__name="乙东").order_by("on")
    values = list(roads.values_list("value", flat=True))
    assert values == sorted(values) and len(set(values)) > 2
    assert {row.by.role for row in readings.filter(village__isnull=False)} == {Role.SECRETARY}


def test_nothing_is_written_ahead_and_it_is_the_same_every_time(settings):
    live_in("grain", settings)
    now = moment(date(2026, 7, 1), 0)

    def rows():
        fields = ("target__code", "village__name", "on", "value", "created_at")
        return list(Reading.objects.order_by(*fields).values_list(*fields))

    demo.load(Silent(), now=now)
    first = rows()
    demo.clear()
    demo.load(Silent(), now=now)

    assert first == rows() != []
    assert max(created for *_, created in first) <= now


def test_the_parts_of_a_target_add_up_to_it(settings):
    """甲镇：早稻、中稻、旱粮加起来，哪一天都正好是粮食播种面积。"""
    plan = live_in("grain", settings)

    demo.load(Silent(), now=moment(date(2026, 12, 31), 0))

    for month in range(2, 13):
        told = {row.target.code: row.confirmed for row in figures_on(plan, month)}
        parts = [told[code] or 0 for code in ("early", "middle", "dry")]
        assert (told["area"] or 0) == sum(parts), month
    assert told["area"] > 2


def figures_on(plan, month):
    return plan_progress(plan, date(2026, month, 15)).targets


def test_a_weekly_patrol_is_done_most_weeks_and_the_first_village_misses_some(settings):
    plan = live_in("patrols", settings)

    demo.load(Silent(), now=moment(date(2026, 10, 19), 0))

    villages = list(Village.objects.all())
    patrol = plan.duties.filter(code="patrol")
    weeks = duties_over(plan, date(2026, 10, 18), villages=villages, duties=patrol)
    figures = next(iter(weeks.values()))
    missed = [village.name for week in figures for village in week.short]
    assert 0.8 < sum(week.done for week in figures) / sum(week.asked for week in figures) < 1
    assert missed.count("丁一") > 2 * max(missed.count(name) for name in ("丁二", "丁三", "丁四"))


def test_shapes_stand_in_the_villages_or_on_the_meridian_or_nowhere(settings):
    settings.TOWN_NAME, settings.MAP_MERIDIAN = "己镇", 0
    plan = make_plan(2026)
    village = make_village("己一村")
    make_milestone(make_target(plan, quota=Decimal(20)), due_on=date(2026, 6, 30))
    now, words = moment(date(2026, 10, 1), 0), io.StringIO()

    demo.load(words, now=now)
    nowhere = PatchShape.objects.count()
    settings.MAP_MERIDIAN = 117
    shapes.load()
    on_meridian = [round(shape.min_lon) for shape in PatchShape.objects.all()]
    shapes.clear()
    make_boundary(village, square(side=2000), by=User.objects.first())
    shapes.load()

    assert "没有画演示图形：没有村界，设置里也没有中央经线" in words.getvalue()
    assert nowhere == 0
    assert set(on_meridian) == {117} and len(on_meridian) == Patch.objects.count()
    west, south, east, north = VillageBoundary.objects.get().box
    for shape in PatchShape.objects.all():
        assert west < shape.min_lon < shape.max_lon < east
        assert south < shape.min_lat < shape.max_lat < north


ODD = {
    "没有村": lambda plan: make_milestone(make_target(plan), due_on=date(2026, 6, 30)),
    "什么也没有": lambda plan: None,
    "没有步骤": lambda plan: make_target(plan, measured_by="READINGS", unit="座"),
    "几千户": lambda plan: many_households(plan),
    "一周一步": lambda plan: weekly_steps(plan),
    "没有定数": lambda plan: no_quota(plan),
    "任务数是零": lambda plan: make_milestone(
        make_target(plan, measured_by="READINGS", quota=Decimal(0)), due_on=date(2026, 6, 30)
    ),
    "只有一座": lambda plan: one_only(plan),
}


def many_households(plan):
    make_village("大村"), make_village("小村")
    target = make_target(plan, quota=Decimal(9000), quota_count=3000)
    make_milestone(target, due_on=date(2026, 6, 30))


def weekly_steps(plan):
    village = make_village("周村")
    target = make_target(plan, measured_by="READINGS", unit="次", decimals=0, quota=Decimal(52))
    make_allocation(target, village, quota=Decimal(52))
    for week in range(52):
        due = date(2026, 1, 7) + timedelta(weeks=week)
        make_milestone(target, name=f"第{week + 1}周", due_on=due, quota=Decimal(week + 1))


def no_quota(plan):
    for name in ("南", "北", "中"):
        make_village(name)
    target = make_target(plan, measured_by="READINGS", quota=None, villages_may_enter=True)
    make_milestone(target, due_on=None)
    make_milestone(make_target(plan, quota=None), due_on=None)


def one_only(plan):
    make_village("独村")
    target = make_target(plan, measured_by="READINGS", unit="座", decimals=0, quota=Decimal(1))
    make_milestone(target, due_on=date(2026, 1, 1))
    make_milestone(target, due_on=date(2026, 12, 31))


@pytest.mark.parametrize("kind", ODD)
def test_odd_plans_get_a_demo_too(kind, settings, client):
    settings.TOWN_NAME = "庚镇"
    plan = make_plan(2026)
    ODD[kind](plan)

    installed()

    assert date(2026, 10, 19) == settings.DEMO_DAY
    assert list(all_differences()) == []
    assert Patch.objects.count() <= 201
    seen_by(client, User.objects.get(username="leader"), *PAGES)
    demo.clear()
    assert not Reading.objects.exists() and not Patch.objects.exists()


def test_the_next_year_is_played_in_its_own_time(settings):
    """明年的方案：演示停在它走到五分之四的那天；自己写的那天照旧要在起止日期里。"""
    make_plan(2027, starts_on=date(2027, 3, 1), ends_on=date(2028, 2, 28))

    assert day.chosen(None) == date(2027, 12, 17)
    with pytest.raises(ValueError, match="不在方案的起止日期里"):
        day.chosen(date(2026, 11, 28))
