"""没有动过的图斑照存着的算：每一种走到一半的样子，动过以前、以后各看一天，和块块看记录算的一样。"""

from datetime import datetime, time

import pytest
from django.utils import timezone

from plots.ledger.as_of import LedgerAt
from plots.ledger.replay import settle
from plots.models import Kind
from tasks.models import Milestone
from tests.plots.ledger.test_unmoved import told_by
from tests.worlds.factories import make_patch, make_record
from tests.worlds.replay.agree import BASES
from tests.worlds.town import TwoVillages, sep

PART = {"completes": False, "area_mu": 1}
HALT = {"completes": False, "area_mu": 0, "note": "看过现场"}
OWN = {"due_on": sep(29).replace(month=12)}
# 说法 → [(第几步, 哪天, 记录)]；taken 是 9 月 15 日才撤回的
STORIES = {
    "没有办过": [],
    "报了一部分": [(0, 5, PART)],
    "报了一步": [(0, 5, {})],
    "报完了": [(0, 5, {}), (1, 6, {})],
    "核实了": [(0, 5, {}), (1, 6, {}), (2, 7, {"kind": Kind.PASS})],
    "退回了": [(0, 5, {}), (1, 6, {"taken": True}), (1, 15, {"kind": Kind.RETURN, **HALT})],
    "暂缓着": [(0, 5, {}), (1, 6, {"kind": Kind.DEFER, **HALT})],
    "恢复了": [(0, 5, {}), (1, 6, {"kind": Kind.DEFER, "taken": True, **HALT})],
    "没有问题": [(0, 5, {"kind": Kind.EXEMPT, **HALT})],
    "反弹了": [(0, 5, {"taken": True}), (0, 15, {"kind": Kind.RELAPSE, **HALT, **OWN})],
    "反弹了又报": [(0, 5, {"kind": Kind.RELAPSE, **HALT, **OWN}), (0, 6, {})],
    "反弹了又退回": [
        (0, 5, {"kind": Kind.RELAPSE, **HALT, **OWN}),
        (0, 6, {"kind": Kind.RETURN, **HALT}),
    ],
}


@pytest.fixture
def town(db):
    return TwoVillages()


def write(town, patch, steps, story):
    for number, day, fields in story:
        at = timezone.make_aware(datetime.combine(sep(day), time(12)))
        fields = {"created_at": at, **fields}
        if fields.pop("taken", False):
            again = timezone.make_aware(datetime.combine(sep(15), time(12)))
            fields |= {"withdrawn_on": sep(15), "withdrawn_at": again, "withdrawn_by": town.huang}
        make_record(patch, steps[number], by=town.huang, on=sep(day), **fields)
    settle(patch)


@pytest.mark.parametrize("name", STORIES)
def test_stored_says_the_same_as_the_records(town, name):
    steps = list(
        Milestone.objects.filter(target=town.target)
        .select_related("target__plan")
        .order_by("order")
    )
    patch = make_patch(town.target, town.east, code="另一块")
    type(patch).objects.filter(pk=patch.pk).update(
        created_at=timezone.make_aware(datetime.combine(sep(1), time(12)))
    )
    write(town, patch, steps, STORIES[name])

    for basis in BASES:
        for day in (sep(4), sep(5), sep(10), sep(15), sep(30), sep(30).replace(month=12)):
            stored = told_by(LedgerAt(day, basis, steps, many=True))
            assert stored == told_by(LedgerAt(day, basis, steps)), (basis, day)
