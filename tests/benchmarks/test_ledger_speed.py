"""台账和待核实有多快：和光页比，都在同一次运行里；看过去一天的，旁边就是今天一样筛、一样排的。

运行：python3 manage.py test tests/benchmarks/test_ledger_speed.py --benchmark-only。不限时，只量。
"""

import pytest

from plots.models import Patch, Status
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
# 怎么筛、怎么排；{last} 是第 100 页（没有那么多就是最后一页），{village} 是一个村
ASKED = {
    "台账": "",
    "翻到第 100 页": "page={last}",
    "一个村的一项任务": "village={village}&target=t0",
    "待核实的，编号里有字": "status=AWAITING&q=T0",
    "待核实的": "status=AWAITING",
    "逾期的": "overdue=on",
    "该镇里办的": "actor=TOWN",
    "七天内截止的": "due=7",
    "按截止日期排": "sort=due",
    "按状态排": "sort=status",
}
REVIEW = {"待核实": "/review/", "核实一块": "/review/{waiting}/"}


def test_bare_page(town, measure):
    measure("光页", visit("/bare/"), floor=True, table="台账")


@pytest.mark.parametrize("name", ASKED, ids=[asked or "all" for asked in ASKED.values()])
@pytest.mark.parametrize("day", ["", f"on={TODAY}&"], ids=["today", "past"])
def test_ledger(town, name, day, measure):
    last = min(100, -(-Patch.objects.count() // 50))
    asked = ASKED[name].format(last=last, village=Village.objects.first().pk)
    row = f"{name}，过去一天" if day else name
    goal = 5 if not asked and not day else None

    measure(row, visit(f"/patches/?{day}{asked}"), goal=goal, table="台账")


@pytest.mark.parametrize("name", REVIEW, ids=REVIEW.values())
def test_review(town, name, measure):
    waiting = Patch.objects.filter(status=Status.AWAITING).first().pk
    path = REVIEW[name].format(waiting=waiting)

    measure(name, visit(path, make_user(role=Role.STAFF)), table="台账")
