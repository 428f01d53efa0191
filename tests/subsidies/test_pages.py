"""奖补的几页：谁看见什么；录入、多付再问一遍、交两次、撤回；公示表。"""

import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt
from tests.worlds.factories import make_plan
from tests.worlds.kept import again
from tests.worlds.money import PaidTown, make_payment, make_receipt, make_subsidy

pytestmark = pytest.mark.django_db
PAGE, ADD, PAYMENTS = "/subsidies/", "/subsidies/payments/add/", "/subsidies/payments/"
RECEIVE, NOTICE = "/subsidies/receipts/add/", "/subsidies/notice/"
DAY = "?on=2024-10-20"


@pytest.fixture
def town():
    return again(PaidTown)


@pytest.fixture
def at(client, town, settings):
    """今天是 2024-10-20；at(谁) 登录。"""
    settings.FIXED_TODAY = date(2024, 10, 20)

    def login(name):
        client.force_login(getattr(town, name))
        return client

    return login


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(response.content.decode())))


def filled(client, town, path=ADD, **given):
    """打开表单照填。"""
    form = client.get(path).context["form"]
    hidden = {name: form[name].value() for name in ("client_key", "seen") if name in form.fields}
    words = {"voucher": "记-9", "purpose": "复耕奖补", "document": "铜财农〔2024〕1号"}
    return {
        **hidden,
        **words,
        "subsidy": town.subsidy.pk,
        "village": town.east.pk,
        "on": "2024-10-18",
        "amount": "1,000.00",
        **given,
    }


def test_the_page_shows_each_village_and_every_figure_opens_what_makes_it(at, town):
    make_payment(town.subsidy, town.east, "1354.50")
    make_receipt(town.plan, "5000")
    client = at("mayor")

    page = client.get(PAGE)

    words = text(page)
    assert "自然撂荒地整治 · 镇级核实，每亩 100.00 元" in words
    assert "多付 120.00 元" in words
    for figure in ("1,234.50", "3,000.00", "4,234.50", "5,000.00", "12.35", "30.00"):
        assert figure in words
    assert "录一笔拨付" not in words
    ledger = re.findall(r'href="(/patches/\?[^"]*done=some)"', unescape(page.content.decode()))
    found = [client.get(address).context["page"].paginator.count for address in ledger]
    assert found == [2, 1]
    paid = f"{PAYMENTS}?plan=2024&on=2024-10-20&subsidy=abandoned&village={town.east.pk}"
    assert paid in unescape(page.content.decode())
    assert "1,354.50" in text(client.get(paid))


def test_a_secretary_sees_his_village_and_nothing_of_the_others(at, town):
    make_payment(town.subsidy, town.east, "100", purpose="东村的钱")
    other = make_payment(town.subsidy, town.west, "777", purpose="西村的钱", voucher="西-1")
    receipt = make_receipt(town.plan, "5000", document="镇里的文")
    client = at("east_secretary")

    seen = text(client.get(PAGE)) + text(client.get(PAYMENTS))
    asked = text(client.get(f"{PAYMENTS}?village={town.west.pk}"))

    assert "1,234.50" in seen and "东村的钱" in seen
    for secret in ("西村", "777", "西-1", "镇里的文", "5,000", "3,000"):
        assert secret not in seen + asked
    assert client.get(f"{PAYMENTS}{other.pk}/withdraw/").status_code == 404
    assert client.get(f"/subsidies/receipts/{receipt.pk}/withdraw/").status_code == 404
    assert client.get(ADD).status_code == 403
    assert client.get(NOTICE).status_code == 403
    assert client.get("/subsidies/notice.xlsx").status_code == 403


def test_an_empty_rate_says_so_and_shows_no_zero(at, town):
    Subsidy.objects.update(rate=None, target=None, milestone=None, per="")

    words = text(at("huang").get(PAGE))

    assert "还没有填标准" in words and "还没有写明哪项任务" in words
    assert "0.00" not in words.partition("到位资金")[0]


def test_a_payment_is_entered_once_however_often_the_button_is_pressed(at, town):
    client = at("huang")
    data = filled(client, town)

    first, second = client.post(ADD, data), client.post(ADD, data)

    assert (first.status_code, second.status_code) == (302, 302)
    payment = SubsidyPayment.objects.get()
    assert (payment.amount, payment.by, payment.village) == (Decimal(1000), town.huang, town.east)
    assert "没有再记一笔" in text(client.get(PAGE))


