"""一块图斑某一天的样子：各步做了多少、哪天完成、有没有核减和暂缓，卡在谁那里。"""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from plots.models import Kind

WORK = (Kind.REPORT, Kind.PASS)
DEEDS = (*WORK, Kind.RETURN, Kind.RELAPSE)


class Look:
    def __init__(self, town, patch, on, basis):
        self.town, self.patch, self.on = town, patch, on
        self.steps = town.steps[patch.target_id]
        self.all_records = town.records[patch.pk]
        self.standing = [record for record in self.all_records if stands(record, on, basis)]
        self.village, self.area = town.place(patch, on, basis)
        self.exempt = next((row for row in self.standing if row.kind == Kind.EXEMPT), None)
        self.relapse = next((row for row in self.standing if row.kind == Kind.RELAPSE), None)
        self.is_deferred = any(row.kind == Kind.DEFER for row in self.standing)
        self.kept = self._kept() if self.exempt else {}

    def _kept(self):
        """认定核查无问题的前一刻，哪几步已经完成：{步骤: 完成的那条}。

        认定时撤回的就是；更正过的，换成的转记也是那时撤回的，更正以后没有完成的就不是了。
        """
        exempt, (*_, first) = self.exempt, self.before_copying(self.exempt)
        return {
            row.milestone_id: row
            for row in self.all_records
            if row.kind in WORK
            and row.completes
            and row.withdrawn_at == exempt.created_at
            and any(old.withdrawn_at == first.created_at for old in self.before_copying(row))
        }

    def before_copying(self, record):
        """这一条，和它转记自的一条条；随方案补的，接着是它随的那一条的。"""
        by_key = {row.pk: row for row in self.all_records}
        while record is not None:
            yield record
            above = record.copy_of_id
            if above == record.pk:
                above = record.details["added_with_plan"].get("record")
            record = by_key.get(above)

    def parts(self, step):
        return [row for row in self.standing if row.kind in WORK and row.milestone_id == step.pk]

    def completion(self, step):
        """完成这一步的那条记录；没完成是 None。"""
        return next((row for row in self.parts(step) if row.completes), None)

    def amount(self, step):
        return sum((row.area_mu for row in self.parts(step)), Decimal(0))

    def amount_in_time(self, step):
        parts = [row.area_mu for row in self.parts(step) if row.done_on <= self.due_then(row)]
        return sum(parts, Decimal(0))

    def planned(self, step):
        return step.due_on or self.town.plan.ends_on

    def due_then(self, record):
        """这条记录办的时候，它那一步哪天截止：反弹过的，看那时另定的截止日期。"""
        planned = self.planned(next(step for step in self.steps if step.pk == record.milestone_id))
        return max(planned, record.due_on or planned)

    def due(self, step):
        """还没做完的一步对这块图斑哪天截止：反弹另定的截止日期更晚的，以它为准。"""
        planned = self.planned(step)
        return max(planned, self.relapse.due_on) if self.relapse else planned

    def finished(self, step):
        """算不算完成了这一步：核查无问题的都算。"""
        return self.exempt is not None or self.completion(step) is not None

    def finish(self, step):
        """按期逾期看的那条记录；核查无问题、认定以前没做完的，不看，是 None。"""
        return self.kept.get(step.pk) if self.exempt else self.completion(step)

    def is_in_time(self, step):
        """做完的是不是按期；不看按期逾期的是 None。"""
        record = self.finish(step)
        return record and record.done_on <= self.due_then(record)

    @property
    def undone(self):
        return [step for step in self.steps if self.completion(step) is None]

    @property
    def muddles(self):
        """从来不该有的：一步有两条完成的，记录在别的村。"""
        for step in self.steps:
            if sum(row.completes for row in self.parts(step)) > 1:
                yield f"{step.code} 有不止一条完成记录"
        counted = (*WORK, Kind.EXEMPT, Kind.DEFER, Kind.RELAPSE)
        for row in self.standing:
            if row.kind in counted and row.village_id != self.village:
                yield f"第 {row.pk} 号记录在别的村"

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
        if self.exempt or self.completion(last) is None:
            return Decimal(0)
        return max(self.area - self.amount(last), Decimal(0))

    @property
    def deeds(self):
        """办过的：报、核实、退回、反弹；随方案补的不算谁办的。"""
        return [row.kind for row in self.standing if row.kind in DEEDS and not is_follower(row)]

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
        return "UNDERWAY" if set(self.deeds) & set(WORK) else "PENDING"


def is_follower(record):
    """随方案补的：不是谁办的。"""
    return "added_with_plan" in record.details


def stands(record, on, basis):
    if basis == "recorded":
        until = record.withdrawn_at and timezone.localdate(record.withdrawn_at)
        return timezone.localdate(record.created_at) <= on < (until or date.max)
    return record.done_on <= on < (record.withdrawn_on or date.max)
