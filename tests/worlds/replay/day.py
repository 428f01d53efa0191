"""一份方案某一天的全部数：任务、步骤、村，一块一块图斑数出来。样子和 told 写的系统的数一样。"""

from collections import Counter
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from django.utils import timezone

from plots.models import Kind
from tests.worlds.replay.readings import reading_figures
from tests.worlds.replay.states import overall, state_of

PACE = 14
LONGEST = 3660
ZERO = Decimal(0)


class Day:
    def __init__(self, town, on, basis, villages=None):
        self.town, self.on, self.basis, self.only = town, on, basis, villages
        self.plan = town.plan
        found = town.looks(on, basis)
        self.rows = {
            target.pk: [row for row in found[target.pk] if self.is_seen(row.village)]
            for target in town.targets
        }

    def is_seen(self, village):
        return self.only is None or village in self.only

    @property
    def villages(self):
        return [village.pk for village in self.town.villages if self.is_seen(village.pk)]

    def figures(self):
        targets = {}
        for target in self.town.targets:
            by_patches = target.measured_by == "PATCHES"
            targets[target.code] = (
                self.patch_figures(target) if by_patches else reading_figures(self, target)
            )
        return {"targets": targets, "attempts": self.attempts(), "waiting": self.waiting()}

    # 任务

    def patch_figures(self, target):
        rows, steps = self.rows[target.pk], self.town.steps[target.pk]
        found = {
            **self.sums(target, rows),
            "quota": self.quota(target),
            "brought": _sums([row for row in rows if self.is_brought(row.patch)]),
            "short": (
                sum(1 for row in rows if is_list(target) and row.lack),
                sum((row.lack for row in rows if is_list(target)), ZERO),
            ),
            "steps": {step.code: self.step(target, step) for step in steps},
            "villages": {
                village: self.village(target, village, [r for r in rows if r.village == village])
                for village in self.villages
            },
        }
        states = self.states(target)
        for step, state in zip(steps, states, strict=True):
            found["steps"][step.code]["state"] = state
        return {**found, "state": overall(states)}

    def sums(self, target, rows):
        """任务和村都有的几样。"""
        steps = self.town.steps[target.pk]
        by_village = [step for step in steps if step.actor == "VILLAGE"]
        exempt = [row for row in rows if row.exempt]
        return {
            "patches": _sums(rows),
            "reported": _done(rows, (by_village or steps)[-1]),
            "confirmed": _done(rows, steps[-1]),
            "exempt": (len(exempt), sum((row.exempt.area_mu for row in exempt), ZERO)),
            "deferred": sum(row.is_deferred for row in rows),
            "overdue": sum(row.stuck_at is not None for row in rows),
            "owed": dict(Counter(row.stuck_at.actor for row in rows if row.stuck_at)),
        }

    def village(self, target, village, rows):
        share = self.town.shares.get((target.pk, village))
        carried = [patch for patch in self.carried(target) if patch.village_id == village]
        own = [row for row in rows if row.stuck_at and row.stuck_at.actor == "VILLAGE"]
        past = [(row.due(row.stuck_at), row.stuck_at.order, row.stuck_at.code) for row in own]
        oldest = min((step for step in past if step[0] < self.on), default=(None, 0, None))
        return {
            **self.sums(target, rows),
            "quota": (share and share.quota, share and share.quota_count),
            "carried": (len(carried), sum((patch.area_mu for patch in carried), ZERO)),
            "oldest": (oldest[2], oldest[0]),
        }

    def carried(self, target):
        """那天已经结转出去的。"""
        for patch in self.town.patches:
            if patch.target_id == target.pk and patch.status == "CARRIED" and self.has_ended(patch):
                yield patch

    def has_ended(self, patch):
        ended = timezone.localdate(patch.until_at) if self.basis == "recorded" else patch.until_on
        return ended <= self.on

    def is_brought(self, patch):
        """那天已经是从别的方案结转来的；并到早先就有的一块上的，从结转那天起才是。"""
        return patch.carried_from_id is not None and self.has_ended(patch.carried_from)

    def quota(self, target):
        """(数量, 个)：只看几个村时是分解到这些村的，有一个没分解就没有。"""
        if self.only is None:
            return target.quota, target.quota_count
        shares = [self.town.shares.get((target.pk, village)) for village in self.villages]
        amounts = [share and share.quota for share in shares]
        numbers = [share and share.quota_count for share in shares]
        return tuple(sum(each) if None not in each else None for each in (amounts, numbers))

    # 步骤

    def step(self, target, step):
        rows = self.rows[target.pk]
        in_time = [row.is_in_time(step) for row in rows if row.finished(step)]
        pressed = [row for row in rows if row.is_pressed and step in row.undone]
        late = [row for row in pressed if row.is_late_at(step)]
        return {
            "reached": _done(rows, step),
            "on_time": sum((row.amount_in_time(step) for row in rows), ZERO),
            "on_time_count": in_time.count(True),
            "late_count": in_time.count(False),
            "open": len(pressed),
            "overdue": len(late),
            "owed": dict(Counter(row.stuck_at.actor for row in late)),
            "goal": self.goal(target, step),
            "forecast": self.forecast(target, step),
        }

    def by_count(self, target, step):
        """这一步看个，不看数量。"""
        quota, number = self.step_quota(target, step)
        return is_list(target) or number is not None or quota is None

    def step_quota(self, target, step):
        """这一步自己写了任务数的用自己的；只看几个村时，自己的任务数没有分解到村。"""
        if step.quota is None and step.quota_count is None:
            return self.quota(target)
        if self.only is not None:
            return None, None
        quota = target.quota if step.quota is None else step.quota
        return quota, target.quota_count if step.quota_count is None else step.quota_count

    def goal(self, target, step):
        quota, number = self.step_quota(target, step)
        if not self.by_count(target, step):
            return quota
        return Decimal(len(self.rows[target.pk]) if number is None else number)

    def now(self, target, step):
        count, area = _done(self.rows[target.pk], step)
        return Decimal(count) if self.by_count(target, step) else area

    def on_time(self, target, step):
        """不算逾期完成的：核查无问题、以前又没做完的，不算逾期。"""
        rows = self.rows[target.pk]
        if not self.by_count(target, step):
            return sum((row.amount_in_time(step) for row in rows), ZERO)
        in_time = [row.is_in_time(step) for row in rows if row.finished(step)]
        return Decimal(len(in_time) - in_time.count(False))

    def forecast(self, target, step):
        """(近 14 天平均每天多少, 哪天完成)；够了的、没有图斑的是 None。"""
        rows, goal, now = (
            self.rows[target.pk],
            self.goal(target, step),
            self.now(target, step),
        )
        if not rows or now >= goal:
            return None
        most = sum((row.area for row in rows if not row.exempt), ZERO)
        if self.by_count(target, step):
            most = Decimal(len(rows))
        before = Day(self.town, self.on - timedelta(days=PACE), self.basis, self.only)
        count, area = _done(before.rows[target.pk], step)
        gained = now - (Decimal(count) if self.by_count(target, step) else area)
        goal = min(goal, most)
        if now >= goal:
            return None
        if gained <= 0:
            return ZERO, None
        days = int(((goal - now) * PACE / gained).to_integral_value(ROUND_CEILING))
        return gained / PACE, self.on + timedelta(days=days) if days <= LONGEST else None

    def again(self, target, step):
        """截止过了，只差还没到期的反弹：(从哪天起, 到哪天)，它们做完就够数；不是这样是 None。"""
        rows, due = self.rows[target.pk], step.due_on or self.plan.ends_on
        again = [row for row in rows if row.is_pressed and row.relapse and step in row.undone]
        coming = [row for row in again if not row.is_late_at(step)]
        if due >= self.on or not coming:
            return None
        more = sum((max(row.area - row.amount(step), ZERO) for row in coming), ZERO)
        if self.by_count(target, step):
            more = len(coming)
        if self.now(target, step) + more < self.goal(target, step):
            return None
        return min(row.relapse.done_on for row in again), max(row.due(step) for row in coming)

    def states(self, target):
        found, is_late, begins_on = [], False, self.begins_on(target)
        for step in self.town.steps[target.pk]:
            state = state_of(self, target, step, begins_on, is_late)
            found.append(state)
            is_late = is_late or state == "OVERDUE"
            begins_on = step.due_on or begins_on
        return found

    def begins_on(self, target):
        """方案开始和第一块图斑下发里晚的一天；有一块没写哪天下发的，看方案开始。"""
        issued = [issued_on(row.patch) for row in self.rows[target.pk]]
        if not issued or None in issued:
            return self.plan.starts_on
        return max(self.plan.starts_on, min(issued))

    # 上报、退回过几次，等着重报的

    def attempts(self):
        """{(村, 类型): 次}：撤回的也算，转记的、随方案补的不算；图斑更正到别的村，跟着去。

        撤销了的退回（转记自自己）不算；按录入日期看，那天还没有撤销的算。
        """
        found = Counter()
        for patch in self.town.patches:
            for row in self.town.records[patch.pk]:
                entered = timezone.localdate(row.created_at)
                day = entered if self.basis == "recorded" else row.done_on
                is_filed = not row.copy_of_id or self.is_return_not_yet_taken_back(row)
                if row.kind in (Kind.REPORT, Kind.RETURN) and is_filed and day <= self.on:
                    village, _ = self.town.place(patch, self.on, self.basis)
                    found[village, row.kind] += 1
        return {key: number for key, number in found.items() if self.is_seen(key[0])}

    def is_return_not_yet_taken_back(self, row):
        if self.basis == "done" or row.kind != Kind.RETURN or row.copy_of_id != row.pk:
            return False
        return timezone.localdate(row.withdrawn_at) > self.on

    def waiting(self):
        rows = [row for rows in self.rows.values() for row in rows if row.is_waiting]
        return dict(Counter(row.village for row in rows))


def issued_on(patch):
    """哪天下发的；拆出来的看原图斑。"""
    while patch.split_from_id:
        patch = patch.split_from
    return patch.since_on


def is_list(target):
    return target.kind == "CASES" or target.quota_count is not None


def _sums(rows):
    return len(rows), sum((row.area for row in rows), ZERO)


def _done(rows, step):
    """(完成的个, 做了的亩)。"""
    number = sum(row.finished(step) for row in rows)
    return number, sum((row.amount(step) for row in rows), ZERO)
