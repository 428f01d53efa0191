"""一月：2024 年的图斑什么样的都有一块，2025 年度的方案照着复制好，已经开始。"""

from datetime import date, datetime, timedelta

from django.utils import timezone

from plots.actions.carry_preview import foresee
from plots.actions.carrying import carry_over
from plots.models import Patch
from tasks.next_year import copy_to_next_year
from tests.worlds.factories import make_target
from tests.worlds.town import TwoVillages, sep

CARRIED_ON = date(2025, 1, 10)
ENTERED_AT = timezone.make_aware(datetime(2025, 1, 20, 12))
OPEN = ("没动", "报了一半", "待核实", "退回了", "暂缓着", "西村的")


class January(TwoVillages):
    """每件事都是办的第二天录入的；1 月 20 日由管理员补录，从 1 月 10 日起结转。"""

    def __init__(self, **target):
        super().__init__(**target)
        self.patch.delete()
        self.only_old = make_target(self.plan, "only_old", name="只有老方案有的")
        for code in ("没动", "报了一半", "待核实", "退回了", "暂缓着", "销号了", "没问题"):
            self.add(code, self.east)
        self.add("西村的", self.west)
        self.deed("report", "报了一半", 5, by=self.east_secretary, area_mu="4")
        for code in ("待核实", "退回了", "销号了"):
            self.deed("report", code, 5, by=self.east_secretary, step="evidence", photos=1)
        self.deed("send_back", "退回了", 12, step="evidence", reasons=["照片不清"])
        self.deed("report", "暂缓着", 5, by=self.east_secretary)
        self.deed("defer", "暂缓着", 9, note="等水退")
        self.deed("confirm", "销号了", 10)
        self.deed("exempt", "没问题", 11, note="影像为水田")
        self.new = copy_to_next_year(self.plan)
        self.new_target = self.new.targets.get(code=self.target.code)
        self.new.targets.filter(code="only_old").delete()

    def add(self, code, village):
        return self.add_patch(
            self.target,
            village,
            code,
            created_at=timezone.make_aware(datetime(2024, 1, 5, 9)),
            place=f"{code}的坡",
            extra={"备注": code},
        )

    def deed(self, verb, code, day, *, by=None, **given):
        at = timezone.make_aware(datetime(2024, 9, day, 12)) + timedelta(days=1)
        return self.act(verb, code, by=by or self.huang, on=sep(day), at=at, **given)

    def carry(self, on=CARRIED_ON, at=ENTERED_AT, by=None):
        token = foresee(self.plan, self.new).token
        return carry_over(self.plan, self.new, by=by or self.admin, on=on, token=token, at=at)

    def old(self, code):
        return Patch.objects.get(target__plan=self.plan, code=code)

    def there(self, code):
        return Patch.objects.get(target__plan=self.new, code=code)
