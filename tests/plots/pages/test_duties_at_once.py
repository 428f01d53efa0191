"""两个人同时：同一张表同时到几次只记一次；同时撤回只成一个，另一个得到一句话。"""

import uuid
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied

from plots.pages.duties.actions import enter, withdraw
from tasks.models import DutyEntry
from tests.worlds import at_once
from tests.worlds.duty_town import DutyTown, oct
from tests.worlds.kept import again

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town():
    return again(DutyTown)


together = partial(at_once.together, refusals=PermissionDenied)


def test_a_form_that_arrives_four_times_is_one_entry(town):
    key = uuid.uuid4()

    def arrive():
        entry = DutyEntry(duty=town.patrol, village=town.east, on=oct(14), count=1, client_key=key)
        return enter(entry, by=town.huang)

    answers = together(*[arrive] * 4)

    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    assert sorted(is_new for _, is_new in answers) == [False, False, False, True]
    assert DutyEntry.objects.count() == 1


def test_of_two_who_withdraw_one_is_told(town):
    entry = town.did(town.patrol, town.east, oct(14))

    answers = together(
        lambda: withdraw(entry, by=town.huang, reason="多写了"),
        lambda: withdraw(entry, by=town.liu, reason="记错了"),
    )

    [refused] = [answer for answer in answers if isinstance(answer, BaseException)]
    assert isinstance(refused, PermissionDenied)
    assert str(refused) == "这次记录已经撤回了。"
