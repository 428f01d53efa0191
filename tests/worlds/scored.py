"""考核的小镇：东村 4 块报了 3 块、核实 1 块；西村 3 块报了 3 块、退回 1 块、核实 1 块；南村什么任务也没有。"""

from datetime import date
from decimal import Decimal

from tasks.models import Score, ScoreItem
from tests.worlds.town import Town, sep


def make_item(plan, code, name, full, **fields):
    order = fields.pop("order", ScoreItem.objects.filter(plan=plan).count() + 1)
    item = ScoreItem(plan=plan, code=code, name=name, full=Decimal(full), order=order, **fields)
    item.full_clean()
    item.save()
    return item


def make_score(item, village, points, *, on=date(2024, 10, 8), **fields):
    fields = {"reason": "有专人管", **fields}
    return Score.objects.create(item=item, village=village, on=on, points=Decimal(points), **fields)


class ScoredTown(Town):
    """任务完成 60（完成率 25、完成得满分 35），按时规范 20（逾期、退回各 10），组织领导 20，另有加分。"""

    def __init__(self):
        super().__init__()
        self.add_east_and_west()
        self.south = self.add_village("南村", secretary="nan")
        self.south_secretary = self.secretaries[self.south.pk]
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        self.target = self.add_target()
        self.replant, self.evidence, self.check = self.target.milestones.order_by("order")
        self._work()
        self._items()

    def _work(self):
        for code in ("E1", "E2", "E3"):
            self.reported(code, self.east)
        self.add_patch(self.target, self.east, "E4")
        for code in ("W1", "W2", "W3"):
            self.reported(code, self.west)
        for code in ("E1", "W1"):
            self.act("confirm", code, by=self.huang, on=sep(10))
        self.act("send_back", "W3", by=self.huang, on=sep(10), note="未见复种")

    def _items(self):
        def item(*given, **fields):
            return make_item(self.plan, *given, **fields)

        self.work = item("work", "任务完成", 60, rule="SECTION")
        self.rate = item(
            "rate", "整治完成", 25, rule="PROPORTIONAL", section=self.work, target=self.target
        )
        self.whole = item(
            "whole",
            "全部核实",
            35,
            rule="FULL_OR_NOTHING",
            section=self.work,
            target=self.target,
            reached="CONFIRMED",
        )
        self.care = item("care", "按时规范", 20, rule="SECTION")
        penalty = {"rule": "PENALTY", "section": self.care, "each": 1}
        self.overdue = item("overdue", "不逾期", 10, counted="OVERDUE", off=Decimal(3), **penalty)
        self.returned = item(
            "returned", "少退回", 10, counted="RETURNED", off=Decimal(1), **penalty
        )
        self.lead = item("lead", "组织领导", 20, assessor="党政办")
        self.bonus = item("bonus", "表扬加分", 3, outside=True)

    def reported(self, code, village):
        patch = self.add_patch(self.target, village, code)
        by = self.secretaries[village.pk]
        return self.act("report", patch, by=by, on=sep(5), step=self.evidence)
