"""量快慢的装置：造一个镇、问一页、量几遍、印出和底的倍数；--renew-speed 把量到的写进 README。"""

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from django.test.utils import override_settings

from taiping.ground.memory import settle
from tests.benchmarks.readme import Cell, renew
from tests.benchmarks.town import make_town
from tests.worlds.factories import make_user
from villages.models import Role

TODAY = date(2024, 10, 20)
SECONDS, ROUNDS = 2, 5  # 每样量这么久，至少这么多遍


def pytest_addoption(parser):
    parser.addoption("--renew-speed", action="store_true", help="把这次量到的写进 README 的“快慢”")


def pytest_configure(config):
    config.speed_cells = []


def pytest_sessionfinish(session):
    if session.config.getoption("--renew-speed") and session.config.speed_cells:
        renew(session.config.speed_cells)


@pytest.fixture(scope="session", autouse=True)
def site():
    """网站多一个光页；今天是 TODAY，哪天量都一样。"""
    with override_settings(ROOT_URLCONF="tests.benchmarks.urls", FIXED_TODAY=TODAY):
        yield


@pytest.fixture(scope="module")
def town(request, django_db_setup, django_db_blocker):
    """(图斑数, 村数) → 方案。每种大小一个文件里只造一次：真的存下、统计过（PostgreSQL 还要 VACUUM 才只读索引），量完删掉。

    和 serve 一样先把一直在用的对象放到一边，不然 pytest 自己的几十万个对象也算在页面头上。
    """
    with django_db_blocker.unblock():
        plan = make_town(*request.param)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    often = gc.get_threshold()
    settle()
    yield plan
    gc.unfreeze()
    gc.set_threshold(*often)
    # 逐行核对外键的话，SQLite 删四十万条要一个多小时
    with django_db_blocker.unblock(), connection.constraint_checks_disabled():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def measure(benchmark, request):
    """measure(说法, 要量的, floor=是不是底, goal=不超过底的几倍) → 它的返回值。

    一种大小（不在镇里量的是 column）一张表，表里括号中的数是和最快一项的倍数，底就在表里。SQLite 只算处理器的时间，
    机器忙也准；PostgreSQL 的活在另一个进程里，看的是钟。
    """
    benchmark._max_time, benchmark._min_rounds = SECONDS, ROUNDS
    if connection.vendor == "sqlite":
        benchmark._timer = time.process_time
    params = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    size = "{} 块图斑 {} 个村".format(*params["town"]) if "town" in params else ""

    def run(row, call, *, floor=False, goal=None, table="页面", column=size):
        benchmark.group = f"{table}，{column}"
        result = benchmark(call)
        if benchmark.stats:
            median = benchmark.stats.stats.median
            cell = Cell(table, row, column, median, floor, goal)
            request.config.speed_cells.append(cell)
        return result

    return run


@pytest.fixture
def measure_once(benchmark, request):
    """同 measure，只是要几秒、几十秒的：做 rounds 遍，看钟（有一半在别的进程里）。"""

    def run(row, call, *, table, column, floor=False, rounds=1):
        benchmark.group = f"{table}，{column}"
        result = benchmark.pedantic(call, rounds=rounds)
        if benchmark.stats:
            cell = Cell(table, row, column, benchmark.stats.stats.median, floor, None)
            request.config.speed_cells.append(cell)
        return result

    return run


def visit(path, user=None, **headers):
    """一次请求交给应用，返回“再问一遍”：中间件、登录、查询、排版都在里面；不经测试客户端，它会另抄一份模板的数据。

    user 没给就是领导。和 waitress 一样在另一个线程里跑：Python 3.11 的调用栈每过一块的边界就要向系统要一次内存，
    pytest 的栈深，循环正好跨在边界上时，同一页会慢一两倍。
    """
    client, handler = Client(), ClientHandler()
    client.force_login(user or make_user(role=Role.LEADER))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    environ = RequestFactory().get(path, headers={"cookie": cookie, **headers}).environ

    def ask():
        response = handler(dict(environ))
        assert response.status_code == 200, (path, response.status_code, response.headers)
        return b"".join(response)

    here = connections["default"]
    here.inc_thread_sharing()
    pool = ThreadPoolExecutor(1, initializer=lambda: connections.__setitem__("default", here))
    pool.submit(ask).result()  # 模板和连接第一次要装，不算
    return lambda: pool.submit(ask).result()
