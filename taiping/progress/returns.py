"""退回和差错率：现在等着重报的有几个，一共退回过几次、占上报的几成。"""

from collections import defaultdict
from dataclasses import dataclass

from plots.models import Kind
from taiping.progress.figures import Progress
from taiping.progress.tallies import waiting_sums


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
