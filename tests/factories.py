"""测试用的造数函数：普通函数，都有默认值；只加不改。"""

from datetime import date
from decimal import Decimal
from itertools import count

from tasks.models import Allocation, Membership, Milestone, Plan, PlanFile, Reading, Target, WorkingGroup
from villages.models import Cadre, Posting, Role, User, Village

PASSWORD = "Maitian-2024-feng"
numbers = count(1)


def make_village(name="", **fields):
    number = next(numbers)
    return Village.objects.create(name=name or f"第{number}村", **{"order": number % 1000, **fields})


def make_user(username="", *, role=Role.SECRETARY, villages=(), password=PASSWORD, **fields):
    """一个能登录的账号；villages 是他包的村。"""
    number = next(numbers)
    user = User(username=username or f"user{number}", role=role, **{"name": f"干部{number}", **fields})
    user.set_password(password)
    user.save()
    for village in villages:
        Posting.objects.create(user=user, village=village)
    return user


def make_cadre(name="", **fields):
    return Cadre.objects.create(name=name or f"干部{next(numbers)}", **fields)


def make_plan(year=2024, **fields):
    defaults = {
        "title": f"{year}年耕地保护工作实施方案",
        "issuer": "太平镇人民政府",
        "starts_on": date(year, 1, 1),
        "ends_on": date(year, 12, 31),
    }
    return Plan.objects.create(year=year, **{**defaults, **fields})


def make_group(plan, name="", **fields):
    return WorkingGroup.objects.create(plan=plan, name=name or f"第{next(numbers)}工作组", **fields)


def make_membership(group, **fields):
    """组里的一个成员；没给干部也没给集体成员时，造一名干部。"""
    if not fields.get("post") and "cadre" not in fields:
        fields["cadre"] = make_cadre()
    return Membership.objects.create(group=group, **{"position": Membership.Position.MEMBER, **fields})


def make_target(plan, code="", **fields):
    """默认是靠图斑量的工作量任务，100 亩；保有量用 kind="FLOOR", measured_by="READINGS"。"""
    number = next(numbers)
    defaults = {
        "name": f"任务{number}",
        "kind": Target.Kind.WORKLOAD,
        "measured_by": Target.MeasuredBy.PATCHES,
        "quota": Decimal(100),
        "order": number % 1000,
    }
    return Target.objects.create(plan=plan, code=code or f"target{number}", **{**defaults, **fields})


def make_milestone(target, code="", **fields):
    order = fields.pop("order", target.milestones.count() + 1)
    defaults = {"name": f"第{order}步", "due_on": date(target.plan.year, 9, 30)}
    fields = {**defaults, **fields}
    return Milestone.objects.create(target=target, code=code or f"step{order}", order=order, **fields)


def make_allocation(target, village=None, **fields):
    return Allocation.objects.create(target=target, village=village or make_village(), **fields)


def make_reading(target, *, on=date(2024, 6, 30), value=Decimal(32300), **fields):
    fields = {"source": "年度国土变更调查", **fields}
    return Reading.objects.create(target=target, on=on, value=value, **fields)


def make_plan_file(by, name="方案.xlsx", **fields):
    return PlanFile.objects.create(by=by, name=name, **{"file": f"plans/2024/{name}", **fields})
