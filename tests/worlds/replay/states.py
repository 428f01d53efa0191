"""一步、一项任务某一天是什么状态：照方案管理的话说的，四条预警一条一条看。"""

from decimal import Decimal

BEHIND = Decimal("0.1")


def state_of(day, target, step, begins_on, is_late_before):
    """靠图斑量的一步；begins_on 是从哪天起看进度，is_late_before 是前面有没有逾期的一步。"""
    on, plan, due = day.on, day.plan, step.due_on or day.plan.ends_on
    has_patches = bool(day.rows[target.pk])
    goal, now = day.goal(target, step), day.now(target, step)
    if has_patches and now >= goal:
        return done_state(on, due, day.on_time(target, step) >= goal)
    opens_on = step.starts_on or plan.starts_on
    if on < plan.starts_on or (on < opens_on and not has_patches):
        return "NOT_STARTED"
    if not has_patches:
        return "NO_DATA"
    ahead = day.forecast(target, step)
    if again := day.again(target, step):
        begins_on, due = again
        return running_state(on, plan, due, None, begins_on, goal, now, is_late_before, ahead)
    opens_on = step.starts_on
    return running_state(on, plan, due, opens_on, begins_on, goal, now, is_late_before, ahead)


def done_state(on, due, was_in_time):
    return "DONE" if on <= due or was_in_time else "DONE_LATE"


def running_state(on, plan, due, opens_on, begins_on, goal, now, is_late_before, ahead=None):
    """有数、还没有完成的。"""
    if on > due:
        return "OVERDUE"
    if is_late_before or comes_late(ahead, due):
        return "AT_RISK"
    if opens_on and on < opens_on:
        return "NOT_STARTED"
    begins_on = opens_on or begins_on
    is_near = (due - on).days <= plan.warn_days
    return "AT_RISK" if is_near or lags(on, begins_on, due, goal, now) else "ON_TRACK"


def comes_late(ahead, due):
    """照近 14 天的速度要晚；在动、又慢得推算不出的也是。"""
    if ahead is None:
        return False
    pace, day = ahead
    return day > due if day else pace > 0


def lags(on, begins_on, due, goal, now):
    """完成的占比比时间的占比落后 10 个百分点以上。"""
    if due <= begins_on or not goal:
        return False
    elapsed = Decimal(max((on - begins_on).days, 0)) / (due - begins_on).days
    return elapsed - min(now / goal, Decimal(1)) > BEHIND


def overall(states):
    """一项任务：有逾期就是逾期，有预警就是预警，全完成才是完成。"""
    for worst in ("OVERDUE", "AT_RISK"):
        if worst in states:
            return worst
    if set(states) <= {"DONE", "DONE_LATE"}:
        return "DONE_LATE" if "DONE_LATE" in states else "DONE"
    if set(states) <= {"NO_DATA", "NOT_STARTED"}:
        return "NO_DATA" if "NO_DATA" in states else "NOT_STARTED"
    return "ON_TRACK"
