"""真的进程、真的 kill -9：正在上报、正在导入时断掉，答应存下了的都在，账对得上，没有导入一半的。"""

import subprocess
import sys
import threading
import time
from http.client import HTTPException

import pytest
from django.core.management import call_command
from django.db import connection

from plots.ledger.replay import all_differences
from plots.models import Batch, Patch, RectificationRecord
from tests.worlds.factories import PASSWORD, make_patch, make_steps_target
from tests.worlds.servers import ROOT, Server, Visitor, environment
from tests.worlds.year import TODAY, Year

pytestmark = pytest.mark.django_db(transaction=True)
ENOUGH, PATIENCE = 12, 40  # 存下这么多条就断；等这么多秒还没有就算失败


def wait_until(true, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "等了太久"
        time.sleep(0.02)


def test_every_report_that_was_acknowledged_survives_a_kill(tmp_path):
    year = Year()
    target = year.target()
    patches = [make_patch(target, year.east, code=f"K{number:03d}") for number in range(120)]
    acknowledged, refused = [], []

    def person(visitor, mine):
        try:
            for patch in mine:
                status, _, _ = visitor.report(
                    patch.pk, done_on=TODAY().isoformat(), note=f"第 {patch.pk} 块"
                )
                (acknowledged if status == 302 else refused).append(patch.pk)
        except (OSError, HTTPException):
            pass  # 服务断了

    with Server(tmp_path) as server:
        people = [Visitor(server).sign_in("dong", PASSWORD) for _ in range(4)]
        threads = [
            threading.Thread(target=person, args=(visitor, patches[at::4]))
            for at, visitor in enumerate(people)
        ]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(acknowledged) >= ENOUGH)
        server.kill()
        for thread in threads:
            thread.join()

    stored = set(RectificationRecord.objects.values_list("patch_id", flat=True))
    assert refused == []
    assert ENOUGH <= len(acknowledged) < len(patches)
    assert set(acknowledged) - stored == set()
    assert len(stored) == RectificationRecord.objects.count() <= len(acknowledged) + 4
    assert list(all_differences()) == []
    with Server(tmp_path) as again:
        left = next(patch for patch in patches if patch.pk not in stored)
        status, _, _ = (
            Visitor(again).sign_in("dong", PASSWORD).report(left.pk, done_on=TODAY().isoformat())
        )
    assert status == 302


# 图斑都写下了、还没有提交时停住，报一声，好让测试正断在这里；别的和 import_patches 一模一样。
ISSUED = ["--issued-on", "2024-01-02"]
HALFWAY = """
import sys, time
import django
django.setup()
from django.core.management import execute_from_command_line
from plots.importing import apply
from plots.models import Patch
def stop(*args):
    print("written", Patch.objects.count(), flush=True)
    time.sleep(60)
apply.finish = stop
execute_from_command_line(["manage.py", "import_patches", *sys.argv[1:]])
"""


def test_an_import_killed_halfway_leaves_nothing_and_can_be_done_again(tmp_path):
    year = Year()
    make_steps_target(year.plan)
    file = tmp_path / "下发.csv"
    rows = "".join(f"东村,T{number:05d},1.5\n" for number in range(6000))
    file.write_text(f"村,图斑编号,面积(亩)\n{rows}", encoding="utf-8")
    before = make_patch(village=year.east, code="早就有的")

    process = subprocess.Popen(
        [sys.executable, "-c", HALFWAY, str(file), "--target", "abandoned", *ISSUED],
        env=environment(tmp_path),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = next(line for line in process.stdout if line.startswith("written"))
    finally:
        process.kill()
        process.wait(timeout=30)
        process.stdout.close()
    connection.close()

    assert said == "written 6001\n"
    assert list(Patch.objects.values_list("pk", flat=True)) == [before.pk]
    assert Batch.objects.exclude(applied_at=None).count() == 0
    assert list(all_differences()) == []
    call_command(
        "import_patches", file, "--target", "abandoned", issued_on="2024-01-02", verbosity=0
    )
    assert Patch.objects.count() == 6001
    call_command("check_ledger")
