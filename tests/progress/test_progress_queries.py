"""进度和总览页的查询次数是固定的，和村数、图斑数无关。"""

from datetime import date, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots.models import Patch, RectificationRecord
from taiping.progress.progress import plan_progress
from taiping.progress.states import MilestoneState
from tests.worlds.factories import make_plan, make_steps_target, make_user, make_village
from villages.accounts import sessions
from villages.models import Role

pytestmark = pytest.mark.django_db


def fill(villages, patches):
    """一份三步的方案，patches 块图斑平均落在 villages 个村，各报过第一步，隔一块的有退回，每十块有一块核减、暂缓。"""
    target = make_steps_target(make_plan())
    places, by = [make_village() for _ in range(villages)], make_user(role=Role.STAFF)
    first = target.milestones.get(order=1)
    entered = timezone.make_aware(datetime(2024, 9, 6, 9))
    made = Patch.objects.bulk_create(
        [
            Patch(
                target=target,
                village=places[n % villages],
                code=f"T{n}",
                area_mu=1,
                next_milestone=first,
                created_at=entered,
            )
            for n in range(patches)
        ]
    )
    RectificationRecord.objects.bulk_create(
        [
            RectificationRecord(
                patch=patch,
                village=patch.village,
                milestone=first,
                kind=kind,
                done_on=date(2024, 9, 5),
                by=by,
                created_at=entered,
                area_mu=1,
                completes=kind == "REPORT",
                note="原因",
            )
            for n, patch in enumerate(made)
            for kind in (
                ["EXEMPT"]
                if n % 10 == 0
                else ["DEFER"]
                if n % 10 == 1
                else ["REPORT", "RETURN"][: 1 + n % 2]
            )
        ]
    )
    return target.plan


@pytest.mark.parametrize("basis", ["done", "recorded"])
def test_the_number_of_queries_is_fixed(leader, basis, monkeypatch):
    monkeypatch.setattr(sessions, "keep_alive", lambda request: None)  # 机器慢，过一分钟就多写一次
    counts = []
    for villages, patches in ((1, 10), (3, 10), (3, 1000)):
        with transaction.atomic():
            plan = fill(villages, patches)
            with CaptureQueriesContext(connection) as alone:
                found = plan_progress(plan, date(2024, 10, 20), basis)
            assert (found.targets[0].patch_count, found.targets[0].exempt_count) == (
                patches,
                patches // 10,
            )
            counts.append([len(alone)])
            village = found.villages[0].pk
            for path in (
                "/?",
                "/?since=2024-09-20&",
                "/screen/?",
                f"/villages/{village}/?",
                "/bulletin/?",
                "/weekly.xlsx?",
            ):
                with CaptureQueriesContext(connection) as page:
                    assert leader.get(f"{path}on=2024-10-20&basis={basis}").status_code == 200
                counts[-1].append(len(page))
            transaction.set_rollback(True)

    assert counts[0] == counts[1] == counts[2]
    assert counts[0][0] == {"done": 14, "recorded": 15}[basis]


def test_a_secretary_without_villages_gets_an_empty_answer():
    plan = make_plan()
    make_steps_target(plan)

    found = plan_progress(plan, date(2024, 10, 20), villages=[])

    assert [(row.patch_count, row.villages, row.state) for row in found.targets] == [
        (0, [], MilestoneState.NO_DATA)
    ]
