"""账理：从整改记录算出图斑的状态和下一步。只有 settle 写这几项缓存，check_ledger 用同一个算法复核。"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import Prefetch, prefetch_related_objects

from plots.models import Kind, Patch, RectificationRecord, Status
from plots.models.choices import ENDED
from plots.models.deadlines import due_of
from taiping.ground.area import plain
from tasks.models import Milestone, Target
from tasks.models.steps import steps_of_targets

WORK = (Kind.REPORT, Kind.PASS)
DEEDS = (*WORK, Kind.RETURN, Kind.RELAPSE)  # 最后一件是退回的，等着重报
STATEFUL = (
    Kind.REPORT,
    Kind.PASS,
    Kind.RETURN,
    Kind.EXEMPT,
    Kind.DEFER,
    Kind.RESUME,
    Kind.RELAPSE,
    *ENDED,
)  # 会改变状态的记录


@dataclass(frozen=True)
class Step:
    """一步的现状：ceiling 是这一步最多能报多少亩（图斑面积，或前面某一步说好的较小面积）。"""

    milestone: Milestone
    parts: tuple[RectificationRecord, ...]
    ceiling: Decimal

    @property
    def area_mu(self) -> Decimal:
        return sum((part.area_mu for part in self.parts), Decimal(0))

    @property
    def remaining_mu(self) -> Decimal:
        return max(self.ceiling - self.area_mu, Decimal(0))

    @property
    def done(self) -> bool:
        return any(part.completes for part in self.parts)

    @property
    def done_on(self) -> date | None:
        """这一步是哪天完成的；没完成是 None。"""
        return max((part.done_on for part in self.parts if part.completes), default=None)


@dataclass(frozen=True)
class PatchStanding:
    """一块图斑的现状。next_milestone 为空：已销号、已核减、不再算了，或任务没有时间节点。"""

    status: Status
    next_milestone: Milestone | None
    steps: tuple[Step, ...]
    standing: tuple[RectificationRecord, ...]  # 没有撤回的、会改变状态的记录，按录入先后

    @property
    def relapse(self) -> RectificationRecord | None:
        """还有效的那条反弹：从那以后重新整改，截止日期另定；没有反弹过是 None。"""
        found = [record for record in self.standing if record.kind == Kind.RELAPSE]
        return found[-1] if found else None

    def has(self, *kinds: str) -> bool:
        """有没有其中一种记录。"""
        return any(record.kind in kinds for record in self.standing)

    def has_done(self, milestones: set[int]) -> bool:
        """这些时间节点（主键）里有没有完成的。"""
        return any(step.done for step in self.steps if step.milestone.pk in milestones)

    @property
    def is_left(self) -> bool:
        """还有一步没有完成，也没有核减。"""
        return self.next_milestone is not None

    @property
    def is_sent_back(self) -> bool:
        """最后办的是退回。"""
        return _last_deed(self.standing) == Kind.RETURN

    def waits_at(self, milestone: Milestone) -> bool:
        """暂缓着，这一步不催。"""
        orders = {step.milestone.pk: step.milestone.order for step in self.steps}
        deferred = [record for record in self.standing if record.kind == Kind.DEFER]
        return any(orders[record.milestone_id] <= milestone.order for record in deferred)

    @property
    def due_on(self) -> date | None:
        """图斑自己的截止日期：反弹时另定的。"""
        return self.relapse and self.relapse.due_on

    def due_of(self, milestone: Milestone) -> date:
        """这块图斑这一步的截止日期。"""
        return due_of(milestone, self.due_on)

    @property
    def next_step(self) -> Step | None:
        return self.step_of(self.next_milestone)

    def step_of(self, milestone: Milestone | None) -> Step | None:
        for step in self.steps:
            if step.milestone == milestone:
                return step
        return None

    @property
    def here(self) -> Milestone | None:
        """眼下涉及的时间节点：下一步；都做完了就是最后一步。"""
        if self.next_milestone or not self.steps:
            return self.next_milestone
        return self.steps[-1].milestone

    def after(self, patch: Patch, record: RectificationRecord) -> "PatchStanding":
        """又记了一条以后的现状；不用从头再看一遍记录。"""
        if record.kind not in STATEFUL:
            return self
        return _state(patch, (*self.standing, record), self._milestones())

    def without(self, patch: Patch, withdrawn: Iterable[RectificationRecord]) -> "PatchStanding":
        """撤回这些记录以后的现状。"""
        gone = {record.pk for record in withdrawn}
        kept = tuple(record for record in self.standing if record.pk not in gone)
        return _state(patch, kept, self._milestones())

    def _milestones(self) -> list[Milestone]:
        return [step.milestone for step in self.steps]


def is_check(milestone: Milestone, milestones: Sequence[Milestone]) -> bool:
    """最后一步由镇或区来认定的，是核实，不是上报。"""
    return (
        bool(milestones)
        and milestone == milestones[-1]
        and milestone.actor != Milestone.Actor.VILLAGE
    )


def replay(
    patch: Patch, records: Iterable[RectificationRecord], milestones: Sequence[Milestone]
) -> PatchStanding:
    """从一块图斑的全部记录（任何顺序）和它任务的时间节点（按顺序）算出 PatchStanding；只算不写，不查库。"""
    standing = [r for r in records if r.withdrawn_at is None and r.kind in STATEFUL]
    standing.sort(key=lambda record: record.pk)
    return _state(patch, tuple(standing), milestones)


def _state(
    patch: Patch, standing: tuple[RectificationRecord, ...], milestones: Sequence[Milestone]
) -> PatchStanding:
    steps, ceiling = [], patch.area_mu
    for milestone in milestones:
        parts = tuple(r for r in standing if r.kind in WORK and r.milestone_id == milestone.pk)
        step = Step(milestone, parts, ceiling)
        steps.append(step)
        if step.done:
            ceiling = min(ceiling, step.area_mu)
    status, pending = _status(patch, standing, steps, list(milestones))
    return PatchStanding(status, pending, tuple(steps), standing)


def _status(patch, standing, steps, milestones):
    kinds = {record.kind for record in standing}
    pending = next((step.milestone for step in steps if not step.done), None)
    for kind in kinds & ENDED.keys():
        return ENDED[kind], None
    if patch.until_on or not steps:
        return Status.PENDING, None
    if Kind.EXEMPT in kinds:
        return Status.EXEMPT, None
    if pending is None:
        return Status.CLOSED, None
    if Kind.DEFER in kinds:
        return Status.DEFERRED, pending
    if _last_deed(standing) == Kind.RETURN:
        return Status.RETURNED, pending
    if len(milestones) > 1 and is_check(pending, milestones):
        return Status.AWAITING, pending
    has_begun = any(kind in WORK for kind in _deeds(standing))
    return (Status.UNDERWAY if has_begun else Status.PENDING), pending


def _deeds(standing):
    """办过的各是哪一种，按先后；随方案补的是后写的，却不是谁后来办的。"""
    return [r.kind for r in standing if r.kind in DEEDS and not r.is_added_with_plan]


def _last_deed(standing):
    deeds = _deeds(standing)
    return deeds[-1] if deeds else None


def steps_of(patch: Patch) -> list[Milestone]:
    """任务的时间节点，按先后；图斑的下一步也放好。同一个任务对象只查一次。"""
    read_steps([patch.target])
    for step in patch.target.steps:
        if step.pk == patch.next_milestone_id:
            patch.next_milestone = step
    return patch.target.steps


def read_steps(targets: Iterable[Target]) -> None:
    """给这些任务带上 steps：时间节点，按先后；已经带着的不再查。"""
    missing = [target for target in targets if not hasattr(target, "steps")]
    found = steps_of_targets(missing)
    for target in missing:
        target.steps = found[target.pk]


def read_records(patches: Sequence[Patch]) -> None:
    """给这些图斑带上记录：按录入先后，带着经办人；撤回的人另查，没有撤回的就不查。已经带着的不再查。"""
    in_order = RectificationRecord.objects.select_related("by").order_by("pk")
    prefetch_related_objects(patches, Prefetch("records", queryset=in_order))
    records = chain.from_iterable(patch.records.all() for patch in patches)
    if withdrawn := [record for record in records if record.withdrawn_by_id]:
        prefetch_related_objects(withdrawn, "withdrawn_by")


def records_of(
    patch: Patch, milestones: Sequence[Milestone] | None = None
) -> list[RectificationRecord]:
    """图斑的全部记录，按录入先后，带着时间节点（milestones，没给就取）和经办人；同一个图斑对象只查一次。"""
    read_records([patch])
    steps = steps_of(patch) if milestones is None else milestones
    known = {milestone.pk: milestone for milestone in steps}
    records = list(patch.records.all())
    for record in records:
        if record.milestone_id in known:
            record.milestone = known[record.milestone_id]
    return records


def state_of(patch: Patch) -> PatchStanding:
    """一块图斑的现状：查记录和时间节点各一次。"""
    steps = steps_of(patch)
    return replay(patch, records_of(patch, steps), steps)


def settle(
    patch: Patch, state: PatchStanding | None = None, *, also: Sequence[str] = ()
) -> PatchStanding:
    """按记录重算状态、下一步和反弹后的截止日期并存下；全系统只有这里（和成批的 settle_all）写这三项。

    state 是已经算好的，没给就从记录算；also 是一起存的别的字段。
    """
    if state is None:
        state = state_of(patch)
    changed = list(also)
    for name in ("status", "due_on"):
        if getattr(patch, name) != getattr(state, name):
            setattr(patch, name, getattr(state, name))
            changed.append(name)
    if patch.next_milestone_id != (state.next_milestone and state.next_milestone.pk):
        patch.next_milestone = state.next_milestone
        changed.append("next_milestone")
    if changed:
        patch.save(update_fields=changed)
    return state


def settle_all(states: Iterable[tuple[Patch, PatchStanding]]) -> None:
    """成批地存下算好的状态、下一步和截止日期；变了的才写。"""
    changed = []
    for patch, state in states:
        before = patch.status, patch.next_milestone_id, patch.due_on
        pending = state.next_milestone and state.next_milestone.pk
        after = state.status, pending, state.due_on
        if before != after:
            patch.status, patch.next_milestone_id, patch.due_on = after
            changed.append(patch)
    Patch.objects.bulk_update(changed, ["status", "next_milestone", "due_on"], batch_size=500)


def differences(
    patch: Patch, records: Iterable[RectificationRecord], milestones: Sequence[Milestone]
) -> list[str]:
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
    if patch.due_on != state.due_on:
        found.append(
            f"反弹后的截止日期是“{patch.due_on or '无'}”，按记录应是“{state.due_on or '无'}”"
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


def all_differences(chunk: int = 2000) -> Iterator[tuple[Patch, str]]:
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
            .only(
                "patch",
                "village",
                "milestone",
                "kind",
                "withdrawn_at",
                "area_mu",
                "completes",
                "due_on",
                "details",
            )
            .order_by("pk")
        )
        for record in rows:
            records.setdefault(record.patch_id, []).append(record)
        for patch in patches:
            steps = milestones.get(patch.target_id, [])
            for sentence in differences(patch, records.get(patch.pk, ()), steps):
                yield patch, sentence
        last = patches[-1].pk
