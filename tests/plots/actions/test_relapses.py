"""反弹：销了号的又撂荒了。从发现那天起重新整改，截止日期另定；以前的日子照旧，不算退回。"""

from datetime import date

import pytest
from django.urls import reverse

from plots import actions
from plots.ledger.as_of import LedgerAt
from plots.ledger.replay import all_differences, state_of
from plots.models import Kind, Patch, Status
from taiping.progress.progress import plan_progress
from taiping.progress.returns import returns_by_village
from taiping.progress.snapshot import snapshot
from taiping.progress.states import MilestoneState
from taiping.reports.bulletin.sentences import patch_progress
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db
FOUND, DUE = date(2024, 11, 20), date(2024, 12, 10)


@pytest.fixture
def relapsed(town):
    """9 月按期销号，11 月 20 日发现又撂荒了，12 月 10 日前重新整改。"""
    town.target.kind = "CASES"
    town.target.save()
    town.bring_to(Status.CLOSED)
    town.do("relapse", on=FOUND, due_on=DUE, note="巡查发现又撂荒了")
    return town


def figures_on(town, day):
    (figures,) = plan_progress(town.plan, day).targets
    return figures


def counted(town, day, state):
    """台账里这一天是这种情况的图斑。"""
    ledger = LedgerAt(day, "done", town.target.milestones.order_by("order"))
    return ledger.pick(Patch.objects.counting(day), ledger.in_state(state)).count()


def redo(town, day):
    town.report(step=town.evidence, on=day)
    town.do("confirm", on=day)


def test_it_starts_again_with_a_date_of_its_own(relapsed):
    town = relapsed

    assert (town.now(), town.patch.next_milestone) == (Status.PENDING, town.replant)
    assert town.patch.due_on == DUE
    assert list(all_differences()) == []


def test_the_past_keeps_its_figures(town):
    town.bring_to(Status.CLOSED)
    days = [sep(4), sep(8), date(2024, 10, 31), date(2024, 11, 19)]
    before = [figures_on(town, day) for day in days]

    town.do("relapse", on=FOUND, due_on=DUE, note="又撂荒了")

    for day, was in zip(days, before, strict=True):
        now = figures_on(town, day)
        assert (now.confirmed, now.confirmed_count) == (was.confirmed, was.confirmed_count)
        assert (now.judged, now.overdue_count) == (was.judged, was.overdue_count)
    assert figures_on(town, FOUND).confirmed_count == 0


@pytest.mark.parametrize(
    ("day", "overdue", "state"),
    [
        (FOUND, 0, MilestoneState.ON_TRACK),
        (date(2024, 12, 9), 0, MilestoneState.AT_RISK),
        (DUE, 0, MilestoneState.AT_RISK),
        (date(2024, 12, 11), 1, MilestoneState.OVERDUE),
    ],
)
def test_it_is_late_only_after_its_own_date(relapsed, day, overdue, state):
    figures = figures_on(relapsed, day)

    assert (figures.overdue_count, figures.state) == (overdue, state)
    assert [row.overdue_count for row in figures.milestones] == [overdue] * 3
    assert figures.owed.village == figures.villages[0].owed.village == overdue
    assert figures.relapsed_count == counted(relapsed, day, "relapsed") == 1
    assert counted(relapsed, day, "overdue") == overdue
    assert Patch.objects.overdue(day).count() == overdue


def test_the_village_is_told_how_long_it_is_late_by_its_own_date(relapsed):
    (village, _) = figures_on(relapsed, date(2024, 12, 15)).villages

    assert (village.overdue_step, village.overdue_due_on) == (relapsed.replant, DUE)


def test_days_to_go_follow_its_own_date(relapsed):
    ledger = LedgerAt(date(2024, 12, 5), "done", relapsed.target.milestones.order_by("order"))
    figures = figures_on(relapsed, date(2024, 12, 5))

    for days, number in [(4, 0), (5, 1)]:
        until = date(2024, 12, 5 + days)
        assert ledger.pick(Patch.objects.all(), ledger.due_within(days)).count() == number
        assert Patch.objects.all().due_within(days, date(2024, 12, 5)).count() == number
        assert figures.open_count_by(until) == number
    assert "还有5天" in figures.reason


