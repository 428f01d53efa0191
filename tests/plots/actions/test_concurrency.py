"""两个人同时办一块图斑：只成一个，另一个得到一句话；同一张表单同时到两次，得到同一条记录。

在 PostgreSQL 上靠行锁，在 SQLite 上靠一开始就取写锁；两种数据库都真的用两个连接跑。
"""

import uuid
from decimal import Decimal
from functools import partial

import pytest

from plots import actions
from plots.actions import NotAllowed
from plots.ledger.replay import all_differences
from plots.models import Kind, Patch, RectificationRecord, Status
from tests.worlds import at_once
from tests.worlds.factories import make_patch, make_user
from tests.worlds.town import NOON, sep

pytestmark = pytest.mark.django_db(transaction=True)


together = partial(at_once.together, refusals=NotAllowed)


def refused(answers):
    return [answer for answer in answers if isinstance(answer, NotAllowed)]


@pytest.mark.parametrize("attempt", range(3))
def test_the_same_step_is_reported_once(town, attempt):
    answers = together(
        lambda: town.report(step=town.replant, by=town.east_secretary),
        lambda: town.report(step=town.replant, by=town.huang),
    )
    assert [str(answer) for answer in refused(answers)] == [
        "“复耕复种”已经完成，现在该报“举证上传”。"
    ]
    assert town.patch.records.count() == 1


def test_two_parts_never_make_more_than_the_whole(town):
    answers = together(*[lambda: town.report(step=town.replant, area_mu="6")] * 2)
    assert len(refused(answers)) == 1
    assert [record.area_mu for record in town.patch.records.all()] == [Decimal(6)]


def test_one_confirms_while_another_sends_back(town):
    town.bring_to(Status.AWAITING)
    answers = together(
        lambda: town.do("confirm", by=town.huang),
        lambda: town.do("send_back", by=town.liu, step=town.replant),
    )
    # 先核实后退回是抽查退回，也说得通；先退回，核实就不能再成。
    kinds = list(town.patch.records.order_by("pk").values_list("kind", flat=True))[2:]
    assert kinds in (["PASS", "RETURN"], ["RETURN"])
    assert len(refused(answers)) == 2 - len(kinds)
    assert town.now() == Status.RETURNED
    assert list(all_differences()) == []


def test_two_splits_leave_one_set_of_children(town):
    answers = together(
        lambda: town.do("split", by=town.huang), lambda: town.do("split", by=town.liu)
    )
    assert len(refused(answers)) == 1
    assert Patch.objects.filter(split_from=town.patch).count() == 2


@pytest.mark.parametrize("attempt", range(3))
def test_a_form_that_arrives_twice_at_once_counts_once(town, attempt):
    key = uuid.uuid4()
    answers = together(*[lambda: town.report(client_key=key)] * 4)
    assert len({answer.pk for answer in answers}) == 1
    assert RectificationRecord.objects.count() == 1


@pytest.mark.parametrize("attempt", range(5))
def test_one_key_on_two_patches_at_once_is_kept_by_one(town, attempt):
    key, other = uuid.uuid4(), make_patch(town.target, town.east)
    answers = together(
        *[
            lambda patch=patch: actions.report(
                patch, by=town.huang, on=sep(5), at=NOON, client_key=key
            )
            for patch in (town.patch, other)
        ]
    )
    assert ["另一块图斑" in str(answer) for answer in refused(answers)] == [True]
    assert RectificationRecord.objects.get().client_key == key
    assert list(all_differences()) == []


def test_two_patches_are_not_amended_to_the_same_code(town):
    other = make_patch(town.target, town.east, code="T2")
    answers = together(
        *[
            lambda patch=patch: actions.amend(
                patch, by=town.huang, at=NOON, code="T3", reason="编号更正"
            )
            for patch in (town.patch, other)
        ]
    )
    assert ["已经有图斑 T3" in str(answer) for answer in refused(answers)] == [True]
    assert Patch.objects.filter(code="T3").count() == 1


def test_ten_people_report_ten_patches_at_once(town):
    people = [make_user(villages=[town.east]) for _ in range(10)]
    patches = [make_patch(town.target, town.east) for _ in people]
    answers = together(
        *[
            lambda patch=patch, by=by: actions.report(patch, by=by, on=sep(5), at=NOON)
            for patch, by in zip(patches, people, strict=True)
        ]
    )
    assert [answer.kind for answer in answers] == [Kind.REPORT] * 10
