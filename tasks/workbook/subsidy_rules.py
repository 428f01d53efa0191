"""奖补标准的规矩：只按靠图斑量的任务算，做到的那一步是这项任务的；拨付过的不换任务。"""

from tasks.models import Target
from tasks.models.subsidies import not_by_patches, paid_already


def check_subsidies(check):
    targets = {entry.key[0]: entry.values for entry in check.final("target")}
    steps = {entry.key for entry in check.final("milestone")}
    for entry in check.entries["subsidy"]:
        values, bad = check.full(entry), entry.row.bad
        code, step = values["target"], values["milestone"]
        if code in targets and targets[code]["measured_by"] == Target.MeasuredBy.READINGS:
            check.report(entry, "target", not_by_patches(targets[code]["name"]))
        if step and "milestone" not in bad and (code, step) not in steps:
            check.report(entry, "milestone", no_such_step(code, step, steps))
        _check_nothing_paid_changes(check, entry, code)


def no_such_step(code, step, steps):
    if not code:
        return f"写了“{step}”这一步，没有写目标代码，不知道是哪项任务的。请补上目标代码。"
    known = "、".join(sorted(name for target, name in steps if target == code)) or "（还没有）"
    return f"“{step}”不是这项任务的时间节点。这项任务的代码有：{known}。"


def _check_nothing_paid_changes(check, entry, code):
    stored = check.stored.get("subsidy", entry.key)
    if stored is None or code == stored.values["target"]:
        return
    if stored.object.payments.exists():
        check.report(entry, "target", paid_already(stored.values["name"]))
