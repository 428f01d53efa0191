"""十个人不停上报、五个人不停看总览：有没有出错、有没有丢记录、要等多久。只在本机，有时限，用一次性的库。

    python3 tests/benchmarks/load.py [--seconds 60] [--savers 10] [--readers 5]

默认 SQLite；设了 DATABASE_URL=postgres://… 就在那台服务器上建一个 test_ 开头的库，用完删掉。
"""

# ruff: noqa: E402, T201  先立起 Django 才能导入模型；这是给人看的脚本
import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from plots.ledger.replay import all_differences
from plots.models import Patch, RectificationRecord
from taiping.audit.models import Access
from tasks.models import Target
from tests.worlds.factories import PASSWORD, make_patch, make_user
from tests.worlds.servers import Server, Visitor
from villages.models import Role, Village

PER_SECOND = 12  # 一个人一秒至多报这么多块，按这个数备好图斑
DAY = "2024-09-05"


class Tally:
    """一类访问：每次多少毫秒，出了哪些错。"""

    def __init__(self):
        self.took, self.errors = [], []

    def percentile(self, share):
        ordered = sorted(self.took)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0

    def line(self, name, seconds):
        marks = "，".join(
            f"{share:.0%} {self.percentile(share):.0f}" for share in (0.5, 0.95, 0.99)
        )
        most = max(self.took, default=0)
        return (
            f"{name}：{len(self.took)} 次（每秒 {len(self.took) / seconds:.1f}），毫秒 {marks}，最长 {most:.0f}；"
            f"出错 {len(self.errors)} 次"
        )


def timed(tally, expected, call):
    """计一次；状态码不是 expected 就是错。返回成没成。"""
    started = time.perf_counter()
    try:
        status, content = call()[:2]
    except Exception as error:
        tally.errors.append(repr(error))
        return False
    tally.took.append((time.perf_counter() - started) * 1000)
    if status != expected:
        tally.errors.append(f"{status} {str(content)[:200]}")
    return status == expected


def prepare(savers, readers, seconds):
    call_command("loaddata", "plan_2024", verbosity=0)
    target, places = Target.objects.get(code="abandoned"), list(Village.objects.all())
    people = []
    for number in range(savers):
        place = places[number % len(places)]
        make_user(f"cun{number}", villages=[place])
        people.append(
            [
                make_patch(target, place, code=f"L{number}-{n}").pk
                for n in range(seconds * PER_SECOND)
            ]
        )
    for number in range(readers):
        make_user(f"ling{number}", role=Role.LEADER)
    return people


def save_all(visitor, patches, end, tally, acknowledged):
    for pk in patches:
        if time.monotonic() >= end:
            return
        if timed(tally, 302, lambda pk=pk: visitor.report(pk, done_on=DAY, note="压力测试")):
            acknowledged.append(pk)


def read_all(visitor, end, tally):
    while time.monotonic() < end:
        timed(tally, 200, lambda: visitor.get(f"/?on={DAY[:4]}-10-20"))


def run(seconds, savers, readers, folder):
    """返回（上报, 看总览, 记下了的图斑）。"""
    people = prepare(savers, readers, seconds)
    saving, reading, acknowledged = Tally(), Tally(), []
    with Server(folder) as server:
        office = [Visitor(server).sign_in(f"cun{number}", PASSWORD) for number in range(savers)]
        leaders = [Visitor(server).sign_in(f"ling{number}", PASSWORD) for number in range(readers)]
        end = time.monotonic() + seconds
        threads = [
            threading.Thread(target=save_all, args=(visitor, mine, end, saving, acknowledged))
            for visitor, mine in zip(office, people, strict=True)
        ] + [threading.Thread(target=read_all, args=(visitor, end, reading)) for visitor in leaders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return saving, reading, acknowledged


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--savers", type=int, default=10)
    parser.add_argument("--readers", type=int, default=5)
    asked = parser.parse_args()
    given = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            saving, reading, acknowledged = run(
                asked.seconds, asked.savers, asked.readers, Path(folder)
            )
        stored = set(RectificationRecord.objects.values_list("patch_id", flat=True))
        lost = set(acknowledged) - stored
        wrong = list(all_differences())
        print(
            f"{connection.vendor}，{asked.savers} 人上报、{asked.readers} 人看总览，{asked.seconds} 秒，"
            f"{Patch.objects.count()} 块图斑"
        )
        print(saving.line("上报（打开表单、交上）", asked.seconds))
        print(reading.line("看总览", asked.seconds))
        print(
            f"答应存下的 {len(acknowledged)} 条，库里 {RectificationRecord.objects.count()} 条，丢了 {len(lost)} 条，"
            f"台账对不上 {len(wrong)} 处，登录记录 {Access.objects.count()} 条"
        )
        for sentence in (saving.errors + reading.errors)[:5]:
            print("  错：", sentence)
    finally:
        connection.creation.destroy_test_db(given, verbosity=0)
    sys.exit(bool(saving.errors or reading.errors or lost or wrong))


if __name__ == "__main__":
    main()
