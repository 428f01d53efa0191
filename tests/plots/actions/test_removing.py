"""移出台账：不该有的图斑从某天起不再算，过去的日子照旧；为什么、谁移的找得到。"""

from datetime import date

import pytest

from plots import actions
from plots.ledger.replay import all_differences
from plots.models import Kind, Patch, Status
from taiping.progress.progress import plan_progress
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db
BASES = ("done", "recorded")


@pytest.fixture
def town():
    town = again(TwoVillages)
    Patch.objects.update(created_at=town.at.replace(month=1))
    return town


def counted(town, on, basis):
    """(个, 亩, 上报个, 核实个, 核减个, 逾期个)。"""
    (row,) = plan_progress(town.plan, on, basis).targets
    return (
        row.patch_count,
        row.patch_area,
        row.reported_count,
        row.confirmed_count,
        row.exempt_count,
        row.overdue_count,
    )


@pytest.mark.parametrize("status", list(Status)[:7])
def test_from_that_day_it_counts_nowhere_and_the_past_keeps_it(town, status):
    town.bring_to(status)
    days = [sep(day) for day in range(1, 30, 4)] + [date(2024, 12, 19)]
    before = {(on, basis): counted(town, on, basis) for on in days for basis in BASES}

    town.do("remove", on=sep(25), at=town.at)

    for (on, basis), was in before.items():
        is_gone = basis == "done" and on >= sep(25)
        expected = (0,) * 6 if is_gone else was
        assert counted(town, on, basis) == expected, (on, basis)
    assert counted(town, date(2024, 12, 20), "recorded") == (0,) * 6
    town.patch.refresh_from_db()
    assert (town.patch.status, town.patch.next_milestone) == (Status.REMOVED, None)
    assert list(all_differences()) == []


def test_the_reason_is_asked_and_nothing_more_can_be_done(town):
    with pytest.raises(actions.NotAllowed, match="为什么移出台账"):
        town.do("remove", note=" ")
    town.do("remove")

    for verb in ("remove", "exempt", "amend", "remark", "split"):
        with pytest.raises(actions.NotAllowed, match="已经移出台账"):
            town.do(verb, on=sep(28))
    assert town.patch.records.get().kind == Kind.REMOVE


@pytest.mark.parametrize("who", ["east_secretary", "mayor"])
def test_only_the_town_removes(town, who):
    with pytest.raises(actions.NotAllowed, match="镇工作人员"):
        town.do("remove", by=getattr(town, who))
    assert town.now() == Status.PENDING


def test_a_day_before_the_last_deed_is_refused(town):
    town.report(on=sep(5))

    with pytest.raises(actions.NotAllowed, match="早于上报“复耕复种”的日期"):
        town.do("remove", on=sep(4))


def test_the_ledger_finds_it_and_the_page_says_why(town, client):
    client.force_login(town.huang)
    page = client.get(f"/patches/{town.patch.pk}/remove/")
    form = page.context["form"]
    data = {name: form[name].value() for name in ("client_key", "seen")}
    data |= {"done_on": "2024-09-20", "note": "导错了任务"}

    said = client.post(f"/patches/{town.patch.pk}/remove/", data, follow=True).content.decode()

    assert "T1 已移出台账" in said
    assert "导错了任务" in said
    assert "黄玲" in said
    for query, count in (
        ("", 0),
        ("state=removed", 1),
        ("status=REMOVED", 1),
        ("state=removed&on=2024-09-19", 0),
        ("state=removed&on=2024-09-20", 1),
        ("state=all&on=2024-09-19", 1),
        ("status=REMOVED&on=2024-09-20", 1),
    ):
        listed = client.get(f"/patches/?year=2024&{query}")
        assert listed.context["count"] == count, query
        if count and "REMOVED" in query:
            assert "已移出" in [row.text for row in listed.context["rows"]]
    table = client.get("/patches/export.xlsx?year=2024&state=removed")
    assert table.status_code == 200
