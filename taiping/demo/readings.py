"""演示监测：底线几个季度末各一个全镇的数，先略低于底线，后略高于底线；工作量照各步要到的数一点点往上走。

数在表里。分解到村、村里自己录的，各村一个；别的是全镇的。
"""

from datetime import date, datetime, timedelta
from itertools import cycle

from taiping.demo.reading_series import Point, floor_points, work_points
from taiping.demo.table import Spread, table
from taiping.demo.timelines import moment
from taiping.demo.village_split import VillageSplit
from tasks.models import Reading, Target
from villages.models import Posting, Role, User, Village

ENTERED_AFTER = timedelta(days=3)


def load(now: datetime) -> int:
    """造到 now 为止的监测，返回条数。"""
    clerks, rows, turns = Clerks(), [], cycle(table()["readings"]["turns"])
    targets = Target.objects.filter(measured_by=Target.MeasuredBy.READINGS)
    targets = targets.select_related("plan").prefetch_related("milestones__target__plan")
    for number, target in enumerate(targets.prefetch_related("allocations"), 1):
        if target.is_floor:
            points = floor_points(target)
        else:
            points = work_points(target, next(turns), Spread(number))
        rows += clerks.entered(target, points)
    return len(Reading.objects.bulk_create(row for row in rows if row.created_at <= now))


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
