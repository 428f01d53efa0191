"""手工添加图斑：镇里都能加，村里要任务允许、只加自己的村；不会加重，不会撞号。"""

from decimal import Decimal

import pytest

from plots.actions.adding import folded, next_code
from plots.models import Patch
from tests.worlds.factories import (
    make_milestone,
    make_patch,
    make_plan,
    make_steps_target,
    make_target,
)
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages
from villages.models import Posting

pytestmark = pytest.mark.django_db

ADD = "/patches/add/"


@pytest.fixture
def town():
    return again(TwoVillages, villages_may_add=True)


def fields(town, **changes):
    return {
        "target": "abandoned",
        "village": town.east.pk,
        "code": "",
        "area_mu": "3.25",
        "place": "李家湾",
        **changes,
    }


def codes(town, village=None):
    return list(
        Patch.objects.filter(village=village or town.east)
        .order_by("pk")
        .values_list("code", flat=True)
    )


def test_staff_add_a_patch_with_the_next_free_number(client, town):
    make_patch(town.target, town.east, code="补-007")
    make_patch(town.target, town.west, code="补-041")
    client.force_login(town.huang)

    answer = client.post(ADD, fields(town), follow=True)

    patch = Patch.objects.get(code="补-008")
    assert answer.redirect_chain == [(f"/patches/{patch.pk}/", 302)]
    assert (
        "已添加图斑 补-008，东村，3.25 亩。下一步：复耕复种，2024年9月30日前。"
        in answer.content.decode()
    )
    assert (patch.village, patch.area_mu, patch.place, patch.created_by) == (
        town.east,
        Decimal("3.25"),
        "李家湾",
        town.huang,
    )
    assert patch.next_milestone == town.replant


def test_a_secretary_adds_only_in_their_village(client, town):
    client.force_login(town.east_secretary)

    page = client.get(ADD)
    other = client.post(ADD, fields(town, village=town.west.pk))
    own = client.post(ADD, fields(town))

    form = page.context["form"]
    assert (form["target"].value(), form["village"].value(), form["code"].value()) == (
        "abandoned",
        town.east.pk,
        "补-001",
    )
    assert "西村" not in page.content.decode()
    assert other.context["form"].errors == {"village": ["没有这个村，或不是您负责的村，请重新选。"]}
    assert own.status_code == 302
    assert (codes(town), codes(town, town.west)) == (["T1", "补-001"], [])


def test_a_secretary_adds_only_where_the_target_allows_it(client, town):
    closed = make_target(town.target.plan, "restructured")
    make_milestone(closed)
    client.force_login(town.east_secretary)

    page = client.post(ADD, fields(town, target="restructured"))

    assert page.context["form"].errors == {"target": ["不能往这项任务里添加图斑，请重新选。"]}
    town.target.villages_may_add = False
    town.target.save(update_fields=["villages_may_add"])
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, fields(town)).status_code == 403
    assert codes(town) == ["T1"]


def test_a_leader_does_not_add(client, town):
    client.force_login(town.mayor)

    assert client.get(ADD).status_code == 403
    assert client.post(ADD, fields(town)).status_code == 403
    assert codes(town) == ["T1"]


def test_a_target_measured_by_readings_takes_no_patches(client, town):
    make_target(town.target.plan, "retained", kind="FLOOR", measured_by="READINGS")
    client.force_login(town.huang)

    page = client.post(ADD, fields(town, target="retained"))

    assert list(page.context["form"].errors) == ["target"]


def test_last_years_plan_takes_no_more(client, town):
    make_steps_target(make_plan(2023), "old")
    client.force_login(town.huang)

    assert list(client.post(ADD, fields(town, target="old")).context["form"].errors) == ["target"]


@pytest.mark.parametrize(
    "alike",
    [
        {"area_mu": Decimal("3.25"), "place": "别处"},
        {"place": "李家湾三社"},
        {"contractor": "张三合作社"},
        {"code": "ＡＢ_7"},
    ],
)
def test_one_that_looks_like_it_asks_first(client, town, alike):
    known = make_patch(town.target, town.east, **{"code": "K9", **alike})
    make_patch(town.target, town.west, code="西-1", area_mu=Decimal("3.25"), place="李家湾")
    client.force_login(town.east_secretary)
    form = fields(town, contractor="张三", code="ab-007")

    asked = client.post(ADD, form)
    done = client.post(ADD, {**form, "is_other": "on"})

    assert list(asked.context["form"].errors) == ["is_other"]
    assert asked.context["form"].similar == [known]
    assert "西-1" not in asked.content.decode()
    assert done.status_code == 302
    assert codes(town)[-1] == "ab-007"


def test_nothing_alike_asks_nothing(client, town):
    make_patch(
        town.target, town.east, code="K9", area_mu=Decimal(8), place="王家院子", contractor="李四"
    )
    client.force_login(town.huang)

    assert client.post(ADD, fields(town, contractor="张三")).status_code == 302


@pytest.mark.parametrize("code", ["", "补-001", "东-1"])
def test_the_same_form_twice_adds_one(client, town, code):
    client.force_login(town.east_secretary)

    first = client.post(ADD, fields(town, code=code))
    again = client.post(ADD, fields(town, code=code), follow=True)

    assert again.redirect_chain == [(first.url, 302)]
    assert "刚才已经添加过图斑" in again.content.decode()
    assert len(codes(town)) == 2


def test_a_taken_code_is_said_beside_the_field(client, town):
    client.force_login(town.huang)

    page = client.post(ADD, fields(town, code="T1", is_other="on"))

    assert page.context["form"].errors == {
        "code": ["东村的“自然撂荒地整治”里已经有图斑 T1，请换一个编号。"]
    }
    assert "李家湾" in page.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("area_mu", ""),
        ("area_mu", "0"),
        ("area_mu", "-1"),
        ("area_mu", "三亩"),
        ("area_mu", "9" * 30),
        ("area_mu", "1.1234567"),
        ("village", ""),
        ("village", "9" * 30),
        ("target", ""),
        ("code", "x" * 61),
        ("place", "\x00"),
        ("remedy", "没有"),
    ],
)
def test_a_wrong_field_is_said(client, town, name, value):
    client.force_login(town.huang)

    page = client.post(ADD, fields(town, **{name: value}))

    assert list(page.context["form"].errors) == [name]
    assert codes(town) == ["T1"]


@pytest.mark.parametrize(
    "query",
    ["?target=x&village=x", "?village=%00", f"?village={'9' * 30}", "?target=abandoned&village=0"],
)
def test_an_odd_address_still_opens_the_form(client, town, query):
    client.force_login(town.huang)

    assert client.get(ADD + query).status_code == 200


def test_another_villages_next_number_is_not_told(client, town):
    make_patch(town.target, town.west, code="补-041")
    Posting.objects.create(
        user=town.east_secretary, village=town.patch.village.__class__.objects.create(name="南村")
    )
    client.force_login(town.east_secretary)

    page = client.get(f"{ADD}?target=abandoned&village={town.west.pk}")

    assert "补-042" not in page.content.decode()


def test_next_code_passes_over_other_writings(town):
    for code in ("补-009", "补-乙", "补-", f"补-{'9' * 20}", "T99"):
        make_patch(town.target, town.east, code=code)

    assert next_code(town.target, town.east) == "补-010"


def test_folded_codes_forget_how_they_are_written():
    assert folded("ＡＢ－007") == folded("ab_7") == folded("AB 07") == "ab7"
    assert folded("100") != folded("1")
