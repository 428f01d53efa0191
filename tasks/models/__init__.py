"""方案的表：年度方案、工作组、目标任务、时间节点、任务分解、工作要求、监测、考核、方案文件。只用 villages.models 和地面。"""

from tasks.models.assessment import ScoreItem
from tasks.models.groups import Membership, WorkingGroup
from tasks.models.plan_files import PlanFile
from tasks.models.plans import Plan, in_force
from tasks.models.readings import Reading
from tasks.models.requirements import Requirement
from tasks.models.scores import Score
from tasks.models.targets import Allocation, Milestone, Target

__all__ = [
    "Allocation",
    "Membership",
    "Milestone",
    "Plan",
    "PlanFile",
    "Reading",
    "Requirement",
    "Score",
    "ScoreItem",
    "Target",
    "WorkingGroup",
    "in_force",
]
