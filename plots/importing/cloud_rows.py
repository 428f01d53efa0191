"""上传结果的表（国土调查云等导出的）：读行，对到图斑。"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from plots.importing.layout import Layout
from plots.importing.lookups import Lookups
from plots.importing.parsed import Reading
from plots.models import Patch
from plots.models.code_keys import TWIN
from plots.models.columns import Field
from plots.models.deadlines import local_date
from taiping.ground.codes import clean_code, code_key
from taiping.ground.tables import as_code, as_moment, as_text, tidy_header
from tasks.models import Target

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


@dataclass
class CloudRow:
    """一块图斑的一条提交：同一块有几条的，取最后提交的。"""

    sheet: str
    number: int
    patch: Patch
    ref: str
    done_on: date
    sender: str = ""

    @property
    def key(self) -> UUID:
        return uuid5(KEYS, f"{self.patch.pk}|{self.ref}|{self.done_on}")

    @property
    def note(self) -> str:
        return f"提交人：{self.sender}" if self.sender else ""

    def plain(self) -> list:
        """能写成 JSON 的。"""
        day = self.done_on.isoformat()
        return [self.sheet, self.number, self.patch.pk, self.ref, day, self.sender]


def _patches(target):
    patches = Patch.objects.filter(target=target).select_related("village", "next_milestone")
    return patches.current()


@dataclass
class Cells:
    """表里的一行，按列是什么取格子。"""

    layout: Layout
    number: int
    values: list

    def get(self, *fields: str):
        """这几项里先有的那一列的值；没有这些列是 None。"""
        at = self.layout.index(*fields)
        return self.values[at] if at is not None and at < len(self.values) else None

    def has(self, field: str) -> bool:
        return field in self.layout.columns

    def label(self, field: str) -> str:
        return self.layout.columns[field].label if self.has(field) else ""


class CloudReader:
    """读各张表的行，错放进 reading。"""

    def __init__(self, target: Target, lookups: Lookups, reading: Reading):
        self.target, self.villages, self.reading = target, lookups.villages, reading
        self.patches, self.passed_over = {}, {}
        for patch in _patches(target):
            self.patches.setdefault(patch.code_key.split(TWIN)[0], []).append(patch)

    def read(self, layout: Layout) -> list[CloudRow]:
        rows = (Cells(layout, *row) for row in layout.sheet.rows[layout.start :])
        found = (self._row(cells) for cells in rows if self._is_submitted(cells))
        return [row for row in found if row]

    def _is_submitted(self, cells):
        """提交成功的一行；合计、说明行不是。"""
        if cells.get(Field.CODE) is None and cells.get(Field.REF) is None:
            return False
        status = as_text(cells.get(Field.STATUS))
        if not cells.has(Field.STATUS) or tidy_header(status) in DONE:
            return True
        self.passed_over[status] = self.passed_over.get(status, 0) + 1
        return False

    def _row(self, cells):
        before = len(self.reading.problems)
        patch, ref, done_on = self._patch(cells), self._ref(cells), self._day(cells)
        if len(self.reading.problems) > before:
            return None
        sender = as_text(cells.get(Field.SENDER))[:50]
        sheet = self.reading.sheet_name(cells.layout.name)
        return CloudRow(sheet, cells.number, patch, ref, done_on, sender)

    def passed_over_notes(self) -> list[str]:
        return [
            f"有 {count} 行的状态是“{status or '空的'}”，还没有提交成功，没有读。"
            for status, count in self.passed_over.items()
        ]

    def _problem(self, cells, column, found, advice):
        sheet = self.reading.sheet_name(cells.layout.name)
        self.reading.problem(sheet, cells.number, column, found, advice)

    def _patch(self, cells):
        label, value = cells.label(Field.CODE), cells.get(Field.CODE)
        try:
            code = clean_code(as_code(value))
        except ValueError as error:
            return self._problem(cells, label, value, str(error))
        found, place = (
            self.patches.get(code_key(code), []),
            cells.get(Field.VILLAGE, Field.VILLAGE_CODE),
        )
        if place is not None:
            village, reason = self.villages.match(place)
            if village is None:
                label = cells.label(Field.VILLAGE) or cells.label(Field.VILLAGE_CODE)
                return self._problem(cells, label, place, reason)
            found = [patch for patch in found if patch.village_id == village.pk]
        if len(found) == 1:
            return found[0]
        if found:
            names = "、".join(patch.village.name for patch in found)
            advice = f"{names}都有编号 {code} 的图斑，分不清是哪一块，请在表里加上“村”这一列。"
        else:
            advice = (
                f"“{self.target.name}”里没有编号 {code or '空着'} 的图斑，请核对编号和目标任务。"
            )
        return self._problem(cells, label, code, advice)

    def _ref(self, cells):
        label, value = cells.label(Field.REF) or "上传编号", cells.get(Field.REF)
        try:
            ref = as_code(value)
        except ValueError as error:
            return self._problem(cells, label, value, str(error))
        if not ref:
            advice = "没有上传编号，请照上传以后得到的编号填上。"
            return self._problem(cells, label, "", advice)
        if len(ref) > 100:
            advice = f"{label}有 {len(ref)} 个字，最多 100 个字，请核对。"
            return self._problem(cells, label, ref, advice)
        return ref

    def _day(self, cells):
        label, value = cells.label(Field.SENT_AT) or "提交时间", cells.get(Field.SENT_AT)
        try:
            moment = as_moment(value)
        except ValueError as error:
            return self._problem(cells, label, value, str(error))
        if moment is None:
            return self._problem(cells, label, "", "没有提交时间，请填如 2024-10-08。")
        return local_date(moment) if moment.tzinfo else moment.date()


def latest(reading: Reading, rows: list[CloudRow]) -> list[CloudRow]:
    """同一块图斑有几行的，取日期最晚、最靠后的一行。"""
    chosen, counts = {}, Counter(row.patch.pk for row in rows)
    for row in rows:
        pk = row.patch.pk
        if pk not in chosen or row.done_on >= chosen[pk].done_on:
            chosen[pk] = row
    several = [row for pk, row in chosen.items() if counts[pk] > 1]
    if several:
        examples = "、".join(f"{row.patch.code}（用第 {row.number} 行）" for row in several[:3])
        reading.notes.append(
            f"有 {len(several)} 块图斑不止一行，用的是最后提交的一行：{examples}。"
        )
    return list(chosen.values())


def recalled_rows(plain, review, lookups) -> list[CloudRow]:
    """留下的行 → [CloudRow]。"""
    patches = {patch.pk: patch for patch in _patches(review.batch.target)}
    rows = []
    for sheet, number, pk, ref, day, sender in plain:
        rows.append(CloudRow(sheet, number, patches[pk], ref, date.fromisoformat(day), sender))
    return rows
