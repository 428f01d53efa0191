"""存举证材料：原件一个字节不变，事务不成不留文件，同一张照片用在两处要指出来。"""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import DatabaseError, connection

from plots import actions, evidence
from plots.evidence import (
    EvidenceError,
    attach,
    check,
    check_all,
    listed,
    saving,
    store,
)
from plots.ledger.replay import records_of
from plots.models import Evidence, RectificationRecord
from tests.worlds.factories import make_patch, make_record, make_user
from tests.worlds.photos import TONGLIANG, encoded, exif, noisy, office, pdf, upload
from tests.worlds.town import NOON, sep
from villages.models import Role


def twins_of(evidence, user):
    """user 打开页面时，这份材料旁边说的“同一张照片”。"""
    (item,) = listed(Evidence.objects.filter(pk=evidence.pk), user)
    return item.twins


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return lambda: sorted(path for path in tmp_path.rglob("*") if path.is_file())


def test_original_is_kept_byte_for_byte_under_a_name_nobody_can_guess(town, media):
    content = encoded(exif=exif(taken="2024:09:05 10:11:12", gps=TONGLIANG))
    record = make_record(town.patch)

    saved = store(record, check(upload(content, "田坎边.jpg")), by=town.east_secretary)

    saved.refresh_from_db()
    assert saved.file.read() == content
    assert (saved.patch, saved.record, saved.name, saved.size) == (
        town.patch,
        record,
        "田坎边.jpg",
        len(content),
    )
    assert (saved.position, saved.position_m, saved.lat) == ("UNKNOWN", None, Decimal("29.855000"))
    assert len(media()) == 3
    assert all(len(path.stem) == 32 and path.suffix == ".jpg" for path in media())


def test_document_has_no_copies(town, media):
    saved = store(make_record(town.patch), check(upload(office(), "验收.docx")), by=town.huang)

    assert (saved.display.name, saved.thumb.name, len(media())) == ("", "", 1)


def test_a_large_upload_on_disk_is_copied_not_moved(town):
    content = encoded()
    file = TemporaryUploadedFile("大.jpg", "image/jpeg", len(content), None)
    file.write(content)
    file.seek(0)
    checked = check(file)

    first = store(make_record(town.patch), checked, by=town.huang)
    second = store(make_record(make_patch(town.target, town.east)), checked, by=town.huang)

    assert Path(file.temporary_file_path()).exists()
    assert first.file.read() == second.file.read() == content


def test_storing_the_same_photo_on_the_same_record_again_gives_the_first(town, media):
    record = make_record(town.patch)

    again = [store(record, check(upload()), by=town.huang) for _ in range(2)]

    assert again[0] == again[1]
    assert (Evidence.objects.count(), len(media())) == (1, 3)


def test_report_and_photos_go_in_together(town):
    good, errors = check_all([upload(noisy(30)), upload(pdf(), "合同.pdf")])

    with saving():
        record = town.report(photos=evidence.photo_count(good))
        for checked in good:
            store(record, checked, by=town.east_secretary)

    assert errors == []
    assert sorted(record.evidence.values_list("kind", flat=True)) == ["DOCUMENT", "PHOTO"]


def test_when_the_report_fails_neither_rows_nor_files_remain(town, media):
    checked = check(upload())

    with pytest.raises(actions.NotAllowed), saving():
        store(town.report(), checked, by=town.east_secretary)
        assert len(media()) == 3
        town.report(on=sep(1))

    assert (Evidence.objects.count(), RectificationRecord.objects.count(), media()) == (0, 0, [])


def test_an_inner_failure_takes_back_only_its_own_files(town, media):
    record = make_record(town.patch)

    with saving():
        kept = store(record, check(upload(noisy(20))), by=town.huang)
        with pytest.raises(ValueError, match="算了"), saving():
            store(record, check(upload(noisy(20))), by=town.huang)
            raise ValueError("算了")

    assert list(Evidence.objects.all()) == [kept]
    assert len(media()) == 3


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_full_disk_leaves_no_row_and_no_file(town, media, monkeypatch, fails_at):
    record, saves, save = make_record(town.patch), [], default_storage.save

    def full(name, content, max_length=None):
        saves.append(name)
        done = save(name, content, max_length=max_length)
        if len(saves) == fails_at:
            raise OSError("磁盘满了")  # 写了一半
        return done

    monkeypatch.setattr(Evidence._meta.get_field("file").storage, "save", full, raising=False)

    with pytest.raises(OSError, match="磁盘满了"):
        store(record, check(upload()), by=town.huang)

    assert (Evidence.objects.count(), media()) == (0, [])


def test_a_commit_that_fails_takes_the_files_back(town, media, monkeypatch):
    record, checked = make_record(town.patch), check(upload())

    def refuse(*_):
        assert len(media()) == 3
        raise DatabaseError("提交的时候断线")

    with pytest.raises(DatabaseError), saving():
        with monkeypatch.context() as broken:
            broken.setattr(connection, "savepoint_commit", refuse)
            store(record, checked, by=town.huang)

    assert (Evidence.objects.count(), media()) == (0, [])


