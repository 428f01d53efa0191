"""导入长文件的时候别人照样存：另一个连接在中途交上报，马上存下，不用等导入完。"""

import threading
from datetime import datetime

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from plots import actions
from plots.importing import Refused, apply, apply_batch, cloud, preview
from plots.ledger.replay import all_differences
from plots.models import Batch, Patch, RectificationRecord
from tests.worlds.factories import make_patch, make_village
from tests.worlds.kept import again
from tests.worlds.patch_files import xlsx
from tests.worlds.town import TwoVillages, sep

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town():
    return again(TwoVillages, needs_ref=True)


def elsewhere(act):
    """在另一个线程、另一个连接里做 act()；存不进去（库还被占着）就失败。"""
    failed = []

    def run():
        try:
            if connection.vendor == "sqlite":
                with connection.cursor() as cursor:
                    cursor.execute("PRAGMA busy_timeout = 200")
            act()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=60)
    assert failed == []


def batch_of(town, header, rows, kind=Batch.Source.TABLE):
    batch = Batch(target=town.target, kind=kind, name="下发.xlsx", by=town.huang)
    batch.file.save("x.xlsx", ContentFile(xlsx(header, *rows)), save=False)
    batch.save()
    return batch


def table(town, count):
    return batch_of(
        town, ["村", "图斑编号", "面积（亩）"], [["东村", f"N{n:04d}", 1.5] for n in range(count)]
    )


def test_someone_reports_while_a_table_is_being_laid_out(town):
    other = make_patch(town.target, town.east, code="别的")
    moments = []

    def tick(step, done, total):
        if step == "写入" and not any(said == "写入" for said, _ in moments):
            elsewhere(lambda: actions.report(other, by=town.east_secretary, on=sep(6)))
        moments.append((step, done))

    apply_batch(table(town, 1500), by=town.huang, tick=tick)

    assert moments == [
        ("读表", 1000),
        ("读表", 1500),
        ("和系统里的比", 1000),
        ("和系统里的比", 1500),
        ("写入", 1000),
        ("写入", 1500),
    ]
    assert Patch.objects.filter(code__startswith="N").count() == 1500
    assert RectificationRecord.objects.filter(patch=other).count() == 1


def test_a_patch_added_meanwhile_is_seen_before_anything_is_written(town):
    """对比完、写入前，别人正好添了同一个编号：重新对比一次，不重复也不出错。"""
    done = []

    def tick(step, count, total):
        if step == "写入" and not done:
            done.append(count)
            elsewhere(lambda: make_patch(town.target, town.east, code="N0003", area_mu="1.5"))

    review = apply_batch(table(town, 10), by=town.huang, tick=tick)

    assert (len(review.found.new), review.found.unchanged) == (9, 1)
    assert Patch.objects.filter(code="N0003").count() == 1


def test_a_target_that_never_stands_still_is_refused_in_words_and_nothing_is_written(town):
    numbers = iter(range(100))

    def tick(step, count, total):
        if step == "写入":
            elsewhere(lambda: make_patch(town.target, town.east, code=f"添的{next(numbers)}"))

    with pytest.raises(Refused, match="一直有人在更正或导入，没有导入"):
        apply_batch(table(town, 10), by=town.huang, tick=tick)

    assert next(numbers) == apply.TRIES
    assert Patch.objects.filter(code__startswith="N").count() == 0


HEADER = ["图斑编号", "状态", "提交时间", "流水号", "提交人"]


def cloud_batch(town, codes):
    for code in codes:
        patch = make_patch(town.target, town.east, code=code)
        actions.report(patch, by=town.east_secretary, on=sep(5))
    rows = [[code, "已提交", datetime(2024, 10, 8), f"YC-{code}", "周书记"] for code in codes]
    return batch_of(town, HEADER, rows, kind=Batch.Source.CLOUD)


def test_someone_reports_between_two_turns_of_a_cloud_import(town, monkeypatch):
    west = make_patch(town.target, make_village("西边村"), code="W1")
    batch, pauses = cloud_batch(town, ["C1", "C2", "C3"]), []
    monkeypatch.setattr(cloud, "TURN", 0.000001)  # 一行一段

    def pause(seconds):
        pauses.append(RectificationRecord.objects.filter(milestone=town.evidence).count())
        if len(pauses) == 1:
            elsewhere(lambda: actions.report(west, by=town.huang, on=sep(6)))

    monkeypatch.setattr(cloud.time, "sleep", pause)

    review = apply_batch(batch, by=town.huang)

    assert pauses == [1, 2]
    assert review.counts["reported"] == 3
    assert RectificationRecord.objects.filter(patch=west).count() == 1
    assert list(all_differences()) == []


def test_a_cloud_import_cut_short_goes_on_where_it_stopped(town, monkeypatch):
    batch = cloud_batch(town, ["C1", "C2", "C3"])
    monkeypatch.setattr(cloud, "TURN", 0.000001)

    def cut(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(cloud.time, "sleep", cut)
    with pytest.raises(KeyboardInterrupt):
        apply_batch(batch, by=town.huang)
    monkeypatch.setattr(cloud.time, "sleep", lambda seconds: None)

    again = apply_batch(Batch.objects.get(pk=batch.pk), by=town.huang)

    assert (again.counts["reported"], again.counts["unchanged"]) == (2, 1)
    assert RectificationRecord.objects.filter(milestone=town.evidence).count() == 3
    assert list(all_differences()) == []


def test_rows_refused_in_a_later_turn_say_that_the_earlier_ones_are_kept(town, monkeypatch):
    batch = cloud_batch(town, ["C1", "C2"])
    monkeypatch.setattr(cloud, "TURN", 0.000001)
    last = Patch.objects.get(code="C2")

    def meanwhile(seconds):
        actions.exempt(last, by=town.liu, on=sep(20), note="核过，没有问题")

    monkeypatch.setattr(cloud.time, "sleep", meanwhile)

    with pytest.raises(Refused, match="有 1 行不能上报，没有导入。前面 1 行里能报的已经报好"):
        apply_batch(batch, by=town.huang)

    assert [r.patch.code for r in RectificationRecord.objects.exclude(external_ref="")] == ["C1"]
    assert preview(batch, by=town.huang).unchanged == 1
