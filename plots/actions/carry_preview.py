"""结转的预览：哪些转过去、停在哪一步，哪些留下、为什么。只看不写。"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from plots.ledger.replay import STATEFUL, PatchStanding, replay
from plots.models import Patch, RectificationRecord
from plots.models.querysets import PatchQuerySet
from tasks.models import Milestone, Plan, Target
from tasks.models.steps import steps_of_targets
from villages.models import Village

CHUNK = 500
NO_COUNTERPART = "{plan}里没有代码是“{code}”、靠图斑量的任务"
NO_STEPS = "{plan}的“{target}”还没有时间节点"
ENDED_THERE = "{plan}里同村同号的那一块已经拆分、移出或结转"
DEMO_THERE = "和{plan}里同村同号的那一块，一块是演示数据，一块不是"
TAKEN_THERE = "{plan}里同村同号的那一块已经是从别处结转来的"


@dataclass
class Move:
    """一块图斑结转到哪里：step 是在新方案里停在哪一步；existing 是那边已经有的同村同号的一块。"""

    patch: Patch
    state: PatchStanding
    target: Target
    step: Milestone
    filled: tuple[str, ...]  # 老方案没有、在新方案里算做过的步骤
    existing: Patch | None = None


@dataclass
class Preview:
    """会怎么结转：moves 是转过去的；staying 是留下不动的，{为什么: [图斑]}。"""

    source: Plan
    to: Plan
    moves: list[Move] = field(default_factory=list)
    staying: dict[str, list[Patch]] = field(default_factory=lambda: defaultdict(list))

    @property
    def token(self) -> str:
        """看到的是这样；结转以前有人办了什么、改了方案，就不一样了。"""
        seen = []
        for move in self.moves:
            last = move.state.standing[-1].pk if move.state.standing else 0
            there = move.existing.pk if move.existing else 0
            seen.append((move.patch.pk, move.step.pk, last, there))
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    @property
    def groups(self) -> list[tuple[Target, Milestone, Target, Milestone, tuple[str, ...], int]]:
        """[(老任务, 停在哪一步, 新任务, 停在哪一步, 算做过的步骤, 个)]，按老方案的先后。"""
        counts = Counter()
        for move in self.moves:
            pending = move.state.next_milestone
            counts[move.patch.target, pending, move.target, move.step, move.filled] += 1
        in_order = sorted(counts.items(), key=lambda item: (item[0][0].order, item[0][1].order))
        return [(*places, count) for places, count in in_order]

    @property
    def merged(self) -> list[Move]:
        """那边已经有同村同号的：并到那一块，不另造。"""
        return [move for move in self.moves if move.existing]

    @property
    def stay_count(self) -> int:
        return sum(len(patches) for patches in self.staying.values())

    @property
    def earliest(self) -> tuple[date | None, str]:
        """(结转最早可以是哪天, 因为哪一块)：不能早于哪一块的最后一次办理、起算的日子。"""
        days = []
        for move in self.moves:
            found = [record.done_on for record in move.state.standing]
            found += [move.patch.since_on, move.existing and move.existing.since_on]
            days += [(day, move.patch.code) for day in found if day]
        return max(days, default=(None, ""))


def plans_to_carry_to(source: Plan) -> list[Plan]:
    """可以结转过去的方案：不比它早开始的，新的在前。"""
    return list(Plan.objects.filter(starts_on__gte=source.starts_on).exclude(pk=source.pk))


def foresee(source: Plan, to: Plan) -> Preview:
    """会怎么结转；只看不写。"""
    return preview_of(source, to, Patch.objects.all())


def preview_of(source: Plan, to: Plan, rows: PatchQuerySet) -> Preview:
    """rows 是要不要锁住的图斑。固定几次查询，记录一批批地查。"""
    preview = Preview(source, to)
    old = {target.pk: target for target in source.targets.prefetch_related("milestones")}
    new = {}
    for target in to.targets.filter(measured_by=Target.MeasuredBy.PATCHES):
        target.plan = to
        new[target.code] = target
    steps = steps_of_targets([*old.values(), *new.values()])
    patches = list(rows.open().filter(target__in=list(old)).order_by("pk"))
    villages = Village.objects.in_bulk()
    records = _standing_records(patches)
    there = _already_there(rows, new.values(), patches)
    for patch in patches:
        patch.target = old[patch.target_id]
        patch.target.plan, patch.village = source, villages[patch.village_id]
        counterpart = new.get(patch.target.code)
        existing = counterpart and there.get((counterpart.pk, patch.village_id, patch.code_key))
        if reason := _why_not(patch, to, counterpart, steps, existing):
            preview.staying[reason].append(patch)
            continue
        state = replay(patch, records[patch.pk], steps[patch.target_id])
        step, filled = _landing(state, steps[counterpart.pk])
        preview.moves.append(Move(patch, state, counterpart, step, filled, existing))
    return preview


def _standing_records(patches):
    found = defaultdict(list)
    for part in in_parts(patches):
        records = RectificationRecord.objects.standing().filter(patch__in=part, kind__in=STATEFUL)
        for record in records.order_by("pk"):
            found[record.patch_id].append(record)
    return found


def in_parts(things: Iterable) -> list[list]:
    """一批批地查，免得一句里参数太多。"""
    things = list(things)
    return [things[start : start + CHUNK] for start in range(0, len(things), CHUNK)]


def _already_there(rows, targets, patches):
    """{(任务, 村, 编号): 新方案里已经有的}。"""
    found = {}
    for part in in_parts({patch.code_key for patch in patches}):
        for patch in rows.filter(target__in=list(targets), code_key__in=part).order_by("pk"):
            found[patch.target_id, patch.village_id, patch.code_key] = patch
    return found


def _why_not(patch, to, counterpart, steps, existing):
    """留下不动的原因；能结转是空文字。"""
    if counterpart is None:
        return NO_COUNTERPART.format(plan=to.name, code=patch.target.code)
    if not steps[counterpart.pk] or patch.next_milestone_id is None:
        return NO_STEPS.format(plan=to.name, target=counterpart.name)
    if existing and existing.has_ended:
        return ENDED_THERE.format(plan=to.name)
    if existing and existing.is_demo != patch.is_demo:
        return DEMO_THERE.format(plan=to.name)
    if existing and existing.carried_from_id:
        return TAKEN_THERE.format(plan=to.name)
    return ""


def _landing(state: PatchStanding, steps: Sequence[Milestone]) -> tuple[Milestone, tuple[str, ...]]:
    """(在新方案里停在哪一步, 前面没做过、算做过的步骤)。

    停在同一代码的一步；没有的，停在没做过的第一步。最后一步总要在新方案里办。
    """
    done = {step.milestone.code for step in state.steps if step.done}
    same = [step for step in steps if step.code == state.next_milestone.code]
    undone = [step for step in steps if step.code not in done]
    (landing, *_) = [*same, *undone, steps[-1]]
    before = steps[: steps.index(landing)]
    return landing, tuple(step.name for step in before if step.code not in done)
