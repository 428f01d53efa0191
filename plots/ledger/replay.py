"""账理：从整改记录算出图斑的状态和下一步。只有 settle 写这两项缓存，check_ledger 用同一个算法复核。"""

from dataclasses import dataclass
from decimal import Decimal

from plots.models import Kind, Patch, RectificationRecord, Status
from taiping.ground.area import plain
from tasks.models import Milestone

WORK = (Kind.REPORT, Kind.PASS)
STATEFUL = (
    Kind.REPORT,
    Kind.PASS,
    Kind.RETURN,
    Kind.EXEMPT,
    Kind.DEFER,
    Kind.RESUME,
)  # 会改变状态的记录


@dataclass(frozen=True)
class Step:
    """一步的现状：ceiling 是这一步最多能报多少亩（图斑面积，或前面某一步说好的较小面积）。"""

    milestone: Milestone
    parts: tuple
    ceiling: Decimal

    @property
    def area_mu(self):
        return sum((part.area_mu for part in self.parts), Decimal(0))

    @property
    def remaining_mu(self):
        return max(self.ceiling - self.area_mu, Decimal(0))

    @property
    def done(self):
        return any(part.completes for part in self.parts)

    @property
    def done_on(self):
        """这一步是哪天完成的；没完成是 None。"""
        return max((part.done_on for part in self.parts if part.completes), default=None)


@dataclass(frozen=True)
class State:
    """一块图斑的现状。next_milestone 为空：已销号、已核减、已拆分，或任务没有时间节点。"""

    status: Status
    next_milestone: Milestone | None
    steps: tuple
    standing: tuple  # 没有撤回的、会改变状态的记录，按录入先后

    @property
    def next_step(self):
        return next((step for step in self.steps if step.milestone == self.next_milestone), None)

    def step_of(self, milestone):
        return next((step for step in self.steps if step.milestone == milestone), None)

    @property
    def here(self):
        """眼下涉及的时间节点：下一步；都做完了就是最后一步。"""
        return self.next_milestone or (self.steps[-1].milestone if self.steps else None)


def is_check(milestone, milestones):
    """最后一步由镇或区来认定的，是核实，不是上报。"""
    return (
        bool(milestones)
        and milestone == milestones[-1]
        and milestone.actor != Milestone.Actor.VILLAGE
    )


def replay(patch, records, milestones):
    """从一块图斑的全部记录（任何顺序）和它任务的时间节点（按顺序）算出 State；只算不写，不查库。"""
    standing = tuple(
        sorted(
            (r for r in records if r.withdrawn_at is None and r.kind in STATEFUL),
            key=lambda r: r.pk,
        )
    )
    steps, ceiling = [], patch.area_mu
    for milestone in milestones:
        parts = tuple(r for r in standing if r.kind in WORK and r.milestone_id == milestone.pk)
        step = Step(milestone, parts, ceiling)
        steps.append(step)
        ceiling = min(ceiling, step.area_mu) if step.done else ceiling
    status, pending = _status(patch, standing, steps, list(milestones))
    return State(status, pending, tuple(steps), standing)


def _status(patch, standing, steps, milestones):
    kinds = {record.kind for record in standing}
    pending = next((step.milestone for step in steps if not step.done), None)
    if patch.until_on or not steps:
        return Status.PENDING, None
    if Kind.EXEMPT in kinds:
        return Status.EXEMPT, None
    if pending is None:
        return Status.CLOSED, None
    if Kind.DEFER in kinds:
        return Status.DEFERRED, pending
    last = next((r.kind for r in reversed(standing) if r.kind in (*WORK, Kind.RETURN)), None)
    if last == Kind.RETURN:
        return Status.RETURNED, pending
    if len(milestones) > 1 and is_check(pending, milestones):
        return Status.AWAITING, pending
    return (Status.UNDERWAY if last else Status.PENDING), pending


def state_of(patch):
    """一块图斑的现状：查记录和时间节点各一次。"""
    return replay(patch, patch.records.all(), list(patch.target.milestones.order_by("order")))


def settle(patch):
    """按记录重算状态和下一步并存下；全系统只有这里写这两项。返回 State。"""
    state = state_of(patch)
    if (patch.status, patch.next_milestone_id) != (
        state.status,
        getattr(state.next_milestone, "pk", None),
    ):
        patch.status, patch.next_milestone = state.status, state.next_milestone
        patch.save(update_fields=["status", "next_milestone"])
    return state


def differences(patch, records, milestones):
    """一块图斑的账和记录对不上的地方，每处一句话；都对得上是空列表。"""
    state = replay(patch, records, milestones)
    found = []
    if patch.status != state.status:
        found.append(f"状态是“{patch.get_status_display()}”，按记录应是“{state.status.label}”")
    if patch.next_milestone_id != getattr(state.next_milestone, "pk", None):
        names = {milestone.pk: milestone.name for milestone in milestones}
        found.append(
            f"下一步是“{names.get(patch.next_milestone_id, '无')}”，"
            f"按记录应是“{getattr(state.next_milestone, 'name', '无')}”"
        )
    for before, step in zip((None, *state.steps), state.steps, strict=False):
        name = step.milestone.name
        if step.parts and before and not before.done:
            found.append(f"“{name}”已有记录，前一步“{before.milestone.name}”却没有完成")
        if sum(part.completes for part in step.parts) > 1:
            found.append(f"“{name}”有不止一条完成记录")
        if step.area_mu > step.ceiling:
            found.append(
                f"“{name}”共报 {plain(step.area_mu)} 亩，多于应有的 {plain(step.ceiling)} 亩"
            )
        if step.parts and not step.done and step.area_mu == step.ceiling:
            found.append(f"“{name}”已报满 {plain(step.area_mu)} 亩，却没有记为完成")
    known = {milestone.pk for milestone in milestones}
    for record in state.standing:
        if record.village_id != patch.village_id:
            found.append(
                f"第 {record.pk} 号记录（{record.get_kind_display()}）的村和图斑的村不一致"
            )
        if record.milestone_id not in known:
            found.append(
                f"第 {record.pk} 号记录（{record.get_kind_display()}）的时间节点不属于这项任务"
            )
    return found


def all_differences(chunk=2000):
    """逐块复核全部图斑，依次给出（图斑, 对不上的话）；每 chunk 块固定两次查询。"""
    milestones = {}
    for milestone in Milestone.objects.order_by("target_id", "order"):
        milestones.setdefault(milestone.target_id, []).append(milestone)
    last = 0
    while patches := list(Patch.objects.filter(pk__gt=last).order_by("pk")[:chunk]):
        records = {}
        rows = (
            RectificationRecord.objects.filter(
                patch_id__gte=patches[0].pk, patch_id__lte=patches[-1].pk, kind__in=STATEFUL
            )
            .only("patch", "village", "milestone", "kind", "withdrawn_at", "area_mu", "completes")
            .order_by("pk")
        )
        for record in rows:
            records.setdefault(record.patch_id, []).append(record)
        for patch in patches:
            steps = milestones.get(patch.target_id, [])
            for sentence in differences(patch, records.get(patch.pk, ()), steps):
                yield patch, sentence
        last = patches[-1].pk
