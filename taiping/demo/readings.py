"""演示监测：底线几个季度末各一个全镇的数，先略低于底线，后略高于底线；工作量照各步要到的数一点点往上走。

数在表里。分解到村、村里自己录的，各村一个；别的是全镇的。
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import cycle

from taiping.demo.reading_series import Point, floor_points, sum_points, work_points
from taiping.demo.table import Spread, table
from taiping.demo.timelines import moment
from taiping.demo.village_split import VillageSplit
from tasks.models import Reading, Target
from villages.models import Posting, Role, User, Village

ENTERED_AFTER = timedelta(days=3)


def load(now: datetime) -> int:
    """造到 now 为止的监测，返回条数。"""
    clerks, rows = Clerks(), []
    targets = Target.objects.filter(measured_by=Target.MeasuredBy.READINGS)
    targets = targets.select_related("plan").prefetch_related("milestones__target__plan")
    targets = list(targets.prefetch_related("allocations"))
    series = series_of(targets)
    for target in targets:
        rows += clerks.entered(target, series[target.pk])
    return len(Reading.objects.bulk_create(row for row in rows if row.created_at <= now))


def series_of(targets: list[Target]) -> dict[int, list[Point]]:
    """{任务的主键: 各次的数}。有“其中”的等于各项加起来，别的照表里的结局轮着走。"""
    series, turns = {}, cycle(table()["readings"]["turns"])
    parts = defaultdict(list)
    for target in targets:
        parts[target.parent_id].append(target)
    for number, target in enumerate(targets, 1):
        if target.is_floor:
            series[target.pk] = floor_points(target)
        elif not parts[target.pk]:
            series[target.pk] = work_points(target, next(turns), Spread(number))
    wholes = [target for target in targets if target.pk not in series]
    while wholes:
        ready = [whole for whole in wholes if all(part.pk in series for part in parts[whole.pk])]
        for whole in ready:
            own = [(part.quota, series[part.pk]) for part in parts[whole.pk]]
            series[whole.pk] = sum_points(whole, own)
        wholes = [whole for whole in wholes if whole.pk not in series]
    return series


class Clerks:
    """谁录的：村里的数是村支书，全镇的是镇工作人员；底线的数照来源抄来，不写录入人。"""

    def __init__(self):
        self.villages = list(Village.objects.all())
        staff = User.objects.filter(is_demo=True, role=Role.STAFF).order_by("username")
        postings = Posting.objects.filter(user__is_demo=True, user__role=Role.SECRETARY)
        self.people = {row.village_id: row.user for row in postings.select_related("user")}
        self.people[None] = staff.first()

    def entered(self, target: Target, points: list[Point]) -> list[Reading]:
        """一项任务的各次：分得到村的各村一条；没有分全的另有一条全镇的合计。"""
        split, rows = VillageSplit(target, self.villages), []
        for point in points:
            for village, value in split.values(point):
                rows.append(self._row(target, point.on, village, value))
        return rows

    def _row(self, target, on: date, village, value):
        source = table()["readings"]["source"]
        row = Reading(target=target, on=on, value=value, source=source, village=village)
        if not target.is_floor:
            row.by = self.people.get(village.pk if village else None)
        row.created_at, row.is_demo = moment(on + ENTERED_AFTER, 9 * 60 + 30), True
        return row


def clear() -> dict[str, int]:
    return {"监测数": Reading.objects.filter(is_demo=True).delete()[0]}
