"""同一次取数：取数当中别人照样能写，写进去的不会混进这一份。"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from taiping.progress.snapshot import snapshot
from tests.worlds.factories import make_patch, make_plan, make_steps_target, make_village
from tests.worlds.reports_town import DAY, FIRST_DAY


@pytest.mark.django_db(transaction=True)
def test_what_others_save_meanwhile_is_not_mixed_in():
    plan = make_plan()
    target, village = make_steps_target(plan), make_village("东村")
    make_patch(target, village, code="A1", created_at=FIRST_DAY)

    def save():
        try:
            make_patch(target, village, code="A2", created_at=FIRST_DAY)
        finally:
            connection.close()

    with snapshot(plan, DAY) as shot:
        with ThreadPoolExecutor(1) as others:
            others.submit(save).result(timeout=30)
        during = [item.patch.code for item in shot.items()]
    with snapshot(plan, DAY) as again:
        after = [item.patch.code for item in again.items()]

    assert (shot.progress.targets[0].patch_count, during) == (1, ["A1"])
    assert (again.progress.targets[0].patch_count, after) == (2, ["A1", "A2"])
