"""退回和差错率：现在等着重报的有几个，一共退回过几次、占上报的几成。"""
# ruff: noqa: S608 拼进去的只有表名、列名和整数主键，日期都走参数

from collections import defaultdict
from dataclasses import dataclass

from plots.models import Kind
from taiping.progress.figures import Progress
from taiping.progress.tallies import PATCH, RARE, RECORD, Scope


@dataclass
class Returns:
    """一个村（或全镇）：waiting 是已退回、等着重报的图斑数；差错率 = 退回次数 ÷ 上报次数。"""

    waiting: int = 0
    returned: int = 0
    reported: int = 0

    @property
    def error_rate(self) -> int | None:
        """整数百分数；一次也没有上报过是 None。"""
        return self.returned * 100 // self.reported if self.reported else None


def returns_by_village(progress: Progress) -> dict[int | None, Returns]:
    """村主键 → Returns，全镇的合计在键 None 下；一次查询。更正后的转记不算又报了一次。"""
    found = defaultdict(Returns)
    for (village, kind), number in progress.filed.items():
        for row in (found[village], found[None]):
            if kind == Kind.RETURN:
                row.returned += number
            elif kind == Kind.REPORT:
                row.reported += number
    for village, number in waiting_sums(progress.scope):
        found[village].waiting = number
        found[None].waiting += number
    return found


def waiting_sums(scope: Scope) -> list[tuple[int, int]]:
    """[(村, 个)]：最近一次办的是退回，还没有重新上报，也没有暂缓、核减的图斑。CROSS JOIN 让 SQLite 从不多的退回找起。

    随方案补的记录（转记自自己）不算重新上报。村是退回那条记录的：图斑后来才更正到别的村，按录入看以前还算在原来的村。
    """
    return scope.rows(f"""
        SELECT r.village_id, COUNT(DISTINCT p.id) FROM {RECORD} r CROSS JOIN {PATCH} p
        WHERE {scope.steps("r")} AND {RARE} AND r.kind = 'RETURN' AND {scope.standing("r")}{scope.places("r")}
        AND p.id = r.patch_id AND {scope.counting()} AND NOT EXISTS (
            SELECT 1 FROM {RECORD} l WHERE l.patch_id = r.patch_id AND {scope.begun("l")} AND {scope.standing("l")}
            AND (l.kind IN ('EXEMPT', 'DEFER') OR (l.kind IN ('REPORT', 'PASS', 'RELAPSE') AND l.id > r.id
                AND (l.copy_of_id IS NULL OR l.copy_of_id <> l.id)))
        ) GROUP BY r.village_id
    """)
