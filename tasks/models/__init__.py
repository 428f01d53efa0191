"""方案的表：方案、工作组、目标任务、时间节点、任务分解、常态工作、工作要求、监测、奖补、考核、方案文件、整改路径。

只用 villages.models 和地面。
"""

from tasks.models.allocations import Allocation
from tasks.models.assessment import ScoreItem
from tasks.models.duties import Duty, DutyEntry
from tasks.models.groups import Membership, WorkingGroup
from tasks.models.plan_files import PlanFile
from tasks.models.plans import Plan, in_force
from tasks.models.readings import Reading
from tasks.models.remedies import RemedyItem, RemedyRoute
from tasks.models.requirements import Requirement
from tasks.models.scores import Score
from tasks.models.subsidies import Subsidy, SubsidyPayment, SubsidyReceipt
from tasks.models.targets import Milestone, Target

__all__ = [
    "Allocation",
    "Duty",
    "DutyEntry",
    "Membership",
    "Milestone",
    "Plan",
    "PlanFile",
    "Reading",
    "RemedyItem",
    "RemedyRoute",
    "Requirement",
    "Score",
    "ScoreItem",
    "Subsidy",
    "SubsidyPayment",
    "SubsidyReceipt",
    "Target",
    "WorkingGroup",
    "in_force",
]