def test_attach_stores_all_or_nothing(town, media):
    record = make_record(town.patch)

    with pytest.raises(EvidenceError) as caught:
        attach(record, [upload(), upload(b"", "空.jpg"), upload(b"MZ", "程序.jpg")], by=town.huang)
    assert (len(caught.value.sentences), Evidence.objects.count(), media()) == (2, 0, [])

    assert len(attach(record, [upload(), upload(pdf(), "a.pdf")], by=town.huang)) == 2


def test_evidence_of_a_demo_record_is_demo(town):
    town.patch.is_demo = True
    town.patch.save(update_fields=["is_demo"])

    assert store(make_record(town.patch, is_demo=True), check(upload()), by=town.huang).is_demo


def test_a_photo_with_a_web_page_behind_it_is_only_ever_a_photo(town):
    polyglot = (
        encoded(comment=b"<script>alert(1)</script>")
        + b"<html><script>alert(1)</script></html>"
        + office()
    )

    saved = store(
        make_record(town.patch), check(upload(polyglot, "x.html")), by=town.east_secretary
    )

    assert saved.kind == "PHOTO"
    assert saved.file.name.endswith(".jpg")
    assert all(b"script" not in copy.read() for copy in (saved.display, saved.thumb))


# 同一张照片


def test_the_same_photo_elsewhere_is_named_only_to_those_who_may_see(town):
    west = make_patch(town.target, town.west, code="西9")
    here = store(make_record(town.patch), check(upload()), by=town.east_secretary)
    store(make_record(west), check(upload(name="改了名.jpg")), by=town.west_secretary)

    assert twins_of(here, town.mayor).sentence == "同一张照片也用于图斑 西9（西村）。"
    assert twins_of(here, town.east_secretary).sentence == "同一张照片已用于别的图斑。"
    assert not twins_of(here, town.east_secretary).patches


def test_the_same_document_is_not_pointed_out(town):
    other = make_patch(town.target, town.east)
    paper = store(make_record(town.patch), check(upload(pdf(), "a.pdf")), by=town.huang)
    store(make_record(other), check(upload(pdf(), "a.pdf")), by=town.huang)

    assert not twins_of(paper, town.huang)


def test_the_photo_of_a_report_sent_back_handed_in_again_is_told(town):
    """退回说要补现场照片，又把原来那张交上来：核实的人一眼看得出。"""
    first = town.report(sep(5))
    before = store(first, check(upload()), by=town.east_secretary, at=NOON - timedelta(days=9))
    town.do("send_back", on=sep(6), step=town.replant)
    again = store(town.report(sep(7)), check(upload(name="新拍的.jpg")), by=town.east_secretary)

    assert twins_of(before, town.huang).sentence == ""
    assert (
        twins_of(again, town.huang).sentence == "这张照片 2024年12月11日已经交过，那次上报已撤回。"
    )


def test_a_photo_handed_in_twice_is_told_once(town):
    here = store(make_record(town.patch), check(upload()), by=town.huang, at=NOON)
    more = make_record(town.patch, completes=False)
    again = store(more, check(upload()), by=town.huang)

    assert twins_of(here, town.huang).sentence == ""
    assert twins_of(again, town.huang).sentence == "这张照片 2024年12月20日已经交过一次。"


@pytest.mark.parametrize("count", [1, 3])
def test_listing_takes_the_same_queries_for_one_and_for_three(
    town, django_assert_num_queries, count
):
    other = make_patch(town.target, town.west)
    for _ in range(count):
        content = noisy(20)
        record = make_record(town.patch, completes=False, by=town.huang)
        store(record, check(upload(content)), by=town.huang)
        store(make_record(other, completes=False), check(upload(content)), by=town.huang)
    boss = make_user(role=Role.LEADER)
    records = records_of(town.patch)

    with django_assert_num_queries(3):
        items = listed(town.patch.evidence.all(), boss, records)
        told = [(item.twins.sentence, str(item.by), item.record.milestone.name) for item in items]

    assert len(told) == count
    assert all(other.code in sentence for sentence, *_ in told)


def test_listing_asks_for_the_records_the_page_has_not_read(town, django_assert_num_queries):
    """结转以前的材料，记录在老图斑上：不论几份，另查一次；不是经办人传的，再查一次是谁。"""
    for _ in range(3):
        store(make_record(town.patch, completes=False), check(upload(noisy(20))), by=town.huang)
    Evidence.objects.update(by=town.mayor)

    with django_assert_num_queries(5):  # 材料，记录，谁传的，同一张照片，看得见的村
        items = listed(town.patch.evidence.all(), town.mayor)
        told = {(str(item.by), item.record.milestone.name) for item in items}

    assert told == {(str(town.mayor), town.target.milestones.first().name)}


def test_listing_hides_other_villages(town):
    store(make_record(town.patch), check(upload()), by=town.huang)

    assert listed(Evidence.objects.all(), town.west_secretary) == []
    assert len(listed(Evidence.objects.all(), town.east_secretary)) == 1
