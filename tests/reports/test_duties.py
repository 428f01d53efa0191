"""周报、通报、总览里的常态工作：同一天、同一份数；没有常态工作的方案一个字也不提。"""

import io

import pytest
from openpyxl import load_workbook

from taiping.progress.snapshot import snapshot
from taiping.reports.bulletin import write_bulletin
from taiping.reports.weekly import weekly_workbook
from tasks.models import Duty
from tests.worlds.duty_town import DutyTown, oct
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db
DAY = oct(20)


@pytest.fixture
def town():
    town = again(DutyTown)
    entry = town.did(town.patrol, town.east, oct(14), 3, problems=3)
    town.found(entry, "补-001", stopped_on=oct(14))
    town.close(town.found(entry, "补-002", stopped_on=oct(15)), oct(18))
    town.did(town.publicity, town.west, oct(2), 4)
    return town


def overview(plan, on=DAY):
    blocks = write_bulletin(plan, on).blocks
    return "".join(block.text for block in blocks if block.kind == "paragraph")


def test_one_sentence_of_the_bulletin(town):
    assert (
        "常态工作：本周（10月14日至20日）巡查应2次、已做3次，完成率150%，西村没有记录；"
        "全年宣传4场；本月（10月）论证应2件、已做0件，完成率0%。"
        "发现问题2个，当天制止1个，还有1个没有了结。"
    ) in overview(town.plan)


def test_the_problems_name_the_last_week_and_month_that_ended_with_gaps(
    town, django_assert_num_queries
):
    """10月16日是周三：这一周还没有完，说上一周和九月；20日这一周完了，说这一周。没有要求的宣传不说。"""
    town.did(town.patrol, town.west, oct(9))

    assert ("巡查，上周（10月7日至13日）没有做够的有东村；论证，上月（9月）还差2件。") in overview(
        town.plan, oct(16)
    )
    assert "巡查，本周（10月14日至20日）没有做够的有西村；论证，上月（9月）还差2件。" in overview(
        town.plan
    )
    with snapshot(town.plan, oct(16)) as shot:
        assert len(shot.duties) == 3
        with django_assert_num_queries(1):
            assert len(shot.duties_before) == 2


def test_duties_of_which_nothing_is_asked_have_no_query_more(town, django_assert_num_queries):
    Duty.objects.update(required=None)

    with snapshot(town.plan, oct(16)) as shot:
        assert len(shot.duties) == 3
        with django_assert_num_queries(0):
            assert shot.duties_before == []


def test_a_sheet_of_the_weekly(town):
    sheet = load_workbook(io.BytesIO(weekly_workbook(town.plan, DAY)))["常态工作"]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(min_row=5, values_only=True)}

    assert rows["巡查"] == (
        *("村", "每个村每周 1 次", "本周（10月14日至20日）", "次"),
        *(2, 3, 1.5, "西村", 2, 1, 1, 1),
    )
    assert rows["宣传"][4:] == ("—", 4, "—", "东村", "—", "—", "—", "—")
    assert rows["论证"][:7] == ("镇", "每月 2 件", "本月（10月）", "件", 2, 0, 0)


def test_the_dashboard_says_the_same(town, client):
    client.force_login(town.mayor)

    page = client.get("/?on=2024-10-20").content.decode()

    block = page[page.index('id="duties"') : page.index('id="curves"')]
    assert ">3 次</a>，应 2 次，150%；没有记的村 西村；发现问题" in " ".join(block.split())
    assert ">1 个</a>，没了结" in block.split("当天制止", 1)[1]


def test_a_plan_without_duties_does_not_speak_of_them(town, client):
    for patch in town.illegal.patches.all():
        patch.duty_entry = None
        patch.save(update_fields=["duty_entry"])
    Duty.objects.get(code="patrol").entries.all().delete()
    Duty.objects.get(code="publicity").entries.all().delete()
    Duty.objects.all().delete()
    client.force_login(town.mayor)

    assert "常态工作" not in overview(town.plan)
    book = load_workbook(io.BytesIO(weekly_workbook(town.plan, DAY)))
    assert "常态工作" not in book.sheetnames
    assert 'id="duties"' not in client.get("/").content.decode()
