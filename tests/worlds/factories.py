"""测试用的造数函数：普通函数，都有默认值；只加不改。"""

from datetime import date
from decimal import Decimal
from itertools import count

from django.utils import timezone

from plots.actions.orders import next_number
from plots.geometry.attach import put
from plots.models import (
    Batch,
    Kind,
    Patch,
    PatchShape,
    RectificationRecord,
    SupervisionOrder,
)
from taiping.ground.geometry.shapes import tidy_shapes
from tasks.models import (
    Allocation,
    Membership,
    Milestone,
    Plan,
    PlanFile,
    Reading,
    Target,
    WorkingGroup,
)
from villages.models import Cadre, Posting, Role, User, Village, VillageBoundary

PASSWORD = "Maitian-2024-feng"
numbers = count(1)


def make_village(name="", **fields):
    number = next(numbers)
    return Village.objects.create(
        name=name or f"第{number}村", **{"order": number % 30_000, **fields}
    )


def make_user(username="", *, role=Role.SECRETARY, villages=(), password=PASSWORD, **fields):
    """一个能登录的账号；villages 是他包的村。"""
    number = next(numbers)
    user = User(
        username=username or f"user{number}", role=role, **{"name": f"干部{number}", **fields}
    )
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
    return Membership.objects.create(
        group=group, **{"position": Membership.Position.MEMBER, **fields}
    )


def make_target(plan, code="", **fields):
    """默认是靠图斑量的工作量任务，100 亩；保有量用 kind="FLOOR", measured_by="READINGS"。"""
    number = next(numbers)
    defaults = {
        "name": f"任务{number}",
        "kind": Target.Kind.WORKLOAD,
        "measured_by": Target.MeasuredBy.PATCHES,
        "quota": Decimal(100),
        "order": number % 30_000,
    }
    return Target.objects.create(
        plan=plan, code=code or f"target{number}", **{**defaults, **fields}
    )


def make_milestone(target, code="", **fields):
    order = fields.pop("order", target.milestones.count() + 1)
    defaults = {"name": f"第{order}步", "due_on": date(target.plan.year, 9, 30)}
    fields = {**defaults, **fields}
    return Milestone.objects.create(
        target=target, code=code or f"step{order}", order=order, **fields
    )


def make_allocation(target, village=None, **fields):
    return Allocation.objects.create(target=target, village=village or make_village(), **fields)


def make_reading(target, *, on=date(2024, 6, 30), value=Decimal(32300), **fields):
    fields = {"source": "年度国土变更调查", **fields}
    return Reading.objects.create(target=target, on=on, value=value, **fields)


def make_plan_file(by, name="方案.xlsx", **fields):
    return PlanFile.objects.create(by=by, name=name, **{"file": f"plans/2024/{name}", **fields})


def make_steps_target(plan=None, code="abandoned", **fields):
    """三步走的任务：复耕复种 9-30、举证上传 10-31（要上传编号时传 needs_ref=True）、镇级核实 11-15（镇）。"""
    needs_ref, min_photos = fields.pop("needs_ref", False), fields.pop("min_photos", 0)
    plan = plan or Plan.objects.first() or make_plan()
    target = make_target(plan, code, **{"name": "自然撂荒地整治", **fields})
    year = plan.year
    make_milestone(target, "replant", name="复耕复种", due_on=date(year, 9, 30))
    make_milestone(
        target,
        "evidence",
        name="举证上传",
        due_on=date(year, 10, 31),
        needs_external_ref=needs_ref,
        min_photos=min_photos,
    )
    make_milestone(
        target, "check", name="镇级核实", due_on=date(year, 11, 15), actor=Milestone.Actor.TOWN
    )
    return target


def make_patch(target=None, village=None, **fields):
    """一块还没动的图斑，10 亩，下一步是任务的第一步；要别的状态，用 plots.actions 走到那里。"""
    target = (
        target or Target.objects.filter(milestones__isnull=False).first() or make_steps_target()
    )
    number = next(numbers)
    defaults = {
        "code": f"T{number:04d}",
        "area_mu": Decimal(10),
        "next_milestone": target.milestones.first(),
    }
    return Patch.objects.create(
        target=target, village=village or make_village(), **{**defaults, **fields}
    )


def make_record(patch, milestone=None, *, by=None, on=date(2024, 9, 5), **fields):
    """直接写一条记录，不改图斑的状态；只用在不关心状态的测试里（如进度的算法）。"""
    defaults = {
        "kind": Kind.REPORT,
        "area_mu": patch.area_mu,
        "completes": True,
        "village": patch.village,
    }
    return RectificationRecord.objects.create(
        patch=patch,
        milestone=milestone or patch.target.milestones.first(),
        done_on=on,
        by=by or make_user(role=Role.STAFF),
        **{**defaults, **fields},
    )


def make_batch(target, name="下发.xlsx", **fields):
    return Batch.objects.create(
        target=target, name=name, **{"file": f"batches/2024/{name}", **fields}
    )


def make_shape(patch, geometry, *, crs="EPSG:4523", **fields):
    """给图斑一个图形（平面坐标，tests.worlds.geo_files 里的那些），不做检查。"""
    put({patch.pk: tidy_shapes([geometry], crs)[0]})
    shape = PatchShape.objects.get(pk=patch.pk)
    if fields:
        PatchShape.objects.filter(pk=patch.pk).update(**fields)
        shape.refresh_from_db()
    patch.shape = shape  # 手上的图斑也认得它
    return shape


def make_boundary(village, geometry, *, by=None, crs="EPSG:4523"):
    shape = tidy_shapes([geometry], crs)[0]
    return VillageBoundary.objects.create(
        village=village,
        by=by or make_user(role=Role.ADMIN),
        file_name="村界.zip",
        updated_at=timezone.now(),
        **shape.columns(),
    )


def make_order(plan, to, *, by=None, patches=(), **fields):
    """一张督办单，9月1日签发、9月10日前答复；to 是村或工作组，by 没给是一位领导。"""
    kind = "village" if isinstance(to, Village) else "group"
    defaults = {
        "number": next_number(plan),
        "words": "抓紧复耕",
        "issued_on": date(plan.year, 9, 1),
        "answer_by": date(plan.year, 9, 10),
        kind: to,
        "by": by or make_user(role=Role.LEADER),
    }
    order = SupervisionOrder.objects.create(plan=plan, **{**defaults, **fields})
    order.patches.set(patches)
    return order
