"""写入：没有错的批次，在一个事务里写进系统；有一处不行就一处也不写。"""

from contextlib import ExitStack, contextmanager

from django.db import transaction
from django.utils import timezone

from plots import actions
from plots.geometry.attach import attach, refresh
from plots.importing.before import keep_before
from plots.importing.bulk import laid
from plots.importing.compare import standing, with_records
from plots.importing.mends import Mends
from plots.importing.progress import counted, silent
from plots.importing.review import PatchReview, compare_now, examine
from plots.models import Batch, Patch, RectificationRecord, RouteChange, Status
from taiping.ground import dates
from taiping.ground.area import plain
from taiping.ground.tables import Problem, TooHeavy

NOBODY = "改面积、换村要记下是谁改的，请用 --by 写明账号。"
CHUNK = 2000
AMENDED = {"area_mu", "village"}  # 一块块更正的，不成批写
TRIES = 5  # 对比以后别人又改了图斑，重新对比几次


class Refused(Exception):
    """没有导入；problems 是每一处的原因。"""

    def __init__(self, sentence, problems=()):
        super().__init__(sentence)
        self.problems = list(problems)


MENDED_SINCE = (
    "您看过以后，又有人在这份文件里改了几格，没有导入。下面是改过以后的，请看清楚再导入。"
)

FAR = "没有导入。坐标系不对的请换一个；真在那里的，请勾上“核对过了”再导入。"


def refuse_mended_since(batch, seen):
    """看过的改动和现在的不一样就不导入；seen 是看过的那一份的 key。"""
    if Mends.of(batch).key != seen:
        raise Refused(MENDED_SINCE)


def lock_unapplied(batch, review):
    """锁住还没导入的批次，同一份文件同时点两次也只导入一次；读过以后又有人改的不导入。"""
    Batch.objects.select_for_update().values_list("pk").get(pk=batch.pk)
    batch = Batch.objects.select_related("target__plan").get(pk=batch.pk)
    if batch.applied_at:
        raise Refused(
            f"“{batch.name}”已经在 {timezone.localtime(batch.applied_at):%Y-%m-%d %H:%M} 导入过了。"
        )
    refuse_mended_since(batch, review.lookups.mends.key)
    return batch


def apply_patches(
    batch, *, by, review: PatchReview | None = None, sure="", tick=silent
) -> PatchReview:
    """导入图斑表格；有错抛 Refused，什么也不写。review 是这个批次刚做的预览；没有给，就接着用预览留下的行。

    图形远在别处的要先问过：sure 是问的那一句的 token。

    读表、对比、摆进临时表都不占写锁，十万行也只在最后一两秒里不让别人存。
    """
    for _ in range(TRIES):
        before = standing(batch.target)
        if review:
            review.tick = tick
            compare_now(_without_sheets(review))
        else:
            review = examine(batch, recalling=True, tick=tick)
        refuse_unclean(review)
        if review.far and review.far.token != sure:
            raise Refused(f"{review.far.sentence}{FAR}")
        with _laid_out(batch, review.found, by, tick) as lots, transaction.atomic():
            batch = lock_unapplied(batch, review)
            if standing(batch.target) == before and not _mark_again(review.found.changed):
                _write(batch, review, lots, by, tick)
                return review
    raise Refused("导入的时候，这项任务的图斑一直有人在更正或导入，没有导入。请过一会儿再试。")


def _without_sheets(review):
    """读好的行都在 reading 里，读来的表不用再占着内存。"""
    for sheet in review.sheets:
        sheet.rows = []
    return review


def refuse_unclean(review):
    if not review.is_clean:
        sentence = f"这份文件有 {len(review.problems)} 处要改，没有导入。"
        raise Refused(review.unreadable or sentence, review.problems)


@contextmanager
def _laid_out(batch, found, by, tick):
    """要写的行都摆好：(新增的 [Laid], 改动的 [Laid])。改了同样几项的一起，只写这几项，不碰别人正在改的。

    新增的是图斑，成批改了面积的更正记录，和改了的整改路径。
    """
    total = len(found.new) + len(found.changed)
    done = 0

    def lay(rows, count, model=Patch):
        nonlocal done
        before = done
        done += count
        return stack.enter_context(
            laid(rows, model=model, tick=lambda count: tick("写入", before + count, total))
        )

    with ExitStack() as stack:
        new = [lay(_new_rows(batch, found.new, by), len(found.new))] if found.new else []
        if first := _amended_at(batch, found.resized, by):
            rows = _amendment_rows(batch, found.resized, first, by)
            new += [lay(rows, len(found.resized), RectificationRecord)]
        if rerouted := [change for change in found.changed if "remedy" in change.values]:
            rows = _route_rows(rerouted, by)
            new.append(lay(rows, len(rerouted), RouteChange))
        changes = _changed_alike(found.changed)
        yield new, [lay(_changed_rows(fields, alike), len(alike)) for fields, alike in changes]


def _write(batch, review, lots, by, tick):
    new, changes = lots
    keep_before(batch, review.found.changed)
    for lot in new:
        lot.insert()
    for lot in changes:
        lot.update()
    _amend(batch, review.found.amended, by, tick)
    shaped = attach(batch, review.found)
    try:
        refresh(
            shaped | {change.pk for change in review.found.changed if "area_mu" in change.values},
            are_new=bool(shaped),
        )
    except TooHeavy:
        raise Refused(
            "图形的界址点太多、互相穿插，查重叠查不完，没有导入。请在制图软件里简化图形，重新导出再传。"
        ) from None
    finish(batch, by, review.counts)