def test_the_form_opened_from_a_row_is_filled_in_and_says_what_is_left(at, town):
    make_payment(town.subsidy, town.east, "234.50")
    client = at("huang")

    page = client.get(f"{ADD}?plan=2024&subsidy=abandoned&village={town.east.pk}")

    assert "东村应奖补 1,234.50 元，已拨付 234.50 元，还没有付 1,000.00 元。" in text(page)
    form = page.context["form"]
    assert (form["subsidy"].value(), form["village"].value()) == (town.subsidy.pk, town.east.pk)


def test_one_key_used_for_another_payment_is_refused(at, town):
    client = at("huang")
    data = filled(client, town)
    client.post(ADD, data)

    page = client.post(ADD, {**data, "amount": "5"})

    assert "已经用过了" in text(page)
    assert SubsidyPayment.objects.count() == 1


def test_more_than_what_is_left_is_asked_first_and_then_entered(at, town):
    client = at("huang")
    data = filled(client, town, amount="1354.50")

    asked = client.post(ADD, data)

    assert "东村应奖补 1,234.50 元，已拨付 0.00 元；这次付 1,354.50 元，就多付 120.00 元。" in text(
        asked
    )
    assert not SubsidyPayment.objects.exists()
    token = asked.context["form"].fields["sure"].widget.choices[0][0]
    assert (
        client.post(ADD, {**data, "amount": "2000", "sure": token}).status_code == 200
    )  # 别的数再问
    assert client.post(ADD, {**data, "sure": token}).status_code == 302
    assert SubsidyPayment.objects.get().amount == Decimal("1354.50")
    assert "多付 120.00 元" in text(client.get(PAGE))


def test_without_a_rate_the_payment_is_asked_too(at, town):
    Subsidy.objects.update(rate=None)
    client = at("huang")

    asked = client.post(ADD, filled(client, town))

    assert "还没有填标准，算不出东村该得多少" in text(asked)
    assert not SubsidyPayment.objects.exists()


def test_who_opened_the_form_before_another_paid_is_shown_that_payment(at, town):
    client = at("huang")
    data = filled(client, town, amount="100")
    make_payment(town.subsidy, town.east, "1000", by=town.liu, voucher="记-77")

    shown = client.post(ADD, data)

    assert "刘泽刚录入：给东村拨付 1,000.00 元，2024年10月8日，凭证 记-77" in text(shown)
    assert SubsidyPayment.objects.count() == 1
    again_data = {**data, "seen": shown.context["form"]["seen"].value()}
    assert client.post(ADD, again_data).status_code == 302
    assert SubsidyPayment.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"amount": "0"}, "金额要大于 0 元"),
        ({"amount": "-5"}, "金额要大于 0 元"),
        ({"amount": "1.005"}, "金额最多 2 位小数"),
        ({"amount": "三百"}, "金额请填数字"),
        ({"amount": "1234567890123"}, "请核对单位是不是元"),
        ({"on": "2024-10-21"}, "这一天还没有到"),
        ({"on": "2014-10-18"}, "2014年10月18日比2024年度方案开始的2024年1月1日早，请核对年份"),
        ({"voucher": ""}, "凭证号：这一格要填。"),
        ({"voucher": "长" * 51}, "最多 50 个字，现在有 51 个。"),
        ({"village": "999999"}, "没有这一项，请重新选。"),
        ({"area_mu": "0"}, "面积要大于 0 亩"),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_lost(at, town, given, sentence):
    client = at("huang")

    page = client.post(ADD, filled(client, town, **given))

    assert page.status_code == 200
    assert sentence in text(page)
    assert "复耕奖补" in page.content.decode()
    assert not SubsidyPayment.objects.exists()


def test_a_receipt_is_entered_once_and_taken_back_with_a_reason(at, town):
    client = at("huang")
    data = filled(client, town, RECEIVE, amount="5000.5 元")
    client.post(RECEIVE, data)
    client.post(RECEIVE, data)
    receipt = SubsidyReceipt.objects.get()

    assert "5,000.50" in text(client.get(PAGE))
    path = f"/subsidies/receipts/{receipt.pk}/withdraw/"
    assert client.post(path, {"reason": ""}).status_code == 200
    assert client.post(path, {"reason": "文号写错"}).status_code == 302

    words = text(client.get(PAGE))
    assert "已撤回" in words and "文号写错，黄玲" in words
    assert "一共 0.00 元" in words


@pytest.mark.parametrize(("on", "kept"), [("2023-01-02", 1), ("2022-12-31", 0)])
def test_money_may_arrive_a_year_ahead_of_the_plan_and_no_earlier(at, town, on, kept):
    """资金常在头一年提前下达；再早的多半是年份写错了。"""
    client = at("huang")

    page = client.post(RECEIVE, filled(client, town, RECEIVE, on=on))

    assert SubsidyReceipt.objects.count() == kept
    assert kept or "开始的2024年1月1日早 365 天以上，请核对年份" in text(page)


