"""演示监测：每个底线任务每季度末一个全镇的数，先略低于底线，后略高于底线。"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from taiping.ground.area import rounded
from tasks.models import Reading, Target

SOURCE = "演示数据"
# 季度末离底线的差，占底线的比例：一季度缺万分之五，年底超万分之八。
QUARTERS = ((3, 31, "-0.0005"), (6, 30, "-0.0002"), (9, 30, "0.0003"), (12, 31, "0.0008"))
ENTERED_AFTER = timedelta(days=3)


def load(now):
    """造到 now 为止的监测，返回条数。"""
    floors = Target.objects.filter(kind=Target.Kind.FLOOR, quota__gt=0).select_related("plan")
    made = [
        reading(target, date(target.plan.year, month, day), Decimal(share))
        for target in floors
        for month, day, share in QUARTERS
    ]
    return len(Reading.objects.bulk_create(row for row in made if row.created_at <= now))


def reading(target, on, share):
    return Reading(
        target=target,
        on=on,
        value=rounded(target.quota * (1 + share), target.decimals),
        source=SOURCE,
        created_at=timezone.make_aware(datetime.combine(on + ENTERED_AFTER, time(9, 30))),
        is_demo=True,
    )


def clear():
    return {"保有量监测": Reading.objects.filter(is_demo=True).delete()[0]}
