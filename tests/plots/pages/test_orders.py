"""督办的几页：从哪里点过来先填好什么，签发、答复、办结、撤回；谁看得见哪几张，数点开就是那几张。"""

import re
import uuid
from datetime import date
from html import unescape

import pytest
from django.test import Client

from plots.actions import orders
from plots.models import Attachment, OrderReply, SupervisionOrder
from tests.worlds.factories import make_group, make_order, make_plan
from tests.worlds.photos import encoded, pdf, upload
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db
TODAY = date(2024, 9, 20)
LIST, NEW = "/orders/", "/orders/new/"


@pytest.fixture(autouse=True)
def today(settings):
    settings.FIXED_TODAY = TODAY


@pytest.fixture
def mayor(client, town):
    client.force_login(town.mayor)
    return client


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def text_of(response):
    page = response.content.decode()
    words = re.sub(r"<[^>]+>", " ", page[page.index("<main") :])
    return unescape(re.sub(r"\s+", " ", words))


def filled(response, **changes):
    """打开的表，照先填好的交；changes 是自己改的几格。"""
    form = response.context["form"]
    names = [name for name in form.fields if name != "files"]
    given = {name: form[name].value() for name in names}
    given["pk"] = [patch.pk for patch in response.context.get("scope").patches]
    given = {name: value for name, value in given.items() if value is not None}
    return {**given, **changes}


def issued(client, address, posted=None, **changes):
    """打开、照样签发；返回发出的几张。"""
    before = set(SupervisionOrder.objects.values_list("pk", flat=True))
    page = client.post(address, posted) if posted else client.get(address)
    response = client.post(address, filled(page, **changes))
    assert response.status_code == 302, text_of(response)
    return list(SupervisionOrder.objects.exclude(pk__in=before).order_by("number"))


# 签发：点过来，按一下


def test_from_a_line_of_the_dashboard(mayor, town):
    town.target.group = make_group(town.plan, "撂荒组")
    town.target.save()
    code = f"?target={town.target.code}&milestone=replant"

    (order,) = issued(mayor, f"{NEW}{code}")

    assert (order.to, order.target, order.milestone) == (
        town.target.group,
        town.target,
        town.replant,
    )
    due = f"{town.replant.due_on.month}月{town.replant.due_on.day}日截止"
    assert due in order.words
    assert (order.issued_on, order.answer_by, order.by) == (TODAY, sep(27), town.mayor)


def test_from_a_village_that_is_overdue(mayor, town):
    (order,) = issued(mayor, f"{NEW}?village={town.east.pk}")

    assert (order.to, order.about) == (town.east, "")
    assert order.words.startswith("东村各项任务要抓紧")


def test_from_a_patch(mayor, town):
    (order,) = issued(mayor, f"{NEW}?pk={town.patch.pk}")

    assert (order.to, [p.code for p in order.patches.all()]) == (town.east, ["T1"])
    assert "图斑 T1 下一步复耕复种" in order.words


def test_from_ticked_patches_in_two_villages_one_each(mayor, town):
    other = town.add_patch(town.target, town.west, "X1")
    ticked = {"pk": [town.patch.pk, other.pk], "verb": "report", "back": ""}

    made = issued(mayor, f"{NEW}?plan=2024", ticked)

    assert [(o.number, o.to.name, o.patches.get().code) for o in made] == [
        (1, "东村", "T1"),
        (2, "西村", "X1"),
    ]


def test_from_everything_a_filter_found(mayor, town):
    other = town.add_patch(town.target, town.east, "T2")
    town.add_patch(town.target, town.west, "X1")
    everything = {"all": "2", "back": f"village={town.east.pk}"}

    (order,) = issued(mayor, f"{NEW}?plan=2024", everything)

    assert [p.pk for p in order.patches.order_by("pk")] == [town.patch.pk, other.pk]


def test_nothing_ticked_goes_back_and_says_so(mayor, town):
    response = mayor.post(NEW, {"back": "q=T1"}, follow=True)

    assert response.redirect_chain == [("/patches/?q=T1", 302)]
    assert "没有勾选图斑。请先勾选要督办的图斑。" in text_of(response)


def test_patches_of_another_village_are_not_sent_to_one_village(mayor, town):
    other = town.add_patch(town.target, town.west, "X1")
    page = mayor.post(NEW, {"pk": [town.patch.pk, other.pk]})

    response = mayor.post(NEW, filled(page, to=f"v{town.east.pk}"))

    assert "选的图斑里有 1 个在西村。请改成“各发给图斑所在的村”。" in text_of(response)
    assert SupervisionOrder.objects.count() == 0


def test_a_double_press_issues_one(mayor, town):
    data = filled(mayor.get(f"{NEW}?village={town.east.pk}"))

    first, second = mayor.post(NEW, data), mayor.post(NEW, data)

    assert (first.status_code, second.url, SupervisionOrder.objects.count()) == (302, first.url, 1)