@pytest.mark.parametrize(
    ("day", "state", "late"),
    [(date(2024, 12, 8), "DONE", 0), (date(2024, 12, 15), "DONE_LATE", 1)],
)
def test_done_again_is_on_time_by_its_own_date(relapsed, day, state, late):
    redo(relapsed, day)

    figures = figures_on(relapsed, date(2024, 12, 20))
    assert figures.state == state
    assert [row.late_count for row in figures.milestones] == [late] * 3
    assert [row.on_time_count for row in figures.milestones] == [1 - late] * 3
    ledger = LedgerAt(date(2024, 12, 20), "done", relapsed.target.milestones.order_by("order"))
    for completion, number in (("late", late), ("on_time", 1 - late)):
        assert (
            ledger.pick(Patch.objects.all(), ledger.at_step("replant", completion)).count()
            == number
        )
    assert (relapsed.now(), relapsed.patch.due_on) == (Status.CLOSED, DUE)
    assert list(all_differences()) == []


def test_it_is_no_return_and_no_error_of_the_village(relapsed):
    returns = returns_by_village(plan_progress(relapsed.plan, FOUND))

    assert (returns[None].waiting, returns[None].returned) == (0, 0)
    assert returns[None].error_rate == 0


def test_a_return_from_before_is_not_waiting_again(town):
    town.report(step=town.evidence)
    town.do("send_back", on=sep(6), step=town.replant)
    town.report(on=sep(7), step=town.evidence)
    town.do("confirm", on=sep(8))

    town.do("relapse", on=FOUND, due_on=DUE, note="又撂荒了")

    assert town.now() == Status.PENDING
    assert counted(town, FOUND, "returned") == 0
    returns = returns_by_village(plan_progress(town.plan, FOUND))
    assert returns[town.east.pk].waiting == 0


def test_found_once_more_the_newest_date_counts(relapsed):
    redo(relapsed, date(2024, 12, 5))

    relapsed.do("relapse", on=date(2024, 12, 6), due_on=date(2024, 12, 18), note="还是没有种")

    relapsed.patch.refresh_from_db()
    assert relapsed.patch.due_on == date(2024, 12, 18)
    assert figures_on(relapsed, date(2024, 12, 12)).overdue_count == 0
    assert figures_on(relapsed, date(2024, 12, 19)).overdue_count == 1
    assert figures_on(relapsed, date(2024, 12, 5)).confirmed_count == 1


def test_only_a_step_that_was_done_is_taken_up_again(town):
    town.bring_to(Status.CLOSED)

    town.do("relapse", on=FOUND, due_on=DUE, note="举证照片不是这一块", step=town.evidence)

    assert (town.now(), town.patch.next_milestone) == (Status.UNDERWAY, town.evidence)
    ledger = LedgerAt(FOUND, "done", town.target.milestones.order_by("order"))
    assert ledger.pick(Patch.objects.all(), ledger.in_status(Status.UNDERWAY)).count() == 1
    with pytest.raises(actions.NotAllowed, match="只有“已销号”的图斑可以记反弹"):
        town.do("relapse", on=FOUND, due_on=DUE, note="又撂荒了")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"due_on": date(2100, 12, 31)}, "太远了"),
        ({"due_on": date(2024, 11, 19)}, "早于发现反弹的 2024年11月20日"),
        ({"on": sep(9), "due_on": sep(12)}, "“复耕复种”的截止日期是 2024年9月30日"),
        ({"note": " "}, "请填反弹的情况"),
        ({"on": sep(6)}, "早于核实通过的日期"),
    ],
)
def test_what_cannot_stand_is_refused(town, given, words):
    town.bring_to(Status.CLOSED)
    with pytest.raises(actions.NotAllowed, match=words):
        town.do("relapse", **{"on": FOUND, "due_on": DUE, "note": "又撂荒了", **given})
    assert town.now() == Status.CLOSED


