"""交过的表单按后退、改了再交，或拿到别处再交：不说办成了，其实没有；也不出错。"""

import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from plots.actions import orders
from plots.models import OrderReply, Patch, RemedyDocument, SupervisionOrder
from tasks.models import DutyEntry, RemedyItem
from tests.worlds.duty_town import DutyTown, oct
from tests.worlds.factories import make_order
from tests.worlds.kept import again
from tests.worlds.town import sep

pytestmark = pytest.mark.django_db


@pytest.fixture
def duty_town(settings):
    settings.FIXED_TODAY = oct(20)
    return again(DutyTown)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def values(form):
    """页面上的表单原样交回去。"""
    found = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in found.items()}


def test_an_order_withdrawn_meanwhile_is_not_said_to_be_issued(town, settings):
    """发错了撤回，按后退改了再交：先说没有再签发，再按一次才是另一张。"""
    settings.FIXED_TODAY = sep(20)
    mayor = signed_in(town.mayor)
    data = values(mayor.get(f"/orders/new/?village={town.east.pk}").context["form"])
    mayor.post("/orders/new/", data)
    orders.withdraw(SupervisionOrder.objects.get(), by=town.mayor, reason="写错了")

    told = mayor.post("/orders/new/", data | {"words": "请补种"})

    assert SupervisionOrder.objects.count() == 1
    page = told.content.decode()
    assert "这张表单刚才已经签发过东村的督办单第 1 号，没有再签发。" in page
    assert "请补种" in page
    assert mayor.post("/orders/new/", values(told.context["form"])).status_code == 302
    assert SupervisionOrder.objects.get(number=2).words == "请补种"


@pytest.mark.parametrize("changed", [{"words": "改了"}, {"answer_by": "2024-09-29"}])
def test_an_order_changed_and_sent_again_is_told(town, settings, changed):
    settings.FIXED_TODAY = sep(20)
    mayor = signed_in(town.mayor)
    data = values(mayor.get(f"/orders/new/?village={town.east.pk}").context["form"])
    mayor.post("/orders/new/", data)

    told = mayor.post("/orders/new/", data | changed)

    assert "没有再签发" in told.content.decode()
    assert SupervisionOrder.objects.get().words == data["words"]


def test_an_answer_changed_and_sent_again_is_told_and_kept(town, settings):
    settings.FIXED_TODAY = sep(20)
    order = make_order(town.plan, town.east, issued_on=sep(18), answer_by=sep(25))
    secretary, url = signed_in(town.east_secretary), reverse("plots:order", args=[order.pk])
    data = values(secretary.get(url).context["form"]) | {"words": "翻了三亩"}
    del data["files"]
    secretary.post(url, data)

    told = secretary.post(url, data | {"words": "翻了五亩"})

    assert "这张表单刚才已经答复过，没有再记。" in told.content.decode()
    again_data = values(told.context["form"])
    del again_data["files"]
    assert secretary.post(url, again_data).status_code == 302
    assert sorted(OrderReply.objects.values_list("words", flat=True)) == ["翻了三亩", "翻了五亩"]


def test_a_paper_changed_and_sent_again_is_told_and_kept(town):
    Patch.objects.filter(pk=town.patch.pk).update(remedy="council")
    item = RemedyItem.objects.get(route__code="council", name="应到人数")
    url = reverse("plots:remedy_hand_in", args=[town.patch.pk, item.pk])
    staff = signed_in(town.huang)
    names = ("client_key", "seen", "words")
    form = staff.get(url).context["form"]
    data = {name: form[name].value() or "" for name in names}
    data |= {"seen": 0, "number": "45", "on": date(2024, 9, 10)}
    staff.post(url, data)

    told = staff.post(url, data | {"number": "46"})

    assert "这张表单刚才已经交过一份，没有再记。" in told.content.decode()
    form = told.context["form"]
    staff.post(url, {name: form[name].value() or "" for name in data})
    numbers = RemedyDocument.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["45", "46"]


@pytest.mark.parametrize("other", ["person", "duty"])
def test_a_key_used_by_another_or_for_another_duty_is_told(duty_town, other):
    town = duty_town
    data = {"client_key": uuid.uuid4(), "on": "2024-10-18", "count": "1"}
    data["village"] = town.east.pk
    signed_in(town.east_secretary).post(f"/duties/{town.patrol.pk}/enter/", data)
    who = town.huang if other == "person" else town.east_secretary
    duty = town.patrol if other == "person" else town.publicity

    told = signed_in(who).post(f"/duties/{duty.pk}/enter/", data)

    assert told.status_code == 403
    assert "这张表单已经交过，记的是另一次" in told.content.decode()
    assert DutyEntry.objects.get().duty == town.patrol


def test_one_villages_patrols_do_not_make_up_for_anothers(duty_town):
    """两个村一个书记：东村巡查两次，西村一次也没有，还差西村的一次。"""
    town = duty_town
    town.east_secretary.postings.create(village=town.west)
    town.did(town.patrol, town.east, oct(15), 2)
    secretary = signed_in(town.east_secretary)

    assert "记了 2 次，还差 1 次" in secretary.get("/my/").content.decode()
    assert "巡查还差 1 次" in secretary.get("/reminders/").content.decode()
    town.did(town.patrol, town.west, oct(16))
    assert "记了 3 次，做够了" in secretary.get("/my/").content.decode()
