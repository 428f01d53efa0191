"""一块图斑某一天的样子：各步做了多少、哪天完成、有没有核减和暂缓，卡在谁那里。"""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from plots.models import Kind

WORK = (Kind.REPORT, Kind.PASS)


class Look:
    def __init__(self, town, patch, on, basis):
        self.town, self.patch, self.on = town, patch, on
        self.steps = town.steps[patch.target_id]
        self.all_records = town.records[patch.pk]
        self.standing = [record for record in self.all_records if stands(record, on, basis)]
        self.village, self.area = town.place(patch, on, basis)
        self.exempt = next((row for row in self.standing if row.kind == Kind.EXEMPT), None)
        self.is_deferred = any(row.kind == Kind.DEFER for row in self.standing)
        self.kept = self._kept() if self.exempt else {}

    def _kept(self):
        """认定核查无问题的前一刻，哪几步已经完成、哪天完成的：{步骤: 日期}。"""
        by_key, first = {row.pk: row for row in self.all_records}, self.exempt
        while first.copy_of_id:
            first = by_key[first.copy_of_id]
        found = {}
        for row in self.all_records:
            until = row.withdrawn_at or first.created_at
            if row.kind in WORK and row.completes and row.created_at < first.created_at <= until:
                found[row.milestone_id] = row.done_on
        return found

    def parts(self, step):
        return [row for row in self.standing if row.kind in WORK and row.milestone_id == step.pk]

    def done_on(self, step):
        return max((row.done_on for row in self.parts(step) if row.completes), default=None)

    def amount(self, step, *, until=date.max):
        parts = [row.area_mu for row in self.parts(step) if row.done_on <= until]
        return sum(parts, Decimal(0))

    def due(self, step):
        """这一步对这块图斑哪天截止。"""
        return step.due_on or self.town.plan.ends_on

    def finished(self, step):
        """算不算完成了这一步：核查无问题的都算。"""
        return self.exempt is not None or self.done_on(step) is not None

    def finished_on(self, step):
        """按期逾期看的日子；核查无问题、认定以前没做完的，不看日子，是 None。"""
        return self.kept.get(step.pk) if self.exempt else self.done_on(step)

    @property
    def undone(self):
        return [step for step in self.steps if self.done_on(step) is None]

    @property
    def is_pressed(self):
        """还要催的。"""
        return bool(self.undone) and not self.exempt and not self.is_deferred

    def is_late_at(self, step):
        return self.is_pressed and step in self.undone and self.due(step) < self.on

    @property
    def stuck_at(self):
        """逾期了的正卡在哪一步；没有逾期是 None。"""
        late = any(self.is_late_at(step) for step in self.steps)
        return self.undone[0] if late else None

    @property
    def lack(self):
        """最后一步做完了、面积还少多少。"""
        last = self.steps[-1]
        if self.exempt or self.done_on(last) is None:
            return Decimal(0)
        return max(self.area - self.amount(last), Decimal(0))

    @property
    def deeds(self):
        """办过的：报、核实、退回；随方案补的不算谁办的。"""
        return [
            row.kind
            for row in self.standing
            if row.kind == Kind.RETURN or (row.kind in WORK and not is_follower(row))
        ]

    @property
    def is_waiting(self):
        """退回了、还没有重报：最近一次办的是退回。"""
        is_back = self.deeds[-1:] == [Kind.RETURN]
        return is_back and not self.exempt and not self.is_deferred

    @property
    def status(self):
        """那天的状态；最后一步由镇里、区里认定的，前面都做完了是待核实。"""
        if self.exempt:
            return "EXEMPT"
        if not self.undone:
            return "CLOSED"
        if self.is_deferred:
            return "DEFERRED"
        if self.is_waiting:
            return "RETURNED"
        last = self.steps[-1]
        if len(self.steps) > 1 and self.undone == [last] and last.actor != "VILLAGE":
            return "AWAITING"
        return "UNDERWAY" if self.deeds else "PENDING"


def is_follower(record):
    """随方案补的：不是谁办的。"""
    return "added_with_plan" in record.details


def stands(record, on, basis):
    if basis == "recorded":
        until = record.withdrawn_at and timezone.localdate(record.withdrawn_at)
        return timezone.localdate(record.created_at) <= on < (until or date.max)
    return record.done_on <= on < (record.withdrawn_on or date.max)
