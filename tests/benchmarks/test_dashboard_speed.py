"""总览有多快：300、1 万、10 万块图斑；和同一次运行里同样分组的裸 SQL 比。

运行：python3 manage.py test tests/benchmarks --benchmark-only（README“快慢”一节）。不限时，只量。
"""

from datetime import date

import pytest
from django.core.cache import cache
from django.db import connection

from plots.models import RectificationRecord
from taiping.dashboard.burnup import burn_ups
from taiping.dashboard.progress import progress
from tests.benchmarks.town import make_town
from tests.factories import make_user
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
SIZES = [(300, 10), (10_000, 30), (100_000, 300)]
BARE = """
    SELECT r.milestone_id, r.village_id, r.kind, SUM(r.area_mu),
           SUM(CASE WHEN r.completes THEN 1 ELSE 0 END),
           SUM(CASE WHEN r.done_on <= m.due_on THEN r.area_mu ELSE 0 END),
           SUM(CASE WHEN r.completes AND r.done_on <= m.due_on THEN 1 ELSE 0 END)
    FROM plots_rectificationrecord r JOIN tasks_milestone m ON m.id = r.milestone_id
    WHERE r.done_on <= %s AND (r.withdrawn_on IS NULL OR r.withdrawn_on > %s)
    GROUP BY r.milestone_id, r.village_id, r.kind
"""
PATCHES = "SELECT target_id, village_id, COUNT(*), SUM(area_mu) FROM plots_patch GROUP BY target_id, village_id"
ON = date(2024, 10, 20)


def bare():
    with connection.cursor() as cursor:
        cursor.execute(BARE, [ON, ON])
        rows = cursor.fetchall()
        cursor.execute(PATCHES)
        return rows + cursor.fetchall()


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}块{size[1]}村")
def town(request):
    return make_town(*request.param)


@pytest.mark.benchmark(group="总览")
def test_bare_sql(town, benchmark):
    assert benchmark(bare)


@pytest.mark.benchmark(group="总览")
def test_progress(town, benchmark):
    figures = benchmark(lambda: progress(town, ON))

    assert sum(t.patch_count for t in figures.targets) > 0


@pytest.mark.benchmark(group="总览")
def test_curves(town, benchmark):
    figures = progress(town, ON)

    assert benchmark(lambda: burn_ups(figures))


@pytest.mark.benchmark(group="总览")
def test_one_village(town, benchmark):
    place = Village.objects.first()

    assert benchmark(lambda: progress(town, ON, villages=[place]))


@pytest.mark.benchmark(group="总览")
def test_whole_page(town, client, benchmark):
    client.force_login(make_user(role=Role.LEADER))

    def visit():
        cache.clear()
        return client.get(f"/?on={ON}")

    assert benchmark(visit).status_code == 200
    assert RectificationRecord.objects.exists()
