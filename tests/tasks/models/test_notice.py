"""2024年方案的每一个数、日期、村、组和人，都和镇里的通知一致。下面的数是照通知抄的。"""

from datetime import date
from decimal import Decimal

import pytest

from tasks.models import Allocation, Membership, Milestone, Plan, Target, WorkingGroup
from tests.worlds.kept import again, plan_2024
from villages.models import Cadre, Village

pytestmark = pytest.mark.django_db

TEAM = "耕地保护工作专班"
COORDINATION = "统筹协调指导工作组"
RESTORATION = "耕地恢复补足及耕地存量“非粮化”重点图斑整治工作组"
ABANDONED = "自然摞荒、种植结构调整及不符合退耕还林耕地核查整治工作组"
ILLEGAL = "违法占用耕地专项工作组"


@pytest.fixture(autouse=True)
def notice():
    again(plan_2024)


def people(group, position):
    rows = (
        Membership.objects.filter(group__name=group, position=position)
        .select_related("cadre")
        .order_by("order")
    )
    return [row.who for row in rows]


def test_the_plan_is_the_towns_own():
    plan = Plan.objects.get()

    assert plan.year == 2024
    assert plan.title == "铜梁区太平镇2024年耕地保护工作实施方案"
    assert plan.issuer == "重庆市铜梁区太平镇人民政府"
    assert plan.ends_on == date(2024, 12, 31)
    assert "铜委办便笺〔2024〕36号" in plan.note


@pytest.mark.parametrize(
    ("code", "quota", "count"),
    [
        ("retained", "32202", None),
        ("basic", "29733", None),
        ("restore", "1010", None),
        ("abandoned", "608", None),
        ("restructured", "65", None),
        ("reforested", "94", None),
        ("non_grain", "99.3", 24),
        ("illegal", None, 26),
    ],
)
def test_every_quota_of_the_notice(code, quota, count):
    target = Target.objects.get(code=code)

    assert target.quota == (Decimal(quota) if quota else None)
    assert target.quota_count == count


def test_there_are_eight_targets_and_no_more():
    assert Target.objects.count() == 8
    assert set(Target.objects.filter(kind="FLOOR").values_list("code", flat=True)) == {
        "retained",
        "basic",
    }
    assert list(Target.objects.filter(kind="CASES").values_list("code", flat=True)) == ["illegal"]


REPLANTING = [
    ("复耕复种", None, date(2024, 9, 30), "VILLAGE"),
    ("举证上传", None, date(2024, 10, 31), "VILLAGE"),
    ("镇级核实", None, date(2024, 11, 15), "TOWN"),
]


@pytest.mark.parametrize(
    ("code", "steps"),
    [
        ("retained", [("年底保有", None, date(2024, 12, 31), "TOWN")]),
        ("basic", [("年底保有", None, date(2024, 12, 31), "TOWN")]),
        (
            "restore",
            [
                ("项目施工", date(2024, 9, 1), date(2024, 11, 30), "VILLAGE"),
                ("农作物种植", date(2024, 9, 1), date(2024, 11, 30), "VILLAGE"),
                ("竣工验收", date(2024, 12, 1), date(2024, 12, 31), "DISTRICT"),
            ],
        ),
        ("abandoned", REPLANTING),
        ("restructured", REPLANTING),
        ("reforested", REPLANTING),
        ("non_grain", [("比对核实", None, date(2024, 9, 20), "TOWN"), *REPLANTING]),
        ("illegal", [("整改落实", None, None, "VILLAGE"), ("核实销号", None, None, "TOWN")]),
    ],
)
def test_every_deadline_of_the_notice(code, steps):
    found = Milestone.objects.filter(target__code=code).order_by("order")

    assert list(found.values_list("name", "starts_on", "due_on", "actor")) == steps


def test_deadlines_quote_the_notice():
    quoted = dict(Milestone.objects.filter(target__code="non_grain").values_list("code", "wording"))

    assert quoted == {
        "verify": "在9月20日前完成比对核实",
        "replant": "9月底前完成复耕复种",
        "evidence": "10月底前相关各村在“国土调查云”APP举证上传相关数据完成举证",
        "check": "11月15日前镇组织核实",
    }


def test_ten_villages_in_two_lots():
    lots = {
        lot: list(
            Allocation.objects.filter(target__code="restore", lot=lot)
            .order_by("village__order")
            .values_list("village__name", flat=True)
        )
        for lot in "AB"
    }

    assert lots == {
        "A": ["团碾", "万寿", "铁鹅", "坪漆", "太平"],
        "B": ["凉水", "余家", "白云", "垣楼", "双福"],
    }
    assert Village.objects.count() == 10


def test_no_share_is_invented():
    assert not Allocation.objects.filter(quota__isnull=False).exists()
    assert not Allocation.objects.filter(quota_count__isnull=False).exists()
    assert not Village.objects.exclude(code="").exists()


def test_the_team_stands_above_four_groups():
    team = WorkingGroup.objects.get(parent=None)

    assert team.name == TEAM
    assert team.office == "规划建设办"
    assert list(team.subgroups.order_by("order").values_list("name", flat=True)) == [
        COORDINATION,
        RESTORATION,
        ABANDONED,
        ILLEGAL,
    ]


@pytest.mark.parametrize(
    ("group", "leaders", "deputies", "members"),
    [
        (
            TEAM,
            ["孔令全"],
            ["钟世仁", "柴克应"],
            ["规划建设办负责人", "产业培育中心负责人", "各村书记"],
        ),
        (
            COORDINATION,
            ["孔令全"],
            ["钟世仁", "柴克应", "田书超"],
            ["黄玲", "刘泽", "周俊璇", "罗国富", "邹礼健", "陈宏"],
        ),
        (
            RESTORATION,
            ["钟世仁", "柴克应"],
            [],
            ["黄玲", "罗国富", "刘泽", "邹礼健", "补充耕地项目A、B片区各村支部书记"],
        ),
        (ABANDONED, ["柴克应"], [], ["刘泽", "邹礼健", "陈宏", "各村支部书记"]),
        (
            ILLEGAL,
            ["钟世仁", "柴克应", "田书超"],
            [],
            ["黄玲", "刘泽", "刘明政", "罗国富", "邹礼健", "沈勇", "各村支部书记"],
        ),
    ],
)
def test_every_group_has_its_people(group, leaders, deputies, members):
    assert people(group, "LEADER") == leaders
    assert people(group, "DEPUTY") == deputies
    assert people(group, "MEMBER") == members


def test_the_office_heads_and_the_published_posts():
    assert people(TEAM, "OFFICE_HEAD") == ["黄玲", "刘泽"]
    assert dict(Cadre.objects.exclude(post="").values_list("name", "post")) == {
        "孔令全": "镇长",
        "钟世仁": "副镇长",
        "柴克应": "副镇长",
    }
    assert Cadre.objects.count() == 12


def test_each_target_has_the_group_the_notice_names():
    groups = dict(Target.objects.values_list("code", "group__name"))

    assert groups["restore"] == groups["non_grain"] == RESTORATION
    assert groups["abandoned"] == groups["restructured"] == groups["reforested"] == ABANDONED
    assert groups["illegal"] == ILLEGAL


def test_every_target_names_its_clause():
    assert not Target.objects.filter(clause="").exists()
    assert not WorkingGroup.objects.filter(clause="").exists()


def test_loading_twice_changes_nothing():
    before = Membership.objects.count(), Milestone.objects.count(), Allocation.objects.count()

    again(plan_2024)

    assert (
        Membership.objects.count(),
        Milestone.objects.count(),
        Allocation.objects.count(),
    ) == before
