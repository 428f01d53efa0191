"""粮食镇：粮食播种面积，其中稻谷（其中早稻）、小麦；另有一项撂荒地整治，也分一项“其中”。

顺序故意是乱的：“其中”写在上级前面、别的任务后面。
"""

from datetime import date
from decimal import Decimal

from tests.worlds.factories import make_milestone, make_target
from tests.worlds.town import Town

DUE = date(2024, 10, 31)


class NestedTown(Town):
    def __init__(self):
        super().__init__()
        self.east = self.add_village("东村", order=1)
        self.west = self.add_village("西村", order=2)
        self.add_staff()
        self.add_admin()
        self.early = self._grain("early", "早稻", "0.3", 1)
        self.abandoned = make_target(
            self.plan, "abandoned", name="撂荒地整治", quota=Decimal(10), order=2
        )
        self.wheat = self._grain("wheat", "小麦", "0.2", 3)
        self.grain = self._grain("grain", "粮食播种面积", "1.2", 4)
        self.rice = self._grain("rice", "其中稻谷", "0.9", 5)
        self.slope = make_target(
            self.plan, "slope", name="坡耕地", quota=Decimal(4), order=0, parent=self.abandoned
        )
        for part, whole in (
            (self.rice, self.grain),
            (self.wheat, self.grain),
            (self.early, self.rice),
        ):
            part.parent = whole
            part.save(update_fields=["parent"])
        for target in self.plan.targets.all():
            make_milestone(target, "done", name="完成", due_on=DUE)

    def _grain(self, code, name, quota, order):
        return make_target(
            self.plan,
            code,
            name=name,
            kind="WORKLOAD",
            measured_by="READINGS",
            unit="万亩",
            decimals=4,
            quota=Decimal(quota),
            order=order,
        )
