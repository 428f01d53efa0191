"""天数、差数、序数的说法：过了、当天、还有；多、少；多远；第几。"""

from decimal import Decimal

import pytest

from taiping.ground.words import GONE, days_words, metres_words, more_or_less, numeral

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("days", "plain", "of_a_date", "official"),
    [
        (11, "还有 11 天", "还有 11 天", "还有11天"),
        (0, "今天截止", "今天截止", "今天截止"),
        (-20, "逾期 20 天", "已过 20 天", "逾期20天"),
    ],
)
def test_days_in_the_words_of_each_place(days, plain, of_a_date, official):
    assert days_words(days) == plain
    assert days_words(days, past=GONE) == of_a_date
    assert days_words(days, gap="") == official


@pytest.mark.parametrize(
    ("difference", "unit", "words"),
    [(Decimal("3.50"), "亩", "多 3.50 亩"), (-2, "个", "少 2 个"), (Decimal(-1), "", "少 1")],
)
def test_more_or_less(difference, unit, words):
    assert more_or_less(difference, unit) == words


def test_numerals():
    assert [numeral(number) for number in (1, 10, 11, 20, 21)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
    ]


@pytest.mark.parametrize(
    ("metres", "words"), [(1076, "1076 米"), (9999, "9999 米"), (8_105_167, "8105 公里")]
)
def test_how_far(metres, words):
    assert metres_words(metres) == words
