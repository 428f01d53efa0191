"""奖补的小镇：自然撂荒地整治核实一亩 100 元，东村 10 亩和 2.345 亩核实了，西村 30 亩核实了，还有一块核查无问题。"""

from datetime import date
from decimal import Decimal

from tasks.models import Subsidy, SubsidyPayment, SubsidyReceipt
from tests.worlds.town import Town, sep

BASIS = "铜委办便笺〔2024〕36号"


def make_subsidy(target, milestone=None, *, code="abandoned", **fields):
    defaults = {"name": "撂荒地复耕奖补", "per": "MU", "rate": Decimal(100), "basis": BASIS}
    return Subsidy.objects.create(
        plan=target.plan,
        target=target,
        milestone=milestone or target.milestones.last(),
        code=code,
        **{**defaults, **fields},
    )


def make_payment(subsidy, village, amount, *, on=date(2024, 10, 8), **fields):
    fields = {"voucher": "记-101", "purpose": "撂荒地复耕奖补", **fields}
    return SubsidyPayment.objects.create(
        subsidy=subsidy, village=village, on=on, amount=Decimal(amount), **fields
    )


def make_receipt(plan, amount, *, on=date(2024, 10, 1), **fields):
    fields = {"document": "铜财农〔2024〕1号", **fields}
    return SubsidyReceipt.objects.create(plan=plan, on=on, amount=Decimal(amount), **fields)


class PaidTown(Town):
    """9 月 7 日、8 日、9 日核实；西村另有一块 9 月 9 日认定核查无问题、一块只报了没有核实。"""

    def __init__(self, **subsidy):
        super().__init__()
        self.add_east_and_west()
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        self.target = self.add_target()
        self.replant, self.evidence, self.check = self.target.milestones.order_by("order")
        self.subsidy = make_subsidy(self.target, **subsidy)
        self.confirmed("E1", self.east, "10", sep(7))
        self.confirmed("E2", self.east, "2.345", sep(8))
        self.confirmed("W1", self.west, "30", sep(9))
        exempt = self.add_patch(self.target, self.west, "W2", "7")
        self.act("exempt", exempt, by=self.huang, on=sep(9), note="影像为水田")
        self.reported("W3", self.west, "5")

    def reported(self, code, village, area):
        patch = self.add_patch(self.target, village, code, area)
        by = self.secretaries[village.pk]
        self.act("report", patch, by=by, on=sep(5), step=self.evidence)
        return patch

    def confirmed(self, code, village, area, on):
        patch = self.reported(code, village, area)
        self.act("confirm", patch, by=self.huang, on=on)
        return patch
