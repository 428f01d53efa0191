"""什么怪值都扔进去：每个页面的每个参数、每张表单，每种角色；不许有 500，不许露出别的村。

值由 hypothesis 挑：错的类型、极大的数、怪的字、空字符、没有的日期、别的村的编号。
"""

import os
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from plots import actions
from plots.models import Patch
from tests.worlds.addresses import Fields, routes
from tests.worlds.factories import (
    make_allocation,
    make_batch,
    make_patch,
    make_plan_file,
    make_reading,
    make_target,
)
from tests.worlds.kept import again
from tests.worlds.town import NOON, TwoVillages, sep
from villages.models import Role, Village

pytestmark = pytest.mark.django_db
MARK = "西村独有的字"
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "8"))  # 想多试就设大：FUZZ_EXAMPLES=100
CLOSED = {"villages:logout", "admin:logout"}  # 退出了就没得试
PEOPLE = ("east_secretary", "huang", "mayor", "admin")
NAMES = [
    "on",
    "basis",
    "year",
    "page",
    "q",
    "target",
    "village",
    "milestone",
    "status",
    "state",
    "group",
    "sort",
    "step",
    "select",
    "format",
    "next",
    "back",
    "from",
    "to",
    "o",
    "p",
    "e",
    "_popup",
    "_to_field",
    "id__exact",
    "role__exact",
    "deed",
    "late",
    "reason",
    "min_mu",
    "max_mu",
    "due",
    "batch",
    "as_of",
    "z",
    "bbox",
]
ODD = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "-0",
        "1e400",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "٣",
        "Ⅳ",
        "²",
        "１２",
        "9" * 19,
        "9" * 400,
        "-" + "9" * 40,
        "2147483648",
        "9223372036854775808",
        "0.0000001",
        "2024-02-30",
        "2024-13-01",
        "0000-00-00",
        "0001-01-01",
        "9999-12-31",
        "10000-01-01",
        "2024-02-29",
        "24-2-9",
        "今天",
        "true",
        "null",
        "None",
        "[]",
        "{}",
        "..",
        "../../etc/passwd",
        "' OR 1=1 --",
        "%",
        "_",
        "\\",
        "<script>",
        "{{ 7 }}",
        "=1+1",
        "a\x00b",
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "\u202e倒",
        "\ufeff",
        "🌾" * 50,
        "\r\nSet-Cookie: a=b",
        "长" * 5000,
        "a,b,,",
        "-sort",
        "code",
        "-code",
        "xx__yy",
        "00000000-0000-0000-0000-000000000000",
    ]
)
VALUE = st.one_of(
    ODD,
    st.integers(-(2**70), 2**70).map(str),
    st.text(max_size=30),
    st.dates().map(str),
    st.floats().map(str),
)


ROUTES = [(name, route) for name, route in routes() if name not in CLOSED]
SITE = [(name, route) for name, route in ROUTES if not name.startswith("admin:")]
ADMIN = [(name, route) for name, route in ROUTES if name.startswith("admin:")]
ACTIONS = [
    "confirm",
    "send_back",
    "exempt",
    "defer",
    "resume",
    "remark",
    "amend",
    "split",
    "original",
    "thumb",
    "x",
    "龙",
]


@pytest.fixture
def town(settings, tmp_path):
    """东村一块在办、一块待核实；西村的名字、图斑、说明里都有一句记号。"""
    settings.MEDIA_ROOT = tmp_path
    settings.EVIDENCE_MAX_FILES = 3
    town = again(TwoVillages)
    Village.objects.filter(pk=town.west.pk).update(name=MARK)
    town.west.refresh_from_db()
    town.waiting = make_patch(town.target, town.east, code="T2")
    actions.report(town.waiting, by=town.east_secretary, on=sep(5), at=NOON, step=town.evidence)
    town.foreign = make_patch(town.target, town.west, code=f"{MARK}-1", place=MARK, contractor=MARK)
    actions.report(
        town.foreign, by=town.west_secretary, on=sep(5), at=NOON, step=town.evidence, note=MARK
    )
    floor = make_target(
        town.target.plan, "retained", kind="FLOOR", measured_by="READINGS", name="耕地保有量"
    )
    make_reading(floor, village=town.west, source=MARK, by=town.huang)
    make_allocation(floor, town.west, quota=1)
    make_batch(town.target, by=town.huang)
    make_plan_file(town.admin)
    town.clients = {}
    for person in PEOPLE:
        town.clients[person] = Client(raise_request_exception=True)
        town.clients[person].force_login(getattr(town, person))
    return town


