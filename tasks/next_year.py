"""把一份方案复制成下一年的：工作组、成员、目标任务、时间节点、任务分解都带过去，监测不带。"""

import re

from django.db import transaction

from tasks.models import Allocation, Membership, Milestone, Plan, Target, WorkingGroup

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
    )
    groups = _copy_groups(plan, new)
    targets = _copy_targets(plan, new, groups)
    Milestone.objects.bulk_create(
        _copy(
            step,
            target=targets[step.target_id],
            wording=_next_year(step.wording, plan.year),
            starts_on=_a_year_later(step.starts_on),
            due_on=_a_year_later(step.due_on),
        )
        for step in Milestone.objects.filter(target__plan=plan)
    )
    Allocation.objects.bulk_create(
        _copy(share, target=targets[share.target_id])
        for share in Allocation.objects.filter(target__plan=plan)
    )
    return new


def _copy_groups(plan, new):
    """→ {旧组的编号: 新组}，上级也换成新的。"""
    old = list(WorkingGroup.objects.filter(plan=plan))
    groups = {group.pk: _copy(group, plan=new, parent=None) for group in old}
    WorkingGroup.objects.bulk_create(groups.values())
    for group in old:
        groups[group.pk].parent = groups.get(group.parent_id)
    WorkingGroup.objects.bulk_update(groups.values(), ["parent"])
    Membership.objects.bulk_create(
        _copy(member, group=groups[member.group_id])
        for member in Membership.objects.filter(group__plan=plan)
    )
    return groups


def _copy_targets(plan, new, groups):
    """→ {旧任务的编号: 新任务}。"""
    targets = {
        target.pk: _copy(
            target,
            plan=new,
            group=groups.get(target.group_id),
            wording=_next_year(target.wording, plan.year),
        )
        for target in Target.objects.filter(plan=plan)
    }
    Target.objects.bulk_create(targets.values())
    return targets


def _copy(row, **changes):
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changes
    }
    return type(row)(**kept, **changes)


def _next_year(text, year):
    return YEAR.sub(lambda found: str(year + 1) if found[0] == str(year) else found[0], text)


def _a_year_later(day):
    if day is None:
        return None
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 2月29日
        return day.replace(year=day.year + 1, day=28)
