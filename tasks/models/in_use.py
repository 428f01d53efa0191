"""方案用起来以后：这一层不认得图斑和整改记录，由用到方案的上一层（plots）在启动时登记一个 PlanUser。

方案要改的时候来问它用到了什么、会动到几个图斑；步骤改完，在同一个事务里请它补记和重算。没有登记就是没有人用。
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Protocol

from villages.models import User

if TYPE_CHECKING:  # 下面的表来问这里，只为写明类型
    from tasks.models.targets import Milestone, Target


class NobodyNamed(ValueError):
    """要补记却不知道是谁改的方案；说明是给人看的一句话。"""


@dataclass
class Effect:
    """一项任务的步骤变了，动到几个图斑。carried：新步骤的名称 → 给几个图斑补记。"""

    target: str
    carried: Counter[str] = field(default_factory=Counter)
    statuses: int = 0  # 状态变了的
    next_steps: int = 0  # 下一步变了的

    def __str__(self):
        parts = [
            f"新步骤“{name}”：{count} 个图斑做过后面的步骤，各补记一条"
            for name, count in self.carried.items()
        ]
        if self.statuses:
            parts.append(f"{self.statuses} 个图斑的状态随着变")
        if self.next_steps:
            parts.append(f"{self.next_steps} 个图斑的下一步随着变")
        return f"“{self.target}”{'，'.join(parts) or '没有图斑受影响'}。"

    @property
    def is_empty(self) -> bool:
        return not (self.carried or self.statuses or self.next_steps)


class PlanUser(Protocol):
    """用到方案的那一层答得出的话、办得了的事。"""

    def targets_with_patches(self, targets: Iterable[int]) -> set[int]:
        """这些任务里有图斑的。"""

    def steps_with_records(self, targets: Iterable[int]) -> set[int]:
        """这些任务的时间节点里有整改记录的。"""

    def record_days(self, plan: int, first: date, last: date) -> tuple[date | None, date | None]:
        """方案在这段日子里最早、最晚的整改记录各是哪天；没有是 None。"""

    def foresee(self, target: "Target", steps: Sequence["Milestone"]) -> Effect:
        """步骤照 steps（按先后；新的没有主键）改了以后会动到几个图斑。只看不写。"""

    def follow(self, targets: Iterable["Target"], *, by: User | None) -> list[Effect]:
        """这些任务的步骤已经改了：补记、重算。要补记而 by 空着抛 NobodyNamed。"""


class _Nobody:
    def targets_with_patches(self, targets):
        return set()

    def steps_with_records(self, targets):
        return set()

    def record_days(self, plan, first, last):
        return None, None

    def foresee(self, target, steps):
        return Effect(target.name)

    def follow(self, targets, *, by):
        return []


_registered: list[PlanUser] = []


def register(user: PlanUser) -> None:
    """只登记一个；再登记的换下前一个。"""
    _registered[:] = [user]


def plan_user() -> PlanUser:
    return _registered[0] if _registered else _Nobody()
