"""常态工作的边角：方案开始以前的日子，后台删记过的。"""

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
