"""方案各页：目标和条款、工作组、未分解、录入监测。"""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.models import Plan, Reading, Target
from tests.worlds.factories import (
    make_allocation,
    make_plan,
    make_reading,
    make_target,
    make_user,
    make_village,
)
from tests.worlds.kept import again, plan_2024
from villages.models import Role, Village

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    again(plan_2024)
    return Plan.objects.get()


@pytest.fixture
def staff(client):
    user = make_user(role=Role.STAFF, name="规划建设办小李")
    client.force_login(user)
    return user


def test_the_plan_page_shows_targets_deadlines_and_clauses(plan, staff, client):
    page = client.get("/plan/").content.decode()

    for words in (
        "不低于 32,202 亩",
        "24 个、99.30 亩",
        "26 个",
        "“完成自然摞荒地核查整治608亩以上”",
        "（方案一；二（三）；三（二））",
        "9月1日至11月30日",
        "方案没定截止日期",
        "要填国土调查云上传编号",
        "铜委办便笺〔2024〕36号",
    ):
        assert words in page


def test_the_groups_page_shows_people_and_their_targets(plan, staff, client):
    page = client.get("/plan/groups/").content.decode()

    for words in (
        "孔令全",
        "田书超",
        "各村支部书记",
        "补充耕地项目A、B片区各村支部书记",
        "设在规划建设办",
        "违法占用耕地专项工作组",
    ):
        assert words in page


def test_undivided_shares_are_shown_openly_and_never_as_zero(plan, staff, client):
    east = Village.objects.get(name="团碾")
    make_allocation(Target.objects.get(code="abandoned"), east, quota=Decimal("600.5"))

    response = client.get("/plan/shares/")

    page = response.content.decode()
    assert page.count("未分解</span>") == 79  # 10 个村 × 8 项，只有一格分了
    assert "600.50 亩" in page
    assert "自然撂荒地整治：分解合计比任务数少 7.50 亩，还有 9 个村未分解。" in page


def test_a_secretary_sees_only_their_share(plan, client):
    east, west = Village.objects.get(name="团碾"), Village.objects.get(name="万寿")
    for village, quota in ((east, 11), (west, 22)):
        make_allocation(Target.objects.get(code="abandoned"), village, quota=Decimal(quota))
    client.force_login(make_user(villages=[east]))

    page = client.get("/plan/shares/").content.decode()

    assert "11 亩" in page
    assert "22 亩" not in page
    assert "万寿" not in page


def test_staff_enter_a_reading_with_its_source(plan, staff, client):
    target = Target.objects.get(code="retained")

    response = client.post(
        "/plan/readings/",
        {
            "target": target.pk,
            "village": "",
            "on": "2024-06-30",
            "value": "32250.5",
            "source": "季度监测",
        },
        follow=True,
    )

    reading = Reading.objects.get()
    assert (reading.value, reading.on, reading.by) == (Decimal("32250.5"), date(2024, 6, 30), staff)
    assert "已录入：耕地保有量 2024-06-30 32,250.50亩" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("on", "2024-02-30", "“2024-02-30”这一天不存在，请写成 2024-10-20 这样。"),
        ("value", "三万", "请填数字"),
        ("source", "", "这一格要填"),
        ("value", "-1", "数值不能是负数"),
        ("value", "9" * 40, "最多"),
        ("target", "999999", "没有这一项，请重新选"),
    ],
)
def test_a_bad_reading_is_explained_and_nothing_is_lost(plan, staff, client, field, value, words):
    good = {
        "target": Target.objects.get(code="basic").pk,
        "on": "2024-06-30",
        "value": "29750",
        "source": "变更调查",
    }

    response = client.post("/plan/readings/", good | {field: value})

    page = response.content.decode()
    assert Reading.objects.count() == 0
    assert words in page
    assert "还不能保存，请先改下面 1 处" in page
    assert ("变更调查" in page) or field == "source"


@pytest.mark.parametrize("role", [Role.LEADER, Role.SECRETARY])
def test_only_the_town_enters_readings(plan, client, role):
    client.force_login(make_user(role=role))

    response = client.post(
        "/plan/readings/",
        {
            "target": Target.objects.get(code="retained").pk,
            "on": "2024-06-30",
            "value": "1",
            "source": "x",
        },
    )

    assert response.status_code == 403
    assert Reading.objects.count() == 0
    assert "录入一次监测" not in client.get("/plan/readings/").content.decode()


def test_a_corrected_reading_stays_visible(plan, staff, client):
    target = Target.objects.get(code="retained")
    make_reading(target, on=date(2024, 6, 30), value=Decimal(32100))
    make_reading(target, on=date(2024, 6, 30), value=Decimal(32300))

    page = client.get("/plan/readings/").content.decode()

    assert "32,300 亩" in page
    assert "32,100 亩" in page
    assert page.count("已更正") == 1


def test_patch_targets_take_no_readings(plan, staff, client):
    response = client.post(
        "/plan/readings/",
        {
            "target": Target.objects.get(code="abandoned").pk,
            "on": "2024-06-30",
            "value": "1",
            "source": "x",
        },
    )

    assert response.status_code == 200
    assert Reading.objects.count() == 0


@pytest.mark.parametrize("path", ["/plan/", "/plan/groups/", "/plan/shares/", "/plan/readings/"])
def test_pages_take_the_same_queries_for_one_and_many(plan, staff, client, path):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path + "?year=2024").status_code == 200
        return len(captured)

    make_reading(Target.objects.get(code="basic"))
    queries()
    before = queries()
    for number in range(3):
        target = make_target(plan, kind="FLOOR", measured_by="READINGS", order=90 + number)
        make_reading(target)
        make_allocation(target, make_village())

    assert queries() == before


def test_another_year_is_chosen_in_the_address(plan, staff, client):
    make_plan(2025, title="2025年方案")

    assert client.get("/plan/?year=2025").context["plan"].year == 2025
    assert client.get("/plan/?year=2024").context["plan"].year == 2024
    assert client.get("/plan/?year=abcd").status_code == 200
