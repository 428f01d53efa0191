"""导入动了步骤的任务：事先说会动到几个图斑，写完请用到方案的那一层补记、重算（tasks.models.in_use）。"""

from tasks.models import Target
from tasks.models.in_use import Effect, plan_user
from tasks.workbook.diff import Diff
from tasks.workbook.rules import Check, step_of
from villages.models import User

STRUCTURAL = {"order", "actor"}  # 步骤改了这些，图斑的状态、下一步才会变


def touched(diff: Diff, deleted=()) -> set[str]:
    """步骤有增减、换先后、换谁做的那些任务的代码；deleted 是要删的行。"""
    codes = {change.entry.key[0] for change in diff.of("milestone", diff.new)}
    for change in diff.of("milestone", diff.changed):
        if STRUCTURAL & set(change.values):
            codes.add(change.entry.key[0])
    return codes | {entry.key[0] for entry in deleted if entry.kind == "milestone"}


def foresee_effects(check: Check, diff: Diff) -> list[Effect]:
    """照文件导入会动到几个图斑，一项任务一份；文件里没有的步骤留着。没有图斑的任务不看。"""
    stored = [check.stored.get("target", (code,)) for code in sorted(touched(diff))]
    targets = [entry.object for entry in stored if entry]
    used = plan_user().targets_with_patches([target.pk for target in targets])
    effects = []
    for target in targets:
        if target.pk in used:
            steps = _steps_after(check, target.code)
            effects.append(plan_user().foresee(target, steps))
    return [effect for effect in effects if not effect.is_empty]


def _steps_after(check, code):
    steps = [
        step_of(check, entry)
        for entry in check.in_file["milestone"].values()
        if entry.key[0] == code
    ]
    steps += [entry.object for entry in check.kept("milestone") if entry.key[0] == code]
    return sorted(steps, key=lambda step: step.order)


def follow_effects(diff: Diff, deleted, plan, *, by: User | None) -> list[Effect]:
    """步骤已经写好：补记、重算。要补记而不知道是谁改的，抛 NobodyNamed。"""
    codes = touched(diff, deleted)
    if not codes:
        return []
    return plan_user().follow(Target.objects.filter(plan=plan, code__in=codes), by=by)
