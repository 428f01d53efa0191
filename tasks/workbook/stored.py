"""数据库里的方案 → 和文件一样的 Entry，拿来比较和导出。每类一次查询。"""

from tasks.models import (
    Allocation,
    Duty,
    Membership,
    Milestone,
    Plan,
    Reading,
    RemedyItem,
    RemedyRoute,
    Requirement,
    ScoreItem,
    Subsidy,
    Target,
    WorkingGroup,
)
from tasks.models.nesting import nested
from tasks.workbook.columns import BY_KIND, ORDER
from tasks.workbook.document import Entry
from villages.models import Cadre, Village

NAMES = {
    "parent": lambda o: parent_of(o) if o.parent_id else None,
    "group": lambda o: o.group.name if o.group_id else None,
    "target": lambda o: o.target.code if o.target_id else None,
    "problem_target": lambda o: o.problem_target.code if o.problem_target_id else None,
    "duty": lambda o: o.duty.code if o.duty_id else None,
    "section": lambda o: o.section.code if o.section_id else None,
    "milestone": lambda o: o.milestone.code if o.milestone_id else None,
    "village": lambda o: o.village.name if o.village_id else None,
    "route": lambda o: o.route.code,
    "cadre": lambda o: (o.cadre.name, o.cadre.post) if o.cadre_id else None,
}


def parent_of(row):
    """目标任务的上级用代码认，工作组的用名称认。"""
    return row.parent.code if isinstance(row, Target) else row.parent.name


class Stored:
    """一份方案在库里的全部：plan 是方案（没有就是 None），entries 是 类 → {key: Entry}，按顺序排好。"""

    def __init__(self, code: str, *, for_update=False):
        plans = Plan.objects.select_for_update() if for_update else Plan.objects
        self.plan = plans.filter(code=code).first() if code else None
        rows = {
            "village": Village.objects.order_by("order", "name_key", "name"),
            "cadre": Cadre.objects.order_by("order", "name", "post"),
            "route": RemedyRoute.objects.order_by("order", "pk"),
            "item": RemedyItem.objects.select_related("route"),
            "plan": [self.plan] if self.plan else [],
            **(self._of_plan() if self.plan else {}),
        }
        self.entries = {kind: {} for kind in ORDER}
        for kind in ORDER:
            for instance in rows.get(kind, ()):
                entry = entry_of(kind, instance)
                self.entries[kind][entry.key] = entry

    def _of_plan(self):
        return {
            "group": WorkingGroup.objects.filter(plan=self.plan)
            .select_related("parent")
            .order_by("order", "pk"),
            "member": Membership.objects.filter(group__plan=self.plan)
            .select_related("group", "cadre")
            .order_by("group__order", "group_id", "order", "pk"),
            "target": nested(
                Target.objects.filter(plan=self.plan)
                .select_related("group", "parent")
                .order_by("order", "pk")
            ),
            "milestone": Milestone.objects.filter(target__plan=self.plan)
            .select_related("target")
            .order_by("target__order", "target_id", "order"),
            "subsidy": Subsidy.objects.filter(plan=self.plan, is_demo=False)
            .select_related("target", "milestone")
            .order_by("order", "pk"),
            "allocation": Allocation.objects.filter(target__plan=self.plan)
            .select_related("target", "village")
            .order_by(
                "target__order",
                "target_id",
                "lot",
                "village__order",
                "village__name_key",
                "village__name",
            ),
            "duty": Duty.objects.filter(plan=self.plan)
            .select_related("group", "problem_target")
            .order_by("order", "pk"),
            "requirement": Requirement.objects.filter(plan=self.plan).order_by("order", "pk"),
            "score_item": ScoreItem.objects.filter(plan=self.plan, is_demo=False)
            .select_related("section", "target", "duty")
            .order_by("order", "pk"),
            "reading": Reading.objects.filter(target__plan=self.plan)
            .select_related("target", "village")
            .order_by("target__order", "target_id", "on", "created_at", "pk"),
        }

    def of(self, kind):
        return list(self.entries[kind].values())

    def listed(self, kind):
        """写进文件的：撤回了的监测不写。"""
        return [entry for entry in self.of(kind) if not is_withdrawn(entry)]

    def get(self, kind, key):
        return self.entries[kind].get(key)


def is_withdrawn(entry):
    return entry.kind == "reading" and entry.object.is_withdrawn


def entry_of(kind, instance):
    names = [
        c.field for c in BY_KIND[kind].columns if c.model_field is not None or c.field == "cadre"
    ]
    values = {
        name: NAMES[name](instance) if name in NAMES else getattr(instance, name) for name in names
    }
    return Entry(kind, key_of(kind, values), values, object=instance)


def key_of(kind, values):
    """认同一行的值；文件里没有的列算空的。"""
    table = BY_KIND[kind]
    return tuple(values.get(name, table.column(name).blank) for name in table.key)
