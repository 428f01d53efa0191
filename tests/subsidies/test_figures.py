"""应奖补、已拨付、未拨付：照手算的一年，哪一天、哪种口径都对；钱一分不差，从不是小数近似。"""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots.models import RectificationRecord
from taiping.ground.money import to_the_cent, yuan
from taiping.progress.progress import plan_progress
from taiping.progress.work_done import work_done
from taiping.reports.bulletin import write_bulletin
from taiping.subsidies.figures import account_of
from tasks.models import Subsidy, SubsidyPayment
from tests.worlds.kept import again
from tests.worlds.money import PaidTown, make_payment, make_receipt, make_subsidy
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db
OCTOBER = date(2024, 10, 20)


@pytest.fixture
def town():
    return again(PaidTown)


def seen(town, on=OCTOBER, basis="done", user=None):
    """{村: (应奖补, 已拨付, 未拨付, 多付)}，元。"""
    account = account_of(town.plan, on, basis, user or town.huang)
    (figures,) = account.subsidies
    return {
        row.village.name: (row.earned, row.paid, row.left, row.over) for row in figures.rows
    }, account


def test_each_village_earns_what_was_confirmed_by_that_day(town):
    """西村 5 亩只报了、7 亩核查无问题，都不得。"""
    rows, account = seen(town)

    assert rows == {
        "东村": (Decimal("1234.50"), Decimal(0), Decimal("1234.50"), Decimal(0)),
        "西村": (Decimal("3000.00"), Decimal(0), Decimal("3000.00"), Decimal(0)),
    }
    assert account.earned == Decimal("4234.50")
    assert seen(town, sep(8))[1].earned == Decimal("1234.50")
    assert seen(town, sep(7))[1].earned == Decimal("1000.00")
    assert seen(town, sep(6))[1].earned == Decimal("0.00")


def test_a_confirmation_taken_back_earns_nothing_any_more(town):
    town.act("send_back", "W1", by=town.liu, on=sep(20), step="replant", note="没有种")

    assert seen(town, sep(19))[0]["西村"][0] == Decimal("3000.00")
    assert seen(town, sep(20))[0]["西村"][0] == Decimal("0.00")


def test_by_the_day_of_entry_only_what_the_system_knew(town):
    RectificationRecord.objects.update(created_at=timezone.make_aware(datetime(2024, 10, 2, 9)))

    assert seen(town, date(2024, 10, 1), "recorded")[1].earned == Decimal(0)
    assert seen(town, date(2024, 10, 2), "recorded")[1].earned == Decimal("4234.50")


def test_per_patch_counts_the_patches_and_not_the_exempt(town):
    make_subsidy(town.target, code="each", per="PATCH", rate=Decimal("33.33"))

    account = account_of(town.plan, OCTOBER, "done", town.huang)

    east, west = account.subsidies[1].rows
    assert (east.earned, west.earned) == (Decimal("66.66"), Decimal("33.33"))
    assert (east.exempt_count, west.exempt_count) == (0, 1)


def test_the_cent_is_rounded_once_a_village_and_the_rows_add_up(town):
    """0.01 元一亩：东村 12.345 亩得 0.12 元，西村 30 亩得 0.30 元，合计 0.42 元；半分进上去。"""
    town.subsidy.rate = Decimal("0.01")
    town.subsidy.save()

    rows, account = seen(town)

    assert [row[0] for row in rows.values()] == [Decimal("0.12"), Decimal("0.30")]
    assert account.earned == Decimal("0.42")
    assert to_the_cent(Decimal("0.125")) == Decimal("0.13")
    assert to_the_cent(Decimal("2.345")) == Decimal("2.35")


def test_the_ceiling_holds_for_each_village_and_shows(town):
    town.subsidy.ceiling = Decimal(2000)
    town.subsidy.save()

    account = seen(town)[1]

    east, west = account.subsidies[0].rows
    assert (east.earned, east.is_capped) == (Decimal("1234.50"), False)
    assert (west.earned, west.is_capped, west.uncapped) == (Decimal(2000), True, Decimal(3000))
    assert account.earned == Decimal("3234.50")


def test_an_empty_rate_earns_no_zero_but_nothing_known(town):
    town.subsidy.rate = None
    town.subsidy.save()

    rows, account = seen(town)

    assert rows["东村"] == (None, Decimal(0), None, Decimal(0))
    assert (account.earned, account.left) == (None, None)


def test_paying_too_much_in_one_village_does_not_hide_in_another(town):
    make_payment(town.subsidy, town.east, "1354.50")
    make_payment(town.subsidy, town.west, "1000")

    rows, account = seen(town)

    assert rows["东村"] == (Decimal("1234.50"), Decimal("1354.50"), Decimal(-120), Decimal(120))
    assert rows["西村"] == (Decimal(3000), Decimal(1000), Decimal(2000), Decimal(0))
    assert (account.paid, account.left, account.over) == (
        Decimal("2354.50"),
        Decimal(2000),
        Decimal(120),
    )
    assert account.earned + account.over == account.paid + account.left


