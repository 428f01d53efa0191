"""撤回一次导入：新增的删掉，改动的放回去；后来有人办了的不能撤，后来又改了的说清楚。"""

from datetime import date
from decimal import Decimal

import pytest
import shapely
from auditlog.models import LogEntry

from plots.importing import Refused, apply_batch
from plots.importing.undo import rehearse, undo
from plots.ledger.replay import all_differences
from plots.models import Batch, BatchBefore, Kind, Patch, PatchShape
from plots.models.route_changes import route_then, routes_then
from tests.worlds.factories import make_order, make_shape
from tests.worlds.geo_files import square
from tests.worlds.import_town import ROWS, ImportTown, saved
from tests.worlds.kept import again
from tests.worlds.patch_files import HEADER, xlsx

pytestmark = pytest.mark.django_db
CHANGED = ([1, "团碾村", "T-1", 4, "新湾", "王五"], [2, "白云", "0002", 12, None, "李四"])


@pytest.fixture
def town(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return again(ImportTown)


def imported(town, *rows, header=HEADER, **fields):
    batch = town.batch(xlsx(header, *rows), **fields)
    apply_batch(batch, by=town.staff)
    return Batch.objects.get(pk=batch.pk)


def test_new_patches_go_with_their_shapes_and_checks(town):
    batch = imported(town, *ROWS)
    make_shape(Patch.objects.get(code="T-1"), square())

    undone = undo(batch, by=town.staff)

    assert (undone.removed, undone.back, undone.stuck) == (2, 0, [])
    assert not Patch.objects.exists()
    assert not PatchShape.objects.exists()
    batch.refresh_from_db()
    assert (batch.stage, batch.withdrawn_by) == ("已撤回", town.staff)
    entry = LogEntry.objects.get_for_object(batch).latest("pk")
    assert "withdrawn_at" in entry.changes_dict
    imported(town, *ROWS)  # 照样可以再导一次
    assert Patch.objects.count() == 2


def test_a_route_changed_by_an_import_and_put_back_is_known_for_every_day(town, settings):
    """10 月 8 日导入把 T-1 改走拆除复耕，10 日撤回：7 日和 10 日是农转用，8、9 日是拆除复耕。"""
    header = [*HEADER, "整改路径"]
    settings.FIXED_TODAY = date(2024, 10, 1)
    imported(town, [*ROWS[0], "农转用"], [*ROWS[1], None], header=header)
    settings.FIXED_TODAY = date(2024, 10, 8)
    batch = imported(town, [*ROWS[0], "拆除复耕"], header=header)
    settings.FIXED_TODAY = date(2024, 10, 10)
    undo(batch, by=town.staff)
    settings.FIXED_TODAY = date(2024, 10, 20)

    def routes(day):
        on = date(2024, 10, day)
        asked = Patch.objects.annotate(route_then=route_then(on))
        told = dict(asked.values_list("pk", "route_then"))
        assert routes_then(Patch.objects.all(), on) == told  # 两种问法一样
        return told[Patch.objects.get(code="T-1").pk]

    assert [routes(day) for day in (7, 8, 9, 10, 20)] == [
        *("conversion", "reclaim", "reclaim", "conversion", "conversion"),
    ]


def test_patches_on_an_order_keep_the_import(town):
    batch = imported(town, *ROWS)
    make_order(town.plan, Patch.objects.get(code="T-1").village, patches=Patch.objects.all()[:1])

    with pytest.raises(Refused, match="这次新增的图斑里有 1 个写在督办单上，不能整批撤回"):
        undo(batch, by=town.staff)
    assert Patch.objects.count() == 2


def test_changed_patches_go_back_to_what_they_were(town):
    header = [*HEADER, "备注", "等级"]
    imported(town, [*ROWS[0], "旧", None], [*ROWS[1], None, None], header=header)
    before = saved(), Patch.objects.get(code="T-1").extra
    new = [3, "白云", "N-1", 2, None, "赵六", None, None]
    batch = imported(town, [*CHANGED[0], "新", "三"], new, header=header)
    assert saved() != before[0]

    undone = undo(batch, by=town.staff)

    assert (undone.removed, undone.back, undone.stuck) == (1, 1, [])
    assert (saved(), Patch.objects.get(code="T-1").extra) == before
    amendments = Patch.objects.get(code="T-1").records.order_by("pk")
    assert {row.kind for row in amendments} == {Kind.AMEND}
    first, second = amendments
    assert (first.area_mu, second.area_mu) == (Decimal("3.5"), Decimal(4))


def test_areas_with_records_go_back_by_amendment(town):
    imported(town, *ROWS)
    town.act("report", "T-1", by=town.staff, on=date(2024, 9, 5))
    batch = imported(town, *CHANGED)

    undo(batch, by=town.staff)

    patch = Patch.objects.get(code="T-1")
    assert (patch.area_mu, patch.place) == (Decimal("3.5"), "塆里")
    amendments = patch.records.filter(kind=Kind.AMEND).order_by("pk")
    assert [row.note for row in amendments][1] == "撤回导入“下发.xlsx”"
    assert list(all_differences()) == []


def test_a_new_patch_with_a_record_keeps_the_whole_import(town):
    batch = imported(town, *ROWS)
    town.act("report", "T-1", by=town.staff, on=date(2024, 9, 5))

    with pytest.raises(Refused, match="有 1 个已经有了记录"):
        undo(batch, by=town.staff)
    assert Patch.objects.count() == 2


def test_what_was_changed_again_later_stays_and_is_told(town):
    imported(town, *ROWS)
    batch = imported(town, *CHANGED)
    imported(town, [1, "团碾村", "T-1", 4, "又一湾", "王五"])

    undone = undo(batch, by=town.staff)

    patch = Patch.objects.get(code="T-1")
    assert (patch.place, patch.contractor, patch.area_mu) == ("又一湾", "张三", Decimal("3.5"))
    assert undone.stuck == ["图斑 T-1 的“小地名”后来又改过，不动。"]


def test_older_imports_say_what_cannot_go_back(town):
    imported(town, *ROWS)
    batch = imported(town, *CHANGED)
    BatchBefore.objects.all().delete()

    undone = undo(batch, by=town.staff)

    assert (undone.unkept, undone.back) == (1, 0)
    assert Patch.objects.get(code="T-1").place == "新湾"


def test_looking_first_changes_nothing_and_twice_is_refused(town):
    batch = imported(town, *ROWS)

    assert rehearse(batch, by=town.staff).removed == 2
    assert Patch.objects.count() == 2
    undo(batch, by=town.staff)
    with pytest.raises(Refused, match="这次导入已经由"):
        undo(batch, by=town.staff)


def test_the_page_shows_asks_and_does(town, client):
    batch = imported(town, *ROWS)
    town.batch(xlsx(HEADER, *ROWS), name="只看看.xlsx")
    client.force_login(town.staff)
    address = f"/patches/import/{batch.pk}/"

    page = client.get(address)
    listed = client.get(f"/patches/?year=2024&batch={batch.pk}")
    asked = client.get(f"{address}undo/").content.decode()
    done = client.post(f"{address}undo/", follow=True).content.decode()
    upload = client.get("/patches/import/")

    assert {patch.code for patch in page.context["page"]} == {"0002", "T-1"}
    assert f"{address}undo/" in page.content.decode()
    assert listed.context["count"] == 2
    assert "批次：下发.xlsx" in listed.content.decode()
    assert "这次新增的 2 个图斑" in asked
    assert "已撤回导入“下发.xlsx”，新增的 2 个图斑已经删掉" in done
    assert [row.stage for row in upload.context["batches"]] == ["已撤回"]
    assert [row.name for row in upload.context["previews"]] == ["只看看.xlsx"]


def test_a_replaced_shape_comes_back(town):
    imported(town, *ROWS)
    patch = Patch.objects.get(code="T-1")
    old = make_shape(patch, square())
    digest = old.digest
    batch = town.batch(b"{}")
    keep = ("source_crs", "repaired", "parts")
    values = {name: getattr(old, name) for name in keep}
    values |= {name: getattr(old, name) for name in ("min_lon", "min_lat", "max_lon", "max_lat")}
    values |= {"digest": digest, "wkb": bytes(old.wkb).hex(), "batch_id": None}
    values["measured_mu"] = str(old.measured_mu)
    new = make_shape(patch, shapely.transform(square(), lambda xy: xy + 50))
    BatchBefore.keep(batch, [[patch.pk, {}, [new.digest, values]]])
    Batch.objects.filter(pk=batch.pk).update(applied_at=town.at)

    undo(batch, by=town.staff)

    assert PatchShape.objects.get(pk=patch.pk).digest == digest