def finish(batch, by, counts):
    batch.counts, batch.by, batch.applied_at = counts, by, dates.now()
    batch.save(update_fields=["counts", "by", "applied_at"])


def _new_rows(batch, rows, by):
    blank = _blank(batch, batch.target.milestones.order_by("order").first(), by)
    for row in rows:
        yield {
            **blank,
            "remedy": None,  # 各行的字段要一样
            **row.facts,
            "village": row.village.pk,
            "code": row.code,
            "code_key": row.key[1],
            "area_mu": row.area_mu,
            "extra": row.extra,
        }


def _blank(batch, first, by):
    """新图斑的每一个字段：没有填的就是模型的默认值，空的不用写；外键给主键。"""
    values = {
        field.name: field.get_default()
        for field in Patch._meta.concrete_fields
        if not field.primary_key
    }
    values |= {
        "target": batch.target_id,
        "batch": batch.pk,
        "status": Status.PENDING.value,
        "next_milestone": first and first.pk,
        "created_by": by and by.pk,
        "since_on": batch.issued_on,
    }
    return {name: value for name, value in values.items() if value is not None}


def _mark_again(changed):
    """锁住要改面积的图斑，再看一遍有没有记录：预览之后、导入之前，村里可能正好上报了。有新标上的是 True。"""
    areas = {change.pk: change for change in changed if "area_mu" in change.values}
    for start in range(0, len(areas), CHUNK):
        pks = list(areas)[start : start + CHUNK]
        list(Patch.objects.filter(pk__in=pks).order_by("pk").select_for_update().values_list("pk"))
    late = [areas[pk] for pk in with_records(areas) if not areas[pk].by_amend]
    for change in late:
        change.by_amend = True
    return bool(late)


def _changed_alike(changed):
    """改动的图斑按改了哪几项分组：[(改的字段, [PatchChange])]。要更正的面积、村另外办理。"""
    groups = {}
    for change in changed:
        fields = change.values.keys() - (AMENDED if change.by_amend else set())
        if fields:
            groups.setdefault(tuple(sorted(fields)), []).append(change)
    return groups.items()


def _changed_rows(fields, changes):
    for change in changes:
        yield {"id": change.pk, **{name: change.values[name] for name in fields}}


def _route_rows(changed, by):
    at = dates.now()
    for change in changed:
        yield {
            "patch": change.pk,
            "was": change.old.remedy,
            "became": change.values["remedy"],
            "by": by and by.pk,
            "created_at": at,
        }


def _amended_at(batch, resized, by):
    """还没有办过事、面积改了的图斑，各一条更正；任务还没有时间节点的没有地方记。"""
    first = batch.target.milestones.order_by("order").first()
    if first is None or not resized:
        return None
    if by is None:
        raise Refused(
            f"有 {len(resized)} 块图斑的面积不能改，没有导入。",
            [_problem(change, NOBODY) for change in resized],
        )
    return first


def _amendment_rows(batch, resized, first, by):
    at, reason = dates.now(), _reason(batch)
    fields = [each for each in RectificationRecord._meta.concrete_fields if not each.primary_key]
    for change in resized:
        old = Patch(
            pk=change.pk,
            village_id=change.row.village.pk,
            area_mu=change.old.area_mu,
            is_demo=change.old.is_demo,
        )
        amendment = actions.area_amendment(
            old, change.row.area_mu, first, by=by, at=at, reason=reason
        )
        values = {each.name: getattr(amendment, each.attname) for each in fields}
        yield {name: value for name, value in values.items() if value is not None}


def _reason(batch):
    return f"按下发文件“{batch.name}”更正"


def _problem(change, advice):
    if "area_mu" in change.values:
        return Problem("", change.row.number, "面积（亩）", plain(change.row.area_mu), advice)
    return Problem("", change.row.number, "村", change.row.village.name, advice)


def _amend(batch, amended, by, tick):
    problems = []
    for done, change in enumerate(amended, start=1):
        problems += _amend_one(batch, change, by)
        tick("更正", done, len(amended))
    if problems:
        what = "面积、村" if any("village" in change.values for change in amended) else "面积"
        raise Refused(f"有 {len(problems)} 块图斑的{what}不能改，没有导入。", problems)


def _amend_one(batch, change, by):
    """办过事的、换了村的图斑一块块更正，历史跟着改对；不能更正时给出原因。"""
    row = change.row
    new = {"area_mu": row.area_mu} if "area_mu" in change.values else {}
    if "village" in change.values:
        new["village"] = row.village
    try:
        if by is None:
            raise actions.NotAllowed(NOBODY)
        actions.amend(Patch(pk=change.pk), by=by, reason=_reason(batch), **new)
    except actions.NotAllowed as refusal:
        return [_problem(change, str(refusal))]
    return []


def rehearse_amendments(review, by):
    """预览时把更正试一遍再撤回：不能更正的，导入以前就说。"""
    for change in counted(review.found.amended, review.tick, "试更正"):
        with transaction.atomic():
            review.problems += _amend_one(review.batch, change, by)
            transaction.set_rollback(True)
