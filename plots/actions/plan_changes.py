"""方案的步骤改了：做过后面步骤的图斑补上新的一步，状态和下一步重算。方案那一层经 tasks.models.in_use 来问、来请。

补记随着后面那一步：同一天完成、同一刻录入、同一天撤回。所以不论哪天、哪种口径，新步骤都和它后面那一步
一同完成，完成的步骤总是从头连着的一段，过去的数也不会多出逾期。补记是“转记自自己”的：不算谁报过一次。
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count, pairwise

from django.db import transaction
from django.db.models import F, Max, Min

from plots.ledger.replay import WORK, PatchStanding, replay, settle_all
from plots.models import Kind, Patch, RectificationRecord
from plots.models.querysets import PatchQuerySet
from taiping.ground import dates
from tasks.models import Milestone, Target
from tasks.models.in_use import Effect, NobodyNamed
from villages.models import User

CHUNK = 1000
UNSAVED = 1 << 60  # 只看不写时补记没有主键，从这个数起顶着；还没有存的步骤用负数顶着

PatchRecords = tuple[Patch, list[RectificationRecord]]


@dataclass
class Additions:
    """一块图斑要补的：new 是补记；moved 是 (停在后面那一步的暂缓, 换成停在新步骤的)。"""

    new: list[RectificationRecord] = field(default_factory=list)
    moved: list[tuple[RectificationRecord, RectificationRecord]] = field(default_factory=list)

    @property
    def records(self) -> list[RectificationRecord]:
        return [*self.new, *(copy for _, copy in self.moved)]

    def withdraw_the_moved(self, by: User | None) -> None:
        """换下来的暂缓从它自己的完成日、录入时刻起撤回：哪天、哪种口径都由换上的代替。"""
        for old, _ in self.moved:
            old.withdrawn_on, old.withdrawn_at, old.withdrawn_by = old.done_on, old.created_at, by


def targets_with_patches(targets: Iterable[int]) -> set[int]:
    return set(Patch.objects.filter(target__in=list(targets)).values_list("target", flat=True))


def steps_with_records(targets: Iterable[int]) -> set[int]:
    records = RectificationRecord.objects.filter(milestone__target__in=list(targets)).order_by()
    return set(records.values_list("milestone", flat=True).distinct())


def record_days(plan: int, first: date, last: date) -> tuple[date | None, date | None]:
    records = RectificationRecord.objects.filter(
        milestone__target__plan=plan, done_on__range=(first, last)
    )
    found = records.order_by().aggregate(first=Min("done_on"), last=Max("done_on"))
    return found["first"], found["last"]


def foresee(target: Target, steps: Sequence[Milestone]) -> Effect:
    """照 steps 改了以后会动到几个图斑；只看不写，不用知道是谁改的。"""
    effect, numbers, steps = Effect(target.name), count(UNSAVED), _numbered(steps)
    for chunk in _chunks(target, Patch.objects.all()):
        for patch, records in chunk:
            added = additions(patch, records, steps)
            for record in added.records:
                record.pk = next(numbers)
            added.withdraw_the_moved(None)
            _tally(effect, patch, added, replay(patch, [*records, *added.records], steps))
    return effect


def _numbered(steps):
    for place, step in enumerate(steps, start=1):
        if step.pk is None:
            step.pk = -place
    return list(steps)


@transaction.atomic
def follow(
    targets: Iterable[Target], *, by: User | None, at: datetime | None = None
) -> list[Effect]:
    """这些任务的步骤已经改了：锁住图斑，补记，重算；动到了几个，一项任务一份。要补记而 by 空着抛 NobodyNamed。"""
    at = at or dates.now()
    effects = [_follow(target, by, at) for target in targets]
    return [effect for effect in effects if not effect.is_empty]


def _follow(target, by, at):
    effect, steps = Effect(target.name), list(target.milestones.order_by("order"))
    for chunk in _chunks(target, Patch.objects.select_for_update()):
        found = [(patch, records, additions(patch, records, steps, at)) for patch, records in chunk]
        _save([added for *_, added in found], by)
        states = []
        for patch, records, added in found:
            after = replay(patch, [*records, *added.records], steps)
            _tally(effect, patch, added, after)
            states.append((patch, after))
        settle_all(states)
    return effect


def _chunks(target: Target, rows: PatchQuerySet) -> Iterator[list[PatchRecords]]:
    """任务的图斑和它们的全部记录（按录入先后）；每 CHUNK 块查两次。"""
    last = 0
    while patches := list(rows.filter(target=target, pk__gt=last).order_by("pk")[:CHUNK]):
        records = defaultdict(list)
        last = patches[-1].pk
        found = RectificationRecord.objects.filter(
            patch__target=target, patch__gte=patches[0].pk, patch__lte=last
        )
        for record in found.order_by("pk"):
            records[record.patch_id].append(record)
        yield [(patch, records[patch.pk]) for patch in patches]


def _tally(effect: Effect, patch: Patch, added: Additions, after: PatchStanding) -> None:
    """和存着的状态比，记到 effect 里；要在存以前。"""
    effect.carried.update({record.milestone.name for record in added.new})
    effect.statuses += patch.status != after.status
    effect.next_steps += patch.next_milestone_id != getattr(after.next_milestone, "pk", None)


def _save(found: list[Additions], by: User | None) -> None:
    new = [record for added in found for record in added.new]
    moved = [pair for added in found for pair in added.moved]
    if not new and not moved:
        return
    if by is None:
        raise NobodyNamed(
            f"步骤改了要给 {len({record.patch_id for record in new}) or len(moved)} 个图斑补记，"
            "请写明是谁改的方案（命令行上用 --by 用户名）。"
        )
    for record in new:
        record.by = by
    for added in found:
        added.withdraw_the_moved(by)
    old = [record for record, _ in moved]
    fields = ["withdrawn_on", "withdrawn_at", "withdrawn_by"]
    RectificationRecord.objects.bulk_update(old, fields, batch_size=500)
    RectificationRecord.objects.bulk_create([*new, *(copy for _, copy in moved)], batch_size=500)
    for start in range(0, len(new), CHUNK):  # 转记自自己
        pks = [record.pk for record in new[start : start + CHUNK]]
        RectificationRecord.objects.filter(pk__in=pks).update(copy_of=F("pk"))


def additions(
    patch: Patch,
    records: Sequence[RectificationRecord],
    steps: Sequence[Milestone],
    at: datetime | None = None,
) -> Additions:
    """这块图斑在没有做过、后面却已经动了手的步骤上要补什么。从最后一步往前看，连着添几步也补得齐。"""
    added, of_step = Additions(), defaultdict(list)
    for record in records:
        of_step[record.milestone_id].append(record)
    for step, later in reversed(list(pairwise(steps))):
        if any(record.kind in WORK for record in of_step[step.pk]):
            continue
        work = [record for record in of_step[later.pk] if record.kind in WORK]
        sources = _rounds(work)
        begun = _begun(work)
        if begun:
            whole = replay(patch, records, steps).step_of(step).ceiling
            sources.append((begun, whole))
        # 换下来的里完成了的，_rounds 已经给了
        for replaced in [each for each in _replaced_by(begun, work) if not each.completes]:
            sources.append((replaced, _area_then(patch, records, replaced)))
        new = [_follower(source, step, later, area, at) for source, area in sources]
        added.new += new
        deferred = _move(added, of_step[later.pk], begun, step, at)
        of_step[step.pk] += [*new, *deferred]
    return added


def _rounds(work: Iterable[RectificationRecord]) -> list[tuple[RectificationRecord, Decimal]]:
    """后面那一步每完成一次（退回、更正换下来的也算）：(完成的那条, 那一轮一共多少亩)。"""
    found, areas = [], defaultdict(Decimal)
    for record in work:
        areas[record.withdrawn_at] += record.area_mu
        if record.completes:
            found.append((record, areas.pop(record.withdrawn_at)))
    return found


def _begun(work: Iterable[RectificationRecord]) -> RectificationRecord | None:
    """后面那一步只做了一部分、还没有完成的，是它的第一条：动了手，前面的就算做过。"""
    standing = [record for record in work if record.withdrawn_at is None]
    return None if any(record.completes for record in standing) else next(iter(standing), None)


def _replaced_by(record, work):
    """record 是更正以后的转记时，它换下来的那些：按录入日期看以前，有效的是它们。"""
    by_pk, found = {each.pk: each for each in work}, []
    while record and record.copy_of_id != record.pk and record.copy_of_id in by_pk:
        record = by_pk[record.copy_of_id]
        found.append(record)
    return found


def _area_then(patch, records, record):
    """录入 record 的时候系统里的图斑面积：以后的第一次更正写着。"""
    for later in records:
        if later.kind == Kind.AMEND and later.created_at > record.created_at:
            return later.area_mu
    return patch.area_mu


def _follower(source, step, later, area, at):
    """随着 source 的补记：同天完成、同刻录入、同时撤回。"""
    return RectificationRecord(
        patch_id=source.patch_id,
        village_id=source.village_id,
        milestone=step,
        kind=Kind.REPORT,
        done_on=source.done_on,
        created_at=source.created_at,
        area_mu=area,
        completes=True,
        due_on=source.due_on,
        details={"added_with_plan": _how(source, later, at)},
        withdrawn_on=source.withdrawn_on,
        withdrawn_at=source.withdrawn_at,
        withdrawn_by_id=source.withdrawn_by_id,
        is_demo=source.is_demo,
    )


def _how(source, later, at):
    """补记是随哪一条、哪一步，方案是什么时候改的。"""
    given = source.details.get("added_with_plan", {})
    return {
        "record": given.get("record", source.pk),
        "step": given.get("step", later.name),
        "at": at and at.isoformat(),
    }


def _move(added, records, begun, step, at):
    """停在后面那一步的暂缓，那时新步骤没有做过的，改停在新步骤：暂缓总停在没做完的第一步。"""
    found = []
    for record in [record for record in records if record.kind == Kind.DEFER]:
        if record.pk is None:  # 刚从再后面一步换过来的
            record.milestone = step
            found.append(record)
        elif begun is None or record.pk < begun.pk:
            copy = _moved(record, step, at)
            added.moved.append((record, copy))
            found.append(copy)
    return found


def _moved(record, step, at):
    kept = (
        "patch_id",
        "village_id",
        "kind",
        "done_on",
        "created_at",
        "by_id",
        "note",
        "reasons",
        "is_demo",
        "withdrawn_on",
        "withdrawn_at",
        "withdrawn_by_id",
    )
    return RectificationRecord(
        **{name: getattr(record, name) for name in kept},
        milestone=step,
        copy_of=record,
        details={**record.details, "added_with_plan": _how(record, record.milestone, at)},
    )
