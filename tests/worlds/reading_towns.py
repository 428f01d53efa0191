"""没有图斑、靠监测数量的方案：粮食生产（万亩、万吨）和农田建设（公里、座、万元）；数都小，手算得出。

三个村分到任务，第四个村没有；一项任务从来没有人报数。
"""

from datetime import date
from decimal import Decimal

from tasks.models import Duty, DutyEntry
from tests.worlds.factories import (
    make_allocation,
    make_milestone,
    make_plan,
    make_reading,
    make_target,
)
from tests.worlds.town import Town


def on(month, day):
    return date(2024, month, day)


class ReadingTown(Town):
    """一份方案，四个村；add_measured 加一项靠监测的任务。"""

    title = "太平镇2024年耕地保护工作实施方案"

    def __init__(self):
        super().__init__(make_plan(title=self.title, issuer="太平镇人民政府"))
        self.villages = [
            self.add_village(name, order=order)
            for order, name in enumerate(("东村", "西村", "南村", "北村"), 1)
        ]
        self.east, self.west, self.south, self.north = self.villages
        self.add_staff()
        self.add_mayor()
        self.fill()

    def fill(self):
        pass

    def add_measured(self, code, name, unit, quota, *steps, shares=(), **fields):
        """steps 是 [(名称, 截止)]；shares 依次是东村、西村、南村……分到的，None 是没有分。"""
        quota = None if quota is None else Decimal(quota)
        fields = {"measured_by": "READINGS", "order": self.plan.targets.count() + 1, **fields}
        target = make_target(self.plan, code, name=name, unit=unit, quota=quota, **fields)
        for step, due_on in steps:
            make_milestone(target, name=step, due_on=due_on)
        for village, share in zip(self.villages, shares, strict=False):
            if share is not None:
                make_allocation(target, village, quota=Decimal(share))
        return target

    def read(self, target, day, *values):
        """values 依次是东村、西村……报的，None 是没有报。"""
        for village, value in zip(self.villages, values, strict=False):
            if value is not None:
                make_reading(target, village=village, on=day, value=Decimal(value), source="村里报")

    def read_whole(self, target, day, value):
        make_reading(target, on=day, value=Decimal(value), source="镇里统计")


class GrainTown(ReadingTown):
    """粮食生产：播种面积报了两个村，产量报了三个村，大豆没有人报。"""

    title = "太平镇2024年粮食生产工作方案"

    def fill(self):
        self.sown = self.add_measured(
            *("sown", "粮食播种面积", "万亩", "12.35", ("春播", on(4, 30)), ("秋播", on(10, 31))),
            shares=("5", "4.35", "3"),
        )
        self.yield_ = self.add_measured(
            *("yield", "粮食产量", "万吨", "5.2", ("秋收", on(9, 30))),
            shares=("2.2", "1.8", "1.2"),
        )
        self.beans = self.add_measured("beans", "大豆播种面积", "亩", "608", ("播种", on(6, 30)))
        self.read(self.sown, on(4, 20), "3", "2")
        self.read(self.sown, on(10, 16), "4.9996", None)
        self.read(self.yield_, on(10, 10), "2.2", "1.35", "0.9")


class WorksTown(ReadingTown):
    """农田建设：道路三位小数，全镇的数；蓄水池、投资各村报。"""

    title = "太平镇2024年高标准农田建设方案"

    def fill(self):
        self.road = self.add_measured(
            *("road", "田间道路", "公里", "12.5", ("完工", on(9, 30))), decimals=3
        )
        self.ponds = self.add_measured(
            *("ponds", "蓄水池", "座", "9", ("完工", on(11, 30))),
            shares=("4", "3", None, "2"),
            decimals=0,
        )
        self.money = self.add_measured(
            "money", "完成投资", "万元", None, ("全年", on(12, 31)), shares=()
        )
        self.read_whole(self.road, on(10, 8), "12.4999")
        self.read(self.ponds, on(10, 10), "4", "1")
        self.read(self.money, on(10, 12), "120.5", "80")


class SilentTown(ReadingTown):
    """方案发了，什么数也没有报过。"""

    def fill(self):
        self.replant = self.add_measured(
            *("replant", "复耕复种", "亩", "608", ("复耕", on(9, 30)), ("核实", on(10, 31))),
            shares=("300", "308"),
        )
        self.floor = self.add_measured(
            *("retained", "耕地保有量", "亩", "32202", ("年底保有", on(12, 31))),
            kind="FLOOR",
            decimals=0,
        )


class PatrolTown(ReadingTown):
    """只有常态工作的方案：村里每周巡查两次，镇里每月检查一次；东村巡查过一次，别的都没有记。"""

    title = "太平镇2024年田长巡田方案"

    def fill(self):
        given = {"plan": self.plan, "order": 1}
        self.patrol = Duty.objects.create(
            code="patrol", name="巡田", every="WEEK", required=2, **given
        )
        Duty.objects.create(
            code="check", name="抽查", every="MONTH", required=1, who="TOWN", unit="回", **given
        )
        DutyEntry.objects.create(
            duty=self.patrol, village=self.east, on=on(10, 15), count=2, by=self.huang
        )
