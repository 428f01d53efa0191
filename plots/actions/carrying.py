"""结转：一份方案里没了结的图斑转到另一份方案同一代码的任务里接着办。

老的从结转那天起不再算（已结转），过去的日子不变；新的停在同一步，原来的办理跟着抄过去，两边互相指着。
"""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import F

from plots.actions.carry_documents import copy_documents
from plots.actions.carry_preview import CHUNK, Preview, in_parts, preview_of
from plots.actions.permissions import NotAllowed
from plots.geometry.checks import recheck
from plots.ledger.replay import DEEDS, WORK, replay, settle_all
from plots.models import GeometryCheck, Kind, Patch, PatchShape, RectificationRecord, Status
from plots.models.deadlines import local_date
from taiping.ground import dates
from taiping.ground.dates import long_date
from tasks.models import Plan, Target
from tasks.models.steps import steps_of_targets
from villages.models import User

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
    "due_on",
    "created_at",
    "created_by",
    "duty_entry",  # 那次履职记录是原来那份方案的
}


class Stamp(NamedTuple):
    """谁结转的、从哪天起、什么时候录入。"""

    by: User
    on: date
    at: datetime


def carry_over(
    source: Plan, to: Plan, *, by: User, on: date, token: str, at: datetime | None = None
) -> Preview:
    """照 token 那份预览结转，一个事务；不能结转、预览以后变了抛 NotAllowed。返回办成的。"""
    at = at or dates.now()
    try:
        with transaction.atomic():
            # 先锁任务再锁图斑：两个人同时结转、同时手工添加时排队
            list(Target.objects.select_for_update().filter(plan__in=[source, to]).order_by("pk"))
            preview = preview_of(source, to, Patch.objects.select_for_update())
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
    copy_documents({pk: patch.pk for pk, patch in new.items()}, stamp.at)
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
    for part in in_parts(new_pks):
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
    steps = steps_of_targets({move.target for move in preview.moves})
    worked = _with_records(move.existing for move in preview.merged)
    copies = defaultdict(list)
    for move in preview.moves:
        patch = new[move.patch.pk]
        if patch.pk not in worked:
            copies[patch.pk] = _copied(move, patch, steps[move.target.pk], stamp)
    every = [record for records in copies.values() for record in records]
    RectificationRecord.objects.bulk_create(every, batch_size=CHUNK)
    followers = [record.pk for record in every if record.is_added_with_plan]
    for part in in_parts(followers):
        RectificationRecord.objects.filter(pk__in=part).update(copy_of=F("pk"))
    states = []
    for patch in new.values():
        if patch.pk not in worked:
            states.append((patch, replay(patch, copies[patch.pk], steps[patch.target_id])))
    settle_all(states)


def _with_records(patches):
    pks = [patch.pk for patch in patches]
    # 只有发现时照片的，不算那边已经办过
    found = RectificationRecord.objects.exclude(kind=Kind.FOUND).filter(patch__in=pks).order_by()
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
    """反弹的、退回了还没重报的、暂缓着的，那一条也抄过去，放在最后。"""
    kind = {Status.RETURNED: Kind.RETURN, Status.DEFERRED: Kind.DEFER}
    wanted = {Kind.RELAPSE, kind.get(move.state.status)}
    if move.state.status == Status.DEFERRED and _was_returned(move.state):
        wanted.add(Kind.RETURN)
    latest = {record.kind: record for record in move.state.standing if record.kind in wanted}
    in_order = sorted(latest.values(), key=lambda record: record.pk)
    return [_copy(move, patch, record, move.step, stamp) for record in in_order]


def _was_returned(state):
    """暂缓以前最近办的是退回：恢复以后还是已退回。"""
    deeds = [record.kind for record in state.standing if record.kind in DEEDS]
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
        due_on=record.due_on,
        note=record.note,
        reasons=record.reasons,
        external_ref=record.external_ref,
        made_at=record.made_at,
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
    details = {"added_with_plan": {"step": move.step.name, "at": stamp.at.isoformat()}}
    return _written(patch, Kind.REPORT, step, stamp, area_mu=area, completes=True, details=details)


def _written(patch, kind, step, stamp, **more):
    """结转的人在结转那天写下的一条，还没有存。"""
    return RectificationRecord(
        patch=patch,
        village_id=patch.village_id,
        milestone=step,
        kind=kind,
        done_on=stamp.on,
        created_at=stamp.at,
        by=stamp.by,
        is_demo=patch.is_demo,
        **more,
    )


def _end(preview, new, stamp):
    """老图斑从这天起不再算。"""
    records, withdrawn, states = [], [], []
    for move in preview.moves:
        patch, there = move.patch, new[move.patch.pk]
        details = {"to": there.pk, "plan": preview.to.name, "step": move.step.name}
        pending = move.state.next_milestone
        records.append(_written(patch, Kind.CARRY, pending, stamp, details=details))
        patch.until_on, patch.until_at = stamp.on, stamp.at
        counted = (*WORK, Kind.DEFER, Kind.RELAPSE)
        gone = [each for each in move.state.standing if each.kind in counted]
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
