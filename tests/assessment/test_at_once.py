"""两个人同时评一个村的一项：先的成，后的看见先的；同一张表单同时到两次，只有一次。"""

import uuid
from datetime import date
from decimal import Decimal
from functools import partial

import pytest

from taiping.assessment.actions import Mark, ScoredSince, give, last_scores
from tasks.models import Score
from tests.worlds import at_once
from tests.worlds.scored import ScoredTown

pytestmark = pytest.mark.django_db(transaction=True)


together = partial(at_once.together, refusals=ScoredSince)


@pytest.fixture
def town():
    return ScoredTown()


def scoring(town, by, points="18", key=None):
    seen, key = last_scores(town.lead).get(town.east.pk, 0), key or uuid.uuid4()
    mark = Mark(town.east, Decimal(points), f"{by.name}看过", seen)

    def call():
        return give(town.lead, [mark], by=by, client_key=key, on=date(2024, 10, 8))

    return call


@pytest.mark.parametrize("attempt", range(3))
def test_the_second_clerk_is_shown_the_first(town, attempt):
    answers = together(scoring(town, town.huang, "18"), scoring(town, town.liu, "11"))

    (news,) = [answer for answer in answers if isinstance(answer, ScoredSince)]
    score = Score.objects.get()
    assert news.seen == {town.east.pk: score.pk}
    (sentence,) = news.sentences
    assert f"{score.by.name}刚评：东村“组织领导”{score.points:.2f} 分" in sentence


def test_one_form_arriving_twice_at_once_is_one_score(town):
    call = scoring(town, town.huang, key=uuid.uuid4())

    answers = together(call, call)

    assert Score.objects.count() == 1
    assert sorted(answer.is_again for answer in answers) == [False, True]