WRONG = {
    "没有选发给谁": ({"to": ""}, "请选发给哪个村或哪个工作组。"),
    "没有事项": ({"words": " "}, "请填督办事项。"),
    "答复早于签发": (
        {"answer_by": "2024-09-01"},
        "答复日期早于签发日期，请填签发那天或以后的日期。",
    ),
    "还没到的签发": ({"issued_on": "2024-09-21"}, "这一天还没有到，请填今天或以前的日期。"),
    "签发早过方案": (
        {"issued_on": "2014-09-20"},
        "2014年9月20日比2024年度方案开始的2024年1月1日早，请核对年份，或换一份方案。",
    ),
    "不是日期": ({"answer_by": "下周"}, "“下周”不是日期"),
    "编号不是数": ({"number": "甲"}, "编号请填整数，如 12。"),
    "编号占用了": ({"number": "1"}, "已经有第 1 号督办单，下一个没有用的是 2。"),
    "乱写的任务": ({"about": "t999999"}, "没有“t999999”这一项，请重新选。"),
    "别的方案的组": ({"to": "g999999"}, "没有这个村或工作组，请重新选。"),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(mayor, town, changes, sentence):
    make_order(town.plan, town.west)
    data = filled(mayor.get(f"{NEW}?village={town.east.pk}"), words="把水沟边那块先种上")

    response = mayor.post(NEW, {**data, **changes})

    assert sentence in text_of(response)
    assert changes.get("words") or "把水沟边那块先种上" in response.content.decode()
    assert SupervisionOrder.objects.count() == 1


def test_patches_out_of_sight_or_of_another_plan_are_left_out(mayor, town):
    other = make_plan(2025)
    page = mayor.get(f"{NEW}?plan={other.code}&pk={town.patch.pk}&pk=999999&pk=甲")
    assert page.context["scope"].patches == []


def test_a_secretary_is_told_who_writes_them(town):
    response = signed_in(town.east_secretary).get(NEW)
    assert response.status_code == 403
    assert "督办由领导或镇工作人员写，有情况请在督办单上答复。" in text_of(response)


# 谁看得见


def test_a_secretary_sees_only_the_orders_to_his_villages(town):
    own = make_order(town.plan, town.east, words="东村的事")
    other = make_order(town.plan, town.west, words="西村的事", patches=[town.patch])
    group = make_order(town.plan, make_group(town.plan, "撂荒组"), words="组里的事")
    secretary = signed_in(town.east_secretary)

    for address in (LIST, "/my/", f"/patches/{town.patch.pk}/"):
        page = text_of(secretary.get(address))
        assert "西村的事" not in page
        assert "组里的事" not in page
    assert "东村的事" in text_of(secretary.get(LIST))
    codes = [secretary.get(f"/orders/{each.pk}/").status_code for each in (own, other, group)]
    assert codes == [200, 404, 404]
    for verb in ("close", "withdraw"):
        assert secretary.get(f"/orders/{other.pk}/{verb}/").status_code == 404
    assert secretary.post(f"/orders/{other.pk}/", {"words": "x"}).status_code == 404


def test_patches_that_moved_to_another_village_are_not_shown_there(town):
    order = make_order(town.plan, town.east, patches=[town.patch])
    town.patch.village = town.west
    town.patch.save()

    assert "T1" not in text_of(signed_in(town.east_secretary).get(f"/orders/{order.pk}/"))
    assert "T1" in text_of(signed_in(town.mayor).get(f"/orders/{order.pk}/"))


# 答复


def answer(client, order, **changes):
    page = client.get(f"/orders/{order.pk}/")
    form = page.context["form"]
    given = {name: form[name].value() for name in ("client_key", "on")}
    return client.post(f"/orders/{order.pk}/", {**given, "words": "已经翻耕", **changes})


def test_the_village_answers_with_a_photo_and_a_paper(town):
    order = make_order(town.plan, town.east)
    files = [upload(encoded(), "现场.jpg"), upload(pdf(), "说明.pdf")]

    response = answer(signed_in(town.east_secretary), order, files=files)

    assert response.status_code == 302
    reply = order.replies.get()
    assert {each.name for each in reply.files.all()} == {"现场.jpg", "说明.pdf"}
    (one, _) = reply.files.all()
    address = f"/attachments/{one.pk}/original/"
    people = (town.mayor, town.east_secretary, town.west_secretary)
    assert [signed_in(user).get(address).status_code for user in people] == [200, 200, 404]
    assert "现场.jpg" in text_of(signed_in(town.mayor).get(f"/orders/{order.pk}/"))


@pytest.mark.parametrize("where", ["/my/", "/patches/{}/"])
def test_the_secretary_answers_right_where_he_reads_it(town, where):
    order = make_order(town.plan, town.east, patches=[town.patch])
    make_order(town.plan, town.west, words="西村的")
    client = signed_in(town.east_secretary)
    page = client.get(where.format(town.patch.pk)).content.decode()
    form = page[page.index(f'action="/orders/{order.pk}/#answer"') :]
    key = re.search(r'name="client_key" value="([\w-]{36})"', form).group(1)
    given = {"client_key": key, "on": order.issued_on, "words": "已经翻耕"}

    client.post(f"/orders/{order.pk}/", given)
    client.post(f"/orders/{order.pk}/", given)

    assert [reply.words for reply in order.replies.all()] == ["已经翻耕"]
    assert page.count("#answer") == 1, "别村的、领导的没有这张表"
    assert "#answer" not in signed_in(town.mayor).get(where.format(town.patch.pk)).content.decode()


def test_a_bad_file_is_said_and_the_words_are_kept(town):
    order = make_order(town.plan, town.east)

    response = answer(signed_in(town.east_secretary), order, files=[upload(b"x", "坏.exe")])

    assert "坏.exe" in text_of(response)
    assert "已经翻耕" in response.content.decode()
    assert (OrderReply.objects.count(), Attachment.objects.count()) == (0, 0)


def test_answering_after_it_was_closed_is_told_and_the_words_are_kept(town):
    order = make_order(town.plan, town.east, by=town.mayor)
    secretary = signed_in(town.east_secretary)
    secretary.get(f"/orders/{order.pk}/")
    orders.close(order, by=town.mayor, seen=0, words="现场看过了")

    data = {"client_key": uuid.uuid4(), "on": "2024-09-20", "words": "已经翻耕"}
    response = secretary.post(f"/orders/{order.pk}/", data)

    assert "督办单第 1 号已经由镇长 9月20日办结，不用再答复。" in text_of(response)
    assert "已经翻耕" in response.content.decode()
    assert order.replies.count() == 0


def test_staff_answer_for_a_group_and_a_leader_does_not(town):
    order = make_order(town.plan, make_group(town.plan, "撂荒组"))

    assert answer(signed_in(town.huang), order).status_code == 302
    assert order.replies.get().by == town.huang
    assert "答复（代" not in text_of(signed_in(town.mayor).get(f"/orders/{order.pk}/"))


# 办结、撤回


def test_closing_after_a_new_answer_is_shown_it_and_pressed_again(mayor, town):
    order = make_order(town.plan, town.east, by=town.mayor)
    address = f"/orders/{order.pk}/close/"
    opened = mayor.get(address).context["form"]
    orders.answer(order, words="北边那块种上了", by=town.east_secretary)

    data = {"seen": opened["seen"].value(), "on": "2024-09-20", "words": "不用办了"}
    told = mayor.post(address, data)
    order.refresh_from_db()
    assert not order.is_closed
    assert "您打开以后，东村书记又答复了，请看过再办结。还没有办结" in text_of(told)
    assert "北边那块种上了" in text_of(told)

    again = told.context["form"]
    mayor.post(address, {**data, "seen": again["seen"].value()})
    order.refresh_from_db()
    assert (order.is_closed, order.closing_words) == (True, "不用办了")


def test_closing_a_closed_one_says_who_did(mayor, town):
    order = make_order(town.plan, town.east, by=town.huang)
    orders.close(order, by=town.huang, seen=0, words="已看过")

    response = mayor.get(f"/orders/{order.pk}/close/", follow=True)

    assert "督办单第 1 号已经由黄玲 9月20日办结，不用再办。" in text_of(response)


def test_others_do_not_close_or_withdraw(town):
    order = make_order(town.plan, town.east, by=town.huang)
    for user in (town.liu, town.east_secretary):
        for verb in ("close", "withdraw"):
            response = signed_in(user).post(f"/orders/{order.pk}/{verb}/", {"reason": "x"})
            assert response.status_code == 403
    order.refresh_from_db()
    assert not (order.is_closed or order.is_withdrawn)


def test_a_withdrawn_one_leaves_every_list_and_keeps_its_page(mayor, town):
    order = make_order(town.plan, town.east, by=town.mayor, words="发错的")

    mayor.post(f"/orders/{order.pk}/withdraw/", {"reason": "发错了村"})

    assert "发错的" not in text_of(mayor.get(LIST))
    assert "发错的" in text_of(mayor.get(f"{LIST}?state=withdrawn"))
    assert "发错的" not in text_of(signed_in(town.east_secretary).get("/my/"))
    assert "撤回：发错了村" in text_of(mayor.get(f"/orders/{order.pk}/"))
    assert "督 办 单 （已撤回，不用办）" in text_of(mayor.get(f"/orders/{order.pk}/"))
    again = mayor.post(f"/orders/{order.pk}/withdraw/", {"reason": "再撤一次"}, follow=True)
    assert "撤回（发错了村），没有再撤回。" in text_of(again)


def test_a_day_before_the_plan_says_so(mayor, town):
    told = "2024年度方案从2024年1月1日开始，2023年6月1日还没有开始。"
    assert told in text_of(mayor.get(f"{LIST}?on=2023-06-01"))
    assert told not in text_of(mayor.get(LIST))
