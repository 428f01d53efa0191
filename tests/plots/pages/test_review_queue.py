"""待核实的一队：看得见照片、编号、距离、面积差；不能办的先灰着说为什么；勾几个一起办，办完回到这里。"""

import pytest
import shapely

from plots.models import Evidence, Kind, Patch, Status
from tests.plots.pages.test_review import attach, awaiting, words
from tests.worlds.factories import make_shape
from tests.worlds.year import TODAY

pytestmark = pytest.mark.django_db


def queue(client, user, query=""):
    client.force_login(user)
    response = client.get(f"/review/{query}")
    return {card.patch.code: card for card in response.context["cards"]}, words(response)


def bulk(client, verb, *patches, back="", **given):
    picked = {"verb": verb, "pk": [patch.pk for patch in patches], "from": "review", "back": back}
    preview = client.post("/patches/bulk/", picked)
    form = preview.context["form"]
    hidden = {name: form[name].value() for name in ("client_key", "seen")}
    data = {**picked, **hidden, "done_on": TODAY().isoformat(), "note": "", **given}
    return preview, client.post("/patches/bulk/", data)


def test_row_tells_photos_number_metres_and_area(client, year):
    patch = awaiting(year, code="T1", area_mu=10)
    record = patch.records.filter(kind=Kind.REPORT).last()
    record.external_ref = "YD-77"
    record.save(update_fields=["external_ref"])
    near, far = attach(patch), attach(patch, "red")
    Evidence.objects.filter(pk=near.pk).update(position="INSIDE", position_m=0)
    Evidence.objects.filter(pk=far.pk).update(position="OUTSIDE", position_m=1076)
    make_shape(patch, shapely.box(106.1, 29.85, 106.101, 29.851), crs="EPSG:4490", measured_mu=12)

    cards, page = queue(client, year.huang)

    card = cards["T1"]
    assert (len(card.photos), card.external_ref, card.away_text) == (2, "YD-77", "1076 米")
    assert card.differences == ["图形多 2"]
    assert f'src="/patches/evidence/{far.pk}/thumb/"' in page
    for fact in ("2 张", "YD-77", "1076 米", "图形多 2"):
        assert fact in page


def test_what_was_reported_short_and_photos_sent_back_are_told_apart(client, year):
    patch = year.patch(code="T1", area_mu=10)
    replant, evidence = patch.target.milestones.order_by("order")[:2]
    year.report(patch, step=replant, area_mu="9.5", completes=True)
    year.report(patch, step=evidence)
    attach(patch)
    year.send_back(patch, step=evidence)
    year.report(patch, step=evidence)

    cards, page = queue(client, year.huang)

    card = cards["T1"]
    assert card.differences == ["上报少 0.50"]
    assert (card.photos, card.away_text) == ([], "")  # 退回的那次的照片不算
    assert "没有" in page


def test_a_row_that_cannot_be_decided_is_grey_and_says_why(client, year):
    awaiting(year, code="别人报的")
    awaiting(year, code="自己报的", village=year.west, by=year.huang)

    cards, page = queue(client, year.huang)

    assert (cards["别人报的"].cannot, cards["别人报的"].not_back) == ("", "")
    assert cards["自己报的"].cannot.startswith("这块图斑有您自己上报的步骤")
    assert page.count('<tr class="is-refused">') == 1
    assert f"不能通过：{cards['自己报的'].cannot}" in page
    assert f"不能退回：{cards['自己报的'].not_back}" in page
    others, _ = queue(client, year.liu)
    assert [card.cannot for card in others.values()] == ["", ""]


def test_many_are_passed_at_once_and_the_button_says_how_many_cannot(client, year):
    ready = [awaiting(year, code=f"T{n}") for n in range(5)]
    own = [awaiting(year, code=f"O{n}", by=year.huang) for n in range(2)]
    client.force_login(year.huang)

    preview, result = bulk(client, "confirm", *ready, *own, back=f"village={year.east.pk}")

    page = words(preview)
    assert ">核实通过 5 个（2 个不能）</button>" in page
    assert page.count('<tr class="is-refused">') == 2
    assert "将对下面 5 个图斑、共 50.00 亩核实通过" in page
    assert (len(result.context["done"]), len(result.context["refused"])) == (5, 2)
    assert f'href="/review/?village={year.east.pk}">← 待核实' in words(result)
    assert Patch.objects.filter(status=Status.CLOSED).count() == 5


def test_many_are_returned_at_once(client, year):
    patches = [awaiting(year, code=f"T{n}") for n in range(2)]
    client.force_login(year.huang)

    _, result = bulk(client, "send_back", *patches, reasons=["需补充近景"])

    assert len(result.context["done"]) == 2
    assert {patch.status for patch in Patch.objects.all()} == {Status.RETURNED}


def test_nothing_that_can_be_done_leaves_no_button(client, year):
    own = awaiting(year, by=year.huang)
    client.force_login(year.huang)

    preview, _ = bulk(client, "confirm", own)

    page = words(preview)
    assert "选的 1 个现在都不能核实通过" in page
    assert ">核实通过 0 个" not in page


def test_only_those_that_came_back_are_asked_for(client, year):
    awaiting(year, code="头一次")
    again = awaiting(year, code="又报的")
    year.send_back(again)
    year.report(again, step=again.target.milestones.get(code="evidence"))

    cards, page = queue(client, year.huang, "?again=1")

    assert list(cards) == ["又报的"]
    assert f'href="/review/{again.pk}/?again=1"' in page


def test_the_one_before_is_a_key_away(client, year):
    first, second = awaiting(year, code="T1"), awaiting(year, code="T2")
    client.force_login(year.huang)

    page = words(client.get(f"/review/{second.pk}/"))

    assert f'aria-keyshortcuts="K" href="/review/{first.pk}/"' in page
    assert 'aria-keyshortcuts="K"' not in words(client.get(f"/review/{first.pk}/"))


def test_as_many_queries_for_one_row_as_for_three(client, year, django_assert_num_queries):
    target = year.target(min_photos=0)
    attach(awaiting(year, target=target))
    client.force_login(year.huang)
    client.get("/review/")
    with django_assert_num_queries(12):
        client.get("/review/")
    for by in (year.liu, year.huang):
        attach(awaiting(year, target=target, village=year.west, by=by), "red")
    with django_assert_num_queries(12):
        client.get("/review/")
