"""逐块的图斑在某日是什么样：状态、每一步哪天完成、逾期多少天、为什么；和进度同一个口径。"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice

from plots.ledger.as_of import LedgerAt, reporting_step
from plots.ledger.replay import PatchStanding, Step
from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.querysets import NOT_PRESSED
from taiping.ground.actors import actors
from taiping.progress.figures import Progress
from tasks.models import Milestone

CHUNK = 1000  # 一次取这么多块的记录：内存不随图斑增加


@dataclass
class PatchOnDay:
    """一块图斑在 on 那天的情况。"""

    patch: Patch
    state: PatchStanding
    on: date
    kept: dict[int, date] = field(default_factory=dict)  # 核查无问题的，以前完成了的步骤 → 哪天

    @property
    def status(self) -> Status:
        return Status(self.state.status)

    @property
    def overdue_step(self) -> Step | None:
        """拖得最久的一步：没完成、已过截止日期的第一步；核减、暂缓的和没有逾期的是 None。"""
        if self.state.status in NOT_PRESSED:
            return None
        late = (
            step.milestone
            for step in self.state.steps
            if not step.done and self.state.due_of(step.milestone) < self.on
        )
        return next(late, None)

    @property
    def overdue_due_on(self) -> date:
        return self.state.due_of(self.overdue_step)

    @property
    def days_over(self) -> int:
        return (self.on - self.overdue_due_on).days

    @property
    def actor(self) -> str:
        """该谁办下一步：村该办、镇该办、区该办；了结了的是空。"""
        pending = self.state.next_milestone
        return actors.turn(pending.actor) if pending else ""

    @property
    def is_owed_by_village(self) -> bool:
        pending = self.state.next_milestone
        return pending is not None and pending.actor == Milestone.Actor.VILLAGE

    @property
    def pending_due_on(self) -> date | None:
        pending = self.state.next_milestone
        is_pressed = pending and self.state.status not in NOT_PRESSED
        return self.state.due_of(pending) if is_pressed else None

    @property
    def done_days(self) -> list[tuple[Milestone, date | None]]:
        """[(节点, 完成日期)]：按步骤的顺序，没完成的日期是 None；核查无问题的，是认定以前完成的日期。"""
        return [
            (step.milestone, step.done_on or self.kept.get(step.milestone.pk))
            for step in self.state.steps
        ]

    @property
    def reported_mu(self) -> Decimal:
        return self._area(reporting_step([step.milestone for step in self.state.steps]))

    @property
    def confirmed_mu(self) -> Decimal:
        return self._area(self.state.steps[-1].milestone if self.state.steps else None)

    def _area(self, milestone):
        step = self.state.step_of(milestone)
        return step.area_mu if step else Decimal(0)

    @property
    def closing(self) -> RectificationRecord | None:
        """为什么是眼下这样的那条记录：退回、暂缓、核查无问题，或反弹了、正在重新整改；别的是 None。"""
        kind = {
            Status.RETURNED: Kind.RETURN,
            Status.DEFERRED: Kind.DEFER,
            Status.EXEMPT: Kind.EXEMPT,
        }.get(self.status)
        if kind is None:
            return self.state.relapse if self.state.next_milestone else None
        return next(
            (record for record in reversed(self.state.standing) if record.kind == kind), None
        )

    @property
    def reason(self) -> str:
        """退回、暂缓、核查无问题、反弹的理由：勾选的和写明的，用分号隔开。"""
        record = self.closing
        return "；".join([*record.reasons, *filter(None, [record.note])]) if record else ""


def patches_on_day(progress: Progress, states: Iterable[str] = ()) -> Iterator[PatchOnDay]:
    """progress 那天算数的图斑 → 按任务、村、编号排好的 PatchOnDay；每 CHUNK 块固定一次查询。"""
    targets = {figures.target.pk: figures.target for figures in progress.targets}
    villages = {village.pk: village for village in progress.villages}
    milestones = [
        row.milestone for figures, row in progress.milestones if figures.target.by_patches
    ]
    ledger = LedgerAt(progress.on, progress.basis, milestones)
    patches = Patch.objects.counting(progress.on, progress.basis).filter(target__plan=progress.plan)
    if progress.scoped:
        patches = patches.filter(ledger.in_villages(progress.villages))
    if states:
        patches = ledger.pick(patches, ledger.in_any_state(states))
    patches = patches.order_by(
        "target__order",
        "target_id",
        "village__order",
        "village__name_key",
        "village__name",
        "code",
        "pk",
    )
    rows = patches.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rows, CHUNK)):
        found, kept = ledger.states(chunk), ledger.kept_days(chunk)
        for patch in map(ledger.tell, chunk):
            patch.target, patch.village = targets[patch.target_id], villages[patch.village_id]
            yield PatchOnDay(patch, found[patch.pk], progress.on, kept.get(patch.pk, {}))
