"""上传结果（国土调查云等导出的）：对到图斑，记为要上传编号的那一步，谁也不用再录一遍。"""

import time
from collections import deque
from dataclasses import dataclass, field

from django.db import transaction

from plots import actions
from plots.importing.apply import Refused, finish, lock_unapplied, refuse_unclean
from plots.importing.cloud_rows import CloudReader, CloudRow, latest, recalled_rows
from plots.importing.progress import silent
from plots.importing.review import Review, layout_notes, read
from plots.models import Batch, Kind, RectificationRecord
from taiping.ground.tables import Problem
from tasks.models import Milestone, Target

TURN, PAUSE = 0.8, 0.15  # 秒：一段最多做多久，两段之间让别人存多久


@dataclass
class CloudReview(Review):
    """上传结果的预览。"""

    step: Milestone | None = None
    rows: list[CloudRow] = field(default_factory=list)  # 能上报的
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.refusals

    @property
    def outcome(self) -> str:
        name = self.batch.target.name
        if self.is_empty:
            return f"没有变化：文件里的结果系统里“{name}”都有了。"
        if not self.rows:
            return f"这份文件里没有现在能上报的图斑，有 {len(self.refusals)} 行要先处理。"
        return (
            f"“{name}”会上报 {len(self.rows)} 个图斑的“{self.step.name}”。"
            "确认以前，系统里什么也不动。"
        )

    @property
    def counts(self) -> dict:
        return {
            "reported": len(self.rows),
            "unchanged": self.unchanged,
            "skipped": len(self.refusals),
        }


def cloud_step(target: Target) -> Milestone | None:
    """要填上传编号的那一步；没有是 None。"""
    return target.milestones.filter(needs_external_ref=True).order_by("order").first()


def examine_cloud(batch: Batch, *, by, with_earlier: bool = False) -> CloudReview:
    """上传结果的预览；每一行都试着上报一遍再撤回，不收的写明原因。"""
    review = _read_cloud(batch)
    if review.is_clean:
        _rehearse(review, by, with_earlier)
    return review


def _read_cloud(batch, *, recalling=False):
    """读好、去掉已有的；recalling 时预览读好的行还在就接着用，不再读文件。"""
    review = CloudReview(batch, step=cloud_step(batch.target))
    if review.step is None:
        review.unreadable = f"“{batch.target.name}”没有要填上传编号的步骤，请核对目标任务，或请管理员在时间节点里勾上。"
        return review
    read(review, _read_rows, recalled_rows if recalling else None)
    if review.unreadable:
        return review
    return _compare_now(review)


def _compare_now(review):
    """读好的行和系统里现在的记录比；预览以后隔了一阵再导入，要重新比。"""
    review.problems, review.notes = review.reading.problems, review.reading.notes
    review.rows = _not_yet_in(review, review.reading.rows)
    review.refusals = []
    return review


def _read_rows(review, lookups):
    reading = review.reading
    reader = CloudReader(review.batch.target, lookups, reading)
    rows = []
    for layout in review.used:
        if not layout.missing:
            rows += reader.read(layout)
    reading.notes = [*reader.passed_over_notes(), *layout_notes(review)]
    reading.rows = latest(reading, rows)


def _not_yet_in(review, rows):
    """去掉已经记在系统里的：导入过的，或手工填过同一个上传编号的。"""
    records = RectificationRecord.objects.filter(
        patch__target=review.batch.target, milestone=review.step
    )
    keys = set(records.exclude(client_key=None).values_list("client_key", flat=True))
    refs = set(records.standing().filter(kind=Kind.REPORT).values_list("patch_id", "external_ref"))
    left = [row for row in rows if row.key not in keys and (row.patch.pk, row.ref) not in refs]
    review.unchanged = len(rows) - len(left)
    return left


def _rehearse(review, by, with_earlier):
    """每一行试着上报再撤回；不收的移到 refusals。"""
    accepted = []
    for row in review.rows:
        with transaction.atomic():
            refusal = _report(review, row, by, with_earlier)
            transaction.set_rollback(True)
        if refusal:
            review.refusals.append(refusal)
        else:
            accepted.append(row)
    review.rows = accepted


def _report(review, row, by, with_earlier):
    """上报一行；不收时返回 Problem。"""
    patch, step = row.patch, review.step
    waiting = patch.next_milestone
    if waiting and waiting.order < step.order and not with_earlier:
        sentence = f"“{waiting.name}”还没有上报，请先上报，或勾选“同时把前面的步骤按同一天上报”。"
        return Problem(row.sheet, row.number, "", patch.code, sentence)
    try:
        actions.report(
            patch,
            by=by,
            on=row.done_on,
            step=step,
            external_ref=row.ref,
            note=row.note,
            client_key=row.key,
        )
    except actions.NotAllowed as refusal:
        return Problem(row.sheet, row.number, "", patch.code, f"图斑 {patch.code}：{refusal}")
    return None


def apply_cloud(
    batch: Batch,
    *,
    by,
    review: CloudReview | None = None,
    with_earlier: bool = False,
    skip_refused: bool = False,
    tick=silent,
) -> CloudReview:
    """导入上传结果；有错、或有不收的行又没说跳过，抛 Refused。

    一行就是一次上报，几千行要好几分钟：每 TURN 秒提交一段，中间让别人存。一段之内有不收的，这一段什么也不写；
    前面几段已经报好的留着，再导入一次不会重复。review 是这个批次刚做的预览；没有给，就接着用预览留下的行。
    """
    if by is None:
        raise Refused("上报要记下是谁录入的，请用 --by 写明账号。")
    review = _compare_now(review) if review else _read_cloud(batch, recalling=True)
    refuse_unclean(review)
    waiting, review.rows = deque(review.rows), []
    total = len(waiting)
    while True:
        kept = total - len(waiting)
        with transaction.atomic():
            batch = lock_unapplied(batch, review)
            _one_turn(review, waiting, by, with_earlier, lambda done: tick("上报", done, total))
            if not waiting:
                _refuse_unless_skipped(review, kept, skip_refused)
                finish(batch, by, review.counts)
                return review
        time.sleep(PAUSE)


def _one_turn(review, waiting, by, with_earlier, tick):
    """报到 TURN 秒为止，至少报一行。"""
    end = time.monotonic() + TURN
    is_over = False
    while waiting and not is_over:
        row = waiting.popleft()
        if refusal := _report(review, row, by, with_earlier):
            review.refusals.append(refusal)
        else:
            review.rows.append(row)
        tick(len(review.rows) + len(review.refusals))
        is_over = time.monotonic() >= end


def _refuse_unless_skipped(review, kept, skip_refused):
    """kept 是前面几段已经看过的行数。"""
    if not review.refusals or skip_refused:
        return
    earlier = f"前面 {kept} 行里能报的已经报好，改好再导入一次，不会重复。" if kept else ""
    raise Refused(f"有 {len(review.refusals)} 行不能上报，没有导入。{earlier}", review.refusals)
