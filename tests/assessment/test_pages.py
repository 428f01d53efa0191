"""考核的几页：谁看见什么；每个自动的分点开是它怎么来的；人工评分、交两次、再评、撤回；导出。"""

import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from tasks.models import Score, ScoreItem
from tests.worlds.factories import make_plan
from tests.worlds.kept import again
from tests.worlds.scored import ScoredTown, make_score

pytestmark = pytest.mark.django_db
PAGE = "/assessment/"


@pytest.fixture
def town():
    return again(ScoredTown)


@pytest.fixture
def at(client, town, settings):
    """今天是 2024-10-20；at(谁) 登录。"""
    settings.FIXED_TODAY = date(2024, 10, 20)

    def login(name):
        client.force_login(getattr(town, name))
        return client

    return login


def text(response):
    page = re.sub(r"<[^>]+>", " ", unescape(response.content.decode()))
    return re.sub(r"\s+", " ", page)


def links(response, path):
    found = re.findall(r'href="([^"]*)"', unescape(response.content.decode()))
    return [address for address in found if address.startswith(path)]


def form_of(town, village=None, item=None):
    return f"{PAGE}villages/{(village or town.east).pk}/items/{(item or town.lead).pk}/"


def filled(client, path, **given):
    """打开表单照填。"""
    form = client.get(path).context["form"]
    hidden = {item.name: item.value() for item in form if item.is_hidden}
    return {**hidden, "points": "18.5", "reason": "有专人管", "on": "2024-10-18", **given}


def test_a_leader_sees_every_village_with_total_and_rank(at, town):
    page = at("mayor").get(PAGE)

    words = text(page)
    assert "满分 100.00 分，人工 1 项未评" in words
    assert "东村 1 35.75 人工 1 项未评 18.75 0.00 7.00 10.00 未评" in words
    assert "西村 2 35.67" in words
    assert "南村 — — 人工 1 项未评 不适用 80.00 分不算 不适用" in words
    assert links(page, f"{PAGE}villages/{town.east.pk}/items/") == []


def test_every_automatic_figure_opens_what_makes_it(at, town):
    client = at("mayor")
    page = client.get(PAGE)

    ledger = [address for address in links(page, "/patches/") if "village=" in address]
    counts = [client.get(address).context["page"].paginator.count for address in ledger]

    assert counts == [3, 1, 1, 2, 1, 0]  # 东村：报了、核实、逾期；西村：报了、核实、没有逾期
    villages = [
        f"/villages/{village.pk}/?plan=2024&on=2024-10-20" for village in (town.east, town.west)
    ]
    assert links(page, "/villages/") == villages  # 退回的次数在村页
    assert "退回 1 次" in text(client.get(villages[1]))


def test_village_page_says_how_each_point_came_about(at, town):
    make_score(town.lead, town.east, "18.5", by=town.huang)

    page = at("mayor").get(f"{PAGE}villages/{town.east.pk}/")

    words = text(page)
    assert "合计 54.25 分，第 1 名（2 个村）" in words
    assert "整治完成 25.00 18.75 上报 3/4 个，75% 自然撂荒地整治按完成率，看村里上报" in words
    assert "少退回 10.00 10.00 退回 0 次 退回每满 1 次扣 1.00 分" in words
    assert "组织领导 20.00 18.50 有专人管 人工 党政办；黄玲，10月8日" in words


def test_a_secretary_sees_his_own_row_with_his_rank_and_nothing_of_the_others(at, town):
    make_score(town.lead, town.east, "11.11", reason="东村的理由")
    make_score(town.lead, town.west, "17.77", reason="西村的理由")
    other = Score.objects.get(village=town.west)
    client = at("east_secretary")

    words = text(client.get(PAGE)) + text(client.get(f"{PAGE}villages/{town.east.pk}/"))

    assert "合计 46.86 分，第 2 名（2 个村）" in words and "东村的理由" in words
    for secret in ("西村", "南村", "17.77", "16.67", "53.44", "35.67"):
        assert secret not in words
    assert client.get(f"{PAGE}villages/{town.west.pk}/").status_code == 404
    assert client.get(f"{PAGE}scores/{other.pk}/withdraw/").status_code == 404
    assert client.get(form_of(town)).status_code == 403
    assert client.get("/assessment.xlsx").status_code == 403
    assert "再评" not in words and "撤回" not in words