def test_payments_and_receipts_count_from_their_day_and_not_when_taken_back(town):
    paid = make_payment(town.subsidy, town.east, "100", on=date(2024, 10, 8))
    make_receipt(town.plan, "5000", on=date(2024, 10, 1), by=town.huang)
    for row in SubsidyPayment.objects.all():
        row.created_at = timezone.make_aware(datetime(2024, 10, 12, 9))
        row.save(update_fields=["created_at"])

    assert seen(town, date(2024, 10, 7))[1].paid == 0
    assert seen(town, date(2024, 10, 8))[1].paid == 100
    assert seen(town, date(2024, 10, 11), "recorded")[1].paid == 0
    assert seen(town, date(2024, 10, 12), "recorded")[1].paid == 100
    assert seen(town, date(2024, 9, 30))[1].received == 0
    assert seen(town)[1].balance == Decimal(4900)

    paid.refresh_from_db()
    paid.take_back(town.liu, "付错了村")

    assert seen(town)[1].paid == 0


def test_a_secretary_has_his_own_village_only(town):
    make_payment(town.subsidy, town.east, "100")
    make_payment(town.subsidy, town.west, "777")
    make_receipt(town.plan, "5000")

    rows, account = seen(town, user=town.east_secretary)

    assert list(rows) == ["东村"]
    assert (account.paid, account.received) == (Decimal(100), None)


def test_money_is_stored_in_whole_cents_and_adds_up_exactly(town):
    """0.1 加 0.2 是 0.3；库里是整的分。"""
    for amount in ("0.10", "0.20", "999999999999.99"):
        make_payment(town.subsidy, town.east, amount)

    whole = SubsidyPayment.objects.aggregate(whole=Sum("amount"))["whole"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT amount FROM tasks_subsidypayment ORDER BY id")
        stored = [row[0] for row in cursor.fetchall()]

    assert whole == Decimal("1000000000000.29")
    assert stored == [10, 20, 99999999999999]
    assert {type(row) for row in stored} == {int}
    assert type(whole) is Decimal


def test_no_figure_is_ever_a_float(town):
    make_payment(town.subsidy, town.east, "0.1")
    make_receipt(town.plan, "0.2")
    account = seen(town)[1]
    (figures,) = account.subsidies

    amounts = [account.earned, account.paid, account.left, account.over, account.balance]
    amounts += [figures.earned, figures.paid, figures.left, figures.over]
    for row in figures.rows:
        amounts += [row.earned, row.uncapped, row.paid, row.left, row.over]
    assert {type(amount) for amount in amounts} == {Decimal}


def test_how_yuan_is_written():
    assert [yuan(amount) for amount in (Decimal("1234.5"), Decimal(0), None, Decimal("-120"))] == [
        "1,234.50",
        "0.00",
        "—",
        "-120.00",
    ]


@pytest.mark.parametrize("basis", ["done", "recorded"])
@pytest.mark.parametrize("day", [sep(6), sep(8), OCTOBER, date(2024, 12, 31)])
def test_the_work_is_what_the_one_progress_says(town, day, basis):
    """奖补只问几步，和整份方案的数是同一句查询：一样。"""
    progress = plan_progress(town.plan, day, basis)
    work = work_done(town.plan, {town.target.pk}, day, basis)

    for figures in progress.targets:
        for step in figures.milestones:
            areas = [work.at(step.milestone.pk, village).amount for village in work.villages]
            assert sum(areas) == step.reached
    last = progress.targets[0].milestones[-1].milestone.pk
    shown = {
        row.village.name: (row.confirmed, row.exempt_count) for row in progress.targets[0].villages
    }
    assert shown == {
        village.name: (
            work.at(last, village).amount,
            work.exempt.get((town.target.pk, village.pk), 0),
        )
        for village in work.villages
    }


def test_the_dashboards_row_says_the_same_in_one_query_more(client, town):
    make_payment(town.subsidy, town.east, "100")
    make_receipt(town.plan, "5000")
    client.force_login(town.mayor)
    client.get("/?on=2024-10-20")

    with CaptureQueriesContext(connection) as with_rate:
        page = client.get("/?on=2024-10-20")
    Subsidy.objects.update(rate=None)
    with CaptureQueriesContext(connection) as without:
        plain = client.get("/?on=2024-10-20")

    money = page.context["money"]
    assert (money.earned, money.received, money.paid) == (Decimal("4234.50"), 5000, 100)
    assert "应奖补 4,234.50 元" in page.content.decode()
    assert len(with_rate) == len(without) + 1
    assert plain.context["money"] is None
    assert "应奖补" not in plain.content.decode()


def test_the_bulletin_says_it_in_one_sentence_and_nothing_without_a_rate(town):
    make_payment(town.subsidy, town.east, "100")
    make_receipt(town.plan, "5000")

    def told():
        return [block.text for block in write_bulletin(town.plan, OCTOBER).blocks]

    sentence = "奖补资金：各村应奖补4,234.50元，已到位5,000.00元，已拨付100.00元。"
    assert sentence in told()
    Subsidy.objects.update(rate=None)
    assert [text for text in told() if "奖补" in text] == []
