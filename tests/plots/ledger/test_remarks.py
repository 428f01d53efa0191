"""写在图斑上的督办，哪几条还没有回音：后来又督办的算，报过的、了结的、别村的不算；没有督办只问一次。"""

import pytest

from plots.ledger.orders import unanswered_remarks
from plots.models import Kind
from tests.worlds.factories import make_patch, make_record

pytestmark = pytest.mark.django_db


def remark(patch):
    return make_record(patch, kind=Kind.REMARK, completes=False, note="抓紧")


def report(patch):
    return make_record(patch, completes=False)


def test_the_ones_after_the_last_report_are_left(town):
    again, answered, closed = (make_patch(town.target, town.east) for _ in range(3))
    elsewhere = make_patch(town.target, town.west)
    remark(again)
    report(again)
    left = [remark(again), remark(again)]
    remark(answered)
    report(answered)
    for patch in (closed, elsewhere):
        remark(patch)
    still = {again.pk, answered.pk, elsewhere.pk}

    assert unanswered_remarks([town.east], still, 10) == left[::-1]
    assert unanswered_remarks([town.east], still, 1) == left[1:]


def test_a_withdrawn_report_is_no_answer(town):
    patch = make_patch(town.target, town.east)
    asked = remark(patch)
    record = report(patch)
    record.withdrawn_on, record.withdrawn_at = record.done_on, record.created_at
    record.withdrawn_by = record.by
    record.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by"])

    assert unanswered_remarks([town.east], {patch.pk}, 10) == [asked]


def test_a_village_without_remarks_asks_once_and_many_ask_three_times(
    town, django_assert_num_queries
):
    patches = [make_patch(town.target, town.east) for _ in range(3)]
    still = {patch.pk for patch in patches}
    for patch in patches:
        report(patch)

    with django_assert_num_queries(1):
        assert unanswered_remarks([town.east], still, 10) == []

    for patch in patches:
        remark(patch)
    with django_assert_num_queries(3):
        found = unanswered_remarks([town.east], still, 10)
        assert {record.patch.pk for record in found} == still
        assert all(str(record.by) for record in found)
