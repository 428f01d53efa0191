"""退回和差错率：现在等着重报的有几个，一共退回过几次、占上报的几成。"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from plots.asof import AsOf
from plots.deadlines import end_of_day
from plots.models import Kind, Patch, RectificationRecord


@dataclass
class Returns:
    """一个村（或全镇）：waiting 是已退回、等着重报的图斑数；差错率 = 退回次数 ÷ 上报次数。"""

    waiting: int = 0
    returned: int = 0
    reported: int = 0

    @property
    def error_rate(self):
        """整数百分数；一次也没有上报过是 None。"""
        return self.returned * 100 // self.reported if self.reported else None


def returns_by_village(progress):
    """村主键 → Returns，全镇的合计在键 None 下；固定两次查询。更正后的转记不算又报了一次。"""
    plan, as_of, basis = progress.plan, progress.as_of, progress.basis
    scope = Q(village__in=progress.villages) if progress.scoped else Q()
    until = Q(created_at__lt=end_of_day(as_of)) if basis == "recorded" else Q(done_on__lte=as_of)
    found = defaultdict(Returns)
    rows = (
        RectificationRecord.objects
        .filter(scope, until, milestone__target__plan=plan, kind__in=(Kind.REPORT, Kind.RETURN), copy_of=None)
        .order_by().values_list("village_id", "kind").annotate(number=Count("pk"))
    )
    for village, kind, number in rows:
        for row in (found[village], found[None]):
            if kind == Kind.RETURN:
                row.returned += number
            else:
                row.reported += number
    milestones = [row.milestone for _, row in progress.milestones]
    waiting = (
        Patch.objects.counting(as_of, basis).filter(scope, AsOf(as_of, basis, milestones).returned(), target__plan=plan)
        .order_by().values_list("village_id").annotate(number=Count("pk"))
    )
    for village, number in waiting:
        found[village].waiting = number
        found[None].waiting += number
    return found
