"""成批办理事先说：几个能办、几个不能、为什么；选全部的记条件，个数变了再问一次。"""

import pytest

from plots.actions.foreseeing import refusals
from plots.actions.permissions import NotAllowed
from plots.models import Patch, RectificationRecord, Status
from plots.pages.bulk import selection
from tests.worlds.town import sep
from tests.worlds.year import TODAY

pytestmark = pytest.mark.django_db
BULK = "/patches/bulk/"


def text(response):
    return response.content.decode()


def choose_all(client, count, back="", verb="report", **given):
    return client.post(BULK, {"verb": verb, "all": count, "back": back, **given})


def press(client, preview, back="", verb="report"):
    """预览上的按钮：看过的那些、当时的个数、条件，一起交。"""
    form = preview.context["form"]
    hidden = {name: form[name].value() for name in ("client_key", "seen")}
    shown = {"pk": [patch.pk for patch in preview.context["patches"]]}
    count = preview.context["count"]
    return choose_all(
        client, count, back, verb, done_on=TODAY().isoformat(), note="", **hidden, **shown
    )


def test_what_a_report_lacks_is_said_before_it_is_pressed(client, year):
    plain = year.patch(code="不要材料")
    target = year.target(min_photos=2, needs_external_ref=True)
    lacking = year.patch(target=target, code="要材料")
    year.report(lacking, step=target.milestones.get(code="replant"))
    client.force_login(year.huang)

    page = text(client.post(BULK, {"verb": "report", "pk": [plain.pk, lacking.pk]}))

    assert ">上报下一步 1 个（1 个不能）</button>" in page
    assert "不能：“举证上传”还缺 2 张照片，请填国土调查云上传编号，补齐后再上报。" in page


@pytest.mark.parametrize("verb", ["report", "confirm", "send_back"])
@pytest.mark.parametrize("status", [status for status in Status if status != Status.CARRIED])
def test_foreseen_is_what_happens_from_every_status(town, verb, status):
    """事先说的那句话，就是真办时的那句话；说能办的，办得成。"""
    town.bring_to(status)
    patch = Patch.objects.get(pk=town.patch.pk)
    said = refusals(verb, [patch], town.huang).get(patch.pk, "")
    given = {"note": "未见复种"} if verb == "send_back" else {}
    try:
        town.do(verb, on=sep(28), by=town.huang, **given)
    except NotAllowed as refusal:
        happened = str(refusal)
    else:
        happened = ""

    assert said == happened


def test_all_of_a_filter_beyond_the_page_are_done_at_once(client, year, monkeypatch):
    monkeypatch.setattr("plots.pages.patch_list.rows.PAGE", 2)
    target = year.target()
    for n in range(5):
        year.patch(target=target, code=f"T{n}")
    year.patch(target=target, code="西", village=year.west)
    back = f"village={year.east.pk}"
    client.force_login(year.huang)

    preview = choose_all(client, 5, back)
    result = press(client, preview, back)

    assert ">上报下一步 5 个</button>" in text(preview)
    assert len(result.context["done"]) == 5
    assert set(RectificationRecord.objects.values_list("patch__village", flat=True)) == {
        year.east.pk
    }


def test_the_offer_to_choose_all_is_made_once_the_page_is_chosen(client, year):
    target = year.target()
    for n in range(51):
        year.patch(target=target, code=f"T{n:02}")
    client.force_login(year.huang)

    plain, ticked = text(client.get("/patches/")), text(client.get("/patches/?select=page"))
    everything = text(client.get("/patches/?select=all"))

    assert "选中全部" not in plain
    assert '?page=1&amp;select=all">选中全部 51 个</a>' in ticked
    assert '<input type="hidden" name="all" value="51">' in everything
    assert everything.count("checked") == everything.count("disabled") == 50


def test_more_than_can_be_done_at_once_is_not_offered(client, year, monkeypatch):
    monkeypatch.setattr(selection, "MOST_AT_ONCE", 2)
    monkeypatch.setattr("plots.pages.patch_list.views.MOST_AT_ONCE", 2)
    monkeypatch.setattr("plots.pages.patch_list.rows.CountedPages.__init__.__defaults__", (1,))
    target = year.target()
    for n in range(3):
        year.patch(target=target, code=f"T{n}")
    client.force_login(year.huang)

    page = text(client.get("/patches/?select=page"))
    answer = client.post(BULK, {"verb": "report", "all": 3, "back": ""}, follow=True)

    assert "选中全部" not in page
    assert "一次最多办 2 个，要全选请先筛选得少一些" in page
    assert selection.TOO_MANY in text(answer)
    assert not RectificationRecord.objects.exists()


def test_a_number_that_changed_is_said_and_asked_again(client, year):
    target = year.target()
    year.patch(target=target, code="T1")
    client.force_login(year.huang)
    preview = choose_all(client, 1)
    year.patch(target=target, code="T2")

    asked_again = press(client, preview)

    assert "选的时候是 1 个，现在符合这些条件的是 2 个" in text(asked_again)
    assert not RectificationRecord.objects.exists()
    done = press(client, asked_again)
    assert len(done.context["done"]) == 2


def test_as_many_but_not_the_same_ones_is_asked_again_too(client, year):
    target = year.target()
    old = year.patch(target=target, code="T1")
    client.force_login(year.huang)
    preview = choose_all(client, 1, "status=PENDING")
    year.report(old)
    year.patch(target=target, code="T2")

    asked_again = press(client, preview, "status=PENDING")

    assert "不全是原来那些" in text(asked_again)
    assert [patch.code for patch in asked_again.context["patches"]] == ["T2"]


def test_pressed_twice_it_is_done_once(client, year):
    target = year.target()
    year.patch(target=target, code="T1")
    client.force_login(year.huang)
    preview = choose_all(client, 1, "status=PENDING")

    first = press(client, preview, "status=PENDING")
    second = press(client, preview, "status=PENDING")

    assert len(first.context["done"]) == len(second.context["done"]) == 1
    assert RectificationRecord.objects.count() == 1


@pytest.mark.parametrize("back", ["target=没有这一项", "village=abc", "q=" + "长" * 800])
def test_a_condition_that_cannot_be_used_chooses_nothing(client, year, back):
    year.patch()
    client.force_login(year.huang)

    answer = choose_all(client, 1, back)

    assert answer.status_code == 302
    assert not RectificationRecord.objects.exists()


def test_preview_asks_as_much_for_one_as_for_three(client, year, django_assert_num_queries):
    target = year.target(min_photos=1)
    patches = [year.patch(target=target) for _ in range(3)]
    for patch in patches:
        year.report(patch, step=target.milestones.get(code="replant"))
    client.force_login(year.huang)
    client.post(BULK, {"verb": "report", "pk": patches[0].pk})
    with django_assert_num_queries(13):
        client.post(BULK, {"verb": "report", "pk": patches[0].pk})
    with django_assert_num_queries(13):
        client.post(BULK, {"verb": "report", "pk": [patch.pk for patch in patches]})
