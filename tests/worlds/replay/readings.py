"""靠监测量的任务某一天的数：全镇自己的和各村的比日期，没有报齐的底线不算有数。"""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from tests.worlds.replay.states import done_state, overall, running_state

ZERO = Decimal(0)


def reading_figures(day, target):
    steps = day.town.steps[target.pk]
    found = in_use(day, target, day.on)
    states = _states(day, target)
    return {
        "value": value_of(target, found),
        "reading": found and found[:4],
        "quota": day.quota(target),
        "state": overall(states),
        "steps": {
            step.code: {
                "state": state,
                "reached": value_of(target, found),
                "on_time": timely(day, target, step),
            }
            for step, state in zip(steps, states, strict=True)
        },
        "villages": {village: _village(day, target, village) for village in day.villages},
    }


def _village(day, target, village):
    share = day.town.shares.get((target.pk, village))
    row = last(day, target, village, day.on)
    return {
        "quota": (share and share.quota, share and share.quota_count),
        "value": row and row.value,
    }


def known(day, target):
    """那天知道的、还没有撤回的。"""
    for row in day.town.readings:
        began, ended = row.on, row.withdrawn_on
        if day.basis == "recorded":
            began = timezone.localdate(row.created_at)
            ended = row.withdrawn_at and timezone.localdate(row.withdrawn_at)
        if row.target_id == target.pk and began <= day.on < (ended or date.max):
            yield row


def last(day, target, village, until):
    """这个村（None 是全镇）到 until 那天最近的一次；同一天后录入的为准。"""
    rows = [row for row in known(day, target) if row.village_id == village and row.on <= until]
    return max(rows, key=lambda row: (row.on, row.created_at, row.pk), default=None)


def in_use(day, target, until):
    """(哪天的, 数, 是不是全镇自己的, 报了几个村, 报齐没有)：在用的；一次都没有是 None。"""
    town = None if day.only is not None else last(day, target, None, until)
    rows = {village: last(day, target, village, until) for village in day.villages}
    there = [row for row in rows.values() if row]
    is_whole = bool(there) and all(rows[village] for village in asked(day, target))
    if town and not (is_whole and min(row.on for row in there) > town.on):
        return town.on, town.value, True, sum(row.on > town.on for row in there), True
    if not there:
        return None
    whole = sum((row.value for row in there), ZERO)
    return min(row.on for row in there), whole, False, len(there), is_whole


def asked(day, target):
    """要报数的村：任务数全部分给了几个村，是这几个村；不然是看的每个村。"""
    shares = {
        village: share.quota
        for (pk, village), share in day.town.shares.items()
        if pk == target.pk and share.quota
    }
    if day.only is None and shares and sum(shares.values()) >= (target.quota or 0):
        return list(shares)
    return day.villages


def value_of(target, found):
    if found is None or (target.kind == "FLOOR" and not found[4]):
        return None
    return found[1]


def timely(day, target, step):
    """算按期的：截止那天已有的数，后来小了的以小的为准。"""
    due = step.due_on or day.plan.ends_on
    value = value_of(target, in_use(day, target, day.on))
    at_due = value_of(target, in_use(day, target, min(due, day.on)))
    if value is None or (at_due is None and target.kind == "FLOOR"):
        return None
    return min(at_due or ZERO, value)


def _states(day, target):
    found, begins_on = [], day.plan.starts_on
    for step in day.town.steps[target.pk]:
        quota = step.quota if step.quota is not None and day.only is None else None
        if quota is None and step.quota is None:
            quota = day.quota(target)[0]
        if target.kind == "FLOOR":
            state = _floor_state(day, target, step, quota or ZERO)
        elif quota is None:
            state = _any_value_state(day, target, step)
        else:
            state = _amount_state(day, target, step, quota, begins_on, "OVERDUE" in found)
        found.append(state)
        begins_on = step.due_on or begins_on
    return found


def _floor_state(day, target, step, line):
    """守住的是线：到期那天守住了才算按期。"""
    on, due = day.on, step.due_on or day.plan.ends_on
    value = value_of(target, in_use(day, target, on))
    if value is None:
        return "NO_DATA"
    if value < line:
        return "OVERDUE" if on > due else "AT_RISK"
    if on < due:
        return "ON_TRACK"
    at_due = value_of(target, in_use(day, target, due))
    return "DONE" if at_due is not None and at_due >= line else "DONE_LATE"


def _any_value_state(day, target, step):
    """没有定数的：这一步的时段里有了监测数就是完成。"""
    on, due = day.on, step.due_on or day.plan.ends_on
    for until, state in ((min(due, on), "DONE"), (on, "DONE_LATE")):
        found = in_use(day, target, until)
        if found and (step.starts_on is None or found[0] >= step.starts_on):
            return state
    return "NOT_STARTED" if on < (step.starts_on or day.plan.starts_on) else "NO_DATA"


def _amount_state(day, target, step, quota, begins_on, is_late_before):
    on, plan, due = day.on, day.plan, step.due_on or day.plan.ends_on
    value = value_of(target, in_use(day, target, on))
    if value is not None and value >= quota:
        return done_state(on, due, timely(day, target, step) >= quota)
    first = (step.starts_on if value is None else None) or plan.starts_on
    if on < first:
        return "NOT_STARTED"
    if value is None:
        return "NO_DATA"
    opens_on = step.starts_on
    return running_state(on, plan, due, opens_on, begins_on, quota, value, is_late_before)
