"""村级确认表：结转走了的有自己的一列；没有结转的不多这一列。"""

from datetime import date

import pytest
from django.urls import reverse

from taiping.progress.progress import plan_progress
from tests.worlds.factories import make_patch, make_steps_target
from tests.worlds.january import January
from tests.worlds.kept import again
from tests.worlds.reading_towns import GrainTown
from tests.worlds.reports_town import ReportsTown

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


def paper(client, town, village, plan, on="2024-10-20"):
    client.force_login(town.mayor)
    address = reverse("reports:village_confirmation", args=[village.pk])
    page = client.get(f"{address}?plan={plan.code}&on={on}").content.decode()
    article = page[page.index("<article") : page.index("</article>")]
    return " ".join(article.split())


def test_a_plan_without_patches_has_the_villages_readings_to_sign(client):
    town = again(GrainTown)

    text = paper(client, town, town.east, town.plan)

    assert "图斑" not in text
    assert "单位：见表内" in text
    # 东村差一点够，两位小数看着就是 5.00
    for cell in ("5.0000 万亩", "4.9996 万亩", "99.9%", "2024年10月16日", "春播逾期173天"):
        assert f"<td>{cell}</td>" in text
    assert "以上监测数已经核对，情况属实。" in text
    south = paper(client, town, town.south, town.plan)
    assert (
        "<td>没有报数</td> <td>—</td> <td>—</td> <td>春播截止已过173天，还没有监测数</td>" in south
    )


def test_a_village_without_a_part_gets_a_sentence_and_nothing_to_sign(client):
    town = again(GrainTown)

    text = paper(client, town, town.north, town.plan)

    assert "本村没有分到这份方案的任务，也没有报过监测数，没有要确认的。" in text
    assert "签字" not in text
    assert "<table" not in text


def test_a_patch_plan_is_signed_as_before(client):
    town = again(ReportsTown)
    town.add_mayor()

    text = paper(client, town, town.east, town.plan)

    assert "以上图斑和进展已经核对，情况属实。" in text
    assert "监测数" not in text
    empty = paper(client, town, town.south, town.plan)
    assert "本村还没有图斑，也没有分解到村的任务。" in empty
    assert "村支部书记（签字）：" in empty


def test_a_mixed_plan_has_both(client):
    town = again(GrainTown)
    make_patch(make_steps_target(town.plan, order=9), town.east, code="T1")

    text = paper(client, town, town.east, town.plan)

    assert "以上图斑、进展和监测数已经核对，情况属实。" in text
    assert "东村任务进展" in text
    assert "东村监测数" in text
    assert "本村还没有图斑" not in paper(client, town, town.south, town.plan)
