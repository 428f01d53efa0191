"""国土调查云导出的结果：对到图斑，记为要上传编号的那一步，谁也不用再录一遍。"""

import re
import time
from collections import deque
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from django.db import transaction

from plots import actions
from plots.importing.apply import Refused, finish, lock_unapplied, silent
from plots.importing.layout import Names, find_layouts
from plots.importing.problems import Problem
from plots.importing.review import layout_notes, layout_problems
from plots.importing.rows import FULLWIDTH
from plots.importing.source import read_batch
from plots.models import Kind, Patch, RectificationRecord
from plots.models.columns import Field, tidy_header
from taiping.ground.tables import TableError, as_code, as_date, as_text, shown
from villages.places.matching import VillageIndex

KEYS = UUID("6f4a8f0e-52f1-4c55-9d0e-3f5d6f0c2024")  # 提交标识的命名空间，改了就认不出以前导入过的
# 算提交成功的状态；别的（未提交、审核不通过、退回……）略过，写在提醒里。
DONE = {
    "已提交",
    "提交成功",
    "已上传",
    "上传成功",
    "已上报",
    "已举证",
    "已完成",
    "完成",
    "审核通过",
    "已通过",
    "通过",
    "已审核",
    "合格",
}
TURN, PAUSE = 0.8, 0.15  # 秒：一段最多做多久，两段之间让别人存多久
CLOCK = re.compile(r"(?<![ T])[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


@dataclass
class CloudRow:
    """一块图斑的一条提交：同一块有几条的，取最后提交的。"""

    sheet: str
    number: int
    patch: Patch
    ref: str
    done_on: object
    sender: str = ""

    @property
    def key(self):
        return uuid5(KEYS, f"{self.patch.pk}|{self.ref}|{self.done_on}")

    @property
    def note(self):
        return f"国土调查云提交人：{self.sender}" if self.sender else ""


@dataclass
class CloudReview:
    batch: object
    step: object = None
    unreadable: str = ""
    sheets: list = field(default_factory=list)
    layouts: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    refusals: list = field(default_factory=list)  # 动作不收的行：可以跳过
    warnings: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    rows: list = field(default_factory=list)  # 能上报的
    unchanged: int = 0

    @property
    def used(self):
        return [layout for layout in self.layouts if layout.used]

    @property
    def is_readable(self):
        return bool(self.step and self.used) and not any(layout.missing for layout in self.used)

    @property
    def is_empty(self):
        return not self.rows and not self.refusals

    @property
    def counts(self):
        return {
            "reported": len(self.rows),
            "unchanged": self.unchanged,
            "skipped": len(self.refusals),
        }


def cloud_step(target):
    """要填上传编号的那一步；没有是 None。"""
    return target.milestones.filter(needs_external_ref=True).order_by("order").first()


def examine_cloud(batch, *, by, with_earlier=False, rehearse=True):
    """国土调查云结果的预览；每一行都试着上报一遍再撤回，不收的写明原因。"""
    review = CloudReview(batch, cloud_step(batch.target))
    if review.step is None:
        review.unreadable = f"“{batch.target.name}”没有要填上传编号的步骤，请核对目标任务，或请管理员在时间节点里勾上。"
        return review
    try:
        review.sheets = read_batch(batch)
    except TableError as error:
        review.unreadable = str(error)
        return review
    review.layouts = find_layouts(review.sheets, Names(cloud=True), batch.layout)
    named = len(review.sheets) > 1
    review.problems = layout_problems(review, named)
    rows = []
    reader = CloudReader(review, VillageIndex(place=batch.target.plan.issuer), named)
    for layout in review.used:
        if not layout.missing:
            rows += reader.read(layout)
    reader.tell_passed_over()
    review.notes += layout_notes(review)
    review.rows = _not_yet_in(review, _latest(review, rows))
    if rehearse and not review.problems:
        with_refusals(review, by, with_earlier)
    return review


class CloudReader:
    def __init__(self, review, villages, named):
        self.review, self.villages, self.named = review, villages, named
        self.patches, self.passed_over = {}, {}
        found = Patch.objects.filter(target=review.batch.target).select_related(
            "village", "next_milestone"
        )
        for patch in found.current():
            self.patches.setdefault(patch.code, []).append(patch)

    def read(self, layout):
        index, rows = layout.index, []
        for number, values in layout.sheet.rows[layout.start :]:

            def cell(*fields, values=values):
                at = index(*fields)
                return values[at] if at is not None and at < len(values) else None

            if cell(Field.CODE) is None and cell(Field.REF) is None:
                continue  # 合计、说明行
            status = as_text(cell(Field.STATUS))
            if index(Field.STATUS) is not None and tidy_header(status) not in DONE:
                self.passed_over[status] = self.passed_over.get(status, 0) + 1
                continue
            before = len(self.review.problems)
            sheet = layout.name if self.named else ""
            patch = self._patch(sheet, number, layout, cell)
            ref = self._ref(sheet, number, layout, cell)
            done_on = self._day(sheet, number, layout, cell)
            if len(self.review.problems) == before:
                rows.append(
                    CloudRow(sheet, number, patch, ref, done_on, as_text(cell(Field.SENDER))[:50])
                )
        return rows

    def tell_passed_over(self):
        for status, count in self.passed_over.items():
            self.review.notes.append(
                f"有 {count} 行的状态是“{status or '空的'}”，还没有提交成功，没有读。"
            )

    def _problem(self, sheet, number, column, found, advice):
        self.review.problems.append(Problem(sheet, number, column, shown(found)[:40], advice))

    def _patch(self, sheet, number, layout, cell):
        label, value = layout.columns[Field.CODE].label, cell(Field.CODE)
        try:
            code = as_code(value).translate(FULLWIDTH)
        except ValueError as error:
            return self._problem(sheet, number, label, value, str(error))
        found, place = self.patches.get(code, []), cell(Field.VILLAGE, Field.VILLAGE_CODE)
        if place is not None:
            village, reason = self.villages.match(place)
            if village is None:
                return self._problem(sheet, number, "村", place, reason)
            found = [patch for patch in found if patch.village_id == village.pk]
        if len(found) == 1:
            return found[0]
        target = self.review.batch.target.name
        if found:
            names = "、".join(patch.village.name for patch in found)
            return self._problem(
                sheet,
                number,
                label,
                code,
                f"{names}都有编号 {code} 的图斑，分不清是哪一块，请在表里加上“村”这一列。",
            )
        return self._problem(
            sheet,
            number,
            label,
            code,
            f"“{target}”里没有编号 {code or '空着'} 的图斑，请核对编号和目标任务。",
        )

    def _ref(self, sheet, number, layout, cell):
        label = layout.columns[Field.REF].label if Field.REF in layout.columns else "上传编号"
        try:
            ref = as_code(cell(Field.REF))
        except ValueError as error:
            return self._problem(sheet, number, label, cell(Field.REF), str(error))
        if not ref:
            return self._problem(
                sheet, number, label, "", "没有上传编号，请按国土调查云里的编号填上。"
            )
        if len(ref) > 100:
            return self._problem(
                sheet, number, label, ref, f"上传编号有 {len(ref)} 个字，最多 100 个字，请核对。"
            )
        return ref

    def _day(self, sheet, number, layout, cell):
        label = (
            layout.columns[Field.SENT_AT].label if Field.SENT_AT in layout.columns else "提交时间"
        )
        value = cell(Field.SENT_AT)
        try:
            day = as_date(CLOCK.sub("", value) if isinstance(value, str) else value)
        except ValueError as error:
            return self._problem(sheet, number, label, value, str(error))
        if day is None:
            return self._problem(sheet, number, label, "", "没有提交时间，请填如 2024-10-08。")
        return day


def _latest(review, rows):
    """同一块图斑有几行的，取日期最晚、最靠后的一行。"""
    latest, counts = {}, {}
    for row in rows:
        counts[row.patch.pk] = counts.get(row.patch.pk, 0) + 1
        if row.patch.pk not in latest or row.done_on >= latest[row.patch.pk].done_on:
            latest[row.patch.pk] = row
    several = [latest[pk] for pk, count in counts.items() if count > 1]
    if several:
        examples = "、".join(f"{row.patch.code}（用第 {row.number} 行）" for row in several[:3])
        review.notes.append(f"有 {len(several)} 块图斑不止一行，用的是最后提交的一行：{examples}。")
    return list(latest.values())


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


def with_refusals(review, by, with_earlier):
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


def apply_cloud(batch, *, by, with_earlier=False, skip_refused=False, tick=silent):
    """导入国土调查云结果，返回 CloudReview；有错、或有不收的行又没说跳过，抛 Refused。

    一行就是一次上报，几千行要好几分钟：每 TURN 秒提交一段，中间让别人存。一段之内有不收的，这一段什么也不写；
    前面几段已经报好的留着，再导入一次不会重复。
    """
    if by is None:
        raise Refused("上报要记下是谁录入的，请用 --by 写明账号。")
    review = examine_cloud(batch, by=by, with_earlier=with_earlier, rehearse=False)
    if review.unreadable or review.problems:
        raise Refused(
            review.unreadable or f"这份文件有 {len(review.problems)} 处要改，没有导入。",
            review.problems,
        )
    waiting, review.rows = deque(review.rows), []
    total = len(waiting)
    while True:
        kept = total - len(waiting)
        with transaction.atomic():
            batch = lock_unapplied(batch)
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
