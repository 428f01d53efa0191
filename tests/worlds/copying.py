"""复制为另一批的测试共用的：自然撂荒地整治后面还有两项任务，照填的表，表上的错。"""

import re
from datetime import date
from decimal import Decimal
from html import unescape

from django.urls import reverse

from tasks.models import Allocation, Milestone, Target
from tests.worlds import factories as make
from tests.worlds.town import TwoVillages

BETWEEN = re.compile(r">\s+<")


def copying_town():
    """自然撂荒地整治后面还有两项任务；举证上传有开始日期、自己的任务数，要编号和照片。"""
    town = TwoVillages(order=4, clause="二（三）", wording="完成608亩", villages_may_add=True)
    town.group = make.make_group(town.plan, "撂荒地整治工作组")
    Target.objects.filter(pk=town.target.pk).update(group=town.group, quota_count=9)
    town.target.milestones.filter(code="evidence").update(
        starts_on=date(2024, 10, 1),
        quota=Decimal(50),
        quota_count=5,
        min_photos=2,
        needs_external_ref=True,
        wording="10月底前",
    )
    town.next = make.make_target(town.plan, "next", name="下一项", order=5)
    town.last = make.make_target(town.plan, "last", name="最后一项", order=9)
    make.make_allocation(town.target, town.east, quota=Decimal(60), lot="A")
    town.target.refresh_from_db()
    return town


def address(target):
    return reverse("tasks:target_copy", args=[target.pk])


def form_of(target, **changes):
    """照表单填好的一份：11 月起另一批的日期；日期写步骤的代码，如 due_on_check。"""
    given = {
        "code": f"{target.code}_2",
        "name": f"{target.name}（第二批）",
        "due_on_replant": "2024-11-10",
        "starts_on_evidence": "2024-11-11",
        "due_on_evidence": "2024-11-30",
        "due_on_check": "2024-12-15",
        **changes,
    }
    return {field_name(target, name): value for name, value in given.items()}


def field_name(target, name):
    for step in target.milestones.all():
        name = name.replace(f"_on_{step.code}", f"_on_{step.pk}")
    return name


def page_of(response):
    return BETWEEN.sub("><", unescape(response.content.decode()))


def everything():
    return [
        list(model.objects.order_by("pk").values()) for model in (Target, Milestone, Allocation)
    ]


def errors_of(response, target):
    """{格子: [话]}；日期的格子写步骤的代码。"""
    names = {
        field_name(target, f"{day}_on_{step.code}"): f"{day}_on_{step.code}"
        for step in target.milestones.all()
        for day in ("starts", "due")
    }
    return {
        names.get(name, name): list(said) for name, said in response.context["form"].errors.items()
    }
