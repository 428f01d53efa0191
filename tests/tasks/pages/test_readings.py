"""监测页：差得多的再问一遍，撤回，各村一起录，粘贴，村里自己录；谁能、谁不能。"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tasks.models import Reading
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_plan,
    make_reading,
    make_target,
    make_user,
)
from tests.worlds.town import Town
from tests.worlds.year import TODAY

pytestmark = pytest.mark.django_db
PAGE, TABLE = "/plan/readings/", "/plan/readings/table/"
JUNE, SEPTEMBER = date(2024, 6, 30), date(2024, 9, 30)


class Measured(Town):
    """东村、西村和它们的书记，一条 32,202 亩的底线；上次是 6 月 30 日全镇 32,212 亩。"""

    def __init__(self, client, **target):
        super().__init__()
        self.add_east_and_west()
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        fields = {"kind": "FLOOR", "measured_by": "READINGS", "quota": Decimal(32202)}
        self.target = make_target(
            self.plan, "retained", **{"name": "耕地保有量", "decimals": 0, **fields, **target}
        )
        make_milestone(self.target, due_on=date(2024, 12, 31))
        self.first = make_reading(self.target, on=JUNE, value=Decimal(32212), by=self.huang)
        self.client = client
        client.force_login(self.huang)

    def post(self, value, on="2024-09-30", village="", page=PAGE, **more):
        data = {"target": self.target.pk, "village": village, "on": on, "value": value}
        return self.client.post(page, {**data, "source": "三季度监测", **more})

    def fill(self, on="2024-09-30", **given):
        villages = {"east": self.east.pk, "west": self.west.pk}
        data = {
            f"village{villages[name]}": value for name, value in given.items() if name in villages
        }
        more = {name: value for name, value in given.items() if name not in villages}
        return self.client.post(TABLE, {"on": on, "source": "三季度监测", **data, **more})

    def paste(self, text):
        return self.client.post(TABLE, {"pasted": text})


@pytest.fixture
def town(client):
    return Measured(client)


def text_of(response):
    return response.content.decode()


def added():
    return Reading.objects.filter(on=SEPTEMBER)


def test_a_number_far_off_is_asked_about_once_with_both_numbers(town):
    asked = text_of(town.post("3221"))
    form = town.post("3221").context["form"]
    ((told, _),) = form.fields["sure"].widget.choices
    still = added().count()
    taken = town.post("3221", sure=told)

    assert "还没有录入" in asked
    assert (
        "全镇填的是 3221 亩；上次（2024年6月30日）是 32,212 亩，少 28,991 亩，像是少写了一位；"
        "任务数是 32,202 亩，少 28,981 亩，像是少写了一位。" in asked
    )
    assert 'value="3221"' in asked
    assert (still, taken.status_code, added().get().value) == (0, 302, 3221)


def test_a_tick_is_for_the_number_it_was_asked_about(town):
    ((told, _),) = town.post("3221").context["form"].fields["sure"].widget.choices

    page = text_of(town.post("322", sure=told))

    assert "全镇填的是 322 亩" in page
    assert added().count() == 0


@pytest.mark.parametrize(
    ("value", "is_asked"),
    [
        ("32100", False),
        ("30602", False),  # 比上次少 1610，上次的 5% 是 1610.6
        ("30601", True),
        ("33813", True),  # 比任务数多 1611，5% 是 1610.1
        ("33812", False),
        ("322120", True),
    ],
)
def test_five_percent_is_the_line(town, value, is_asked):
    response = town.post(value)

    assert (response.status_code == 200) == is_asked
    assert added().count() == (0 if is_asked else 1)


@pytest.mark.parametrize(
    ("value", "is_asked"), [("9", False), ("5", True), ("12.4", False), ("13", True), ("90", True)]
)
def test_a_growing_workload_is_asked_about_only_where_it_cannot_grow(client, value, is_asked):
    """任务 12 公里，上次 8 公里：往上长是常事；少了、超出任务数的才问。"""
    town = Measured(client, kind="WORKLOAD", unit="公里", quota=Decimal(12))
    Reading.objects.update(value=Decimal(8))

    assert (town.post(value).status_code == 200) == is_asked


def test_a_village_is_compared_with_its_own_last_number_and_share(town):
    make_reading(town.target, village=town.east, on=JUNE, value=Decimal(3230))
    make_allocation(town.target, town.west, quota=Decimal(2900))

    page = text_of(town.fill(east="323", west="2910"))

    assert (
        "东村填的是 323 亩；上次（2024年6月30日）是 3230 亩，少 2907 亩，像是少写了一位。" in page
    )
    assert "西村填的是" not in page
    assert added().count() == 0


@pytest.mark.parametrize("page", [PAGE, TABLE])
@pytest.mark.parametrize(
    ("on", "words"),
    [
        (
            "2023-12-31",
            "2023年12月31日不在2024年度方案的起止日期（2024年1月1日至2024年12月31日）之内",
        ),
        ("2025-01-01", "不在2024年度方案的起止日期"),
    ],
)
def test_a_day_outside_the_plan_is_refused(town, page, on, words):
    response = town.post("32202", on=on) if page == PAGE else town.fill(on=on, east="3230")

    assert words in text_of(response)
    assert list(Reading.objects.all()) == [town.first]


def test_a_day_to_come_is_refused(client):
    plan = make_plan(
        TODAY().year, starts_on=TODAY() - timedelta(90), ends_on=TODAY() + timedelta(90)
    )
    target = make_target(plan, measured_by="READINGS", quota=None)
    client.force_login(make_user(role="STAFF"))
    on = (TODAY() + timedelta(1)).isoformat()

    page = text_of(client.post(PAGE, {"target": target.pk, "on": on, "value": 1, "source": "普查"}))

    assert "这一天还没有到" in page
    assert Reading.objects.count() == 0


def test_a_wrong_number_is_withdrawn_with_a_reason_and_stays_to_be_seen(town):
    wrong = make_reading(town.target, on=SEPTEMBER, value=Decimal(3221), by=town.huang)
    town.client.force_login(town.liu)
    address = f"/plan/readings/{wrong.pk}/withdraw/"

    question = text_of(town.client.get(address))
    blank = town.client.post(address, {"reason": " "})
    page = text_of(town.client.post(address, {"reason": "少写了一位"}, follow=True))

    assert "最近的数变成 2024年6月30日的" in question
    assert blank.status_code == 200
    wrong.refresh_from_db()
    assert (wrong.withdrawn_on, wrong.withdrawn_by) == (SEPTEMBER, town.liu)
    assert (wrong.withdrawal_reason, wrong.value) == ("少写了一位", 3221)
    assert "已撤回" in page
    assert "少写了一位，刘泽" in page
    assert text_of(town.client.get("/?on=2024-10-20")).count("32,212 亩") == 1


def test_what_is_withdrawn_cannot_be_withdrawn_again(town):
    address = f"/plan/readings/{town.first.pk}/withdraw/"
    town.client.post(address, {"reason": "录到别的年度了"})

    again = town.client.post(address, {"reason": "再撤一次"}, follow=True)

    assert "撤回（录到别的年度了），没有再撤回。" in text_of(again)
    assert Reading.objects.get().withdrawal_reason == "录到别的年度了"


def test_a_withdrawn_correction_gives_the_first_entry_back(town):
    later = make_reading(town.target, on=JUNE, value=Decimal(32300), by=town.huang)
    before = text_of(town.client.get(PAGE))

    town.client.post(f"/plan/readings/{later.pk}/withdraw/", {"reason": "不是这一天的"})
    after = text_of(town.client.get(PAGE))

    assert before.count("已更正") == 1
    assert "已更正" not in after
    assert "全镇 2024年6月30日 32,212 亩" in after


def may_withdraw(town, user, reading):
    town.client.force_login(user)
    address = f"/plan/readings/{reading.pk}/withdraw/"
    seen = f'href="{address}"' in text_of(town.client.get(PAGE))
    status = town.client.post(address, {"reason": "录错了"}).status_code
    reading.refresh_from_db()
    assert seen == (status == 302) == reading.is_withdrawn
    return status


def test_who_takes_a_number_back(client):
    """东村书记今天录的自己能撤，昨天录的不能；西村的看不见；领导不能；镇里都能。"""
    town = Measured(client, villages_may_enter=True)
    yesterday = timezone.now() - timedelta(days=1)

    def by_east(**fields):
        given = {"village": town.east, "value": Decimal(3230), "by": town.east_secretary}
        return make_reading(town.target, **{**given, **fields})

    assert may_withdraw(town, town.east_secretary, by_east()) == 302
    assert may_withdraw(town, town.east_secretary, by_east(created_at=yesterday)) == 403
    assert may_withdraw(town, town.east_secretary, by_east(by=town.huang)) == 403
    assert may_withdraw(town, town.east_secretary, by_east(village=town.west)) == 404
    assert may_withdraw(town, town.mayor, by_east()) == 403
    assert may_withdraw(town, town.liu, by_east(created_at=yesterday)) == 302
    assert may_withdraw(town, town.admin, by_east()) == 302


def test_all_villages_are_entered_in_one_table_and_blanks_are_left_alone(town):
    make_reading(town.target, village=town.west, on=JUNE, value=Decimal(2900))
    page = text_of(town.client.get(TABLE))

    response = town.fill(east="3230.5", west="")

    assert "2900 亩，2024年6月30日" in page
    assert response.status_code == 302
    entered = added().get()
    assert (entered.village, entered.value, entered.by) == (
        town.east,
        Decimal("3230.5"),
        town.huang,
    )


def test_a_table_sent_twice_is_entered_once(town):
    town.fill(east="3230", west="2900")
    again = town.client.get(town.fill(east="3230", west="2910").url)

    assert "录入 1 个村，1 个村已经录过一样的数，没有再录。" in text_of(again)
    assert added().filter(village=town.east).count() == 1
    assert added().filter(village=town.west).count() == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "一个村的数也没有填"),
        ({"east": "三千"}, "请填数字"),
        ({"east": "-1"}, "数值不能是负数"),
        ({"east": "1", "source": ""}, "这一格要填"),
        ({"east": "1", "on": "2024-02-30"}, "这一天不存在"),
    ],
)
def test_a_bad_table_is_explained_and_kept(town, given, words):
    page = text_of(town.fill(**{"west": "" if not given else "2900", **given}))

    assert words in page
    assert Reading.objects.count() == 1


def test_lines_pasted_from_a_sheet_fill_the_table_first(town):
    town.east.aliases = "东村村委会"
    town.east.save()

    response = town.paste("东村村委会\t3,230.5\n\n 西村 ， 2900 \n")

    form = response.context["form"]
    filled = {village.name: item.value() for village, item in form.rows}
    assert filled == {"东村": "3230.5", "西村": "2900"}
    assert "粘贴的 2 个村已经填进表里，还没有录入" in text_of(response)
    assert Reading.objects.count() == 1


def test_every_wrong_line_is_named_at_once(town):
    text = "村 数值\n东村 3230\n西家村 12\n东村,3231\n西村\n西村 2900 多\n西村 -5\n西村 12.1234567"

    response = town.paste(text)

    told = [(problem.row, problem.found) for problem in response.context["problems"]]
    assert told == [
        (1, "村 数值"),
        (3, "西家村 12"),
        (4, "东村,3231"),
        (5, "西村"),
        (6, "西村 2900 多"),
        (7, "西村 -5"),
        (8, "西村 12.1234567"),
    ]
    page = text_of(response)
    for words in (
        "第 1 行“村 数值”：“村”不是系统里的村名或别名",
        "“数值”不是数字，请填如 3.50。",
        "第 4 行“东村,3231”：东村在第 2 行已经写了，请只留一行。",
        "要写村名和数两样",
        "多出了别的内容",
        "数值不能是负数。",
        "请先改下面 7 处",
    ):
        assert words in page
    assert "西家村 12" in page.split("<textarea")[1]
    assert Reading.objects.count() == 1


def test_the_list_has_pages_and_can_be_narrowed(town):
    for number in range(60):
        make_reading(town.target, village=town.west, on=date(2024, 1, 1) + timedelta(number))
    make_reading(town.target, village=town.east, on=JUNE, value=Decimal(3230))

    first = town.client.get(PAGE).context["page"]
    second = town.client.get(f"{PAGE}?page=2").context["page"]
    eastern = town.client.get(f"{PAGE}?village={town.east.pk}").context["page"]

    assert (first.paginator.count, len(first), len(second)) == (62, 30, 30)
    assert [row.value for row in eastern] == [3230]


def asked(call):
    """问了的查询，事务的开头和结尾不算。"""
    with CaptureQueriesContext(connection) as captured:
        response = call()
    queries = [query["sql"] for query in captured]
    return response, [sql for sql in queries if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_no_page_asks_the_database_the_same_thing_twice(town):
    make_reading(town.target, village=town.east, on=JUNE, value=Decimal(3230))
    withdraw = f"/plan/readings/{town.first.pk}/withdraw/"
    calls = [
        lambda: town.client.get(PAGE),
        lambda: town.client.get(TABLE),
        lambda: town.client.get(withdraw),
        lambda: town.post("3221"),
        lambda: town.post("32210"),
        lambda: town.fill(east="3231", west="2900"),
        lambda: town.paste("东村 3230"),
        lambda: town.client.post(withdraw, {"reason": "录错了"}),
    ]

    for call in calls:
        _, queries = asked(call)
        assert [sql for sql, times in Counter(queries).items() if times > 1] == []


def test_the_table_takes_the_same_queries_for_two_villages_and_ten(town):
    def entered():
        return len(asked(lambda: town.client.get(TABLE))[1])

    entered()
    before = entered()
    for number in range(8):
        make_reading(town.target, village=town.add_village(f"第{number}组"), value=Decimal(3000))

    assert entered() == before


@pytest.fixture
def open_town(client):
    town = Measured(client, villages_may_enter=True)
    client.force_login(town.east_secretary)
    return town


def test_a_secretary_enters_the_number_of_the_own_village(open_town):
    page = text_of(open_town.client.get(PAGE))
    response = open_town.post("3230", village=open_town.east.pk)

    assert "西村" not in page
    assert '<option value="">全镇</option>' not in page
    assert response.status_code == 302
    entered = added().get()
    assert (entered.village, entered.by) == (open_town.east, open_town.east_secretary)


def test_a_secretary_enters_nothing_for_another_village_or_the_town(open_town):
    others = open_town.post("2900", village=open_town.west.pk)
    whole = open_town.post("32202", village="")
    table = open_town.fill(west="2900")
    pasted = open_town.paste("西村 2900")

    assert [others.status_code, whole.status_code, table.status_code] == [200, 200, 200]
    assert "“西村”不是系统里的村名或别名" in text_of(pasted)
    assert added().count() == 0


@pytest.mark.parametrize("who", ["east_secretary", "mayor"])
def test_where_villages_do_not_enter_only_the_town_does(town, who):
    town.client.force_login(getattr(town, who))

    one = town.post("3230", village=town.east.pk)
    table = town.fill(east="3230")

    assert (one.status_code, table.status_code) == (403, 403)
    assert town.client.get(TABLE).status_code == 403
    assert "录入一次监测" not in text_of(town.client.get(PAGE))
    assert added().count() == 0


def test_a_leader_does_not_enter_even_where_villages_do(open_town):
    open_town.client.force_login(open_town.mayor)

    assert open_town.post("3230", village=open_town.east.pk).status_code == 403
    assert open_town.fill(east="3230").status_code == 403


def test_my_tasks_has_a_line_for_each_number_the_village_enters(client):
    """今年的方案让村里录保有量；东村录过 3230，西村书记没录过；明年以后不再提。"""
    plan = make_plan(
        TODAY().year, starts_on=TODAY() - timedelta(90), ends_on=TODAY() + timedelta(90)
    )
    town = Town(plan)
    town.add_east_and_west()
    fields = {"kind": "FLOOR", "measured_by": "READINGS", "villages_may_enter": True}
    target = make_target(plan, "retained", name="耕地保有量", **fields)
    make_target(plan, "basic", name="永久基本农田", kind="FLOOR", measured_by="READINGS")
    make_reading(target, village=town.east, on=TODAY(), value=Decimal(3230))

    def page(user):
        client.force_login(user)
        return text_of(client.get("/my/"))

    east, west = page(town.east_secretary), page(town.west_secretary)
    assert "录监测：耕地保有量" in east
    assert "上次 3230 亩" in east
    assert "还没有录过" in west
    assert "永久基本农田" not in east + west
    link = f"{PAGE}?year={plan.year}&target=retained&village={town.west.pk}"
    form = client.get(link).context["form"]
    assert (form["target"].value(), form["village"].value()) == (target.pk, town.west.pk)
    plan.ends_on = TODAY() - timedelta(40)
    plan.save()
    assert "录监测" not in page(town.east_secretary)
