"""常态工作的边角：方案开始以前的日子，后台删记过的，后来才制止的。"""

import uuid
from datetime import date

import pytest

from tasks.models import Duty
from tests.worlds.duty_town import DutyTown, oct
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db
PAGE = "/duties/"


@pytest.fixture
def town():
    return again(DutyTown)


@pytest.fixture(autouse=True)
def today(settings):
    settings.FIXED_TODAY = date(2024, 10, 20)


def test_a_day_before_the_plan_says_so(client, town):
    client.force_login(town.mayor)

    page = client.get(f"{PAGE}?on=2023-06-01").content.decode()

    assert "2024年度方案从2024年1月1日开始，2023年6月1日还没有开始。" in page
    assert "就在上面点“记一次”" not in page


def test_a_duty_with_entries_is_not_deleted_in_the_office(client, town):
    town.did(town.patrol, town.east, oct(16))
    client.force_login(town.admin)

    page = client.post(f"/admin/tasks/duty/{town.patrol.pk}/delete/", {"post": "yes"})

    assert "“巡查”还有记录用着，不能删除。" in page.content.decode()
    assert Duty.objects.filter(pk=town.patrol.pk).exists()


def test_a_problem_stopped_later_is_amended_and_the_timeline_keeps_both(client, town):
    patch = town.found(town.did(town.patrol, town.east, oct(16)), "补-001")
    client.force_login(town.huang)
    page = f"/patches/{patch.pk}/amend/"
    assert "制止通知书文号" in client.get(page).content.decode()

    def amend(stopped_on):
        data = {
            "client_key": uuid.uuid4(),
            "seen": 0,
            "done_on": "2024-10-20",
            "reason": "今天停了",
        }
        data |= {"code": "补-001", "village": town.east.pk, "area_mu": "1"}
        return client.post(page, {**data, "stopped_on": stopped_on, "stop_notice_no": "3号"})

    assert "制止日期不能早于发现日期" in amend("2024-10-15").content.decode()
    assert amend("2024-10-17").url == f"/patches/{patch.pk}/"

    patch.refresh_from_db()
    assert (patch.stopped_on, patch.stop_notice_no) == (oct(17), "3号")
    shown = client.get(f"/patches/{patch.pk}/").content.decode()
    assert "制止日期：没有写 → 2024-10-17" in shown
    assert town.on(oct(20)).stopped_at_once == 0