def test_pressing_take_back_twice_says_who_took_it_back(at, town):
    payment = make_payment(town.subsidy, town.east, "100", by=town.huang)
    path = f"{PAYMENTS}{payment.pk}/withdraw/"
    at("liu").post(path, {"reason": "付错了村"})
    client = at("huang")

    pages = [client.get(path, follow=True), client.post(path, {"reason": "多写"}, follow=True)]

    for page in pages:
        assert page.redirect_chain == [(f"{PAGE}?plan=2024", 302)]
        assert "已经由刘泽 10月20日撤回（付错了村），没有再撤回。" in text(page)
    assert SubsidyPayment.objects.get().withdrawal_reason == "付错了村"


def test_a_payment_taken_back_stays_in_the_list_and_leaves_the_figures(at, town):
    payment = make_payment(town.subsidy, town.east, "100", by=town.huang)
    client = at("liu")

    client.post(f"{PAYMENTS}{payment.pk}/withdraw/", {"reason": "付错了村"})

    listed = text(client.get(PAYMENTS))
    assert "100.00" in listed and "付错了村，刘泽" in listed
    assert client.get(PAGE).context["account"].paid == 0


def test_leaders_and_secretaries_enter_and_take_back_nothing(at, town):
    payment = make_payment(town.subsidy, town.east, "100")
    data = filled(at("huang"), town)

    for name in ("mayor", "east_secretary"):
        client = at(name)
        assert client.post(ADD, data).status_code == 403
        assert client.post(RECEIVE, data).status_code == 403
        assert client.post(f"{PAYMENTS}{payment.pk}/withdraw/", {"reason": "x"}).status_code == 403

    assert SubsidyPayment.objects.get().withdrawn_at is None


def test_another_plans_standards_do_not_get_in(at, town):
    other = make_plan(2025)
    client = at("huang")
    client.get(f"{PAGE}?plan=2025")

    assert "还没有奖补标准" in text(client.get(f"{PAGE}?plan=2025"))
    page = client.post(f"{ADD}?plan=2025", filled(client, town, f"{ADD}?plan=2024"))
    assert page.status_code == 200
    assert not SubsidyPayment.objects.exists()
    assert other.subsidies.count() == 0


def queries_of(client, path):
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return [query["sql"] for query in captured]


def test_the_number_of_queries_does_not_grow(at, town):
    client = at("huang")
    make_payment(town.subsidy, town.east, "1")
    make_receipt(town.plan, "1")
    client.get(PAGE)
    few = {path: len(queries_of(client, path + DAY)) for path in (PAGE, PAYMENTS, NOTICE)}
    assert few == {PAGE: 14, PAYMENTS: 10, NOTICE: 12}

    make_subsidy(town.target, code="each", per="PATCH")
    for village in (town.east, town.west):
        for amount in ("1", "2", "3"):
            make_payment(town.subsidy, village, amount, by=town.huang)
            make_receipt(town.plan, amount, by=town.liu)
    for path, number in few.items():
        queries = queries_of(client, path + DAY)
        assert len(queries) == number
        assert [sql for sql, times in Counter(queries).items() if times > 1] == []


def test_the_notice_on_paper(at, town):
    town.subsidy.ceiling = Decimal(2000)
    town.subsidy.save()
    client = at("mayor")

    words = text(client.get(f"{NOTICE}{DAY}&begins=2024-12-01&days=7"))

    assert "依据：铜委办便笺〔2024〕36号" in words
    assert "1 东村 12.35 100.00 1,234.50" in words
    assert "2 西村 30.00 100.00 2,000.00 封顶，未封顶是 3,000.00 元" in words
    assert "合计 42.35 3,234.50" in words
    assert "公示期：2024年12月1日至2024年12月7日，共7天" in words
    assert "公示期： 年 月 日至 年 月 日" in text(client.get(NOTICE)).replace("\u3000", "")


def test_the_notice_as_a_workbook(at, town):
    client = at("huang")

    response = client.get(f"/subsidies/notice.xlsx{DAY}&begins=2024-12-01&days=7")

    book = load_workbook(io.BytesIO(response.content))
    rows = [[cell.value for cell in row] for row in book["撂荒地复耕奖补"].rows]
    flat = [str(value) for row in rows for value in row if value is not None]
    assert [1, "东村", 12.345, 100, 1234.5, None] in rows
    assert ["合计", None, 42.345, None, 4234.5, None] in rows
    assert "公示期：2024年12月1日至2024年12月7日，共7天" in flat
    assert "依据：铜委办便笺〔2024〕36号" in flat
    assert client.get("/subsidies/notice.xlsx?days=x").status_code == 302
