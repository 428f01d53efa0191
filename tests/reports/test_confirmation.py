"""村级确认表：结转走了的有自己的一列；没有结转的不多这一列。"""

from datetime import date

import pytest
from django.urls import reverse

from taiping.progress.progress import plan_progress
from tests.worlds.january import January

pytestmark = pytest.mark.django_db


def sheet(client, town, plan, on):
    client.force_login(town.east_secretary)
    address = reverse("reports:village_confirmation", args=[town.east.pk])
    return client.get(f"{address}?plan={plan.code}&on={on}").content.decode()


def test_what_was_carried_away_has_a_column(client):
    town = January()
    before = sheet(client, town, town.plan, "2024-12-31")
    town.carry()

    after = sheet(client, town, town.plan, "2025-01-20")

    assert "已结转" not in before
    figures = plan_progress(town.plan, date(2025, 1, 20), villages=[town.east]).targets[0]
    assert figures.carried_count > 0
    assert "已结转" in after
    assert f"{figures.carried_count} 个<br>" in after


def test_what_is_missing_says_what_was_carried_away():
    town = January()
    town.carry()

    figures = plan_progress(town.plan, date(2025, 1, 20)).targets[0]

    assert f"另有{figures.carried_count}个已结转" in figures.reason
