"""那天有效的记录：数据库挑出来的，和一条条照着日期看的，是同样的几条。"""

from datetime import date

import pytest
from django.db.models import Q

from plots.models import Kind, RectificationRecord
from tests.benchmarks.town import make_town
from villages.models import Village

pytestmark = pytest.mark.django_db
WORK = (Kind.REPORT, Kind.PASS)


def test_the_database_picks_no_record_of_a_later_day():
    """SQLite 3.40 在表统计过（ANALYZE）以后，`IN` 后面跟着 `<=` 会多找出以后的记录；三百块图斑就碰得上。"""
    plan = make_town(300, 10)
    everything = list(RectificationRecord.objects.filter(kind__in=WORK))

    for village in Village.objects.all():
        for on in (date(2024, 8, 20), date(2024, 9, 20), date(2024, 10, 20)):
            found = RectificationRecord.objects.effective(on).filter(
                Q(village__in=[village.pk]), milestone__target__plan=plan, kind__in=WORK
            )
            expected = {
                row.pk
                for row in everything
                if row.village_id == village.pk
                and row.done_on <= on
                and not (row.withdrawn_on and row.withdrawn_on <= on)
            }
            assert set(found.order_by().values_list("pk", flat=True)) == expected
