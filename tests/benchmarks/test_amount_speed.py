"""库里的数换成数量要多久：和同样的行光从库里取出来比，也和存成小数、从浮点数换来的老做法比，在同一次运行里。"""

from decimal import Context

import pytest
from django.db import connection

from plots.models import RectificationRecord
from taiping.ground.area import from_millionths

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("town", [(10_000, 30)], indirect=True, scope="module"),
]
TABLE = "一万块图斑的记录，换成数量"
SUMS = "SELECT {}(area_mu) FROM plots_rectificationrecord GROUP BY patch_id, milestone_id, kind"


def sums(function="SUM"):
    """各块各步各样的合计，三万上下行。"""
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(function))
        return [row[0] for row in cursor.fetchall()]


# 老做法：存成小数，SQLite 给的是浮点数，留十五位有效数字
from_float = Context(prec=15).create_decimal_from_float


def test_bare_sql(town, measure):
    assert len(measure("裸 SQL", sums, floor=True, table=TABLE)) > 20_000


def test_whole_numbers(town, measure):
    counts = sums()

    amounts = measure("整数换成数量", lambda: list(map(from_millionths, counts)), table=TABLE)

    assert sum(amounts) == sum(RectificationRecord.objects.values_list("area_mu", flat=True))


def test_floats(town, measure):
    floats = [count / 1_000_000 for count in sums()]

    measure("老做法，浮点数换成数量", lambda: list(map(from_float, floats)), table=TABLE)
