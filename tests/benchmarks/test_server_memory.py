"""没看过地图的服务占多少内存：真的起一个，三种人登录，各看十几页，最多一百兆。

运行：python3 manage.py test tests/benchmarks/test_server_memory.py --benchmark-only
"""

import sys
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.conftest import TODAY
from tests.benchmarks.town import make_town
from tests.worlds.factories import PASSWORD, make_user
from tests.worlds.servers import Server, Visitor
from villages.models import Role, Village

MB = 1_000_000
MOST = 100
ROUNDS = 3
MAPS = ("numpy", "shapely", "pyproj", "pyogrio")
PAGES = {
    "ling": [
        "/",
        "/?basis=recorded",
        "/?since=2024-09-20",
        "/screen/",
        "/villages/{village}/",
        "/patches/",
        "/patches/?status=AWAITING",
        "/patches/?sort=due",
        "/patches/?on=2024-10-01",
        "/plan/",
        "/bulletin/",
    ],
    "zhen": [
        "/",
        "/today/",
        "/review/",
        "/plan/",
        "/plan/shares/",
        "/patches/",
        "/orders/",
        "/duties/",
        "/subsidies/",
        "/patches/checks/",
        "/help/",
    ],
    "cun": [
        "/my/",
        "/patches/",
        "/patches/{patch}/",
        "/patches/{task}/report/",
        "/villages/{village}/",
        "/help/",
    ],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="别的系统数内存的办法不同")
def test_a_server_that_has_shown_no_map(benchmark, tmp_path, capsys):
    make_town(300, 10)
    place = Village.objects.first()
    make_user("ling", role=Role.LEADER)
    make_user("zhen", role=Role.STAFF)
    make_user("cun", villages=[place])
    patches = place.patches
    reportable = patches.filter(next_milestone__actor="VILLAGE", status="UNDERWAY")
    ids = {
        "village": place.pk,
        "patch": patches.first().pk,
        "task": reportable.first().pk,
    }
    told = []

    def walk():
        with Server(tmp_path, FIXED_TODAY=f"{TODAY}") as server:
            process = psutil.Process(server.process.pid)
            told.append(process.memory_info().rss // MB)
            people = {name: Visitor(server).sign_in(name, PASSWORD) for name in PAGES}
            for _ in range(ROUNDS):
                look(people, ids)
                told.append(process.memory_info().rss // MB)
            loaded = Path(f"/proc/{process.pid}/maps").read_text()
            assert [name for name in MAPS if f"/{name}" in loaded] == []

    benchmark.group = "没看过地图的服务"
    benchmark.pedantic(walk, rounds=1)

    pages = sum(map(len, PAGES.values()))
    said = f"刚起来 {told[0]}，每看 {pages} 页以后 {'、'.join(map(str, told[1:]))}"
    benchmark.extra_info["MB"] = told
    with capsys.disabled():
        sys.stdout.write(f"\n没看过地图的服务占（兆）：{said}\n")
    assert told[1] < MOST


def look(people, ids):
    for name, paths in PAGES.items():
        for path in paths:
            status, content = people[name].get(path.format(**ids))
            assert status == 200, (name, path, status, content[:200])
