"""有常态工作的镇：巡查（村里每周一次，问题归到违法占用）、宣传（村里不定期）、论证（镇里每月两件）。"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from plots.ledger.duties import duties_on, duties_over
from plots.models import Patch
from tasks.models import Duty, DutyEntry
from tests.worlds.town import Town


def oct(day):
    return date(2024, 10, day)


class DutyTown(Town):
    def __init__(self):
        super().__init__()
        self.add_east_and_west()
        self.add_staff()
        self.add_admin()
        self.add_mayor()
        self.illegal = self.add_target("illegal", name="违法占用", villages_may_add=True)
        self.patrol = self.add_duty(
            "patrol", "巡查", every="WEEK", required=1, problem_target=self.illegal
        )
        self.publicity = self.add_duty("publicity", "宣传", unit="场")
        self.siting = self.add_duty(
            "siting", "论证", who="TOWN", every="MONTH", required=2, unit="件"
        )

    def add_duty(self, code, name, **fields):
        order = Duty.objects.count() + 1
        return Duty.objects.create(plan=self.plan, code=code, name=name, order=order, **fields)

    def did(self, duty, village, on, count=1, **fields):
        """做了一次；没说谁记的是黄玲，什么时候记的是那天中午。"""
        fields = {"by": self.huang, "created_at": noon(on), **fields}
        return DutyEntry.objects.create(duty=duty, village=village, on=on, count=count, **fields)

    def found(self, entry, code, *, stopped_on=None, **fields):
        """那一次发现的一个问题，添加成了图斑。"""
        given = {"since_on": entry.on, "found_on": entry.on, "stopped_on": stopped_on}
        given |= {"created_at": noon(entry.on), "area_mu": Decimal(1), **fields}
        return self.add_patch(self.illegal, entry.village, code, duty_entry=entry, **given)

    def close(self, patch, on):
        """整改了，核实了。"""
        evidence = self.illegal.milestones.get(code="evidence")
        self.act("report", patch, by=self.east_secretary, on=on, at=noon(on), step=evidence)
        self.act("confirm", Patch.objects.get(pk=patch.pk), by=self.liu, on=on, at=noon(on))

    def on(self, day, code="patrol", basis="done", villages=None):
        villages = [self.east, self.west] if villages is None else villages
        rows = duties_on(self.plan, day, basis, villages=villages)
        return next(row for row in rows if row.duty.code == code)

    def over(self, day, code="patrol", basis="done"):
        duty = Duty.objects.get(code=code)
        villages = [self.east, self.west]
        return duties_over(self.plan, day, basis, villages=villages, duties=[duty])[duty]


def noon(day):
    return timezone.make_aware(datetime(day.year, day.month, day.day, 12))
