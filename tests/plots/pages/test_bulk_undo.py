"""成批办错了：结果页上撤回，后来没有人办别的才撤得回，撤不回的一块块说明。"""

import uuid
from datetime import date

import pytest

from plots.evidence import saving
from plots.ledger.replay import all_differences
from plots.models import Evidence, Kind, Patch, RectificationRecord, Status
from taiping.progress.progress import plan_progress
from taiping.progress.returns import returns_by_village
from tests.worlds.kept import again
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db
BASES = ("done", "recorded")


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    town = again(TwoVillages)
    town.second = town.add_patch(town.target, town.west, "T2")
    return town


def bulk(client, verb, *codes, on="2024-09-20", **given):
    patches = Patch.objects.filter(code__in=codes)
    data = {"verb": verb, "pk": [patch.pk for patch in patches], "note": "", "back": "q=T"}
    form = client.post("/patches/bulk/", data).context["form"]
    data |= {name: form[name].value() for name in ("client_key", "seen")}
    return client.post("/patches/bulk/", data | {"done_on": on} | given)


def undo(client, page, **changes):
    form = {
        "verb": page.context["verb"],
        "key": page.context["key"],
        "pk": [record.patch_id for record in page.context["done"]],
        "back": "q=T",
    }
    return client.post("/patches/bulk/undo/", form | changes, follow=True)


def figures(town):
    found = []
    for basis in BASES:
        for day in (5, 7, 12, 20, 25):
            progress = plan_progress(town.plan, sep(day), basis)
            steps = [(row.reached, row.reached_count) for _, row in progress.milestones]
            found.append((basis, day, steps, progress.overdue_count))
    return found


@pytest.mark.parametrize("verb", ["report", "confirm"])
def test_a_mistaken_bulk_is_taken_back_as_if_it_had_not_been(town, client, verb):
    codes = ["T1", "T2"]
    if verb == "confirm":
        for code, by in (("T1", town.east_secretary), ("T2", town.west_secretary)):
            town.act("report", code, by=by, on=sep(5), step="evidence")
    before = figures(town), list(Patch.objects.values_list("status", "next_milestone"))
    client.force_login(town.huang)

    page = bulk(client, verb, *codes)
    said = undo(client, page).content.decode()

    assert len(page.context["done"]) == 2
    assert "已撤回 2 个图斑" in said
    assert (figures(town), list(Patch.objects.values_list("status", "next_milestone"))) == before
    assert list(all_differences()) == []
    again = undo(client, page)
    assert [sentence for _, sentence in again.context["refused"]] == ["已经撤回过了。"] * 2


def test_a_mistaken_return_puts_the_reports_and_their_photos_back(town, client):
    record = town.report(on=sep(5), step=town.evidence)
    with saving():
        Evidence.objects.create(
            patch=town.patch,
            record=record,
            kind="PHOTO",
            file="evidence/x.jpg",
            name="x.jpg",
            size=1,
            sha256="a" * 64,
            by=town.east_secretary,
        )
    before = figures(town)[:5]
    client.force_login(town.huang)

    page = bulk(client, "send_back", "T1", note="看错了")
    assert town.now() == Status.RETURNED
    undo(client, page)

    assert town.now() == Status.AWAITING
    assert figures(town)[:5] == before  # 按完成日期，任何一天都像没有退回过
    assert list(all_differences()) == []
    standing = RectificationRecord.objects.standing().filter(kind=Kind.REPORT).order_by("pk")
    assert [row.done_on for row in standing] == [sep(5), sep(5)]
    assert Evidence.objects.get().record in standing
    rates = returns_by_village(plan_progress(town.plan, date(2024, 12, 25)))[None]
    assert (rates.returned, rates.reported, rates.waiting) == (0, 2, 0)
    town.do("confirm", on=sep(21))
    assert town.now() == Status.CLOSED


def test_what_somebody_did_since_is_kept_and_told(town, client):
    client.force_login(town.huang)
    page = bulk(client, "report", "T1", "T2", on="2024-09-10")
    town.act("report", "T2", by=town.west_secretary, on=sep(12))

    told = undo(client, page)

    assert [patch.code for patch, _ in told.context["refused"]] == ["T2"]
    assert "后来西村书记又办了“上报”" in told.content.decode()
    assert town.now() == Status.PENDING
    assert Patch.objects.get(code="T2").status == Status.AWAITING
    assert list(all_differences()) == []


def test_only_who_did_it_takes_it_back(town, client):
    client.force_login(town.huang)
    page = bulk(client, "report", "T1")
    client.force_login(town.liu)

    assert "是黄玲办的" in undo(client, page).content.decode()
    client.force_login(town.east_secretary)
    assert undo(client, page).status_code == 403
    assert town.now() == Status.UNDERWAY


@pytest.mark.parametrize(
    "changes", [{"verb": "split"}, {"key": "x"}, {"key": str(uuid.uuid4())}, {"pk": ["x"]}]
)
def test_a_made_up_form_takes_nothing_back(town, client, changes):
    client.force_login(town.huang)
    page = bulk(client, "report", "T1")

    assert undo(client, page, **changes).status_code == 200
    assert town.now() == Status.UNDERWAY
    assert client.get("/patches/bulk/undo/").status_code == 405
