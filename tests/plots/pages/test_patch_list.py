"""台账页：只看得见自己的村，合计、排序、翻页、导出，成批办理。"""

import io
import uuid
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from plots import actions
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.pages.patch_list.scope import Scope
from tests.worlds.factories import make_patch, make_plan, make_user, make_village
from tests.worlds.town import sep
from villages.models import Role

pytestmark = pytest.mark.django_db

LIST, BULK = "/patches/", "/patches/bulk/"


def listed(client, query=""):
    return [row.patch.code for row in client.get(LIST + query).context["rows"]]


def test_a_secretary_sees_only_their_own_villages(client, town):
    make_patch(town.target, town.west, code="西-1", area_mu=Decimal(77), place="西河坝")
    client.force_login(town.east_secretary)

    page = client.get(LIST)
    text = page.content.decode()

    assert [row.patch.code for row in page.context["rows"]] == ["T1"]
    assert (page.context["count"], page.context["area"]) == (1, Decimal(10))
    assert "西-1" not in text
    assert "西村" not in text
    assert listed(client, "?q=西河坝") == []


def test_another_village_in_the_address_is_ignored_and_said(client, town):
    make_patch(town.target, town.west, code="西-1")
    client.force_login(town.east_secretary)

    page = client.get(f"{LIST}?village={town.west.pk}")

    assert [row.patch.code for row in page.context["rows"]] == ["T1"]
    assert "“村”：没有这个村，或不是您负责的村，请重新选。这一项没有用上。" in page.content.decode()
    assert "西村" not in page.content.decode()


@pytest.mark.parametrize("path", [LIST, f"{LIST}map/data.geojson?bbox=105,29,107,31&zoom=12"])
def test_a_village_that_comes_while_the_page_is_made_does_not_break_it(
    client, town, monkeypatch, path
):
    """村读过以后、图斑读出来以前，管理员正好添了一个村，图斑改到了那里。"""
    make_patch(town.target, town.west, code="还在", found_lat="30.0", found_lon="106.0")
    gone = make_patch(town.target, town.west, code="去了新村", found_lat="30.0", found_lon="106.0")
    client.force_login(town.huang)
    read = Scope.__init__

    def then_another_village_comes(scope, *args):
        read(scope, *args)
        Patch.objects.filter(pk=gone.pk).update(village=make_village("新村"))

    monkeypatch.setattr(Scope, "__init__", then_another_village_comes)

    response = client.get(path)

    assert response.status_code == 200
    shown = b"".join(response).decode()
    assert "还在" in shown
    assert "去了新村" not in shown


def test_the_sum_is_exact_and_covers_all_pages(client, town):
    for number in range(60):
        make_patch(town.target, town.west, code=f"W{number:02d}", area_mu=Decimal("0.1"))
    client.force_login(town.huang)

    first, second = client.get(LIST), client.get(f"{LIST}?page=2")

    assert first.context["area"] == Decimal("16.000000")
    assert "共 61 个图斑，16.00 亩。" in first.content.decode()
    assert (len(first.context["rows"]), len(second.context["rows"])) == (50, 11)
    assert not {r.patch.pk for r in first.context["rows"]} & {
        r.patch.pk for r in second.context["rows"]
    }


@pytest.mark.parametrize("page", ["0", "99", "abc", "9" * 30, "%00"])
def test_an_odd_page_number_still_shows_rows(client, town, page):
    client.force_login(town.huang)

    assert listed(client, f"?page={page}") == ["T1"]


