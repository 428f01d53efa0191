"""靠监测量的任务没有图斑，谈不上另一批：方案页上没有这个链接，地址也打不开。"""

import pytest
from django.urls import reverse

from tests.worlds import factories as make
from tests.worlds.town import TwoVillages

pytestmark = pytest.mark.django_db


def test_a_target_measured_by_readings_has_no_second_batch(client):
    town = TwoVillages()
    floor = make.make_target(town.plan, "floor", kind="FLOOR", measured_by="READINGS", order=7)
    client.force_login(town.admin)

    page = client.get(f"{reverse('tasks:plan')}?plan={town.plan.code}").content.decode()

    assert reverse("tasks:target_copy", args=[town.target.pk]) in page
    assert reverse("tasks:target_copy", args=[floor.pk]) not in page
    assert client.get(reverse("tasks:target_copy", args=[floor.pk])).status_code == 404
