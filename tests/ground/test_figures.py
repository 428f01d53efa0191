"""数的写法：表里两位小数、一万起千位分隔；句子里整的不带小数；比大小的写到看得出差。"""

from datetime import date
from decimal import Decimal

import pytest

from taiping.ground.area import figure, spoken, told_apart
from taiping.ground.display import amount, md, signed
from taiping.ground.words import more_or_less, quantity_words

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("value", "decimals", "in_a_table", "in_a_sentence"),
    [
        ("1010", 2, "1010.00", "1010"),
        ("99.3", 2, "99.30", "99.30"),
        ("9999.994", 2, "9999.99", "9999.99"),
        ("9999.995", 2, "10,000.00", "10,000"),
        ("32202", 0, "32,202", "32,202"),
        ("-32202.5", 2, "-32,202.50", "-32,202.50"),
        ("5.000025", 2, "5.00", "5"),
    ],
)
def test_amounts_in_tables_and_sentences(value, decimals, in_a_table, in_a_sentence):
    assert figure(Decimal(value), decimals) == in_a_table
    assert amount(Decimal(value), decimals) == in_a_table
    assert spoken(Decimal(value), decimals) == in_a_sentence


def test_a_sentence_that_compares_shows_the_difference():
    assert told_apart(Decimal("62.1831"), Decimal("62.18")) == ["62.183", "62.180"]
    assert told_apart(Decimal("3.5"), Decimal("3.5")) == ["3.50", "3.50"]
    assert more_or_less(Decimal("0.0004"), "亩") == "多 0.0004 亩"
    assert quantity_words(Decimal("0.004"), "亩", 2) == "不到0.01亩"
    assert quantity_words(Decimal(32202), "亩", 2) == "32,202亩"


def test_a_difference_is_grouped_too():
    assert signed(Decimal("12345.6")) == "+12,345.60"
    assert signed(Decimal(-28991), 0) == "−28,991"


def test_a_short_date_says_another_year():
    assert md(date(2024, 9, 5), date(2024, 10, 20)) == "9月5日"
    assert md(date(2024, 9, 5), date(2026, 11, 27)) == "2024年9月5日"


def test_a_short_date_looks_at_today_when_nothing_is_beside_it(settings):
    settings.FIXED_TODAY = date(2025, 1, 9)

    assert md(date(2025, 1, 2)) == "1月2日"
    assert md(date(2024, 12, 31)) == "2024年12月31日"
