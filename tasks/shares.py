"""任务分解表：每个村分到多少，哪些还没分，分下去的合计差多少。"""

from dataclasses import dataclass
from decimal import Decimal

from tasks.models import Allocation, Target
from villages.models import Village


@dataclass
class ShareColumn:
    target: Target
    total: Decimal | None = None
    total_count: int | None = None
    undivided: int = 0  # 还没分解的村数

    @property
    def gap(self):
        """已分解的合计比任务数多（正）或少（负）多少；一个村都没分是 None。"""
        return None if self.total is None or self.target.quota is None else self.total - self.target.quota

    @property
    def gap_count(self):
        if self.total_count is None or self.target.quota_count is None:
            return None
        return self.total_count - self.target.quota_count

    @property
    def gap_abs(self):
        return abs(self.gap)

    @property
    def gap_count_abs(self):
        return abs(self.gap_count)

    @property
    def is_off(self):
        return bool(self.gap or self.gap_count)


@dataclass
class ShareRow:
    village: Village
    lot: str
    cells: list


def share_table(plan, villages, whole=True):
    """(列, 行)：列是任务，行是村；格里是 Allocation，没有就是 None（未分解）。whole 为真时合计才有意义。"""
    villages = list(villages)
    targets = list(plan.targets.order_by("order"))
    found = {
        (row.target_id, row.village_id): row
        for row in Allocation.objects.filter(target__plan=plan, village__in=villages)
    }
    columns = []
    for target in targets:
        column = ShareColumn(target)
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
        rows.append(ShareRow(village, "、".join(sorted(lots)), cells))
    return {"columns": columns, "rows": rows, "whole": whole}
