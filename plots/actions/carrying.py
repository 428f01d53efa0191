"""结转：一份方案里没了结的图斑转到另一份方案同一代码的任务里接着办。

老的从结转那天起不再算（已结转），过去的日子不变；新的停在同一步，原来的办理跟着抄过去，两边互相指着。
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from plots.actions.permissions import NotAllowed
from plots.geometry.checks import recheck
from plots.ledger.replay import STATEFUL, WORK, PatchStanding, replay, settle_all
from plots.models import GeometryCheck, Kind, Patch, PatchShape, RectificationRecord, Status
from plots.models.deadlines import local_date
from taiping.ground.dates import long_date
from tasks.models import Milestone, Plan, Target
from villages.models import User, Village

CHUNK = 500
NO_COUNTERPART = "{plan}里没有代码是“{code}”、靠图斑量的任务"
NO_STEPS = "{plan}的“{target}”还没有时间节点"
ENDED_THERE = "{plan}里同村同号的那一块已经拆分、移出或结转"
DEMO_THERE = "和{plan}里同村同号的那一块，一块是演示数据，一块不是"
TAKEN_THERE = "{plan}里同村同号的那一块已经是从别处结转来的"
# 新图斑自己的；别的都照抄老图斑
OWN = {
    "id",
    "target",
    "batch",
    "split_from",
    "carried_from",
    "since_on",
    "until_on",
    "until_at",
    "status",
    "next_milestone",
    "created_at",
    "created_by",
}


class Stamp(NamedTuple):
    """谁结转的、从哪天起、什么时候录入。"""

    by: User
    on: date
    at: datetime


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
    return _preview(source, to, Patch.objects.all())


def _preview(source, to, rows):
    """rows 是要不要锁住的图斑。固定几次查询，记录一批批地查。"""
    preview = Preview(source, to)
    old = {target.pk: target for target in source.targets.prefetch_related("milestones")}
    new = {}
    for target in to.targets.filter(measured_by=Target.MeasuredBy.PATCHES):
        target.plan = to
        new[target.code] = target
    steps = _steps_of([*old.values(), *new.values()])
    patches = list(rows.open().filter(target__in=list(old)).order_by("pk"))
    villages = Village.objects.in_bulk()
    records = _standing_records(patches)
    there = _already_there(rows, new.values(), patches)
    for patch in patches:
        patch.target = old[patch.target_id]
        patch.target.plan, patch.village = source, villages[patch.village_id]
        counterpart = new.get(patch.target.code)
        existing = counterpart and there.get((counterpart.pk, patch.village_id, patch.code))
        if reason := _why_not(patch, to, counterpart, steps, existing):
            preview.staying[reason].append(patch)
            continue
        state = replay(patch, records[patch.pk], steps[patch.target_id])
        step, filled = _landing(state, steps[counterpart.pk])
        preview.moves.append(Move(patch, state, counterpart, step, filled, existing))
    return preview


def _steps_of(targets):
    found = defaultdict(list)
    by_pk = {target.pk: target for target in targets}
    for step in Milestone.objects.filter(target__in=list(by_pk)).order_by("order"):
        step.target = by_pk[step.target_id]
        found[step.target_id].append(step)
    return found


def _standing_records(patches):
    found = defaultdict(list)
    for part in _parts(patches):
        records = RectificationRecord.objects.standing().filter(patch__in=part, kind__in=STATEFUL)
        for record in records.order_by("pk"):
            found[record.patch_id].append(record)
    return found


def _parts(things):
    things = list(things)
    return [things[start : start + CHUNK] for start in range(0, len(things), CHUNK)]


def _already_there(rows, targets, patches):
    """{(任务, 村, 编号): 新方案里已经有的}。"""
    found = {}
    for part in _parts({patch.code for patch in patches}):
        for patch in rows.filter(target__in=list(targets), code__in=part).order_by("pk"):
            found[patch.target_id, patch.village_id, patch.code] = patch
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


def carry_over(
    source: Plan, to: Plan, *, by: User, on: date, token: str, at: datetime | None = None
) -> Preview:
    """照 token 那份预览结转，一个事务；不能结转、预览以后变了抛 NotAllowed。返回办成的。"""
    at = at or timezone.now()
    try:
        with transaction.atomic():
            # 先锁任务再锁图斑：两个人同时结转、同时手工添加时排队
            list(Target.objects.select_for_update().filter(plan__in=[source, to]).order_by("pk"))
            preview = _preview(source, to, Patch.objects.select_for_update())
            _check(preview, on, local_date(at), token)
            _carry(preview, Stamp(by, on, at))
    except IntegrityError:
        raise NotAllowed(
            f"刚刚有人往{to}里导入了同村同号的图斑，没有结转，什么也没动。请再看一遍预览。"
        ) from None
    return preview


def _check(preview, on, today, token):
    source, to = preview.source, preview.to
    if not preview.moves:
        raise NotAllowed(f"{source}里已经没有可以结转到{to}的图斑，可能别人刚刚结转过。")
    if preview.token != token:
        raise NotAllowed(
            "打开预览以后有人办了图斑、或改了方案，还没有结转。请看过下面新的预览再按。"
        )
    if on > today:
        raise NotAllowed(f"{long_date(on)}还没有到，请填今天或以前的日期。")
    if outside := to.outside(on):
        raise NotAllowed(outside)
    earliest, code = preview.earliest
    if earliest and on < earliest:
        day = long_date(earliest)
        raise NotAllowed(f"图斑 {code} 到 {day} 还有办理，请填这天或以后的日期。")


def _carry(preview, stamp):
    new = _receivers(preview, stamp)
    made = [move.patch.pk for move in preview.moves if not move.existing]
    _copy_shapes({pk: new[pk].pk for pk in made})
    _copy_records(preview, new, stamp)
    _end(preview, new, stamp)
    recheck([move.patch.pk for move in preview.moves] + [patch.pk for patch in new.values()])
    LogEntry.objects.log_create(
        preview.source,
        action=LogEntry.Action.UPDATE,
        changes={"结转": ["", f"{len(preview.moves)} 个图斑到{preview.to}"]},
    )


def _receivers(preview, stamp):
    """{老图斑主键: 新图斑}：没有的造出来，有的认下。"""
    made = [_new_patch(move, stamp) for move in preview.moves if not move.existing]
    Patch.objects.bulk_create(made, batch_size=CHUNK)
    found = {patch.carried_from_id: patch for patch in made}
    for move in preview.merged:
        move.existing.carried_from = move.patch
        found[move.patch.pk] = move.existing
    there = [move.existing for move in preview.merged]
    Patch.objects.bulk_update(there, ["carried_from"], batch_size=CHUNK)
    return found


def _new_patch(move, stamp):
    fields = [each for each in Patch._meta.concrete_fields if each.name not in OWN]
    facts = {each.attname: getattr(move.patch, each.attname) for each in fields}
    return Patch(
        **facts,
        target=move.target,
        carried_from=move.patch,
        since_on=stamp.on,
        next_milestone=move.step,
        created_at=stamp.at,
        created_by=stamp.by,
    )


def _copy_shapes(new_pks):
    """图形和已经认定没有问题的检查跟着走。"""
    for part in _parts(new_pks):
        shapes = list(PatchShape.objects.filter(pk__in=part))
        for shape in shapes:
            shape.pk = new_pks[shape.pk]
        PatchShape.objects.bulk_create(shapes)
        checks = list(GeometryCheck.objects.filter(patch__in=part, dismissed_at__isnull=False))
        kept = []
        for check in checks:
            if check.other_id is None or check.other_id in new_pks:
                check.pk, check.patch_id = None, new_pks[check.patch_id]
                check.other_id = check.other_id and new_pks[check.other_id]
                kept.append(check)
        GeometryCheck.objects.bulk_create(kept)


def _copy_records(preview, new, stamp):
    """抄记录，新图斑的状态照抄来的算。那边已经办过的，照那边的。"""
    steps = _steps_of({move.target for move in preview.moves})
    worked = _with_records(move.existing for move in preview.merged)
    copies = defaultdict(list)
    for move in preview.moves:
        patch = new[move.patch.pk]
        if patch.pk not in worked:
            copies[patch.pk] = _copied(move, patch, steps[move.target.pk], stamp)
    every = [record for records in copies.values() for record in records]
    RectificationRecord.objects.bulk_create(every, batch_size=CHUNK)
    followers = [record.pk for record in every if record.is_added_with_plan]
    for part in _parts(followers):
        RectificationRecord.objects.filter(pk__in=part).update(copy_of=F("pk"))
    states = []
    for patch in new.values():
        if patch.pk not in worked:
            states.append((patch, replay(patch, copies[patch.pk], steps[patch.target_id])))
    settle_all(states)


def _with_records(patches):
    pks = [patch.pk for patch in patches]
    found = RectificationRecord.objects.filter(patch__in=pks).order_by()
    return set(found.values_list("patch", flat=True))


def _copied(move, patch, steps, stamp):
    """抄到新图斑上的记录：从结转那天起算，原来哪天做的、谁录的写在里面。

    停下那一步以前的步骤都算做过：老方案做过的照抄，老方案没有的补记一条。
    """
    found, ceiling = [], patch.area_mu
    old = {step.milestone.code: step for step in move.state.steps}
    for step in steps[: steps.index(move.step)]:
        before = old.get(step.code)
        if before and before.done:
            records = [_copy(move, patch, part, step, stamp) for part in before.parts]
            _cap(records, ceiling)
        else:
            records = [_follower(move, patch, step, ceiling, stamp)]
        found += records
        ceiling = min(ceiling, _total(records))
    begun = old.get(move.step.code)
    parts = begun.parts if begun and not begun.done else ()
    if sum((part.area_mu for part in parts), Decimal(0)) < ceiling:
        found += [_copy(move, patch, part, move.step, stamp) for part in parts]
    return found + _halted(move, patch, stamp)


def _total(records):
    return sum((record.area_mu for record in records), Decimal(0))


def _cap(records, left):
    for record in records:
        record.area_mu = min(record.area_mu, left)
        left -= record.area_mu


def _halted(move, patch, stamp):
    """退回了还没重报的、暂缓着的，那一条也抄过去，放在最后。"""
    kind = {Status.RETURNED: Kind.RETURN, Status.DEFERRED: Kind.DEFER}
    wanted = {kind.get(move.state.status)}
    if move.state.status == Status.DEFERRED and _was_returned(move.state):
        wanted.add(Kind.RETURN)
    latest = {record.kind: record for record in move.state.standing if record.kind in wanted}
    in_order = sorted(latest.values(), key=lambda record: record.pk)
    return [_copy(move, patch, record, move.step, stamp) for record in in_order]


def _was_returned(state):
    """暂缓以前最近办的是退回：恢复以后还是已退回。"""
    deeds = [record.kind for record in state.standing if record.kind in (*WORK, Kind.RETURN)]
    return bool(deeds) and deeds[-1] == Kind.RETURN


def _copy(move, patch, record, step, stamp):
    before = record.details.get("carried", {})
    carried = {
        "record": before.get("record", record.pk),  # 照片跟着最早的那一条
        "plan": before.get("plan", move.patch.target.plan.name),
        "done_on": before.get("done_on", record.done_on.isoformat()),
    }
    return RectificationRecord(
        patch=patch,
        village_id=patch.village_id,
        milestone=step,
        kind=record.kind,
        done_on=stamp.on,
        created_at=stamp.at,
        by_id=record.by_id,
        area_mu=record.area_mu,
        completes=record.completes,
        note=record.note,
        reasons=record.reasons,
        external_ref=record.external_ref,
        details={
            **record.details,
            "entered_at": record.entered_at.isoformat(),
            "carried": carried,
        },
        copy_of=record,
        is_demo=record.is_demo,
    )


def _follower(move, patch, step, area, stamp):
    """老方案没有这一步：停下的一步在它后面，算做过。"""
    return RectificationRecord(
        patch=patch,
        village_id=patch.village_id,
        milestone=step,
        kind=Kind.REPORT,
        done_on=stamp.on,
        created_at=stamp.at,
        by=stamp.by,
        area_mu=area,
        completes=True,
        details={"added_with_plan": {"step": move.step.name, "at": stamp.at.isoformat()}},
        is_demo=patch.is_demo,
    )


def _end(preview, new, stamp):
    """老图斑从这天起不再算。"""
    records, withdrawn, states = [], [], []
    for move in preview.moves:
        patch, there = move.patch, new[move.patch.pk]
        record = RectificationRecord(
            patch=patch,
            village_id=patch.village_id,
            milestone=move.state.next_milestone,
            kind=Kind.CARRY,
            done_on=stamp.on,
            created_at=stamp.at,
            by=stamp.by,
            details={"to": there.pk, "plan": preview.to.name, "step": move.step.name},
            is_demo=patch.is_demo,
        )
        records.append(record)
        patch.until_on, patch.until_at = stamp.on, stamp.at
        gone = [each for each in move.state.standing if each.kind in (*WORK, Kind.DEFER)]
        for each in gone:
            each.withdrawn_on, each.withdrawn_at, each.withdrawn_by = stamp.on, stamp.at, stamp.by
        withdrawn += gone
    RectificationRecord.objects.bulk_create(records, batch_size=CHUNK)
    fields = ["withdrawn_on", "withdrawn_at", "withdrawn_by"]
    RectificationRecord.objects.bulk_update(withdrawn, fields, batch_size=CHUNK)
    Patch.objects.bulk_update(
        [move.patch for move in preview.moves], ["until_on", "until_at"], batch_size=CHUNK
    )
    for move, record in zip(preview.moves, records, strict=True):
        kept = [each for each in move.state.standing if each.withdrawn_at is None]
        steps = [step.milestone for step in move.state.steps]
        states.append((move.patch, replay(move.patch, [*kept, record], steps)))
    settle_all(states)