def number_of(town):
    return st.sampled_from(
        [
            town.patch.pk,
            town.waiting.pk,
            town.foreign.pk,
            town.west.pk,
            town.east.pk,
            town.target.pk,
            1,
            2,
            3,
            0,
            999_999,
            2**31,
            2**63,
            10**25,
        ]
    )


def filled(draw, town, route):
    """地址里的参数换成各种合法不合法的号。"""

    def value(found):
        kind = found[1] or "str"
        if kind == "int:":
            return str(draw(number_of(town)))
        if kind == "uuid:":
            return "00000000-0000-0000-0000-000000000000"
        return draw(st.sampled_from([*ACTIONS, str(draw(number_of(town)))]))

    return re.sub(r"<(\w+:)?\w+>", value, route)


def value_or_number(town):
    return st.one_of(VALUE, number_of(town).map(str))


def send(client, method, url, data=None):
    """每一次都在自己的事务里，做完退回去：上一个怪值不影响下一个。"""
    with transaction.atomic():
        response = getattr(client, method)(url, data or {})
        body = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response, body.decode("utf-8", "replace")


def judge(person, response, body, what, typed=""):
    assert response.status_code < 500, what
    if person == "east_secretary" and MARK not in typed:
        assert MARK not in body, what


ONCE = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate,),
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@pytest.mark.parametrize("person", PEOPLE)
def test_odd_parameters_on_every_page(town, person):
    """看：每个地址带上几个怪参数。"""
    client, numbers = town.clients[person], value_or_number(town)

    @ONCE
    @given(st.data())
    def throw(data):
        for name, route in SITE:
            url = filled(data.draw, town, route)
            params = data.draw(
                st.dictionaries(st.sampled_from(NAMES), numbers, max_size=4), label=name
            )
            response, body = send(client, "get", url, params)
            judge(person, response, body, f"{name} {url} {params}", str(params))

    throw()


def real_forms(town, person):
    """打开每一页，记下上面要提交的表单和它原来填着的值。"""
    client, found = town.clients[person], []
    for _, route in SITE:
        for patch in (town.patch, town.waiting):
            url = re.sub(
                r"<(\w+:)?(\w+)>",
                lambda m, p=patch: str(p.pk) if m[1] == "int:" else "send_back",
                route,
            )
            response, body = send(client, "get", url)
            if response.status_code == 200 and "text/html" in response.get("Content-Type", ""):
                found += [
                    (url if action in ("", ".") else action, fields)
                    for method, action, fields in Fields(body).forms
                    if method.lower() == "post"
                ]
    for action in ACTIONS[:-2]:
        url = f"/patches/{town.waiting.pk}/{action}/"
        response, body = send(client, "get", url)
        if response.status_code == 200 and "text/html" in response.get("Content-Type", ""):
            found += [
                (url, fields)
                for method, _, fields in Fields(body).forms
                if method.lower() == "post"
            ]
    unique = {
        (url, tuple(sorted(fields))): (url, fields) for url, fields in found if "logout" not in url
    }
    return list(unique.values())


