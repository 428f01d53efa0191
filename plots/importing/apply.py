"""写入：没有错的批次，在一个事务里写进系统；有一处不行就一处也不写。"""

from django.db import transaction
from django.utils import timezone

from plots import actions
from plots.geo.attach import attach, refresh
from plots.importing.bulk import insert, update
from plots.importing.compare import with_records
from plots.importing.problems import Problem
from plots.importing.review import compare_now, examine
from plots.models import Batch, Patch, Status
from taiping.area import plain

CHUNK = 2000


class Refused(Exception):
    """没有导入；problems 是每一处的原因。"""

    def __init__(self, sentence, problems=()):
        super().__init__(sentence)
        self.problems = list(problems)


def silent(step, done, total):
    """不报进度。"""


def lock_unapplied(batch):
    """锁住还没导入的批次，同一份文件同时点两次也只导入一次。"""
    Batch.objects.select_for_update().values_list("pk").get(pk=batch.pk)
    batch = Batch.objects.select_related("target__plan").get(pk=batch.pk)
    if batch.applied_at:
        raise Refused(f"“{batch.name}”已经在 {timezone.localtime(batch.applied_at):%Y-%m-%d %H:%M} 导入过了。")
    return batch


@transaction.atomic
def apply_patches(batch, *, by, review=None, tick=silent):
    """导入图斑表格，返回 Review；有错抛 Refused，什么也不写。review 是这个批次刚做的预览，给了就不用再读文件。"""
    batch = lock_unapplied(batch)
    review = compare_now(review) if review else examine(batch)
    if not review.is_clean:
        raise Refused(f"这份文件有 {len(review.problems)} 处要改，没有导入。", review.problems)
    first = batch.target.milestones.order_by("order").first()
    total = len(review.found.new) + len(review.found.changed)
    done = _create(batch, review.found.new, first, by, lambda done: tick("写入", done, total))
    changed = _mark_again(review.found.changed)
    done = _update(changed, done, lambda done: tick("写入", done, total))
    _amend(batch, changed, done, by, lambda done: tick("更正", done, total))
    shaped = attach(batch, review.found)
    refresh(shaped | {change.pk for change in changed if "area_mu" in change.values})
    finish(batch, by, review.counts)
    return review


def finish(batch, by, counts):
    batch.counts, batch.by, batch.applied_at = counts, by, timezone.now()
    batch.save(update_fields=["counts", "by", "applied_at"])


def _create(batch, rows, first, by, tick):
    blank = _blank(batch, first, by)
    insert(
        [
            {
                **blank, **row.facts, "village": row.village.pk, "code": row.code, "area_mu": row.area_mu,
                "extra": row.extra,
            }
            for row in rows
        ],
        tick=tick,
    )
    return len(rows)


def _blank(batch, first, by):
    """新图斑的每一个字段：没有填的就是模型的默认值，空的不用写；外键给主键。"""
    values = {field.name: field.get_default() for field in Patch._meta.concrete_fields if not field.primary_key}
    values |= {
        "target": batch.target_id, "batch": batch.pk, "status": Status.PENDING.value,
        "next_milestone": first and first.pk, "created_by": by and by.pk,
    }
    return {name: value for name, value in values.items() if value is not None}


def _mark_again(changed):
    """锁住要改面积的图斑，再看一遍有没有记录：预览之后、导入之前，村里可能正好上报了。"""
    areas = {change.pk: change for change in changed if "area_mu" in change.values}
    for start in range(0, len(areas), CHUNK):
        pks = list(areas)[start : start + CHUNK]
        list(Patch.objects.filter(pk__in=pks).order_by("pk").select_for_update().values_list("pk"))
    for pk in with_records(areas):
        areas[pk].by_amend = True
    return changed


def _update(changed, done, tick):
    """改了同样几项的一起写：只写这几项，不碰别人正在改的。"""
    groups = {}
    for change in changed:
        fields = change.values.keys() - ({"area_mu"} if change.by_amend else set())
        if fields:
            groups.setdefault(tuple(sorted(fields)), []).append(change)
    for fields, group in groups.items():
        rows = [{"id": change.pk, **{name: change.values[name] for name in fields}} for change in group]
        update(rows, tick=lambda count, done=done: tick(done + count))
        done += len(group)
    return done


def _amend(batch, changed, done, by, tick):
    problems = []
    for change in (change for change in changed if change.by_amend):
        problems += _amend_one(batch, change, by)
        done += 1
        tick(done)
    if problems:
        raise Refused(f"有 {len(problems)} 块图斑的面积不能改，没有导入。", problems)


def _amend_one(batch, change, by):
    """已有记录的图斑按更正办理，历史跟着改对；不能更正时给出原因。"""
    row = change.row
    try:
        if by is None:
            raise actions.NotAllowed("这块图斑已有整改记录，改面积要记下是谁改的，请用 --by 写明账号。")
        reason = f"按下发文件“{batch.name}”更正"
        actions.amend(Patch(pk=change.pk), by=by, reason=reason, area_mu=row.area_mu)
    except actions.NotAllowed as refusal:
        return [Problem("", row.number, "面积（亩）", plain(row.area_mu), str(refusal))]
    return []


def rehearse_amendments(review, by):
    """预览时把更正试一遍再撤回：不能更正的，导入以前就说。"""
    for change in review.found.amended:
        with transaction.atomic():
            review.problems += _amend_one(review.batch, change, by)
            transaction.set_rollback(True)
