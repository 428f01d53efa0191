"""复制任务：连同步骤、分解抄一份，还没有存。照模型的字段表抄，以后加了字段不会漏。

复制为下一年、复制为另一批都走这里，各自只说换哪几格。
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db.models import Model

from tasks.models.allocations import Allocation
from tasks.models.structure import Problem
from tasks.models.targets import Milestone, Target

NOT_COMPARED = ("target", "order")  # 先后会因为别的任务变，属于哪项任务本来就不同


def copied(row: Model, **changes: Any) -> Any:
    """一行的复制，没有主键；changes 是换了的字段。"""
    kept = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in changes
    }
    return type(row)(**kept, **changes)


def as_it_is(row: Model) -> dict[str, Any]:
    """一格也不换。"""
    return {}


@dataclass
class TargetCopy:
    """一项任务的复制：任务、步骤（按先后）、分解。"""

    target: Target
    steps: list[Milestone]
    shares: list[Allocation]

    @classmethod
    def of(
        cls,
        original: Target,
        *,
        of_step: Callable[[Milestone], dict[str, Any]] = as_it_is,
        of_share: Callable[[Allocation], dict[str, Any]] = as_it_is,
        **changes: Any,
    ) -> Self:
        """of_step、of_share：每一步、每一条分解换哪些字段；changes 是任务自己的。"""
        target = copied(original, **changes)
        steps = [copied(step, target=target, **of_step(step)) for step in original.milestones.all()]
        shares = [
            copied(share, target=target, **of_share(share)) for share in original.allocations.all()
        ]
        return cls(target, steps, shares)

    def problems(self, told: Collection[str] = ()) -> list[Problem]:
        """模型自己的规矩，一行行的和几步合在一起的；step 是 None 的说任务自己。told：任务的哪几格已经说过了。"""
        problems = _problems_of(self.target, None, told)
        for step in self.steps:
            step.is_one_of_many = True
            problems += _problems_of(step, step, ["target"])
        return problems + self.target.structure_problems([], self.steps)

    def is_same_as(self, other: Target) -> bool:
        """other 和它的步骤，每一格都和这一份一样。"""
        ours = [self.target, *self.steps]
        theirs = [other, *other.milestones.all()]
        return [_values(row) for row in ours] == [_values(row) for row in theirs]

    def save(self) -> None:
        """一行一行存：每一行都有修改记录。"""
        for row in (self.target, *self.steps, *self.shares):
            row.save(force_insert=True)


def _problems_of(row, step, told):
    try:
        row.full_clean(exclude=told)
    except ValidationError as error:
        return [
            Problem(step, field, "".join(sentences))
            for field, sentences in error.message_dict.items()
        ]
    return []


def _values(row):
    return {
        field.name: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name not in NOT_COMPARED
    }
