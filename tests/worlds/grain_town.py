"""没有图斑、全靠监测的镇：粮油生产的方案，四个村，三项任务三种单位；数都能手算。

早稻 1000 亩分给东村 600、西村 400；产量 120.5 吨分给东村 70.25、南村 50.25；机耕道 12 公里只看全镇；北村没有份。
"""

from datetime import date
from decimal import Decimal

from tests.worlds.factories import (
    make_allocation,
    make_group,
    make_milestone,
    make_reading,
    make_target,
)
from tests.worlds.town import Town


def day(month, number):
    return date(2024, month, number)


class GrainTown(Town):
    def __init__(self):
        super().__init__()
        names = ("东村", "西村", "南村", "北村")
        self.villages = [
            self.add_village(name, order=order) for order, name in enumerate(names, start=1)
        ]
        self.east, self.west, self.south, self.north = self.villages
        self.add_staff()
        self.add_mayor()
        self.group = make_group(self.plan, "粮油组")
        self.early = self._add("early", "早稻", "亩", 2, "1000", group=self.group)
        self.step(self.early, "plant", "移栽", day(5, 10), quota=Decimal(500))
        self.step(self.early, "reap", "收割", day(7, 31))
        self.output = self._add("output", "粮食产量", "吨", 3, "120.5")
        self.step(self.output, "weigh", "测产", day(8, 31), actor="TOWN")
        self.road = self._add("road", "机耕道", "公里", 3, "12")
        self.step(self.road, "build", "建成", day(11, 30), actor="TOWN")
        for target, village, quota in (
            (self.early, self.east, "600"),
            (self.early, self.west, "400"),
            (self.output, self.east, "70.25"),
            (self.output, self.south, "50.25"),
        ):
            make_allocation(target, village, quota=Decimal(quota))

    def _add(self, code, name, unit, decimals, quota, **fields):
        return make_target(
            self.plan,
            code,
            name=name,
            measured_by="READINGS",
            unit=unit,
            decimals=decimals,
            quota=Decimal(quota),
            order=self.plan.targets.count() + 1,
            **fields,
        )

    def step(self, target, code, name, due_on, **fields):
        return make_milestone(target, code, name=name, due_on=due_on, **fields)

    def read(self, target, on, value, village=None):
        return make_reading(
            target, on=on, value=Decimal(value), village=village, source="农业服务中心"
        )

    def summer(self):
        """到8月20日：东村早稻报了两次，产量报了一次；机耕道全镇报了一次。"""
        self.read(self.early, day(7, 20), "450", self.east)
        self.read(self.early, day(8, 10), "540", self.east)
        self.read(self.output, day(8, 15), "70.2496", self.east)
        self.read(self.road, day(8, 1), "3.125")
