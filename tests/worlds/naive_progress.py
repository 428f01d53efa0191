"""进度的对照：照业务的话，一块图斑一块图斑地看，不用系统里算进度的任何一段；慢，只在测试里用。"""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from django.utils import timezone

from plots.models import Kind, Patch, RectificationRecord
from tasks.models import Milestone
from villages.models import Village

WORK = (Kind.REPORT, Kind.PASS)
NEVER = date(9999, 1, 1)


def local(moment):
    return timezone.localdate(moment) if moment else None


class NaiveTown:
    """一份方案的全部图斑和记录，取来放在手边；day(on, basis) 看某一天。"""

    def __init__(self, plan):
        self.plan = plan
        self.targets = list(plan.targets.filter(measured_by="PATCHES").order_by("order"))
        self.steps = {
            target.pk: list(Milestone.objects.filter(target=target).order_by("order"))
            for target in self.targets
        }
        self.patches = list(Patch.objects.filter(target__in=self.targets).order_by("pk"))
        self.records = {patch.pk: [] for patch in self.patches}
        for record in RectificationRecord.objects.filter(patch__in=self.patches).order_by("pk"):
            self.records[record.patch_id].append(record)
        self.places = {village.name: village.pk for village in Village.objects.all()}

    def due(self, step):
        return step.due_on or self.plan.ends_on

    def day(self, on, basis="done"):
        return NaiveDay(self, on, basis)


class NaivePatch:
    """一块图斑某一天的样子。"""

    def __init__(self, town, patch, on, basis):
        self.patch, self.steps = patch, town.steps[patch.target_id]
        records = town.records[patch.pk]
        self.standing = [record for record in records if stands(record, on, basis)]
        self.village_id, self.area = patch.village_id, patch.area_mu
        if basis == "recorded":
            self.look_before_amendments(town, records, on)
        self.exempt = next((row for row in self.standing if row.kind == Kind.EXEMPT), None)
        self.is_deferred = any(row.kind == Kind.DEFER for row in self.standing)
        self.before_exemption = {}
        if self.exempt:
            self.look_before_exemption(records)

    def look_before_amendments(self, town, records, on):
        later = [row for row in records if row.kind == Kind.AMEND and local(row.created_at) > on]
        for row in reversed(later):
            for change in row.details["changes"]:
                if change["field"] == "village":
                    self.village_id = town.places[change["old"]]
                if change["field"] == "area_mu":
                    self.area = Decimal(change["old"])

    def look_before_exemption(self, records):
        """认定录入的前一刻，哪几步已经完成、哪天完成的。"""
        by_key, first = {row.pk: row for row in records}, self.exempt
        while first.copy_of_id:
            first = by_key[first.copy_of_id]
        for row in records:
            still = row.withdrawn_at is None or row.withdrawn_at >= first.created_at
            if row.pk < first.pk and row.kind in WORK and row.completes and still:
                self.before_exemption[row.milestone_id] = row.done_on

    def parts(self, step):
        return [row for row in self.standing if row.kind in WORK and row.milestone_id == step.pk]

    def done_on(self, step):
        return max((row.done_on for row in self.parts(step) if row.completes), default=None)

    def amount(self, step):
        return sum((row.area_mu for row in self.parts(step)), Decimal(0))

    @property
    def undone(self):
        return [step for step in self.steps if self.done_on(step) is None]

    @property
    def is_pressed(self):
        return bool(self.undone) and not self.exempt and not self.is_deferred


def stands(record, on, basis):
    if basis == "recorded":
        return local(record.created_at) <= on < (local(record.withdrawn_at) or NEVER)
    return record.done_on <= on < (record.withdrawn_on or NEVER)


def counts(patch, on, basis):
    if basis == "recorded":
        return local(patch.created_at) <= on < (local(patch.until_at) or NEVER)
    return (patch.since_on or date.min) <= on < (patch.until_on or NEVER)


