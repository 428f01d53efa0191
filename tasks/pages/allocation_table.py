"""任务分解表：每个村分到多少，哪些还没分，分下去的合计差多少。"""

from dataclasses import dataclass
from decimal import Decimal

from taiping.ground.words import more_or_less
from tasks.models import Allocation, Target
from tasks.models.nesting import nested
from villages.models import Village


@dataclass
class AllocationColumn:
    target: Target
    total: Decimal | None = None
    total_count: int | None = None
    undivided: int = 0  # 还没分解的村数

    @property
    def gap(self):
        """已分解的合计比任务数多（正）或少（负）多少；一个村都没分是 None。"""
        return (
            None
            if self.total is None or self.target.quota is None
            else self.total - self.target.quota
        )

    @property
    def gap_count(self):
        if self.total_count is None or self.target.quota_count is None:
            return None
        return self.total_count - self.target.quota_count

    def note(self, villages):
        """这一列要说明的：还没分、没分完、分下去的合计和任务数不一致；没有要说的是空。"""
        if self.undivided == villages:
            return ""
        gaps = [
            more_or_less(gap, unit)
            for gap, unit in ((self.gap, self.target.unit), (self.gap_count, "个"))
            if gap
        ]
        waiting = f"还有 {self.undivided} 个村未分解" if self.undivided else ""
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
            if share is None or (share.quota is None and share.quota_count is None)
        }
        return len(roots)


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
            if share.quota is not None:
                column.total = (column.total or Decimal(0)) + share.quota
            if share.quota_count is not None:
                column.total_count = (column.total_count or 0) + share.quota_count
        columns.append(column)
    rows = []
    for village in villages:
        cells = [(column, found.get((column.target.pk, village.pk))) for column in columns]
        lots = {share.lot for _, share in cells if share and share.lot}
        rows.append(AllocationRow(village, "、".join(sorted(lots)), cells))
    bare = [
        column.target.name for column in columns if villages and column.undivided == len(villages)
    ]
    notes = [f"还没有分解到村的任务：{'、'.join(bare)}。"] if bare else []
    notes += filter(None, (column.note(len(villages)) for column in columns))
    return {"columns": columns, "rows": rows, "whole": whole, "notes": notes}