def test_an_empty_table_says_where_to_fill_it(at, town):
    make_plan(2025)

    words = text(at("admin").get(f"{PAGE}?plan=2025"))

    assert "还没有填考核项" in words
    assert "在“考核项”一张里填好再导入" in words
    assert "0.00" not in words


def test_a_score_is_entered_once_however_often_the_button_is_pressed(at, town):
    client = at("huang")
    data = filled(client, form_of(town))

    first, second = client.post(form_of(town), data), client.post(form_of(town), data)

    assert (first.status_code, second.status_code) == (302, 302)
    score = Score.objects.get()
    assert (score.points, score.by, score.village) == (Decimal("18.5"), town.huang, town.east)
    assert "没有再评一次" in text(client.get(PAGE))


def test_one_key_used_for_another_score_is_refused(at, town):
    client = at("huang")
    data = filled(client, form_of(town))
    client.post(form_of(town), data)

    page = client.post(form_of(town), {**data, "points": "5"})

    assert "已经用过了" in text(page)
    assert Score.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"points": "20.01"}, "“组织领导”请填 0.00 到 20.00 分。"),
        ({"points": "-1"}, "“组织领导”请填 0.00 到 20.00 分。"),
        ({"points": "十分"}, "得分请填数字，0.00 到 20.00"),
        ({"points": "1.234"}, "得分最多两位小数。"),
        ({"points": "99999"}, "“组织领导”请填 0.00 到 20.00 分。"),
        ({"reason": " "}, "理由"),
        ({"on": "2024-10-21"}, "这一天还没有到"),
        ({"on": "2023-12-31"}, "不在2024年度方案的起止日期"),
    ],
)
def test_what_cannot_be_scored_is_told_and_nothing_typed_is_lost(at, town, given, said):
    client = at("huang")

    page = client.post(form_of(town), filled(client, form_of(town), **given))

    assert page.status_code == 200
    assert said in text(page)
    assert page.context["form"]["on"].value() == given.get("on", "2024-10-18")
    assert not Score.objects.exists()


def test_an_automatic_item_is_not_scored_by_hand(at, town):
    client = at("huang")

    assert client.get(form_of(town, item=town.rate)).status_code == 403


def test_the_second_clerk_sees_the_first_and_may_still_replace_it(at, town):
    client = at("liu")
    data = filled(client, form_of(town), points="10")
    make_score(town.lead, town.east, "18", by=town.huang, reason="开过会")

    told = client.post(form_of(town), data)

    assert "黄玲刚评：东村“组织领导”18.00 分，2024年10月8日，开过会。" in text(told)
    assert Score.objects.count() == 1
    seen = f"seen{town.east.pk}"
    again_with = {**data, seen: told.context["form"][seen].value()}
    assert client.post(form_of(town), again_with).status_code == 302
    assert Score.objects.count() == 2
    assert "10.00" in text(client.get(f"{PAGE}villages/{town.east.pk}/"))


def test_an_older_day_does_not_replace_a_later_one_and_it_is_said(at, town):
    make_score(town.lead, town.east, "18", on=date(2024, 10, 19), by=town.huang)
    client = at("huang")

    client.post(form_of(town), filled(client, form_of(town), points="10"))

    assert "东村 2024-10-19 评的 18.00 分日期更晚，看那天以后的还是用它。" in text(client.get(PAGE))


def test_taking_back_needs_a_reason_and_leaves_the_score_there(at, town):
    make_score(town.lead, town.east, "12", on=date(2024, 9, 1))
    score = make_score(town.lead, town.east, "18", by=town.huang)
    client, path = at("liu"), f"{PAGE}scores/{score.pk}/withdraw/"

    assert "用的是 2024年9月1日评的 12.00 分" in text(client.get(path))
    assert client.post(path, {"reason": ""}).status_code == 200
    assert client.post(path, {"reason": "评错村了"}).status_code == 302

    score.refresh_from_db()
    assert (score.withdrawn_by, score.withdrawal_reason) == (town.liu, "评错村了")
    assert score.withdrawn_on == score.on
    assert "12.00" in text(client.get(f"{PAGE}villages/{town.east.pk}/"))
    assert "已撤回 评错村了，刘泽" in text(client.get(form_of(town)))
    again = client.post(path, {"reason": "再撤一次"}, follow=True)
    assert "（评错村了），没有再撤回。" in text(again)


