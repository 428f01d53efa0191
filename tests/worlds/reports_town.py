"""周报、通报、确认表的测试共用的一个镇：十二块图斑，2024年10月20日的数都是手算的（见各测试）。"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from plots.models import Patch
from tests.worlds.factories import make_milestone, make_plan, make_reading, make_target
from tests.worlds.town import Town

DAY = date(2024, 10, 20)
FIRST_DAY = timezone.make_aware(datetime(2024, 1, 2, 9))


def on(month, day):
    return date(2024, month, day)


class ReportsTown(Town):
    """东村、西村各六块图斑，南村没有；一项底线、一项按亩的、一项又按亩又按个的。"""

    def __init__(self):
        super().__init__(
            make_plan(title="太平镇2024年耕地保护工作实施方案", issuer="太平镇人民政府")
        )
        self.east, self.west, self.south = (
            self.add_village(name, order=order)
            for order, name in enumerate(("东村", "西村", "南村"), 1)
        )
        self.add_staff()
        self.floor = make_target(
            self.plan,
            "retained",
            name="耕地保有量",
            kind="FLOOR",
            measured_by="READINGS",
            quota=Decimal(32202),
            decimals=0,
            order=1,
        )
        make_milestone(self.floor, "hold", name="年底保有", due_on=on(12, 31), actor="TOWN")
        make_reading(self.floor, on=on(6, 30), value=Decimal(32300))
        self.abandoned = self.add_target(quota=Decimal(100), order=2)
        self.key = self.add_target(
            "non_grain", name="存量重点图斑", quota=Decimal(30), quota_count=3, order=3
        )
        self.fill()

    def fill(self):
        self.report(self.add("A1", "10"), on(9, 5), "replant")
        self.report("A1", on(10, 8), "evidence")
        self.confirm("A1", on(10, 12))
        self.report(self.add("A2", "10"), on(9, 20), "replant")
        self.report("A2", on(10, 15), "evidence")
        self.report(self.add("A3", "12.5"), on(9, 10), "replant", area_mu="5")  # 只做了一部分
        self.add("A4", "8")  # 还没有动
        self.act("exempt", self.add("A5", "6"), by=self.huang, on=on(9, 12), note="影像为水田")
        self.report(self.add("A6", "20", self.west), on(10, 5), "replant")  # 逾期完成
        self.report(self.add("A7", "15", self.west), on(9, 25), "evidence")
        self.act(
            "send_back",
            "A7",
            by=self.liu,
            on=on(10, 10),
            reasons=["未见复耕复种"],
            step="replant",
        )
        deferred = self.add("A8", "9", self.west)
        self.act("defer", deferred, by=self.huang, on=on(9, 18), note="等水退。")
        self.report(self.add("A9", "10", self.west), on(9, 30), "evidence")
        self.confirm("A9", on(10, 1))
        self.report(self.add("B1", "10", target=self.key), on(9, 1), "evidence")
        self.confirm("B1", on(9, 3))
        exempt = self.add("B2", "12", self.west, self.key)
        self.act("exempt", exempt, by=self.huang, on=on(9, 10), note="实为耕地")
        self.report(self.add("B3", "8", self.west, self.key), on(9, 28), "replant")

    def add(self, code, area_mu, village=None, target=None):
        target, village = target or self.abandoned, village or self.east
        self.add_patch(target, village, code, area_mu, created_at=FIRST_DAY)
        return self.patch(code)

    def patch(self, code):
        return Patch.objects.get(code=code)

    def report(self, patch, day, step, **given):
        return self.act("report", patch, by=self.huang, on=day, step=step, **given)

    def confirm(self, code, day):
        return self.act("confirm", code, by=self.liu, on=day)
