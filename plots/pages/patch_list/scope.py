"""看的方案里有什么、这个人看得见哪些村：筛选的选项、排先后、一页的图斑合用，只读一遍。"""

from functools import cached_property

from plots.ledger.papers import checklists
from tasks.models import Milestone, Target
from tasks.models.nesting import nested
from villages.models import Village


class Scope:
    """targets 是方案里的任务，villages 是看得见的村（{主键: 对象}，照顺序）；milestones 是靠图斑量的任务的时间节点。"""

    def __init__(self, plan, user):
        found = nested(Target.objects.filter(plan=plan).order_by("order", "pk"))
        self.targets = {target.pk: target for target in found}
        for target in self.targets.values():
            target.plan = plan
        by_patches = [pk for pk, target in self.targets.items() if target.by_patches]
        self.milestones = list(Milestone.objects.filter(target__in=by_patches).order_by("order"))
        for milestone in self.milestones:
            milestone.target = self.targets[milestone.target_id]
        self.milestones.sort(key=lambda step: (step.target.order, step.target_id))
        self.by_patches = bool(by_patches) or not self.targets
        self.villages = {village.pk: village for village in Village.objects.visible_to(user)}

    @cached_property
    def routes(self):
        """整改路径和各要什么材料：{代码: Checklist}；方案里没有问题清单的不查，是空的。"""
        has_cases = any(target.kind == Target.Kind.CASES for target in self.targets.values())
        return checklists() if has_cases else {}

    def share(self, patches):
        """这些图斑共用同一个村、任务、时间节点，不一块块地取；正好被人改到别处去了的不在里面。"""
        steps, found = {step.pk: step for step in self.milestones}, []
        for patch in patches:
            if patch.target_id in self.targets and patch.village_id in self.villages:
                patch.target = self.targets[patch.target_id]
                patch.village = self.villages[patch.village_id]
                patch.next_milestone = steps.get(patch.next_milestone_id)
                found.append(patch)
        return found