class NaiveDay:
    def __init__(self, town, on, basis):
        self.town, self.on, self.basis = town, on, basis
        self.rows = {target.pk: [] for target in town.targets}
        for patch in town.patches:
            if counts(patch, on, basis):
                row = NaivePatch(town, patch, on, basis)
                self.rows[patch.target_id].append(row)

    def overdue(self, target):
        """{(村, 由谁做): 个}：有一步过了截止没做完的，算在正卡着的那一步由谁做上。"""
        found = {}
        for row in self.rows[target.pk]:
            late = [step for step in row.undone if self.town.due(step) < self.on]
            if row.is_pressed and late:
                key = row.village_id, row.undone[0].actor
                found[key] = found.get(key, 0) + 1
        return found

    def step_overdue(self, target, step):
        """{由谁做: 个}：这一步过了截止没做完的，正卡在谁那里。"""
        found = {}
        for row in self.rows[target.pk]:
            if row.is_pressed and step in row.undone and self.town.due(step) < self.on:
                found[row.undone[0].actor] = found.get(row.undone[0].actor, 0) + 1
        return found

    def timing(self, target, step):
        """(完成的个, 按期的个, 逾期的个)：核查无问题的都算完成，日子只看认定以前做完的。"""
        days = []
        for row in self.rows[target.pk]:
            if row.exempt:
                days.append(row.before_exemption.get(step.pk, NEVER))
            elif row.done_on(step):
                days.append(row.done_on(step))
        late = [day for day in days if self.town.due(step) < day < NEVER]
        return len(days), len([day for day in days if day <= self.town.due(step)]), len(late)

    def short(self, target):
        """(个, 亩)：最后一步做完了、面积不到图斑面积的。"""
        last = self.town.steps[target.pk][-1]
        lacks = [
            row.area - row.amount(last)
            for row in self.rows[target.pk]
            if row.done_on(last) and not row.exempt and row.amount(last) < row.area
        ]
        return len(lacks), sum(lacks, Decimal(0))

    def reached(self, target, step):
        """要完成的数按什么量，现在到了多少。"""
        rows = self.rows[target.pk]
        if target.kind == "CASES" or target.quota_count is not None or target.quota is None:
            return Decimal(len([row for row in rows if row.exempt or row.done_on(step)]))
        return sum((row.amount(step) for row in rows), Decimal(0))

    def goal(self, target, step):
        if target.quota_count is not None or step.quota_count is not None:
            return Decimal(step.quota_count if step.quota_count is not None else target.quota_count)
        if target.kind == "CASES" or target.quota is None:
            return Decimal(len(self.rows[target.pk]))
        return step.quota if step.quota is not None else target.quota

    def within_reach(self, target, step):
        """照现有图斑最多做得到的数。"""
        rows = self.rows[target.pk]
        if target.kind == "CASES" or target.quota_count is not None or target.quota is None:
            return min(self.goal(target, step), Decimal(len(rows)))
        areas = sum((row.area for row in rows if not row.exempt), Decimal(0))
        return min(self.goal(target, step), areas)

    def forecast_day(self, target, step):
        """按近 14 天增加的，哪天能到；没有动、够了的是 None。"""
        before = NaiveDay(self.town, self.on - timedelta(days=14), self.basis)
        now, goal = self.reached(target, step), self.within_reach(target, step)
        gained = now - before.reached(target, step)
        if now >= goal or gained <= 0:
            return None
        return self.on + timedelta(
            days=int(((goal - now) * 14 / gained).quantize(1, ROUND_CEILING))
        )

    def states(self, target):
        """各步的状态，预警照那四条。"""
        plan, found, overdue_before = self.town.plan, [], False
        begins_on = plan.starts_on
        issued = [row.patch.since_on for row in self.rows[target.pk] if not row.patch.split_from_id]
        if issued and None not in issued:
            begins_on = max(begins_on, min(issued))
        for step in self.town.steps[target.pk]:
            state = self.state(target, step, begins_on, overdue_before)
            found.append(state)
            overdue_before = overdue_before or state == "OVERDUE"
            begins_on = step.due_on or begins_on
        return found

    def state(self, target, step, begins_on, overdue_before):
        on, due, plan = self.on, self.town.due(step), self.town.plan
        goal, now = self.goal(target, step), self.reached(target, step)
        has_patches = bool(self.rows[target.pk])
        if has_patches and now >= goal:
            return "DONE" if on <= due or self.on_time(target, step) >= goal else "DONE_LATE"
        opens_on = step.starts_on or plan.starts_on
        if on < plan.starts_on or (on < opens_on and not has_patches):
            return "NOT_STARTED"
        if not has_patches:
            return "NO_DATA"
        if on > due:
            return "OVERDUE"
        ahead = self.forecast_day(target, step)
        if overdue_before or (ahead and ahead > due):
            return "AT_RISK"
        if on < opens_on:
            return "NOT_STARTED"
        if (due - on).days <= plan.warn_days:
            return "AT_RISK"
        begins_on, share = step.starts_on or begins_on, now / goal if goal else Decimal(1)
        if due > begins_on:
            elapsed = Decimal(max((on - begins_on).days, 0)) / (due - begins_on).days
            if elapsed - share > Decimal("0.1"):
                return "AT_RISK"
        return "ON_TRACK"

    def on_time(self, target, step):
        """不算逾期完成的数：核查无问题、以前又没做完的，不算逾期。"""
        rows, due = self.rows[target.pk], self.town.due(step)
        if target.kind == "CASES" or target.quota_count is not None or target.quota is None:
            count, _, late = self.timing(target, step)
            return Decimal(count - late)
        parts = [part for row in rows for part in row.parts(step) if part.done_on <= due]
        return sum((part.area_mu for part in parts), Decimal(0))
