"""系统算的进度，写成和另算一遍的数一样的样子，好整个地比。"""

from taiping.progress.returns import returns_by_village


def told(progress):
    waiting = {
        village: row.waiting
        for village, row in returns_by_village(progress).items()
        if village and row.waiting
    }
    attempts = {
        key: number
        for key, number in progress.filed.items()
        if number and key[1] in ("REPORT", "RETURN")
    }
    return {
        "targets": {row.target.code: _target(row) for row in progress.targets},
        "attempts": attempts,
        "waiting": waiting,
    }


def _target(row):
    if not row.target.by_patches:
        return _reading_target(row)
    return {
        **_sums(row),
        "quota": (row.quota, row.quota_count),
        "brought": (row.brought_count, row.brought),
        "short": (row.short_count, row.short_area),
        "state": row.state.value,
        "steps": {step.milestone.code: _step(step) for step in row.milestones},
        "villages": {cell.village.pk: _village(cell) for cell in row.villages},
    }


def _sums(row):
    return {
        "patches": (row.patch_count, row.patch_area),
        "reported": (row.reported_count, row.reported),
        "confirmed": (row.confirmed_count, row.confirmed),
        "exempt": (row.exempt_count, row.exempt),
        "deferred": row.deferred_count,
        "overdue": row.overdue_count,
        "owed": _owed(row.owed),
    }


def _owed(owed):
    return {actor: number for actor, _, number in owed.parts}


def _village(cell):
    return {
        **_sums(cell),
        "quota": (cell.quota, cell.quota_count),
        "carried": (cell.carried_count, cell.carried),
        "oldest": (cell.overdue_step and cell.overdue_step.code, cell.overdue_due_on),
    }


def _step(row):
    ahead = row.forecast
    return {
        "reached": (row.reached_count, row.reached),
        "on_time": row.on_time,
        "on_time_count": row.on_time_count,
        "late_count": row.late_count,
        "open": row.open_count,
        "overdue": row.overdue_count,
        "owed": _owed(row.owed),
        "goal": row.need.goal,
        "forecast": ahead and (ahead.pace, ahead.done_on),
        "state": row.state.value,
    }


def _reading_target(row):
    found = row.reading
    return {
        "value": row.confirmed,
        "reading": found and (found.on, found.value, found.is_town, found.villages),
        "quota": (row.quota, row.quota_count),
        "state": row.state.value,
        "steps": {
            step.milestone.code: {
                "state": step.state.value,
                "reached": step.reached,
                "on_time": step.on_time,
            }
            for step in row.milestones
        },
        "villages": {
            cell.village.pk: {
                "quota": (cell.quota, cell.quota_count),
                "value": cell.confirmed,
            }
            for cell in row.villages
        },
    }
