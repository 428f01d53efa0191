"""图斑和记录的数据必须守的规矩，以及常用的查询。"""

from datetime import date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from plots.models import Evidence, Kind, Patch, Reason, RectificationRecord, Status
from plots.models.deadlines import days_left_text, due_next, due_of, end_of_day
from tests.worlds.factories import (
    make_batch,
    make_milestone,
    make_patch,
    make_plan,
    make_record,
    make_steps_target,
    make_target,
    make_user,
    make_village,
)
from villages.models import Role

pytestmark = pytest.mark.django_db
DAY, NOW = date(2024, 9, 10), timezone.make_aware(datetime(2024, 9, 10, 12))


def refused(change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        change()


def test_patch_constraints():
    patch = make_patch(code="T1")
    given = {"target": patch.target, "village": patch.village}
    with pytest.raises(ValidationError, match="已经有这个图斑编号"):
        Patch(**given, code="T1", area_mu=1).full_clean()
    for fields, name in [
        ({"area_mu": 0}, "patch_area_is_positive"),
        ({"code": ""}, "patch_has_a_code"),
        ({"until_on": DAY}, "patch_until_has_day_and_moment"),
        (
            {"since_on": date(2024, 9, 11), "until_on": DAY, "until_at": NOW},
            "patch_until_is_after_since",
        ),
        ({"status": "LOST"}, "patch_status_is_known"),
    ]:
        refused(lambda fields=fields: make_patch(**{**given, **fields}), name)
    assert make_patch(patch.target, make_village(), code="T1").pk  # 另一个村可以同号


def test_record_constraints():
    patch, by = make_patch(), make_user(role=Role.STAFF)
    for fields, name in [
        ({"withdrawn_on": DAY}, "record_withdrawal_is_whole"),
        (
            {"withdrawn_on": date(2024, 9, 4), "withdrawn_at": NOW, "withdrawn_by": by},
            "record_is_not_withdrawn_before_done",
        ),
        ({"kind": Kind.RETURN}, "record_return_and_defer_have_a_reason"),
        ({"kind": Kind.DEFER}, "record_return_and_defer_have_a_reason"),
        ({"area_mu": -1}, "record_area_is_not_negative"),
        ({"kind": "LOST"}, "record_kind_is_known"),
    ]:
        refused(lambda fields=fields: make_record(patch, by=by, **fields), name)
    assert make_record(patch, by=by, kind=Kind.RETURN, completes=False, reasons=["需补充近景"])
    assert make_record(patch, by=by, kind=Kind.DEFER, completes=False, note="等水退")


def test_record_is_effective_until_withdrawn_on_both_bases():
    patch, by = make_patch(), make_user(role=Role.STAFF)
    make_record(
        patch,
        by=by,
        on=date(2024, 9, 5),
        created_at=timezone.make_aware(datetime(2024, 9, 8, 0, 0)),
        withdrawn_on=date(2024, 9, 10),
        withdrawn_at=timezone.make_aware(datetime(2024, 9, 12, 23, 59)),
        withdrawn_by=by,
    )

    def days(basis):
        records = RectificationRecord.objects
        return [
            day for day in range(1, 20) if records.effective(date(2024, 9, day), basis).exists()
        ]

    assert days("done") == [5, 6, 7, 8, 9]
    assert days("recorded") == [8, 9, 10, 11]


def test_the_end_of_a_day_is_midnight_here():
    assert end_of_day(date(2024, 9, 30)).isoformat() == "2024-10-01T00:00:00+08:00"


def test_patches_are_seen_by_village():
    east, west = make_village("东村"), make_village("西村")
    of_east, of_west = make_patch(village=east), make_patch(village=west)
    make_record(of_west)
    secretary = make_user(villages=[east])

    assert list(Patch.objects.visible_to(secretary)) == [of_east]
    assert list(RectificationRecord.objects.visible_to(secretary)) == []
    assert set(Patch.objects.visible_to(make_user(role=Role.LEADER))) == {of_east, of_west}
    assert list(Patch.objects.visible_to(make_user(role=Role.STAFF, is_active=False))) == []
    assert list(Evidence.objects.visible_to(secretary)) == []


def test_overdue_and_due_soon_go_by_the_next_step():
    target = make_steps_target(make_plan())
    undated = make_target(target.plan, "illegal")
    make_milestone(undated, due_on=None)
    first, second = target.milestones.order_by("order")[:2]
    village = make_village()
    late, later = make_patch(target, village), make_patch(target, village, next_milestone=second)
    case = make_patch(undated, village)
    make_patch(target, village, status=Status.DEFERRED)
    make_patch(target, village, status=Status.CLOSED, next_milestone=None)
    make_patch(target, village, until_on=DAY, until_at=NOW)

    assert set(Patch.objects.overdue(date(2024, 9, 30))) == set()
    assert set(Patch.objects.overdue(date(2024, 10, 1))) == {late}
    assert set(Patch.objects.overdue(date(2025, 1, 1))) == {late, later, case}
    assert set(Patch.objects.due_within(1, date(2024, 9, 28))) == set()
    assert set(Patch.objects.due_within(2, date(2024, 9, 28))) == {late}
    assert set(Patch.objects.due_within(30, date(2024, 10, 1))) == {later}
    assert Patch.objects.open().count() == 4
    due = due_of(first)
    assert [days_left_text(due, date(2024, 9, day)) for day in (28, 30)] == [
        "还有 2 天",
        "今天截止",
    ]
    assert days_left_text(due_of(undated.milestones.get()), date(2025, 1, 2)) == "逾期 2 天"
    assert due_of(first, date(2024, 9, 1)) == due
    assert due_of(first, date(2024, 12, 1)) == date(2024, 12, 1)
    assert due_next(Patch()) is None


def test_reasons_for_sending_back_are_there_from_the_start():
    texts = list(Reason.objects.values_list("text", flat=True))
    assert len(texts) == 10
    assert texts[0] == "材料中的位置、面积或图斑号不符"
    assert texts[-1] == "其他（写明）"


@pytest.mark.parametrize("model", ["patch", "rectificationrecord", "batch", "evidence"])
def test_admin_lists_show_and_do_not_change(client, model):
    client.force_login(make_user(role=Role.ADMIN))
    target = make_steps_target(make_plan())
    url, queries = f"/admin/plots/{model}/", []
    for rows in (1, 3):
        while Patch.objects.count() < rows:
            patch = make_patch(target, make_village())
            record = make_record(patch)
            make_batch(target, by=record.by)
            Evidence.objects.create(
                patch=patch,
                record=record,
                kind="PHOTO",
                file="a.jpg",
                name="a.jpg",
                size=1,
                sha256="0",
                by=record.by,
            )
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            page = client.get(url)
        queries.append(len(captured))
        assert len(page.context["cl"].result_list) == rows
    assert queries[0] == queries[1]
    last = page.context["cl"].result_list[0]
    assert client.get(f"{url}{last.pk}/change/").status_code == 200
    assert client.post(f"{url}{last.pk}/change/", {"note": "改过"}).status_code == 403
    assert client.get(f"{url}{last.pk}/delete/").status_code == 403
    assert client.get(f"{url}add/").status_code == 403
