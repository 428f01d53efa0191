"""任意一段历史发生在哪里：三个村，两份方案，靠图斑的、靠监测的任务各几项；钟由测试拨。"""

from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest import mock

from django.core.files.base import ContentFile
from django.utils import timezone

from plots.models import Batch, Patch
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_plan,
    make_target,
    make_user,
)
from tests.worlds.town import Town
from villages.models import Role

FIRST = date(2024, 9, 1)
DUE = [date(2024, 9, 8), date(2024, 9, 14), date(2024, 9, 22), None]
ACTORS = ["TOWN", "VILLAGE", "VILLAGE", "DISTRICT"]
TARGETS = [
    {"name": "又按亩又按个", "quota": Decimal(12), "quota_count": 2},
    {"name": "按亩", "quota": Decimal(12)},
    {"name": "清单", "quota": None, "kind": "CASES"},
]
READINGS = [
    ("floor", {"name": "底线", "kind": "FLOOR", "quota": Decimal(100)}),
    ("road", {"name": "公里数", "unit": "公里", "quota": Decimal(60)}),
    ("visit", {"name": "没有定数", "unit": "次", "quota": None}),
]


class AnyTown(Town):
    """老方案三项靠图斑的任务各两块图斑，三项靠监测的；新方案两项同样代码的，步骤少一步、多一步。"""

    at = None

    def __init__(self):
        super().__init__()
        self.villages = [
            self.add_village(name, order=order)
            for order, name in enumerate(("东村", "西村", "南村"))
        ]
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        self.staff = [self.huang, self.liu, make_user("chen", role=Role.STAFF, name="陈宏")]
        for order, fields in enumerate(TARGETS):
            self._add_steps(self.plan, order, fields, ["a", "b", "c", "d"])
        step = self.plan.targets.get(code="t1").milestones.get(code="b")
        step.quota = Decimal(5)  # 第二项任务的第二步自己写了任务数
        step.save()
        for order, (code, fields) in enumerate(READINGS, start=5):
            self._add_readings(code, order, fields)
        self.new = make_plan(
            2024, code="2024-more", title="后半年的方案", starts_on=date(2024, 9, 5)
        )
        self._add_steps(self.new, 0, TARGETS[0], ["a", "c", "d"])
        self._add_steps(self.new, 1, TARGETS[1], ["a", "e", "b", "c", "d"])
        for target in self.plan.targets.filter(measured_by="PATCHES"):
            for number, village in enumerate(self.villages[:2]):
                self.add_patch(target, village, f"{target.code}-{number}", "6")
            make_allocation(target, self.villages[0], quota=Decimal(7), quota_count=1)
        Patch.objects.update(created_at=moment(FIRST))

    def _add_steps(self, plan, order, fields, codes):
        target = make_target(plan, f"t{order}", order=order, **fields)
        for place, code in enumerate(codes):
            last = code == "d"
            due = None if last else DUE[min(place, 2)]
            actor = ACTORS["abcd".find(code)] if code in "abcd" else "VILLAGE"
            make_milestone(target, code, name=f"{code}步", due_on=due, actor=actor)

    def _add_readings(self, code, order, fields):
        target = make_target(
            self.plan, code, order=order, measured_by="READINGS", **{"kind": "WORKLOAD", **fields}
        )
        if code == "road":  # 全部分给了两个村，南村没有份
            for village in self.villages[:2]:
                make_allocation(target, village, quota=Decimal(30))
        make_milestone(target, "first", name="上半段", due_on=date(2024, 9, 15))
        make_milestone(
            target, "second", name="下半段", starts_on=date(2024, 9, 10), due_on=date(2024, 9, 30)
        )

    def file(self, target, content, issued_on):
        """传上来、还没有导入的一份表。"""
        batch = Batch(target=target, name="下发.csv", by=self.huang, issued_on=issued_on)
        batch.file.save("x.csv", ContentFile(content), save=False)
        batch.save()
        return batch


def moment(day, second=0):
    """那天中午过 second 秒。"""
    noon = datetime(day.year, day.month, day.day, 12)
    return timezone.make_aware(noon) + timedelta(seconds=second)


class Clock:
    """系统以为的现在：一件事拨快一秒，真的录入没有同一时刻的两件。"""

    def __init__(self, day=FIRST):
        self.day, self.second = day, 0

    @property
    def now(self):
        return moment(self.day, self.second)

    def tick(self, days=0):
        self.day += timedelta(days=days)
        self.second += 1

    @contextmanager
    def running(self):
        clock = self

        class Set(datetime):
            @classmethod
            def now(cls, tz=None):
                return clock.now.astimezone(tz)

        with mock.patch("django.utils.timezone.datetime", Set):
            yield self
