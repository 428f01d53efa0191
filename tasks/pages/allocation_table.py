"""任务分解表：每个村分到多少，哪些还没分，分下去的合计差多少。"""

from dataclasses import dataclass
from decimal import Decimal

from taiping.ground.words import more_or_less
from tasks.models import Allocation, Target
from tasks.models.allocations import gap_of, share_words
from tasks.models.nesting import nested
from villages.models import Village


@dataclass
class AllocationColumn:
    target: Target
    total: Decimal | None = None  # 最少的合计
    total_count: int | None = None
    total_most: Decimal | None = None  # 有写成一段的：最多的合计
    total_count_most: int | None = None
    undivided: int = 0  # 还没分解的村数

    @property
    def is_divided(self):
        """靠监测的任务，有村分到了。"""
        return not self.target.by_patches and not (self.total is None and self.total_count is None)

    @property
    def is_whole(self):
        """靠监测的任务全部分给了几个村：别的村没有份，不是还没分解。"""
        return not self.target.by_patches and self.gap is not None and self.gap >= 0

    @property
    def gap(self):
        """已分解的合计比任务数多（正）或少（负）多少；一个村都没分是 None。"""
        return gap_of(self.total, self.total_most, self.target.quota)

    @property
    def gap_count(self):
        return gap_of(self.total_count, self.total_count_most, self.target.quota_count)

    @property
    def words(self):
        """已分解的合计；一个村都没分是空。"""
        counts = self.total_count, self.total_count_most
        return share_words(
            self.total, self.total_most, *counts, self.target.unit, self.target.decimals
        )

    def add(self, share):
        for name, total in (("quota", "total"), ("quota_count", "total_count")):
            least, most = getattr(share, name), getattr(share, f"{name}_most")
            if least is None:
                continue
            before, before_most = getattr(self, total), getattr(self, f"{total}_most")
            if most is not None or before_most is not None:
                whole = before if before_most is None else before_most
                setattr(self, f"{total}_most", (whole or 0) + (least if most is None else most))
            setattr(self, total, (before or 0) + least)

    def note(self, villages):
        """这一列要说明的：还没分、没分完、分下去的合计和任务数不一致；没有要说的是空。"""
        if self.undivided == villages:
            return ""
        gaps = [
            more_or_less(gap, unit)
            for gap, unit in ((self.gap, self.target.unit), (self.gap_count, "个"))
            if gap
        ]
        waits = self.undivided and not self.is_whole
        waiting = f"还有 {self.undivided} 个村未分解" if waits else ""
        off = f"分解合计比任务数{'、'.join(gaps)}" if gaps else ""
        text = "，".join(part for part in (off, waiting) if part)
        return f"{self.target.name}：{text}。" if text else ""


@dataclass
class AllocationRow:
    village: Village
    lot: str
    cells: list

    @property
    def undivided(self):
        """几项任务没有分：一项和它的“其中”算一项。"""
        roots = {
            column.target.root.pk
            for column, share in self.cells
            if not column.is_whole
            and (share is None or (share.quota is None and share.quota_count is None))
        }
        return len(roots)

    @property
    def has_part(self):
        """分到了任务，或者有哪项还没分解；都分给了别的村的是没有份。"""
        return bool(self.lot or self.undivided or any(share for _, share in self.cells))


def allocation_table(plan, villages, whole=True):
    """(列, 行)：列是任务，行是村；格里是 Allocation，没有就是 None（未分解）。whole 为真时合计才有意义。"""
    villages = list(villages)
    targets = nested(plan.targets.order_by("order", "pk"))
    found = {
        (row.target_id, row.village_id): row
        for row in Allocation.objects.filter(target__plan=plan, village__in=villages)
    }
    columns = []
    for target in targets:
        column = AllocationColumn(target)
        for village in villages:
            share = found.get((target.pk, village.pk))
            if share is None or (share.quota is None and share.quota_count is None):
                column.undivided += 1
                continue
            column.add(share)
        columns.append(column)
    bare = [column for column in columns if villages and column.undivided == len(villages)]
    if any(column.is_divided for column in columns):  # 别的监测分到了村，没分的是只看全镇的
        columns = [c for c in columns if c.target.by_patches or c not in bare]
    rows = []
    for village in villages:
        cells = [(column, found.get((column.target.pk, village.pk))) for column in columns]
        lots = {share.lot for _, share in cells if share and share.lot}
        rows.append(AllocationRow(village, "、".join(sorted(lots)), cells))
    names = "、".join(column.target.name for column in bare)
    notes = [f"还没有分解到村的任务：{names}。"] if bare else []
    notes += filter(None, (column.note(len(villages)) for column in columns))
    listed = [row for row in rows if row.has_part] if whole else rows
    if len(listed) < len(rows):
        notes.append(f"另有 {len(rows) - len(listed)} 个村没有分到任务，不列。")
    return {"columns": columns, "rows": listed, "whole": whole, "notes": notes}
