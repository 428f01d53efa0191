"""演示监测：每个底线任务几个季度末各一个全镇的数，先略低于底线，后略高于底线；数在表里。"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from taiping.demo.table import table
from taiping.demo.timelines import moment
from taiping.ground.area import rounded
from tasks.models import Reading, Target

ENTERED_AFTER = timedelta(days=3)


def load(now: datetime) -> int:
    """造到 now 为止的监测，返回条数。"""
    rows, wanted = [], table()["readings"]
    for target in Target.objects.filter(kind=Target.Kind.FLOOR, quota__gt=0).select_related("plan"):
        for day, share in wanted["quarters"].items():
            on = date.fromisoformat(f"{target.plan.year}-{day}")
            value = rounded(target.quota * (1 + Decimal(share)), target.decimals)
            row = Reading(target=target, on=on, value=value, source=wanted["source"], is_demo=True)
            row.created_at = moment(on + ENTERED_AFTER, 9 * 60 + 30)
            rows.append(row)
    return len(Reading.objects.bulk_create(row for row in rows if row.created_at <= now))


def clear() -> dict[str, int]:
    return {"保有量监测": Reading.objects.filter(is_demo=True).delete()[0]}