@pytest.mark.parametrize("who", ["east_secretary", "mayor"])
def test_only_the_town_writes_it(town, who):
    town.bring_to(Status.CLOSED)
    with pytest.raises(actions.NotAllowed, match="镇工作人员"):
        town.do("relapse", by=getattr(town, who), on=FOUND, due_on=DUE, note="又撂荒了")


def test_the_own_date_follows_an_amendment_a_deferral_and_a_split(relapsed):
    town, later = relapsed, date(2024, 12, 12)
    town.do("defer", on=date(2024, 11, 21))
    assert figures_on(town, later).overdue_count == counted(town, later, "overdue") == 0
    town.do("resume", on=date(2024, 11, 22))
    town.do("amend", village=town.west, area_mu=None)
    assert figures_on(town, later).villages[1].overdue_count == 1
    assert figures_on(town, date(2024, 12, 1)).overdue_count == 0

    town.do("split", on=date(2024, 12, 1))

    children = Patch.objects.filter(split_from=town.patch)
    assert {child.due_on for child in children} == {DUE}
    assert figures_on(town, date(2024, 12, 9)).overdue_count == 0
    assert figures_on(town, later).overdue_count == counted(town, later, "overdue") == 2
    assert list(all_differences()) == []


def test_the_own_date_is_carried_over(relapsed):
    relapsed.carry_away(date(2024, 12, 1))

    patch = Patch.objects.get(carried_from=relapsed.patch)
    assert (patch.due_on, state_of(patch).due_on) == (DUE, DUE)
    assert patch.status == Status.PENDING
    assert list(all_differences()) == []


def test_exempt_after_a_relapse_is_never_late(relapsed):
    relapsed.do("exempt", on=date(2024, 12, 15))

    figures = figures_on(relapsed, date(2024, 12, 20))
    assert (figures.overdue_count, figures.relapsed_count) == (0, 0)
    assert [row.late_count for row in figures.milestones] == [0, 0, 0]


def test_on_the_page(town, client):
    town.bring_to(Status.CLOSED)
    client.force_login(town.huang)
    address = reverse("plots:patch_action", args=[town.patch.pk, "relapse"])
    page = client.get(address).content.decode()
    assert "重新整改的截止日期" in page
    form = client.get(address).context["form"]
    given = {
        "client_key": form["client_key"].value(),
        "seen": form["seen"].value(),
        "done_on": "2024-11-20",
        "step": town.replant.pk,
        "note": "又撂荒了",
    }

    wrong = client.post(address, {**given, "due_on": "2024-11-01"})
    assert "早于发现反弹的" in wrong.content.decode()
    client.post(address, {**given, "due_on": "2024-12-10"})

    relapse = town.patch.records.get(kind=Kind.RELAPSE)
    assert (relapse.due_on, relapse.by) == (DUE, town.huang)
    shown = client.get(reverse("plots:patch", args=[town.patch.pk])).content.decode()
    assert "发现反弹，2024年12月10日前重新整改" in " ".join(shown.split())
    assert "发现反弹，从“复耕复种”重新整改，2024年12月10日前" in shown


def test_the_village_sees_it_in_its_tasks(relapsed, client, settings):
    client.force_login(relapsed.east_secretary)

    page = client.get(reverse("plots:my")).content.decode()

    assert "反弹" in page
    assert relapsed.patch.code in page


def test_the_papers_tell_it(relapsed):
    """周报的逾期清单、明细写着反弹的情况；通报说有几个反弹。"""
    with snapshot(relapsed.plan, date(2024, 12, 15)) as shot:
        (item,) = shot.items("overdue")
        (figures,) = shot.progress.targets

    assert (item.overdue_due_on, item.days_over) == (DUE, 5)
    assert (item.closing.kind, item.reason) == (Kind.RELAPSE, "巡查发现又撂荒了")
    assert "1个反弹，正在重新整改。" in patch_progress(figures)