ODD = {
    "status": "没有",
    "step": "x",
    "village": "9" * 30,
    "due": "1e9",
    "on": "2024-02-30",
    "basis": "x",
    "state": "x",
    "milestone": "x",
    "timing": "x",
    "target": "x",
    "year": "20x4",
    "q": "\x00",
    "sort": "pk; drop",
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_value_is_said_and_left_out(client, town, name):
    client.force_login(town.huang)

    page = client.get(LIST, {name: ODD[name]})

    assert page.status_code == 200
    assert [row.patch.code for row in page.context["rows"]] == ["T1"]
    assert len(page.context["filters"].problems) == 1
    assert page.context["chips"] == []


def test_each_condition_is_said_and_can_be_taken_off(client, town):
    client.force_login(town.huang)

    page = client.get(
        f"{LIST}?target=abandoned&village={town.east.pk}&on=2024-10-20&milestone=check&done=no&q=&sort=due"
    )

    chips = [(text, unquote(without)) for text, without in page.context["chips"]]
    rest = f"&village={town.east.pk}"
    assert chips == [
        (
            "目标任务：自然撂荒地整治",
            f"village={town.east.pk}&on=2024-10-20&milestone=check&done=no&sort=due",
        ),
        ("村：东村", "target=abandoned&on=2024-10-20&milestone=check&done=no&sort=due"),
        (
            "看 2024年10月20日，按完成日期",
            f"target=abandoned{rest}&milestone=check&done=no&sort=due",
        ),
        ("镇级核实：未完成", f"target=abandoned{rest}&on=2024-10-20&sort=due"),
    ]


def test_columns_sort_both_ways(client, town):
    make_patch(town.target, town.west, code="A2", area_mu=Decimal(30), place="乙")
    make_patch(town.target, town.west, code="Z3", area_mu=Decimal(20), place="甲")
    client.force_login(town.huang)

    assert listed(client, "?sort=code") == ["A2", "T1", "Z3"]
    assert listed(client, "?sort=-code") == ["Z3", "T1", "A2"]
    assert listed(client, "?sort=area") == ["T1", "Z3", "A2"]
    assert listed(client, "?sort=-area") == ["A2", "Z3", "T1"]
    assert listed(client, "?sort=village") == ["T1", "A2", "Z3"]
    for key in ("target", "status", "step", "due", "place"):
        assert set(listed(client, f"?sort=-{key}")) == {"A2", "T1", "Z3"}


def test_the_number_of_queries_does_not_grow_with_the_rows(client, town):
    client.force_login(town.huang)
    past = "?on=2024-10-20&target=abandoned&milestone=replant&state=overdue"

    def queries(query):
        with CaptureQueriesContext(connection) as captured:
            rows = listed(client, query)
        return len(rows), len(captured)

    one = [queries(query) for query in ("", past)]
    for number in range(2):
        make_patch(town.target, make_village(), code=f"N{number}")
    three = [queries(query) for query in ("", past)]

    assert [rows for rows, _ in one + three] == [1, 1, 3, 3]
    assert [number for _, number in one] == [number for _, number in three]
    assert max(number for _, number in three) <= 15


def test_who_may_pick_and_add(client, town):
    def page(user):
        client.force_login(user)
        return client.get(LIST).content.decode()

    assert 'name="pk"' in page(town.huang)
    assert "/patches/add/" in page(town.huang)
    for user in (town.mayor, town.east_secretary):
        assert "成批办理" not in page(user)
        assert "/patches/add/" not in page(user)
    # 领导勾选是为了督办
    assert ("督办选中的" in page(town.mayor), 'name="pk"' in page(town.mayor)) == (True, True)
    assert (
        "督办选中的" in page(town.east_secretary),
        'name="pk"' in page(town.east_secretary),
    ) == (
        False,
        False,
    )


def test_all_on_the_page_can_be_ticked_without_javascript(client, town):
    client.force_login(town.huang)

    assert "checked" not in client.get(LIST).content.decode().split("<tbody>")[1]
    assert "checked" in client.get(f"{LIST}?select=page").content.decode().split("<tbody>")[1]


def test_an_empty_ledger_says_why_and_what_to_do(client):
    client.force_login(make_user(role=Role.STAFF))
    assert "还没有年度方案" in client.get(LIST).content.decode()
    make_plan()
    assert "2024年度方案还没有图斑" in client.get(LIST).content.decode()
    assert "没有符合这些条件的图斑" in client.get(f"{LIST}?q=x").content.decode()
    client.force_login(make_user())
    assert "您负责的村还没有图斑" in client.get(LIST).content.decode()


def test_the_export_carries_the_filter_and_the_scope(client, town):
    make_patch(town.target, town.east, code="东-2")
    make_patch(town.target, town.west, code="西-1")

    def exported(user, query=""):
        client.force_login(user)
        answer = client.get(f"/patches/export.xlsx{query}")
        rows = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
        return answer, {value for row in rows for value in row} & {"T1", "东-2", "西-1"}

    answer, codes = exported(town.huang, f"?village={town.east.pk}")

    assert codes == {"T1", "东-2"}
    assert "2024年太平镇东村图斑台账" in unquote(answer["Content-Disposition"])
    assert exported(town.east_secretary)[1] == {"T1", "东-2"}
    assert exported(town.east_secretary, "?q=西")[1] == set()
    assert exported(town.mayor, "?q=西")[1] == {"西-1"}


# 成批办理


def ask(client, verb, *patches, **fields):
    return client.post(
        BULK, {"verb": verb, "pk": [patch.pk for patch in patches], "back": "q=T", **fields}
    )


def carry(client, verb, *patches, on="2024-09-20", **fields):
    page = ask(client, verb, *patches)
    hidden = {name: page.context["form"][name].value() for name in ("client_key", "seen")}
    return ask(client, verb, *patches, **{**hidden, "done_on": on, **fields})


def test_it_asks_once_with_the_number_of_things_touched(client, town):
    other = make_patch(town.target, town.west, area_mu=Decimal("2.5"))
    client.force_login(town.huang)

    page = ask(client, "report", town.patch, other)

    assert "将对下面 2 个图斑、共 12.50 亩上报各自的下一步" in page.content.decode()
    assert not RectificationRecord.objects.exists()


def test_bulk_report_then_confirm_by_another_person(client, town):
    patches = [make_patch(town.target, town.west) for _ in range(3)]
    client.force_login(town.huang)

    answer = carry(client, "report", *patches, on="2024-09-05")

    assert (len(answer.context["done"]), answer.context["refused"]) == (3, [])
    assert f'href="{LIST}?q=T"' in answer.content.decode()
    assert RectificationRecord.objects.filter(milestone=town.replant, done_on=sep(5)).count() == 3
    carry(client, "report", *patches, on="2024-09-06")
    own = carry(client, "confirm", *patches)
    assert [sentence for _, sentence in own.context["refused"]] == [
        "这块图斑有您自己上报的步骤，请换一位镇工作人员核实。"
    ] * 3
    client.force_login(town.liu)
    answer = carry(client, "confirm", *patches, follow=True)
    assert set(RectificationRecord.objects.filter(kind=Kind.PASS).values_list("patch", "by")) == {
        (patch.pk, town.liu.pk) for patch in patches
    }


def test_a_refused_row_is_listed_with_its_sentence_and_the_others_are_done(client, town):
    ready, raw = (
        make_patch(town.target, town.west, code="R"),
        make_patch(town.target, town.west, code="P"),
    )
    actions.report(ready, by=town.huang, on=sep(5), step=town.evidence)
    client.force_login(town.liu)

    page = carry(client, "confirm", ready, raw)

    assert [(patch.code, sentence) for patch, sentence in page.context["refused"]] == [
        ("P", "图斑 P 现在是“待整治”，只有“待核实”的图斑可以核实。")
    ]
    ready.refresh_from_db()
    assert ready.status == Status.CLOSED
    assert "2 个里办成 1 个" in page.content.decode()


def test_bulk_send_back_needs_a_reason(client, town):
    town.report(step=town.evidence)
    client.force_login(town.huang)

    without = carry(client, "send_back", town.patch)
    assert "请勾选退回理由，或在说明里写明原因。" in without.content.decode()
    assert town.now() == Status.AWAITING

    carry(client, "send_back", town.patch, reasons=["需补充近景"], note="东南角")
    assert town.now() == Status.RETURNED
    record = RectificationRecord.objects.get(kind=Kind.RETURN)
    assert (record.reasons, record.note, record.milestone) == (
        ["需补充近景"],
        "东南角",
        town.evidence,
    )


def test_the_same_form_twice_makes_one_record_each(client, town):
    patches = [town.patch, make_patch(town.target, town.west)]
    client.force_login(town.huang)
    fields = {"client_key": uuid.uuid4(), "seen": 0, "done_on": "2024-09-05"}

    ask(client, "report", *patches, **fields)
    again = ask(client, "report", *patches, **fields)

    assert len(again.context["done"]) == 2
    assert RectificationRecord.objects.count() == 2


def test_a_row_that_changed_meanwhile_is_left_alone(client, town):
    client.force_login(town.huang)
    page = ask(client, "report", town.patch)
    hidden = {name: page.context["form"][name].value() for name in ("client_key", "seen")}
    town.report()

    result = ask(client, "report", town.patch, **hidden, done_on="2024-09-20")

    ((_, sentence),) = result.context["refused"]
    assert "东村书记 2024年9月5日上报了“复耕复种”10.00 亩" in sentence
    assert RectificationRecord.objects.count() == 1


@pytest.mark.parametrize("who", ["mayor", "east_secretary", "west_secretary"])
def test_bulk_is_for_town_staff(client, town, who):
    client.force_login(getattr(town, who))

    answer = ask(
        client, "report", town.patch, client_key=uuid.uuid4(), seen=0, done_on="2024-09-05"
    )

    assert answer.status_code == 403
    assert not RectificationRecord.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"verb": "report"},
        {"verb": "split", "pk": "1"},
        {"verb": "report", "pk": ["x", "\x00", "9" * 40]},
    ],
)
def test_nothing_picked_goes_back_to_the_ledger(client, town, fields):
    client.force_login(town.huang)

    answer = client.post(BULK, {**fields, "back": "//evil.example/?q=T"})

    assert answer.status_code == 302
    assert answer.url.startswith("/patches/?")
    assert not RectificationRecord.objects.exists()


def test_a_future_date_is_said_beside_the_field(client, town):
    client.force_login(town.huang)

    page = carry(client, "report", town.patch, on="2099-01-01")

    assert page.context["form"].errors["done_on"] == ["这一天还没有到，请填今天或以前的日期。"]
    assert date(2999, 1, 1) not in RectificationRecord.objects.values_list("done_on", flat=True)