@pytest.mark.parametrize("person", PEOPLE)
def test_odd_values_in_every_form(town, person):
    """交：照页面上的表单填，其中几格换成怪值；文件格里是不成样子的文件。"""
    client, values = town.clients[person], value_or_number(town)
    forms = real_forms(town, person)
    assert len(forms) >= {"mayor": 2, "east_secretary": 2, "huang": 8, "admin": 10}[person]

    @ONCE
    @given(st.data())
    def throw(data):
        for url, fields in forms:
            names = st.sampled_from(sorted(fields))
            changed = data.draw(st.dictionaries(names, values, min_size=1, max_size=4), label=url)
            typed = {**fields, **changed}
            for name in set(typed) & {"file", "camera", "files"}:
                typed[name] = SimpleUploadedFile("照片.jpg", data.draw(st.binary(max_size=60)))
            response, body = send(client, "post", url, typed)
            judge(person, response, body, f"{url} {changed}", str(changed))

    throw()


@pytest.mark.parametrize("person", PEOPLE)
def test_forms_sent_to_where_they_do_not_belong(town, person):
    """交到别的地址、别的村的图斑上去：什么也改不了，也看不见。"""
    client, values = town.clients[person], value_or_number(town)
    before = list(Patch.objects.order_by("pk").values_list("pk", "status", "area_mu", "code"))

    @ONCE
    @given(st.data())
    def throw(data):
        for name, route in SITE:
            url = filled(data.draw, town, route)
            names = st.sampled_from(
                [
                    *NAMES,
                    "note",
                    "done_on",
                    "area_mu",
                    "client_key",
                    "seen",
                    "amount",
                    "verb",
                    "pk",
                    "username",
                    "password",
                    "which",
                    "code",
                    "children-TOTAL_FORMS",
                    "verdict",
                ]
            )
            typed = data.draw(st.dictionaries(names, values, max_size=6), label=name)
            response, body = send(client, "post", url, typed)
            judge(person, response, body, f"{name} {url} {typed}", str(typed))

    throw()

    assert (
        list(Patch.objects.order_by("pk").values_list("pk", "status", "area_mu", "code")) == before
    )


@pytest.mark.parametrize("person", PEOPLE)
def test_odd_parameters_in_the_admin(town, person):
    client, values = town.clients[person], value_or_number(town)

    @hypothesis_settings(ONCE, max_examples=2)
    @given(st.data())
    def throw(data):
        for name, route in ADMIN:
            url = filled(data.draw, town, route)
            params = data.draw(
                st.dictionaries(st.sampled_from(NAMES), values, max_size=3), label=name
            )
            response, body = send(client, "get", url, params)
            judge(person, response, body, f"{name} {url} {params}", str(params))

    throw()


def test_odd_values_in_the_forms_of_the_admin(town):
    client, values = town.clients["admin"], value_or_number(town)
    forms = []
    for name, route in ADMIN:
        if name.endswith("_add"):
            response, body = send(client, "get", route)
            if response.status_code == 200:
                forms += [
                    (route, f)
                    for m, _, f in Fields(body).forms
                    if m.lower() == "post" and "logout" not in route
                ]
    assert len(forms) > 5

    @hypothesis_settings(ONCE, max_examples=5)
    @given(st.data())
    def throw(data):
        for url, fields in forms:
            names = st.sampled_from(sorted(fields))
            changed = data.draw(st.dictionaries(names, values, min_size=1, max_size=5), label=url)
            changed = {
                name: value
                for name, value in changed.items()
                if not name.endswith("_FORMS") or len(value) < 4
            }
            response, _ = send(client, "post", url, {**fields, **changed})
            assert response.status_code < 500, f"{url} {changed}"

    throw()


def test_the_mark_would_be_noticed(town):
    """记号真的会出现在页面上：镇里的人看得见，东村书记看不见。"""
    seen = {person: MARK in send(town.clients[person], "get", "/patches/")[1] for person in PEOPLE}

    assert seen == {"east_secretary": False, "huang": True, "mayor": True, "admin": True}
    assert len(PEOPLE) == len(Role)
