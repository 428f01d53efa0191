"""页面有多快：300、1 万、10 万块图斑。总览和光页加裸 SQL 比，别的页和光页（登录好了、只有框架）比，都在同一次运行里。

运行：python3 manage.py test tests/benchmarks --benchmark-only（taiping/operations/README.md“快慢”一节）。不限时，只量。
"""

import gzip

import pytest
from django.db import connection

from plots.models import Patch, Status
from taiping.progress.burnup import burn_ups
from taiping.progress.progress import plan_progress
from tests.benchmarks.conftest import TODAY, visit
from tests.worlds.factories import make_user
from villages.models import Role, Village

SIZES = [(300, 10), (10_000, 30), (100_000, 300)]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize(
        "town", SIZES, indirect=True, scope="module", ids=lambda size: f"{size[0]}-{size[1]}"
    ),
]
ON = TODAY
STEPS = """
    SELECT r.milestone_id, r.village_id, r.kind, SUM(r.area_mu),
           SUM(CASE WHEN r.completes THEN 1 ELSE 0 END),
           SUM(CASE WHEN r.done_on <= m.due_on THEN r.area_mu ELSE 0 END),
           SUM(CASE WHEN r.completes AND r.done_on <= m.due_on THEN 1 ELSE 0 END)
    FROM plots_rectificationrecord r JOIN tasks_milestone m ON m.id = r.milestone_id
    WHERE r.done_on <= %s AND (r.withdrawn_on IS NULL OR r.withdrawn_on > %s)
    GROUP BY r.milestone_id, r.village_id, r.kind
"""
PATCHES = "SELECT target_id, village_id, COUNT(*), SUM(area_mu) FROM plots_patch GROUP BY target_id, village_id"
DAYS = """
    SELECT milestone_id, kind, done_on, withdrawn_on, SUM(area_mu), COUNT(*)
    FROM plots_rectificationrecord
    WHERE milestone_id IN (SELECT id FROM tasks_milestone WHERE "order" >= 3) AND done_on <= %s
    GROUP BY milestone_id, kind, done_on, withdrawn_on
"""
DASHBOARD = {
    "总览": f"/?on={ON}",
    "总览，按录入日期": f"/?on={ON}&basis=recorded",
    "总览，和一个月前比": f"/?on={ON}&since=2024-09-20",
    "大屏": f"/screen/?on={ON}",
}
# 页面：谁看、地址（{}是一块待核实的、或这个村的一块图斑）、要不超过光页的几倍
PAGES = {
    "总览": (Role.LEADER, f"/?on={ON}", 5.5),
    "村页": (Role.LEADER, f"/villages/{{village}}/?on={ON}", 3.5),
    "我的任务": (Role.SECRETARY, "/my/", 4),
    "图斑": (Role.STAFF, "/patches/{patch}/", 4),
    "上报表": (Role.SECRETARY, "/patches/{task}/report/", 3),
    "台账": (Role.LEADER, "/patches/", 5),
    "台账，过去一天": (Role.LEADER, f"/patches/?on={ON}", None),
    "待核实": (Role.STAFF, "/review/", None),
    "核实一块": (Role.STAFF, "/review/{waiting}/", None),
    "今天": (Role.STAFF, "/today/", None),
    "方案": (Role.STAFF, "/plan/", None),
    "分解": (Role.STAFF, "/plan/shares/", None),
    "地图": (Role.LEADER, "/patches/map/", None),
}


def bare():
    """总览要的三种分组：节点 × 村、任务 × 村、画曲线的最后两步 × 日。"""
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [ON, ON])
        rows = cursor.fetchall()
        cursor.execute(PATCHES)
        rows += cursor.fetchall()
        cursor.execute(DAYS, [ON])
        return rows + cursor.fetchall()


def test_bare_page_and_bare_sql(town, measure):
    page = visit("/bare/")

    assert measure("光页和裸 SQL", lambda: (page(), bare()), floor=True, table="总览")


def test_bare_sql(town, measure):
    assert measure("裸 SQL", bare, table="总览")


def test_progress(town, measure):
    figures = measure("进度", lambda: plan_progress(town, ON), table="总览")

    assert sum(row.patch_count for row in figures.targets) > 0


def test_curves(town, measure):
    figures = plan_progress(town, ON)

    assert measure("曲线", lambda: burn_ups(figures), table="总览")


@pytest.mark.parametrize("name", DASHBOARD, ids=DASHBOARD.values())
def test_dashboard(town, name, measure):
    is_goal = name == "总览" and connection.vendor == "postgresql"
    measure(name, visit(DASHBOARD[name]), goal=1.4 if is_goal else None, table="总览")


def test_dashboard_compressed(town, measure):
    ask = visit(DASHBOARD["总览"], **{"accept-encoding": "gzip"})

    content = measure("总览，压缩了送", ask, table="总览")

    assert gzip.decompress(content).rstrip().endswith(b"</html>")
    assert len(content) <= 60 * 1024


@pytest.mark.parametrize("role", [Role.LEADER, Role.STAFF])
def test_bare_page(town, role, measure):
    is_floor = role == Role.LEADER
    row = "光页" if is_floor else "光页，镇工作人员"

    measure(row, visit("/bare/", make_user(role=role)), floor=is_floor)


@pytest.mark.parametrize("name", PAGES, ids=[path for _, path, _ in PAGES.values()])
def test_page(town, name, measure):
    role, path, goal = PAGES[name]
    place = Village.objects.first()
    villages = [place] if role == Role.SECRETARY else []
    patches = Patch.objects.filter(village=place)
    reportable = patches.filter(next_milestone__actor="VILLAGE", status=Status.UNDERWAY)
    asked = path.format(
        village=place.pk,
        patch=patches.exclude(status=Status.PENDING).first().pk,
        task=reportable.first().pk,
        waiting=Patch.objects.filter(status=Status.AWAITING).first().pk,
    )

    # 目标是照 SQLite、只算处理器的时间定的
    goal = goal if connection.vendor == "sqlite" else None
    measure(name, visit(asked, make_user(role=role, villages=villages)), goal=goal)
