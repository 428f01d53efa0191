"""把一份方案复制成下一年的：工作组、成员、任务、步骤、分解、常态工作、工作要求、奖补标准、考核项；监测、记录、钱、评分不带。"""

import re

from django.db import transaction

from tasks.models import (
    Allocation,
    Duty,
    Membership,
    Milestone,
    Plan,
    Requirement,
    ScoreItem,
    Subsidy,
    Target,
    WorkingGroup,
)
from tasks.models.copying import TargetCopy, copied

YEAR = re.compile(r"(?<![\d〔\[])\d{4}(?!\d)")


class CannotCopy(ValueError):
    """不能复制；说明是给人看的一句话。"""


@transaction.atomic
def copy_to_next_year(plan):
    """Plan → 下一年的 Plan。日期顺延一年（2月29日变28日），标题和原文里的年份加一，文号〔2024〕不动。

    下一年已有方案时抛 CannotCopy。
    """
    year = plan.year + 1
    code = _next_year(plan.code, plan.year)
    if code == plan.code:
        code = f"{plan.code}-{year}"
    if Plan.objects.filter(code=code).exists():
        raise CannotCopy(f"代码是 {code} 的方案已经有了，没有复制。请直接改那一份，或先把它删去。")
    new = Plan.objects.create(
        year=year,
        code=code,
        title=_next_year(plan.title, plan.year),
        issuer=plan.issuer,
        warn_days=plan.warn_days,
        starts_on=_a_year_later(plan.starts_on),
        ends_on=_a_year_later(plan.ends_on),
        note=plan.note,
        subject=plan.subject,
        upload_label=plan.upload_label,
    )
    groups = _copy_groups(plan, new)
    _copy_targets(plan, new, groups)
    _copy_duties(plan, new, groups)
    _copy_requirements(plan, new)
    _copy_subsidies(plan, new)
    _copy_score_items(plan, new)
    return new


def _copy_groups(plan, new):
    """→ {旧组的编号: 新组}，上级也换成新的。"""
    old = list(WorkingGroup.objects.filter(plan=plan))
    groups = {group.pk: copied(group, plan=new, parent=None) for group in old}
    WorkingGroup.objects.bulk_create(groups.values())
    for group in old:
        groups[group.pk].parent = groups.get(group.parent_id)
    WorkingGroup.objects.bulk_update(groups.values(), ["parent"])
    Membership.objects.bulk_create(
        copied(member, group=groups[member.group_id])
        for member in Membership.objects.filter(group__plan=plan)
    )
    return groups


def _copy_requirements(plan, new):
    Requirement.objects.bulk_create(
        copied(row, plan=new, wording=_next_year(row.wording, plan.year))
        for row in plan.requirements.all()
    )


def _copy_score_items(plan, new):
    """演示的不带。"""
    targets = {target.code: target for target in new.targets.all()}
    duties = {duty.code: duty for duty in new.duties.all()}
    old = list(plan.score_items.filter(is_demo=False).select_related("target", "duty"))
    items = {}
    for item in old:
        sources = {
            "target": targets[item.target.code] if item.target_id else None,
            "duty": duties[item.duty.code] if item.duty_id else None,
        }
        clause = _next_year(item.clause, plan.year)
        items[item.pk] = copied(item, plan=new, clause=clause, section=None, **sources)
    ScoreItem.objects.bulk_create(items.values())
    for item in old:
        items[item.pk].section = items.get(item.section_id)
    ScoreItem.objects.bulk_update(items.values(), ["section"])


def _copy_targets(plan, new, groups):
    """任务连同步骤、分解。成批写：几百行，方案上有一条修改记录就够了。"""
    originals = list(plan.targets.prefetch_related("milestones", "allocations"))
    copies = [_copy_target(target, plan, new, groups) for target in originals]
    steps, shares = [], []
    for copy in copies:
        steps += copy.steps
        shares += copy.shares
    Target.objects.bulk_create(copy.target for copy in copies)
    _copy_parents(originals, copies)
    Milestone.objects.bulk_create(steps)
    Allocation.objects.bulk_create(shares)


def _copy_parents(originals, copies):
    """上级换成新的；没有“其中”的方案不多写一次。"""
    pairs = list(zip(originals, copies, strict=True))
    targets = {original.pk: copy.target for original, copy in pairs}
    moved = []
    for original, copy in pairs:
        if original.parent_id:
            copy.target.parent = targets[original.parent_id]
            moved.append(copy.target)
    Target.objects.bulk_update(moved, ["parent"])


def _copy_duties(plan, new, groups):
    """常态工作：发现的问题归到新方案里同一个代码的任务。"""
    targets = {target.code: target for target in new.targets.all()}
    Duty.objects.bulk_create(
        copied(
            duty,
            plan=new,
            group=groups.get(duty.group_id),
            problem_target=duty.problem_target and targets.get(duty.problem_target.code),
            wording=_next_year(duty.wording, plan.year),
        )
        for duty in plan.duties.select_related("problem_target")
    )


def _copy_subsidies(plan, new):
    """标准照抄，任务和步骤换成新的；到位资金和拨付是那一年的，不带。"""
    steps = {}
    for step in Milestone.objects.filter(target__plan=new).select_related("target"):
        steps[step.target.code, step.code] = step
    targets = {target.code: target for target in new.targets.all()}
    old = plan.subsidies.filter(is_demo=False).select_related("target", "milestone")
    copies = []
    for subsidy in old:
        code = subsidy.target.code if subsidy.target_id else None
        step = subsidy.milestone.code if subsidy.milestone_id else None
        target, milestone = targets.get(code), steps.get((code, step))
        copies.append(copied(subsidy, plan=new, target=target, milestone=milestone))
    Subsidy.objects.bulk_create(copies)


def _copy_target(target, plan, new, groups):
    def of_step(step):
        return {
            "wording": _next_year(step.wording, plan.year),
            "starts_on": _a_year_later(step.starts_on),
            "due_on": _a_year_later(step.due_on),
        }

    return TargetCopy.of(
        target,
        of_step=of_step,
        plan=new,
        group=groups.get(target.group_id),
        parent=None,
        wording=_next_year(target.wording, plan.year),
    )


def _next_year(text, year):
    return YEAR.sub(lambda found: str(year + 1) if found[0] == str(year) else found[0], text)


def _a_year_later(day):
    if day is None:
        return None
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 2月29日
        return day.replace(year=day.year + 1, day=28)