def test_the_workbook_holds_the_same_figures_and_the_reasons(at, town):
    make_score(town.lead, town.east, "18.5", by=town.huang)
    client = at("mayor")

    answer = client.get("/assessment.xlsx?on=2024-10-20")

    assert "2024-10-20.xlsx" in unescape(answer["Content-Disposition"])
    points, reasons = load_workbook(io.BytesIO(answer.content)).worksheets
    rows = [[cell.value for cell in row] for row in points.iter_rows(min_row=5)]
    assert rows[0][:8] == [1, "东村", 54.25, 18.75, 0, 7, 10, 18.5]
    assert rows[2][:4] == [None, "南村", None, "不适用"]
    assert rows[2][-1] == "人工 1 项未评；不适用 80.00 分不算"
    assert points["D3"].value == "任务完成（60.00）"
    told = [[cell.value for cell in row] for row in reasons.iter_rows(min_row=4, max_row=4)]
    assert told[0][:5] == ["东村", "整治完成", 25, 18.75, "上报 3/4 个，75%"]


def test_page_asks_the_same_number_of_queries_for_one_village_and_many(at, town):
    client = at("mayor")

    def count():
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        queries = [query["sql"] for query in captured]
        assert len(set(queries)) == len(queries)
        return len(queries)

    count()
    before = count()
    for number in range(3):
        town.add_village(f"新村{number}")
    make_score(town.lead, town.east, "18", by=town.huang)

    assert count() == before


def test_menu_and_plan_page_lead_here(at, town):
    town.plan.requirements.create(
        clause="四（四）", title="严格督查考核", wording="纳入年终目标考核。", menu="考核"
    )

    assert links(at("mayor").get("/plan/"), PAGE) != []
    page = at("east_secretary").get(f"/villages/{town.east.pk}/")
    assert f"{PAGE}villages/{town.east.pk}/?plan=2024&on=2024-10-20" in links(page, PAGE)
    assert ScoreItem.objects.count() == 8


def table_of(town, item=None):
    return f"{PAGE}items/{(item or town.lead).pk}/"


def test_one_item_is_scored_for_all_villages_in_one_table(at, town):
    make_score(town.lead, town.south, "9", by=town.liu, reason="去年的")
    client, path = at("huang"), table_of(town)
    own = {f"points{town.east.pk}": "18", f"points{town.west.pk}": "0", "points": ""}
    data = filled(client, path, reason="年终会上评的", **own)
    data[f"reason{town.west.pk}"] = "没有专人管"

    first, second = client.post(path, data), client.post(path, data)

    assert (first.status_code, second.status_code) == (302, 302)
    found = Score.objects.exclude(village=town.south).order_by("village__order", "pk")
    assert [(score.village.name, score.points, score.reason) for score in found] == [
        ("东村", 18, "年终会上评的"),
        ("西村", 0, "没有专人管"),
    ]
    assert "已评“组织领导”：2 个村。" in text(client.get(PAGE))
    assert "未评" not in text(client.get(PAGE))


def test_the_table_refuses_as_a_whole_and_keeps_what_was_typed(at, town):
    client, path = at("huang"), table_of(town)
    east, west = f"points{town.east.pk}", f"points{town.west.pk}"

    over = client.post(path, filled(client, path, **{east: "18", west: "21"}))
    none = client.post(path, filled(client, path, reason="会上评的"))
    unsaid = client.post(path, filled(client, path, reason="", **{east: "18"}))

    assert "西村得分：“组织领导”请填 0.00 到 20.00 分。" in text(over)
    assert over.context["form"][east].value() == "18"
    assert "一个村的分也没有填" in text(none)
    assert "东村没有写理由" in text(unsaid)
    assert not Score.objects.exists()


def test_the_table_tells_who_scored_a_village_meanwhile_and_enters_nothing(at, town):
    client, path = at("liu"), table_of(town)
    own = {f"points{town.east.pk}": "10", f"points{town.west.pk}": "11"}
    data = filled(client, path, **own)
    make_score(town.lead, town.east, "18", by=town.huang, reason="开过会")

    told = client.post(path, data)

    assert "黄玲刚评：东村“组织领导”18.00 分" in text(told)
    assert Score.objects.count() == 1


def test_only_the_town_opens_the_table_and_only_for_items_scored_by_hand(at, town):
    assert at("east_secretary").get(table_of(town)).status_code == 403
    assert at("mayor").get(table_of(town)).status_code == 403
    assert at("huang").get(table_of(town, town.rate)).status_code == 403
    assert links(at("huang").get(PAGE), f"{PAGE}items/") == [
        table_of(town),
        table_of(town, town.bonus),
    ]
