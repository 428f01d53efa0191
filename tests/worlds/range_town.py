"""示范点镇：全镇 5 个示范点，东村、西村各 1–3 个，南村 1 个；各村自己录建成了几个。另有一项靠图斑、按个的。"""

from datetime import date
from decimal import Decimal

from tests.worlds.factories import make_allocation, make_milestone, make_reading, make_target
from tests.worlds.town import Town

DUE = date(2024, 10, 31)


class RangeTown(Town):
    def __init__(self):
        super().__init__()
        self.add_east_and_west()
        self.south = self.add_village("南村", order=3)
        self.east.order, self.west.order = 1, 2
        for village in (self.east, self.west):
            village.save(update_fields=["order"])
        self.add_staff()
        self.add_admin()
        self.sites = make_target(
            self.plan,
            "sites",
            name="示范点",
            measured_by="READINGS",
            unit="个",
            decimals=0,
            quota=Decimal(5),
            order=1,
        )
        make_milestone(self.sites, "built", name="建成", due_on=DUE)
        for village, most in ((self.east, 3), (self.west, 3), (self.south, None)):
            make_allocation(
                self.sites, village, quota=Decimal(1), quota_most=most and Decimal(most)
            )

    def built(self, village, value, on=date(2024, 10, 20)):
        make_reading(self.sites, village=village, on=on, value=Decimal(value))

    def add_terraces(self):
        """坡改梯：靠图斑量，东村 1–2 个、5–8 亩。"""
        self.terraces = make_target(self.plan, "terraces", name="坡改梯", quota=None, order=2)
        make_milestone(self.terraces, "done", name="完成", due_on=DUE)
        make_allocation(
            self.terraces,
            self.east,
            quota=Decimal(5),
            quota_most=Decimal(8),
            quota_count=1,
            quota_count_most=2,
        )
