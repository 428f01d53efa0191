"""总览有多快：300、1 万、10 万块图斑；和同一次运行里同样分组的裸 SQL 比（表里括号中的倍数）。

运行：python3 manage.py test tests/benchmarks --benchmark-only（taiping/operations/README.md“快慢”一节）。不限时，只量。
"""

import gc
import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from taiping.progress.burnup import burn_ups
from taiping.progress.progress import plan_progress
from tests.benchmarks.town import make_town
from tests.worlds.factories import make_user
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
SIZES = [(300, 10), (10_000, 30), (100_000, 300)]
ON = date(2024, 10, 20)
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


@pytest.fixture(scope="module", params=SIZES, ids=lambda size: f"{size[0]}-{size[1]}")
def town(request, django_db_setup, django_db_blocker):
    """每种大小只造一次：真的存下、统计过（PostgreSQL 还要 VACUUM 才只读索引），量完删掉。

    和 serve 一样先把一直在用的对象放到一边，不然 pytest 自己的几十万个对象也算在页面头上。
    """
    with django_db_blocker.unblock():
        plan = make_town(*request.param)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    gc.collect()
    gc.freeze()
    yield plan
    gc.unfreeze()
    # 逐行核对外键的话，SQLite 删四十万条要一个多小时
    with django_db_blocker.unblock(), connection.constraint_checks_disabled():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def measure(benchmark, request):
    """同样大小的排在一张表里；每样量两秒左右，至少五遍。"""
    size = request.node.callspec.params["town"]
    benchmark.group = "总览，{} 块图斑 {} 个村".format(*size)
    benchmark._max_time, benchmark._min_rounds = 2, 5
    return benchmark


def bare():
    """总览要的三种分组：节点 × 村、任务 × 村、画曲线的最后两步 × 日。"""
    with connection.cursor() as cursor:
        cursor.execute(STEPS, [ON, ON])
        rows = cursor.fetchall()
        cursor.execute(PATCHES)
        rows += cursor.fetchall()
        cursor.execute(DAYS, [ON])
        return rows + cursor.fetchall()


def test_bare_sql(town, measure):
    assert measure(bare)


def test_progress(town, measure):
    figures = measure(lambda: plan_progress(town, ON))

    assert sum(row.patch_count for row in figures.targets) > 0


def test_curves(town, measure):
    figures = plan_progress(town, ON)

    assert measure(lambda: burn_ups(figures))


def visit(path, **headers):
    """把一次请求交给应用：中间件、登录、查询、排版都在里面；不经测试客户端，它会另抄一份模板的数据。

    和 waitress 一样在另一个线程里跑：Python 3.11 的调用栈每过一块的边界就要向系统要一次内存，pytest 的栈深，
    循环正好跨在边界上时，同一页会慢一两倍。
    """
    client, handler = Client(), ClientHandler()
    client.force_login(make_user(role=Role.LEADER))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    environ = RequestFactory().get(path, headers={"cookie": cookie, **headers}).environ

    def ask():
        response = handler(dict(environ))
        assert response.status_code == 200, response.headers
        return response.content

    here = connections["default"]
    here.inc_thread_sharing()
    pool = ThreadPoolExecutor(1, initializer=lambda: connections.__setitem__("default", here))
    pool.submit(ask).result()  # 模板和连接第一次要装，不算
    return lambda: pool.submit(ask).result()


def test_whole_page(town, measure):
    assert measure(visit(f"/?on={ON}")).endswith(b"</html>\n")


def test_whole_page_compressed(town, measure):
    content = measure(visit(f"/?on={ON}", **{"accept-encoding": "gzip"}))

    assert gzip.decompress(content).endswith(b"</html>\n")
    assert len(content) <= 60 * 1024


def test_whole_page_by_entry(town, measure):
    measure(visit(f"/?on={ON}&basis=recorded"))


def test_whole_page_compared(town, measure):
    measure(visit(f"/?on={ON}&since=2024-09-20"))


def test_village_page(town, measure):
    measure(visit(f"/villages/{Village.objects.first().pk}/?on={ON}"))
